"""The teacher: labels unlabelled press by the linear model of the gold articles plus kernel ridge on word vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from analysis import silver, topics
from analysis.features import Terms
from analysis.fitting import Array, Silver, Weights
from analysis.gold import Example

_SILVER: Final = 0.35  # what a label of the teacher counts beside a reader's
_SURE: Final = 0.8  # distance from the decision from which the teacher counts fully
_LENIENT: Final = -0.5  # the teacher's threshold
_FEWEST: Final = 1000  # unlabelled texts below which it is not worth while


@dataclass(frozen=True, slots=True)
class Teacher:
    """What the teacher needs of the unlabelled texts: their terms and their vectors, and those of the gold articles."""

    texts: tuple[Terms, ...]
    vectors: npt.NDArray[np.float32]
    gold: npt.NDArray[np.float32]
    recent: int  #: how many of the texts, from the first on, are of the last ten years

    def of_today(self) -> Teacher:
        """The teacher of the recent texts only: old ones helped topics, not tone."""
        return Teacher(self.texts[: self.recent], self.vectors[: self.recent], self.gold, self.recent)

    def silver(self, rows: list[int], linear: Weights, labels: Array, one_each: bool) -> Silver:
        """Labels all texts by linear model plus kernel ridge, both knowing only the gold articles `rows`."""
        targets = 2.0 * labels[rows] - 1
        balance = np.zeros(labels.shape[1]) if one_each else np.full(labels.shape[1], silver.PRIOR)
        values = linear.decide(self.texts) + silver.ridge(self.gold[rows], targets, balance)(self.vectors)
        if one_each:
            ordered = np.sort(values, axis=1)
            sure = np.minimum(1, (ordered[:, -1] - ordered[:, -2]) / _SURE)
            return Silver(self.texts, values, _SILVER * np.repeat(sure[:, None], values.shape[1], axis=1))
        given = np.full(values.shape, -1.0)
        for row, over in enumerate(values - _LENIENT):
            order = np.argsort(-over, kind="stable")[: topics.MOST]
            given[row, [i for n, i in enumerate(order) if n == 0 or over[i] > 0]] = 1
        return Silver(self.texts, given, _SILVER * np.minimum(1, np.abs(values - _LENIENT) / _SURE))


def teach(
    data: Path, examples: Sequence[Example], known: Sequence[Example], progress: Callable[[str], None]
) -> Teacher | None:
    """Reads the unlabelled texts and learns their vectors; None where there are too few (below a thousand)."""
    progress("reading and segmenting unlabelled press")
    found = silver.read(data, known)
    if len(found.labelled) < _FEWEST:
        return None
    progress(
        f"vectors of {len(found.labelled) + len(found.others)} texts, {len(found.labelled)} of them to be labelled"
    )
    own = [[*one.title_words, *one.text_words] for one in examples]
    space = silver.vectorise([*(t + x for t, x in found.labelled_words), *found.others, *own])
    vectors_ = np.array([space.text(*pair) for pair in found.labelled_words])
    gold = np.array([space.text(one.title_words, one.text_words) for one in examples])
    return Teacher(found.labelled, vectors_, gold, found.recent)
