"""The languages that the desk speaks, and which of them is being spoken just now.

It is told once for each request, and once for each mail: whatever is said meanwhile follows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum


class Language(StrEnum):
    """By the tag of BCP 47, which is also the name of its catalogue and of its CLDR data."""

    INDONESIAN = "id"
    ENGLISH = "en"


# Each in itself, so that whoever speaks it finds it; never translated.
NAMES = {Language.INDONESIAN: "Bahasa Indonesia", Language.ENGLISH: "English"}

DEFAULT = Language.INDONESIAN

_spoken: ContextVar[Language] = ContextVar("spoken", default=DEFAULT)


def spoken() -> Language:
    """The language of what is being said."""
    return _spoken.get()


def speak(language: Language) -> None:
    """Say the rest of this request in `language`."""
    _spoken.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Say in `language` what is said inside, and afterwards go on as before."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)
