"""The words people read. Indonesian is the source language of the message catalogue."""

from gettext import NullTranslations

CATALOGUE = NullTranslations()


def _(text: str) -> str:
    """The sentence in the language of the page."""
    return CATALOGUE.gettext(text)
