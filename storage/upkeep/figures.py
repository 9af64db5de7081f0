"""What the archive says of its own work in numbers: how much waits, how old things are. Cheap enough for every minute.

Every query here walks an index or a small table; none reads a text, a page or a mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select

from press import EditionState
from storage.tables.collecting import feeds, links, pages
from storage.tables.coverage import articles, stories
from storage.tables.delivery import editions
from storage.tables.delivery import subscriptions as readers
from storage.tables.upkeep import runs

STATES: tuple[EditionState, ...] = ("composed", "claimed", "sent", "failed", "unknown")


@dataclass(frozen=True, slots=True)
class Queues:
    """How many things wait: for their turn now (`due`), or for a later time."""

    lists_due: int
    links_due: int
    links_later: int
    again_due: int  #: articles to be read once more
    again_later: int
    pages_due: int
    ungrouped: int


@dataclass(frozen=True, slots=True)
class Ages:
    """When the lists of an outlet last answered, and last announced something unknown."""

    outlet: str
    last_ok: datetime | None
    last_new: datetime | None


@dataclass(frozen=True, slots=True)
class Open:
    """An edition that a person must look at."""

    id: int
    state: EditionState
    email: str
    period_end: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the delivery ledger without its mail."""

    id: int
    state: EditionState
    email: str
    period_start: datetime
    period_end: datetime
    subject: str
    sent_at: datetime | None
    attempts: int
    error: str
    permanent: bool
    superseded_by: int | None


def ledger(
    db: Connection, *, state: str = "", before: int | None = None, only: int | None = None, limit: int = 50
) -> list[Entry]:
    """Editions, newest first: those of a state, those before an id, or the one with the id `only`."""
    e = editions.c
    columns = (e.id, e.state, readers.c.email, e.period_start, e.period_end, e.subject, e.sent_at, e.attempts, e.error)
    query = select(*columns, e.permanent, e.superseded_by).join_from(editions, readers)
    if state:
        query = query.where(e.state == state)
    if before is not None:
        query = query.where(e.id < before)
    if only is not None:
        query = query.where(e.id == only)
    return [Entry(*row) for row in db.execute(query.order_by(e.id.desc()).limit(limit))]


def queues(db: Connection, now: datetime) -> Queues:
    """Count what waits at `now`."""
    first = links.c.state.in_(("due", "later"))
    return Queues(
        lists_due=_count(db, feeds, feeds.c.in_use, feeds.c.next_due <= now),
        links_due=_count(db, links, first, links.c.due_at <= now),
        links_later=_count(db, links, first, links.c.due_at > now),
        again_due=_count(db, links, links.c.next_reading <= now),
        again_later=_count(db, links, links.c.next_reading > now),
        pages_due=_count(db, pages, pages.c.state == "due"),
        ungrouped=_count(db, articles, articles.c.needs_group),
    )


def sizes(db: Connection) -> dict[str, int]:
    """Name of a table -> how many rows it has."""
    tables = {"articles": articles, "stories": stories, "links": links, "pages": pages}
    found = {name: _count(db, table) for name, table in tables.items()}
    return {**found, "subscriptions": _count(db, readers, readers.c.ended_at.is_(None))}


def ages(db: Connection) -> list[Ages]:
    """The ages of every outlet with lists in use, by slug."""
    columns = (feeds.c.outlet, func.max(feeds.c.last_ok).label("ok"), func.max(feeds.c.last_new).label("new"))
    query = select(*columns).where(feeds.c.in_use).group_by(feeds.c.outlet).order_by(feeds.c.outlet)
    return [Ages(row.outlet, row.ok, row.new) for row in db.execute(query)]


def lags(db: Connection, since: datetime) -> list[float]:
    """Seconds from publication to first reading, ascending, of articles both published and read since `since`.

    What was published before is left out: on a first day lists announce what is days old.
    """
    query = select(articles.c.published_at, articles.c.fetched_at).where(
        articles.c.fetched_at >= since, articles.c.published_at >= since
    )
    return sorted(max((row.fetched_at - row.published_at).total_seconds(), 0.0) for row in db.execute(query))


def edition_states(db: Connection) -> dict[str, int]:
    """State -> how many editions; those a newer one took over are counted as `superseded` only."""
    query = select(editions.c.state, func.count().label("n")).group_by(editions.c.state)
    counts: dict[str, int] = dict.fromkeys(STATES, 0) | {row.state: row.n for row in db.execute(query)}
    waiting = editions.c.state.in_(("composed", "failed"))
    over = select(editions.c.state, func.count().label("n")).where(waiting, editions.c.superseded_by.is_not(None))
    counts["superseded"] = 0
    for row in db.execute(over.group_by(editions.c.state)):
        counts[row.state] -= row.n
        counts["superseded"] += row.n
    return counts


def open_editions(db: Connection, limit: int = 20) -> list[Open]:
    """The editions whose fate is unknown, or that were refused for good; the newest of them, oldest first."""
    refused = and_(editions.c.state == "failed", editions.c.permanent, editions.c.superseded_by.is_(None))
    columns = (editions.c.id, editions.c.state, readers.c.email, editions.c.period_end, editions.c.error)
    query = select(*columns).join_from(editions, readers).where(or_(editions.c.state == "unknown", refused))
    return [Open(*row) for row in db.execute(query.order_by(editions.c.id.desc()).limit(limit))][::-1]


def ahead(db: Connection, now: datetime, limit: int = 20) -> list[Open]:
    """The editions that were sent though their period is not over: until then their readers get nothing."""
    columns = (editions.c.id, editions.c.state, readers.c.email, editions.c.period_end, editions.c.error)
    sent = select(*columns).join_from(editions, readers).where(editions.c.state == "sent", editions.c.period_end > now)
    return [Open(*row) for row in db.execute(sent.order_by(editions.c.id.desc()).limit(limit))][::-1]


def last_delivery(db: Connection) -> datetime | None:
    """When the last edition was taken by the mail server."""
    newest = select(func.max(editions.c.id)).where(editions.c.state == "sent").scalar_subquery()
    return db.execute(select(editions.c.sent_at).where(editions.c.id == newest)).scalar()


def recent_errors(db: Connection, verb: str, of: int) -> int:
    """How many of the last runs of a verb ended with an error."""
    last = select(runs.c.error).where(runs.c.verb == verb).order_by(runs.c.id.desc()).limit(of)
    return sum(bool(error) for error in db.execute(last).scalars())


def _count(db: Connection, table: Table, *which: ColumnElement[bool]) -> int:
    return int(db.execute(select(func.count()).select_from(table).where(*which)).scalar_one())
