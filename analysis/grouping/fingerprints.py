"""What grouping keeps of a text: a MinHash for reprints; terms, vectors, kind, day and places of its head for stories.

Two texts are compared without reading them again, so a new article costs the same however large the archive is.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from analysis.grouping.knowledge import WIDTH, Knowledge, knowledge
from analysis.grouping.words import HEAD, ROUNDUP, SHIFT, day_of, kind_of, terms_of, tokens_of
from press import Language

PERMUTATIONS: Final = 64  # of the MinHash: a standard error of 0.06 on the shared part of two texts
SEED: Final = 20250701
SHINGLE: Final = 5  # syllables; shorter ones join texts that only share phrases
SHORTEST: Final = 40  # syllables: below this a text is a headline, and nobody can say who copied it
TITLE_TERMS: Final = 48  # kept of a headline, in its order
HEAD_TERMS: Final = 64  # kept of a head beside the headline's, the rarest

# Khmer is cut into words, which takes long, for the head alone; copies are told by clusters: a letter with its signs.
_CLUSTERS = re.compile("[\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b6-\u17d1])*|[^\\W\u1780-\u17ff]+")

# Form, mark of the vectors, MinHash values, shingles (≤ 65535), terms of title, of head, kind, day, places twice.
_HEADER = struct.Struct("<BIHHBBBHQQ")
_FORM = 2


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A text as grouping sees it: a MinHash for reprints, and what its headline and lead say of the event."""

    minhash: NDArray[np.uint32]  #: empty for a headline
    shingles: int
    title: NDArray[np.uint32]  #: terms of the headline, see `words.terms_of`
    head: NDArray[np.uint32]  #: terms of the first syllables of the text that the headline has not
    vectors: NDArray[np.int8]  #: (2, WIDTH) of the headline and of both, of length 127
    kind: int = 0
    day: int = 0  #: that the headline names, month * 32 + day
    places: tuple[int, int] = (0, 0)  #: provinces of today by the headline, by both: a bit each
    mark: int = 0  #: of the knowledge that made the vectors

    def packed(self) -> bytes:
        """Return the bytes kept in the archive; `unpack` reads them."""
        sizes = len(self.minhash), self.shingles, len(self.title), len(self.head)
        header = _HEADER.pack(_FORM, self.mark, *sizes, self.kind, self.day, *self.places)
        return header + b"".join(part.tobytes() for part in (self.minhash, self.title, self.head, self.vectors))


def unpack(data: bytes) -> Fingerprint:
    """Read what `packed` wrote; ValueError where the bytes are of another form, or made by other knowledge."""
    if not data or data[0] != _FORM or len(data) < _HEADER.size:
        raise ValueError("not a fingerprint of this form")
    _, mark, minhash, shingles, title, head, kind, day, *places = _HEADER.unpack_from(data)
    count = minhash + title + head
    if len(data) != _HEADER.size + 4 * count + 2 * WIDTH or mark != knowledge().mark:
        raise ValueError("not a fingerprint of this form")
    numbers = np.frombuffer(data, np.uint32, count, _HEADER.size)
    vectors = np.frombuffer(data, np.int8, 2 * WIDTH, _HEADER.size + 4 * count).reshape(2, WIDTH)
    parts = numbers[:minhash], numbers[minhash : minhash + title], numbers[minhash + title :]
    return Fingerprint(parts[0], shingles, parts[1], parts[2], vectors, kind, day, (places[0], places[1]), mark)


def fingerprint(title: str, text: str, language: Language = "vi", known: Knowledge | None = None) -> Fingerprint:
    """Make the fingerprint of an article; `text` is lead and body, `known` what ships unless another is tried."""
    known = known or knowledge()
    heading, tokens = tokens_of(title, language), tokens_of(text, language)
    plain = _CLUSTERS.findall(text) if language == "km" else list(map(str.lower, tokens))
    shingles = set(map(" ".join, zip(*(plain[at:] for at in range(SHINGLE)), strict=False)))
    minhash = np.zeros(0, np.uint32)
    if len(plain) >= SHORTEST:
        made = RMinHash(PERMUTATIONS, SEED)
        made.update(list(shingles))
        minhash = np.array(made.digest(), np.uint32)
    first = terms_of(heading, marks=True)
    known_already = {term >> SHIFT for term in first}
    beside = [term for term in terms_of(tokens[:HEAD]) if term >> SHIFT not in known_already]
    named = np.array(first[:TITLE_TERMS], np.uint32)
    rest = np.array(beside, np.uint32)
    if len(rest) > HEAD_TERMS:
        rest = rest[np.argsort(-known.rarity_of(rest), kind="stable")[:HEAD_TERMS]]
    kind = kind_of(title)
    of_title = known.places_of(heading)
    of_both = of_title if kind == ROUNDUP else of_title | known.places_of(tokens[:HEAD])
    vectors = known.vectors_of(np.array(first, np.uint32), np.array(beside, np.uint32))
    places, copied = (of_title, of_both), min(len(shingles), 65535)
    return Fingerprint(minhash, copied, named, rest, vectors, kind, day_of(title), places, known.mark)


def shared(one: Fingerprint, other: Fingerprint) -> float:
    """Return which part of the shorter text's shingles the longer one has too (0..1, estimated); 0 for headlines."""
    if not len(one.minhash) or len(one.minhash) != len(other.minhash):
        return 0.0
    jaccard = float(np.count_nonzero(one.minhash == other.minhash)) / len(one.minhash)
    common = jaccard * (one.shingles + other.shingles) / (1 + jaccard)
    return min(1.0, common / max(1, min(one.shingles, other.shingles)))
