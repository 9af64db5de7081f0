"""From decision values to answers, every choice made inside the fold, and from answers to figures with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.tags import tone, topics
from analysis.training.calibration import UNDECIDED, Array, Table, by_kind, learn_tone, learn_topics
from analysis.training.gold import PARTS
from press import TOPICS

ROUNDS: Final = 1000
ENOUGH: Final = 10  #: texts of a class from which it counts in the macro mean of a set
_TOPICS: Final = len(TOPICS)
#: what is told of a set, in this order
NAMES: Final = ("topics micro", f"topics macro, classes of {ENOUGH} and more", "topics macro, all", "tone macro")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a set and the 95 % of a bootstrap in which groups of near-duplicates are drawn whole."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{_short(self.value)} [{_short(self.low)}, {_short(self.high)}]"

    def holds(self, value: float) -> bool:
        """Whether a value lies in the interval."""
        return self.low <= value <= self.high


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def inside(voices: Sequence[Array], labels: Array, parts: Sequence[int], short: Sequence[bool]) -> Array:
    """What each text gets (texts, topics and tones; 0 or 1) by calibrations that saw nothing of its part.

    A voice is `Nested.within` (parts, texts, WIDTH).
    """
    numbers, found = np.array(parts), np.zeros(labels.shape)
    for held in range(PARTS):
        others, asked = np.flatnonzero(numbers != held).tolist(), np.flatnonzero(numbers == held).tolist()
        heard = [voice[held] for voice in voices]
        tables = learned([one[others] for one in heard], labels[others], [short[i] for i in others])
        found[asked] = answers(tables, [one[asked] for one in heard], [short[i] for i in asked])
    return found


def later(
    voices: Sequence[Array],
    after: Sequence[Array],
    labels: Array,
    parts: Sequence[int],
    short: tuple[Sequence[bool], Sequence[bool]],
) -> Array:
    """What later texts get by the calibration of all earlier ones, whose values are out of fold, as training has it.

    `voices` as in `inside`, `after` (later texts, WIDTH) of each; `short`: of the earlier and of the later texts.
    """
    own = [voice[np.array(parts), np.arange(len(parts))] for voice in voices]
    return answers(learned(own, labels, short[0]), after, short[1])


def learned(voices: Sequence[Array], labels: Array, short: Sequence[bool]) -> tuple[dict[str, Table], dict[str, Table]]:
    """The calibrations of topics and of tone by kind of text, from values (texts, WIDTH) of each voice."""
    subjects = [voice[:, :_TOPICS] for voice in voices]
    tones = [voice[:, _TOPICS:] for voice in voices]
    return (
        by_kind(short, lambda rows: learn_topics([one[rows] for one in subjects], labels[rows, :_TOPICS])),
        by_kind(short, lambda rows: learn_tone([one[rows] for one in tones], labels[rows, _TOPICS:])),
    )


def answers(tables: tuple[dict[str, Table], dict[str, Table]], voices: Sequence[Array], short: Sequence[bool]) -> Array:
    """Topics and tone of texts as the program gives them: (texts, topics and tones), 0 or 1; no tone: three zeros."""
    found = np.zeros((len(short), _TOPICS + len(tone.TONES)))
    for row, kind in enumerate("short" if one else "full" for one in short):
        values = np.stack([voice[row] for voice in voices]).astype(np.float32)
        alone = values[0] if len(voices) == 1 else values
        for number, _ in topics.decided(tables[0][kind], alone[..., :_TOPICS]):
            found[row, number] = 1
        value, _ = tone.decided(tables[1][kind], alone[..., _TOPICS:], UNDECIDED)
        if value is not None:
            found[row, _TOPICS + tone.TONES.index(value)] = 1
    return found


def measured(labels: Array, found: Array, groups: Sequence[int]) -> list[Figure]:
    """The figures of NAMES over texts."""
    _, of_group = np.unique(groups, return_inverse=True)
    size = int(of_group.max()) + 1
    counts = np.stack([labels * found, labels + found], axis=2)  # hits; given and true
    summed = np.zeros((size, *counts.shape[1:]))
    np.add.at(summed, of_group, counts)
    support = labels.sum(0)
    random = np.random.default_rng(20261129)
    draws = random.multinomial(size, np.full(size, 1 / size), ROUNDS).astype(np.float64)
    drawn = np.tensordot(draws, summed, 1)
    every = np.concatenate([summed.sum(0)[None], drawn])
    rows = np.stack([_figures(one, support) for one in every])
    low, high = np.percentile(rows[1:], [2.5, 97.5], axis=0)
    return [Figure(*map(float, one)) for one in zip(rows[0], low, high, strict=True)]


def _figures(counts: npt.NDArray[Any], support: Array) -> Array:
    """NAMES from hits and given-and-true of each class; classes that no text of the set has do not count."""
    f1 = np.divide(2 * counts[:, 0], counts[:, 1], out=np.zeros(len(counts)), where=counts[:, 1] > 0)
    subjects, own = counts[:_TOPICS], support[:_TOPICS]
    micro = 2 * subjects[:, 0].sum() / max(subjects[:, 1].sum(), 1)
    enough, any_ = own >= ENOUGH, own > 0
    means = [float(f1[:_TOPICS][chosen].mean()) if chosen.any() else 0.0 for chosen in (enough, any_)]
    return np.array([micro, *means, float(f1[_TOPICS:][support[_TOPICS:] > 0].mean())])
