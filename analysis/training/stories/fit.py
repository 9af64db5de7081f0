"""Trains how a pair of articles is judged, and measures it on whole days that nothing was learned from.

Logistic regression over named features; what joins is chosen between the days it is learned from: each judged by the
weights of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.grouping import knowledge as known_by
from analysis.grouping.knowledge import MODEL, Knowledge, rarity_from
from analysis.grouping.pairs import FEATURES
from analysis.training.stories.background import background, provinces
from analysis.training.stories.days import (
    Agreement,
    Day,
    addresses,
    agreement,
    days,
    halves,
    one_stream,
    pairs,
    regrouped,
)
from analysis.training.stories.templates import WEIGHT, templates

Say = Callable[[str], None]
Floats = NDArray[np.float32]

#: The mean chance that joins one article to one, as likely as not at least, and stories of any size: what is tried.
JOINS: Final = tuple(product((0.5, 0.6), (0.02, 0.04, 0.07, 0.1, 0.14)))
PENALTY: Final = 0.01  # inverse strength
ROUNDS: Final = 1000  # of the bootstrap


@dataclass(frozen=True, slots=True)
class Measured:
    """Agreement on articles nothing was learned from, with 95 % of a bootstrap that draws the readers' stories."""

    name: str
    n: int
    found: Agreement
    b3: tuple[float, float]
    pairs: tuple[float, float]

    def __str__(self) -> str:
        parts = [f"{value:.2f}" for value in (*self.found.b3_parts, *self.found.pair_parts)]
        return (
            f"| {self.name} | {self.n} | {self.found.b3:.3f} [{self.b3[0]:.3f}, {self.b3[1]:.3f}] "
            f"| {parts[0]}, {parts[1]} "
            f"| {self.found.pairs:.3f} [{self.pairs[0]:.3f}, {self.pairs[1]:.3f}] | {parts[2]}, {parts[3]} |"
        )


HEAD: Final = (
    "| days left out | articles | B³ F1 | precision, recall | pairs F1 | precision, recall |",
    "|---|---|---|---|---|---|",
)


def train(data: Path, out: Path, say: Say) -> Path:
    """Learn all that stories are grouped by, from press and labelled days below a folder; writes stories.npz."""
    said = background(data, addresses(data), say)
    vectors = said.vectors
    scale = np.abs(vectors).max(1) / 127
    small = np.rint(vectors / np.maximum(scale, 1e-9)[:, None]).astype(np.int8)
    first = Knowledge(
        rarity_from(said.counts, said.articles),
        small,
        scale.astype(np.float16).astype(np.float32),
        provinces(),
        np.zeros(len(FEATURES) + 1, np.float32),
    )
    path = out / MODEL.name
    known_by.save(path, first, said.counts, said.articles)
    return refit(data, path, say)


def refit(data: Path, path: Path, say: Say) -> Path:
    """Learn the weights of pairs and what joins anew, the background as the file has it."""
    known = known_by.read(path)
    given = days(data, known)
    known = learned(given, known, templates(data, addresses(data), known), say)
    with np.load(path, allow_pickle=False) as before:
        arrays = {name: before[name] for name in before.files}
    np.savez_compressed(path, **{**arrays, "weights": known.weights, "joins": np.array(known.joins)})
    return path


def learned(given: Sequence[Day], known: Knowledge, apart: Floats, say: Say) -> Knowledge:
    """Return the knowledge with weights of all these days, and what joins chosen between them.

    `apart`: features of pairs that are known to be none, see `templates`.
    """
    of_day = [pairs(day, known) for day in given]
    crossed = [
        replace(known, weights=weights([pair for other, pair in enumerate(of_day) if other != held], apart))
        for held in range(len(given))
    ]
    best = max(JOINS, key=lambda joins: _worth(given, crossed, joins))
    say(f"{', '.join(day.name for day in given)}: one joins one at {best[0]}, any size at {best[1]}")
    return replace(known, weights=weights(of_day, apart), joins=best)


def _worth(given: Sequence[Day], crossed: Sequence[Knowledge], joins: tuple[float, float]) -> float:
    """What is looked for: B³, and half of the pairs'."""
    worth = 0.0
    for day, known in zip(given, crossed, strict=True):
        found = agreement(day.stories, regrouped(day, replace(known, joins=joins)))
        worth += found.b3 + found.pairs / 2
    return worth


def weights(of_days: Sequence[tuple[Floats, NDArray[np.bool_], NDArray[np.float64]]], apart: Floats) -> Floats:
    """Fit pairs of days, and those that are apart: a weight for each feature and the constant, float32."""
    from sklearn.linear_model import LogisticRegression

    features, same, weight = (np.concatenate([day[part] for day in of_days]) for part in range(3))
    spread = features.std(0) + 1e-6
    features = np.concatenate([features, apart])
    same = np.concatenate([same, np.zeros(len(apart), bool)])
    weight = np.concatenate([weight, np.full(len(apart), WEIGHT)])
    fitted = LogisticRegression(C=PENALTY, max_iter=500).fit(features / spread, same, weight)
    return np.append(fitted.coef_[0] / spread, fitted.intercept_).astype(np.float32)


def text(measured: Sequence[Measured]) -> str:
    """Return the figures as a Markdown table."""
    return "\n".join(["Stories", "", *HEAD, *map(str, measured)])


def measure(data: Path, say: Say, path: Path = MODEL) -> list[Measured]:
    """Measure each labelled day by what the others teach, their mean, then two days as one stream by the third.

    The background (rarity, meaning) is that of the file: it has seen no word of the labelled days. For the stream
    the third day alone teaches, its stories in two halves.
    """
    known = known_by.read(path)
    given = days(data, known)
    if len(given) < 3:
        raise ValueError(f"{data}: days can be left out where there are three labelled ones, here {len(given)}")
    apart = templates(data, addresses(data), known)
    found = []
    for held in given:
        taught = learned([day for day in given if day is not held], known, apart, say)
        found.append((held, regrouped(held, taught)))
    measured = [_measured(day.name, [(day.stories, stories)]) for day, stories in found]
    measured.append(_measured("mean of the days", [(day.stories, stories) for day, stories in found]))
    stream = one_stream(given[:2])
    taught = learned(halves(given[2]), known, apart, say)
    measured.append(_measured(stream.name, [(stream.stories, regrouped(stream, taught))]))
    return measured


def _measured(name: str, found: Sequence[tuple[list[str], list[int | None]]]) -> Measured:
    """Means over sets; the bootstrap draws whole stories within each."""
    random = np.random.default_rng(20261129)
    draws = []
    for _ in range(ROUNDS):
        told = []
        for gold, stories in found:
            names, number = np.unique(gold, return_inverse=True)
            times = np.bincount(random.integers(0, len(names), len(names)), minlength=len(names))[number]
            told.append(agreement(gold, stories, times.astype(np.float64)))
        draws.append((np.mean([one.b3 for one in told]), np.mean([one.pairs for one in told])))
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    every = [agreement(gold, stories) for gold, stories in found]
    mean = Agreement(
        float(np.mean([one.b3 for one in every])),
        float(np.mean([one.pairs for one in every])),
        tuple(np.mean([one.b3_parts for one in every], axis=0)),
        tuple(np.mean([one.pair_parts for one in every], axis=0)),
    )
    return Measured(name, sum(len(gold) for gold, _ in found), mean, (low[0], high[0]), (low[1], high[1]))
