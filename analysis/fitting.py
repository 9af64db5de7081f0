"""Fits the linear models: terms with their rarity, one support vector machine a topic or tone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.features import Terms

_TOPIC_C: Final = 1.0
_TONE_C: Final = 1.0
_OWN: Final = 2  # labelled texts a term must occur in, or
_ALL: Final = 8  # texts of any kind
_TOLERANCE: Final = 1e-3
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vectors:
    """The terms a model knows and their weight; turns texts into rows of unit length, as `LinearModel` does."""

    names: tuple[str, ...]
    index: dict[str, int]
    idf: Array

    def rows(self, texts: Sequence[Terms]) -> Any:
        """A sparse matrix, a row per text."""
        from scipy import sparse

        starts: list[int] = [0]
        columns: list[int] = []
        counts: list[int] = []
        for text in texts:
            known = [(self.index[name], count) for name, count in text.counts.items() if name in self.index]
            columns.extend(column for column, _ in known)
            counts.extend(count for _, count in known)
            starts.append(len(columns))
        at = np.array(columns, np.int32)
        values = (1 + np.log(np.array(counts, np.float64))) * self.idf[at]
        matrix = sparse.csr_matrix((values, at, starts), shape=(len(texts), len(self.names)))
        lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        return sparse.diags(1 / np.maximum(lengths, 1e-9)) @ matrix


def vectors(texts: Sequence[Terms], more: Sequence[Terms] = ()) -> Vectors:
    """Learns the terms of at least two of `texts`, or of eight texts with the unlabelled `more`; with their rarity."""
    own: dict[str, int] = {}
    for text in texts:
        for name in text.counts:
            own[name] = own.get(name, 0) + 1
    every = dict(own)
    for text in more:
        for name in text.counts:
            every[name] = every.get(name, 0) + 1
    names = tuple(sorted(n for n, count in every.items() if own.get(n, 0) >= _OWN or count >= _ALL))
    size = len(texts) + len(more)
    idf = np.array([1 + np.log((1 + size) / (1 + every[name])) for name in names]).astype(np.float16)
    return Vectors(names, {name: i for i, name in enumerate(names)}, idf.astype(np.float64))


@dataclass(frozen=True, slots=True)
class Weights:
    """What a linear fit gave: (terms, classes) and (classes,)."""

    vectors: Vectors
    weights: Array
    bias: Array

    def decide(self, texts: Sequence[Terms]) -> Array:
        """Decision values, a row per text."""
        found: Array = np.asarray(self.vectors.rows(texts) @ self.weights) + self.bias
        return found


@dataclass(frozen=True, slots=True)
class Silver:
    """The teacher's labels of unlabelled texts, -1 or 1 per class, and what each counts."""

    texts: tuple[Terms, ...]
    labels: Array
    weights: Array


def fit_topics(texts: Sequence[Terms], labels: Array, silver: Silver | None = None) -> Weights:
    """One linear support vector machine per topic."""
    from sklearn.svm import LinearSVC

    more = silver.texts if silver else ()
    known = vectors(texts, more)
    rows = known.rows([*texts, *more])
    weights, bias = np.zeros((len(known.names), labels.shape[1])), np.full(labels.shape[1], -1.0)
    for number in range(labels.shape[1]):
        truth, count = labels[:, number], np.ones(len(texts))
        if silver:
            truth = np.concatenate([truth, silver.labels[:, number] > 0])
            count = np.concatenate([count, silver.weights[:, number]])
        if 0 < labels[:, number].sum() < len(labels):
            machine = LinearSVC(C=_TOPIC_C, random_state=0, tol=_TOLERANCE, max_iter=3000)
            fitted = machine.fit(rows, truth, sample_weight=count)
            weights[:, number], bias[number] = fitted.coef_[0], fitted.intercept_[0]
    return Weights(known, weights, bias)


def fit_tone(texts: Sequence[Terms], labels: Array, silver: Silver | None = None) -> Weights:
    """One linear support vector machine per tone, classes balanced; `labels` has a column per tone."""
    from sklearn.svm import LinearSVC

    more = silver.texts if silver else ()
    known = vectors(texts, more)
    truth, count = labels.argmax(axis=1), np.ones(len(texts))
    if silver:
        truth = np.concatenate([truth, silver.labels.argmax(axis=1)])
        count = np.concatenate([count, silver.weights.max(axis=1)])
    machine = LinearSVC(C=_TONE_C, class_weight="balanced", random_state=0, tol=_TOLERANCE, max_iter=3000)
    fitted = machine.fit(known.rows([*texts, *more]), truth, sample_weight=count)
    return Weights(known, fitted.coef_.T, fitted.intercept_)
