"""Fill the two folders with what the desk takes from npm packages.

Nothing that a registry holds is committed, so they are made anew from `node_modules/`. For pages
`static/vendor/`: the script as it is, of the styles the rules that some page can use, and the icons
in use as one SVG sprite. Whoever waits on a slow line pays for each kilobyte. For the desk itself
`desk/vendor/`, which is not served: the regions, with the licence of that data.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from tools.icons import UnknownIcon, sprite, used_icons

SCRIPT = "socket.io-client/dist/socket.io.esm.min.js"
STYLES = "bootstrap/dist/css/bootstrap.min.css"
ICONS = "bootstrap-icons/icons"
REGIONS = "idn-area-data/data"
REGION_FILES = ("provinces.csv", "regencies.csv", "LICENSE.md")
USERS_OF_STYLES = ("templates/**/*.html", "static/js/**/*.js", "desk/**/*.py")

_SOURCE_MAP = re.compile(r"^(//# sourceMappingURL=.*|/\*# sourceMappingURL=.*\*/)\s*", re.MULTILINE)


def without_source_map(text: str) -> str:
    """Return a script or style sheet without its pointer to a map that is not served."""
    return _SOURCE_MAP.sub("", text)


def used_styles(root: Path) -> str:
    """Return Bootstrap's rules for names that stand in some page; raises CalledProcessError."""
    purge = str(root / "node_modules/.bin/purgecss")
    styles = str(root / "node_modules" / STYLES)
    users = [str(root / pattern) for pattern in USERS_OF_STYLES]
    command = [purge, "--css", styles, "--content", *users]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return "".join(style["css"] for style in json.loads(printed))


def vendor(root: Path) -> None:
    """Make both folders hold exactly what is asked for.

    Raises UnknownIcon, OSError, CalledProcessError.
    """
    modules = root / "node_modules"
    _fill(
        root / "static" / "vendor",
        {
            Path(SCRIPT).name: without_source_map((modules / SCRIPT).read_text(encoding="utf-8")),
            Path(STYLES).name: without_source_map(used_styles(root)),
            "icons.svg": sprite(used_icons(root), modules / ICONS),
        },
    )
    regions = modules / REGIONS
    _fill(
        root / "desk" / "vendor",
        {name: (regions / name).read_text(encoding="utf-8") for name in REGION_FILES},
    )


def _fill(target: Path, wanted: dict[str, str]) -> None:
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
    except (UnknownIcon, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"make vendor: {error}")
