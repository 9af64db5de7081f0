"""The ledger of runs: which verb ran when, what it counted, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage.tables.upkeep import runs as table


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a verb; `now` is the time it was told, the other two are by the clock."""

    verb: str
    now: datetime
    started_at: datetime
    ended_at: datetime
    counts: Mapping[str, Any]
    error: str = ""
    id: int = 0


def record_run(
    db: Connection,
    verb: str,
    now: datetime,
    started_at: datetime,
    ended_at: datetime,
    counts: Mapping[str, Any],
    error: str = "",
) -> int:
    """Store a run that ended; answers with its id."""
    row = {
        "verb": verb,
        "now": now,
        "started_at": started_at,
        "ended_at": ended_at,
        "counts": dict(counts),
        "error": error,
    }
    return int(db.execute(table.insert().returning(table.c.id), row).scalar_one())


def last_runs(db: Connection, verb: str | None = None, limit: int = 20) -> list[Run]:
    """The newest runs (of one verb), newest first."""
    query = select(table) if verb is None else select(table).where(table.c.verb == verb)
    rows = db.execute(query.order_by(table.c.id.desc()).limit(limit))
    return [Run(row.verb, row.now, row.started_at, row.ended_at, row.counts, row.error, row.id) for row in rows]


def ran_between(db: Connection, verb: str, since: datetime, until: datetime) -> bool:
    """Whether a run of the verb was told a time of [since, until]."""
    query = select(table.c.id).where(table.c.verb == verb, table.c.now >= since, table.c.now <= until)
    return db.execute(query.limit(1)).scalar() is not None
