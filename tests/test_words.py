"""The catalogue against the source: every sentence is there, translated whole, and no other."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from desk.language import DEFAULT, Language, speaking
from desk.words import FOLDER, _, _c, _n, later, read_catalogue
from tools.words import as_text, forms_of, is_translated, updated, used_words

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)\w|%%")
OTHERS = sorted(set(Language) - {DEFAULT})


def by_key(catalogue: Catalog) -> dict[tuple[str, str | None, bool], Message]:
    """Each sentence by its source, its context, and whether it has forms."""
    return {
        (source_of(message), message.context, message.pluralizable): message
        for message in catalogue
        if message.id
    }


def source_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def faults(used: Catalog, known: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue."""
    sources, translations = by_key(used), by_key(known)
    for source, context, has_forms in sources.keys() ^ translations.keys():
        here = (source, context, has_forms) in sources
        yield f"{'missing' if here else 'unused'}: {source}"
    for key in sources.keys() & translations.keys():
        source, message = key[0], translations[key]
        if message.fuzzy or not is_translated(message):
            yield f"untranslated: {source}"
            continue
        wanted = Counter(PLACEHOLDER.findall(source))
        if any(Counter(PLACEHOLDER.findall(form)) != wanted for form in forms_of(message)):
            yield f"other placeholders: {source}"
        if any(form != form.strip() for form in forms_of(message)):
            yield f"spaces around: {source}"


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated_and_no_other(language: Language) -> None:
    assert list(faults(used_words(ROOT, language), read_catalogue(language))) == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_file_is_as_make_words_leaves_it(language: Language) -> None:
    text = as_text(updated(read_catalogue(language), used_words(ROOT, language)))
    assert text == (FOLDER / f"{language}.po").read_bytes()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A checkout with a template and a module of its own."""
    for folder in ("desk", "templates"):
        (tmp_path / folder).mkdir()
    (tmp_path / "templates/page.html").write_text(
        "<h1>{{ _('Halo, %(name)s') | format(name=x) }}</h1>{{ _n('{n} orang') }}"
    )
    (tmp_path / "desk/page.py").write_text(
        '_("100%% sudah")\n_c("call", "Keluar")\nlater("nanti")\nprint("bukan kata")\n'
    )
    return tmp_path


def translated(used: Catalog) -> Catalog:
    """A catalogue in which nothing is wrong."""
    known = Catalog("en")
    for message in used:
        if message.id:
            string = message.id if message.pluralizable else f"EN {message.id}"
            known.add(message.id, string, context=message.context)
    return known


def test_words_are_found_in_templates_and_modules(source: Path) -> None:
    used = used_words(source, Language.ENGLISH)
    assert set(by_key(used)) == {
        ("Halo, %(name)s", None, False),
        ("{n} orang", None, True),
        ("100%% sudah", None, False),
        ("Keluar", "call", False),
        ("nanti", None, False),
    }
    assert list(faults(used, translated(used))) == []


@pytest.mark.parametrize(
    ("sentence", "context", "string", "fault"),
    [
        ("Halo, %(name)s", None, "", "untranslated"),
        ("Halo, %(name)s", None, "Hello", "other placeholders"),
        ("Halo, %(name)s", None, "Hello, %(nama)s", "other placeholders"),
        ("100%% sudah", None, "100% done", "other placeholders"),
        ("nanti", None, " later", "spaces around"),
        (("{n} orang", "{n} orang"), None, ("{n} person", ""), "untranslated"),
        (("{n} orang", "{n} orang"), None, ("one person", "{n} people"), "other placeholders"),
        ("bukan kata", None, "no word", "unused"),
        ("Keluar", "figure", "Left", "unused"),
    ],
)
def test_a_planted_fault_is_found(
    source: Path, sentence: str, context: str | None, string: str, fault: str
) -> None:
    used = used_words(source, Language.ENGLISH)
    known = translated(used)
    known.delete(sentence, context)
    known.add(sentence, string, context=context)
    assert [one.partition(":")[0] for one in faults(used, known)] == [fault]


def test_a_sentence_that_nobody_translated_is_found(source: Path) -> None:
    known = translated(used_words(source, Language.ENGLISH))
    (source / "desk/more.py").write_text('_("kata baru")')
    assert list(faults(used_words(source, Language.ENGLISH), known)) == ["missing: kata baru"]


def test_a_guess_is_no_translation(source: Path) -> None:
    """And stays one until somebody has looked at it."""
    used = used_words(source, Language.ENGLISH)
    known = translated(used)
    known["nanti"].flags.add("fuzzy")
    assert list(faults(used, known)) == ["untranslated: nanti"]
    assert list(faults(used, updated(known, used))) == ["untranslated: nanti"]


def test_make_words_keeps_translations_and_drops_what_is_unused(source: Path) -> None:
    known = translated(used_words(source, Language.ENGLISH))
    shutil.rmtree(source / "templates")
    (source / "templates").mkdir()
    (source / "desk/more.py").write_text('_("kata baru")')
    after = by_key(updated(known, used_words(source, Language.ENGLISH)))
    assert {key[0]: message.string or "" for key, message in after.items()} == {
        "kata baru": "",
        "100%% sudah": "EN 100%% sudah",
        "Keluar": "EN Keluar",
        "nanti": "EN nanti",
    }


def test_the_words_follow_the_language_being_spoken() -> None:
    assert (_("Masuk"), _c("call", "Keluar"), _("Keluar")) == ("Masuk", "Keluar", "Keluar")
    with speaking(Language.ENGLISH):
        assert (_("Masuk"), _c("call", "Keluar"), _("Keluar")) == ("Sign in", "Leave", "Sign out")
        assert later("Masuk") == "Masuk"
        assert _("") == ""
        with speaking(Language.INDONESIAN):
            assert _("Masuk") == "Masuk"
        assert _("Masuk") == "Sign in"


def test_a_number_chooses_the_form() -> None:
    text = "{n} orang menunggu"
    assert _n(text) == {"other": text}
    assert [_n(text).of(n) for n in (0, 1, 2, 1500)] == [
        "0 orang menunggu", "1 orang menunggu", "2 orang menunggu", "1.500 orang menunggu",
    ]  # fmt: skip
    with speaking(Language.ENGLISH):
        assert _n(text) == {"one": "{n} person waiting", "other": "{n} people waiting"}
        assert [_n(text).of(n) for n in (0, 1, 2, 1500)] == [
            "0 people waiting", "1 person waiting", "2 people waiting", "1,500 people waiting",
        ]  # fmt: skip
