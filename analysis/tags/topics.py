"""What a Vietnamese text is about: one calibrated score per topic, the words that decided as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.tags.evidence import Evidence, strongest
from analysis.tags.model_file import LinearModel, calibration
from analysis.tags.vocabulary import Apart, Floats, Known
from press import TopicTag

Numbers = npt.NDArray[np.floating[Any]]
MOST: Final = 3  #: topics an article has at most (CODEBOOK: one to three)
_EVIDENCE: Final = 5
_CANDIDATES: Final = 16


def chances(table: Mapping[str, Any], values: Floats) -> tuple[Floats, Floats]:
    """The calibrated chance of each topic, and the chance from which it is given: (topics,) each.

    `table` is the calibration of a kind of text (`training.calibration.learn_topics`), `values` the decision values it
    was learned for: (topics,) of the linear model alone, or (voices, topics) of several voices in their order.
    """
    slope, offset = np.asarray(table["slope"], np.float32), np.asarray(table["offset"], np.float32)
    weighed = np.atleast_2d(slope * values).sum(axis=0) + offset
    chance = 1 / (1 + np.exp(-np.clip(weighed, -30, 30)))
    return np.clip(chance, 1e-6, 1 - 1e-6).astype(np.float32), np.asarray(table["threshold"], np.float32)


def decided(table: Mapping[str, Any], values: Floats) -> list[tuple[int, float]]:
    """Numbers of the topics given, strongest first, each with its chance; `table` and `values` as `chances` has them.

    The linear model alone and the linear model with a net are judged by this one rule: their calibrations differ.
    """
    chance, threshold = chances(table, values)
    return [(number, float(chance[number])) for number in chosen(chance, threshold)]


def chosen(chance: Floats, threshold: Floats) -> list[int]:
    """Numbers of the topics given: those over their threshold, at most three, the nearest to it if there is none."""
    margin = np.log(chance / (1 - chance)) - np.log(threshold / (1 - threshold))
    order = [int(i) for i in np.argsort(-margin, kind="stable")]
    given = [i for n, i in enumerate(order[:MOST]) if n == 0 or margin[i] > 0]
    return sorted(given, key=lambda i: (-float(chance[i]), i))


def judge(model: LinearModel, known: Known, written: Evidence, heard: Floats | None = None) -> tuple[TopicTag, ...]:
    """The topics of a text, strongest first, at least one: by the linear model alone, or with what a net said.

    `heard`: the net's decision values (topics,), None where it was not asked.
    """
    added = model.contributions(known)
    table, values = calibration(model.info, known.short, heard is not None), model.scores(added)
    if heard is not None:
        values = np.stack([values, heard])
    if len(known.rows):
        given = decided(table, values)
    else:  # a text of no known term says nothing of any subject: it is "other", not whatever is the most frequent
        other = model.classes.index("other")
        given = [(other, float(chances(table, values)[0][other]))]
    tags = []
    for number, chance in given:
        wanted = [model.vocabulary.names[known.rows[i]] for i in strongest(added[:, number], _CANDIDATES)]
        tags.append(TopicTag(model.classes[number], round(chance, 4), written.phrases(wanted, _EVIDENCE)))
    return tuple(tags)


def odds(model: LinearModel, apart: Apart, heard: Floats | None = None) -> dict[str, Floats]:
    """The log-odds of each topic for a text and for it without each of its parts: (1 + parts,) a topic.

    `heard`: the net's decision values of the same texts, (1 + parts, topics). All are judged as the kind the whole is.
    """
    table, values = calibration(model.info, apart.short, heard is not None), model.scores_apart(apart)
    slope, offset = np.asarray(table["slope"], np.float32), np.asarray(table["offset"], np.float32)
    voices = values[None] if heard is None else np.stack([values, heard])
    weighed = (np.atleast_2d(slope)[:, None] * voices).sum(axis=0) + offset
    return dict(zip(model.classes, weighed.T, strict=True))


def table(slope: Numbers, offset: Numbers, threshold: Numbers) -> dict[str, Any]:
    """The calibration of one kind of text as a model file carries it; the arrays as `chances` has them."""
    tables = {"slope": slope, "offset": offset, "threshold": threshold}
    return {name: np.round(np.asarray(values, np.float64), 5).tolist() for name, values in tables.items()}
