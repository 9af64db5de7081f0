"""The language of a text: vi, km or en.

Method, in this order: a third of the letters in the Khmer block means km; one letter in twelve being a letter only
Vietnamese writes means vi; what is left goes to pycld2 (Compact Language Detector 2). Where that is not sure — a
headline, or Vietnamese typed without marks — the share of words built like Vietnamese syllables decides against the
share of English function words, and a text of no words at all is taken for Vietnamese.
"""

from __future__ import annotations

import re

import pycld2

from press import Language

_SAMPLE = 4_000
_LETTER = re.compile(r"[^\W\d_]")
_KHMER = re.compile("[\u1780-\u17d3\u17e0-\u17e9]")
_VIETNAMESE = re.compile("[ăđơưĂĐƠƯẠ-ỹâêôÂÊÔàáãèéìíĩòóõùúũýÀÁÃÈÉÌÍĨÒÓÕÙÚŨÝ]")  # one set is searched in no time
_WORD = re.compile(r"[a-z]+")
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?(?:[iy]?e|[uo]?[aeo]|oo|u[aeoy]|uye|uya|i[aeu]|ye|[aeiouy])"
    r"(?:ch|ng|nh|[cmnptiouy])?"
)
_ENGLISH = frozenset(
    (
        *("the", "of", "and", "to", "in", "is", "for", "on", "with", "by", "at", "from", "as", "are", "was", "were"),
        *("that", "this", "has", "have", "had", "its", "it", "be", "been", "will", "after", "over", "into", "his"),
        *("their", "not", "new", "says", "said", "more", "than", "about", "between", "against", "amid", "who"),
    )
)


def detect(text: str) -> Language:
    """The language of a title or a body, by the method of this module; any text gets an answer."""
    sample = text[:_SAMPLE]
    letters = len(_LETTER.findall(sample))
    if letters == 0:
        return "km" if _KHMER.search(sample) else "vi"
    if len(_KHMER.findall(sample)) * 3 > letters:
        return "km"
    if len(_VIETNAMESE.findall(sample)) * 12 > letters:
        return "vi"
    return _by_cld(sample) or _by_words(sample)


def _by_cld(sample: str) -> Language | None:
    try:
        reliable, _, guesses = pycld2.detect(sample.encode("utf-8", errors="ignore"), bestEffort=False)
    except pycld2.error:
        return None
    code = guesses[0][1]
    if not reliable or code not in {"vi", "en", "km"}:
        return None
    known: dict[str, Language] = {"vi": "vi", "en": "en", "km": "km"}
    return known[code]


def _by_words(sample: str) -> Language:
    words = _WORD.findall(sample.lower())
    if not words:
        return "vi"
    english = sum(word in _ENGLISH for word in words) / len(words)
    syllables = sum(_SYLLABLE.fullmatch(word) is not None for word in words) / len(words)
    if english < 0.1 and syllables >= 0.8:
        return "vi"
    return "vi" if english == 0 and _VIETNAMESE.search(sample) else "en"
