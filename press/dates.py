"""Publication times as outlets really write them: one tolerant, strict-ended parser for feeds and pages.

Python's own parsers fail or mis-zone four of the seven feed forms silently (`+07` becomes seven minutes), so each form
is read here by one grammar: furniture, weekday, date, time, zone, in the orders outlets use, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from press.text import clean

VIETNAM = timezone(timedelta(hours=7))
_FUTURE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Instant:
    """A publication time in UTC and the string it came from; `zone`: the outlet gave one, or +07:00 was assumed."""

    at: datetime
    raw: str
    zone: Literal["served", "assumed"]
    precision: Literal["second", "minute", "day"]


_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_KHMER_MONTHS = (
    *("មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា"),
    *("កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ"),
)
_MONTHS = {name: number for names in (_ENGLISH_MONTHS, _KHMER_MONTHS) for number, name in enumerate(names, 1)}
_MONTHS |= {"កុម្ភះ": 2, "មិនា": 3}
_DIGITS = {0x17E0 + value: str(value) for value in range(10)}
_ZONES = {"z": 0, "gmt": 0, "utc": 0, "ut": 0, "ict": 7, "bst": 1, "cet": 1, "cest": 2}
_ZONES |= {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "pst": -8, "pdt": -7}

_WEEKDAY = (
    r"(?:(?:thứ|thu)[ -]?(?:hai|ba|tư|tu|năm|nam|sáu|sau|bảy|bẩy|bay|[2-7])|chủ[ -]?nhật|chúa nhật|t[2-7]|cn"
    r"|ថ្ងៃ[\u1780-\u17b3\u17b6-\u17d3]{2,24}"
    r"|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b\.?"
)
_MONTH_NAME = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_KHMER_NAME = "|".join(name for name in _MONTHS if not name.isascii())
_DATES = (
    r"(?P<iso_y>(?:19|20|21)\d\d)[-/.](?P<iso_m>\d{1,2})[-/.](?P<iso_d>\d{1,2})t?",
    r"(?P<n_a>\d{1,2})(?: ?(?P<n_sep>[/.-]) ?)(?P<n_b>\d{1,2}) ?(?P=n_sep) ?(?P<n_y>\d{4}|\d\d)(?!\d)",
    r"(?P<v_d>\d{1,2}) ?(?:tháng|[-/]) ?(?P<v_m>\d{1,2}) ?,? ?(?:năm ?|, ?)?(?<!\d)(?P<v_y>\d{4})",
    rf"(?P<e_d>\d{{1,2}})(?:st|nd|rd|th)?[ -](?P<e_m>{_MONTH_NAME})\.?,?[ -](?P<e_y>\d{{4}}|\d\d)(?!\d)",
    rf"(?P<u_m>{_MONTH_NAME})\.? (?P<u_d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<u_y>\d{{4}})",
    rf"(?:ទី ?)?(?P<k_d>\d{{1,2}})[ -]*(?:ខែ ?)?(?P<k_m>{_KHMER_NAME})[ -]*(?:ឆ្នាំ ?)?(?P<k_y>\d{{4}})",
)
_DATE = "(?:" + "|".join(_DATES) + ")"
_TIME = (
    r"(?P<hour>\d{1,2}) ?(?::|h|g|giờ|ម៉ោង) ?(?P<minute>\d{2})"
    r"(?:(?: ?: ?|')(?P<second>\d{2})(?:[.,]\d{1,9})?)? ?"
    r"(?P<half>[ap]\.?m\b\.?|sa\b|ch\b|phút\b)?"
)


def _zone(number: int) -> str:
    return (
        r"(?:[ ,]*[(\[]? ?(?:(?:gmt|utc|múi giờ)? ?"
        rf"(?P<sign{number}>[+-]) ?(?P<zh{number}>\d{{1,2}})(?::?(?P<zm{number}>\d\d))?"
        rf"|(?P<named{number}>z|gmt|utc?|ict|bst|cest|cet|[ecp][sd]t)\b) ?[)\]]?)?"
    )


_FURNITURE = (
    r"(?:(?:cập nhật|đăng tải|đăng|xuất bản|phát hành|thời gian|ngày đăng|ngày cập nhật|ngày xuất bản|lần cuối|lúc|vào"
    r"|publish(?:ed)?|updated?|posted|last updated|date|time|at|on|ngày|ថ្ងៃ|ម៉ោង)(?![^\W\d_]))"
)
# Possessive: nothing in front of a date is ever given back, so no text can make the search explode.
_SEP = rf"[ ,|•·@–—.:-]*+(?:{_FURNITURE}|{_WEEKDAY})?+[ ,|•·@–—:-]*+"
_HEAD = rf"(?:{_FURNITURE}|{_WEEKDAY}|[ ,|•·–—:-])*+"
_REMARK = r"(?: ?\([\w .+]{1,40}\)| ?\[[\w .+]{1,40}\])?"  # (Indochina Time)
_DATE_FIRST = re.compile(rf"{_HEAD}{_DATE}(?:{_SEP}{_TIME}{_zone(1)})?{_REMARK}")
_TIME_FIRST = re.compile(rf"{_HEAD}{_TIME}{_zone(1)}{_SEP}{_HEAD}{_DATE}{_zone(2)}")
_MONTH_TIME_YEAR = re.compile(  # Wed Aug 05 06:00:00 2026
    rf"{_WEEKDAY} (?P<u_m>{_MONTH_NAME}) (?P<u_d>\d{{1,2}}) {_TIME}{_zone(1)} (?P<u_y>\d{{4}})"
)
_FORMS = (_DATE_FIRST, _TIME_FIRST, _MONTH_TIME_YEAR)
_NOT_PUBLISHED = re.compile(r"âm lịch|\btrước\b|\bago\b|\bđến\b")
_COMPACT = re.compile(r"\b(\d{4})(\d\d)(\d\d)t?(\d\d)(\d\d)(\d\d)?(?=z|[+-]\d|\Z)")
_MAX = 200


def parse(raw: str, *, day_first: bool | None = None) -> Instant | None:
    """The publication time a feed or a page states in `raw`, or None when `raw` is anything else; never raises.

    Slashes with AM/PM are month first unless `day_first`; slashes without are day first unless `day_first` is False.
    A missing zone means +07:00; a date alone is midnight of that zone with precision "day".
    """
    text = _normal(raw, _MAX).lower()
    if not text:
        return None
    text = _COMPACT.sub(lambda found: "{}-{}-{} {}:{}:{}".format(*(part or "00" for part in found.groups())), text)
    for form in _FORMS:
        found = form.fullmatch(text)
        instant = _instant(found, raw, day_first) if found else None
        if instant:
            return instant
    return None


def search(text: str, *, day_first: bool | None = None) -> Instant | None:
    """The first publication time in a short text with other words; one with a time of day is preferred."""
    normal = _normal(text, 10 * _MAX)
    if not normal or _NOT_PUBLISHED.search(normal.lower()):
        return None
    found = list(_instants(normal, day_first))
    timed = [instant for instant in found if instant.precision != "day"]
    return next(iter(timed or found), None)


def _instants(text: str, day_first: bool | None) -> Iterator[Instant]:
    lowered = text.lower()
    for form in (_DATE_FIRST, _TIME_FIRST):
        for found in form.finditer(lowered):
            before = lowered[: found.start()][-1:]
            after = "" if found[0][-1:].isspace() else lowered[found.end() :][:1]
            inside_word = before.isalnum() and found[0][:1].isalnum()
            if inside_word or before in {"/", "-", "."} or after.isdigit() or after == "/":
                continue
            raw = text[found.start() : found.end()] if len(lowered) == len(text) else found[0]
            instant = _instant(found, raw.strip(" ,|•·–—-:"), day_first)
            if instant:
                yield instant


def _normal(raw: str, limit: int) -> str:
    """The cleaned text with ASCII digits; empty where it is too long or has no digit at all."""
    if len(raw) > 4 * limit or not any(map(str.isdigit, raw)):
        return ""
    text = clean(raw).translate(_DIGITS)
    return text if len(text) <= limit else ""


def _instant(found: re.Match[str], raw: str, day_first: bool | None) -> Instant | None:
    parts = found.groupdict()
    half = (parts.get("half") or "").replace(".", "")
    day = _date(parts, half in {"am", "pm"}, day_first)
    if day is None:
        return None
    offset = _offset(parts)
    hour, minute, second = (parts.get(name) for name in ("hour", "minute", "second"))
    try:
        local = datetime(
            *day,
            _hour(int(hour or 0), half),
            int(minute or 0),
            min(int(second or 0), 59),
            tzinfo=timezone(offset) if offset is not None else VIETNAM,
        )
        at = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    precision: Literal["second", "minute", "day"] = "second" if second else "minute" if hour else "day"
    return Instant(at, raw, "assumed" if offset is None else "served", precision)


def _hour(hour: int, half: str) -> int:
    if half in {"pm", "ch"} and hour < 12:
        return hour + 12
    if half in {"am", "sa"} and hour == 12:
        return 0
    return hour  # "15:40 PM" is served too: the clock is already that of the day


def _date(parts: dict[str, str | None], half: bool, day_first: bool | None) -> tuple[int, int, int] | None:
    for key in ("iso", "v", "e", "u", "k"):
        year, month, day = (parts.get(f"{key}_{part}") for part in "ymd")
        if year and month and day:
            return _checked(int(year), _MONTHS.get(month) or _MONTHS.get(month[:3]) or int(month), int(day))
    first, second, year = parts["n_a"], parts["n_b"], parts["n_y"]
    if not (first and second and year):
        return None
    slashed = parts["n_sep"] == "/"
    days_lead = day_first if day_first is not None else not (half and slashed)
    one, two = int(first), int(second)
    orders = ((two, one), (one, two)) if days_lead else ((one, two), (two, one))
    # The other order only where the first is impossible: then nothing is guessed.
    return _checked(int(year), *orders[0]) or _checked(int(year), *orders[1])


def _checked(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    if year < 100:
        year += 2000 if year < 70 else 1900
    try:
        date(year, month, day)
    except ValueError:
        return None
    return (year, month, day) if 1900 <= year < 2200 else None


def _offset(parts: dict[str, str | None]) -> timedelta | None:
    for number in (1, 2):
        named, hours = parts.get(f"named{number}"), parts.get(f"zh{number}")
        if hours:
            size = timedelta(hours=int(hours), minutes=int(parts.get(f"zm{number}") or 0))
            return (-size if parts.get(f"sign{number}") == "-" else size) if size < timedelta(hours=15) else None
        if named:
            return timedelta(hours=_ZONES[named])
    return None


_URL_PATH_DATE = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|\Z)")
_URL_RUN = re.compile(r"(?<!\d)(\d{8,20})(?!\d)")
_RUN_OWN = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6}|\d{9,10})?")
# The publishing system of VCCorp: three digits of the site, yymmdd, hhmmss, two more.
_RUN_VCCORP = re.compile(r"1\d\d(\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d\d{2,3}")


@lru_cache(maxsize=64)  # each date a page states is held against it
def url_date(url: str) -> date | None:
    """The day an article's address carries (…20260805…, /2026/08/05/, VCCorp's …260805…) in Vietnam, or None."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    found = [_URL_PATH_DATE.search(path)]
    for run in _URL_RUN.findall(path):
        found += [_RUN_OWN.fullmatch(run), _RUN_VCCORP.fullmatch(run)]
    for match in found:
        day = _checked(*(int(part) for part in match.groups())) if match else None
        if day and day[0] >= 1995:
            return date(*day)
    return None


def implausible(at: datetime, *, url: str, now: datetime) -> str:
    """Why `at` cannot be the publication time ("date from the future", "date before the URL's own"), or ""."""
    if at > now + _FUTURE:
        return "date from the future"
    own = url_date(url)
    if own and at.astimezone(VIETNAM).date() < own <= now.astimezone(VIETNAM).date():
        return "date before the URL's own"
    return ""
