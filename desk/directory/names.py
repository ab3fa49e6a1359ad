"""When two spellings name the same, and how a name is found by what somebody types."""

import re
from unicodedata import combining, normalize

from sqlalchemy import ColumnElement, SQLColumnExpression, literal

WORDS = re.compile(r"[^\W_]+")
# Within a word: "Jum'at" is written together by half of those who look for it.
APOSTROPHES = dict.fromkeys(map(ord, "'`´‘’ʻʼ"))


def tidy(name: str) -> str:
    """A name as it is kept: without space around it, and never two in a row."""
    return " ".join(name.split())


def key_of(name: str) -> str:
    """What all spellings of a name share: its words, without case, accents and signs.

    Empty where a name has neither letter nor digit.
    """
    letters = normalize("NFD", name.casefold().translate(APOSTROPHES))
    return " ".join(WORDS.findall("".join(one for one in letters if not combining(one))))


def begins_each(key: SQLColumnExpression[str], text: str) -> list[ColumnElement[bool]]:
    """Conditions: each word of `text` begins some word of the key, in whatever order."""
    words = key_of(text).split()
    return [(literal(" ") + key).contains(f" {word}", autoescape=True) for word in words]
