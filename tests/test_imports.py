"""Who may import whom: `desk -> signaling -> waiting_room`, `desk -> media`; nobody `desk`."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = {
    "desk": ROOT / "desk",
    "media": ROOT / "media",
    "signaling": ROOT / "signaling",
    "waiting_room": ROOT / "queue" / "waiting_room",
}
MAY_IMPORT: dict[str, set[str]] = {
    "desk": {"media", "signaling", "waiting_room"},
    "media": set(),
    "signaling": {"waiting_room"},
    "waiting_room": set(),
}


def imported_names(source: str) -> Iterator[str]:
    """Yield the full name of every module that the source imports by name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def forbidden_imports(room: str, source: str) -> list[str]:
    """Return the rooms that a module of `room` imports and may not."""
    rooms = {name.partition(".")[0] for name in imported_names(source)} & ROOMS.keys()
    return sorted(rooms - MAY_IMPORT[room] - {room})


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_imports_only_what_lies_below_it(room: str) -> None:
    modules = sorted(ROOMS[room].rglob("*.py"))
    assert modules, f"{room} is empty"
    broken = {
        str(path.relative_to(ROOT)): found
        for path in modules
        if (found := forbidden_imports(room, path.read_text(encoding="utf-8")))
    }
    assert broken == {}


@pytest.mark.parametrize(
    ("room", "source", "found"),
    [
        ("waiting_room", "import desk.settings", ["desk"]),
        ("media", "from desk.settings import Settings", ["desk"]),
        ("waiting_room", "from signaling.rooms import line", ["signaling"]),
        ("signaling", "def f():\n    from desk import audit\n", ["desk"]),
        ("signaling", "if True:\n    import desk as house\n", ["desk"]),
    ],
)
def test_a_planted_import_against_the_rule_is_found(
    room: str, source: str, found: list[str]
) -> None:
    assert forbidden_imports(room, source) == found


def test_imports_that_keep_the_rule_pass() -> None:
    assert forbidden_imports("desk", "import signaling, waiting_room.line\nimport desk.app") == []
    assert (
        forbidden_imports("signaling", "from waiting_room import line\nfrom . import rooms") == []
    )


def test_the_folder_queue_is_a_source_root_and_no_package() -> None:
    assert (ROOT / "queue").is_dir()
    assert not (ROOT / "queue" / "__init__.py").exists()


def test_import_queue_from_the_root_gives_the_standard_library() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "import queue; print(queue.__file__, queue.SimpleQueue)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.startswith(sys.base_prefix)
    assert str(ROOT / "queue") not in answer.stdout
