"""The language net that judges what concerns the area: topics and tone of a text in Vietnamese, Khmer or English.

A graph of eight-bit weights (`net.onnx`) turns the beginning of a text into a vector; two small heads (`net.npz`) turn
that into a decision value for each topic and tone. Nothing in either file is run but the graph's arithmetic.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
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
_TABLES: Final = ("weights", "bias", "spread")
#: Vectors by a digest of the graph and of what was read; those that are asked for are put in anew.
Vectors = MutableMapping[bytes, Floats]


class NoNetError(ValueError):
    """This machine cannot run the net: no wheel for it, or a processor it does not fit. The linear models judge."""


def passage(title: str, text: str) -> str:
    """A text as the net reads it: marked as one to be found, the headline first."""
    return f"passage: {title}. {text}" if title else f"passage: {text}"


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """The net in memory; may be shared by threads, keeps nothing of what it reads unless it is given where."""

    id: str
    info: Mapping[str, Any] = field(repr=False)  #: "alone": its own calibrations by kind of text, of topics and of tone
    weights: Floats = field(repr=False)  #: (topics + tones, width)
    bias: Floats = field(repr=False)
    #: The mean of the products of the press's vectors, a 1 behind each: (width + 1, width + 1).
    spread: Floats = field(repr=False)
    _pieces: Any = field(repr=False)
    _graph: Any = field(repr=False)
    _known: Vectors | None = field(repr=False, default=None)

    def read(self, title: str, text: str) -> tuple[int, ...]:
        """The numbers of the pieces of a text that are read: two texts that begin alike long enough have the same."""
        return tuple(self._pieces.encode(passage(title, text)).ids)

    def vector(self, pieces: tuple[int, ...]) -> Floats:
        """What the net makes of what was read of a text: (width,)."""
        read = np.array([pieces], np.int64)
        if self._known is None:
            return self._made(read)
        key = hashlib.sha256(self.info["graph"].encode() + read.tobytes()).digest()
        if (found := self._known.get(key)) is None:
            found = self._made(read)
        self._known[key] = found
        return found

    def _made(self, read: npt.NDArray[np.int64]) -> Floats:
        found: Floats = self._graph.run(None, {"pieces": read})[0][0]
        return found

    def values(self, pieces: tuple[int, ...]) -> tuple[Floats, Floats]:
        """The decision values of the topics and of the tones, as the heads give them."""
        said = self.weights @ self.vector(pieces) + self.bias
        return said[: len(TOPICS)], said[len(TOPICS) :]

    def with_heads(self, name: str, weights: Floats, bias: Floats) -> Net:
        """The same net under another name, read by other heads; its own calibrations stay."""
        return replace(self, id=name, info={**self.info, "id": name}, weights=weights, bias=bias)

    def save(self, path: Path) -> None:
        """Writes heads, pieces and calibrations, all but the graph."""
        save(path, self._pieces.to_str(), (self.weights, self.bias, self.spread), self.info)

    @classmethod
    def load(cls, folder: Path, home: Path | None = None, known: Vectors | None = None) -> Net:
        """Reads the net of a folder, its graph from `home` where it lies there; `known`: where vectors are kept.

        NoNetError where this machine cannot run it, or where the heads were made for another graph than `home` has;
        BadModelError for damaged files.
        """
        heads, graph = folder / HEADS, (home or folder) / GRAPH
        if not heads.is_file() and not graph.is_file():
            raise NoNetError(f"{folder}: no net lies there")
        info, tables = _heads(heads)
        if home and (ships := _heads(home / HEADS)[0]) and ships["graph"] != info["graph"]:
            raise NoNetError(f"{info['id']} reads another net than {ships['id']}: train it again")
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
        weights, bias, spread = (tables[name] for name in _TABLES)
        return cls(str(info["id"]), info, weights, bias, spread, pieces, session, known)


def save(path: Path, pieces: str, arrays: tuple[Floats, Floats, Floats], info: Mapping[str, Any]) -> None:
    """Writes the heads, the tokenizer and what the net says of itself: `info` has id, graph, read, alone.

    `arrays` are weights, bias and spread as `Net` has them.
    """
    tables = {
        "form": np.array([FORM]),
        "pieces": np.frombuffer(pieces.encode(), np.uint8),
        **{name: np.asarray(one, np.float32) for name, one in zip(_TABLES, arrays, strict=True)},
        "info": np.frombuffer(json.dumps(info, ensure_ascii=False, sort_keys=True).encode(), np.uint8),
    }
    model_file.write(path, tables)


def _heads(path: Path) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            tables = {name: data[name] for name in ("form", "pieces", *_TABLES)}
            info = json.loads(data["info"].tobytes())
            form, found = int(tables["form"][0]), {key: info[key] for key in ("id", "graph", "read", "alone")}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise BadModelError(f"{path}: no readable heads of a net ({error}); restore it") from error
    if form != FORM:
        raise BadModelError(f"{path}: form {form}, this version reads {FORM}; restore it")
    return found, tables
