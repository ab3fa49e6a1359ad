"""The locks, the floors below which no package may fall, and what `make vendor` makes."""

import json
import re
from pathlib import Path

import pytest
from packaging.version import Version

from tools.icons import UnknownIcon, sprite, used_icons
from tools.vendor import used_styles, without_source_map

ROOT = Path(__file__).resolve().parent.parent
PYTHON_LOCKS = ("requirements.lock", "requirements-dev.lock")
ADDRESS = re.compile(r"https?:|file:/|index-url|find-links|trusted-host|\s/\w+/")


def read(name: str) -> str:
    """Return the text of a file at the repository's root."""
    return (ROOT / name).read_text(encoding="utf-8")


def locked_by_pip(lock: str) -> dict[str, Version]:
    """Return each package of a requirements lock with its version."""
    return {m[1]: Version(m[2]) for m in re.finditer(r"(?m)^([\w.-]+)==(\S+)", lock)}


def locked_by_npm(lock: str) -> dict[str, Version]:
    """Return each package of a package-lock with its version."""
    packages = json.loads(lock)["packages"]
    return {
        path.rpartition("node_modules/")[2]: Version(entry["version"])
        for path, entry in packages.items()
        if path
    }


def below_floor(floors: str, locked: dict[str, dict[str, Version]]) -> list[str]:
    """Return what is locked below its floor, or not locked at all."""
    rows = [line.split("#")[0].split() for line in floors.splitlines()]
    return [
        f"{kind} {name}"
        for kind, name, floor in filter(None, rows)
        if (found := locked[kind].get(name)) is None or found < Version(floor)
    ]


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_a_python_lock_holds_versions_and_hashes_and_no_address(name: str) -> None:
    text = read(name)
    assert ADDRESS.search(text) is None
    requirements = re.split(r"(?m)^(?=[\w.-]+==)", text)[1:]
    assert requirements
    assert [row.split()[0] for row in requirements if "--hash=sha256:" not in row] == []


def test_the_address_check_finds_what_an_index_leaves_behind() -> None:
    for line in (
        "--index-url https://index.example/simple",
        "--find-links /srv/wheels",
        "tool @ file:///srv/wheels/tool.whl",
        "    # via -r /home/somebody/requirements.in",
    ):
        assert ADDRESS.search(line), line


def test_the_npm_lock_says_nothing_of_where_a_package_came_from() -> None:
    lock = read("package-lock.json")
    assert '"resolved"' not in lock
    packages = json.loads(lock)["packages"]
    assert [path for path, entry in packages.items() if path and "integrity" not in entry] == []


def test_both_python_locks_agree() -> None:
    run, dev = (locked_by_pip(read(name)) for name in PYTHON_LOCKS)
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_nothing_is_locked_below_its_security_floor(name: str) -> None:
    locked = {"pip": locked_by_pip(read(name)), "npm": locked_by_npm(read("package-lock.json"))}
    assert below_floor(read("security-floors.txt"), locked) == []


def test_a_package_below_its_floor_or_missing_is_found() -> None:
    locked = {"pip": {"aiohttp": Version("3.9.0")}, "npm": {"parser": Version("4.2.10")}}
    floors = "# why\npip aiohttp 3.14.3  # CVE\nnpm parser 4.2.7\npip pillow 13.0.0\n"
    assert below_floor(floors, locked) == ["pip aiohttp", "pip pillow"]


def put(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_icons_are_found_in_templates_scripts_and_sources(tmp_path: Path) -> None:
    put(tmp_path / "templates/parts.html", "{% macro row(a, sign) %}{{ icon(sign) }}{% endmacro %}")
    put(
        tmp_path / "templates/mail/page.html",
        '{{ icon("mic") }}{{ row("x", "eye") }}{{ row("x", sign="files") }}'
        '{{ icon("wifi" if on else "wifi-off") }}{{ favicon("never") }}',
    )
    put(tmp_path / "static/js/call.js", "button.append(icon('mic-mute'));")
    put(tmp_path / "desk/statuses.py", 'Status("Disetujui", icon="patch-check")')
    assert list(used_icons(tmp_path)) == [
        *("eye", "files", "mic", "mic-mute", "patch-check", "wifi", "wifi-off"),
    ]


def test_an_unknown_icon_fails_with_its_name_and_file(tmp_path: Path) -> None:
    put(tmp_path / "icons/mic.svg", '<svg viewBox="0 0 16 16">\n  <path d="M1"/>\n</svg>')
    assert '<symbol id="mic" viewBox="0 0 16 16"' in sprite(
        {"mic": Path("templates/call.html")}, tmp_path / "icons"
    )
    with pytest.raises(UnknownIcon, match=r'templates/call\.html: .*"mikrofon"'):
        sprite({"mikrofon": Path("templates/call.html")}, tmp_path / "icons")


def test_a_vendored_file_points_at_no_source_map() -> None:
    assert without_source_map("let a;\n//# sourceMappingURL=a.js.map\n") == "let a;\n"
    assert without_source_map("a{}\n/*# sourceMappingURL=a.css.map */") == "a{}\n"


def test_of_the_styles_only_the_used_ones_are_served(tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    put(tmp_path / "templates/page.html", '<button class="btn btn-primary">')
    styles = used_styles(tmp_path)
    assert ".btn-primary" in styles
    assert ".accordion" not in styles
