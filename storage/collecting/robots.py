"""The hosts' robots.txt as they were last read, so that a quiet host is not asked for it at every look."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import Connection, delete, select

from press import Robots
from storage.tables.collecting import robots

FORGOTTEN = timedelta(days=60)  #: rules of hosts that nothing leads to any more


def kept(db: Connection, url: str) -> Robots | None:
    """The robots.txt of this address, expired or not; None where none is kept."""
    row = db.execute(select(robots).where(robots.c.url == url)).one_or_none()
    return None if row is None else Robots(**row._mapping)


def keep(db: Connection, read: Robots) -> None:
    """Keep what was read in place of what is known; those that nobody read again for a long time go."""
    db.execute(delete(robots).where((robots.c.url == read.url) | (robots.c.fetched_at < read.fetched_at - FORGOTTEN)))
    db.execute(robots.insert(), asdict(read))
