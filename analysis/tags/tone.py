"""The tone of what a Vietnamese text reports: -1, 0 or 1 with a calibrated score, None where it is not decidable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from analysis.tags.evidence import Evidence, strongest
from analysis.tags.model_file import LinearModel, calibration
from analysis.tags.vocabulary import Apart, Floats, Known

TONES: Final = (-1, 0, 1)
_EVIDENCE: Final = 5
_CANDIDATES: Final = 16
_FEWEST: Final = 3  #: known terms below which a text says too little


@dataclass(frozen=True, slots=True)
class Tone:
    """The verdict, how sure it is (0..1), and the words that decided, verbatim."""

    value: int | None
    score: float
    evidence: tuple[str, ...] = ()


def chances(table: Mapping[str, Any], values: Floats) -> Floats:
    """The calibrated chance of each tone, in the order of TONES.

    `table` is the calibration of a kind of text (`training.calibration.learn_tone`), `values` the decision values it
    was learned for: (tones,) of the linear model alone, or (voices, tones) of several voices in their order.
    """
    mapped = np.asarray(table["matrix"], np.float32) @ np.ravel(values) + np.asarray(table["offset"], np.float32)
    powers = np.exp(mapped - mapped.max())
    chance: Floats = (powers / powers.sum()).astype(np.float32)
    return chance


def decided(table: Mapping[str, Any], values: Floats, undecided: float) -> tuple[int | None, float]:
    """The tone of a text and its chance, None where that lies below `undecided`; `table`, `values` as in `chances`.

    The linear model alone and the linear model with a net are judged by this one rule: their calibrations differ.
    """
    chance = chances(table, values)
    best = int(np.argmax(chance))
    score = round(float(chance[best]), 4)
    return (None if score < undecided else TONES[best]), score


def judge(model: LinearModel, known: Known, written: Evidence, heard: Floats | None = None) -> Tone:
    """The tone of a text by the linear model alone, or with what a net said: its decision values (tones,).

    None where the text has under three known terms or nothing leads.
    """
    if len(known.rows) < _FEWEST:
        return Tone(None, 0.0)
    added = model.contributions(known)
    table, values = calibration(model.info, known.short, heard is not None), model.scores(added)
    if heard is not None:
        values = np.stack([values, heard])
    value, score = decided(table, values, float(model.info["undecided"]))
    if value is None:
        return Tone(None, score)
    best = TONES.index(value)
    one, other = (column for column in range(len(TONES)) if column != best)
    lead = added[:, best] - np.maximum(added[:, one], added[:, other])
    wanted = [model.vocabulary.names[known.rows[i]] for i in strongest(lead, _CANDIDATES)]
    return Tone(value, score, written.phrases(wanted, _EVIDENCE))


def odds(model: LinearModel, apart: Apart, heard: Floats | None = None) -> dict[int, Floats]:
    """The log-odds of each tone for a text and for it without each of its parts; `heard`, answer as `topics.odds`."""
    table, values = calibration(model.info, apart.short, heard is not None), model.scores_apart(apart)
    voices = values if heard is None else np.hstack([values, heard])
    mapped = voices @ np.asarray(table["matrix"], np.float32).T + np.asarray(table["offset"], np.float32)
    chance = np.exp(mapped - mapped.max(axis=1, keepdims=True))
    return log_odds(chance / chance.sum(axis=1, keepdims=True))


def log_odds(chance: Floats) -> dict[int, Floats]:
    """The log-odds of each tone from the chances (…, tones)."""
    kept = np.clip(chance, 1e-6, 1 - 1e-6)
    return dict(zip(TONES, np.moveaxis(np.log(kept / (1 - kept)), -1, 0), strict=True))
