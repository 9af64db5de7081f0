"""By when the law wants an answer: rules as rows of data, and the arithmetic of days. Pure: no clock, no archive.

Nothing of a law stands here: its periods, their kinds of day and their clauses are rows (`deadlines.toml` ships them,
an office may keep its own). The rule in force when a clock started applies to that clock, whatever came afterwards.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from errors import UsageError
from press.dates import VIETNAM
from press.workdays import Calendar

Unit = Literal["days", "working_days", "hours"]
Side = Literal["agency", "outlet"]

FILE: Final = Path(__file__).with_name("deadlines.toml")
MOST: Final = 3660  #: a longer period is a slip of the pen
_LAST_SECOND: Final = time(23, 59, 59, tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True)
class Rule:
    """A period that a law sets, as long as it is in force; both days of validity included (local), None: open.

    Rules of one `series` follow one another when the law changes. A rule without a `count` gives no date: `why` says
    why. `calendar` and text fields are shown to officers; English is for the English pages.
    """

    code: str
    series: str
    side: Side  #: who must act: the agency, or (afterwards) the outlet
    count: int | None
    unit: Unit | None
    roll: bool  #: a period that ends on a day off ends on the next working day
    clause: str
    what: str
    what_en: str
    starts: str  #: which instant starts the clock; only an official can state it
    starts_en: str
    why: str = ""
    why_en: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        """Tell whether the rule is in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when something is due by the rule that was in force, instants at +07:00; `until` None: no date, see `why`.

    `unrolled` is the end before a day off moved it. `confirmed`: no day off that nobody confirmed yet can still move
    it (None without a date). `why` there is no date: "figure" (the rule has none), "law" (no rule in force then).
    """

    rule: Rule | None
    start: datetime
    until: datetime | None
    unrolled: datetime | None
    confirmed: bool | None
    why: Literal["", "figure", "law"]


def due(rules: Sequence[Rule], kind: str, start: datetime, days: Calendar) -> Deadline:
    """Return the deadline of a kind whose clock started at an instant; UsageError for a kind no rule has."""
    rule = rule_of(rules, kind, local_day(start))
    if rule is None:
        return Deadline(None, start.astimezone(VIETNAM), None, None, None, "law")
    return counted(rule, start, days)


def counted(rule: Rule, start: datetime, days: Calendar) -> Deadline:
    """Return the deadline by one rule. Days count from the day after the start; hours from the instant itself."""
    start = start.astimezone(VIETNAM)
    if rule.count is None or rule.unit is None:
        return Deadline(rule, start, None, None, None, "figure")
    if rule.unit == "hours":
        end = start + timedelta(hours=rule.count)
        return Deadline(rule, start, end, end, True, "")
    day = start.date()
    if rule.unit == "working_days":
        last = unrolled = days.after(day, rule.count)
        asked = range(day.year, last.year + 1)
    else:
        unrolled = day + timedelta(days=rule.count)
        last = days.next_working(unrolled) if rule.roll else unrolled
        asked = range(unrolled.year, last.year + 1) if rule.roll else range(0)
    confirmed = all(year in days.confirmed for year in asked)
    return Deadline(rule, start, end_of(last), end_of(unrolled), confirmed, "")


def rule_of(rules: Sequence[Rule], kind: str, day: date) -> Rule | None:
    """Return the rule in force on a day for a kind, or of its series: the law may have changed; None: there was none.

    Raises UsageError, naming the kinds there are, for one that no rule has.
    """
    series = next((rule.series for rule in rules if rule.code == kind), None)
    if series is None:
        raise UsageError(f"no rule for {kind!r}; there are: {', '.join(dict.fromkeys(rule.code for rule in rules))}")
    known = [rule for rule in rules if rule.series == series and rule.in_force(day)]
    return next((rule for rule in known if rule.code == kind), known[0] if known else None)


def local_day(at: datetime) -> date:
    """Return the day of an instant in Vietnam."""
    return at.astimezone(VIETNAM).date()


def begin_of(day: date) -> datetime:
    """Return the first instant of a day in Vietnam."""
    return datetime.combine(day, time(0, tzinfo=VIETNAM))


def end_of(day: date) -> datetime:
    """Return the last second of a day in Vietnam."""
    return datetime.combine(day, _LAST_SECOND)


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Return the rules that came with the program, in the order of the file."""
    rules = tuple(rule_from_row(row) for row in tomllib.loads(FILE.read_text("utf-8"))["rule"])
    check(rules)
    return rules


def rule_from_row(row: Mapping[str, Any]) -> Rule:
    """Return a rule from a row; English texts left out are the Vietnamese ones. UsageError names what is wrong."""
    code = str(row.get("code", ""))
    unknown = row.keys() - {field.name for field in fields(Rule)}
    missing = {"code", "side", "clause", "what", "starts"} - row.keys()
    if unknown or missing:
        raise UsageError(f"rule {code!r}: {', '.join(sorted(unknown | missing))}: unknown or missing")
    texts = {
        name: row.get(name) or row.get(name.removesuffix("_en"), "") for name in ("what_en", "starts_en", "why_en")
    }
    rest: dict[str, Any] = {"series": code, "count": None, "unit": None, "roll": False}
    return Rule(**{**rest, **row, **texts})


def check(rules: Iterable[Rule]) -> None:
    """Raise UsageError, naming the rule, where one cannot be counted by or two of a series are in force on one day."""
    seen: list[Rule] = []
    for rule in rules:
        if wrong := _wrong(rule):
            raise UsageError(f"rule {rule.code!r}: {wrong}")
        for other in seen:
            if rule.series == other.series and _overlap(rule, other):
                raise UsageError(f"rules {other.code!r} and {rule.code!r} are in force on the same days")
        seen.append(rule)


def _wrong(rule: Rule) -> str:
    if not rule.code or not rule.series:
        return "it has no code or no series"
    if rule.side not in get_args(Side):
        return f"side is {rule.side!r}, not one of {', '.join(get_args(Side))}"
    if (rule.count is None) != (rule.unit is None):
        return "count and unit come together"
    if rule.count is None and not rule.why:
        return "a rule without a figure says why"
    if rule.count is not None and not 0 < rule.count <= MOST:
        return f"count is {rule.count}, not 1 to {MOST}"
    if rule.unit is not None and rule.unit not in get_args(Unit):
        return f"unit is {rule.unit!r}, not one of {', '.join(get_args(Unit))}"
    if rule.roll and rule.unit != "days":
        return "only calendar days roll"
    if rule.valid_from and rule.valid_to and rule.valid_to < rule.valid_from:
        return "it ends before it begins"
    return ""


def _overlap(one: Rule, two: Rule) -> bool:
    first = max(one.valid_from or date.min, two.valid_from or date.min)
    return first <= min(one.valid_to or date.max, two.valid_to or date.max)
