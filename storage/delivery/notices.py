"""Mails to the operator: kept before they go out, sent once, and what he was told of each outlet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from press import OutletState
from storage.tables.collecting import feeds, outlets_told
from storage.tables.delivery import notices
from storage.tables.upkeep import runs


@dataclass(frozen=True, slots=True)
class Told:
    """What the operator was last told of an outlet, and what was found since."""

    outlet: str
    state: OutletState
    told_at: datetime
    seen: OutletState
    seen_asked: datetime | None = None  #: the reading that first found `seen`


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail that waits."""

    id: int
    created_at: datetime
    subject: str
    lines: tuple[str, ...]
    attempts: int


def mark(db: Connection) -> str:
    """How far reading and analysing have come: while it stays, no outlet's state changes."""
    run = db.execute(select(func.max(runs.c.id))).scalar()
    asked = db.execute(select(func.max(feeds.c.last_asked))).scalar()
    return f"{run} {asked}"


def told(db: Connection) -> dict[str, Told]:
    """What was told of each outlet, by slug."""
    rows = db.execute(select(outlets_told))
    return {row.outlet: Told(row.outlet, row.state, row.told_at, row.seen, row.seen_asked) for row in rows}


def keep_told(db: Connection, rows: Iterable[Told]) -> None:
    """Store what is told now, replacing what was."""
    values = [
        {"outlet": r.outlet, "state": r.state, "told_at": r.told_at, "seen": r.seen, "seen_asked": r.seen_asked}
        for r in rows
    ]
    if not values:
        return
    insert = postgresql.insert(outlets_told) if db.dialect.name == "postgresql" else sqlite.insert(outlets_told)
    new = {name: insert.excluded[name] for name in ("state", "told_at", "seen", "seen_asked")}
    db.execute(insert.on_conflict_do_update(index_elements=[outlets_told.c.outlet], set_=new), values)


def forget_told(db: Connection, outlets: Sequence[str]) -> None:
    """Drop what was told of outlets that are not read any more."""
    for slug in outlets:
        db.execute(delete(outlets_told).where(outlets_told.c.outlet == slug))


def add_notice(db: Connection, subject: str, lines: Sequence[str], now: datetime) -> int:
    """Keep a mail to the operator, to be sent from `now` on; answers with its id."""
    values = {"created_at": now, "subject": subject, "body": "\n".join(lines), "next_try": now}
    return int(db.execute(notices.insert().returning(notices.c.id), values).scalar_one())


def waiting(db: Connection, now: datetime) -> list[Notice]:
    """The mails to be sent at `now`, oldest first."""
    query = select(notices).where(notices.c.next_try <= now).order_by(notices.c.id)
    return [
        Notice(row.id, row.created_at, row.subject, tuple(row.body.split("\n")), row.attempts)
        for row in db.execute(query)
    ]
