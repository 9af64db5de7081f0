"""The file of a linear model: plain arrays in an .npz, read without running anything, a few megabytes at most."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from analysis.features import Terms

FORM: Final = 1
Floats = npt.NDArray[np.float32]


class BadModelError(ValueError):
    """A model file is missing, damaged, or of another form; says which and what to do."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a text has of a vocabulary: the terms, their numbers and TF-IDF values of unit length."""

    names: list[str]
    rows: npt.NDArray[np.intp]
    values: Floats
    short: bool  #: only a headline, with at most a lead


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms models know, and how rare each is."""

    numbers: Mapping[str, int] = field(repr=False)
    idf: Floats = field(repr=False)  #: (terms,)

    def known(self, terms: Terms) -> Known:
        """The known terms of a text."""
        every = list(terms.counts)
        numbers = np.array(list(map(self.numbers.get, every, repeat(-1))), dtype=np.intp)
        known = np.flatnonzero(numbers >= 0)
        numbers = numbers[known]
        counts = np.fromiter(terms.counts.values(), np.float32, len(every))[known]
        values = (1 + np.log(counts)) * self.idf[numbers]
        length = float(np.sqrt(values @ values)) or 1.0
        return Known([every[i] for i in known.tolist()], numbers, values / length, terms.short)


@dataclass(frozen=True, slots=True)
class LinearModel:
    """TF-IDF times weights: one score per class. `info` is what the file says of itself."""

    id: str
    classes: tuple[str, ...]
    vocabulary: Vocabulary
    weights: npt.NDArray[np.int8] = field(repr=False)  #: (terms, classes), in units of `scale`
    scale: Floats = field(repr=False)  #: (classes,)
    bias: Floats = field(repr=False)  #: (classes,)
    info: Mapping[str, Any] = field(repr=False)

    def contributions(self, known: Known) -> Floats:
        """What each known term of a text adds to each class: (terms, classes)."""
        added: Floats = known.values[:, None] * self.weights[known.rows] * self.scale
        return added

    def scores(self, added: Floats) -> Floats:
        """The decision value of each class from the contributions."""
        total: Floats = added.sum(axis=0, dtype=np.float32) + self.bias
        return total


def save(path: Path, names: Sequence[str], arrays: tuple[Floats, Floats, Floats], info: Mapping[str, Any]) -> None:
    """Writes a model whole or not at all: `arrays` are idf, weights (kept in 8 bits, one scale a class) and bias.

    `info` has at least id and classes. Terms whose weights round to nothing stay: they count in a text's length.
    """
    idf, weights, bias = arrays
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    order = sorted(range(len(names)), key=names.__getitem__)
    tables = {
        "form": np.array([FORM]),
        "terms": np.frombuffer("\n".join(names[i] for i in order).encode(), np.uint8),
        "idf": np.asarray(idf, np.float16)[order],
        "weights": np.round(weights / scale).astype(np.int8)[order],
        "scale": np.asarray(scale, np.float32),
        "bias": np.asarray(bias, np.float32),
        "info": np.frombuffer(json.dumps(info, ensure_ascii=False, sort_keys=True).encode(), np.uint8),
    }
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **tables)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


@lru_cache(maxsize=1)
def _vocabulary(terms: bytes, idf: bytes) -> Vocabulary:
    """The vocabulary of a file; topics and tone are trained on the same terms and share one in memory."""
    numbers = {name: number for number, name in enumerate(terms.decode().split("\n"))}
    return Vocabulary(numbers, np.frombuffer(idf, np.float16).astype(np.float32))


def load(path: Path) -> LinearModel:
    """Reads a model; `BadModelError` names the file and the way out."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            if int(data["form"][0]) != FORM:
                raise BadModelError(
                    f"{path}: form {int(data['form'][0])}, this version reads {FORM}; run diembao train"
                )
            info = json.loads(data["info"].tobytes())
            model = LinearModel(
                id=str(info["id"]),
                classes=tuple(info["classes"]),
                vocabulary=_vocabulary(data["terms"].tobytes(), data["idf"].astype(np.float16).tobytes()),
                weights=data["weights"],
                scale=data["scale"],
                bias=data["bias"],
                info=info,
            )
    except BadModelError:
        raise
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise BadModelError(f"{path}: no readable model ({error}); restore it or run diembao train") from error
    terms = len(model.vocabulary.numbers)
    if model.weights.shape != (terms, len(model.classes)) or len(model.vocabulary.idf) != terms:
        raise BadModelError(f"{path}: tables of different lengths; restore it or run diembao train")
    return model
