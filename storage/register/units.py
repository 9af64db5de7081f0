"""The units that answer: departments, communes, vertical agencies, each with its validity; never a person."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from errors import Conflict, UsageError
from press.text import fold
from storage.tables.register import units as table
from storage.types import AnyRow


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit; days are ISO, "" = open. `successor`: what it was merged into."""

    name: str
    kind: str
    code: str = ""
    email: str = ""  #: of the office
    valid_from: str = ""
    valid_to: str = ""
    successor: int | None = None
    id: int = 0
    version: int = 0

    def stands(self, day: str) -> bool:
        """Tell whether the unit exists on a day."""
        return (not self.valid_from or self.valid_from <= day) and (not self.valid_to or day <= self.valid_to)


def all_units(db: Connection, area: str) -> list[Unit]:
    """Return every unit of an area, those of today and those of before, by kind and name."""
    return [_unit(row) for row in db.execute(select(table).where(table.c.area == area).order_by(*_ORDER))]


def by_ids(db: Connection, ids: Iterable[int]) -> dict[int, Unit]:
    """Return units by their ids."""
    rows = db.execute(select(table).where(table.c.id.in_(sorted(set(ids))))).all()
    return {row.id: _unit(row) for row in rows}


def has_units(db: Connection, area: str) -> bool:
    """Tell whether the table of an area was ever filled."""
    return bool(db.execute(select(func.count()).select_from(table).where(table.c.area == area)).scalar())


def add(db: Connection, area: str, units: Sequence[Unit]) -> int:
    """Add units that are not there yet (by name and beginning); how many were new."""
    known = {(one.name, one.valid_from) for one in all_units(db, area)}
    rows = []
    for one in units:
        if (one.name, one.valid_from) not in known:
            known.add((one.name, one.valid_from))
            rows.append(_row(one) | {"area": area, "version": 1})
    if rows:
        db.execute(table.insert(), rows)
    return len(rows)


def change(db: Connection, area: str, unit: Unit) -> Unit:
    """Change a unit whose `version` the editor saw; Conflict where it was changed meanwhile, or its name is taken."""
    now = db.execute(select(table).where(table.c.area == area, table.c.id == unit.id)).one_or_none()
    if now is None:
        raise Conflict(f"there is no unit {unit.id}")
    if now.version != unit.version:
        raise Conflict(f"{now.name} was changed meanwhile: look at it again")
    same = (table.c.name == unit.name, table.c.valid_from == unit.valid_from, table.c.id != unit.id)
    if db.execute(select(table.c.id).where(table.c.area == area, *same)).first():
        raise Conflict(f"there is another unit {unit.name}")
    if unit.successor is not None and (unit.successor == unit.id or unit.successor not in by_ids(db, [unit.successor])):
        raise Conflict(f"{unit.name} cannot be merged into unit {unit.successor}")
    db.execute(update(table).where(table.c.id == unit.id).values(_row(unit) | {"version": unit.version + 1}))
    return by_ids(db, [unit.id])[unit.id]


def circle(db: Connection, area: str, unit: int) -> bool:
    """Tell whether a unit is merged into itself, by way of others."""
    known = {one.id: one for one in all_units(db, area)}
    return ends_in(known, unit) is None


def ends_in(known: Mapping[int, Unit], unit: int) -> int | None:
    """Return what a unit was merged into at last, itself where it was not; None for a circle."""
    seen: set[int] = set()
    while (further := known[unit].successor) is not None and further in known:
        if unit in seen:
            return None
        seen.add(unit)
        unit = further
    return unit


def find(units: Sequence[Unit], text: str, day: str) -> Unit:
    """Return the one unit that stands on a day and is meant by a text: its id, its name, or the end of its name.

    "xã Đại Ngãi" finds "UBND xã Đại Ngãi". Raises UsageError with the nearest names where none or several are meant.
    """
    standing = [one for one in units if one.stands(day)]
    said = _plain(text)
    if text.strip().isdecimal():
        found = [one for one in standing if one.id == int(text)]
    else:
        found = [one for one in standing if _plain(one.name) == said]
        found = found or [one for one in standing if said and f" {_plain(one.name)}".endswith(f" {said}")]
        if not found and said and fold(said) == said:  # written without marks
            found = [one for one in standing if fold(f" {_plain(one.name)}").endswith(f" {said}")]
    if len(found) == 1:
        return found[0]
    near = [one.name for one in found[:5]] or difflib.get_close_matches(text, [one.name for one in standing], 3, 0.5)
    hint = f" – perhaps: {', '.join(near)}" if near else "; `diembao units` lists them"
    raise UsageError(f"{text!r} names {len(found) or 'no'} unit{'s' * (len(found) != 1)}{hint}")


_ORDER = (table.c.kind.desc(), table.c.name, table.c.valid_from)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _row(unit: Unit) -> dict[str, Any]:
    return {name: value for name, value in asdict(unit).items() if name not in ("id", "version")}


def _unit(row: AnyRow) -> Unit:
    spans = (row.valid_from, row.valid_to, row.successor)
    return Unit(row.name, row.kind, row.code, row.email, *spans, row.id, row.version)
