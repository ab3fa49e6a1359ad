"""Which icons the pages use, and the one SVG sprite that holds them.

A name may reach `icon(...)` through another macro (`thing("camera-video", ...)`), so templates are
read with Jinja's own parser: a macro that hands one of its parameters on to `icon` is itself a
place where names stand. Scripts and Python sources follow a fixed spelling and are searched.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from jinja2 import Environment, nodes

_CALL = re.compile(r"""\bicon\(\s*["']([^"']+)["']""")
_KEYWORD = re.compile(r"""\bicon=["']([^"']+)["']""")
_SVG = re.compile(r'<svg\b[^>]*\bviewBox="([^"]+)"[^>]*>(.*)</svg>', re.DOTALL)
_PARSER = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)

# The parameters that end up as an icon's name, by the macro that takes them.
Takers = dict[str, set[tuple[int, str]]]


class UnknownIcon(Exception):
    """A source file names an icon that the icon set does not hold."""


def used_icons(root: Path) -> dict[str, Path]:
    """Return each icon name used under `root`, with the first file that uses it."""
    found: dict[str, Path] = {}
    for path, names in _names_by_file(root):
        for name in names:
            found.setdefault(name, path.relative_to(root))
    return dict(sorted(found.items()))


def sprite(icons: dict[str, Path], folder: Path) -> str:
    """Return one SVG with a `<symbol>` for each icon of `folder`; raises UnknownIcon."""
    symbols = "".join(_symbol(name, user, folder) for name, user in icons.items())
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n'


def _symbol(name: str, user: Path, folder: Path) -> str:
    path = folder / f"{name}.svg"
    if not path.is_file():
        raise UnknownIcon(f'{user}: no icon is called "{name}"')
    match = _SVG.search(path.read_text(encoding="utf-8"))
    if match is None:
        raise UnknownIcon(f'{user}: the file of icon "{name}" holds no picture')
    body = re.sub(r"\s*\n\s*", "", match[2])
    return f'<symbol id="{name}" viewBox="{match[1]}" fill="currentColor">{body}</symbol>'


def _names_by_file(root: Path) -> Iterator[tuple[Path, Iterable[str]]]:
    templates = {
        path: _PARSER.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for path in sorted((root / "templates").rglob("*.html"))
    }
    takers = _takers(templates.values())
    for path, tree in templates.items():
        yield path, [name for call in tree.find_all(nodes.Call) for name in _named(call, takers)]
    for path in sorted((root / "static" / "js").rglob("*.js")):
        yield path, _CALL.findall(path.read_text(encoding="utf-8"))
    for path in sorted((root / "desk").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        yield path, _CALL.findall(text) + _KEYWORD.findall(text)


def _takers(trees: Iterable[nodes.Template]) -> Takers:
    macros = [macro for tree in trees for macro in tree.find_all(nodes.Macro)]
    takers: Takers = {"icon": {(0, "name")}}
    size = 0
    while size != (size := sum(map(len, takers.values()))):
        for macro in macros:
            handed_on = {
                argument.name
                for call in macro.find_all(nodes.Call)
                for argument in _arguments(call, takers)
                if isinstance(argument, nodes.Name)
            }
            places = {(i, p.name) for i, p in enumerate(macro.args) if p.name in handed_on}
            if places:
                takers.setdefault(macro.name, set()).update(places)
    return takers


def _arguments(call: nodes.Call, takers: Takers) -> Iterator[nodes.Expr]:
    """Yield what the call gives for each parameter that becomes an icon's name."""
    target = call.node
    name = target.name if isinstance(target, nodes.Name) else getattr(target, "attr", "")
    for index, parameter in takers.get(name, ()):
        if index < len(call.args):
            yield call.args[index]
        yield from (pair.value for pair in call.kwargs if pair.key == parameter)


def _named(call: nodes.Call, takers: Takers) -> Iterator[str]:
    pending = list(_arguments(call, takers))
    while pending:
        expression = pending.pop()
        if isinstance(expression, nodes.CondExpr):
            pending += [part for part in (expression.expr1, expression.expr2) if part]
        elif isinstance(expression, nodes.Const) and isinstance(expression.value, str):
            yield expression.value
