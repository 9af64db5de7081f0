"""Which rules and days an office counts by: what came with the program, with the office's own rows over it.

A rule of the office replaces the shipped one of the same code and beginning; so does a day that of its date. What the
program ships later arrives by itself wherever the office has no row of its own.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from errors import Conflict, UsageError
from press import deadlines, workdays
from press.dates import VIETNAM
from press.deadlines import Deadline, Rule
from press.workdays import Calendar, Day
from storage.tables.register import register_days as days_table
from storage.tables.register import register_rules as rules_table
from storage.tables.register import register_years as years_table

_FURTHER = 2  # years a period may reach on from its start; a rule's longest is checked against it
LONGEST = 400  #: days of a rule of the office


@dataclass(frozen=True)
class Law:
    """What deadlines are counted by: rules in force at any time, days that are not what their weekday says."""

    rules: tuple[Rule, ...]
    days: tuple[Day, ...]  #: the office's own
    confirmed: frozenset[int]
    _calendars: dict[int, Calendar] = field(default_factory=dict, compare=False)

    def due(self, kind: str, start: datetime) -> Deadline:
        """Return the deadline of a kind from an instant; no date for a kind whose rules were all withdrawn."""
        try:
            return deadlines.due(self.rules, kind, start, self.calendar(deadlines.local_day(start).year))
        except UsageError:
            return Deadline(None, start.astimezone(VIETNAM), None, None, None, "law")

    def calendar(self, year: int) -> Calendar:
        """Return the calendar of a year and those that follow it."""
        if year not in self._calendars:
            shipped = workdays.shipped_days(year, year + _FURTHER)
            self._calendars[year] = workdays.calendar((*shipped, *self.days), self.confirmed)
        return self._calendars[year]

    def kinds(self) -> dict[str, Rule]:
        """Return the kinds that a matter may have, each with its newest rule: what the agency must answer."""
        return {rule.code: rule for rule in self.rules if rule.side == "agency"}


def load(db: Connection, area: str) -> Law:
    """Return what the office of an area counts by."""
    own = {(row.code, row.valid_from): row for row in db.execute(select(rules_table).where(rules_table.c.area == area))}
    shipped = {_key(rule): rule for rule in deadlines.shipped_rules()}
    rules = shipped | {key: _rule(row.row) for key, row in own.items()}
    kept = tuple(rule for key, rule in rules.items() if key not in own or not own[key].withdrawn)
    days = tuple(
        Day(date.fromisoformat(row.day), row.kind, row.name, row.source)
        for row in db.execute(select(days_table).where(days_table.c.area == area).order_by(days_table.c.day))
    )
    years = db.execute(select(years_table.c.year).where(years_table.c.area == area)).scalars()
    return Law(kept, days, frozenset((*workdays.shipped_years(), *years)))


def set_rule(db: Connection, area: str, rule: Rule, version: int, *, withdrawn: bool = False) -> Law:
    """Keep a rule of the office, in place of the one of its code and beginning; what is counted by then.

    `version` is that of the row the editor saw (0: a shipped rule, or none). Raises Conflict where it was changed
    meanwhile, UsageError for a rule that cannot be counted by, or one in force beside another of its series.
    """
    key = (rules_table.c.area == area, rules_table.c.code == rule.code, rules_table.c.valid_from == _key(rule)[1])
    if rule.unit != "hours" and (rule.count or 0) > LONGEST:
        raise UsageError(f"rule {rule.code!r}: more than {LONGEST} days")
    seen = db.execute(select(rules_table.c.version).where(*key)).scalar() or 0
    if seen != version:
        raise Conflict(f"the rule {rule.code} was changed meanwhile: look at it again")
    db.execute(delete(rules_table).where(*key))
    row = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(rule).items()}
    values = {"area": area, "code": rule.code, "valid_from": _key(rule)[1], "row": row}
    db.execute(rules_table.insert(), {**values, "version": seen + 1, "withdrawn": withdrawn})
    law = load(db, area)
    deadlines.check(law.rules)
    return law


def versions(db: Connection, area: str) -> dict[tuple[str, str], int]:
    """Return the versions of the office's own rules, by code and beginning; what is not there is shipped."""
    query = select(rules_table.c.code, rules_table.c.valid_from, rules_table.c.version)
    return {(row.code, row.valid_from): row.version for row in db.execute(query.where(rules_table.c.area == area))}


def set_day(db: Connection, area: str, day: Day) -> Law:
    """Keep a day of the office, in place of any other of its date; what is counted by then."""
    db.execute(delete(days_table).where(days_table.c.area == area, days_table.c.day == day.day.isoformat()))
    db.execute(days_table.insert(), {**asdict(day), "day": day.day.isoformat(), "area": area})
    return load(db, area)


def confirm_year(db: Connection, area: str, year: int, source: str) -> Law:
    """Keep that the days of a year are whole, and who says so; what is counted by then."""
    db.execute(delete(years_table).where(years_table.c.area == area, years_table.c.year == year))
    db.execute(years_table.insert(), {"area": area, "year": year, "source": source})
    return load(db, area)


def days_of(db: Connection, area: str, year: int) -> list[Day]:
    """Return the days of a year that are not what their weekday says, the office's own over the shipped ones."""
    rows = {day.day: day for day in (*workdays.shipped_days(year, year), *load(db, area).days) if day.day.year == year}
    return [rows[day] for day in sorted(rows)]


def sources(db: Connection, area: str) -> dict[int, str]:
    """Return the confirmed years, with who says so."""
    rows = db.execute(select(years_table).where(years_table.c.area == area))
    return workdays.shipped_years() | {row.year: row.source for row in rows}


def earlier(*instants: datetime | None) -> datetime | None:
    """Return the earliest instant, None where there is none."""
    return min((at for at in instants if at is not None), default=None)


def _key(rule: Rule) -> tuple[str, str]:
    return rule.code, rule.valid_from.isoformat() if rule.valid_from else ""


def _rule(row: dict[str, Any]) -> Rule:
    spans = {name: date.fromisoformat(row[name]) if row[name] else None for name in ("valid_from", "valid_to")}
    return Rule(**(row | spans))
