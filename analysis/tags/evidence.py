"""The words that decided, as the text writes them: terms of a linear model looked up in the text they came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

import numpy as np

from analysis.tags.features import PAIR, TITLE
from analysis.tags.vocabulary import Floats

_BETWEEN: Final = "\n"  # no word has a line break in it


def strongest(added: Floats, most: int) -> list[int]:
    """The numbers of the largest values above zero, largest first, at most `most`; of equal ones the first."""
    if len(added) > most:
        least = np.partition(added, -most)[-most]
        at = np.flatnonzero(added >= least)  # sorting a few is faster than sorting all
    else:
        at = np.arange(len(added))
    order = at[np.argsort(-added[at], kind="stable")[:most]]
    return [number for number in order.tolist() if added[number] > 0]


class Evidence:
    """Finds the terms of one text in it: only a few of a text's thousand terms are ever asked for."""

    def __init__(
        self, title: str, text: str, title_words: Sequence[str], text_words: Sequence[str], terms: Sequence[str]
    ) -> None:
        """Take the text as it was cut into words, and the terms of these as `Vocabulary.known` gives them."""
        self._texts = (title, text)
        self._words = [*title_words, "", *text_words]
        self._terms = terms

    def phrases(self, wanted: Iterable[str], limit: int) -> tuple[str, ...]:
        """The given terms as the title or the text first writes them, at most `limit`, none inside another.

        A pair that punctuation parts is left out: it is nowhere a string of the text.
        """
        found: list[str] = []
        for name in wanted:
            if len(found) == limit:
                break
            phrase = self._written(self._spelling(name.removeprefix(TITLE)))
            if phrase and not any(phrase in other for other in found):
                found = [other for other in found if other not in phrase] + [phrase]
        return tuple(found)

    def _spelling(self, name: str) -> str:
        """The words of a term as they are first written; "" where it does not occur."""
        if name.startswith(PAIR):
            return self._pair(name.removeprefix(PAIR).replace(" ", _BETWEEN))
        sought = name.replace("|", _BETWEEN)
        at = self._line.find(f"{_BETWEEN}{sought}{_BETWEEN}")
        if at < 0:
            return ""
        first = self._line.count(_BETWEEN, 0, at)
        return " ".join(self._words[first : first + 1 + sought.count(_BETWEEN)])

    def _pair(self, sought: str) -> str:
        """Two syllables as they are first written beside each other, in one word or in two."""
        at = self._syllables.find(f"{_BETWEEN}{sought}{_BETWEEN}") + 1
        if not at:
            return ""
        word = self._line.count(_BETWEEN, 0, at) - 1
        before = self._line.count(" ", self._line.rfind(_BETWEEN, 0, at), at)
        return " ".join([*self._parts(word), *self._parts(word + 1)][before : before + 2])

    def _parts(self, word: int) -> Sequence[str]:
        """A word's syllables as written; a number with its unit is one, as its term is, unless the text joins them."""
        written = self._words[word : word + 1]
        if written and " " in written[0]:
            if " " in self._terms[word]:
                return written[0].split(" ")
            if not any(written[0] in text for text in self._texts):
                return written[0].split(" ")[:1]
        return written

    @cached_property
    def _line(self) -> str:
        """The terms, each between two line breaks; signs leave an empty one, so that no pair spans them."""
        return f"{_BETWEEN}{_BETWEEN.join(self._terms)}{_BETWEEN}"

    @cached_property
    def _syllables(self) -> str:
        return self._line.replace(" ", _BETWEEN)

    def _written(self, spelling: str) -> str:
        if not spelling:
            return ""
        if any(spelling in text for text in self._texts):
            return spelling
        for text, unbroken, flat in zip(self._texts, self._unbroken, self._flat, strict=True):
            if (at := unbroken.find(spelling)) >= 0:  # a line break between its words
                return text[at : at + len(spelling)]
            if spelling in flat and (match := re.search(r"\s+".join(map(re.escape, spelling.split())), text)):
                return match.group(0)
        return ""

    @cached_property
    def _unbroken(self) -> tuple[str, ...]:
        return tuple(text.replace("\n", " ") for text in self._texts)

    @cached_property
    def _flat(self) -> tuple[str, ...]:
        return tuple(" ".join(text.split()) for text in self._texts)
