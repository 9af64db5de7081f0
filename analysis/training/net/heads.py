"""Refits the net's heads on corrected articles: the vectors stay as the net makes them, what is read out of them moves.

The heads that ship are where a fit begins, and what it pays to leave: the mean square by which the decision values of
the press would move. So what officers say moves what is like it, and the rest stays as it was learned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analysis.tags.net import FORM, Net
from analysis.tags.tone import TONES
from analysis.training.gold import Example
from analysis.training.net.values import Values, key
from press import TOPICS

Array = npt.NDArray[np.float64]
_TOPICS: Final = len(TOPICS)
_STRENGTH: Final = 30.0  # texts that a mean square of 1 costs
_LEAST: Final = 0.1  # of the mean variance: directions in which the press does not differ are not free


@dataclass(frozen=True, slots=True)
class Heads:
    """What is read out of a vector: `weights` (topics + tones, width), `bias` (topics + tones,)."""

    weights: Array
    bias: Array

    def values(self, vectors: Array) -> Array:
        """The decision values of texts, (texts, topics + tones), from their vectors (texts, width)."""
        found: Array = vectors @ self.weights.T + self.bias
        return found


def learned(net: Net, said: Values, examples: Sequence[Example], parts: Sequence[int]) -> tuple[Net, Values]:
    """The net with heads refitted on corrected articles, and what it `said` with its values of these, out of fold.

    `said` of the labelled articles stays as it was: the fit pays for moving the press. `parts`: the fold of each
    article; by these values the linear models are joined to the net as by those of the labelled ones.
    """
    heads = Heads(net.weights.astype(np.float64), net.bias.astype(np.float64))
    vectors = np.stack([net.vector(net.read(one.title, one.text)) for one in examples]).astype(np.float64)
    wanted, numbers = np.stack([_wanted(one) for one in examples]), np.array(parts)
    spread, values = net.spread.astype(np.float64), np.zeros_like(wanted)
    for part in set(parts):
        seen = numbers != part
        values[~seen] = refit(heads, vectors[seen], wanted[seen], spread).values(vectors[~seen])
    found = refit(heads, vectors, wanted, spread)
    digest = hashlib.sha256(net.id.encode() + np.round(found.weights, 2).tobytes())
    for one in sorted(examples, key=lambda one: one.id):
        digest.update(repr((one.id, one.title, one.text, one.topics, one.tone)).encode())
    name = f"net-{FORM}-{digest.hexdigest()[:8]}"
    own = dict(zip(map(key, examples), values, strict=True))
    new = net.with_heads(name, found.weights.astype(np.float32), found.bias.astype(np.float32))
    return new, Values(name, {**said.by_id, **own})


def _wanted(one: Example) -> Array:
    """The labels of an article as `refit` takes them."""
    topics = [float(name in one.topics) if one.topics else np.nan for name in TOPICS]
    return np.array(topics + [float(one.tone == tone) if one.tone in TONES else np.nan for tone in TONES])


def refit(heads: Heads, vectors: Array, wanted: Array, spread: Array, strength: float = _STRENGTH) -> Heads:
    """The heads after corrected texts: their `vectors` (texts, width) and `wanted` (texts, topics + tones).

    A text that was not corrected in its topics, or its tone, has NaN there. `spread` (width + 1, width + 1) is the mean
    of the products of the press's vectors, a 1 behind each; `strength` what a mean square of 1 costs, in texts.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # fits so small take twenty times as long with a thread for each core
        return _refit(heads, vectors, wanted, spread, strength)


def _refit(heads: Heads, vectors: Array, wanted: Array, spread: Array, strength: float) -> Heads:
    from scipy.optimize import minimize

    turned = _root(spread)
    texts = np.hstack([vectors, np.ones((len(vectors), 1))]) @ turned
    begun = heads.values(vectors)
    topics = np.flatnonzero(~np.isnan(wanted[:, 0]))
    tones = np.flatnonzero(~np.isnan(wanted[:, _TOPICS]))
    shape = (len(heads.bias), texts.shape[1])

    def cost(flat: Array) -> tuple[float, Array]:
        moved = flat.reshape(shape)
        values = begun + texts @ moved.T
        slope = np.zeros_like(values)
        of_topics, truth = values[topics, :_TOPICS], wanted[topics, :_TOPICS]
        lost = float((np.logaddexp(0, of_topics) - truth * of_topics).sum())
        slope[topics, :_TOPICS] = 1 / (1 + np.exp(-of_topics)) - truth
        of_tones, truth = values[tones, _TOPICS:], wanted[tones, _TOPICS:]
        chance = np.exp(of_tones - of_tones.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        lost -= float((truth * np.log(np.maximum(chance, 1e-12))).sum())
        slope[tones, _TOPICS:] = chance - truth
        return lost + strength / 2 * float((flat * flat).sum()), (slope.T @ texts).ravel() + strength * flat

    found = minimize(cost, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    moved = found.reshape(shape) @ turned
    return Heads(heads.weights + moved[:, :-1], heads.bias + moved[:, -1])


def spread_of(vectors: Array) -> Array:
    """The mean of the products of vectors (texts, width), a 1 behind each: (width + 1, width + 1)."""
    whole = np.hstack([vectors, np.ones((len(vectors), 1))])
    found: Array = whole.T @ whole / len(whole)
    return found


def _root(spread: Array) -> Array:
    """The inverse of the spread's square root: what is measured by it is measured by the press."""
    size, axes = np.linalg.eigh(spread)
    found: Array = (axes / np.sqrt(np.maximum(size, 0) + _LEAST * spread.trace() / len(spread))) @ axes.T
    return found
