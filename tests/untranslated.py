"""How a test sees a word that did not come out of the catalogue.

Every translation is marked, all but the values that are filled in. What a page then shows without
a mark is a bare word, unless it is data: a name, a number, a time.
"""

import json
import re
from collections.abc import Iterable, Iterator
from gettext import GNUTranslations
from html.parser import HTMLParser
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from jinja2 import Environment
from sqlalchemy import text

from desk import words
from desk.database import Database
from desk.language import NAMES, Language
from desk.settings import Settings
from tools.words import forms_of

PLACEHOLDER = re.compile(r"(\{[^{}]*\}|%\(\w+\)\w|%%)")
MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
LETTERS = re.compile(r"[^\W\d_]+")
ADDRESS = re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+")
# A block that fills an attribute of another template.
CLASSES = re.compile(r"{% block body_class %}.*?{% endblock %}")
# An attribute without words; some macros write one for a tag of another template.
NO_WORDS = re.compile(r'[\w-]+=""( hidden)?')
# Names of keys, and codes that only staff sees; what runs is no text.
NO_TEXT = {"script", "style", "code", "kbd"}
SHOWN = {"aria-label", "title", "placeholder", "alt", "label"}
# What a script is told besides its words, and does not show.
UNSEEN = re.compile(
    r"id|\w+_at|side|kind|recording|ice_servers|relays|step|order|problem|page_urls|state|reason|outcome|from|version|url|path"
)
NOTHING = re.compile(r"(?!)")
TABLES = {
    "account": "name, email",
    "access": "number, agency_type, agency, unit, rank, letter_number",
    "document": "title, file_name",
    "upload": "title, file_name",
    "chat_line": "text",
    "verdict": "explanation",
    "review": "notes",
    "claim": "notes",
    "agency": "name",
    "unit": "name, address",
    "role_form": "name_id, name_en",
    "rejection_reason": "label_id, label_en, sentence_id, sentence_en",
    "day_exception": "reason, place",
    "recording": "held_because",
    "recording_view": "reason",
    "outbox_mail": "recipient, recipient_name, subject, last_error",
}


def marked(catalogue: Catalog) -> Catalog:
    """The same catalogue with its words, but not their values, between marks."""
    for message in catalogue:
        if message.id:
            said = tuple(map(_mark, forms_of(message)))
            message.string = said if message.pluralizable else said[0]
    return catalogue


def _mark(sentence: str) -> str:
    pieces = PLACEHOLDER.split(sentence)
    return "".join(f"⟦{one}⟧" if n % 2 == 0 and one else one for n, one in enumerate(pieces))


def pseudo_english() -> GNUTranslations:
    """English with marks, as the desk asks for it."""
    return words.compiled(marked(words.read_catalogue(Language.ENGLISH)))


class Reader(HTMLParser):
    """Collects what people see or hear of a page, and the words that its scripts get."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._within: list[str] = []
        self._told = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.texts += [value for name, value in attrs if name in SHOWN and value]
        if tag == "input" and named.get("type") in {"submit", "button", "reset"}:
            self.texts.append(named.get("value") or "")
        if tag in NO_TEXT or named.get("translate") == "no":
            self._within.append(tag)
            self._told = (named.get("type") == "application/json" and named.get("id")) or ""

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()
            self._told = ""

    def handle_data(self, data: str) -> None:
        if self._told:
            self.texts += told(json.loads(data), NOTHING if self._told == "words" else UNSEEN)
        elif not self._within:
            self.texts.append(data)


def told(value: Any, unseen: re.Pattern[str] = UNSEEN) -> Iterator[str]:
    """Every text in what a script is told, but for what it does not show."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            if not unseen.fullmatch(name):
                yield from told(one, unseen)
    elif isinstance(value, list):
        for one in value:
            yield from told(one, unseen)


async def data_of(database: Database, settings: Settings) -> list[str]:
    """What people have written, and what the desk is called: the longest first."""
    found = {settings.organisation, settings.public_host, *NAMES.values()}
    async with database.reading() as session:
        for table, columns in TABLES.items():
            rows = await session.execute(text(f"SELECT {columns} FROM {table}"))
            found |= {str(value) for row in rows for value in row if value}
    return sorted(found, key=len, reverse=True)


def _of_the_calendar() -> set[str]:
    english = Locale.parse(Language.ENGLISH)
    names = {"WIB", "WITA", "WIT", "UTC"}
    names |= {f"{unit}{s}" for unit in ("day", "hour", "minute", "second") for s in ("", "s")}
    for kind in (english.months, english.days):
        for width in ("wide", "abbreviated"):
            names |= set(kind["format"][width].values())
    return names


CALENDAR = _of_the_calendar()


def bare_words(texts: Iterable[str], data: Iterable[str] = ()) -> list[str]:
    """The texts in which something is neither marked nor data nor a time."""
    known = [one for one in data if one]
    return [one for one in texts if _bare(one, known)]


def _bare(shown: str, data: Iterable[str]) -> list[str]:
    shown = ADDRESS.sub(" ", shown)
    for known in data:
        shown = shown.replace(known, " ")
    rest = PLACEHOLDER.sub(" ", MARKED.sub(" ", shown))
    return [word for word in LETTERS.findall(rest) if word not in CALENDAR]


def written_in(template: str) -> str:
    """What a template writes by itself, with a hole for each expression."""
    kinds = Environment().lex(CLASSES.sub("", template))
    return NO_WORDS.sub("", "".join(value for _line, kind, value in kinds if kind == "data"))
