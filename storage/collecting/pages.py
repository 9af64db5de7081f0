"""Raw pages: the queue of the analysis, then the evidence of what stays in the archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select, update

from errors import StorageError
from press import Link, Outcome, Page
from storage.collecting.links import as_link, look_again, mark_vanished
from storage.tables.collecting import links, pages
from storage.tables.coverage import versions
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


def due_pages(db: Connection, limit: int, after: int = 0, most: int = 1 << 62) -> list[DuePage]:
    """Up to `limit` pages that wait for analysis with an id above `after`, in the order they were read.

    No more once they have `most` bytes, so that giants come few at a time.
    """
    query = select(links, *_PAGE).join_from(pages, links, pages.c.link_id == links.c.id)
    query = query.where(pages.c.state == "due", pages.c.id > after).order_by(pages.c.id).limit(limit)
    found, weight = list[DuePage](), 0
    with db.execute(query, execution_options={"yield_per": 8}) as rows:
        for row in rows:
            due = DuePage(row.page_id, _page(row), as_link(row))
            found.append(due)
            weight += len(due.page.body)
            if weight >= most:
                break
    return found


def load_page(db: Connection, page_id: int) -> DuePage | None:
    """One page with its link; None when it is not (or no longer) kept."""
    query = select(links, *_PAGE).join_from(pages, links, pages.c.link_id == links.c.id)
    row = db.execute(query.where(pages.c.id == page_id, pages.c.body.is_not(None))).one_or_none()
    return None if row is None else DuePage(row.page_id, _page(row), as_link(row))


def pages_of(db: Connection, article_ids: Sequence[int]) -> Iterator[Page]:
    """The stored pages that the texts of these articles were read from, one in memory at a time, in that order."""
    for article_id in article_ids:
        mine = (versions.c.article_id == article_id, versions.c.page_id.is_not(None))
        found = db.execute(select(versions.c.page_id).where(*mine).order_by(versions.c.number)).scalars()
        for page_id in dict.fromkeys(found):
            if (kept := load_page(db, page_id)) is not None:
                yield kept.page


class Settled(NamedTuple):
    """How the analysis of a page ended: `done` and kept, `done` outside the area (its bytes go), or `never`.

    `problems` are the extractor's, None where the page was settled without extraction. `gone`: the page is another one
    in an article's place, so that one read there before has vanished; it is looked at again, for this may pass.
    `again`: the page says so itself, or too little to tell; it is looked at again, and nothing has vanished.
    """

    page_id: int
    outcome: Outcome
    keep: bool
    problems: Sequence[str] | None = None
    gone: bool = False
    again: bool = False


def settle_pages(db: Connection, settled: Sequence[Settled], now: datetime) -> None:
    """Close the analysis of pages; whatever happens to a page, its hash and the outcome stay with the link.

    Raises StorageError for a page that is not there.
    """
    if any(one.outcome.kind == "later" for one in settled):
        raise ValueError("a page is settled done or never")
    if not settled:
        return
    columns = (pages.c.id, pages.c.link_id, pages.c.fetched_at)
    found = list(db.execute(select(*columns).where(pages.c.id.in_([one.page_id for one in settled]))))
    link_of, read_at = {row.id: row.link_id for row in found}, {row.id: row.fetched_at for row in found}
    for one in settled:
        if one.page_id not in link_of:
            raise StorageError(f"page {one.page_id} is not in the archive")
    gone = [one.page_id for one in settled if one.outcome.kind == "done" and not one.keep]
    if gone:
        db.execute(delete(pages).where(pages.c.id.in_(gone)))
    closed = update(pages).where(pages.c.id == bindparam("page"))
    rest = [one for one in settled if one.outcome.kind == "never" or one.keep]
    for keep in (True, False):
        values: dict[str, object] = {"state": bindparam("to"), "reason": bindparam("why"), "settled_at": now}
        rows = [{"page": o.page_id, "to": o.outcome.kind, "why": o.outcome.reason} for o in rest if o.keep is keep]
        if rows:
            db.execute(closed.values(values if keep else {**values, "body": None}), rows)
    marks = update(links).where(links.c.id == bindparam("link"))
    names = ("settled", "problems", "intact")
    db.execute(
        marks.values({**{name: bindparam(f"to_{name}") for name in names}, "analysed_at": now}),
        [{"link": link_of[one.page_id], **{f"to_{name}": value for name, value in _marks(one)}} for one in settled],
    )
    for one in settled:
        if one.gone:
            mark_vanished(db, link_of[one.page_id], now)
        if one.gone or one.again:
            look_again(db, link_of[one.page_id], read_at[one.page_id])


def _marks(one: Settled) -> tuple[tuple[str, object], ...]:
    state = "never" if one.outcome.kind == "never" else "kept" if one.keep else "outside"
    problems = None if one.problems is None else list(one.problems)
    return ("settled", state), ("problems", problems), ("intact", intact(one.outcome, one.problems))


def intact(outcome: Outcome, problems: Sequence[str] | None) -> bool | None:
    """Whether title and body were found where they are looked for; None where nothing was extracted."""
    if outcome.kind == "never":
        return False
    if problems is None:
        return None
    return not any(problem.startswith(("no title", "no body", "short body", "recipe: ")) for problem in problems)


def count_due(db: Connection) -> int:
    """How many pages wait to be analysed: by the index of states, whatever else there is."""
    return db.execute(select(func.count()).select_from(pages).where(pages.c.state == "due")).scalar_one()


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
