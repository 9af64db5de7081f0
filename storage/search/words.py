"""Text as the index keeps it: words in one form with marks and in one folded, the same for articles and queries."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from press.spelling import forms as spellings
from press.text import fold

#: Letters and figures; marks that stand alone after NFC, and the signs of Khmer, belong to their letter.
WORD: Final = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f\u1780-\u17d3\u17dd])*")
KHMER: Final = re.compile("[\u1780-\u17b3][\u1780-\u17d3\u17dd\u200b-\u200d\u2060]*")
BREAK: Final = "|"  #: stands between title, lead and body, so that no phrase runs from one into the next; no word
_FORMS: Final = str.maketrans("Ðð០១២៣៤៥៦៧៨៩", "đđ0123456789", "\u200b\u200c\u200d\u2060\ufeff\u00ad")

#: Cuts a Khmer text into words.
Segment = Callable[[str], list[str]]


class Form(NamedTuple):
    """One word in its two forms."""

    marked: str
    folded: str

    @property
    def has_marks(self) -> bool:
        """Whether it was written with marks, so that it is looked for with marks."""
        return self.marked != self.folded


def marked(text: str) -> str:
    """Lower case, NFC, each word in its one spelling, parted by one space; Khmer must have been cut before."""
    return " ".join(_spelt(plain(text).split()))


def plain(text: str) -> str:
    """`marked`, the words as they are spelt: what is still being typed may be the beginning of another word."""
    return " ".join(WORD.findall(unicodedata.normalize("NFC", text.translate(_FORMS)).lower()))


def _spelt(words: list[str]) -> list[str]:
    return list(map(spellings().get, words, words))


class Words:
    """Makes both forms of texts, and cuts Khmer on the way."""

    def __init__(self, segment: Segment) -> None:
        self._khmer = lru_cache(200_000)(lambda run: f" {' '.join(segment(run))} ")

    def forms(self, *parts: str) -> tuple[str, str]:
        """The words of texts with marks, and folded; BREAK stands between two parts."""
        if (found := _quick(f" {_MARK} ".join(parts))) is not None:
            return found
        with_marks = [marked(self._cut(part)) for part in parts]
        return f" {BREAK} ".join(with_marks), f" {BREAK} ".join(map(fold, with_marks))

    def query(self, text: str) -> list[Form]:
        """The words of a piece of a query."""
        with_marks = marked(self._cut(text))
        return [Form(*pair) for pair in zip(with_marks.split(), fold(with_marks).split(), strict=True)]

    def _cut(self, text: str) -> str:
        """The text with its Khmer words parted by spaces."""
        return KHMER.sub(lambda run: self._khmer(run[0]), text) if KHMER.search(text) else text


# The quick way, for what is written in the letters of Vietnamese and English, as nearly every text is: these letters,
# lower case, have room in one byte each, and `bytes.translate` then does the rest at once. Five times faster than words
# looked up one by one; a test holds both ways equal.
_MARK: Final = "\x1f"
_LETTERS: Final = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"  # 67 besides ASCII
_SIGNS: Final = "“”‘’–—…•\u00a0"  # common enough to have a byte too
_NONE: Final = "\ufffe"  # stands for a byte that is no letter's
_BYTES: Final = ("".join(map(chr, range(128))) + _LETTERS + _SIGNS).ljust(256, _NONE)
_ENCODING: Final = codecs.charmap_build(_BYTES)


def _byte_table(of: Callable[[str], str]) -> bytes:
    """What each letter becomes; gaps between words become spaces, the mark BREAK."""
    words = (of(letter) if WORD.fullmatch(letter) else BREAK if letter == _MARK else " " for letter in _BYTES)
    return b"".join(codecs.charmap_encode(word, "strict", _ENCODING)[0] for word in words)


_TO_MARKED: Final = _byte_table(lambda letter: letter)
_TO_FOLDED: Final = _byte_table(fold)


def _gaps(error: UnicodeError) -> tuple[str, int]:
    """Signs without a byte are gaps between words; letters, marks and what cannot be seen take the other way."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    rest = error.object[error.start : error.end]
    if any(unicodedata.category(letter)[0] not in "PSZ" for letter in rest):
        raise error
    return " " * len(rest), error.end


codecs.register_error("diembao.gaps", _gaps)


def _quick(text: str) -> tuple[str, str] | None:
    """Both forms of a text; None where a letter of it has no byte."""
    try:
        packed = codecs.charmap_encode(text.lower(), "diembao.gaps", _ENCODING)[0]
    except UnicodeEncodeError:
        return None
    with_marks = codecs.charmap_decode(packed.translate(_TO_MARKED), "strict", _BYTES)[0]
    words = with_marks.split()
    if not spellings().keys().isdisjoint(words):
        with_marks = " ".join(_spelt(words))
        packed = codecs.charmap_encode(with_marks.replace(BREAK, _MARK), "strict", _ENCODING)[0]
    return with_marks, packed.translate(_TO_FOLDED).decode("ascii")
