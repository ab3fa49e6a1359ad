"""Fill `static/vendor/` with the few files of npm packages that pages ask for.

Nothing that a registry holds is committed, so the folder is made anew from `node_modules/`: the
libraries as they are, and the icons in use as one SVG sprite.
"""

import re
import sys
from pathlib import Path

from tools.icons import UnknownIcon, sprite, used_icons

LIBRARIES = (
    "bootstrap/dist/css/bootstrap.min.css",
    "socket.io-client/dist/socket.io.esm.min.js",
)
ICONS = "bootstrap-icons/icons"

_SOURCE_MAP = re.compile(r"^(//# sourceMappingURL=.*|/\*# sourceMappingURL=.*\*/)\s*", re.MULTILINE)


def without_source_map(text: str) -> str:
    """Return a script or style sheet without its pointer to a map that is not served."""
    return _SOURCE_MAP.sub("", text)


def vendor(root: Path) -> None:
    """Make `static/vendor/` hold exactly what the pages ask for; raises UnknownIcon, OSError."""
    modules = root / "node_modules"
    wanted = {
        Path(library).name: without_source_map((modules / library).read_text(encoding="utf-8"))
        for library in LIBRARIES
    }
    wanted["icons.svg"] = sprite(used_icons(root), modules / ICONS)
    target = root / "static" / "vendor"
    target.mkdir(parents=True, exist_ok=True)
    for path in target.iterdir():
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = target / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        vendor(Path.cwd())
    except (UnknownIcon, OSError) as error:
        sys.exit(f"make vendor: {error}")
