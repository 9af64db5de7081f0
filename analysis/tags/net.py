"""The language net that judges what concerns the area: topics and tone of a text in Vietnamese, Khmer or English.

A graph of eight-bit weights (`net.onnx`) turns the beginning of a text into a vector; two small heads (`net.npz`) turn
that into a decision value for each topic and tone. Nothing in either file is run but the graph's arithmetic.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from analysis.tags import model_file
from analysis.tags.model_file import BadModelError
from analysis.tags.vocabulary import Floats
from press import TOPICS

FORM: Final = 1
GRAPH: Final = "net.onnx"
HEADS: Final = "net.npz"


class NoNetError(ValueError):
    """This machine cannot run the net: no wheel for it, or a processor it does not fit. The linear models judge."""


def passage(title: str, text: str) -> str:
    """A text as the net reads it: marked as one to be found, the headline first."""
    return f"passage: {title}. {text}" if title else f"passage: {text}"


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """The net in memory; may be shared by threads, keeps nothing of what it reads."""

    id: str
    info: Mapping[str, Any] = field(repr=False)  #: "alone": its own calibrations by kind of text, of topics and of tone
    _weights: Floats = field(repr=False)  # (topics + tones, width)
    _bias: Floats = field(repr=False)
    _pieces: Any = field(repr=False)
    _graph: Any = field(repr=False)

    def read(self, title: str, text: str) -> tuple[int, ...]:
        """The numbers of the pieces of a text that are read: two texts that begin alike long enough have the same."""
        return tuple(self._pieces.encode(passage(title, text)).ids)

    def vector(self, pieces: tuple[int, ...]) -> Floats:
        """What the net makes of what was read of a text: (width,)."""
        found: Floats = self._graph.run(None, {"pieces": np.array([pieces], np.int64)})[0][0]
        return found

    def values(self, pieces: tuple[int, ...]) -> tuple[Floats, Floats]:
        """The decision values of the topics and of the tones, as the heads give them."""
        said = self._weights @ self.vector(pieces) + self._bias
        return said[: len(TOPICS)], said[len(TOPICS) :]

    @classmethod
    def load(cls, folder: Path) -> Net:
        """Reads the net of a folder; NoNetError where this machine cannot run it, BadModelError for damaged files."""
        heads, graph = folder / HEADS, folder / GRAPH
        if not heads.is_file() and not graph.is_file():
            raise NoNetError(f"{folder}: no net lies there")
        info, tables = _heads(heads)
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise NoNetError(
                f"{error.name or 'onnxruntime'} is not installed: there may be none for this machine"
            ) from error
        try:
            drawn = graph.read_bytes()
        except OSError as error:
            raise BadModelError(f"{graph}: no readable graph ({error}); restore it") from error
        if hashlib.sha256(drawn).hexdigest() != info["graph"]:
            raise BadModelError(f"{graph}: not the graph that {heads.name} was made for; restore both")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # a process of its own per core is the plan
        options.log_severity_level = 3
        try:
            session = onnxruntime.InferenceSession(drawn, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise NoNetError(f"onnxruntime cannot run the net here: {error}") from error
        pieces = Tokenizer.from_str(tables["pieces"].tobytes().decode())
        pieces.enable_truncation(int(info["read"]))
        return cls(str(info["id"]), info, tables["weights"], tables["bias"], pieces, session)


def save(path: Path, pieces: str, weights: Floats, bias: Floats, info: Mapping[str, Any]) -> None:
    """Writes the heads, the tokenizer and what the net says of itself: `info` has id, graph, read, alone."""
    tables = {
        "form": np.array([FORM]),
        "pieces": np.frombuffer(pieces.encode(), np.uint8),
        "weights": np.asarray(weights, np.float32),
        "bias": np.asarray(bias, np.float32),
        "info": np.frombuffer(json.dumps(info, ensure_ascii=False, sort_keys=True).encode(), np.uint8),
    }
    model_file.write(path, tables)


def _heads(path: Path) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            tables = {name: data[name] for name in ("form", "pieces", "weights", "bias")}
            info = json.loads(data["info"].tobytes())
            form, found = int(tables["form"][0]), {key: info[key] for key in ("id", "graph", "read", "alone")}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise BadModelError(f"{path}: no readable heads of a net ({error}); restore it") from error
    if form != FORM:
        raise BadModelError(f"{path}: form {form}, this version reads {FORM}; restore it")
    return found, tables
