"""What unlabelled press says of terms: how rare each is, and where it lies by meaning; and the names of provinces.

Meaning is learned without labels: a headline should lie near its own lead and far from 767 others. Articles of the
labelled days are left out, so that what is measured on those days has seen none of their words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.grouping.knowledge import BUCKETS, MEANINGS, WIDTH, rarity_from
from analysis.grouping.words import HEAD, SHIFT, terms_of, tokens_of
from analysis.places.gazetteer import PROVINCE, load_gazetteer
from analysis.training.gold import records
from press.text import plain, split_dateline, tone_normal

Say = Callable[[str], None]
Floats = NDArray[np.float32]

#: corpus below the data folder -> the fields of its lead, how often a pair of it is learned from a round
CORPORA: Final = {
    "feeds_2026.jsonl.gz": (("summary",), 3),
    "corpora/baomoi_sections.jsonl.gz": (("text",), 1),
    "corpora/baomoi_fulltext_2017.jsonl.gz": (("lead", "text"), 1),
}
BATCH: Final = 768
ROUNDS: Final = 3
STEP: Final = 0.5
SHARP: Final = 0.08  # the temperature of the contrast
SHORTEST: Final = 50  # letters of a lead that is learned from
LEAD: Final = 400  # letters of a field that are read
SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Background:
    """Counts of the articles that have each bucket's terms, and the vectors of terms."""

    counts: NDArray[np.int64]  #: (BUCKETS,)
    articles: int
    vectors: Floats  #: (MEANINGS, WIDTH)


def background(data: Path, without: Collection[str], say: Say) -> Background:
    """Read the press below a folder, but for the addresses `without`, and learn from it."""
    counts = np.zeros(BUCKETS, np.int64)
    articles = 0
    pairs: list[tuple[list[int], list[int]]] = []
    for title, text, often in press(data, without):
        heading, head = terms(title), terms(text)
        at = np.unique((np.array([*heading, *head], np.int64) >> SHIFT) % BUCKETS)
        counts[at] += 1
        articles += 1
        if len(text) >= SHORTEST and heading:
            pairs += [(heading, head)] * often
    if not articles:
        raise ValueError(f"{data}: no press to learn from")
    say(f"{articles} articles read, the meaning of terms is learned from {len(pairs)} headlines with leads")
    return Background(counts, articles, meaning(pairs, counts, articles, say))


def press(data: Path, without: Collection[str]) -> Iterator[tuple[str, str, int]]:
    """Give title, lead and weight of every article of the corpora that are there."""
    for name, (fields, often) in CORPORA.items():
        if (data / name).is_file():
            for row in records(data / name):
                if row.get("link") not in without:
                    lead = plain(" ".join(str(row.get(field) or "")[:LEAD] for field in fields))
                    yield plain(str(row["title"])), split_dateline(lead)[1] if lead else "", often


def terms(text: str) -> list[int]:
    """Return the terms of the first syllables of a text."""
    return terms_of(tokens_of(text, "vi")[:HEAD])


def meaning(pairs: Sequence[tuple[list[int], list[int]]], counts: NDArray[np.int64], articles: int, say: Say) -> Floats:
    """Learn a vector for each bucket of terms: the sum of a headline's lies near that of its lead (Adagrad)."""
    random = np.random.default_rng(SEED)
    sides = [_matrix([pair[side] for pair in pairs]) for side in (0, 1)]
    seen = np.bincount(np.concatenate([side.indices for side in sides]), minlength=MEANINGS)
    rarity = rarity_from(seen, 2 * len(pairs))
    vectors = random.standard_normal((MEANINGS, WIDTH)).astype(np.float32) * rarity[:, None] / np.float32(WIDTH**0.5)
    moved = np.full(MEANINGS, 1e-3, np.float32)
    for turn in range(ROUNDS):
        order = random.permutation(len(pairs))
        for at in range(0, len(pairs) - BATCH + 1, BATCH):
            _step([side[order[at : at + BATCH]] for side in sides], vectors, moved)
        say(f"meaning of terms: round {turn + 1} of {ROUNDS}")
    return vectors


def _matrix(texts: Sequence[Sequence[int]]) -> Any:
    rows = [np.unique((np.array(one, np.int64) >> SHIFT) % MEANINGS) for one in texts]
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.concatenate(rows)
    return sparse.csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(rows), MEANINGS))


def _step(sides: Sequence[Any], vectors: Floats, moved: Floats) -> None:
    """One step down the contrast of a batch: each headline against all leads, each lead against all headlines."""
    used, units, lengths = [], [], []
    for side in sides:
        columns, at = np.unique(side.indices, return_inverse=True)
        narrow = sparse.csr_matrix((side.data, at, side.indptr), shape=(side.shape[0], len(columns)))
        total = narrow @ vectors[columns]
        length = np.sqrt((total * total).sum(1, keepdims=True)) + 1e-6
        used.append((narrow, columns))
        units.append(total / length)
        lengths.append(length)
    alike = units[0] @ units[1].T / SHARP
    pull = _softmax(alike, 1) + _softmax(alike, 0)
    np.fill_diagonal(pull, pull.diagonal() - 2)
    pull /= 2 * SHARP
    slopes = pull @ units[1], pull.T @ units[0]
    for (narrow, columns), unit, length, slope in zip(used, units, lengths, slopes, strict=True):
        along = (slope - unit * (slope * unit).sum(1, keepdims=True)) / length
        change = np.asarray(narrow.T @ along)
        moved[columns] += (change * change).mean(1)
        vectors[columns] -= STEP * change / np.sqrt(moved[columns])[:, None]


def _softmax(values: Floats, axis: int) -> Floats:
    raised = np.exp(values - values.max(axis, keepdims=True))
    total: Floats = raised / raised.sum(axis, keepdims=True)
    return total


def provinces() -> dict[str, int]:
    """Return names of provinces, today's and former, in lower case, with the number of the province of today."""
    gazetteer = load_gazetteer()
    today = [index for index, unit in enumerate(gazetteer.units) if unit.level == PROVINCE and not unit.valid_to]
    number = {index: bit for bit, index in enumerate(today)}
    found: dict[str, int] = {}
    for index, unit in enumerate(gazetteer.units):
        if unit.level == PROVINCE:
            bits = {number[other] for other in gazetteer.lineage(index) if other in number}
            if len(bits) == 1:
                for name in (unit.name, *gazetteer.spelling.get(unit.name, ())):
                    found[" ".join(tokens_of(tone_normal(name), "vi")).lower()] = min(bits)
    return found
