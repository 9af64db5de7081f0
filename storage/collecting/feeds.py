"""The lists of the outlets: which are asked when, what the last answer left, and how often each brings something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, case, or_, select, update

from errors import StorageError
from press import Child, Feed, FeedKind, FeedReading
from storage.collecting.health import refused
from storage.collecting.links import AHEAD
from storage.tables.collecting import feeds, links
from storage.types import AnyRow

#: A list whose server has said for so long that it moved for good is asked where it moved to.
FOLLOWED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ListState:
    """How one list of an outlet does, as its last readings left it."""

    url: str
    kind: FeedKind
    last_asked: datetime | None
    last_ok: datetime | None
    last_new: datetime | None
    next_due: datetime
    failures: int
    outcome: str
    reason: str
    status: int | None
    note: str
    moved_to: str = ""


def list_states(db: Connection, outlet: str) -> list[ListState]:
    """The lists of an outlet that are in use."""
    query = select(feeds).where(feeds.c.outlet == outlet, feeds.c.in_use).order_by(feeds.c.id)
    return [
        ListState(
            row.url, row.kind, row.last_asked, row.last_ok, row.last_new, row.next_due, row.failures, row.outcome,
            row.reason, row.status, row.note, row.moved_to,
        )
        for row in db.execute(query)
    ]  # fmt: skip


def sync_feeds(db: Connection, wanted: Sequence[Feed], now: datetime) -> None:
    """Make `wanted` the lists in use: new ones are due at once, those not named rest and keep their history.

    Conditions (etag, …) of the given feeds are ignored: the archive knows better.
    """
    known = {row.url: row for row in db.execute(select(feeds.c.url, feeds.c.outlet, feeds.c.kind, feeds.c.links))}
    unique = {feed.url: feed for feed in wanted}
    new = [
        {"url": f.url, "outlet": f.outlet, "kind": f.kind, "links": f.links, "in_use": True, "next_due": now}
        for f in unique.values()
        if f.url not in known
    ]
    if new:
        db.execute(feeds.insert(), new)
    changed = [
        {"key": f.url, "outlet": f.outlet, "kind": f.kind, "links": f.links}
        for f in unique.values()
        if f.url in known and _definition(known[f.url]) != (f.outlet, f.kind, f.links)
    ]
    if changed:
        # A new selector reads the same page differently: what the old one left must not answer "not modified".
        fresh = {"etag": "", "last_modified": "", "sha256": "", "decided": "", "children": None, "found": None}
        statement = update(feeds).where(feeds.c.url == bindparam("key"))
        db.execute(statement, [{**row, **fresh, "next_due": now} for row in changed])
    gone = [url for url in known if url not in unique]
    for urls, flag in ((gone, False), ([url for url in known if url in unique], True)):
        if urls:
            statement = update(feeds).where(feeds.c.url == bindparam("key"), feeds.c.in_use != flag)
            db.execute(statement.values(in_use=flag), [{"key": url} for url in urls])


def _definition(row: AnyRow) -> tuple[str, str, str]:
    return row.outlet, row.kind, row.links


def due_feeds(db: Connection, now: datetime, outlets: Sequence[str] | None = None) -> list[Feed]:
    """The lists in use that are due at `now`, longest waiting first; only those of `outlets` if given.

    A list that fails is asked again together with its outlet's other lists, where they have not been asked since: is it
    the outlet or one address? One that a clock far ahead asked is due; none that a person dropped is.
    """
    failing = feeds.alias()
    beside = select(failing.c.id).where(
        failing.c.outlet == feeds.c.outlet,
        failing.c.in_use,
        failing.c.decided != "drop",
        failing.c.failures > 0,
        failing.c.next_due <= now,
        failing.c.since > feeds.c.last_asked,
    )
    due = or_(feeds.c.next_due <= now, feeds.c.last_asked > now + AHEAD, beside.exists())
    query = select(feeds).where(feeds.c.in_use, feeds.c.decided != "drop", due)
    if outlets is not None:
        query = query.where(feeds.c.outlet.in_(list(outlets)))
    return [_feed(row, now) for row in db.execute(query.order_by(feeds.c.next_due, feeds.c.id))]


def known_feeds(db: Connection, outlets: Sequence[str] | None = None) -> list[Feed]:
    """All lists in use, due or not."""
    query = select(feeds).where(feeds.c.in_use)
    if outlets is not None:
        query = query.where(feeds.c.outlet.in_(list(outlets)))
    return [_feed(row) for row in db.execute(query.order_by(feeds.c.id))]


def next_due(db: Connection, outlets: Sequence[str] | None = None) -> datetime | None:
    """When the first list in use becomes due; None without lists."""
    query = (
        select(feeds.c.next_due).where(feeds.c.in_use, feeds.c.decided != "drop").order_by(feeds.c.next_due).limit(1)
    )
    if outlets is not None:
        query = query.where(feeds.c.outlet.in_(list(outlets)))
    return db.execute(query).scalar()


def standing(db: Connection, url: str) -> tuple[int, datetime | None]:
    """How many attempts at this list failed in a row, and since when attempts end as they do now."""
    row = db.execute(select(feeds.c.failures, feeds.c.since).where(feeds.c.url == url)).one_or_none()
    return (0, None) if row is None else (row.failures, row.since)


def planned(db: Connection, now: datetime) -> list[tuple[str, datetime]]:
    """The lists in use that wait, each with the instant it will be asked at; those due already are not among them."""
    query = select(feeds.c.url, feeds.c.next_due).where(feeds.c.in_use, feeds.c.next_due > now)
    return [(row.url, row.next_due) for row in db.execute(query)]


def record_feed(db: Connection, reading: FeedReading, next_due: datetime, new: int = 0) -> None:
    """Store how one request for a list ended: its outcome, what a condition needs, when to ask again.

    `new` is how many links it announced that were not known. Raises StorageError for a list never synchronised.
    """
    feed, ok, at = reading.feed, reading.outcome.kind == "done", reading.fetched_at
    old = db.execute(select(feeds).where(feeds.c.url == feed.url)).one_or_none()
    if old is None:
        raise StorageError(f"feed {feed.url} is not in the archive: synchronise the feeds first")
    note = old.note if ok and reading.not_modified else "; ".join(reading.problems) if ok else ""
    found = _found(old, reading)
    was = _ending(old.outcome == "done", old.status, old.reason, old.found)
    same = old.since is not None and was == _ending(ok, reading.status, reading.outcome.reason, found)
    values: dict[str, object] = {
        "last_asked": at,
        "next_due": next_due,
        "failures": 0 if ok else feeds.c.failures + 1,
        "outcome": reading.outcome.kind,
        "reason": reading.outcome.reason,
        "status": reading.status,
        "since": old.since if same else at,
        "first_asked": old.first_asked or at,
        **_moved(old, reading),
    }
    if ok:
        values |= {"etag": feed.etag, "last_modified": feed.last_modified, "sha256": feed.sha256}
        values |= {"last_ok": at, "note": note, "found": found, "children": _children(feed)}
    if new:
        values["last_new"] = at
    if reading.doubted:
        values |= {"doubted_at": at, "lies": feeds.c.lies + bool(new)}
    db.execute(update(feeds).where(feeds.c.url == feed.url).values(values))


def _found(old: AnyRow, reading: FeedReading) -> int | None:
    """How many articles a list names: as before where it is unchanged, or only some sitemaps of an index changed."""
    if reading.not_modified or (reading.feed.children and not reading.links and old.found is not None):
        return None if old.found is None else int(old.found)
    return len(reading.links)


def _moved(old: AnyRow, reading: FeedReading) -> dict[str, object]:
    """Where a list moved to, and since when its server says so; what fails where it moved to is asked at home again."""
    ok = reading.outcome.kind == "done"
    if reading.feed.ask and ok and reading.moved in {"", reading.feed.ask}:
        return {}
    if not ok and not reading.feed.ask:
        return {}
    to = reading.moved if ok else ""
    return {} if to == old.moved_to else {"moved_to": to, "moved_since": reading.fetched_at if to else None}


def _children(feed: Feed) -> list[list[str]] | None:
    return [[one.url, one.etag, one.last_modified, one.sha256] for one in feed.children] or None


def _ending(ok: bool, status: int | None, reason: str, found: int | None) -> tuple[bool, bool]:
    """What a list's `since` stands for: that it answers or fails, and in which way it does."""
    return ok, found == 0 if ok else refused(status, reason)


def arrivals(db: Connection, *, feed: str | None = None, outlet: str | None = None, since: datetime) -> list[datetime]:
    """When articles of one list (its URL) or one outlet (its slug) appeared since `since`, in order.

    The published instant where known and not later than our first sight. A link announced by several lists counts for
    the first: a list that only repeats others is quiet.
    """
    at = case((links.c.published_at < links.c.first_seen, links.c.published_at), else_=links.c.first_seen)
    query = select(at).where(links.c.first_seen >= since, at >= since)
    if feed is not None:
        feed_id = db.execute(select(feeds.c.id).where(feeds.c.url == feed)).scalar()
        if feed_id is None:
            return []
        query = query.where(links.c.feed_id == feed_id)
    if outlet is not None:
        query = query.where(links.c.outlet == outlet)
    return sorted(db.execute(query).scalars())


def _feed(row: AnyRow, now: datetime | None = None) -> Feed:
    long_ago = now is not None and row.moved_since is not None and row.moved_since <= now - FOLLOWED
    return Feed(
        outlet=row.outlet,
        kind=row.kind,
        url=row.url,
        links=row.links,
        etag="" if row.lies else row.etag,
        last_modified="" if row.lies else row.last_modified,
        sha256=row.sha256,
        ask=row.moved_to if long_ago else "",
        children=tuple(Child(*one) for one in row.children or ()),
        doubted_at=row.doubted_at or row.first_asked,
    )
