"""The terms of a text that the linear models see: words and pairs of words, the headline's a second time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from press.text import tone_normal

TITLE: Final = "T:"  #: mark of a term that stands in the headline
PAIR: Final = "s:"  #: mark of two neighbouring syllables, which bridge what the segmenter cuts differently
SHORT: Final = 80  #: a text of fewer words is a headline with at most a lead


@lru_cache(maxsize=60_000)
def term(word: str) -> str:
    """The form of a word the models count: lower case, one tone placement, every number alike; "" for signs."""
    if word[0].isalpha():
        return tone_normal(word.lower())
    return "0" if word[0].isdigit() else ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text consists of for a linear model: how often each term occurs, and whether it is only a headline."""

    counts: Mapping[str, int]
    short: bool


def terms(title: Sequence[str], text: Sequence[str]) -> Terms:
    """Counts words and neighbouring pairs (of words, of syllables); the headline's words also as terms of their own."""
    counts: dict[str, int] = {}
    for number, words in enumerate((title, text)):
        before = last = ""
        for word in words:
            now = term(word)
            if not now:
                continue
            counts[now] = counts.get(now, 0) + 1
            if before:
                pair = before + "|" + now
                counts[pair] = counts.get(pair, 0) + 1
            for syllable in now.split(" "):
                if last:
                    pair = PAIR + last + " " + syllable
                    counts[pair] = counts.get(pair, 0) + 1
                last = syllable
            if number == 0:
                mark = TITLE + now
                counts[mark] = counts.get(mark, 0) + 1
            before = now
    return Terms(counts, len(text) < SHORT)
