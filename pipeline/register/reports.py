"""Reports from the register: made, kept as they were made, compared with what the register says by now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from errors import UsageError
from pipeline.register import annual, weekly
from pipeline.register.acts import Office, Row, text
from press.dates import VIETNAM
from press.deadlines import local_day
from storage import register
from storage.people.audit import Act, record
from storage.register.reports import Report

_LONGEST = 366  #: days of a list
_YEARS = range(2017, 2200)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which report: a list of some days, or that of a year; the texts are a person's."""

    kind: register.reports.Kind
    first: date | None = None
    last: date | None = None
    year: int | None = None
    difficulties: str = ""
    proposals: str = ""


def make(office: Office, asked: Asked) -> Report:
    """Make a report and keep it; where the register says the same as last time, that one. UsageError names a slip."""
    told = plan(office, asked)
    with office.archive.begin() as db:
        made, new = register.reports.keep(db, office.area, asked.kind, told, office.now)
        if new:
            details = {"kind": made.kind, "from": made.first, "to": made.last}
            record(db, [Act(office.who, "report made", str(made.id), details)], office.now)
    return made


def plan(office: Office, asked: Asked) -> Row:
    """Return what a report would tell now; nothing is kept."""
    difficulties, proposals = (text(one, "the text") for one in (asked.difficulties, asked.proposals))
    if asked.kind == "annual":
        year = asked.year or local_day(office.now).year
        if year not in _YEARS:
            raise UsageError(f"{year}: no such year")
        with office.archive.read() as db:
            return annual.tell(db, office.area, year, difficulties, proposals)
    first, last = week(office.now)
    first, last = asked.first or first, asked.last or last
    if last < first or (last - first).days >= _LONGEST:
        raise UsageError(f"{first} to {last}: a list is of 1 to {_LONGEST} days, the first one first")
    with office.archive.read() as db:
        return weekly.tell(db, office.settings, first, last, office.now, proposals)


def week(now: datetime) -> tuple[date, date]:
    """Return the seven days that end with the day of an instant."""
    last = local_day(now)
    return last - timedelta(days=6), last


def moved(office: Office, report: Report) -> list[tuple[str, str, str]]:
    """Return where the register says something else by now: line, what the report says, what it would say."""
    told = report.told
    with office.archive.read() as db:
        if report.kind == "weekly":
            return list(weekly.moved(db, office.area, told, report.made_at, office.now))
        now = annual.tell(db, office.area, told["year"], told["difficulties"], told["proposals"])
    return list(annual.differences(told, json.loads(json.dumps(now))))


def behind(report: Report, line: str, side: str = "of", part: int | None = None) -> Iterator[Row]:
    """Give what stands behind a figure of a report, as it was then: matters, or entries of the press log.

    `side`: "count" or "of"; `part`: of the year, from 0, None for the whole. Nothing for a figure that is not there.
    """
    told = report.told
    figure = next((one for one in told["figures"] if one["line"] == line), None)
    if figure is None or (part is not None and not 0 <= part < len(figure.get("parts", ()))):
        return
    figure = figure if part is None else figure["parts"][part]
    if "entries" in figure:
        yield from ({"entry": number, **told["entries"][str(number)]} for number in figure["entries"])
        return
    numbers = figure["matters"].get(side, figure["matters"]["count"])
    known = (
        told["matters"] if report.kind == "annual" else {row["number"]: row for row in told["groups"][figure["group"]]}
    )
    yield from ({"number": number, **known[number]} for number in numbers)


def shown(report: Report, now: datetime) -> Row:
    """Return a report as one object: what it tells, when it was made, how long until it must be sent."""
    more: Row = {"id": report.id, "made_at": report.made_at.astimezone(VIETNAM), **report.told}
    if report.kind == "annual":
        more["days_left"] = days_left(report.told["year"], now)
    return more


def days_left(year: int, now: datetime) -> int:
    """Return how many days are left until the last one on which the report of a year may be sent; below 0: over."""
    return (annual.due(year) - local_day(now)).days
