"""From decision values to chances and thresholds, learned from out-of-fold decisions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.tags import topics

Array = npt.NDArray[np.float64]


def calibrate_topics(decisions: Array, labels: Array) -> dict[str, Any]:
    """Per topic: the logistic curve from decision value to chance, and the threshold with the best F1 (shrunk)."""
    from sklearn.linear_model import LogisticRegression

    size = labels.shape[1]
    slope, offset, threshold = np.ones(size), np.zeros(size), np.full(size, 0.5)
    for number in range(size):
        truth = labels[:, number]
        if not 0 < truth.sum() < len(truth):
            offset[number] = -2.0
            continue
        curve = LogisticRegression(C=10.0).fit(decisions[:, [number]], truth)
        slope[number], offset[number] = max(float(curve.coef_[0, 0]), 0.1), float(curve.intercept_[0])
        chance = 1 / (1 + np.exp(-(slope[number] * decisions[:, number] + offset[number])))
        trust = truth.sum() / (truth.sum() + 15.0)
        threshold[number] = trust * best_threshold(chance, truth) + (1 - trust) * 0.4
    return topics.table(slope.astype(np.float32), offset.astype(np.float32), threshold.astype(np.float32))


def best_threshold(chance: Array, truth: Array) -> float:
    """The score above which calling it a hit gives the best F1, kept within 0.1 and 0.9."""
    order = np.argsort(-chance, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    best = int(np.argmax(f1))
    after = chance[order[min(best + 1, len(order) - 1)]]
    return float(np.clip((chance[order[best]] + after) / 2, 0.1, 0.9))


def calibrate_tone(decisions: Array, labels: Array) -> dict[str, Any]:
    """A small multinomial logistic map from the three decision values to three chances."""
    from sklearn.linear_model import LogisticRegression

    curve = LogisticRegression(C=1.0, class_weight="balanced").fit(decisions, labels.argmax(axis=1))
    return {
        "matrix": [[round(float(x), 5) for x in row] for row in curve.coef_],
        "offset": [round(float(x), 5) for x in curve.intercept_],
    }
