"""Styles, scripts and icons: served for ever under the digest of them all."""

import gzip
import re
from pathlib import Path

import pytest

from desk.assets import Assets, folder_of
from desk.keys import ASSETS
from tests.scenes import fetch
from tests.support import RunningDesk


async def test_every_file_is_served_for_ever(desk: RunningDesk) -> None:
    visitor, assets = desk.visitor(), desk.app[ASSETS]
    assert len(assets.files) > 20
    for name, asset in assets.files.items():
        async with visitor.http.get(visitor.base + assets.url(name)) as answer:
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.content_type == asset.media_type
            assert await answer.read() == asset.content
            assert "Set-Cookie" not in answer.headers


async def test_media_types_are_what_browsers_want(desk: RunningDesk) -> None:
    files = desk.app[ASSETS].files
    assert files["js/waiting.js"].media_type == "text/javascript"
    assert files["css/desk.css"].media_type == "text/css"
    assert files["icon.svg"].media_type == "image/svg+xml"
    assert {asset.media_type for asset in files.values()} <= {
        "text/javascript",
        "text/css",
        "image/svg+xml",
    }


async def test_a_file_is_compressed_for_those_who_can(desk: RunningDesk) -> None:
    visitor, assets = desk.visitor(), desk.app[ASSETS]
    url = visitor.base + assets.url("css/desk.css")
    sizes = {}
    for encoding in ("gzip, br", "identity"):
        async with visitor.http.get(url, headers={"Accept-Encoding": encoding}) as answer:
            assert answer.headers["Vary"] == "Accept-Encoding"
            sizes[encoding] = int(answer.headers["Content-Length"])
            assert ("Content-Encoding" in answer.headers) == (encoding != "identity")
    assert sizes["gzip, br"] < sizes["identity"] / 2


NOT_SERVED = [
    "/static/{digest}/js/not-there.js",
    "/static/0123456789abcdef/css/desk.css",
    "/static/{digest}/../desk.css",
    "/static/{digest}/..%2f..%2fpyproject.toml",
    "/static/{digest}//etc/passwd",
    "/static/{digest}/css",
    "/static/{digest}/css/desk.css%00",
    "/static/css/desk.css",
    "/static/{digest}/js/../../pyproject.toml",
]


async def test_nothing_else_is_served(desk: RunningDesk, subtests: pytest.Subtests) -> None:
    for path in NOT_SERVED:
        with subtests.test(path=path):
            status, _text = await fetch(desk.visitor(), path.format(digest=desk.app[ASSETS].digest))
            assert status == 404


def test_the_digest_changes_with_a_name_or_a_byte(tmp_path: Path) -> None:
    digests = set()
    for name, content in (("a.css", "x"), ("a.css", "y"), ("b.css", "y"), ("b.css", "")):
        for old in tmp_path.iterdir():
            old.unlink()
        (tmp_path / name).write_text(content)
        digests.add(Assets(tmp_path).digest)
    assert len(digests) == 4


def test_what_is_not_there_has_no_address(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="make vendor"):
        Assets(tmp_path).url("js/desk.js")


def test_what_does_not_shrink_is_not_compressed(tmp_path: Path) -> None:
    (tmp_path / "small.css").write_text("a{}")
    (tmp_path / "large.css").write_text("a{}" * 1000)
    files = Assets(tmp_path).files
    assert files["small.css"].compressed is None
    packed = files["large.css"].compressed
    assert packed is not None
    assert gzip.decompress(packed) == files["large.css"].content


def test_scripts_import_only_what_is_there() -> None:
    folder = folder_of("static") / "js"
    for script in folder.glob("*.js"):
        for found in re.findall(r"""(?:from|import) ["'](\./[^"']+)["']""", script.read_text()):
            assert (folder / found).is_file(), f"{script.name} imports {found}"


def test_the_modules_of_a_page_are_all_that_its_script_imports(tmp_path: Path) -> None:
    for name, text in {
        "js/page.js": b'import { a } from "./a.js";\nimport {\n  b,\n} from "./b.js";\na(b);',
        "js/a.js": b'import { io } from "socket.io-client";\nimport { b } from "./b.js";',
        "js/b.js": b'/** @type {import("./never.js").Never} */\nexport const b = 1;',
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text)
    assets = Assets(tmp_path)
    assert assets.modules("js/page.js") == [
        assets.url(f"js/{name}.js") for name in ("page", "a", "b")
    ]


def test_every_module_that_a_page_loads_is_there() -> None:
    assets = Assets(folder_of("static"))
    for name in assets.files:
        if name.startswith("js/"):
            assert assets.url(name) in assets.modules(name)
