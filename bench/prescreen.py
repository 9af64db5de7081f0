"""Prescreen: does a page name a place of the area at all? Against lxml's text of the page and a plain search in it.

The reference decides by the same names (`Area.strong`, one `in` each, until one is found) in the text lxml's HTML
parser gives without scripts and styles; ours decides more (chains of units, Khmer names) in the time it is measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from lxml import html

from analysis.places.area import area_of
from analysis.places.gazetteer import load_gazetteer
from analysis.reading.prescreen import visible
from bench import Figure
from bench.pages import Served, served
from demo.press import Press
from demo.truth.truth import anchor_before

ROUNDS = 5
PROVINCE = "Sóc Trăng"


def run(copies: int) -> Figure:
    """Measure pages a second in one process, both sides taking turns; `named` and `named_reference` are shares."""
    area = area_of(load_gazetteer(), PROVINCE)
    with Press(anchor_before(datetime.now(UTC)), copies=copies, troubles=False, process=True) as press:
        pages = served(press)

    def ours(page: Served) -> bool:
        return area.named_in(visible(page.body))

    names = sorted(area.strong)  # in an order that every run has

    def bare(page: Served) -> bool:
        tree = html.fromstring(page.body.decode("utf-8", errors="replace"))
        for node in tree.xpath("//script|//style"):
            node.drop_tree()
        text = tree.text_content()
        return any(name in text for name in names)

    takes, named = [0.0, 0.0], [0, 0]
    for _ in range(ROUNDS):
        for index, side in enumerate((ours, bare)):
            seconds, named[index] = _timed(side, pages)
            takes[index] += seconds
    rates = [len(pages) * ROUNDS / seconds for seconds in takes]
    more = {"named": named[0] / len(pages), "named_reference": named[1] / len(pages)}
    return Figure("prescreen", rates[0], rates[1], "pages/s", len(pages), more)


def _timed(side: Callable[[Served], bool], pages: Sequence[Served]) -> tuple[float, int]:
    started = time.perf_counter()
    found = sum(side(page) for page in pages)
    return time.perf_counter() - started, found
