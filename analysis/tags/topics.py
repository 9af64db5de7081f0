"""What a Vietnamese text is about: one calibrated score per topic, the words that decided as evidence."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from analysis.tags.evidence import Evidence, strongest
from analysis.tags.model_file import LinearModel
from analysis.tags.vocabulary import Floats, Known
from press import TopicTag

MOST: Final = 3  #: topics an article has at most (CODEBOOK: one to three)
_EVIDENCE: Final = 5
_CANDIDATES: Final = 16


def probabilities(model: LinearModel, decisions: Floats, short: bool) -> tuple[Floats, Floats]:
    """Calibrated scores, and the score from which each topic is given to a text of this kind (headline or article)."""
    table = model.info["short" if short else "full"]
    slope, offset = np.asarray(table["slope"], np.float32), np.asarray(table["offset"], np.float32)
    chance = 1 / (1 + np.exp(-(slope * decisions + offset)))
    return chance.astype(np.float32), np.asarray(table["threshold"], np.float32)


def chosen(chance: Floats, threshold: Floats) -> list[int]:
    """Numbers of the topics given: those over their threshold, at most three, the nearest to it if there is none."""
    margin = np.log(chance / (1 - chance)) - np.log(threshold / (1 - threshold))
    order = [int(i) for i in np.argsort(-margin, kind="stable")]
    given = [i for n, i in enumerate(order[:MOST]) if n == 0 or margin[i] > 0]
    return sorted(given, key=lambda i: (-float(chance[i]), i))


def judge(model: LinearModel, known: Known, written: Evidence) -> tuple[TopicTag, ...]:
    """The topics of a text, strongest first, at least one."""
    added = model.contributions(known)
    chance, threshold = probabilities(model, np.clip(model.scores(added), -30, 30), known.short)
    chance = np.clip(chance, 1e-6, 1 - 1e-6)
    # A text of no known term says nothing of any subject: it is "other", not whatever is the most frequent.
    given = chosen(chance, threshold) if len(known.rows) else [model.classes.index("other")]
    tags = []
    for number in given:
        wanted = [model.vocabulary.names[known.rows[i]] for i in strongest(added[:, number], _CANDIDATES)]
        tags.append(
            TopicTag(model.classes[number], round(float(chance[number]), 4), written.phrases(wanted, _EVIDENCE))
        )
    return tuple(tags)


def table(slope: Floats, offset: Floats, threshold: Floats) -> dict[str, Any]:
    """The calibration of one kind of text as a model file carries it."""
    return {
        "slope": [round(float(x), 5) for x in slope],
        "offset": [round(float(x), 5) for x in offset],
        "threshold": [round(float(x), 5) for x in threshold],
    }
