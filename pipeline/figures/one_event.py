"""Why the articles of a story tell one event: each beside the earlier one that it is most like, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from sqlalchemy import Connection

from analysis.grouping.fingerprints import unpack
from analysis.grouping.knowledge import knowledge
from analysis.grouping.pairs import Table, likest
from storage import coverage

MOST: Final = 60  #: articles of a story that are looked at, the first


def reasons_of(db: Connection, articles: Sequence[int], language: Literal["vi", "en"]) -> dict[int, tuple[int, str]]:
    """Return article -> the earlier article of the same story that it was most likely joined by, and why.

    Copies are left out, they have their original; so are articles that grouping has not seen since it judges so.
    """
    table, placed, outlets = Table(knowledge()), [], dict[str, int]()
    for one in coverage.articles.candidates(db, articles[:MOST]):
        if one.reprint_of is not None or one.fingerprint is None:
            continue
        try:
            kept = unpack(one.fingerprint)
        except ValueError:  # of an older form: made anew when grouping meets it
            continue
        at = (one.published_at or one.fetched_at).timestamp()
        table.add(kept, at, outlets.setdefault(one.outlet, len(outlets) + 1))
        placed.append(one.id)
    found = zip(placed[1:], likest(table, language), strict=True) if placed else ()
    return {article: (placed[row], words) for article, (row, words) in found}
