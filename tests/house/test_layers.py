"""The house keeps its form: rooms of a size to look over, modules without circles, the root's modules in their layer.

The arrows between packages and rooms are import-linter's (pyproject.toml).
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from tests.house.picture import PICTURE, draw, imported_by
from tests.support import ROOT

PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
OURS = {*PACKAGES, *(path.stem for path in ROOT.glob("*.py"))}
MAY_IMPORT = {
    "errors": set(),
    "logs": set(),
    "scheduler": {"errors", "logs", "settings", "press", "pipeline", "storage", "web"},
}
FLAT = {"cli", "storage/migrations/versions"}  # a module a group of commands, a module a step: long lists by nature
MOST, LONGEST = 14, 400
MOST_TESTS, LONGEST_TESTS = 20, 500


def modules(*folders: str) -> Iterator[Path]:
    return (path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("module", sorted(path.stem for path in ROOT.glob("*.py")))
def test_a_root_module_imports_downwards_only(module: str) -> None:
    assert imported_by(ROOT / f"{module}.py") & OURS <= MAY_IMPORT[module]


@pytest.mark.parametrize(("folders", "most"), [(PACKAGES, MOST), (["tests"], MOST_TESTS)], ids=["program", "tests"])
def test_a_room_can_be_looked_over(folders: list[str], most: int) -> None:
    rooms = Counter(
        path.parent.relative_to(ROOT).as_posix() for path in modules(*folders) if path.name != "__init__.py"
    )
    assert {room: count for room, count in rooms.items() if count > most and room not in FLAT} == {}


@pytest.mark.parametrize(
    ("folders", "longest"), [(PACKAGES, LONGEST), (["tests"], LONGEST_TESTS)], ids=["program", "tests"]
)
def test_a_module_can_be_read_in_one_go(folders: list[str], longest: int) -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_bytes().splitlines()) for path in modules(*folders)}
    assert {name: lines for name, lines in lengths.items() if lines > longest} == {}


def test_no_module_stands_on_itself_by_way_of_others() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' <- '.join(error.args[1])}")


def test_each_room_says_what_it_is() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in modules(*PACKAGES)
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_picture_shows_the_house_as_it_is() -> None:
    assert PICTURE.read_text("utf-8") == draw(), "stale: make picture"
