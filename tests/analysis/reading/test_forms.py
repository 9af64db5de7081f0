"""Pages of every form, read whole and with each source of evidence taken out: no figure falls under its floor.

The floors (forms.json) are what was measured last; `python -m tests.analysis.reading.forms --update` raises them.
"""

from __future__ import annotations

from functools import cache

import pytest

from tests.analysis.reading.forms import SEEDS, SETS, Reading, figures, judged, lost, pages, refused, stored

pytestmark = pytest.mark.slow


@cache
def readings(name: str) -> tuple[Reading, ...]:
    """What is read of the pages of one set."""
    return tuple(map(judged, pages(range(SEEDS.get(name, 1)), SETS[name])))


@pytest.mark.parametrize("name", SETS)
def test_no_figure_falls_under_its_floor(name: str) -> None:
    floors, found = stored()[name], figures(readings(name))
    assert {figure: value for figure, value in found.items() if value < floors[figure]} == {}


@pytest.mark.parametrize("name", SETS)
def test_no_words_are_lost_inside_a_line(name: str) -> None:
    found = {one.page.name: lost(one.page, one.draft) for one in readings(name) if one.draft}
    assert {page: lines for page, lines in found.items() if lines} == {}


def test_what_is_no_article_is_not_taken_for_one() -> None:
    told = refused(range(3))
    assert sum(told.values()) / len(told) >= stored()["no article"]["refused"], told


def test_every_article_is_read() -> None:
    assert [one.page.name for one in readings("all") if one.draft is None] == []
