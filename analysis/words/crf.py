"""underthesea's word segmenter, computed from its own shipped files: the same words, several times faster.

underthesea builds 43 feature strings per syllable and looks each up. Here the weights of its CRF are read once and
regrouped by n-gram, so that a syllable costs a few dictionary look-ups and a two-label Viterbi step; the pieces of its
tokenizer never cross white space, so each space-separated chunk is tokenised once and remembered.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

PLACES: Final = ("[-2]", "[-1]", "[0]", "[1]", "[2]")
PAIRS: Final = ("[-2,-1]", "[-1,0]", "[0,1]", "[1,2]")
TRIPLES: Final = ("[-2,0]", "[-1,1]", "[0,2]")
SPANS: Final = PLACES + PAIRS + TRIPLES
ENDS: Final = ((-2, -2), (-1, -1), (0, 0), (1, 1), (2, 2), (-2, -1), (-1, 0), (0, 1), (1, 2), (-2, 0), (-1, 1), (0, 2))
_LOWERED: Final = PLACES + PAIRS
_DIGITS: Final = ("[-1]", "[0]", "[1]")
_TITLES: Final = (*PLACES, "[0,1]", "[0,2]")
TEMPLATES: Final = tuple(
    [f"T{span}" for span in SPANS]
    + [f"T{span}.lower" for span in _LOWERED]
    + [f"T{span}.isdigit" for span in _DIGITS]
    + [f"T{span}.istitle" for span in _TITLES]
    + [f"T{span}.is_in_dict" for span in SPANS]
)
_MAX_REMEMBERED: Final = 60_000  # chunks; about 12 MB
MAX_CHUNK: Final = 400  # characters given to the regular expression at once: it is quadratic in a chunk's length
_TIE: Final = 1e-7
_NOTHING: Final = (0.0,) * len(PLACES)
_LONG: Final = 40  # longer chunks are not remembered

Weights = tuple[float, ...]
Syllable = tuple[str, str, bool, Weights]  # as written, lower-cased, starts with a capital (or no letter), weights


def _starts_title(token: str) -> bool:
    """underthesea_core's `istitle`: the first character is its own upper case."""
    return token[0].upper() == token[0]


def _is_digits(token: str) -> bool:
    return token.isascii() and token.isdigit()


@dataclass(frozen=True)
class Segmenter:
    """The weights regrouped by n-gram, the tokenizer's rules, and the bounded memory of chunks."""

    pattern: re.Pattern[str]
    spellings: Mapping[str, str]
    odd_characters: Mapping[str, str]
    dictionary: frozenset[str]
    weights: Mapping[str, float]
    steps: tuple[float, float, float, float]
    pairs: Mapping[str, Weights]  #: as written, with a capital in them
    lower_pairs: Mapping[str, Weights]  #: in lower case, and the dictionary's: beyond `no_pair`
    small_pairs: Mapping[str, Weights]  #: both together, for pairs without capitals
    triples: Mapping[str, Weights]  #: as written, with a capital in them
    small_triples: Mapping[str, Weights]  #: without capitals, and the dictionary's: beyond `no_triple`
    threes: frozenset[str]  #: the dictionary's entries of three syllables
    starts: frozenset[str]  #: how any of these three begin, in lower case: few pairs of a text do
    no_pair: Weights
    no_triple: Weights
    titles: tuple[Weights, Weights]  #: what two and three capitals in a row add beyond none; what none add
    edges: tuple[tuple[tuple[int, int], float, float], ...]  #: reach, worth before the text, worth after it
    exact: Callable[[list[str]], list[bool]]
    remembered: dict[str, tuple[Syllable, ...]] = field(default_factory=dict, repr=False)
    syllables: dict[str, Syllable] = field(default_factory=dict, repr=False)

    def words(self, text: str) -> list[str]:
        """The words of `text`, syllables of one word joined by a space, as `underthesea.word_tokenize` gives them."""
        tokens = self._tokens(text)
        if not tokens:
            return []
        inside = _inside(self._scores(tokens), self.steps)
        return _joined(tokens, self.exact([token[0] for token in tokens]) if inside is None else inside)

    def _tokens(self, text: str) -> list[Syllable]:
        text = unicodedata.normalize("NFC", text)
        for odd, plain in self.odd_characters.items():
            text = text.replace(odd, plain)
        known, chunks = self.remembered.get, text.split()
        tokens = [token for chunk in chunks[:-1] for token in known(chunk) or self._chunk(chunk)]
        if chunks:  # the rules for the end of a text look at what follows its last chunk
            last = chunks[-1]
            tokens.extend(self._cut(last, text[text.rindex(last) + len(last) :][:2]))
        return tokens

    def _chunk(self, chunk: str) -> tuple[Syllable, ...]:
        found = tuple(self._cut(chunk, " "))
        if len(chunk) <= _LONG:
            if len(self.remembered) >= _MAX_REMEMBERED:
                self.remembered.clear()
            self.remembered[chunk] = found
        return found

    def _cut(self, chunk: str, after: str) -> Iterable[Syllable]:
        for start in range(0, len(chunk), MAX_CHUNK):
            piece = chunk[start : start + MAX_CHUNK]
            rest = after if start + MAX_CHUNK >= len(chunk) else ""
            for match in self.pattern.finditer(piece + rest):
                yield self._syllable(match.group(0))

    def _syllable(self, token: str) -> Syllable:
        known = self.syllables.get(token)
        if known is not None:
            return known
        if len(token) <= 6:
            written = unicodedata.normalize("NFC", token)
            written = self.spellings.get(written, written)
        else:
            written = token
        lower, title, digits = written.lower(), _starts_title(written), _is_digits(written)
        if lower == written:
            lower = written  # the same object: asked for each pair and triple
        get = self.weights.get
        missing = lower not in self.dictionary
        sums = []
        for span in PLACES:
            total = get(f"T{span}={written}", 0.0) + get(f"T{span}.lower={lower}", 0.0)
            total += get(f"T{span}.istitle={title}", 0.0)
            if span in _DIGITS:
                total += get(f"T{span}.isdigit={digits}", 0.0)
            sums.append(total + get(f"T{span}.is_in_dict={not missing}", 0.0))
        found = (written, lower, title, tuple(sums))
        if len(token) <= _LONG:
            if len(self.syllables) >= _MAX_REMEMBERED:
                self.syllables.clear()
            self.syllables[token] = found
        return found

    def _scores(self, tokens: list[Syllable]) -> list[float]:
        """Score of beginning a word minus score of continuing one; token i is cell i + 2, two cells of margin.

        What a pair or triple that no dictionary knows adds is in the ground level, so that most of them add nothing.
        """
        size = len(tokens)
        w = [_NOTHING, _NOTHING, *[token[3] for token in tokens], _NOTHING, _NOTHING]
        d = self._ground(size)
        d[2 : size + 2] = [
            level + a[4] + b[3] + c[2] + e[1] + f[0]
            for level, a, b, c, e, f in zip(d[2:], w[4:], w[3:], w[2:], w[1:], w, strict=False)
        ]
        pair_of, pair_of_lower, lower_of = self.pairs.get, self.small_pairs.get, self.lower_pairs.get
        triple_of, triple_of_lower = self.triples.get, self.small_triples.get
        in_dictionary, starts = self.threes, self.starts
        minus_0, minus_1, minus_2 = self.no_triple
        (two, three), _ = self.titles
        pair, pair_lower, a_small, a_title = "", "", False, False  # the pair before, its first syllable
        (b, b_lower, b_title, _), b_small = tokens[0], tokens[0][1] is tokens[0][0]
        for i, (c, c_lower, c_title, _) in enumerate(tokens[1:]):
            c_small = c_lower is c
            before, before_lower, pair = pair, pair_lower, b + " " + c
            if b_small and c_small:
                found = pair_of_lower(pair_lower := pair)
            else:
                found = lower_of(pair_lower := b_lower + " " + c_lower)
                if (raw := pair_of(pair)) is not None:
                    d[i + 1] += raw[3]
                    d[i + 2] += raw[2]
                    d[i + 3] += raw[1]
                    d[i + 4] += raw[0]
            if found is not None:
                d[i + 1] += found[3]
                d[i + 2] += found[2]
                d[i + 3] += found[1]
                d[i + 4] += found[0]
            if b_title and c_title:
                d[i + 2] += two
                if a_title:
                    d[i + 1] += three
            if before_lower in starts:  # the triple that ends here begins a cell earlier
                if a_small and b_small and c_small:
                    found = triple_of_lower(before + " " + c)
                else:
                    found = triple_of(before + " " + c)
                    if before_lower + " " + c_lower in in_dictionary:
                        d[i + 1] -= minus_2
                        d[i + 2] -= minus_1
                        d[i + 3] -= minus_0
                if found is not None:
                    d[i + 1] += found[2]
                    d[i + 2] += found[1]
                    d[i + 3] += found[0]
            a_small, a_title = b_small, b_title
            b, b_lower, b_small, b_title = c, c_lower, c_small, c_title
        self._add_edges(d, size)
        return d

    def _ground(self, size: int) -> list[float]:
        """What pairs and triples of unknown syllables without capitals would add to each cell of a text."""
        _, (two, three) = self.titles
        (w_0, w_1, w_2, w_3), (unknown_0, unknown_1, unknown_2) = self.no_pair, self.no_triple
        pair, triple = (w_3, w_2 + two, w_1, w_0), (0.0, unknown_2 + three, unknown_1, unknown_0)
        d = [sum(pair) + sum(triple)] * (size + 4)
        for cell in (*range(min(4, size + 4)), *range(max(4, size), size + 4)):
            ranges = (pair, size - 1), (triple, size - 2)
            d[cell] = sum(part[at] for part, count in ranges for at in range(4) if 0 <= cell - 1 - at < count)
        return d

    def _add_edges(self, d: list[float], size: int) -> None:
        """Adds what the features that look over the text's edge are worth (BOS is asked before EOS)."""
        for i in {0, 1, size - 2, size - 1}:
            if 0 <= i < size:
                for (low, high), before, after in self.edges:
                    if i + low < 0:
                        d[i + 2] += before
                    elif i + high >= size:
                        d[i + 2] += after


def _inside(d: list[float], steps: tuple[float, float, float, float]) -> list[bool] | None:
    """For each token whether it continues a word: Viterbi over two labels on differences of scores.

    None where the best path is tied (a row of numbers, all alike): there only the library's own rounding decides.
    """
    bb, bi, ib, ii = steps
    size = len(d) - 4
    back_b, back_i = [0.0] * size, [0.0] * size  # how much better it was to come from B-W than from I-W
    x = d[2]
    for t in range(1, size):
        back_b[t] = over_b = x + bb - ib
        back_i[t] = over_i = x + bi - ii
        x = d[t + 2] + (x + bb if over_b > 0 else ib) - (x + bi if over_i > 0 else ii)
    inside = [False] * size
    margin = x
    for t in range(size - 1, -1, -1):
        if -_TIE < margin < _TIE:
            return None
        inside[t] = continues = margin < 0
        margin = back_i[t] if continues else back_b[t]
    return inside


def _joined(tokens: list[Syllable], inside: list[bool]) -> list[str]:
    words: list[str] = []
    for token, continues in zip(tokens, inside, strict=True):
        if continues and words:
            words[-1] += " " + token[0]
        else:
            words.append(token[0])
    return words


@dataclass(slots=True)
class Exact:
    """underthesea_core itself on ready tokens, loaded when first needed: slow, and right also where scores are tied."""

    model: Path
    dictionary: frozenset[str]
    _parts: tuple[Any, Any] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, tokens: list[str]) -> list[bool]:
        """For each token whether it continues a word."""
        with self._lock:
            if self._parts is None:
                from underthesea_core import CRFFeaturizer, CRFTagger

                tagger = CRFTagger()
                tagger.load(str(self.model / "models.bin"))
                self._parts = CRFFeaturizer(list(TEMPLATES), set(self.dictionary)), tagger
            featurizer, tagger = self._parts
            labels = tagger.tag(featurizer.process([[[token] for token in tokens]])[0])
        return [label == "I-W" for label in labels]
