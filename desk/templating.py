"""Pages out of templates: one environment, escaping always on."""

from datetime import datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from desk import times
from desk.access.statuses import status_of
from desk.assets import Assets, folder_of
from desk.settings import Settings
from desk.words import _


def build_templates(settings: Settings, assets: Assets) -> Environment:
    """The environment of pages and mails. An unknown name in a template is an error."""
    environment = Environment(
        loader=FileSystemLoader(folder_of("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "_": _,
        "asset": assets.url,
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
            "clock_time",
            "zone_name",
            "time_with_zone",
            "time_with_both_zones",
            "duration",
        )
    }
    environment.filters["iso"] = datetime.isoformat
    return environment
