"""Which of several services acts, where machines share one archive: a row that its holder renews while it lives.

No clock is compared with another: a row that stays the same for long enough by the reader's own clock is abandoned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables.upkeep import leases as table


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """A lease as it stands; `holder` "" = given up. `beat` grows with every renewal."""

    holder: str
    beat: int
    taken_at: datetime
    renewed_at: datetime


def get_lease(db: Connection, name: str) -> LeaseRow | None:
    """The lease called `name`; None where nobody ever held it."""
    row = db.execute(select(table).where(table.c.name == name)).one_or_none()
    return None if row is None else LeaseRow(row.holder, row.beat, row.taken_at, row.renewed_at)


def take_lease(db: Connection, name: str, holder: str, now: datetime, after: LeaseRow | None) -> bool:
    """Take or renew the lease, which stood as `after`; False when somebody was quicker."""
    if after is None:
        insert = postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)
        row = {"name": name, "holder": holder, "beat": 1, "taken_at": now, "renewed_at": now}
        return bool(db.execute(insert.on_conflict_do_nothing(index_elements=[table.c.name]), row).rowcount)
    values: dict[str, object] = {"holder": holder, "beat": after.beat + 1, "renewed_at": now}
    if after.holder != holder:
        values["taken_at"] = now
    same = update(table).where(table.c.name == name, table.c.holder == after.holder, table.c.beat == after.beat)
    return bool(db.execute(same.values(values)).rowcount)


def release_lease(db: Connection, name: str, holder: str) -> bool:
    """Give the lease up, so that the next one need not wait; False when it was somebody else's."""
    mine = update(table).where(table.c.name == name, table.c.holder == holder)
    return bool(db.execute(mine.values(holder="", beat=table.c.beat + 1)).rowcount)


def clear_leases(db: Connection) -> None:
    """Give up whatever lease stands: who held it in an archive that was restored holds it no more."""
    db.execute(update(table).where(table.c.holder != "").values(holder="", beat=table.c.beat + 1))
