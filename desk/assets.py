"""Styles, scripts and icons: read once, compressed once, served for ever under their digest.

Everything is held in memory (a few hundred kilobytes), so no request ever names a file on disk.
The digest stands in the path, which keeps the relative imports of the ES modules whole.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from aiohttp import web

HERE = Path(__file__).parent
FOREVER = "public, max-age=31536000, immutable"
SMALLEST_WORTH_COMPRESSING = 512

# How our scripts import from each other; what an import map names is none of ours.
IMPORT = re.compile(rb'^(?:import|export)\b[^;]*?\bfrom "\./([^"]+)";', re.MULTILINE)

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("image/svg+xml", ".svg")


def folder_of(name: str) -> Path:
    """`templates` or `static`: inside the package in a wheel, beside it in a checkout."""
    inside = HERE / name
    return inside if inside.is_dir() else HERE.parent / name


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, the same compressed where that pays, and its media type."""

    content: bytes
    compressed: bytes | None
    media_type: str


def _load(path: Path) -> Asset:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = (
        gzip.compress(content, 9, mtime=0) if len(content) > SMALLEST_WORTH_COMPRESSING else b""
    )
    worth = packed and len(packed) < len(content)
    return Asset(content, packed if worth else None, media_type)


class Assets:
    """All static files under one digest of them all."""

    def __init__(self, folder: Path) -> None:
        """Read every file below `folder`."""
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        self.files = {path.relative_to(folder).as_posix(): _load(path) for path in paths}
        whole = hashlib.sha256()
        for name, asset in self.files.items():
            whole.update(f"{name}\0{len(asset.content)}\0".encode() + asset.content)
        self.digest = whole.hexdigest()[:16]
        self._modules: dict[tuple[str, ...], list[str]] = {}

    def url(self, name: str) -> str:
        """Where a file is served. Raises KeyError for a file that is not there."""
        if name not in self.files:
            raise KeyError(f"no static file {name}: has `make vendor` been run?")
        return f"/static/{self.digest}/{name}"

    def modules(self, *entries: str) -> list[str]:
        """Where the scripts are that these ones import, and so on, themselves included.

        A browser that is told of them all at once need not find one after the other. Raises
        KeyError for a script that is not there.
        """
        if entries not in self._modules:
            self._modules[entries] = self._imported_by(entries)
        return self._modules[entries]

    def _imported_by(self, entries: tuple[str, ...]) -> list[str]:
        found: dict[str, None] = {}
        pending = list(entries)
        while pending:
            name = pending.pop(0)
            if name not in found:
                found[name] = None
                folder = PurePosixPath(name).parent
                imported = IMPORT.findall(self.files[name].content)
                pending += [str(folder / one.decode()) for one in imported]
        return [self.url(name) for name in found]

    async def serve(self, request: web.Request) -> web.Response:
        """Answer `/static/{digest}/{name}`."""
        asset = self.files.get(request.match_info["name"])
        if asset is None or request.match_info["digest"] != self.digest:
            raise web.HTTPNotFound
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        body = asset.content
        if asset.compressed and "gzip" in request.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = asset.compressed, "gzip"
        charset = "utf-8" if asset.media_type.startswith("text/") else None
        return web.Response(
            body=body, headers=headers, content_type=asset.media_type, charset=charset
        )
