"""What grouping keeps of a text: a MinHash for reprints and the weighted terms of its head for stories, packed small.

Two texts are compared without reading them again, so a new article costs the same however large the archive is.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from analysis.words.khmer import each_word
from press import Language
from press.text import tone_normal

MODEL = Path(__file__).parents[1] / "models" / "stories.npz"
PERMUTATIONS = 64  # of the MinHash: a standard error of 0.06 on the shared part of two texts
SEED = 20250701
SHINGLE = 5  # syllables; shorter ones join texts that only share phrases
SHORTEST = 40  # syllables: below this a text is a headline, and nobody can say who copied it
HEAD = 60  # syllables of the text that tell the event; the rest is background
TITLE_WEIGHT = 2.0
NAME_WEIGHT = 0.8  # of a pair of capitalised syllables beside the two alone: who and where tell events apart
TERMS = 48  # kept of a text, heaviest first
BUCKETS = 1 << 18  # of the table of term frequencies
ENGLISH = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "from",
        "that",
        "this",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
        "will",
        "would",
        "been",
        "its",
        "into",
        "over",
        "after",
        "about",
        "more",
        "than",
        "their",
        "they",
        "his",
        "her",
        "who",
        "what",
        "when",
        "where",
        "which",
        "while",
        "said",
        "says",
        "say",
        "new",
        "not",
        "but",
        "you",
        "your",
        "can",
        "may",
        "could",
        "out",
        "all",
        "one",
        "two",
        "on",
        "in",
        "of",
        "to",
        "by",
        "at",
        "as",
        "an",
        "is",
        "it",
        "be",
        "or",
        "we",
        "he",
        "she",
        "do",
        "so",
        "no",
        "up",
        "if",
    ]
)

# Khmer is cut into words, which takes long, for the head alone; copies are told by clusters: a letter with its signs.
_CLUSTERS = re.compile("[\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b6-\u17d1])*|[^\\W\u1780-\u17ff]+")

_HEADER = struct.Struct("<BHHB")  # form, syllables of the text, shingles (≤ 65535), terms
_FORM = 1


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A text as grouping sees it: `minhash` (uint32, empty for a headline) and terms with weights of unit length."""

    minhash: NDArray[np.uint32]
    shingles: int
    terms: Mapping[int, float]

    def packed(self) -> bytes:
        """Return the bytes kept in the archive; `unpack` reads them."""
        hashes = np.fromiter(self.terms, np.uint32, len(self.terms))
        weights = np.fromiter(self.terms.values(), np.float32, len(self.terms)).astype(np.float16)
        header = _HEADER.pack(_FORM, len(self.minhash), self.shingles, len(self.terms))
        return header + self.minhash.tobytes() + hashes.tobytes() + weights.tobytes()


def unpack(data: bytes) -> Fingerprint:
    """Read what `packed` wrote; ValueError where the bytes are of another form."""
    form, minhash, shingles, terms = _HEADER.unpack_from(data)
    if form != _FORM or len(data) != _HEADER.size + 4 * minhash + 6 * terms:
        raise ValueError("not a fingerprint of this form")
    numbers = np.frombuffer(data, np.uint32, minhash + terms, _HEADER.size)
    weights = np.frombuffer(data, np.float16, terms, _HEADER.size + 4 * (minhash + terms))
    return Fingerprint(
        numbers[:minhash], shingles, dict(zip(numbers[minhash:].tolist(), weights.tolist(), strict=True))
    )


def fingerprint(title: str, text: str, language: Language = "vi") -> Fingerprint:
    """Make the fingerprint of an article; `text` is lead and body."""
    if language == "km":
        heading, tokens, plain = _khmer(title), _khmer(text), _CLUSTERS.findall(text)
    else:
        heading, tokens = _tokens(title, language), _tokens(text, language)
        plain = list(map(str.lower, tokens))
    shingles = set(map(" ".join, zip(*(plain[at:] for at in range(SHINGLE)), strict=False)))
    minhash = np.zeros(0, np.uint32)
    if len(plain) >= SHORTEST:
        made = RMinHash(PERMUTATIONS, SEED)
        made.update(list(shingles))
        minhash = np.array(made.digest(), np.uint32)
    return Fingerprint(minhash, min(len(shingles), 65535), _terms(heading, tokens[:HEAD]))


def shared(one: Fingerprint, other: Fingerprint) -> float:
    """Return which part of the shorter text's shingles the longer one has too (0..1, estimated); 0 for headlines."""
    if not len(one.minhash) or len(one.minhash) != len(other.minhash):
        return 0.0
    jaccard = float(np.count_nonzero(one.minhash == other.minhash)) / len(one.minhash)
    common = jaccard * (one.shingles + other.shingles) / (1 + jaccard)
    return min(1.0, common / max(1, min(one.shingles, other.shingles)))


def likeness(one: Fingerprint, other: Fingerprint) -> float:
    """Return how alike the heads of two texts are: the cosine of their weighted terms (0..1)."""
    small, large = sorted((one.terms, other.terms), key=len)
    return sum(weight * large[term] for term, weight in small.items() if term in large)


def _khmer(text: str) -> list[str]:
    return list(islice((word for word in each_word(text) if any(letter.isalnum() for letter in word)), HEAD))


def _tokens(text: str, language: Language) -> list[str]:
    tokens = re.findall(r"\w+", tone_normal(text))
    return [token for token in tokens if token.lower() not in ENGLISH] if language == "en" else tokens


def _names(tokens: Sequence[str]) -> list[str]:
    """Return the pairs of neighbouring capitalised syllables; headings all in capitals tell nothing."""
    pairs = pairwise(tokens)
    return [f"{a} {b}".lower() for a, b in pairs if a[0].isupper() and b[0].isupper() and not (a + b).isupper()]


def _terms(title: Sequence[str], head: Sequence[str]) -> dict[int, float]:
    weights: dict[int, float] = {}
    for tokens, weight in ((head, 1.0), (title, TITLE_WEIGHT)):
        for found, factor in ((map(str.lower, tokens), weight), (_names(tokens), weight * NAME_WEIGHT)):
            for term, rarity in map(_term, found):
                weights[term] = factor * rarity
    heaviest = sorted((-weight, term) for term, weight in weights.items())[:TERMS]
    length = math.sqrt(sum(weight * weight for weight, _ in heaviest)) or 1.0
    return {term: -weight / length for weight, term in heaviest}


@lru_cache(maxsize=60_000)
def _term(token: str) -> tuple[int, float]:
    """The number of a term, and how rare it is."""
    term = zlib.crc32(token.encode())
    return term, _rarity()[term % BUCKETS]


@cache
def _rarity() -> memoryview:
    """Return the weight of each bucket: the logarithm of how rare its terms are in the press."""
    with np.load(MODEL, allow_pickle=False) as model:
        counts = model["counts"].astype(np.float32)
        articles = float(model["articles"])
    rarity = np.log((articles + 1) / (np.expm1(counts / 20) + 1)).astype(np.float32)
    return memoryview(rarity)  # gives single numbers faster than numpy does


def train(texts: Iterable[str], out: Path = MODEL) -> int:
    """Count in how many headlines with leads each term occurs, and save it (1 byte a bucket); returns how many."""
    counts = np.zeros(BUCKETS, np.int64)
    articles = 0
    for text in texts:
        tokens = _tokens(text, "vi")
        for token in {*(token.lower() for token in tokens), *_names(tokens)}:
            counts[zlib.crc32(token.encode()) % BUCKETS] += 1
        articles += 1
    quantised = np.round(np.log1p(counts) * 20).clip(0, 255).astype(np.uint8)
    np.savez_compressed(out, counts=quantised, articles=np.array(articles))
    return articles
