"""Faults of the register: matters merged into nothing, deadlines that rules no longer give, changed reports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.register import follow, reports
from storage.tables.register import matters
from storage.types import AnyRow
from storage.upkeep.checks_content import Fault


def find_merged(db: Connection) -> list[Fault]:
    """Matters called merged without another one, or on the way to one that was merged itself."""
    return [
        Fault(str(row.id), f"matter {row.number}/{row.year} is {row.state}, merged into {row.merged_into}")
        for row in _odd(db)
    ]


def mend_merged(db: Connection, now: datetime) -> None:
    """Follow a merged matter to where it ended; one that ends nowhere is in progress again, so that somebody looks."""
    for row in _odd(db):
        end, seen = row.merged_into, {row.id}
        while end is not None and end not in seen:
            seen.add(end)
            further = db.execute(select(matters.c.merged_into).where(matters.c.id == end)).scalar()
            if further is None:
                break
            end = further
        lost = end is None or end == row.id or end in seen - {end}
        values = {"state": "in_progress", "merged_into": None} if lost else {"state": "merged", "merged_into": end}
        db.execute(update(matters).where(matters.c.id == row.id).values(values))


def find_due(db: Connection) -> list[Fault]:
    """Open matters whose deadline is not the one that rules and days give."""
    return [
        Fault(str(matter.id), f"matter {matter.name} is due {matter.due_at}, by rules and days {due_at}")
        for matter, due_at in follow.stale(db)
    ]


def mend_due(db: Connection, now: datetime) -> None:
    """Count them anew."""
    follow.refresh(db)


def find_reports(db: Connection) -> list[Fault]:
    """Kept reports whose text is not the one that was sealed when they were made."""
    return [Fault(str(report), f"report {report} was changed after it was made") for report in reports.broken(db)]


def _odd(db: Connection) -> list[AnyRow]:
    into = matters.alias()
    columns = (matters.c.id, matters.c.number, matters.c.year, matters.c.state, matters.c.merged_into)
    query = select(*columns).join(into, into.c.id == matters.c.merged_into, isouter=True)
    apart = (matters.c.state == "merged") != matters.c.merged_into.is_not(None)
    return list(db.execute(query.where(apart | into.c.merged_into.is_not(None)).order_by(matters.c.id)))
