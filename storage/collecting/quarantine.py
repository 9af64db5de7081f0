"""What was given up, with the reason, and what a person decides about it: once more, or never again.

Lists, article addresses and pages whose outcome is `never`. Nothing is deleted: a decision stays in the row of its
thing, with who and when.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, Table, select, update

from storage.tables.collecting import feeds, links, pages
from storage.types import AnyRow

_NEVER = datetime.max.replace(tzinfo=UTC)
Kind = Literal["feed", "article", "page"]


@dataclass(frozen=True, slots=True)
class GivenUp:
    """One item that is not tried again by itself; `status` is the last HTTP status, if there was an answer."""

    kind: Kind
    outlet: str
    url: str
    reason: str
    status: int | None
    since: datetime | None
    id: str = ""  #: kind and number: article-12
    dropped_by: str = ""
    dropped_at: datetime | None = None


def quarantine(db: Connection, *, dropped: bool = False, outlet: str | None = None) -> list[GivenUp]:
    """Everything given up, by outlet, then longest first; `dropped`: what a person decided to leave alone instead."""
    lists = select(feeds, feeds.c.since.label("at")).where(feeds.c.in_use, _listed(feeds, dropped))
    addresses = select(links, links.c.tried_at.label("at")).where(links.c.state == "never", _listed(links, dropped))
    columns = (pages, pages.c.settled_at.label("at"), links.c.outlet, links.c.url)
    unusable = select(*columns).join_from(pages, links, pages.c.link_id == links.c.id)
    unusable = unusable.where(pages.c.state == "never", _listed(pages, dropped))
    if not dropped:
        lists = lists.where(feeds.c.outcome == "never")
    if outlet is not None:
        lists = lists.where(feeds.c.outlet == outlet)
        addresses, unusable = (query.where(links.c.outlet == outlet) for query in (addresses, unusable))
    queries: tuple[tuple[Kind, Select[Any]], ...] = (("feed", lists), ("article", addresses), ("page", unusable))
    rows = [_given_up(kind, row) for kind, query in queries for row in db.execute(query)]
    return sorted(rows, key=lambda item: (item.outlet, item.since or _NEVER, item.url))


def _listed(table: Table, dropped: bool) -> ColumnElement[bool]:
    return table.c.decided == "drop" if dropped else table.c.decided != "drop"


def _given_up(kind: Kind, row: AnyRow) -> GivenUp:
    by = (row.decided_by, row.decided_at) if row.decided == "drop" else ("", None)
    return GivenUp(kind, row.outlet, row.url, row.reason, row.status, row.at, f"{kind}-{row.id}", *by)


def drop(db: Connection, items: Iterable[GivenUp], who: str, now: datetime) -> None:
    """Leave these alone for good: their addresses stay known and are never read again."""
    for item in items:
        number = _decide(db, item, {"decided": "drop"}, who, now)
        if item.kind == "page":
            link = select(pages.c.link_id).where(pages.c.id == number).scalar_subquery()
            db.execute(update(links).where(links.c.id == link).values(next_reading=None))


def retry(db: Connection, items: Iterable[GivenUp], who: str, now: datetime) -> None:
    """Make these due now, as if they had never failed; a page whose bytes are gone is read anew."""
    for item in items:
        if item.kind == "feed":
            values = {"next_due": now, "failures": 0, "outcome": "later"}
            _decide(db, item, {"decided": "retry", **values}, who, now)
        elif item.kind == "article":
            values = {"state": "due", "due_at": now, "attempts": 0, "waits": 0}
            _decide(db, item, {"decided": "retry", **values}, who, now)
        else:
            _retry_page(db, item, who, now)


def _retry_page(db: Connection, item: GivenUp, who: str, now: datetime) -> None:
    number = int(item.id.rpartition("-")[2])
    kept, link = db.execute(select(pages.c.body.is_not(None), pages.c.link_id).where(pages.c.id == number)).one()
    state = {"state": "due", "settled_at": None} if kept else {"state": "done"}
    _decide(db, item, {"decided": "retry", **state}, who, now)
    if not kept:
        unconditional = {"etag": "", "last_modified": "", "sha256": ""}
        anew = {"next_reading": now, "attempts": 0, "waits": 0, **unconditional}
        db.execute(update(links).where(links.c.id == link).values(anew))


def _decide(db: Connection, item: GivenUp, values: dict[str, Any], who: str, now: datetime) -> int:
    table = {"feed": feeds, "article": links, "page": pages}[item.kind]
    number = int(item.id.rpartition("-")[2])
    decided = update(table).where(table.c.id == number).values(**values, decided_by=who, decided_at=now)
    db.execute(decided)
    return number
