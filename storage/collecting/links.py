"""Every article address ever announced: what is due to be read, read again, or given up, and what each attempt gave."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from errors import StorageError
from press import Link, Outcome, Page, Reading
from storage.facts import next_number
from storage.tables.collecting import feeds, links, pages
from storage.tables.coverage import articles
from storage.types import AnyRow

T = TypeVar("T")
#: (first reading, readings so far) -> when to read again, or None for never: `crawlers.manners.rhythm.next_reading`.
Rhythm = Callable[[datetime, int], "datetime | None"]

AHEAD = timedelta(days=7)  #: what is dated later than this after now was done by a clock that was wrong
LOOK_AGAIN = timedelta(hours=24)  #: after a reading whose page may not be what stands there for good
MOST_READS = 7  #: of one article, those of its rhythm included
MIN_AGAIN = timedelta(hours=1)  #: two readings of an article are never closer
MAX_URL = 2_000  # bytes: PostgreSQL cannot index much more, and no outlet writes longer ones
GONE = "gone"  #: how the reason of an address begins whose article is no longer there
_MAX_TITLE, _MAX_LEAD = 1_000, 5_000
_CHUNK = 500
_DOUBTS = 3  # failures in a row after which a page that says so with a 200 is believed


def announce(db: Connection, seen: Iterable[Link], now: datetime, *, feed: str = "") -> list[Reading]:
    """Store what a list announced and answer with the article addresses that are new, to be read now.

    Known addresses are never answered (a killed run's are in `due_readings`); what they lacked (title, lead, date) is
    filled in. `feed` is the URL of the list. Addresses over 2,000 bytes are left out.
    """
    unique = {link.url: link for link in seen if len(link.url.encode(errors="replace")) <= MAX_URL}
    feed_id = db.execute(select(feeds.c.id).where(feeds.c.url == feed)).scalar() if feed else None
    fresh: list[Reading] = []
    for batch in chunks(unique.values(), _CHUNK):
        known = _known(db, [link.url for link in batch])
        new = [link for link in batch if link.url not in known]
        added = _insert_new(db, new, feed_id, now)
        fresh += [Reading(link) for link in new if link.url in added]
        _fill_in(db, [(known[link.url], link) for link in batch if link.url in known])
    return fresh


def _known(db: Connection, urls: Sequence[str]) -> dict[str, AnyRow]:
    columns = (links.c.id, links.c.url, links.c.title, links.c.lead, links.c.section, links.c.published_at)
    return {row.url: row for row in db.execute(select(*columns).where(links.c.url.in_(urls)))}


def _insert_new(db: Connection, new: Sequence[Link], feed_id: int | None, now: datetime) -> set[str]:
    if not new:
        return set()
    insert = postgresql.insert(links) if db.dialect.name == "postgresql" else sqlite.insert(links)
    statement = insert.on_conflict_do_nothing(index_elements=[links.c.url]).returning(links.c.url)
    return {row.url for row in db.execute(statement, [_row(link, feed_id, now) for link in new])}


def _row(link: Link, feed_id: int | None, now: datetime) -> dict[str, object]:
    return {
        "url": link.url,
        "served_url": link.served_url,
        "outlet": link.outlet,
        "feed_id": feed_id,
        "title": link.title[:_MAX_TITLE],
        "lead": link.lead[:_MAX_LEAD],
        "section": link.section[:_MAX_TITLE],
        "published_at": link.published_at,
        "published_raw": link.published_raw[:_MAX_TITLE],
        "zone": link.zone,
        "first_seen": now,
        "state": "due",
        "due_at": now,
    }


def _fill_in(db: Connection, pairs: Sequence[tuple[AnyRow, Link]]) -> None:
    rows = []
    for row, link in pairs:
        dated = row.published_at is None and link.published_at is not None
        if dated or any(not getattr(row, k) and getattr(link, k) for k in ("title", "lead", "section")):
            rows.append(
                {
                    "key": row.id,
                    "title": row.title or link.title[:_MAX_TITLE],
                    "lead": row.lead or link.lead[:_MAX_LEAD],
                    "section": row.section or link.section[:_MAX_TITLE],
                    "set_at": link.published_at if dated else row.published_at,
                    "set_raw": link.published_raw[:_MAX_TITLE] if dated else None,
                    "set_zone": link.zone if dated else None,
                }
            )
    if rows:
        statement = update(links).where(links.c.id == bindparam("key"))
        values = {
            "published_at": bindparam("set_at", type_=links.c.published_at.type),
            "published_raw": func.coalesce(bindparam("set_raw", type_=links.c.zone.type), links.c.published_raw),
            "zone": func.coalesce(bindparam("set_zone", type_=links.c.zone.type), links.c.zone),
        }
        names = ("title", "lead", "section")
        db.execute(statement.values({**values, **{n: bindparam(n) for n in names}}), rows)


def due_readings(
    db: Connection, now: datetime, outlets: Sequence[str] | None = None, limit: int | None = None
) -> list[Reading]:
    """The article addresses to read at `now`: never read and due (a killed run's too), then those due again.

    Those that a clock far ahead saw or tried are due, whatever it put off. Those that failed come after the others,
    each time in another order: an address whose answer closes its host for a while would else keep the same ones behind
    it from ever being asked.
    """
    astray = func.coalesce(links.c.tried_at, links.c.first_seen) > now + AHEAD
    first = and_(links.c.state.in_(("due", "later")), or_(links.c.due_at <= now, astray))
    query = select(links).where(or_(first, links.c.next_reading <= now))
    if outlets is not None:
        query = query.where(links.c.outlet.in_(list(outlets)))
    rows = list(db.execute(query.order_by(links.c.reads > 0, links.c.attempts, links.c.id).limit(limit)))
    rows.sort(key=lambda row: (row.reads > 0, row.attempts, _turn(row, now)))
    return [Reading(as_link(row), row.attempts, row.etag, row.last_modified, row.sha256, row.waits) for row in rows]


def _turn(row: AnyRow, now: datetime) -> int:
    return zlib.crc32(f"{row.url} {now.timestamp()}".encode()) if row.attempts else 0


def next_due(db: Connection) -> datetime | None:
    """When the first article becomes due to be read or read again; None when nothing waits."""
    first = select(func.min(links.c.due_at).label("at")).where(links.c.state.in_(("due", "later")))
    again = select(func.min(links.c.next_reading).label("at"))
    waiting = [at for at in (db.execute(query).scalar() for query in (first, again)) if at is not None]
    return min(waiting, default=None)


def record_page(db: Connection, reading: Reading, page: Page, rhythm: Rhythm) -> int:
    """Store a body that differs from the last one, due to be analysed; answers with the page's id."""
    row = _link_row(db, reading.link.url)
    page_id = db.execute(
        pages.insert().returning(pages.c.id),
        {
            "link_id": row.id,
            "final_url": page.final_url,
            "status": page.status,
            "headers": dict(page.headers),
            "body": page.body,
            "fetched_at": page.fetched_at,
            "sha256": page.sha256,
            "state": "due",
        },
    ).scalar_one()
    headers = {name.lower(): value for name, value in page.headers.items()}
    condition = {
        "etag": headers.get("etag", ""),
        "last_modified": headers.get("last-modified", ""),
        "sha256": page.sha256,
        "status": page.status,
        "vanished_at": None,
    }
    _read(db, row, page.fetched_at, rhythm, condition)
    return int(page_id)


def record_unchanged(db: Connection, reading: Reading, at: datetime, rhythm: Rhythm) -> None:
    """Store that the page was asked for at `at` and is as it was (304, or the same bytes).

    An article that seemed to have vanished meanwhile has not.
    """
    row = _link_row(db, reading.link.url)
    back = row.vanished_at is not None and row.settled != "never"  # else it is the page that says so which is as it was
    _read(db, row, at, rhythm, {"vanished_at": None} if back else {})
    if back:
        _set_vanished(db, row.id, None)


def _read(db: Connection, row: AnyRow, at: datetime, rhythm: Rhythm, more: dict[str, object]) -> None:
    first, reads = row.first_read_at or at, row.reads + 1
    again = rhythm(first, reads)
    values = {
        "state": "done",
        "reason": "",
        "attempts": 0,
        "waits": 0,
        "tried_at": at,
        "first_read_at": first,
        "reads": reads,
        "next_reading": None if again is None else max(again, at + MIN_AGAIN),
        **more,
    }
    db.execute(update(links).where(links.c.id == row.id).values(values))


def record_failed(db: Connection, reading: Reading, outcome: Outcome, status: int | None, at: datetime) -> None:
    """Store an attempt that gave no page: to be tried `later` (at `outcome.at`) or `never` again.

    An article read before stays as it is; it is marked vanished when the page is gone for good: 404, 410, or another
    page in its place.
    """
    row = _link_row(db, reading.link.url)
    never = outcome.kind == "never"
    later = None if never else max(outcome.at or at + MIN_AGAIN, at)
    gone = row.reads and never and outcome.reason.startswith(GONE)
    if gone and status is not None and status < 300 and row.attempts < _DOUBTS:  # it says so with a 200: this may pass
        later = at + LOOK_AGAIN
    values: dict[str, object] = {
        "attempts": row.attempts + 1,
        "waits": row.waits + outcome.waited,
        "tried_at": at,
        "reason": outcome.reason,
        "status": status,
    }
    if row.reads:
        values["next_reading"] = later
    elif never:
        values["state"] = "never"
    else:
        values |= {"state": "later", "due_at": later}
    db.execute(update(links).where(links.c.id == row.id).values(values))
    if gone:
        mark_vanished(db, row.id, at)


def mark_vanished(db: Connection, link: int, at: datetime) -> None:
    """Note that the outlet took down what stood at an address: with the address, and with the article read there."""
    db.execute(update(links).where(links.c.id == link).values(vanished_at=at))
    _set_vanished(db, link, at)


def look_again(db: Connection, link: int, read_at: datetime) -> None:
    """Have an address read once more a day after a reading in doubt, where its rhythm has ended; not without end."""
    last = and_(links.c.id == link, links.c.next_reading.is_(None), links.c.reads < MOST_READS)
    db.execute(update(links).where(last).values(next_reading=read_at + LOOK_AGAIN))


def _set_vanished(db: Connection, link: int, at: datetime | None) -> None:
    mine = and_(articles.c.link_id == link, articles.c.id == links.c.article_id, links.c.id == link)
    article = db.execute(select(articles.c.id).where(mine)).scalar()
    if article is not None:
        values = {"vanished_at": at, "seq": next_number(db, "articles")}
        db.execute(update(articles).where(articles.c.id == article).values(values))


def get_link(db: Connection, url: str) -> Link | None:
    """The link with this canonical URL."""
    row = db.execute(select(links).where(links.c.url == url)).one_or_none()
    return None if row is None else as_link(row)


def reason(db: Connection, url: str) -> str:
    """Why the link with this canonical URL gave no article, as far as is known; "" otherwise."""
    query = select(links.c.reason, pages.c.reason.label("page")).join_from(links, pages, isouter=True)
    row = db.execute(query.where(links.c.url == url).order_by(pages.c.id.desc()).limit(1)).one_or_none()
    return "" if row is None else str(row.reason or row.page or "")


def link_counts(db: Connection) -> dict[str, dict[str, int]]:
    """Outlet -> state (due, later, done, never) -> how many article addresses."""
    counts: dict[str, dict[str, int]] = {}
    query = select(links.c.outlet, links.c.state, func.count().label("n")).group_by(links.c.outlet, links.c.state)
    for row in db.execute(query.order_by(links.c.outlet, links.c.state)):
        counts.setdefault(row.outlet, {})[row.state] = row.n
    return counts


def as_link(row: AnyRow) -> Link:
    """A row of `links` as the vocabulary has it."""
    return Link(
        url=row.url,
        served_url=row.served_url,
        outlet=row.outlet,
        title=row.title,
        lead=row.lead,
        section=row.section,
        published_at=row.published_at,
        published_raw=row.published_raw,
        zone=row.zone,
    )


def _link_row(db: Connection, url: str) -> AnyRow:
    columns = (
        links.c.id,
        links.c.reads,
        links.c.first_read_at,
        links.c.attempts,
        links.c.waits,
        links.c.vanished_at,
        links.c.settled,
    )
    row = db.execute(select(*columns).where(links.c.url == url)).one_or_none()
    if row is None:
        raise StorageError(f"article {url} is not in the archive: announce its link first")
    return row


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """`items` in lists of at most `size`: databases limit the parameters of a statement."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
