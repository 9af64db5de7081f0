"""Decision values of the linear recipe for texts that the model, its terms and its calibration never saw.

Groups of near-duplicates are never parted. For a *held* part every other part has values of a model that saw neither of
the two, so that calibration and thresholds are learned inside the fold. Each fit is kept on disk under a digest of the
data and of the recipe's source, so that a run that was killed goes on where it was, and another recipe begins anew.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np

from analysis.tags import features
from analysis.tags.tone import TONES
from analysis.training import fitting
from analysis.training.fitting import Array, fit, ground
from analysis.training.gold import PARTS, Example
from analysis.training.silver import Taught
from analysis.training.train import READERS
from press import TOPICS

WIDTH: Final = len(TOPICS) + len(TONES)  #: decision values of a text: topics, then tones
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Nested:
    """The values of one voice: `within[held]` (texts, WIDTH) by models that saw neither part `held` nor the text's own.

    `later` (later texts, WIDTH) are by a model of all the texts.
    """

    within: Array
    later: Array


def labels(examples: Sequence[Example]) -> Array:
    """What readers said: (texts, WIDTH), 0 or 1."""
    given = [[float(name in one.topics) for name in TOPICS] for one in examples]
    tones = [[float(one.tone == value) for value in TONES] for one in examples]
    return np.hstack([np.array(given).reshape(-1, len(TOPICS)), np.array(tones).reshape(-1, len(TONES))])


def nested(
    examples: Sequence[Example],
    parts: Sequence[int],
    later: Sequence[Example],
    taught: Taught | None,
    keep: Path,
    say: Say = lambda _: None,
    quick: bool = False,
) -> Nested:
    """The linear recipe's values of `examples`, whose part of 0..4 is in `parts`, and of `later` ones.

    Fifteen fits, one without each part or pair of parts, and one of all where there are `later` texts. `quick`: only
    the five without a part; calibrations are then learned from values of models that saw the held part. `keep` is the
    folder where fits are kept; OSError where it cannot be written.
    """
    home = keep / f"linear-{_digest(examples, parts, later, taught)}"
    home.mkdir(parents=True, exist_ok=True)
    numbers, within = np.array(parts), np.zeros((PARTS, len(examples), WIDTH))
    for without in _leaves(1 if quick else 2):
        seen = np.flatnonzero(~np.isin(numbers, without)).tolist()
        asked = np.flatnonzero(np.isin(numbers, without))
        path = home / f"without-{'-'.join(map(str, without))}.npz"
        values = _kept(path, len(asked))
        if values is None:
            say(f"fit without part {' and '.join(map(str, without))}: {len(seen)} texts")
            learned, tested = [examples[i] for i in seen], [examples[i] for i in asked.tolist()]
            values = _keep(path, values_of(learned, tested, taught))
        for held in without:
            # With a part held, a pair's model judges the other one of the pair: from it the calibration is learned.
            chosen = np.isin(numbers[asked], [other for other in without if other != held] or [held])
            within[held, asked[chosen]] = values[chosen]
        if quick:
            within[:, asked] = values
    found = np.zeros((0, WIDTH))
    if later:
        kept = _kept(home / "later.npz", len(later))
        if kept is None:
            say(f"fit of all: {len(examples)} texts, for {len(later)} later ones")
            kept = _keep(home / "later.npz", values_of(examples, later, taught))
        found = kept
    return Nested(within, found)


def values_of(learned: Sequence[Example], asked: Sequence[Example], taught: Taught | None) -> Array:
    """The recipe fitted on `learned`, terms and their rarity included: (asked, WIDTH)."""
    wanted, every = labels(learned), range(len(learned))
    terms = [one.terms for one in learned]
    on = ground(terms, taught.topics if taught else None)
    subjects = fit(on, wanted[:, : len(TOPICS)], every, READERS)
    if taught:
        on = fitting.Ground(on.vectors, on.rows, taught.tones.chances)
    tones = fit(on, wanted[:, len(TOPICS) :], every)
    rows = on.vectors.rows([one.terms for one in asked])
    return np.hstack([np.asarray(rows @ one.weights) + one.bias for one in (subjects, tones)])


def _leaves(most: int) -> Iterator[tuple[int, ...]]:
    """The parts that a fit leaves out: each, and each two where `most` is 2."""
    for size in range(1, most + 1):
        yield from combinations(range(PARTS), size)


def _digest(examples: Sequence[Example], parts: Sequence[int], later: Sequence[Example], taught: Taught | None) -> str:
    found = hashlib.sha256((inspect.getsource(fitting) + inspect.getsource(features)).encode())
    for one, part in zip(examples, parts, strict=True):
        found.update(repr((one.id, one.title, one.text, one.topics, one.tone, part)).encode())
    for one in later:
        found.update(repr((one.id, one.title, one.text)).encode())
    if taught:
        found.update(taught.topics.chances.tobytes() + taught.tones.chances.tobytes())
    return found.hexdigest()[:10]


def _kept(path: Path, size: int) -> Array | None:
    """What an earlier run kept; None where there is none, or one that cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            values: Array = stored["values"].astype(np.float64)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    return values if values.shape == (size, WIDTH) else None


def _keep(path: Path, values: Array) -> Array:
    """Writes the values whole or not at all, and gives them as they will be read."""
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, values=values.astype(np.float32))
    partial.replace(path)
    return values.astype(np.float32).astype(np.float64)
