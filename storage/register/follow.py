"""Deadlines follow rules and days: where one of these changed, what is kept with the matters is counted anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from press.matters import ENDED
from storage.register import law, matters
from storage.register.law import Law
from storage.register.matters import Matter
from storage.tables.register import matters as table


def stale(db: Connection) -> Iterator[tuple[Matter, datetime | None]]:
    """Give the matters that are not ended and whose deadline is another one by today's rules and days, with that."""
    laws: dict[str, Law] = {}
    ids = db.execute(select(table.c.id).where(table.c.state.not_in(sorted(ENDED)))).scalars().all()
    for matter in matters.by_ids(db, ids):
        if matter.area not in laws:
            laws[matter.area] = law.load(db, matter.area)
        due_at = matters.due_of(laws[matter.area], matter)
        if due_at != matter.due_at:
            yield matter, due_at


def refresh(db: Connection) -> int:
    """Count the deadlines anew; how many moved. A matter's version stays: nobody changed it."""
    moved = list(stale(db))
    for matter, due_at in moved:
        matters.set_due(db, matter.id, due_at)
    return len(moved)
