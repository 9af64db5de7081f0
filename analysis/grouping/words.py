"""What of a headline and its lead tells an event: terms with their kind, the kind of article, the day its title names.

A term is a number: 29 bits of a digest and three for its kind, so that two texts are compared by arrays alone.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, pairwise
from typing import Final

from analysis.words.khmer import each_word
from press import Language
from press.text import tone_normal

WORD, PAIR, NAME, NUMBER, COUNTED, MARK = range(6)  # kinds of terms
KINDS: Final = 7  # the bits of a term that hold its kind
SHIFT: Final = 3
ORDINARY, ROUNDUP, TABLE, MATCH = range(4)  # kinds of articles
HEAD: Final = 48  # syllables of the text that tell the event; the rest is background
ENGLISH: Final = frozenset(
    re.findall(
        r"\w+",
        """
    the and for with from that this are was were has have had will would been its into over after about
    more than their they his her who what when where which while said says say new not but you your can
    may could out all one two on in of to by at as an is it be or we he she do so no up if
    """,
    )
)

# A list of unlike things: a bulletin, a podcast of news, "in brief"; or a headline of three parts and more.
_ROUNDUP = re.compile(
    r"\A\W*(?:(?:podcast|video|audio)\W+(?:\w+\W+){0,2}?)?"
    r"(?:bản tin|điểm (?:tin|báo|nhanh|qua)|tin (?:nóng|nhanh|vắn|tức) |tin (?:sáng|trưa|chiều|tối)\b|đọc báo"
    r"|(?:những|các|\d+) (?:sự kiện|tin) (?:đáng chú ý|nổi bật|nóng)|toàn cảnh (?:\d|ngày|tuần|tin)|podcast\b"
    r"|nhịp sống \d+|thế giới (?:\d+ giờ|tuần qua)|news in brief|morning brief)"
    r"|;[^;]+;|(?:bản tin|điểm tin) (?:sáng|trưa|chiều|tối|thời sự|\d)",
    re.IGNORECASE,
)
# What comes anew each day under nearly the same words.
_TABLE = re.compile(
    r"\A\W*(?:(?:cập nhật|bảng|dự báo|bản tin)\s+)*(?:giá (?:\S+ ){1,5}?(?:hôm nay|sáng nay|ngày|\d{1,2}[/.-]\d)"
    r"|thời tiết|tỷ giá|tỉ giá|lịch (?:cúp|cắt|ngừng|tạm ngừng|phát sóng|chiếu)|xổ số|kết quả xổ số|xsm[nbt]|tử vi"
    r"|mực nước|chỉ số|nhận định chứng khoán|chất lượng không khí|độ mặn|con số may mắn|vietlott)",
    re.IGNORECASE,
)
_MATCH = re.compile(r"\b(?:vs\.?|đấu với|tứ kết|bán kết|chung kết|vòng \d+|lượt trận)\b|\d+\s*-\s*\d+", re.IGNORECASE)
_DAY = re.compile(r"(?<![\d/.-])(\d{1,2})\s?[/.-]\s?(\d{1,2})(?![\d])(?:[/.-]\d{4})?")
# What a number or letter behind it names one of.
_DESIGNATED: Final = frozenset(
    re.findall(
        r"\w+",
        "định quyết thị điện tư luật bảng vòng lượt khối hạng số kỳ tập khóa phần quận phường lộ tỉnh lô tuyến thứ",
    )
)
_PLACED: Final = frozenset(["xã", "phường", "huyện", "khu", "cầu", "chợ", "chùa", "kênh", "sông", "đảo", "cảng"])
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]\w*|\w+")


def tokens_of(text: str, language: Language) -> list[str]:
    """Return words as written: syllables, numbers whole, Khmer cut into words; English without its commonest."""
    if language == "km":
        return list(islice((word for word in each_word(text) if any(letter.isalnum() for letter in word)), HEAD))
    found = _TOKEN.findall(tone_normal(text))
    return [token for token in found if token.lower() not in ENGLISH] if language == "en" else found


def terms_of(tokens: Sequence[str], *, marks: bool = False) -> list[int]:
    """Return the terms in order: each word or number, each pair of neighbours; capitalised ones as names.

    With `marks` also the word before a number, a letter or a name that says which of many, as a MARK: "bảng A" and
    "bảng B" share it, "xã Nhu Gia" and "xã Long Phú". Counts of the dead or of money are none: they change while an
    event is told.
    """
    found: dict[int, int] = {}  # a digest has one kind: the first
    lowered = [token.lower() for token in tokens]
    named = [token[0].isupper() for token in tokens]
    if 2 * sum(token.isupper() for token in tokens) > len(tokens):  # a headline all in capitals tells nothing
        named = [False] * len(tokens)
    counts = [token[0].isdigit() or (len(token) == 1 and token.isupper()) for token in tokens]
    for at, token in enumerate(lowered):
        kind = NUMBER if counts[at] and token[0].isdigit() else NAME if named[at] and at else WORD
        found.setdefault(_digest(token), kind)
    for at, (one, other) in enumerate(pairwise(lowered)):
        named_so = (counts[at + 1] and one in _DESIGNATED) or (named[at + 1] and one in _PLACED)
        if named_so or (counts[at + 1] and not counts[at]):
            found.setdefault(_digest(f"{one} {other}"), COUNTED)
            if marks and named_so:
                found.setdefault(_digest(f"{one} №"), MARK)
        elif not (counts[at] and counts[at + 1]):
            found.setdefault(_digest(f"{one} {other}"), NAME if named[at] and named[at + 1] else PAIR)
    return [digest | kind for digest, kind in found.items()]


def kind_of(title: str) -> int:
    """Return the kind of article a headline announces: ORDINARY, ROUNDUP, TABLE or MATCH."""
    if _ROUNDUP.search(title):
        return ROUNDUP
    if _TABLE.search(title):
        return TABLE
    return MATCH if _MATCH.search(title) else ORDINARY


def day_of(title: str) -> int:
    """Return the day a headline names as month * 32 + day, 0 where it names none."""
    for found in _DAY.finditer(title):
        day, month = int(found[1]), int(found[2])
        if 1 <= day <= 31 and 1 <= month <= 12:
            return month * 32 + day
    return 0


@lru_cache(maxsize=200_000)
def _digest(token: str) -> int:
    return zlib.crc32(token.encode()) & ~KINDS
