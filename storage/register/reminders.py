"""Mails that remind of matters: kept with what they tell of whom, so that each is told once; the outbox sends them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, select

from press.matters import WAITING
from storage.collecting.links import chunks
from storage.facts import get_fact, set_fact
from storage.register import matters
from storage.register.matters import Matter
from storage.tables.register import matters as matters_table
from storage.tables.register import reminded
from storage.tables.register import reminders as table

Kind = Literal["assigned", "soon", "today", "overdue"]
KINDS: Final[tuple[Kind, ...]] = ("assigned", "soon", "today", "overdue")
_CHUNK: Final = 500


class Key(NamedTuple):
    """What is told once: a kind of reminder of a matter, to whom, about which deadline (ISO, "" = none)."""

    matter: int
    kind: Kind
    recipient: str
    due: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that waits."""

    id: int
    recipient: str
    subject: str
    message: bytes
    attempts: int


def units_reminded(db: Connection, area: str) -> bool:
    """Tell whether units are reminded; not until an administrator says so."""
    return get_fact(db, f"register units reminded:{area}") == "on"


def remind_units(db: Connection, area: str, *, on: bool) -> None:
    """Have units reminded from now on, or not any more."""
    set_fact(db, f"register units reminded:{area}", "on" if on else "off")


def owed(db: Connection, area: str) -> list[Matter]:
    """Return the matters whose answer is owed, newest first."""
    query = select(matters_table.c.id).where(matters_table.c.area == area, matters_table.c.state.in_(sorted(WAITING)))
    return matters.by_ids(db, db.execute(query).scalars())


def told(db: Connection, ids: Collection[int]) -> set[Key]:
    """Return what was told of some matters."""
    known: set[Key] = set()
    columns = (reminded.c.matter_id, reminded.c.kind, reminded.c.recipient, reminded.c.due)
    for batch in chunks(sorted(set(ids)), _CHUNK):
        known.update(Key(*row) for row in db.execute(select(*columns).where(reminded.c.matter_id.in_(batch))))
    return known


def tell(
    db: Connection, area: str, recipient: str, subject: str, message: bytes, keys: Iterable[Key], now: datetime
) -> int:
    """Keep a mail, to be sent from `now` on, and for ever what it tells; answers with its id."""
    row = {"area": area, "created_at": now, "recipient": recipient, "subject": subject, "message": message}
    mail = int(db.execute(table.insert().returning(table.c.id), row | {"next_try": now}).scalar_one())
    rows = [
        {"matter_id": key.matter, "kind": key.kind, "recipient": key.recipient, "due": key.due, "area": area,
         "reminder_id": mail}
        for key in keys
    ]  # fmt: skip
    db.execute(reminded.insert(), rows)
    return mail


def waiting(db: Connection, now: datetime) -> list[Mail]:
    """Return the mails to be sent at `now`, oldest first."""
    rows = db.execute(select(table).where(table.c.next_try <= now).order_by(table.c.id))
    return [Mail(row.id, row.recipient, row.subject, row.message, row.attempts) for row in rows]


def of_matter(db: Connection, matter: int) -> list[tuple[Kind, str, datetime, datetime | None]]:
    """Return the reminders of a matter: kind, to whom, when kept, when sent; oldest first."""
    columns = (reminded.c.kind, reminded.c.recipient, table.c.created_at, table.c.sent_at)
    query = select(*columns).join(table, table.c.id == reminded.c.reminder_id).where(reminded.c.matter_id == matter)
    return [(row.kind, row.recipient, row.created_at, row.sent_at) for row in db.execute(query.order_by(table.c.id))]
