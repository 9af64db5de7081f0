"""Counting coverage: how many articles of the area, in which tone, over which time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from press import Relevance
from storage.schema import articles as table

COVERAGE: tuple[Relevance, ...] = ("focus", "mention")  #: what counts as coverage of the area


def first_dated(db: Connection) -> datetime | None:
    """When the oldest coverage of the archive was published; None for an empty archive."""
    return db.execute(select(func.min(table.c.dated_at)).where(table.c.relevance.in_(COVERAGE))).scalar()


def tones(db: Connection, since: datetime, until: datetime) -> Counter[int | None]:
    """Tone (-1, 0, 1, None) -> how many articles of coverage were published in [since, until)."""
    query = select(table.c.tone, func.count().label("n")).where(
        table.c.relevance.in_(COVERAGE), table.c.dated_at >= since, table.c.dated_at < until
    )
    return Counter({row.tone: row.n for row in db.execute(query.group_by(table.c.tone))})


def instants(db: Connection, since: datetime, until: datetime) -> Sequence[datetime]:
    """When each article of coverage of [since, until) was published, in order."""
    query = select(table.c.dated_at).where(
        table.c.relevance.in_(COVERAGE), table.c.dated_at >= since, table.c.dated_at < until
    )
    return db.execute(query.order_by(table.c.dated_at)).scalars().all()
