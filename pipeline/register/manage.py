"""What an administrator keeps: units, rules, days off. Each act is one commit, its entry of the audit log in it.

Conflict where somebody was faster, UsageError for what cannot be; then nothing is written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from typing import Any, Final

from digest.sending.address import valid_address
from errors import UsageError
from pipeline.register import units as own_units
from pipeline.register.acts import Office, text
from press.deadlines import Rule
from press.matters import UNITS
from press.workdays import Day
from storage import register
from storage.people.audit import Act, record
from storage.register.units import Unit

LARGEST: Final = 500_000  #: bytes of a CSV
MOST: Final = 2000  #: rows of a CSV
COLUMNS: Final = ("name", "kind", "email", "valid_from", "valid_to", "successor")
_NAME: Final = 200


def add_unit(office: Office, unit: Unit) -> Unit:
    """Add a unit."""
    own_units.filled(office.archive, office.settings, office.now)
    wanted = checked(unit)
    with office.archive.begin() as db:
        if not register.units.add(db, office.area, [wanted]):
            raise UsageError(f"there is a unit {wanted.name} already")
        record(db, [Act(office.who, "unit added", wanted.name, _told(wanted))], office.now)
        found = register.units.all_units(db, office.area)
    return next(one for one in found if (one.name, one.valid_from) == (wanted.name, wanted.valid_from))


def change_unit(office: Office, unit: Unit) -> Unit:
    """Change a unit whose `version` the editor saw; a merged one names its successor and its last day."""
    wanted = checked(unit)
    if wanted.successor is not None and not wanted.valid_to:
        raise UsageError("a unit that was merged needs its last day")
    with office.archive.begin() as db:
        before = register.units.by_ids(db, [unit.id]).get(unit.id)
        after = register.units.change(db, office.area, wanted)
        if register.units.circle(db, office.area, after.id):
            raise UsageError(f"{wanted.name} would be merged into itself by way of others")
        was, now = _told(before) if before else {}, _told(after)
        changes = {name: [was.get(name), value] for name, value in now.items() if was.get(name) != value}
        record(db, [Act(office.who, "unit changed", after.name, {"changes": changes})], office.now)
        return after


def import_units(office: Office, file: bytes) -> tuple[int, int]:
    """Add the units of a CSV and change those that are there (by name and beginning); how many of each.

    UsageError, noted in the audit log, names the first line that cannot be; then nothing is written.
    """
    own_units.filled(office.archive, office.settings, office.now)
    try:
        return _imported(office, list(_rows(file)))
    except UsageError as error:
        with office.archive.begin() as db:
            refused = {"bytes": len(file), "why": str(error)}
            record(db, [Act(office.who, "units refused", office.area, refused)], office.now)
        raise


def _imported(office: Office, rows: list[tuple[Unit, str]]) -> tuple[int, int]:
    with office.archive.begin() as db:
        known = {(one.name, one.valid_from): one for one in register.units.all_units(db, office.area)}
        new = register.units.add(db, office.area, [unit for unit, _ in rows])
        there = {(one.name, one.valid_from): one for one in register.units.all_units(db, office.area)}
        by_name = {one.name: one.id for one in there.values()}
        changed = 0
        for unit, successor in rows:
            now = there[unit.name, unit.valid_from]
            if successor and successor not in by_name:
                raise UsageError(f"{unit.name}: no unit {successor!r} that it was merged into")
            wanted = replace(
                now, kind=unit.kind, email=unit.email, valid_to=unit.valid_to, code=now.code,
                successor=by_name[successor] if successor else now.successor,
            )  # fmt: skip
            if wanted != now:
                register.units.change(db, office.area, wanted)
                changed += (unit.name, unit.valid_from) in known
                if register.units.circle(db, office.area, now.id):
                    raise UsageError(f"{unit.name} would be merged into itself by way of others")
        record(db, [Act(office.who, "units imported", office.area, {"new": new, "changed": changed})], office.now)
    return new, changed


def set_rule(office: Office, rule: Rule, version: int, *, withdrawn: bool = False) -> int:
    """Keep a rule of the office, count every open deadline anew; how many moved."""
    with office.archive.begin() as db:
        register.law.set_rule(db, office.area, rule, version, withdrawn=withdrawn)
        moved = register.follow.refresh(db)
        row = {name: str(value) for name, value in asdict(rule).items() if value not in ("", None)}
        details: dict[str, Any] = {"rule": row, "moved": moved}
        record(db, [Act(office.who, "rule withdrawn" if withdrawn else "rule kept", rule.code, details)], office.now)
        return moved


def set_day(office: Office, day: Day) -> int:
    """Keep a day off or a day worked, count every open deadline anew; how many moved."""
    if day.kind not in ("off", "working", "normal") or not 2000 <= day.day.year <= 2200:
        raise UsageError(f"{day.day}: no such day")
    name, source = text(day.name, "the name of the day"), text(day.source, "the source")
    if not name or not source:
        raise UsageError("a day needs its name and its source")
    with office.archive.begin() as db:
        register.law.set_day(db, office.area, replace(day, name=name, source=source))
        moved = register.follow.refresh(db)
        details = {"kind": day.kind, "name": name, "source": source, "moved": moved}
        record(db, [Act(office.who, "day kept", day.day.isoformat(), details)], office.now)
        return moved


def confirm_year(office: Office, year: int, source: str) -> None:
    """Keep that the days of a year are whole, and who says so."""
    plain = text(source, "the source")
    if not plain or not 2000 <= year <= 2200:
        raise UsageError("a year needs its source")
    with office.archive.begin() as db:
        register.law.confirm_year(db, office.area, year, plain)
        record(db, [Act(office.who, "year confirmed", str(year), {"source": plain})], office.now)


def checked(unit: Unit) -> Unit:
    """Return a unit as it is kept; UsageError names what cannot be."""
    name = text(unit.name, "the name of a unit")
    if not 0 < len(name) <= _NAME:
        raise UsageError(f"the name of a unit has 1 to {_NAME} letters")
    if unit.kind not in UNITS:
        raise UsageError(f"{name}: no kind {unit.kind!r}; the kinds are {', '.join(UNITS)}")
    email = unit.email.strip()
    try:
        email = valid_address(email) if email else ""
        days = [date.fromisoformat(day).isoformat() if day else "" for day in (unit.valid_from, unit.valid_to)]
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from error
    if all(days) and days[1] < days[0]:
        raise UsageError(f"{name}: it ends before it begins")
    return replace(unit, name=name, email=email, valid_from=days[0], valid_to=days[1])


def _rows(file: bytes) -> Iterator[tuple[Unit, str]]:
    """Give the units of a CSV with the name of what each was merged into."""
    if len(file) > LARGEST:
        raise UsageError(f"the file has more than {LARGEST // 1000} kB")
    try:
        lines = csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline=""), strict=True)
        if not lines.fieldnames or not {"name", "kind"} <= set(lines.fieldnames) <= set(COLUMNS):
            raise UsageError(f"the first line must name columns of {', '.join(COLUMNS)}; name and kind are needed")
        seen: set[tuple[str, str]] = set()
        for number, row in enumerate(lines, 2):
            if number > MOST + 1 or None in row or None in row.values():
                raise UsageError(
                    f"line {number}: more than {MOST} units, or another number of columns than the first line"
                )
            unit = _unit(row, number)
            if (unit.name, unit.valid_from) in seen:
                raise UsageError(f"line {number}: {unit.name} stands there twice")
            seen.add((unit.name, unit.valid_from))
            yield unit, " ".join(row.get("successor", "").split())
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError("the file is no CSV in UTF-8") from error


def _unit(row: dict[str, str], number: int) -> Unit:
    kind: Any = row["kind"].strip()
    try:
        email, first, last = (row.get(name, "").strip() for name in ("email", "valid_from", "valid_to"))
        return checked(Unit(row["name"], kind, "", email, first, last))
    except UsageError as error:
        raise UsageError(f"line {number}: {error}") from error


def _told(unit: Unit) -> dict[str, Any]:
    return {name: value for name, value in asdict(unit).items() if name not in ("id", "version")}
