"""Khmer words by khmercut, for text of any length: Khmer is written without spaces between words."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Final

_LOCK: Final = threading.Lock()  # khmercut loads lazily and its tagger is not made for two threads
_INVISIBLE: Final = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
#: A run of Khmer letters and signs, Khmer digits, Latin words and numbers, or one sign.
_PIECE: Final = re.compile(
    r"[\u1780-\u17d3\u17d7\u17dc\u17dd]+|[\u17e0-\u17e9]+(?:[.,][\u17e0-\u17e9]+)*"
    r"|[^\W\u1780-\u17ff]+(?:[.,'’-][^\W\u1780-\u17ff]+)*|[^\w\s]"
)
_STARTS: Final = re.compile("(?<!\u17d2)[\u1780-\u17b3]")  # a consonant or vowel letter that is no subscript
_MAX_RUN: Final = 400  # characters segmented at once; the press's runs are below 200


def khmer_words(text: str) -> list[str]:
    """The words of a Khmer text in order; zero-width characters are dropped first, spaces always part words.

    Khmer runs are cut by khmercut (MIT), at most 400 characters at a time, always before a letter that begins a
    cluster; digits, Latin words and signs stand alone.
    """
    return list(each_word(text))


def each_word(text: str) -> Iterator[str]:
    """The same one after the other, for those who need only the first: cutting takes long."""
    for match in _PIECE.finditer(_INVISIBLE.sub("", text)):
        piece = match.group(0)
        if "\u1780" <= piece[0] <= "\u17dd" and len(piece) > 1:
            for run in _runs(piece):
                yield from _cut(run)
        else:
            yield piece


def _runs(piece: str) -> list[str]:
    runs = []
    while len(piece) > _MAX_RUN:
        starts = [match.start() for match in _STARTS.finditer(piece, _MAX_RUN // 2, _MAX_RUN)]
        at = starts[-1] if starts else _MAX_RUN
        runs.append(piece[:at])
        piece = piece[at:]
    return [*runs, piece]


def _cut(run: str) -> list[str]:
    import khmercut

    with _LOCK:
        return [word for word in khmercut.tokenize(run) if word]


def spaced_out(text: str) -> str:
    """The text without zero-width characters: one spelling for phrases typed with and without them."""
    return _INVISIBLE.sub("", text)
