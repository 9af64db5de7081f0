"""Two small logs that the annual report counts: press conferences, and times the agency informed at a giao ban."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from errors import Conflict
from storage.tables.register import press_log as table

KINDS = ("conference", "giao_ban")


@dataclass(frozen=True, slots=True)
class Entry:
    """One press conference or giao ban; `day` is ISO, `form` one of 244/2026 Đ5 or ""."""

    id: int
    kind: str
    day: str
    subject: str
    form: str


def add(db: Connection, area: str, kind: str, day: str, subject: str, form: str = "") -> int:
    """Note one; answers with its id."""
    row = {"area": area, "kind": kind, "day": day, "subject": subject, "form": form}
    return int(db.execute(table.insert().returning(table.c.id), row).scalar_one())


def strike(db: Connection, area: str, number: int, now: datetime) -> None:
    """Take out one that was noted by mistake; the row stays, and counts nowhere."""
    mine = (table.c.area == area, table.c.id == number, table.c.struck_at.is_(None))
    if not db.execute(update(table).where(*mine).values(struck_at=now)).rowcount:
        raise Conflict(f"there is no entry {number} in the press log")


def entries(db: Connection, area: str, first: str = "", last: str = "9999") -> list[Entry]:
    """Return what was noted from one day to another, both included, oldest first."""
    mine = (table.c.area == area, table.c.struck_at.is_(None), table.c.day >= first, table.c.day <= last)
    rows = db.execute(select(table).where(*mine).order_by(table.c.day, table.c.id))
    return [Entry(row.id, row.kind, row.day, row.subject, row.form) for row in rows]
