"""Which days are working days: Monday to Friday, less days off, and the Saturdays worked for some of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

FILE: Final = Path(__file__).with_name("workdays.toml")


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is not what its weekday says: off, or (a Saturday, a Sunday) worked; normal takes that back."""

    day: date
    kind: Literal["off", "working", "normal"]
    name: str  #: in Vietnamese
    source: str  #: who says so


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days off and days worked, and the years (local) whose rows somebody confirmed to be all of them."""

    off: frozenset[date]
    worked: frozenset[date]
    confirmed: frozenset[int]

    def is_working(self, day: date) -> bool:
        """Tell whether offices work on a day."""
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def next_working(self, day: date) -> date:
        """Return the day itself where it is worked, else the first one after it that is."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def after(self, day: date, count: int) -> date:
        """Return the `count`-th working day after a day, the day itself not counted; itself for 0."""
        for _ in range(count):
            day = self.next_working(day + timedelta(days=1))
        return day


def calendar(days: Iterable[Day], confirmed: Iterable[int]) -> Calendar:
    """Return the calendar of some rows; of two rows of one day the later one counts."""
    kinds = {row.day: row.kind for row in days}
    return Calendar(
        frozenset(day for day, kind in kinds.items() if kind == "off"),
        frozenset(day for day, kind in kinds.items() if kind == "working"),
        frozenset(confirmed),
    )


@cache
def shipped_days(first: int, last: int) -> tuple[Day, ...]:
    """Return the days of some years, `last` included, as the package `holidays` and our own rows tell them."""
    # The package takes a third of a second to load, which only those pay who count working days.
    from holidays import country_holidays

    known = country_holidays("VN", years=range(first, last + 1), language="vi")
    source = f"holidays {version('holidays')}"
    rows = {day: Day(day, "off", name, source) for day, name in known.items()}
    for day in getattr(known, "weekend_workdays", ()):
        if first <= day.year <= last:
            rows[day] = Day(day, "working", "Làm bù", source)
    for row in tomllib.loads(FILE.read_text("utf-8"))["day"]:
        if first <= row["day"].year <= last:
            rows[row["day"]] = Day(**row)
    return tuple(rows[day] for day in sorted(rows))


def shipped_years() -> dict[int, str]:
    """Return the years whose shipped days are confirmed, with the source of each."""
    return {row["year"]: row["source"] for row in tomllib.loads(FILE.read_text("utf-8"))["year"]}


@cache
def shipped(first: int, last: int) -> Calendar:
    """Return the calendar that came with the program for some years, `last` included."""
    return calendar(shipped_days(first, last), shipped_years())
