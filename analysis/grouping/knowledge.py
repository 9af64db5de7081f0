"""What grouping knows of the press: how rare each term is, where terms lie by meaning, names of provinces, weights.

One file of plain arrays, made by `analysis.training.stories_train`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.grouping.words import KINDS, MARK, SHIFT

MODEL: Final = Path(__file__).parents[1] / "models" / "stories.npz"
BUCKETS: Final = 1 << 20  # of the table of term frequencies
MEANINGS: Final = 1 << 16  # of the table of vectors
WIDTH: Final = 64
_PLACE_WORDS: Final = 4  # syllables of the longest province's name

Floats = NDArray[np.float32]
Terms = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """The tables of stories.npz, in memory; shared by threads."""

    rarity: Floats = field(repr=False)  #: (BUCKETS,): the logarithm of how rare a term is in the press
    meaning: NDArray[np.int8] = field(repr=False)  #: (MEANINGS, WIDTH)
    scale: Floats = field(repr=False)  #: (MEANINGS,)
    provinces: Mapping[str, int] = field(repr=False)  #: name in lower case -> bit of the province of today
    weights: Floats = field(repr=False)  #: of the features of a pair, the last one the constant
    joins: tuple[float, float] = (0.5, 0.5)  #: the mean chance that joins one to one, and stories of any size
    mark: int = 0  #: of the table of meanings: vectors of another table cannot be compared

    def rarity_of(self, terms: Terms) -> Floats:
        """Return how rare each term is, 0 for what everybody writes."""
        found: Floats = self.rarity[(terms >> SHIFT) % BUCKETS]
        return found

    def vectors_of(self, title: Terms, head: Terms) -> NDArray[np.int8]:
        """Return (2, WIDTH): the direction of the headline and that of headline and head together, of length 127."""
        found = np.zeros((2, WIDTH), np.float32)
        for row, terms in enumerate((title, np.concatenate([title, head]))):
            at = np.unique((terms[(terms & KINDS) != MARK] >> SHIFT) % MEANINGS)
            if len(at):
                found[row] = self.scale[at] @ self.meaning[at].astype(np.float32)
        length = np.sqrt((found * found).sum(1, keepdims=True))
        whole: NDArray[np.int8] = np.rint(found / np.maximum(length, 1e-6) * 127).astype(np.int8)
        return whole

    def places_of(self, tokens: Sequence[str]) -> int:
        """Return the provinces named, a bit each; names count where they are written as names."""
        found = 0
        for at, token in enumerate(tokens):
            if token[0].isupper():
                for size in range(1, _PLACE_WORDS + 1):
                    bit = self.provinces.get(" ".join(tokens[at : at + size]).lower())
                    if bit is not None:
                        found |= 1 << bit
        return found


@cache
def knowledge() -> Knowledge:
    """Return what ships; read once a process."""
    return read(MODEL)


def read(path: Path) -> Knowledge:
    """Read a file that `save` wrote."""
    with np.load(path, allow_pickle=False) as data:
        counts = data["counts"].astype(np.float32)
        names = data["provinces"].tobytes().decode().split("\n")
        rarity = rarity_from(np.expm1(counts / 20), float(data["articles"]))
        joins = data["joins"].tolist()
        return Knowledge(
            rarity,
            data["meaning"],
            data["scale"].astype(np.float32),
            dict(zip(names, data["bits"].tolist(), strict=True)) if names != [""] else {},
            data["weights"].astype(np.float32),
            (joins[0], joins[1]),
            zlib.crc32(data["meaning"].tobytes()),
        )


def rarity_from(counts: NDArray[Any], articles: float) -> Floats:
    """Return the rarity of each bucket from how many articles have its terms."""
    return np.log((articles + 1) / (counts + 1)).clip(0).astype(np.float32)


def save(path: Path, known: Knowledge, counts: NDArray[Any], articles: int) -> None:
    """Write what is known; `counts` of the articles that have each bucket's terms, 1 byte each, in steps of 5 %."""
    names: Iterable[str] = known.provinces
    np.savez_compressed(
        path,
        counts=np.round(np.log1p(counts) * 20).clip(0, 255).astype(np.uint8),
        articles=np.array(articles),
        meaning=known.meaning,
        scale=known.scale.astype(np.float16),
        provinces=np.frombuffer("\n".join(names).encode(), np.uint8),
        bits=np.array(list(known.provinces.values()), np.uint8),
        weights=known.weights.astype(np.float32),
        joins=np.array(known.joins),
    )
