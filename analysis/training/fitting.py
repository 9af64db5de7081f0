"""Fits the linear models: terms with their rarity, ridge regression and support vector machines, summed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.tags.features import Terms

_RIDGE: Final = 0.3
_MACHINES: Final = 0.3  # what the machines' decision values count beside the ridge's
_OWN: Final = 2  # labelled texts a term must occur in, or
_ALL: Final = 12  # texts of any kind
_TOLERANCE: Final = 3e-3
_ROUNDS: Final = 24  # of conjugate gradients at most; more change nothing that is measured
Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]


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
    """Learns the terms of at least two of `texts`, or of twelve texts with the unlabelled `more`; with their rarity."""
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
    """Unlabelled texts, and the chances a teacher gave each class: a row per text."""

    texts: tuple[Terms, ...]
    chances: Array


@dataclass(frozen=True, slots=True)
class Ground:
    """What fits share: the terms, a row for each labelled text and, below, each unlabelled one with its chances."""

    vectors: Vectors
    rows: Any
    chances: Array | None


def ground(texts: Sequence[Terms], silver: Silver | None = None) -> Ground:
    """Learns the terms (their rarity tells no label) and lays out the rows."""
    from scipy import sparse

    more = silver.texts if silver else ()
    known = vectors(texts, more)
    rows = sparse.csr_matrix(known.rows([*texts, *more]), dtype=np.float32)
    return Ground(known, rows, silver.chances if silver else None)


def fit(on: Ground, labels: Array, seen: Sequence[int], readers: float = 1.0) -> Weights:
    """Ridge regression from terms to the readers' labels (0 or 1) and the teacher's chances, all classes at once.

    `seen` are the numbers of the labelled texts it may see, `readers` what one of their labels counts beside a text the
    teacher read. Machines of the labelled texts alone are added: the sum is as linear and finds rare topics better.
    Chances tell more than decisions: machines on what the teacher decided did worse (docs/quality.md).
    """
    wanted, count, chosen = labels[list(seen)], np.full(len(seen), readers), list(seen)
    if on.chances is not None:
        wanted = np.concatenate([wanted, on.chances])
        count = np.concatenate([count, np.ones(len(on.chances))])
        chosen += range(len(labels), on.rows.shape[0])
    weights, bias = ridge(on.rows[chosen], 2 * wanted - 1, count)
    sharp, shift = machines(on.rows[list(seen)], labels[list(seen)])
    return Weights(on.vectors, weights + _MACHINES * sharp, bias + _MACHINES * shift)


def machines(rows: Any, labels: Array) -> tuple[Array, Array]:
    """A linear support vector machine for each column of `labels`: (terms, columns) and intercepts.

    A column without both answers gets nothing.
    """
    from sklearn.svm import LinearSVC

    weights, bias = np.zeros((rows.shape[1], labels.shape[1])), np.zeros(labels.shape[1])
    for number, column in enumerate(labels.T):
        if 0 < column.sum() < len(column):
            machine = LinearSVC(C=1.0, random_state=0).fit(rows, column)
            weights[:, number], bias[number] = machine.coef_[0], float(machine.intercept_[0])
    return weights, bias


def ridge(rows: Any, wanted: Array, count: Array) -> tuple[Floats, Floats]:
    """Ridge regression of all columns of `wanted` at once by conjugate gradients: (terms, columns) and intercepts.

    What scikit-learn's "sparse_cg" does, but one pass over the rows serves all columns: four times faster.
    """
    share = (count / count.sum()).astype(np.float32)
    middle, level = np.asarray(share @ rows, np.float32)[:, None], (share @ wanted).astype(np.float32)
    heavy, turned = count.astype(np.float32)[:, None], rows.T.tocsr()  # rows of terms: no scattered writes
    left: Floats = turned @ (heavy * (wanted - level).astype(np.float32))
    weights, toward = np.zeros_like(left), left.copy()
    size = start = np.maximum((left * left).sum(axis=0), 1e-12)
    for _ in range(_ROUNDS):
        values = heavy * (rows @ toward - middle.T @ toward)
        bent = turned @ values - middle * values.sum(axis=0) + _RIDGE * toward
        step = size / np.maximum((toward * bent).sum(axis=0), 1e-12)
        weights += step * toward
        left -= step * bent
        now = (left * left).sum(axis=0)
        if (now <= _TOLERANCE**2 * start).all():
            break
        toward = left + (now / np.maximum(size, 1e-12)) * toward
        size = now
    return weights, level - (middle.T @ weights)[0]
