"""The words people read: Indonesian stands in the source, every other language in a catalogue.

`locale/en.po` is read and compiled at the start. `make words` brings it up to date.
"""

from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from desk.amounts import number
from desk.language import DEFAULT, Language, spoken

FOLDER = Path(__file__).parent / "locale"

# No language tells numbers above these apart from all below (CLDR, plural rules for cardinals).
_NUMBERS = range(200)


def read_catalogue(language: Language) -> Catalog:
    """The catalogue of a language other than the source's."""
    with (FOLDER / f"{language}.po").open("rb") as source:
        return read_po(source, language, abort_invalid=True)


def compiled(catalogue: Catalog) -> GNUTranslations:
    """A catalogue in the form in which it is asked."""
    binary = BytesIO()
    write_mo(binary, catalogue)
    binary.seek(0)
    return GNUTranslations(binary)


CATALOGUES: dict[Language, NullTranslations] = {
    language: NullTranslations() if language is DEFAULT else compiled(read_catalogue(language))
    for language in Language
}

_RULES = {language: Locale.parse(language).plural_form for language in Language}
# For each category of a language ("one", "other") a number that belongs to it.
_EXAMPLES = {
    language: {rule(n): n for n in reversed(_NUMBERS)} for language, rule in _RULES.items()
}


class Forms(dict[str, str]):
    """A sentence about {n}: its forms by the CLDR categories of the language being spoken.

    Scripts get it as it is, and choose with Intl.PluralRules.
    """

    def __init__(self, text: str) -> None:
        """The forms of a sentence of the source, which has a single one."""
        language = spoken()
        forms = CATALOGUES[language].ngettext
        super().__init__(
            {category: forms(text, text, n) for category, n in _EXAMPLES[language].items()}
        )

    def of(self, n: int, **values: object) -> str:
        """The sentence for this number, with {n} and the other values filled in."""
        return self[_RULES[spoken()](n)].format(n=number(n), **values)


def _(text: str) -> str:
    """The sentence in the language being spoken."""
    # Under the empty text a catalogue keeps its own head.
    return CATALOGUES[spoken()].gettext(text) if text else ""


def _n(text: str) -> Forms:
    """The sentence about {n} in the language being spoken."""
    return Forms(text)


def _c(context: str, text: str) -> str:
    """As `_`, for words that another language says differently from place to place."""
    return CATALOGUES[spoken()].pgettext(context, text)


def later(text: str) -> str:
    """Put a sentence into the catalogue where it is written down; `_` says it when it is shown."""
    return text
