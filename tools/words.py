"""Bring the message catalogues in `desk/locale/` up to date with the words of the source.

Translations stay, what is new comes in without one, what nothing uses goes. The order is that of
the source, and nothing stands in the files that changes by itself, such as a date or a line.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from desk.language import DEFAULT, Language
from desk.words import FOLDER, read_catalogue

# How the functions of desk/words.py are called; a plural's one form is singular and plural at once.
KEYWORDS = {"_": None, "_n": (1, 1), "_c": ((1, "c"), 2), "later": None}
SOURCES = (("desk", "**.py", "python"), ("templates", "**.*", "jinja2"))
OPTIONS = {"**.*": {"silent": "false", "trimmed": "false"}}
WIDTH = 100


def used_words(root: Path, language: Language) -> Catalog:
    """Every sentence of the source below `root`, untranslated."""
    catalogue = Catalog(language)
    for folder, files, kind in SOURCES:
        for path, _line, text, _comments, context in extract_from_dir(
            root / folder, [(files, kind)], OPTIONS, KEYWORDS
        ):
            catalogue.add(text, locations=[(f"{folder}/{path}", 0)], context=context)
    return catalogue


def updated(known: Catalog, used: Catalog) -> Catalog:
    """What is used, with the translations that are known."""
    for message in used:
        if message.id and (before := known.get(message.id, message.context)):
            message.string, message.user_comments = before.string, before.user_comments
            message.flags |= before.flags & {"fuzzy"}
    return used


def forms_of(message: Message) -> tuple[str, ...]:
    """What is said for a sentence: in one form, or in those that go with numbers."""
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def is_translated(message: Message) -> bool:
    """Whether every form of a sentence has its words; the head of a catalogue has them always."""
    return not message.id or all(forms_of(message))


def as_text(catalogue: Catalog) -> bytes:
    """The catalogue as its file holds it."""
    lines = BytesIO()
    write_po(lines, catalogue, width=WIDTH, omit_header=True, include_lineno=False)
    head = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalogue.locale}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return head.encode() + lines.getvalue()


def main(root: Path) -> None:
    """Write every catalogue anew, and say which sentences have no translation yet."""
    for language in set(Language) - {DEFAULT}:
        catalogue = updated(read_catalogue(language), used_words(root, language))
        (FOLDER / f"{language}.po").write_bytes(as_text(catalogue))
        for message in catalogue:
            if not is_translated(message):
                sys.stderr.write(f"{language}.po: no translation yet: {message.id}\n")


if __name__ == "__main__":
    main(Path.cwd())
