"""The words of a text: underthesea's for Vietnamese (fast, bounded memory), khmercut's for Khmer, plain English."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Final

from analysis.words import crf, crf_load
from analysis.words.crf_file import UnknownFormError
from analysis.words.khmer import khmer_words
from press import Language

_ENGLISH: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,:/]\d+)*|[^\w\s]|_+")
_LOCK: Final = threading.Lock()
_LOADED: Final[list[Callable[[str], list[str]]]] = []  # at most one: the segmenter of this process


def words(text: str, language: Language = "vi") -> list[str]:
    """The words of `text` in order, punctuation included; syllables of one Vietnamese word are joined by a space.

    Vietnamese: the list `underthesea.word_tokenize(text)` gives (chunks without a space are cut every 400 characters
    first, its tokenizer being quadratic in them). Khmer: `analysis.words.khmer`. Never raises on odd text.
    """
    if language == "km":
        return khmer_words(text)
    if language == "en":
        return _ENGLISH.findall(text)
    return vietnamese()(text)


def vietnamese() -> Callable[[str], list[str]]:
    """The Vietnamese segmenter of this process, loaded once (0.25 s) whichever thread asks first."""
    if not _LOADED:
        with _LOCK:
            if not _LOADED:
                _LOADED.append(_segmenter())
    return _LOADED[0]


def _segmenter() -> Callable[[str], list[str]]:
    try:
        return crf_load.load().words
    except UnknownFormError:
        return library_words()


def library_words() -> Callable[[str], list[str]]:
    """underthesea itself, for versions whose files `crf_load` does not know: slower, the same words."""
    from underthesea import word_tokenize

    word_tokenize("a")  # its lazy loading is not made for two threads

    def segment(text: str) -> list[str]:
        pieces = (chunk[i : i + crf.MAX_CHUNK] for chunk in text.split() for i in range(0, len(chunk), crf.MAX_CHUNK))
        cut = " ".join(pieces) if any(len(chunk) > crf.MAX_CHUNK for chunk in text.split()) else text
        return list(word_tokenize(cut))

    return segment
