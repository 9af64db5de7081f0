"""The tone of what a Vietnamese text reports: -1, 0 or 1 with a calibrated score, None where it is not decidable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.tags.evidence import Evidence, strongest
from analysis.tags.model_file import LinearModel
from analysis.tags.vocabulary import Floats, Known

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


def probabilities(model: LinearModel, decisions: Floats, short: bool) -> Floats:
    """The calibrated chance of each tone, given the kind of text."""
    table = model.info["short" if short else "full"]
    values = np.asarray(table["matrix"], np.float32) @ decisions + np.asarray(table["offset"], np.float32)
    powers = np.exp(values - values.max())
    chance: Floats = (powers / powers.sum()).astype(np.float32)
    return chance


def judge(model: LinearModel, known: Known, written: Evidence) -> Tone:
    """The tone of a text; None where fewer than three known terms or no clear lead leave it open."""
    if len(known.rows) < _FEWEST:
        return Tone(None, 0.0)
    added = model.contributions(known)
    chance = probabilities(model, model.scores(added), known.short)
    best = int(np.argmax(chance))
    score = round(float(chance[best]), 4)
    if score < float(model.info["undecided"]):
        return Tone(None, score)
    one, other = (column for column in range(len(TONES)) if column != best)
    lead = added[:, best] - np.maximum(added[:, one], added[:, other])
    wanted = [model.vocabulary.names[known.rows[i]] for i in strongest(lead, _CANDIDATES)]
    return Tone(TONES[best], score, written.phrases(wanted, _EVIDENCE))
