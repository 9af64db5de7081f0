"""Extract: a page -> its draft by a recipe, against trafilatura's bare extraction with metadata of the same pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from analysis.reading.extract import extract
from bench import Figure
from bench.pages import Served, served
from demo.press import Press
from demo.truth.truth import anchor_before

ROUNDS = 5


def run(copies: int) -> Figure:
    """Measure pages a second with a recipe for every outlet; `generic` and `ratio_generic` are the same without any.

    One process, the pages in memory; both sides take turns, so that both see the same machine.
    """
    import trafilatura

    now = datetime.now(UTC)
    with Press(anchor_before(now), copies=copies, troubles=False, process=True) as press:
        pages = served(press)
    with_recipes, generic, bare = (
        lambda page: extract(page.body, page.url, outlet=page.outlet, now=now),
        lambda page: extract(page.body, page.url, now=now),
        lambda page: trafilatura.bare_extraction(page.body, with_metadata=True),
    )
    takes = [0.0, 0.0, 0.0]
    for turn in range(-1, ROUNDS):  # the first turn loads what is loaded on first use
        for index, side in enumerate((with_recipes, generic, bare)):
            takes[index] += _seconds(side, pages) if turn >= 0 else 0 * _seconds(side, pages[:5])
    ours, without, reference = (len(pages) * ROUNDS / seconds for seconds in takes)
    more = {"generic": without, "ratio_generic": without / reference}
    return Figure("extract", ours, reference, "pages/s", len(pages), more)


def _seconds(side: Callable[[Served], object], pages: Sequence[Served]) -> float:
    started = time.perf_counter()
    for page in pages:
        side(page)
    return time.perf_counter() - started
