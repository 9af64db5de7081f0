"""The words that decided, as the text writes them: terms of a linear model looked up in the text they came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from analysis.features import PAIR, TITLE, term

_BETWEEN: Final = "\n"  # no word has a line break in it


class Evidence:
    """Finds the terms of one text in it: only a few of a text's thousand terms are ever asked for."""

    def __init__(self, title: str, text: str, title_words: Sequence[str], text_words: Sequence[str]) -> None:
        """Take the text as it was cut into words."""
        self._texts = (title, text)
        self._words = [*title_words, ".", *text_words]

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
            (syllables, line), sought = self._syllables, name.removeprefix(PAIR).replace(" ", _BETWEEN)
        else:
            (syllables, line), sought = self._terms, name.replace("|", _BETWEEN)
        at = line.find(f"{_BETWEEN}{sought}{_BETWEEN}")
        if at < 0:
            return ""
        first = line.count(_BETWEEN, 0, at)
        return " ".join(syllables[first : first + 1 + sought.count(_BETWEEN)])

    @cached_property
    def _terms(self) -> tuple[list[str], str]:
        return self._words, _line(self._words)

    @cached_property
    def _syllables(self) -> tuple[list[str], str]:
        syllables = " ".join(self._words).split(" ")
        return syllables, _line(syllables)

    def _written(self, spelling: str) -> str:
        if not spelling:
            return ""
        for text, unbroken, flat in zip(self._texts, self._unbroken, self._flat, strict=True):
            if spelling in text:
                return spelling
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


def _line(words: Sequence[str]) -> str:
    """The terms of the words, each between two line breaks; signs leave an empty one, so that no pair spans them."""
    return f"{_BETWEEN}{_BETWEEN.join(map(term, words))}{_BETWEEN}"
