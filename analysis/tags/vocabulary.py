"""The terms linear models know, found in a text by numbers: no string is built for what no model knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Final

import numpy as np
import numpy.typing as npt

from analysis.tags.features import PAIR, SHORT, TITLE, term

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
_SIGN: Final = -2
_REMEMBERED: Final = 60_000  # words as written; about 12 MB


@dataclass(frozen=True, slots=True)
class Known:
    """What a text has of a vocabulary: the numbers of its terms, in order, and their TF-IDF values of unit length."""

    rows: Numbers
    values: Floats
    short: bool  #: only a headline, with at most a lead
    terms: tuple[str, ...]  #: of every word, "" for signs and for the break between headline and text


@dataclass(frozen=True, slots=True)
class Apart:
    """What a text has of a vocabulary as a whole, and without each of the parts it was cut into."""

    rows: Numbers  #: (terms,) the numbers of its terms, in order
    values: Floats  #: (1 + parts, terms) TF-IDF values of unit length: of the whole first, 0 where a term is gone
    short: bool  #: whether the whole is only a headline, with at most a lead


#: A word's term, its number (-1: unknown), and the numbers of its syllables.
Parts = tuple[str, int, tuple[int, ...]]
_BREAK: Final[Parts] = ("", -1, (-1,))  # between headline and text, so that no pair spans them


@dataclass(frozen=True, slots=True)
class Pairs:
    """Terms made of two neighbours, by the numbers of both."""

    keys: Numbers  #: first number times `base` plus second, in order
    rows: Numbers
    base: int  #: above every number by two, so that the -1 of an unknown neighbour makes no key

    def among(self, numbers: Numbers) -> Numbers:
        """The terms that neighbours in `numbers` make."""
        if not len(self.keys) or len(numbers) < 2:
            return numbers[:0]
        keys = np.sort(numbers[:-1] * self.base + numbers[1:])  # neighbours in the table are near in memory
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found: Numbers = self.rows[at[self.keys[at] == keys]]
        return found

    def standing(self, numbers: Numbers) -> tuple[Numbers, Numbers]:
        """Where in `numbers` the first of two neighbours stands that make a term, and which term."""
        if not len(self.keys) or len(numbers) < 2:
            return numbers[:0], numbers[:0]
        keys = numbers[:-1] * self.base + numbers[1:]
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        first = np.flatnonzero(self.keys[at] == keys)
        return first, self.rows[at[first]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms (`features.terms`) models were trained on, and how rare each is."""

    names: tuple[str, ...] = field(repr=False)
    idf: Floats = field(repr=False)  #: (terms,)
    parts: Callable[[str], Parts] = field(repr=False)
    words: Numbers = field(repr=False)  #: number of a word -> its term; -1: only a part of others
    titles: Numbers = field(repr=False)  #: number of a word -> its term in a headline, or -1
    pairs: Pairs = field(repr=False)
    syllables: Pairs = field(repr=False)

    def known(self, title: Sequence[str], text: Sequence[str]) -> Known:
        """The known terms of a text given as words: the same as those of `features.terms`."""
        written, numbers, inside = zip(*map(self.parts, title), _BREAK, *map(self.parts, text), strict=True)
        every = np.array(numbers, np.int64)
        numbered = every != _SIGN
        heading, words = every[: len(title)], every[numbered]
        syllables = np.array(list(chain.from_iterable(inside)), np.int64)
        rows = [
            self.words[words[words >= 0]],
            self.titles[heading[heading >= 0]],
            self.pairs.among(words),
            self.syllables.among(syllables),
        ]
        found, counts = np.unique(np.concatenate(rows), return_counts=True)
        first = int(np.searchsorted(found, 0))
        found, counts = found[first:], counts[first:]
        values = (1 + np.log(counts.astype(np.float32))) * self.idf[found]
        length = float(np.sqrt(values @ values)) or 1.0
        return Known(found, values / length, len(text) < SHORT, written)

    def apart(self, parts: Sequence[Sequence[str]]) -> Apart:
        """The known terms of a text without each of its parts, all given as words: the headline first, maybe empty.

        With a part goes all that stands in it, pairs that only begin or end there too; what it stood between makes no
        pair. The whole is what `known` says of it.
        """
        read = [*map(self.parts, parts[0]), _BREAK, *(self.parts(word) for part in parts[1:] for word in part)]
        sizes = [len(part) for part in parts]
        sizes[0] += 1  # the break
        part_of = np.repeat(np.arange(len(parts)), sizes)
        every = np.array([number for _, number, _ in read], np.int64)
        inside = [syllables for _, _, syllables in read]
        numbered = every != _SIGN
        words, of_word = every[numbered], part_of[numbered]
        syllables = np.array(list(chain.from_iterable(inside)), np.int64)
        of_syllable = np.repeat(part_of, [len(one) for one in inside])
        single, heading = words >= 0, (words >= 0) & (of_word == 0)
        pair, pair_rows = self.pairs.standing(words)
        two, two_rows = self.syllables.standing(syllables)
        rows = np.concatenate([self.words[words[single]], self.titles[words[heading]], pair_rows, two_rows])
        first = np.concatenate([of_word[single], of_word[heading], of_word[pair], of_syllable[two]])
        last = np.concatenate([of_word[single], of_word[heading], of_word[pair + 1], of_syllable[two + 1]])
        known = rows >= 0
        found, column = np.unique(rows[known], return_inverse=True)
        first, last, size = first[known], last[known], len(found)
        gone = [first * size + column, (last * size + column)[first != last]]
        lost = np.bincount(np.concatenate(gone), minlength=len(parts) * size).reshape(len(parts), size)
        counts = np.vstack([np.zeros((1, size), np.int64), lost])
        counts = np.bincount(column, minlength=size) - counts
        values = np.where(counts > 0, 1 + np.log(np.maximum(counts, 1, dtype=np.float32)), np.float32(0))
        values *= self.idf[found]
        lengths = np.sqrt((values * values).sum(axis=1, keepdims=True))
        scaled = (values / np.where(lengths > 0, lengths, 1)).astype(np.float32)
        return Apart(found, scaled, sum(map(len, parts[1:])) < SHORT)


@lru_cache(maxsize=1)
def vocabulary_of(terms: bytes, idf: bytes) -> Vocabulary:
    """The vocabulary of a model file; topics and tone are trained on the same terms and share one in memory.

    `terms` are separated by line breaks, `idf` are 16-bit floats.
    """
    names = tuple(terms.decode().split("\n"))
    words: dict[str, int] = {}
    syllables: dict[str, int] = {}
    single: list[tuple[int, int]] = []
    titles: list[tuple[int, int]] = []
    pairs: list[tuple[int, int, int]] = []
    inner: list[tuple[int, int, int]] = []

    def number(name: str) -> int:
        return words.setdefault(name, len(words))

    def syllable(name: str) -> int:
        return syllables.setdefault(name, len(syllables))

    for row, name in enumerate(names):
        if name.startswith(PAIR):
            one, _, other = name.removeprefix(PAIR).partition(" ")
            inner.append((syllable(one), syllable(other), row))
        elif name.startswith(TITLE):
            titles.append((number(name.removeprefix(TITLE)), row))
        elif "|" in name:
            one, _, other = name.partition("|")
            pairs.append((number(one), number(other), row))
        else:
            single.append((number(name), row))

    @lru_cache(maxsize=_REMEMBERED)
    def parts(word: str) -> Parts:
        name = term(word)
        if not name:
            return name, _SIGN, ()
        return name, words.get(name, -1), tuple(syllables.get(part, -1) for part in name.split(" "))

    size = len(words)
    return Vocabulary(
        names=names,
        idf=np.frombuffer(idf, np.float16).astype(np.float32),
        parts=parts,
        words=_table(single, size),
        titles=_table(titles, size),
        pairs=_pairs(pairs, size),
        syllables=_pairs(inner, len(syllables)),
    )


def _table(found: Iterable[tuple[int, int]], size: int) -> Numbers:
    table = np.full(size, -1, np.int64)
    for number, row in found:
        table[number] = row
    return table


def _pairs(found: Sequence[tuple[int, int, int]], size: int) -> Pairs:
    first, second, rows = np.array(found, np.int64).reshape(-1, 3).T
    keys = first * (size + 2) + second
    order = np.argsort(keys)
    return Pairs(keys[order], rows[order], size + 2)
