"""The words and figures publication times are written with: one table of tokens, each read by a small pattern.

`tokens` cuts a text into them from left to right; what is none of them is an `other`. Every pattern is anchored where
the last one ended and bounded, so that no text can make the cutting slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_END: Final = r"(?![^\W_])"  # no letter or figure follows
_WORD_END: Final = r"(?![^\W\d_])"

_ENGLISH_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_KHMER_MONTHS: Final = (
    *("មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា"),
    *("កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ"),
)
_VIETNAMESE_MONTHS: Final = (
    *("một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai"),
)
_MONTHS: Final = {
    **{
        name: number
        for names in (_ENGLISH_MONTHS, _KHMER_MONTHS, _VIETNAMESE_MONTHS)
        for number, name in enumerate(names, 1)
    },
    "កុម្ភះ": 2,
    "មិនា": 3,
    "giêng": 1,
    "bẩy": 7,
}
_ENGLISH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_IN_WORDS: Final = "|".join(sorted(("giêng", "bẩy", *_VIETNAMESE_MONTHS), key=len, reverse=True))
#: "tháng 8", "tháng Tám", WordPress's "Th8" and CLDR's "thg 8".
_VIETNAMESE: Final = rf"(?:(?:tháng|thang|thg|th)\.?[ -]?(?:\d{{1,2}}(?!\d)|(?:{_IN_WORDS}){_END}))"
_KHMER: Final = "(?:" + "|".join(name for name in _MONTHS if "\u1780" <= name[0] <= "\u17ff") + ")"

_WEEKDAYS: Final[tuple[tuple[str, int], ...]] = (
    (r"(?:thứ|thu|th|t)[ .-]?2|(?:thứ|thu)[ -]?hai|mon(?:day)?|ថ្ងៃ ?(?:ច័ន្ទ|ចន្ទ)", 0),
    (r"(?:thứ|thu|th|t)[ .-]?3|(?:thứ|thu)[ -]?ba|tue(?:s(?:day)?)?|ថ្ងៃ ?អង្គារ", 1),
    (r"(?:thứ|thu|th|t)[ .-]?4|(?:thứ|thu)[ -]?(?:tư|tu)|wed(?:nesday)?|ថ្ងៃ ?ពុធ", 2),
    (r"(?:thứ|thu|th|t)[ .-]?5|(?:thứ|thu)[ -]?(?:năm|nam)|thu(?:rs?(?:day)?)?|ថ្ងៃ ?ព្រហស្បតិ៍", 3),
    (r"(?:thứ|thu|th|t)[ .-]?6|(?:thứ|thu)[ -]?(?:sáu|sau)|fri(?:day)?|ថ្ងៃ ?សុក្រ", 4),
    (r"(?:thứ|thu|th|t)[ .-]?7|(?:thứ|thu)[ -]?(?:bảy|bẩy|bay)|sat(?:urday)?|ថ្ងៃ ?សៅរ៍", 5),
    (r"chủ[ -]?nhật|chu[ -]?nhat|chúa nhật|cn|sun(?:day)?|ថ្ងៃ ?អាទិត្យ", 6),
)
_WEEKDAY: Final = "|".join(pattern for pattern, _ in _WEEKDAYS)
_WEEKDAY_OF: Final = tuple((re.compile(pattern), number) for pattern, number in _WEEKDAYS)

_COLON: Final = "[:∶៖ៈ]"
#: Figures that begin a date are no minutes, no seconds and no zone.
_NO_FIGURES: Final = r"(?!\d|[/.]\d|-\d{1,2}-)"
_NO_DATE: Final = rf"{_NO_FIGURES}(?! ?(?:tháng|thg|th)\b| ?th\d)"
#: A point parts hours and minutes only right before a whole day: "08.30 - 05.08.2026".
_POINT: Final = r"(?<![3-9]\d)(?<!2[4-9])\.(?=[0-5]\d ?[–—|,-] ?\d{1,2}[./-]\d{1,2}[./-]\d{4})"
#: Or right behind one: "05.08.2026 08.30", "05.08.2026 | 08.30".
_POINT_BEHIND: Final = (
    "(?<![3-9]\\d)(?<!2[4-9])(?:"
    + "|".join(rf"(?<=[./-]\d{{4}}{gap}{hour})" for gap in (" ", ", ", r" [|,–-] ") for hour in (r"\d", r"\d\d"))
    + r")\.(?=[0-5]\d(?![\d.,/]|\.\d))"
)
_CLOCK: Final = (
    rf"(\d{{1,2}})(?: ?{_COLON} ?|{_POINT}|{_POINT_BEHIND})(\d\d)"
    rf"(?:(?: ?{_COLON} ?|')(\d{{1,2}})(?:[.,]\d{{1,9}})?{_NO_FIGURES})?(?!\d)['’′]?"
)
_SECOND: Final = rf"(\d{{1,2}}){_NO_DATE}(?! ?/ ?\d| ?- ?\d{{1,2}} ?-)(?: ?(?:\"|''|”|″|s|giây)|(?![ /-]?[^\W\d_]))"
_HOURS: Final = (  # 8h, 8h05', 8 giờ 05 phút, 08g05; figures apart from the word may begin a date
    rf"(\d{{1,2}}) ?(?:giờ|h|g|ម៉ោង)"
    rf"(?:(?:(\d{{1,2}})(?![\d/])| (?:និង ?)?(\d{{1,2}}){_NO_DATE}(?! ?/ ?\d| ?- ?\d{{1,2}} ?-))"
    rf"(?: ?(?:['’′]{{1,2}}|phút|ph|p|នាទី|:)(?: ?{_SECOND})?)?)?(?:(?![^\W_])|(?=[ap]m))"
)
_KHMER_HOURS: Final = r"ម៉ោង ?(\d{1,2})(?! ?[:៖ៈ/.-]|\d)(?: ?(?:និង ?)?(\d{1,2}) ?នាទី)?"
_HALVES: Final[tuple[tuple[str, str], ...]] = (
    (r"a\.?m\b\.?|sa\b|(?:buổi )?sáng|rạng sáng|in the morning|ព្រឹក", "morning"),
    (r"(?:buổi )?trưa|noon|ថ្ងៃត្រង់", "noon"),
    (r"p\.?m\b\.?|ch\b|(?:buổi )?chiều|in the (?:afternoon|evening)|រសៀល|ល្ងាច", "afternoon"),
    (r"(?:buổi )?tối", "evening"),
    (r"(?:ban )?đêm|khuya|at night|យប់|អធ្រាត្រ", "night"),
)
_HALF: Final = "|".join(pattern for pattern, _ in _HALVES)
_HALF_OF: Final = tuple((re.compile(pattern), name) for pattern, name in _HALVES)

_NAMED_ZONES: Final = {
    **dict.fromkeys(("z", "gmt", "utc", "ut", "etc/utc", "etc/gmt"), 0),
    "bst": 1,
    "cet": 1,
    "cest": 2,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "pst": -8,
    "pdt": -7,
    **dict.fromkeys(("ict", "asia/ho_chi_minh", "asia/saigon", "asia/hanoi", "asia/bangkok", "asia/phnom_penh"), 7),
    **dict.fromkeys(("asia/vientiane", "asia/jakarta", "giờ việt nam", "giờ vn", "giờ hà nội"), 7),
    **dict.fromkeys(("indochina time", "se asia standard time"), 7),
    **dict.fromkeys(("asia/singapore", "asia/shanghai", "asia/hong_kong", "asia/manila"), 8),
    **dict.fromkeys(("asia/tokyo", "asia/seoul"), 9),
}
_ZONE_NAMES: Final = "|".join(sorted(map(re.escape, _NAMED_ZONES), key=len, reverse=True))
_PLUS: Final = r"\+ ?(\d\d?)(?::?(\d\d)(?::?00)?)?(?![\d/])"
# A hyphen stands between time and date far more often than it is a sign: only figures that can be no date follow one.
_MINUS: Final = r"-(\d\d)(?::?(\d\d))?(?![\d/.-]| ?[^\W\d_])"
_ZONE: Final = (
    rf"t?(?:(?:gmt|utc|múi giờ) ?(?:{_PLUS}|- ?(\d\d?)(?::?(\d\d))?(?![\d/.-]))|{_PLUS}|{_MINUS}|({_ZONE_NAMES}){_END})"
)
_REMARK: Final = r"\((?:[a-z][a-z .]{1,30}time|giờ[^()]{1,30})\)"

_PUBLISHED: Final = (
    r"(?:(?:ngày|thời gian|giờ|đã|được) )?(?:đăng tải|đăng|xuất bản|phát hành|đưa tin|đưa lên|tạo|viết)"
    r"(?: (?:tin|bài))?"
    r"|(?:ngày|thời gian|giờ|đã) phát sóng|(?:ngay|thoi gian) (?:dang|xuat ban)"
    r"|(?:first )?published|(?:date )?posted|created|submitted|ចេញផ្សាយ|ផ្សាយ|បង្ហោះ"
)
_UPDATED: Final = (
    r"(?:(?:ngày|thời gian|đã|được|lần) ){0,3}(?:cập nhật|cap nhat|chỉnh sửa|sửa đổi|hiệu đính)"
    r"(?: (?:lần cuối|mới nhất|cuối))?"
    r"|(?:sửa )?lần cuối|(?:lần )?sửa (?:cuối|(?=lúc))|(?:last |date )?(?:updated?|modified|edited)"
    r"|(?:ធ្វើ)?បច្ចុប្បន្នភាព|កែប្រែ"
)
#: Words that may stand in front of a date without saying what it is.
_FILLER: Final = r"vào hồi|thời gian|giờ|lúc|vào|hồi|ngày|ngay|on|at|date|time|កាលបរិច្ឆេទ|វេលា|នៅ|ថ្ងៃទី|ថ្ងៃ|ម៉ោង|ទី"
_Y: Final = r"(\d{4})(?!\d)"
_Y2: Final = r"(\d{4}|\d\d(?! ?[:h]|[/.-]\d))(?!\d)"
_NUMBERED: Final = r"ខែ ?\d{1,2}|[-/] ?\d{1,2}(?= ?,? ?(?:năm|ឆ្នាំ)| ?,? \d{4})|(?<= )t\d{1,2}"
_ANY_MONTH: Final = rf"{_VIETNAMESE}|{_ENGLISH}|(?:ខែ ?)?{_KHMER}"
#: What begins with a figure, with a letter, and the rest; of each the likelier and longer forms first.
_FIGURES: Final = (
    ("iso", r"((?:19|20|21)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)t{0,2}"),
    ("compact", r"((?:19|20|21)\d\d)(0\d|1[0-2])([0-3]\d)(?:t?([0-2]\d)([0-5]\d)([0-5]\d)?)?(?!\d)"),
    ("numeric", rf"(\d{{1,2}}) ?(?P<sep>[/.-]) ?(\d{{1,2}}) ?(?P=sep) ?{_Y2}"),
    ("clock", _CLOCK),
    ("hours", _HOURS),
    (
        "dmy",
        rf"(\d{{1,2}})(?:st|nd|rd|th(?!\d))?(?: of)?[ ,/-]{{0,2}}({_NUMBERED}|{_ANY_MONTH})"
        rf"[ ,/-]{{0,3}}(?:(?:năm|ឆ្នាំ) ?)?{_Y2}",
    ),
    ("hour", r"(\d{1,2})(?= ?[ap]\.?m\b)"),
    ("year", r"((?:19|20)\d\d)(?![\d/.-])"),
    ("other", r"\d++"),
)
_LETTERS: Final = (
    ("weekday", rf"(?:{_WEEKDAY}){_END}\.?"),
    (
        "mdy",
        rf"({_ANY_MONTH})[ ,-]{{1,2}}(?:ទី ?)?(\d{{1,2}})(?:st|nd|rd|th)?(?:[ ,]{{1,3}}|/)(?:(?:năm|ឆ្នាំ) ?)?{_Y}",
    ),
    ("month_day", rf"({_ENGLISH}) (\d{{1,2}})(?!\d)"),
    ("khmer_hours", _KHMER_HOURS),
    ("half", rf"(?:{_HALF}){_WORD_END}"),
    ("published", rf"(?:{_PUBLISHED}){_WORD_END}"),
    ("updated", rf"(?:{_UPDATED}){_WORD_END}"),
    ("filler", rf"(?:{_FILLER}){_WORD_END}"),
    ("other", r"[^\W\d_]++[\u0300-\u036f\u17b4-\u17d3]*+"),
)
_LUNAR: Final = r"\((?:tức|nhằm|âm lịch|al\b)[^()]{0,60}\)|\([^()a-z]{1,20}âm lịch\)"  # says the same day once more
_MARKS: Final = (
    ("separator", r"[ ,|•·@–—.:;_/~-]++"),
    ("remark", _REMARK),
    ("lunar", _LUNAR),
    ("bracket", r"[()\[\]]"),
    ("other", "."),
)


def _compiled(table: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in table), re.DOTALL)


_BY_FIGURE, _BY_LETTER, _BY_MARK = _compiled(_FIGURES), _compiled(_LETTERS), _compiled(_MARKS)
_AFTER: Final = re.compile(
    rf"(?P<zone>{_ZONE})|(?P<half>a\.?m\b\.?|p\.?m\b\.?|sa\b|ch\b)|(?P<filler>(?:phút|នាទី){_WORD_END})"
)
#: What a zone or half of the day may stand behind, separators aside.
_TIMED: Final = frozenset(
    (
        "iso",
        "compact",
        "numeric",
        "dmy",
        "mdy",
        "clock",
        "hours",
        "khmer_hours",
        "hour",
        "half",
        "zone",
        "year",
        "remark",
    )
)


class Token(NamedTuple):
    """A piece of a text: what it is, its parts, and where it begins and ends."""

    kind: str
    parts: tuple[str | None, ...]
    text: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """Cut a cleaned lower-case text into tokens; together they are the whole text."""
    at, last = 0, ""
    while at < len(text):
        letter = text[at]
        found = _AFTER.match(text, at) if last in _TIMED and letter not in " ,|(." else None
        if found is None:
            table = _BY_FIGURE if letter.isdecimal() else _BY_LETTER if letter.isalpha() else _BY_MARK
            found = table.match(text, at) or _BY_MARK.match(text, at)
        if found is None:  # cannot be: the last of the marks is any letter
            return
        kind = found.lastgroup or ""
        if kind in {"bracket", "lunar"}:
            kind = "separator"
        yield Token(kind, found.groups()[found.lastindex or 0 :], found[0], at, found.end())
        at = found.end()
        if kind != "separator":
            last = kind


def month_of(text: str) -> int:
    """The number of a month in words or figures; 0 for what is none."""
    words = text.strip("-/ .")
    figures = re.search(r"\d+", words)
    if figures:
        return int(figures[0])
    name = _BEFORE_MONTH.sub("", words)
    return _MONTHS.get(name) or _MONTHS.get(name[:3], 0)


_BEFORE_MONTH: Final = re.compile(r"(?:tháng|thang|thg|th|ខែ)\.?[ -]?")


def weekday_of(text: str) -> int:
    """The number of a weekday in words, Monday 0."""
    return next(number for pattern, number in _WEEKDAY_OF if pattern.fullmatch(text.rstrip(".")))


def half_of(text: str) -> str:
    """The half of the day a word means: morning, noon, afternoon, evening or night."""
    return next(name for pattern, name in _HALF_OF if pattern.fullmatch(text))


def zone_of(parts: tuple[str | None, ...]) -> int | None:
    """Minutes east of Greenwich of a zone token's parts; None for what is more than a day's half away."""
    hours = parts[0] or parts[4]
    behind = parts[2] or parts[6]
    if parts[8]:
        return _NAMED_ZONES[parts[8]] * 60
    size = int(hours or behind or 0) * 60 + int(parts[1] or parts[3] or parts[5] or parts[7] or 0)
    if size > 14 * 60 + 30:
        return None
    return -size if behind else size
