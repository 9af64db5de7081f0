"""The audit log: who read, searched, exported, corrected and logged in; rows are only added, each sealed to the last.

A row's hash covers the hash before it, so a row that was changed, taken out or put in breaks the chain from there on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from storage.facts import last_number, next_number
from storage.tables.people import audit as table
from storage.types import AnyRow, storable

_BATCH = 1000
#: acts whose target is the id of an article
ABOUT_ARTICLES: Final = ("read", "corrected", "correction undone", "story moved", "stored copy read")


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person did: `who` is the account's address, `target` what it was done to."""

    who: str
    action: str
    target: str = ""
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log."""

    id: int
    at: datetime
    who: str
    action: str
    target: str
    details: Mapping[str, Any]


def turn(db: Connection) -> None:
    """Wait for whoever is adding to the log: what is read after this stays as it is until this transaction ends.

    SQLite has one writer at a time anyway.
    """
    next_number(db, "audit", 0)


def record(db: Connection, acts: Sequence[Act], now: datetime) -> None:
    """Add acts to the log, in their order, in the transaction of whatever they did."""
    if not acts:
        return
    last = next_number(db, "audit", len(acts))  # locks the sequence: nobody else adds between
    first = last - len(acts) + 1
    seal = str(db.execute(select(table.c.sha256).where(table.c.id == first - 1)).scalar() or "")
    rows = []
    for number, act in enumerate(acts, first):
        row = {
            "id": number,
            "at": now,
            "who": storable(act.who),
            "action": act.action,
            "target": storable(act.target),
            "details": json.loads(storable(json.dumps(act.details or {}, ensure_ascii=False, default=str))),
        }
        seal = _seal(seal, row)
        rows.append(row | {"sha256": seal})
    db.execute(table.insert(), rows)


def entries(
    db: Connection,
    *,
    who: str = "",
    action: str = "",
    article: int | None = None,
    target: str = "",
    actions: Collection[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Entry]:
    """The log, newest first: of an account, kind, target or time (`until` not included), older than entry `before`."""
    query = select(table).order_by(table.c.id.desc()).limit(limit)
    if who:
        query = query.where(table.c.who == who)
    if action:
        query = query.where(table.c.action == action)
    if target:
        query = query.where(table.c.target == target)
    if actions:
        query = query.where(table.c.action.in_(sorted(actions)))
    if article is not None:
        query = query.where(table.c.target == str(article), table.c.action.in_(ABOUT_ARTICLES))
    if since is not None:
        query = query.where(table.c.at >= since)
    if until is not None:
        query = query.where(table.c.at < until)
    if before is not None:
        query = query.where(table.c.id < before)
    return [Entry(row.id, row.at, row.who, row.action, row.target, row.details) for row in db.execute(query)]


def broken(db: Connection, last: int | None = None) -> tuple[int, str] | None:
    """The first entry where the chain does not hold, and what is wrong there; None for a whole log.

    With `last` only so many of the newest entries are looked at.
    """
    first = max(last_number(db, "audit") - last, 0) if last is not None else 0
    seal = str(db.execute(select(table.c.sha256).where(table.c.id == first)).scalar() or "")
    expected = first + 1
    for row in _all(db, first):
        if row.id != expected:
            return expected, f"entry {expected} is missing"
        seal = _seal(seal, {name: getattr(row, name) for name in ("id", "at", "who", "action", "target", "details")})
        if row.sha256 != seal:
            return row.id, f"entry {row.id} was changed after it was written, or the one before it was"
        expected += 1
    if last_number(db, "audit") != expected - 1:
        return expected, f"the entries from {expected} on are missing"
    return None


def count(db: Connection) -> int:
    """How many entries there are."""
    return int(db.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1)).scalar() or 0)


def _all(db: Connection, last: int) -> Iterator[AnyRow]:
    while rows := db.execute(select(table).where(table.c.id > last).order_by(table.c.id).limit(_BATCH)).all():
        yield from rows
        last = rows[-1].id


def _seal(before: str, row: Mapping[str, Any]) -> str:
    parts = [row["id"], row["at"].astimezone(UTC).isoformat(), row["who"], row["action"], row["target"], row["details"]]
    text = json.dumps([before, *parts], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
