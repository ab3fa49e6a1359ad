"""No template and no module says a word by itself; and the checker of bare words finds them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.assets import folder_of
from tests.scenes import INDONESIAN
from tests.untranslated import Reader, bare_words, written_in

ROOT = Path(__file__).resolve().parent.parent
# A language by name, or whatever the browser prefers.
ONE_LANGUAGE = re.compile(r"Intl\.\w+\((?!language\b)|\.toLocale\w+")
SAYING = {"_", "_n", "_c", "later"}


def test_no_template_writes_a_word_by_itself() -> None:
    for path in sorted(folder_of("templates").rglob("*.*")):
        written = written_in(path.read_text())
        texts = Reader(written).texts if path.suffix == ".html" else [written]
        if path.suffix != ".css":
            assert bare_words(texts) == [], path


def test_no_module_says_a_sentence_by_itself() -> None:
    for path in sorted(ROOT.glob("desk/**/*.py")):
        if "demo" not in path.parts:
            assert list(unsaid(ast.parse(path.read_text()))) == [], path


def test_no_script_writes_numbers_or_times_for_one_language_alone() -> None:
    for path in sorted((ROOT / "static/js").glob("*.js")):
        assert ONE_LANGUAGE.findall(path.read_text()) == [], path
    for wrong in ('Intl.DateTimeFormat("id", {', "Intl.NumberFormat()", "at.toLocaleTimeString()"):
        assert ONE_LANGUAGE.search(wrong)


def unsaid(tree: ast.AST) -> Iterator[str]:
    """The Indonesian texts of a module that are in the hands of none of the four functions."""
    inside = {
        id(one)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in SAYING
        for one in ast.walk(call)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in inside:
            continue
        if INDONESIAN.search(str(node.value)):
            yield str(node.value)


PLACES = (
    "<p>{}</p>", '<p aria-label="{}">⟦a⟧</p>', '<img alt="{}">', '<input placeholder="{}">',
    '<a title="{}"></a>', '<input type="submit" value="{}">', "<template><b>{}</b></template>",
    '<script type="application/json" id="words">{{"step": "{}", "b": "⟦c⟧"}}</script>',
    '<script type="application/json" id="page-data">{{"parts": [{{"text": "{}"}}]}}</script>',
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_bare_word_is_found_wherever_it_stands(place: str) -> None:
    assert bare_words(Reader(place.format("Simpan")).texts) == ["Simpan"]
    for fine in ("⟦Simpan⟧", "12.30", "⟦Kepada ⟧Ani⟦,⟧", "24 November 2026", "–"):
        assert bare_words(Reader(place.format(fine)).texts, ["Ani"]) == []


def test_a_bare_word_inside_a_marked_sentence_is_found() -> None:
    assert bare_words(["⟦Dear ⟧Bendahara⟦,⟧"]) == ["⟦Dear ⟧Bendahara⟦,⟧"]


@pytest.mark.parametrize("bare", ['x = "Anda belum masuk"', 'x = f"{y} orang yang menunggu"'])
def test_a_bare_sentence_in_a_module_is_found(bare: str) -> None:
    assert list(unsaid(ast.parse(bare)))
    assert not list(unsaid(ast.parse('x = _("Anda belum masuk")')))
