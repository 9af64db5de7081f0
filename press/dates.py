"""Publication times as outlets really write them: one tolerant, strict-ended parser for feeds and pages.

Python's own parsers fail or mis-zone four of the seven feed forms silently (`+07` becomes seven minutes), so a text is
cut into the tokens of `press.date_words` and understood as a whole: one day, at most one clock and one zone, in any
order, a label, the day of the week, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from press.date_words import Token, half_of, month_of, tokens, weekday_of, zone_of
from press.text import clean

VIETNAM = timezone(timedelta(hours=7))
FUTURE = timedelta(minutes=10)  #: so far a clock may be ahead of ours

WRONG_WEEKDAY = "weekday and date disagree"
Precision = Literal["second", "minute", "hour", "day"]


@dataclass(frozen=True, slots=True)
class Instant:
    """A publication time in UTC and the string it came from; `zone`: the outlet gave one, or +07:00 was assumed.

    `label` is what the words in front call it; `doubt` says in words what speaks against it. "hour" is a time counted
    back from the moment of reading ("3 giờ trước"), good to the unit it was counted in.
    """

    at: datetime
    raw: str
    zone: Literal["served", "assumed"]
    precision: Precision
    label: Literal["", "published", "updated"] = ""
    doubt: str = ""

    @property
    def in_utc(self) -> bool:
        """Whether it is marked as of Greenwich, which clocks of Vietnam are by mistake."""
        return self.raw.rstrip().lower().endswith(("z", "+00:00", "+0000", "gmt", "utc", "[utc]"))


_DIGITS = {0x17E0 + value: str(value) for value in range(10)}
_DAYS = frozenset(("iso", "compact", "numeric", "dmy", "mdy", "month_day"))
_WIDTH = {"clock": 3, "hours": 4, "khmer_hours": 2, "hour": 1}
_CLOCKS = frozenset(_WIDTH)
_LABELS = frozenset(("published", "updated"))
_MAX = 200
_EPOCH = re.compile(r"\s*(?:/Date\()?(\d{10})(\d{3})?(?:\.\d{1,9})?(?:[+-]\d{4})?(?:\)/)?\s*")
_EPOCHS = range(946_684_800, 4_102_444_800)  # the years 2000 to 2099
_COUNTED = re.compile(
    r"(?:(?:đăng|posted|published),? )?(?P<front>cách đây )?(?:khoảng |about )?(?:(?P<n>\d{1,3})|an?|one|một) ?"
    r"(?P<unit>giây|phút|giờ|tiếng|ngày|tuần|sec(?:ond)?s?|min(?:ute)?s?|hours?|hrs?|h|days?|weeks?"
    r"|វិនាទី|នាទី|ម៉ោង|ថ្ងៃ|សប្តាហ៍)(?: (?P<minutes>\d{1,2}) ?(?:phút|min(?:ute)?s?|នាទី))?"
    r"(?P<behind>(?: (?:trước|ago)| ?(?:មុន|កន្លងទៅ)))?"
)
_HOURLY = {"giây": 1, "sec": 1, "វិនាទី": 1, "phút": 60, "min": 60, "នាទី": 60}
_HOURLY |= {"giờ": 3_600, "tiếng": 3_600, "hour": 3_600, "hr": 3_600, "h": 3_600, "ម៉ោង": 3_600}
_DAILY = {"ngày": 1, "day": 1, "ថ្ងៃ": 1, "tuần": 7, "week": 7, "សប្តាហ៍": 7}
_SIGN = re.compile(r"[+-] ?\d")
_NAMED_DAY = re.compile(r"(?P<today>hôm nay|today|ថ្ងៃនេះ)|(?P<yesterday>hôm qua|yesterday|ម្សិលមិញ)|hôm kia")
_JUST_NOW = re.compile(r"vừa xong|mới đây|just now|ទើបតែ|អម្បាញ់មិញ")
# Weekdays of who writes the day first; "T4" is a machine's, in whatever order it was set to.
_NATIVE = re.compile(r"thứ|th[ .-]?\d|thu[ -]|chủ|chúa|chu|ថ្ងៃ")
# Words that lead a sentence into a day, those that may stand behind one all the same, and those a clause opens with.
_LEADS_IN = frozenset(
    (
        *("từ", "đến", "tới", "trước", "sau", "hết", "hạn", "kể", "cho", "trong", "ra", "qua", "rằm"),
        *("until", "till", "from", "since", "before", "after"),
    )
)
_MAY_FOLLOW = frozenset(("by", "bởi", "lượt", "in", "bình", "chia", "views", "view", "đọc", "xem", "gửi"))
_HARD = re.compile(r"[|•·–—:;()\[\]@/]|(?<!\w)-|-(?!\w)")
_BY = re.compile(r"\b(?:by|bởi) [\w.-]{1,40} \Z")  # names of accounts are in small letters
_WORD = re.compile(r"[^\W\d_]+")
_MOST_WORDS, _SENTENCE = 40, 8


def parse(raw: str, *, day_first: bool | None = None, now: datetime | None = None) -> Instant | None:
    """The publication time a feed or a page states in `raw`, or None when `raw` is anything else; never raises.

    Slashes with AM/PM are month first unless `day_first`, the weekday or a Vietnamese word for the day says otherwise;
    all else is day first unless `day_first` is False. A missing zone means +07:00; a date alone is midnight of that
    zone with precision "day". Ten or thirteen digits are seconds or milliseconds since 1970. Times counted back from
    the moment of reading ("3 giờ trước", "hôm qua") are read where `now` gives that moment.
    """
    if len(raw) > 4 * _MAX:
        return None
    instant = _parsed(raw, day_first)
    return _counted(_normal(raw, _MAX), raw, now) if instant is None and now is not None else instant


@lru_cache(maxsize=512)  # what a page states it says three times, in its data, its head and its text
def _parsed(raw: str, day_first: bool | None) -> Instant | None:
    if not any(map(str.isdigit, raw)):
        return None
    epoch = _EPOCH.fullmatch(raw)
    if epoch:
        seconds = int(epoch[1])
        return Instant(datetime.fromtimestamp(seconds, UTC), raw, "served", "second") if seconds in _EPOCHS else None
    found: list[Token] = []
    for token in tokens(_normal(raw, _MAX)):
        if token.kind == "other":
            return None
        found.append(token)
    groups = list(_groups(found))
    dated = [group for group in groups if _has(group, _DAYS)]
    rest = [token for group in groups if group not in dated for token in group if token.kind in _CLOCKS]
    slip = [token.text for token in rest] == ["07:00"] and found[0].kind == "iso"  # the plus of +07:00 was lost
    return _instant(dated[0], raw, day_first) if len(dated) == 1 and (not rest or slip) else None


def search(text: str, *, day_first: bool | None = None) -> Instant | None:
    """The publication time in a short text with other words; None where dates are but parts of sentences.

    What is labelled as published is preferred, what is labelled as updated comes last, and among equals the first one
    with a time of day is taken.
    """
    if len(text) > 40 * _MAX or not any(map(str.isdigit, text)):
        return None
    found = list(_instants(clean(text), day_first))
    for label in ("published", "", "updated"):
        mine = [instant for instant in found if instant.label == label]
        if mine:
            return next((instant for instant in mine if instant.precision != "day"), mine[0])
    return None


def midnight(day: date) -> Instant:
    """A mere day: its midnight in Vietnam."""
    at = datetime.combine(day, time(), VIETNAM).astimezone(UTC)
    return Instant(at, day.isoformat(), "assumed", "day")


def is_bare(text: str) -> bool:
    """Whether a text is nothing but dates or times of day and what belongs to them."""
    found = list(tokens(_normal(text[: 4 * _MAX], _MAX)))
    return _has(found, _DAYS | _CLOCKS) and not any(token.kind == "other" for token in found)


def label_of(text: str) -> Literal["", "published", "updated"]:
    """What words that stand right in front of a date call it: "Ngày đăng:" published, "Cập nhật" updated."""
    said = [token for token in tokens(_normal(text[-60:], _MAX)) if token.kind not in {"separator", "filler"}]
    return _label(said[-1:])


def _instants(text: str, day_first: bool | None) -> Iterator[Instant]:
    lowered = text.lower().translate(_DIGITS)
    if len(lowered) != len(text):  # a letter without a small form of its own: capitals are not worth more
        text = lowered
    found = list(tokens(lowered))
    words = sum(token.kind == "other" and token.text.isalpha() for token in found)
    if len(text) > 10 * _MAX or words > _MOST_WORDS or (words > _SENTENCE and text.endswith((".", "!", "?", "…"))):
        return
    for group in _groups(found):
        if not _has(group, _DAYS) or group[0].kind == "compact" or _in_sentence(text, group):
            continue
        instant = _instant(group, text[group[0].start : group[-1].end], day_first)
        if instant:
            yield instant


def _groups(found: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens between other words, parted where a second day, clock or label begins; without outer separators."""
    group: list[Token] = []
    day = clock = False
    for token in found:
        kind = token.kind
        is_day, is_clock = kind in _DAYS, kind in _CLOCKS
        if kind == "other" or (is_day and day) or (is_clock and clock) or (kind in _LABELS and (day or clock)):
            if group:
                yield _trimmed(group)
            group, day, clock = [], False, False
        if kind != "other" and (group or kind != "separator"):
            group.append(token)
            day, clock = day or is_day, clock or is_clock
    if group:
        yield _trimmed(group)


def _trimmed(group: list[Token]) -> list[Token]:
    while group and group[-1].kind == "separator":
        group.pop()
    return group


def _has(group: Sequence[Token], kinds: frozenset[str]) -> bool:
    return any(token.kind in kinds for token in group)


def _label(group: Sequence[Token]) -> Literal["", "published", "updated"]:
    for token in group:
        if token.kind == "published":
            return "published"
        if token.kind == "updated":
            return "updated"
    return ""


def _in_sentence(text: str, group: Sequence[Token]) -> bool:
    """Whether the words next to a date run into it, or the figures next to it are more of the same number."""
    before, after = text[: group[0].start], text[group[-1].end :]
    if before[-1:] in {"/", "-", "."} or before[-1:].isalnum() or after[:1].isalnum() or after[:1] == "/":
        return True
    first, then = _words_beside(before[-80:][::-1])[::-1], _words_beside(after[:80])
    if then and then[:1].islower() and then.lower() not in _MAY_FOLLOW:
        return True
    if _BY.search(before[-80:]):
        return False
    if first and (first.lower() in _LEADS_IN or (first[0].islower() and text[group[0].start].islower())):
        return True
    # "Lúc 22:30 ngày 20/7/2026, Công an xã ...": a clause goes on behind a comma; names of authors have only capitals
    return after.startswith(",") and any(word[0].islower() for word in _WORD.findall(after[:80]))


def _words_beside(text: str) -> str:
    """The word a text begins with, "" where something that parts lines or clauses stands in front of it."""
    word = _WORD.search(text)
    return word[0] if word and not _HARD.search(text[: word.start()]) and word.start() < 4 else ""


def _counted(text: str, raw: str, now: datetime) -> Instant | None:
    """A time told from the moment of reading: counted back, or on a day named by its distance."""
    if _JUST_NOW.fullmatch(text):
        return Instant(now.astimezone(UTC), raw, "served", "hour")
    back = _COUNTED.fullmatch(text)
    if back and (back["front"] or back["behind"]):
        number, unit = int(back["n"] or 1), back["unit"].rstrip("s")
        unit = next((name for name in _HOURLY if unit.startswith(name)), unit)
        if unit in _HOURLY:
            back_by = timedelta(seconds=number * _HOURLY[unit], minutes=int(back["minutes"] or 0))
            at = now.replace(second=0, microsecond=0) - back_by
            return Instant(at.astimezone(UTC), raw, "served", "hour")
        day = now.astimezone(VIETNAM).date() - timedelta(days=number * _DAILY[unit])
        return replace(midnight(day), raw=raw)
    named = _NAMED_DAY.search(text)
    if named is None:
        return None
    back_days = 0 if named["today"] else 1 if named["yesterday"] else 2
    meant = now.astimezone(VIETNAM).date() - timedelta(days=back_days)
    instant = parse(f"{text[: named.start()]} {meant.isoformat()} {text[named.end() :]}")
    return replace(instant, raw=raw) if instant else None


def _normal(raw: str, limit: int) -> str:
    """The cleaned lower-case text with ASCII digits; empty where it is too long."""
    text = clean(raw).lower().translate(_DIGITS)
    return text if len(text) <= limit else ""


def _instant(group: Sequence[Token], raw: str, day_first: bool | None) -> Instant | None:
    """What one group of tokens says; None for days and times that do not exist."""
    by_kind = {token.kind: token for token in reversed(group)}
    half = half_of(by_kind["half"].text) if "half" in by_kind else ""
    day, doubt = _day(group, by_kind, day_first)
    if day is None:
        return None
    hour, minute, second = _clock(by_kind)
    offset = _offset(group)
    try:
        local = datetime(
            day.year,
            day.month,
            day.day,
            _hour(int(hour or 0), half),
            int(minute or 0),
            min(int(second or 0), 59),
            tzinfo=timezone(offset) if offset is not None else VIETNAM,
        )
        at = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    precision: Precision = "second" if second else "minute" if hour else "day"
    return Instant(at, raw, "assumed" if offset is None else "served", precision, _label(group), doubt)


def _clock(by_kind: Mapping[str, Token]) -> tuple[str | None, str | None, str | None]:
    if "compact" in by_kind and by_kind["compact"].parts[3]:
        hour, minute, second = by_kind["compact"].parts[3:6]
        return hour, minute, second or "0"
    for kind in _CLOCKS:
        if kind in by_kind:
            parts = by_kind[kind].parts
            if kind == "hours":
                return parts[0], parts[1] or parts[2], parts[3]
            hour, minute, second = (*parts[: _WIDTH[kind]], None, None)[:3]
            return hour, minute, second
    return None, None, None


def _hour(hour: int, half: str) -> int:
    """The hour of the day; "15:40 PM" is served too: the clock is already that of the day."""
    if half == "afternoon" or (half == "noon" and hour < 4):
        return hour + 12 if hour < 12 else hour
    if half in {"evening", "night"} and 5 <= hour < 12:
        return hour + 12
    if half in {"morning", "evening", "night"} and hour == 12:
        return 0
    return hour


def _day(group: Sequence[Token], by_kind: Mapping[str, Token], day_first: bool | None) -> tuple[date | None, str]:
    """The day a group means, and what speaks against it; None for no day of the calendar.

    Where day and month could be either way round, the weekday decides; but one in Vietnamese that fits only the month
    first is wrong, unless AM/PM says that a machine wrote the date.
    """
    named = by_kind.get("weekday")
    hour = int(_clock(by_kind)[0] or 0)  # of a clock with 24 hours AM and PM say nothing
    halved = 0 < hour <= 12 and any(token.kind == "half" and token.text[0] in "ap" for token in group)
    native = bool(named and _NATIVE.match(named.text)) or any(token.text == "ngày" for token in group)
    days, lead = _days(group, by_kind), day_first
    slashed = by_kind["numeric"].parts[1] == "/" if "numeric" in by_kind else False
    if lead is None:
        lead = not (halved and slashed and not native)
    if not lead:
        days = days[::-1]
    days = [day for day in days if day is not None]
    if named is None or not days:
        return next(iter(days), None), ""
    right = [day for day in days if day is not None and day.weekday() == weekday_of(named.text)]
    if right and (right[0] == days[0] or halved or not _NATIVE.match(named.text)):
        return right[0], ""
    return days[0], WRONG_WEEKDAY


def _days(group: Sequence[Token], by_kind: Mapping[str, Token]) -> list[date | None]:
    """The days the figures of a group may mean: by day first and by month first where they stand in doubt."""
    token = next(token for token in group if token.kind in _DAYS)
    parts = [part or "" for part in token.parts]
    if token.kind == "month_day":
        year = by_kind.get("year")
        return [_checked(year.parts[0] or "", month_of(parts[0]), parts[1])] if year else []
    if "year" in by_kind:
        return []
    if token.kind in {"iso", "compact"}:
        return [_checked(parts[0], int(parts[1]), parts[2])]
    if token.kind == "dmy":
        return [_checked(parts[2], month_of(parts[1]), parts[0])]
    if token.kind == "mdy":
        return [_checked(parts[2], month_of(parts[0]), parts[1])]
    first, _, second, year_ = parts[:4]
    return [_checked(year_, int(second), first), _checked(year_, int(first), second)]


def _checked(year: str, month: int, day: str) -> date | None:
    number = int(year)
    if number < 100:
        number += 2000 if number < 70 else 1900
    try:
        return date(number, month, int(day)) if 1900 <= number < 2200 else None
    except ValueError:
        return None


def _offset(group: Sequence[Token]) -> timedelta | None:
    zones = sorted((token for token in group if token.kind == "zone"), key=lambda token: not _SIGN.search(token.text))
    minutes = next((zone_of(token.parts) for token in zones), None)
    return timedelta(minutes=minutes) if minutes is not None else None


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
        year, month, day = match.groups() if match else ("0", "0", "0")
        own = _checked(year, int(month), day)
        if own and own.year >= 1995:
            return own
    return None


def implausible(at: datetime, *, url: str, now: datetime) -> str:
    """Why `at` cannot be the publication time ("date from the future", "date before the URL's own"), or ""."""
    if at > now + FUTURE:
        return "date from the future"
    own = url_date(url)
    if own and at.astimezone(VIETNAM).date() < own <= now.astimezone(VIETNAM).date():
        return "date before the URL's own"
    return ""
