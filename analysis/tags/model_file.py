"""The file of a linear model: plain arrays in an .npz, read without running anything, a few megabytes at most."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from analysis.tags.vocabulary import Apart, Floats, Known, Vocabulary, vocabulary_of

FORM: Final = 1


class BadModelError(ValueError):
    """A model file is missing, damaged, or of another form; says which and what to do."""


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
        added = self.weights[known.rows].astype(np.float32)
        added *= known.values[:, None]
        added *= self.scale
        return added

    def scores(self, added: Floats) -> Floats:
        """The decision value of each class from the contributions."""
        total: Floats = added.sum(axis=0, dtype=np.float32) + self.bias
        return total

    def scores_apart(self, apart: Apart) -> Floats:
        """The decision values of a text and of it without each of its parts: (1 + parts, classes)."""
        total: Floats = apart.values @ (self.weights[apart.rows].astype(np.float32) * self.scale) + self.bias
        return total


def calibration(info: Mapping[str, Any], short: bool, with_net: bool = False) -> Mapping[str, Any]:
    """The calibration that a model's `info` holds for a kind of text: `short` = only a headline (`Terms.short`).

    `with_net`: that of the linear model and the net together, their decision values in this order.
    """
    found: Mapping[str, Any] = (info["with_net"] if with_net else info)["short" if short else "full"]
    return found


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
    write(path, tables)


def write(path: Path, tables: Mapping[str, npt.NDArray[Any]]) -> None:
    """Writes plain arrays into a file whole or not at all."""
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **tables)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


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
                vocabulary=vocabulary_of(data["terms"].tobytes(), data["idf"].astype(np.float16).tobytes()),
                weights=data["weights"],
                scale=data["scale"],
                bias=data["bias"],
                info=info,
            )
    except BadModelError:
        raise
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise BadModelError(f"{path}: no readable model ({error}); restore it or run diembao train") from error
    terms = len(model.vocabulary.names)
    if model.weights.shape != (terms, len(model.classes)) or len(model.vocabulary.idf) != terms:
        raise BadModelError(f"{path}: tables of different lengths; restore it or run diembao train")
    return model
