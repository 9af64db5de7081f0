"""From decision values to chances and thresholds, learned from out-of-fold decisions of one voice or of several.

A *voice* is what gives a text its decision values: the linear model, a language net. Calibrations of one voice and of
several have one form, and are used by the same `topics.decided` and `tone.decided`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.tags import topics

Array = npt.NDArray[np.float64]
Table = dict[str, Any]  #: a calibration as a model file carries it

KINDS: Final = ("full", "short")
UNDECIDED: Final = 0.36  #: chance of the likeliest tone below which none is given
#: Tones count by their rarity to this power: macro-F1 asks for more than 0, and what the press has for less than 1.
_RARE: Final = 0.5
_FEWEST: Final = 200  # texts of a kind below which it takes the calibration of all


def learn_topics(voices: Sequence[Array], labels: Array) -> Table:
    """Per topic: a logistic curve from the voices' decision values to a chance, and the threshold with the best F1.

    `voices`: of each voice an array (texts, topics); `labels`: (texts, topics), 0 or 1. Gives `slope` (voices, topics),
    for a single voice (topics,), `offset` and `threshold` (topics,), the threshold shrunk to 0.4 where few texts tell.
    A voice whose weight would be negative has none in that topic.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # fits so small take ten times as long with a thread for each core
        return _learn_topics(voices, labels)


def _learn_topics(voices: Sequence[Array], labels: Array) -> Table:
    size = labels.shape[1]
    slope, offset, threshold = np.zeros((len(voices), size)), np.zeros(size), np.full(size, 0.5)
    for number in range(size):
        truth, values = labels[:, number], np.stack([voice[:, number] for voice in voices], axis=1)
        if not 0 < truth.sum() < len(truth):
            slope[:, number], offset[number] = 1 / len(voices), -2.0
            continue
        slope[:, number], offset[number] = _curve(values, truth)
        chance = 1 / (1 + np.exp(-(values @ slope[:, number] + offset[number])))
        trust = truth.sum() / (truth.sum() + 15.0)
        threshold[number] = trust * best_threshold(chance, truth) + (1 - trust) * 0.4
    return topics.table(slope[0] if len(voices) == 1 else slope, offset, threshold)


def _curve(values: Array, truth: Array) -> tuple[Array, float]:
    """Weights (voices,) and offset of the logistic curve from `values` (texts, voices); no weight is negative."""
    from sklearn.linear_model import LogisticRegression

    heard = list(range(values.shape[1]))
    while True:
        curve = LogisticRegression(C=10.0).fit(values[:, heard], truth)
        given = curve.coef_[0]
        if len(heard) == 1 or given.min() >= 0:
            break
        heard.pop(int(given.argmin()))
    weights = np.zeros(values.shape[1])
    weights[heard] = given if len(heard) > 1 else max(float(given[0]), 0.1)
    return weights, float(curve.intercept_[0])


def best_threshold(chance: Array, truth: Array) -> float:
    """The score above which calling it a hit gives the best F1, kept within 0.1 and 0.9."""
    order = np.argsort(-chance, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    best = int(np.argmax(f1))
    after = chance[order[min(best + 1, len(order) - 1)]]
    return float(np.clip((chance[order[best]] + after) / 2, 0.1, 0.9))


def learn_tone(voices: Sequence[Array], labels: Array) -> Table:
    """A small multinomial logistic map from the voices' decision values, three each, to three chances.

    `voices`: of each voice an array (texts, tones); `labels`: (texts, tones), 0 or 1. Gives `matrix`
    (tones, voices x tones), the voices beside each other, and `offset` (tones,).
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    truth = labels.argmax(axis=1)
    rarity = {number: (np.mean(truth == number) or 1.0) ** -_RARE for number in range(labels.shape[1])}
    with threadpool_limits(1):
        curve = LogisticRegression(C=1.0, class_weight=rarity).fit(np.hstack(voices), truth)
    return {
        "matrix": [[round(float(x), 5) for x in row] for row in curve.coef_],
        "offset": [round(float(x), 5) for x in curve.intercept_],
    }


def by_kind(short: Sequence[bool], make: Callable[[list[int]], Table]) -> dict[str, Table]:
    """A calibration for each kind of text, "full" and "short"; a kind with under 200 texts takes that of all.

    `short`: of each text whether it is only a headline (`Terms.short`); `make` learns from the texts numbered so.
    """
    found: dict[str, Table] = {}
    for kind in KINDS:
        chosen = [number for number, one in enumerate(short) if one == (kind == "short")]
        found[kind] = make(chosen if len(chosen) >= _FEWEST else list(range(len(short))))
    return found
