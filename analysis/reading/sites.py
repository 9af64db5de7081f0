"""Names of sites in titles: what a title says of whose page it is, by the names known and by form alone. Pure text."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from analysis.reading.neighbours import key_of
from press.text import UPPER, fold

SEPARATOR = re.compile(r"\s+[|–—·-]\s+|\s*\|\s*")
_SEPARATES = ("|", " - ", " – ", " — ", " · ")  # in a clean text
_NAME = 60  # characters of the longest name of a site
_SECTION = 30  # characters of the name of a section
_EDITION = re.compile(r"\s+(?:điện tử|online)\Z", re.IGNORECASE)
_NAME_WORDS = 5  # of a site's name, those of its trade apart
_TRADE = re.compile(
    r"\b(?:báo|tạp chí|đài|điện tử|online|phát thanh|truyền hình|và|pt-?th|trang tin|trang thông tin"
    r"|cổng thông tin|news|tv|newspaper|daily|vn|com|net)\b|\.",
    re.IGNORECASE,
)
_A_SITE = re.compile(
    rf"(?i:báo|tạp chí|đài|kênh|chuyên trang)(?i: điện tử)? [{UPPER}]|(?i:(?:cổng|trang) (?:thông tin|tin))\b"
)
# What a page of a portal is called whatever it shows.
_ANY_PAGE = re.compile(
    r"(?:trang chủ|home(?: ?page)?|index|default|untitled(?: document)?|document|new page \d*|no title|article|news"
    r"|(?:xem |đọc )?(?:chi tiết|nội dung)(?: (?:bản )?(?:tin(?: tức| bài)?|bài(?: viết| đăng)?|nội dung|chi tiết))*"
    r"|(?:xem |đọc )?(?:bản )?tin(?: tức| bài)?(?: (?:-|và|&) sự kiện| sự kiện)?|sự kiện|bài viết"
    r"|(?:(?:news|article|content)[ -]?)?details?)",
    re.IGNORECASE,
)
_PORTAL = re.compile(r"(?:cổng|trang) (?:thông tin|tin)\b", re.IGNORECASE)
_WAY = re.compile(r"\s+(?:[»›>]+|::)\s+")
_STROKE = re.compile(rf"{SEPARATOR.pattern}|{_WAY.pattern}")


def without_site(text: str, names: tuple[str, ...], seen: str = "") -> str:
    """The text without the name of the site behind its last separator; what the headline `seen` shows too stays.

    A part of the name is the name where a word of its trade stands with it, or where the headline shows it is no title.
    """
    if not any(sign in text for sign in _SEPARATES):  # most texts
        return text
    while True:
        cuts = list(SEPARATOR.finditer(text, max(0, len(text) - _NAME - 8)))  # a longer tail is no name
        if not cuts or (seen and key_of(seen).endswith(key_of(text))):
            return text
        tail = text[cuts[-1].end() :]
        if not names_site(tail, names, bool(seen)):
            return text
        text = text[: cuts[-1].start()]


def without_sections(text: str, whole: str, known: Collection[str]) -> str:
    """A title, the name of the site already cut from `whole`, without the sections behind it.

    Those are what the page calls its sections (`known`), and short parts between two strokes: "… | Kinh tế | Báo Ví
    Dụ". Places stand behind a dash in titles, so that a dash alone proves nothing.
    """
    keys = set(map(key_of, known))
    while cuts := list(SEPARATOR.finditer(text)):
        tail = text[cuts[-1].end() :]
        behind = SEPARATOR.match(whole, len(text))
        between = behind is not None and "|" in cuts[-1][0] and "|" in behind[0] and len(tail) <= _SECTION
        if not (between or (behind is not None and key_of(tail) in keys)) or len(text) - len(tail) < 2 * _SECTION // 3:
            break
        text = text[: cuts[-1].start()]
    return text


def names_site(tail: str, names: tuple[str, ...], seen: bool) -> bool:
    """Whether the last part of a title is the name of the site; `seen`: a headline shows that it is no title."""
    key = bare(tail) if len(tail) <= _NAME else ""
    if not key:
        return False
    whole = bare_names(names)
    if key in whole or bare(_EDITION.sub("", tail)) in whole:
        return True
    proper = _proper_names(names)
    own = bare(_TRADE.sub(" ", tail))
    return own in proper | whole and (own != key or seen)


def is_site_name(title: str, names: tuple[str, ...]) -> bool:
    """Whether a title says no more than whose page it is."""
    return names_site(title, names, seen=False) or (len(title) <= _NAME and _A_SITE.match(title) is not None)


def says_nothing(title: str) -> bool:
    """Whether a title is that of every page of a site: the name of a paper in capitals, or "Chi tiết tin"."""
    parts = [part for part in _STROKE.split(title) if part]
    return bool(parts) and all(_ANY_PAGE.fullmatch(part) or _is_a_site(part) for part in parts)


def _is_a_site(name: str) -> bool:
    """Whether words are the name of a site by their form alone: a portal's, or a paper's in capitals."""
    if len(name) > _NAME or not _A_SITE.match(name):
        return False
    words = _TRADE.sub(" ", name).split()
    return _PORTAL.match(name) is not None or (len(words) <= _NAME_WORDS and all(word[0].isupper() for word in words))


def without_way(title: str) -> str:
    """The title without the way to it: the name of the site in front, and the sections between."""
    stroke = _STROKE.search(title)
    if stroke is None or not says_nothing(title[: stroke.start()]) or says_nothing(title):
        return title
    rest = title[stroke.end() :]
    return _WAY.split(rest)[-1] if _WAY.fullmatch(stroke[0]) else rest


@lru_cache(512)
def _proper_names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(bare(_TRADE.sub(" ", name)) for name in names) - {""}


@lru_cache(512)
def bare_names(names: tuple[str, ...]) -> frozenset[str]:
    """The names, as `bare`."""
    return frozenset(map(bare, names))


@lru_cache(512)
def initials(names: tuple[str, ...]) -> frozenset[str]:
    """The first letters of the names, as `bare`."""
    return frozenset(name[0] for name in bare_names(names) if name)


def bare(name: str) -> str:
    """A name as an address would have it: no marks, no spaces."""
    return key_of(fold(name))
