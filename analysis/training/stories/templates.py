"""Pairs of unlabelled press that look alike and lie too far apart to tell one event: what is said again and again.

They teach that shared phrases ("lịch thi đấu", "tiếp đại sứ") are no event; no reader is needed for them.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.grouping.fingerprints import fingerprint
from analysis.grouping.knowledge import Knowledge
from analysis.grouping.pairs import FEATURES, Table
from analysis.grouping.stories import COMMON, WINDOW
from analysis.grouping.words import KINDS, MARK, SHIFT
from analysis.training.gold import records
from press.dates import parse
from press.text import plain, split_dateline

FEEDS: Final = "feeds_2026.jsonl.gz"
APART: Final = timedelta(days=5)
ALIKE: Final = 0.2  # of a headline and the other text: below it nothing is to be learned
MOST: Final = 12  # that are alike to one article, earlier ones
WEIGHT: Final = 0.2  # of such a pair beside one that a reader judged
_LATEST: Final = 200  # articles that a term is looked up in


def templates(data: Path, without: Collection[str], known: Knowledge) -> NDArray[np.float32]:
    """Return features of such pairs, (pairs, FEATURES), as if they lay within the window; none without the feeds."""
    table, terms = Table(known), defaultdict[int, list[int]](list)
    found = [np.zeros((0, len(FEATURES)), np.float32)]
    outlets: dict[str, int] = {}
    for title, lead, at, outlet in _feed(data, without):
        made = fingerprint(title, lead, known=known)
        row = table.add(made, at, outlets.setdefault(outlet, len(outlets) + 1))
        own = np.concatenate([made.title, made.head])
        own = own[((own & KINDS) != MARK) & (known.rarity_of(own) >= COMMON)]
        rows = np.array([other for term in (own >> SHIFT).tolist() for other in terms[term][-_LATEST:]], np.int64)
        rows = rows[np.abs(table.at[rows] - at) >= APART.total_seconds()]
        if len(rows):
            rows, times = np.unique(rows, return_counts=True)
            rows = rows[np.argsort(-times, kind="stable")[:MOST]]
            rows = rows[~table.never(row, rows)]
            features = table.features(row, rows)
            found.append(_nearer(features[features[:, FEATURES.index("title_text")] >= ALIKE], title))
        for term in (own >> SHIFT).tolist():
            terms[term].append(row)
    return np.concatenate(found)


def _feed(data: Path, without: Collection[str]) -> list[tuple[str, str, float, str]]:
    """Return title, lead, time and outlet of the items of the feeds, in order of time."""
    found = []
    for row in records(data / FEEDS) if (data / FEEDS).is_file() else ():
        published = parse(str(row.get("published") or ""))
        if published is not None and row.get("link") not in without:
            lead = split_dateline(plain(str(row.get("summary") or "")))[1]
            found.append((plain(str(row["title"])), lead, published.at.timestamp(), str(row["outlet"])))
    return sorted(found, key=lambda one: one[2])


def _nearer(features: NDArray[np.float32], title: str) -> NDArray[np.float32]:
    """Say the pairs lie a day apart and up to the window, by a digest of the headline: on one day they may be one."""
    days = 1 + (zlib.crc32(title.encode()) % 1000) / 1000 * (WINDOW / timedelta(days=1) - 1)
    features[:, FEATURES.index("days_apart")] = days
    return features
