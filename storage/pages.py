"""Raw pages: the queue of the analysis, then the evidence of what stays in the archive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from errors import StorageError
from press import Link, Outcome, Page
from storage.links import as_link
from storage.schema import links, pages
from storage.types import AnyRow


class DuePage(NamedTuple):
    """A page that waits for its analysis, with the link that led to it."""

    id: int
    page: Page
    link: Link


#: Columns of a page that its link has as well.
_PAGE = [
    pages.c[name].label(f"page_{name}")
    for name in ("id", "final_url", "status", "headers", "body", "fetched_at", "sha256")
]


def due_pages(db: Connection, limit: int, after: int = 0) -> list[DuePage]:
    """Up to `limit` pages that wait for analysis with an id above `after`, in the order they were read."""
    query = select(links, *_PAGE).join_from(pages, links, pages.c.link_id == links.c.id)
    query = query.where(pages.c.state == "due", pages.c.id > after).order_by(pages.c.id).limit(limit)
    return [DuePage(row.page_id, _page(row), as_link(row)) for row in db.execute(query)]


def load_page(db: Connection, page_id: int) -> DuePage | None:
    """One page with its link; None when it is not (or no longer) kept."""
    query = select(links, *_PAGE).join_from(pages, links, pages.c.link_id == links.c.id)
    row = db.execute(query.where(pages.c.id == page_id, pages.c.body.is_not(None))).one_or_none()
    return None if row is None else DuePage(row.page_id, _page(row), as_link(row))


def settle_page(
    db: Connection,
    page_id: int,
    outcome: Outcome,
    *,
    keep: bool,
    now: datetime,
    problems: Sequence[str] | None = None,
) -> None:
    """Close the analysis of a page: `done` and kept, `done` outside the area (its bytes go), or `never` with a reason.

    `problems` are the extractor's, None where the page was settled without extraction. Whatever happens to the
    page, its hash and the outcome stay with the link. Raises StorageError for a page that is not there.
    """
    if outcome.kind == "later":
        raise ValueError("a page is settled done or never")
    link_id = db.execute(select(pages.c.link_id).where(pages.c.id == page_id)).scalar()
    if link_id is None:
        raise StorageError(f"page {page_id} is not in the archive")
    if outcome.kind == "done" and not keep:
        db.execute(delete(pages).where(pages.c.id == page_id))
    else:
        values: dict[str, object] = {"state": outcome.kind, "reason": outcome.reason, "settled_at": now}
        if not keep:
            values["body"] = None
        db.execute(update(pages).where(pages.c.id == page_id).values(values))
    settled = "never" if outcome.kind == "never" else "kept" if keep else "outside"
    marks = {
        "analysed_at": now,
        "settled": settled,
        "problems": None if problems is None else list(problems),
        "intact": intact(outcome, problems),
    }
    db.execute(update(links).where(links.c.id == link_id).values(marks))


def intact(outcome: Outcome, problems: Sequence[str] | None) -> bool | None:
    """Whether title and body were found where they are looked for; None where nothing was extracted."""
    if outcome.kind == "never":
        return False
    if problems is None:
        return None
    return not any(problem.startswith(("no title", "no body", "recipe: ")) for problem in problems)


def page_counts(db: Connection) -> dict[str, int]:
    """State (due, done, never) -> how many pages; `outside` -> articles settled as outside the area."""
    counts = dict.fromkeys(("due", "done", "never", "outside"), 0)
    for row in db.execute(select(pages.c.state, func.count().label("n")).group_by(pages.c.state)):
        counts[row.state] = row.n
    outside = select(func.count()).select_from(links).where(links.c.settled == "outside")
    counts["outside"] = db.execute(outside).scalar_one()
    return counts


def _page(row: AnyRow) -> Page:
    return Page(
        url=row.url,
        final_url=row.page_final_url,
        outlet=row.outlet,
        status=row.page_status,
        headers=row.page_headers,
        body=row.page_body or b"",
        fetched_at=row.page_fetched_at,
        sha256=row.page_sha256,
    )
