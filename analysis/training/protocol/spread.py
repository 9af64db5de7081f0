"""How much wider an interval must be to hold another sample of the press, from other outlets: measured, not assumed.

A bootstrap draws the texts of one sample again; another sample has other outlets, or corpora, and chances of its own.
So the sources of each set are halved: one half gives figures with intervals, the other is the other sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from analysis.training.calibration import Array
from analysis.training.protocol.figures import NAMES, Figure, measured

_HALVINGS: Final = 12  # of a set
_LEAST: Final = 80  # texts of a half, below which its figures are mostly chance
_FEW: Final = 15  # texts below which a source is left out of halvings
_HELD: Final = 95.0  # per cent of the other halves whose figure must lie inside
_CHANCE: Final = float(np.sqrt(2))  # at least: the other sample is drawn by chance as the own one is
Halving = tuple[list[int], list[int]]


def halvings(sources: Sequence[str]) -> list[Halving]:
    """Texts by halves of their sources, each pair once: the numbers of the one and of the other half."""
    names, sizes = np.unique(np.array(sources), return_counts=True)
    told = names[sizes >= _FEW]
    random = np.random.default_rng(20261129)
    seen: set[frozenset[str]] = set()
    found: list[Halving] = []
    for _ in range(_HALVINGS if len(told) > 1 else 0):
        own = frozenset(random.permutation(told)[: max(1, len(told) // 2)].tolist())
        halves = own, frozenset(told.tolist()) - own
        rows = [[i for i, source in enumerate(sources) if source in half] for half in halves]
        if own in seen or min(map(len, rows)) < _LEAST:
            continue
        seen.update(halves)
        found.append((rows[0], rows[1]))
    return found


def off(labels: Array, found: Array, groups: Sequence[int], sources: Sequence[str]) -> list[list[float]]:
    """For each half of a set's sources and each of NAMES: how far the other half lies off, in halves of the interval.

    `labels`, `found` as `figures.measured` takes them.
    """
    far: list[list[float]] = []
    for halves in halvings(sources):
        one, other = (measured(labels[half], found[half], [groups[i] for i in half]) for half in halves)
        far += [list(map(_off, one, other)), list(map(_off, other, one))]
    return far


def widening(far: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """By what the intervals of each of NAMES are to be multiplied, from what `off` says of all sets."""
    if not far:
        return (_CHANCE,) * len(NAMES)
    return tuple(float(max(_CHANCE, one)) for one in np.percentile(np.array(far), _HELD, axis=0))


def widened(figures: Sequence[Figure], by: Sequence[float]) -> tuple[Figure, ...]:
    """The figures with each end of their intervals so many times as far off."""
    return tuple(
        Figure(
            one.value,
            max(one.value - times * (one.value - one.low), 0.0),
            min(one.value + times * (one.high - one.value), 1.0),
        )
        for one, times in zip(figures, by, strict=True)
    )


def _off(own: Figure, other: Figure) -> float:
    gap = other.value - own.value
    side = own.high - own.value if gap > 0 else own.value - own.low
    return abs(gap) / max(side, 1e-6)
