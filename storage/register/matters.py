"""Matters: what the press raised, who answers, what came of it. Every change is one entry of the audit log.

A change says which version of the matter its editor saw. Where somebody else was faster nothing is written, and the
second editor is told what changed meanwhile, and by whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, select, update

from errors import Conflict, UsageError
from press.deadlines import local_day
from press.matters import ENDED, State, late, may_follow
from press.text import fold
from storage.collecting.links import chunks
from storage.people import audit
from storage.people.audit import Act, Entry
from storage.register import covered, law, units
from storage.register.law import Law
from storage.tables.register import matter_letters, matter_units
from storage.tables.register import matters as table
from storage.types import AnyRow

_CHUNK = 500
#: acts whose target is the number of a matter
ACTS: Final = (
    "matter opened", "matter assigned", "matter answered", "matter closed", "matter passed on", "matter refused",
    "matter merged", "matter changed", "matter coverage", "letter file added", "letter file dropped",
)  # fmt: skip


class Changed(Conflict):
    """Somebody was faster: `entries` of the log tell what was changed since the version the editor saw, and by whom."""

    def __init__(self, matter: str, entries: Sequence[Entry]) -> None:
        told = "; ".join(f"{entry.who}: {_changes(entry)}" for entry in entries) or "look again"
        super().__init__(f"matter {matter} was changed meanwhile, nothing was written: {told}")
        self.entries = tuple(entries)


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter; `due_at` is the earlier of the law's deadline and the letter's (`until`), None without either."""

    id: int
    area: str
    year: int
    number: int  #: in its year
    version: int
    subject: str
    kind: str  #: code of a rule
    field: str  #: a topic, "" = not said
    places: tuple[str, ...]
    state: State
    received_at: datetime | None
    until: datetime | None
    due_at: datetime | None
    opened_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    answered_at: datetime | None
    answer_letter: str
    answer_date: str
    answer_form: str
    answer_to: str
    outlet_after: str
    outlet_after_on: str
    result: str
    ground: str
    passed_to: int | None
    merged_into: int | None
    lead: int | None = None  #: a unit
    others: tuple[int, ...] = ()  #: units that co-operate

    @property
    def name(self) -> str:
        """The number as officers write it."""
        return f"{self.number}/{self.year}"

    def overdue(self, now: datetime) -> bool:
        """Tell whether the answer is late."""
        return late(self.state, self.due_at, now)


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of a matter; days are ISO, "" = not said."""

    kind: str
    number: str = ""
    date: str = ""
    received: str = ""
    link: str = ""


#: What an editor may change, and what is written of it in the audit log.
CHANGEABLE: Final = frozenset(one.name for one in fields(Matter)) - {
    "id", "area", "year", "number", "version", "due_at", "opened_at", "changed_at", "ended_at",
}  # fmt: skip


def opened(db: Connection, area: str, values: Mapping[str, Any], who: str, now: datetime) -> Matter:
    """Open a matter under the next number of the year; needs at least `subject` and `kind`."""
    audit.turn(db)  # whoever else opens one waits here, so that no number is given twice
    year = local_day(now).year
    highest = select(func.max(table.c.number)).where(table.c.area == area, table.c.year == year)
    number = int(db.execute(highest).scalar() or 0) + 1
    row = {"field": "", "places": [], "state": "new", **_columns(values), "area": area, "year": year}
    counted = law.load(db, area)
    _check(counted, row, now)
    row |= {"number": number, "version": 1, "opened_at": now, "changed_at": now}
    row["due_at"] = _due(counted, row)
    made = int(db.execute(table.insert().returning(table.c.id), row).scalar_one())
    _units(db, area, made, values)
    matter = get(db, made)
    told = {name: [None, _told(db, name, getattr(matter, name))] for name in sorted(values) if name in CHANGEABLE}
    audit.record(db, [Act(who, "matter opened", matter.name, {"version": 1, "changes": told})], now)
    return matter


def change(
    db: Connection,
    matter: int,
    version: int | None,
    values: Mapping[str, Any],
    who: str,
    now: datetime,
    action: str = "matter changed",
    **more: object,
) -> Matter:
    """Change a matter whose `version` the editor saw (None: whichever it is); `more` goes into the log as well.

    Raises Changed where somebody was faster, Conflict where its state forbids it; UsageError for a
    value that cannot be. Where nothing differs nothing is written.
    """
    audit.turn(db)
    before = get(db, matter)
    if version is not None and version != before.version:
        raise Changed(before.name, _since(db, before, version))
    state = values.get("state", before.state)
    if not may_follow(before.state, state):
        raise Conflict(f"matter {before.name} is {before.state}: it cannot become {state}")
    apart = {name: value for name, value in values.items() if getattr(before, name) != value}
    if not apart and not more:
        return before
    counted = law.load(db, before.area)
    row = _columns(apart)
    _check(counted, row, now)
    counts = {name: getattr(before, name) for name in ("kind", "received_at", "until")} | row
    row |= {"due_at": _due(counted, counts), "version": before.version + 1, "changed_at": now}
    if "state" in apart:
        row["ended_at"] = now if state in ENDED else None
    db.execute(update(table).where(table.c.id == matter).values(row))
    _units(db, before.area, matter, apart)
    after = get(db, matter)
    told = {name: [_told(db, name, getattr(one, name)) for one in (before, after)] for name in sorted(apart)}
    audit.record(db, [Act(who, action, before.name, {"version": after.version, "changes": told, **more})], now)
    return after


def merged(db: Connection, matter: int, version: int | None, into: int, who: str, now: datetime) -> Matter:
    """Merge a matter into another one of its area, which gets its coverage; answers with the other one."""
    audit.turn(db)
    one, other = get(db, matter), get(db, into)
    if one.id == other.id or other.state == "merged" or one.area != other.area:
        raise Conflict(f"matter {one.name} cannot be merged into {other.name}")
    change(db, matter, version, {"state": "merged", "merged_into": into}, who, now, "matter merged", into=other.name)
    db.execute(update(table).where(table.c.merged_into == matter).values(merged_into=into))
    covered.move(db, one.area, matter, into, now)
    return change(db, into, None, {}, who, now, "matter coverage", took_in=one.name)


def add_letter(db: Connection, matter: Matter, letter: Letter) -> None:
    """Put a letter to a matter; the caller's change tells it in the log."""
    row = {name: getattr(letter, name) for name in ("kind", "number", "date", "received", "link")}
    db.execute(matter_letters.insert(), {**row, "matter_id": matter.id, "area": matter.area})


def letters_of(db: Connection, ids: Iterable[int]) -> dict[int, list[Letter]]:
    """Return the letters of matters, in the order they were put in."""
    found: dict[int, list[Letter]] = {}
    for batch in chunks(sorted(set(ids)), _CHUNK):
        query = select(matter_letters).where(matter_letters.c.matter_id.in_(batch)).order_by(matter_letters.c.id)
        for row in db.execute(query):
            letter = Letter(row.kind, row.number, row.date, row.received, row.link)
            found.setdefault(row.matter_id, []).append(letter)
    return found


def get(db: Connection, matter: int) -> Matter:
    """Return a matter by its id; Conflict where there is none."""
    row = db.execute(select(table).where(table.c.id == matter)).one_or_none()
    if row is None:
        raise Conflict(f"there is no matter with the id {matter}")
    return complete(db, [row])[0]


def by_number(db: Connection, area: str, year: int, number: int) -> Matter:
    """Return a matter by its number in a year; Conflict where there is none."""
    found = id_of(db, area, year, number)
    if found is None:
        raise Conflict(f"there is no matter {number}/{year}")
    return get(db, found)


def id_of(db: Connection, area: str, year: int, number: int) -> int | None:
    """Return the id of a matter by its number in a year; None where there is none."""
    mine = (table.c.area == area, table.c.year == year, table.c.number == number)
    return db.execute(select(table.c.id).where(*mine)).scalar()


def by_ids(db: Connection, ids: Iterable[int]) -> list[Matter]:
    """Return matters by their ids, newest first."""
    rows: list[AnyRow] = []
    for batch in chunks(sorted(set(ids), reverse=True), _CHUNK):
        rows += db.execute(select(table).where(table.c.id.in_(batch)).order_by(table.c.id.desc())).all()
    return complete(db, rows)


def history(db: Connection, matter: Matter) -> list[Entry]:
    """Return what was done to a matter, oldest first."""
    return list(reversed(audit.entries(db, target=matter.name, actions=ACTS, limit=10_000)))


def complete(db: Connection, rows: Sequence[AnyRow]) -> list[Matter]:
    """Return rows of the table as matters, with their units."""
    named: dict[int, list[tuple[bool, int]]] = {}
    for batch in chunks([row.id for row in rows], _CHUNK):
        query = select(matter_units).where(matter_units.c.matter_id.in_(batch))
        for row in db.execute(query.order_by(matter_units.c.unit_id)):
            named.setdefault(row.matter_id, []).append((row.lead, row.unit_id))
    made = []
    for row in rows:
        values = dict(row._mapping) | {"places": tuple(row.places)}
        del values["subject_folded"]
        mine = named.get(row.id, [])
        values["lead"] = next((unit for lead, unit in mine if lead), None)
        made.append(Matter(**values, others=tuple(unit for lead, unit in mine if not lead)))
    return made


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    wrong = values.keys() - CHANGEABLE
    if wrong:
        raise UsageError(f"a matter has no {', '.join(sorted(wrong))} to change")
    row = {name: value for name, value in values.items() if name not in ("lead", "others")}
    if "subject" in row:
        row["subject_folded"] = fold(row["subject"])
    return row | ({"places": list(values["places"])} if "places" in values else {})


def _units(db: Connection, area: str, matter: int, values: Mapping[str, Any]) -> None:
    """Set the units of a matter where the values name any; whoever leads does not co-operate."""
    if not {"lead", "others"} & values.keys():
        return
    was = get(db, matter)
    lead, others = values.get("lead", was.lead), values.get("others", was.others)
    db.execute(delete(matter_units).where(matter_units.c.matter_id == matter))
    named = ([(lead, True)] if lead is not None else []) + [(unit, False) for unit in others if unit != lead]
    rows = [{"matter_id": matter, "unit_id": unit, "area": area, "lead": leads} for unit, leads in dict(named).items()]
    if rows:
        db.execute(matter_units.insert(), rows)


def _check(counted: Law, row: Mapping[str, Any], now: datetime) -> None:
    if not str(row.get("subject", "-")).strip():
        raise UsageError("a matter needs a subject")
    if "kind" in row and row["kind"] not in counted.kinds():
        raise UsageError(f"no kind {row['kind']!r}; the kinds are {', '.join(counted.kinds())}")
    received = row.get("received_at")
    if received is not None and not date(2000, 1, 1) <= local_day(received) <= local_day(now):
        raise UsageError(f"{received.isoformat()}: the clock started then? it lies in the future, or long ago")
    until = row.get("until")
    if until is not None and not 2000 <= local_day(until).year <= 2200:
        raise UsageError(f"{until.isoformat()}: no such deadline")


def _due(counted: Law, row: Mapping[str, Any]) -> datetime | None:
    received = row.get("received_at")
    by_law = counted.due(row["kind"], received).until if received is not None else None
    return law.earlier(by_law, row.get("until"))


def _told(db: Connection, name: str, value: Any) -> Any:
    """Return a value as the log tells it: units and matters by their names, since ids say nothing to a reader."""
    if name in ("lead", "others", "passed_to"):
        ids = [unit for unit in (value if isinstance(value, tuple) else [value]) if unit is not None]
        names = [unit.name for _, unit in sorted(units.by_ids(db, ids).items())]
        return names if isinstance(value, tuple) else next(iter(names), None)
    if name == "merged_into":
        return get(db, value).name if value is not None else None
    return value.isoformat() if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value


def _since(db: Connection, matter: Matter, version: int) -> list[Entry]:
    """Return what was done to a matter since a version."""
    return [entry for entry in history(db, matter) if int(entry.details.get("version", 0)) > version]


def _changes(entry: Entry) -> str:
    changes: Mapping[str, Sequence[Any]] = entry.details.get("changes", {})
    named = ", ".join(f"{name} {old!r} → {new!r}" for name, (old, new) in changes.items())
    return f"{entry.action}{f' ({named})' if named else ''}"


def due_of(counted: Law, matter: Matter) -> datetime | None:
    """Return the deadline that applies to a matter by what is counted by now."""
    return _due(counted, {"kind": matter.kind, "received_at": matter.received_at, "until": matter.until})


def set_due(db: Connection, matter: int, due_at: datetime | None) -> None:
    """Keep another deadline: rules or days changed, not the matter."""
    db.execute(update(table).where(table.c.id == matter).values(due_at=due_at))
