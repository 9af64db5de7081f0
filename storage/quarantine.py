"""What was given up, with the reason: lists, article addresses and pages whose outcome is `never`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Connection, select

from storage.schema import feeds, links, pages

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """One item that is not tried again by itself; `status` is the last HTTP status, if there was an answer."""

    kind: Literal["feed", "article", "page"]
    outlet: str
    url: str
    reason: str
    status: int | None
    since: datetime | None


def quarantine(db: Connection) -> list[GivenUp]:
    """Everything given up, by outlet, then longest first: lists, addresses never read, pages that could not be used."""
    lists = select(feeds).where(feeds.c.in_use, feeds.c.outcome == "never")
    addresses = select(links).where(links.c.state == "never")
    columns = (links.c.outlet, links.c.url, pages.c.reason, pages.c.status, pages.c.settled_at)
    unusable = select(*columns).join_from(pages, links, pages.c.link_id == links.c.id).where(pages.c.state == "never")
    rows = [GivenUp("feed", r.outlet, r.url, r.reason, r.status, r.since) for r in db.execute(lists)]
    rows += [GivenUp("article", r.outlet, r.url, r.reason, r.status, r.tried_at) for r in db.execute(addresses)]
    rows += [GivenUp("page", r.outlet, r.url, r.reason, r.status, r.settled_at) for r in db.execute(unusable)]
    return sorted(rows, key=lambda item: (item.outlet, item.since or _NEVER, item.url))
