"""Pages and mails out of templates: an environment for each language; all but `.txt` escapes."""

from datetime import datetime
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from desk import amounts, sizes, times, words
from desk.access.statuses import status_of
from desk.assets import Assets, folder_of
from desk.language import NAMES, Language, spoken
from desk.settings import Settings


class Templates:
    """Templates that speak the language being spoken.

    Each language has an environment of its own, because Jinja keeps what an imported template has
    set: the words in it stay those of the first page that asked.
    """

    def __init__(self, settings: Settings, assets: Assets) -> None:
        """An unknown name in a template is an error."""
        self._of = {language: _environment(language, settings, assets) for language in Language}

    def get(self, name: str) -> Template:
        """The template of this name."""
        return self._of[spoken()].get_template(name)

    def render(self, name: str, context: dict[str, Any]) -> str:
        """The template of this name, filled in."""
        return self.get(name).render(context)


def _environment(language: Language, settings: Settings, assets: Assets) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder_of("templates")),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        **{name: getattr(words, name) for name in ("_", "_n", "_c")},
        "asset": assets.url,
        "modules": assets.modules,
        "language": language,
        "languages": NAMES,
        "organisation": settings.organisation,
        "public_url": settings.public_url,
        "desk_zone": settings.zone,
        "status_of": status_of,
    }
    environment.filters |= {
        name: getattr(times, name)
        for name in (
            "long_date",
            "short_date",
            "day_name",
            "full_day",
            "short_month",
            "written_clock",
            "clock_time",
            "zone_name",
            "time_with_zone",
            "time_with_both_zones",
            "duration",
            "duration_in_words",
            "target_in_words",
            "age_in_words",
            "review_time",
        )
    }
    environment.filters |= {name: getattr(amounts, name) for name in ("number", "decimal")}
    environment.filters["file_size"] = sizes.file_size
    environment.filters["iso"] = datetime.isoformat
    return environment
