"""Styles, scripts and icons: read once, compressed once, served for ever under their digest.

Everything is held in memory (a few hundred kilobytes), so no request ever names a file on disk.
The digest stands in the path, which keeps the relative imports of the ES modules whole.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

HERE = Path(__file__).parent
FOREVER = "public, max-age=31536000, immutable"
SMALLEST_WORTH_COMPRESSING = 512

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

    def url(self, name: str) -> str:
        """Where a file is served. Raises KeyError for a file that is not there."""
        if name not in self.files:
            raise KeyError(f"no static file {name}: has `make vendor` been run?")
        return f"/static/{self.digest}/{name}"

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
