"""The picture of the house, from the real imports: `python -m tests.house.picture` writes docs/house.svg.

A box is a package, in it are its rooms on the levels that its contract in pyproject.toml gives them; a number counts
the modules of a room. An arrow is an import; one that others imply (a -> b -> c, so a -> c) is left out.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

import grimp

from tests.support import ROOT

PICTURE: Final = ROOT / "docs" / "house.svg"
LETTER, HEIGHT, GAP, ROW, PAD, BETWEEN = 6.9, 26, 10, 16, 14, 46
TIP: Final = 'markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"'
STYLE: Final = """
text { font: 12px system-ui, sans-serif; fill: #1b2733; text-anchor: middle; }
.name { font-weight: 700; font-size: 13px; }
.count { fill: #5b6b7a; }
.package { fill: #f3f6f9; stroke: #8fa1b3; }
.room { fill: #ffffff; stroke: #b9c6d2; }
.module { fill: #fffdf4; stroke: #d9cf9f; }
.in { stroke: #a9b7c4; stroke-width: 1; fill: none; }
.between { stroke: #4d6780; stroke-width: 1.6; fill: none; marker-end: url(#tip); }
"""


class Box(NamedTuple):
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    wide: float
    high: float

    @property
    def middle(self) -> float:
        """Where its arrows begin and end."""
        return self.x + self.wide / 2


def imported_by(path: Path) -> set[str]:
    """Return the first names of what a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def contracts() -> dict[str, list[list[str]]]:
    """Return the levels of each package, and of the house itself under ""; the topmost first."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layered = [rule for rule in rules if rule["type"] == "layers"]
    return {
        rule.get("containers", [""])[0]: [[name.strip() for name in level.split("|")] for level in rule["layers"]]
        for rule in layered
    }


def shown(edges: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    """Return the arrows that no others imply."""
    below: dict[str, set[str]] = {}
    for name in TopologicalSorter(edges).static_order():
        below[name] = set().union(*({one} | below[one] for one in edges.get(name, ())))
    return [
        (name, one)
        for name in sorted(edges)
        for one in sorted(edges[name])
        if not any(one in below[other] for other in edges[name] - {one})
    ]


class House:
    """What there is, and who imports whom."""

    def __init__(self) -> None:
        self.levels = contracts()
        self.packages = [name for row in self.levels[""] for name in row]
        top, web, pipeline, middle, settings, press = self.levels[""]
        self.rows = [top, ["scheduler"], web, pipeline, [*middle, *settings], press, ["errors", "logs"]]
        self.graph = grimp.build_graph(*self.packages, include_external_packages=True, cache_dir=None)
        everything = {name for row in self.rows for name in row}
        self.edges: dict[str, set[str]] = {name: set() for name in everything}
        self.inner: dict[str, dict[str, set[str]]] = {name: {} for name in self.packages}
        for name in self.graph.modules:
            package, _, rest_of_name = name.partition(".")
            for other in self.graph.find_modules_directly_imported_by(name):
                above, _, rest_of_other = other.partition(".")
                if above != package:
                    self.edges.get(package, set()).update({above} & everything)
                elif package in self.levels and rest_of_name and rest_of_other:
                    one, two = (part.partition(".")[0] for part in (rest_of_name, rest_of_other))
                    if one != two:
                        self.inner[package].setdefault(one, set()).add(two)
        self.edges["scheduler"] = imported_by(ROOT / "scheduler.py") & everything - {"scheduler"}

    def modules(self, package: str, room: str = "") -> int:
        """Return how many modules a room holds, at any depth; 0: it is a module itself."""
        folder = ROOT / package / room
        return sum(path.name != "__init__.py" for path in folder.rglob("*.py")) if folder.is_dir() else 0

    def labels(self, package: str) -> list[list[tuple[str, int]]]:
        """Return name and number of modules of each room, by level."""
        return [[(room, self.modules(package, room)) for room in row] for row in self.levels.get(package, [])]


def width(label: tuple[str, int]) -> float:
    """Return how wide the box of a room is."""
    return len(f"{label[0]} {label[1] or ''}") * LETTER + 2 * GAP


def size(house: House, name: str) -> tuple[float, float]:
    """Return width and height of a package."""
    rows = house.labels(name)
    wide = max([sum(width(label) + GAP for label in row) - GAP for row in rows], default=0)
    title = len(f"{name} {house.modules(name) or ''}") * LETTER * 1.15
    return max(wide, title) + 2 * PAD, HEIGHT + len(rows) * (HEIGHT + ROW) + (PAD - ROW / 2 if rows else 4)


def box(place: Box, kind: str, name: str, count: int, at: float) -> str:
    """Return a rectangle with its name and number."""
    said = escape(name) + (f' <tspan class="count">{count}</tspan>' if count else "")
    bold = ' class="name"' if kind == "package" else ""
    return (
        f'<rect class="{kind}" x="{place.x:.0f}" y="{place.y:.0f}" width="{place.wide:.0f}" '
        f'height="{place.high:.0f}" rx="5"/><text{bold} x="{place.middle:.0f}" y="{at:.0f}">{said}</text>'
    )


def arrow(one: Box, two: Box, kind: str) -> str:
    """Return a curve from the foot of one box to the head of another."""
    start, end = one.y + one.high, two.y
    bend = max((end - start) / 2, 8)
    return (
        f'<path class="{kind}" d="M{one.middle:.0f} {start:.0f} C{one.middle:.0f} {start + bend:.0f} '
        f'{two.middle:.0f} {end - bend:.0f} {two.middle:.0f} {end:.0f}"/>'
    )


def rooms(house: House, package: str, place: Box) -> Iterable[str]:
    """Return what stands inside a package: its arrows, over them its rooms."""
    places: dict[str, Box] = {}
    parts: list[str] = []
    y = place.y + HEIGHT + 4
    for row in house.labels(package):
        x = place.middle - (sum(width(label) + GAP for label in row) - GAP) / 2
        for label in row:
            own = places[label[0]] = Box(x, y, width(label), HEIGHT)
            parts.append(box(own, "room" if label[1] else "module", *label, own.y + 17))
            x += own.wide + GAP
        y += HEIGHT + ROW
    edges = {name: below & places.keys() for name, below in house.inner[package].items() if name in places}
    return [arrow(places[one], places[two], "in") for one, two in shown(edges)] + parts


def draw() -> str:
    """Return the picture as SVG, the same for the same imports."""
    house = House()
    sizes = {name: size(house, name) for row in house.rows for name in row}
    whole = max(sum(sizes[name][0] + BETWEEN / 2 for name in row) for row in house.rows) + PAD
    places: dict[str, Box] = {}
    y: float = PAD
    for row in house.rows:
        x = (whole - sum(sizes[name][0] + BETWEEN / 2 for name in row) + BETWEEN / 2) / 2
        for name in row:
            places[name] = Box(x, y, *sizes[name])
            x += sizes[name][0] + BETWEEN / 2
        y += max(sizes[name][1] for name in row) + BETWEEN
    parts = [arrow(places[one], places[two], "between") for one, two in shown(house.edges)]
    for name, place in places.items():
        parts.append(box(place, "package", name, house.modules(name), place.y + 19))
        parts += rooms(house, name, place) if name in house.levels else ()
    tip = f'<marker id="tip" {TIP}><path d="M0 0 8 4 0 8z" fill="#4d6780"/></marker>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole:.0f} {y - BETWEEN + PAD:.0f}" role="img">'
    title = "<title>Packages and rooms of Điểm Báo, and who imports whom</title>"
    return "\n".join([head, title, f"<style>{STYLE}</style>", f"<defs>{tip}</defs>", *parts, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
