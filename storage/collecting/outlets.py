"""The health of every outlet, from its own rows; the decisions are in `health` and `silence`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, and_, func, not_, select

from press import Outlet, OutletHealth, OutletState
from storage.collecting.feeds import arrivals
from storage.collecting.health import (
    ALL,
    HALF,
    PATIENCE,
    Attempt,
    Met,
    failing,
    never_good,
    refused,
    said_old,
    to_mend,
    turned_bad,
)
from storage.collecting.links import GONE
from storage.collecting.quarantine import GivenUp, quarantine
from storage.collecting.silence import LEAST_SILENCE, WEEK, WEEKS, Silence, press_is_quiet, silence
from storage.tables.collecting import feeds, links
from storage.types import AnyRow

__all__ = ["GivenUp", "health", "quarantine"]

_RHYTHM = timedelta(days=31)  # of arrivals that a silence is judged by, and of articles that an access is
_ARTICLES = 200  # newest ones that access and layout are judged by


@dataclass(frozen=True, slots=True)
class Announced:
    """One article address an outlet's lists announced, and how its last reading ended."""

    url: str
    title: str
    first_seen: datetime
    tried_at: datetime | None
    state: str
    status: int | None
    reason: str
    article: int | None


def newest(db: Connection, outlet: str, limit: int) -> list[Announced]:
    """The addresses an outlet announced last, newest first."""
    c = links.c
    columns = (c.url, c.title, c.first_seen, c.tried_at, c.state, c.status, c.reason, c.article_id)
    query = select(*columns).where(c.outlet == outlet).order_by(c.first_seen.desc(), c.id.desc()).limit(limit)
    return [Announced(*row) for row in db.execute(query)]


def health(db: Connection, outlets: Sequence[Outlet], now: datetime, *, rhythm: bool = True) -> list[OutletHealth]:
    """The state of each outlet at `now`, in the given order.

    Without `rhythm` the gaps of outlets that wrote lately, and so cannot be silent, are left out: many times cheaper.
    """
    found = [_health(db, outlet, now, rhythm) for outlet in outlets]
    rhythmic = [one.state == "silent" and one.plausible_gap_hours is not None for one in found]
    return [_unless_all_rest(db, one, found) if judged else one for one, judged in zip(found, rhythmic, strict=True)]


def _health(db: Connection, outlet: Outlet, now: datetime, rhythm: bool) -> OutletHealth:
    query = select(feeds).where(feeds.c.outlet == outlet.slug, feeds.c.in_use).order_by(feeds.c.id)
    lists = db.execute(query).all()
    asked = [_attempt(row) for row in lists if row.last_asked is not None]
    if not asked:
        due = min((row.next_due for row in lists), default=None)
        return OutletHealth(
            outlet.slug,
            outlet.name,
            "never_read",
            last_error=outlet.disabled,
            next_due=None if outlet.disabled else due,
        )
    last_ok = max((row.last_ok for row in lists if row.last_ok is not None), default=None)
    quiet, seen = Silence(False), []
    if last_ok is not None and (rhythm or not arrivals(db, outlet=outlet.slug, since=last_ok - LEAST_SILENCE)):
        seen = arrivals(db, outlet=outlet.slug, since=now - _RHYTHM)
        quiet = silence(seen, last_ok)
    state, since, error = _state(db, outlet.slug, asked, seen[-1] if quiet.silent else None, now)
    known = _known_since(lists)
    old = state == "ok" and not seen and last_ok is not None and known <= last_ok - PATIENCE
    if old and not arrivals(db, outlet=outlet.slug, since=now - _RHYTHM):
        since = max((row.last_new for row in lists if row.last_new), default=known)
        state, error = "silent", error or f"nothing new for more than {_RHYTHM.days} days"
    return OutletHealth(
        slug=outlet.slug,
        name=outlet.name,
        state=state,
        since=since,
        last_ok=last_ok,
        last_error=error,
        next_due=min(row.next_due for row in lists),
        articles_24h=_fresh(db, outlet.slug, now),
        usual_gap_hours=_hours(quiet.usual),
        plausible_gap_hours=_hours(quiet.plausible),
        last_asked=max(attempt.at for attempt in asked),
    )


def _known_since(lists: Sequence[AnyRow]) -> datetime:
    """Since when an outlet's lists are asked; those of old archives, for ever."""
    return min((row.first_asked for row in lists if row.first_asked), default=datetime.min.replace(tzinfo=UTC))


def _state(
    db: Connection, outlet: str, asked: Sequence[Attempt], quiet_since: datetime | None, now: datetime
) -> tuple[OutletState, datetime | None, str]:
    """The state, since when, and the last error in words."""
    failed = [attempt for attempt in asked if not attempt.ok]
    error = _words(max(failed, key=lambda attempt: attempt.at)) if failed else ""
    if broken := failing(asked):
        return broken, max((a.since for a in asked if a.since is not None), default=None), error
    tried = _articles_tried(db, outlet, now)
    if since := turned_bad([Met(row.tried_at, row.attempts > 0) for row in tried], ALL):
        lately = [row for row in tried if row.tried_at >= since]
        return _unreadable(lately), since, _last_words(lately)
    if since := never_good([Met(row.first_seen, row.attempts > 0) for row in tried], now):
        return _unreadable(tried), since, f"none of {len(tried)} articles could be read, at last: {_last_words(tried)}"
    empty = [attempt for attempt in asked if attempt.empty]
    if len(empty) + len(failed) == len(asked):
        since = max((a.since for a in empty if a.since is not None), default=None)
        if told := [a.note for a in empty if a.note and not said_old(a.note)]:
            return "layout_changed", since, told[-1]
        if quiet_since is None and since is not None and since <= max(a.at for a in empty) - PATIENCE:
            notes = [a.note for a in empty if a.note]
            return "silent", since, notes[-1] if notes else "the list names no article"
    pages = _pages(db, outlet)
    bad = [Met(row.analysed_at, not row.intact) for row in pages]
    if since := turned_bad(bad, HALF) or never_good(bad, now):
        worst = next(row for row in pages if not row.intact)
        return "layout_changed", since, f"{', '.join(worst.problems or ['no article on the page'])}: {worst.url}"
    error = error or next(filter(None, map(to_mend, asked)), "")
    if quiet_since is not None:
        return "silent", quiet_since, error
    return "ok", min((a.since for a in asked if a.ok and a.since is not None), default=None), error


def _unreadable(rows: Sequence[AnyRow]) -> Literal["down", "blocked"]:
    """What it is called when these articles could not be read: by what most of them met."""
    unwanted = sum(refused(row.status, row.reason) for row in rows)
    return "blocked" if 2 * unwanted >= len(rows) else "down"


def _last_words(rows: Sequence[AnyRow]) -> str:
    """Why the newest attempt at these articles failed."""
    newest = max(rows, key=lambda row: row.tried_at)
    return f"{_words(Attempt(newest.tried_at, False, newest.status, newest.reason))}: {newest.url}"


def _attempt(row: AnyRow) -> Attempt:
    return Attempt(
        row.last_asked,
        row.outcome == "done",
        row.status,
        row.reason,
        row.since,
        row.note,
        row.found,
        row.url,
        row.moved_to,
    )


def _articles_tried(db: Connection, outlet: str, now: datetime) -> Sequence[AnyRow]:
    """The newest attempts at articles of this month, one per article; one taken down after reading is no failure."""
    columns = (
        links.c.url,
        links.c.tried_at,
        links.c.first_seen,
        links.c.attempts,
        links.c.status,
        links.c.reason,
    )
    taken_down = and_(links.c.reads > 0, links.c.attempts > 0, links.c.reason.startswith(GONE))
    lately = select(*columns).where(links.c.outlet == outlet, links.c.first_seen >= now - _RHYTHM)
    query = lately.where(links.c.tried_at.is_not(None), not_(func.coalesce(taken_down, False)))
    return db.execute(query.order_by(links.c.tried_at.desc(), links.c.id.desc()).limit(_ARTICLES)).all()


def _pages(db: Connection, outlet: str) -> Sequence[AnyRow]:
    columns = (links.c.url, links.c.intact, links.c.problems, links.c.analysed_at)
    query = select(*columns).where(links.c.outlet == outlet, links.c.intact.is_not(None))
    return db.execute(query.order_by(links.c.analysed_at.desc(), links.c.id.desc()).limit(_ARTICLES)).all()


def _unless_all_rest(db: Connection, one: OutletHealth, all_found: Sequence[OutletHealth]) -> OutletHealth:
    """The outlet as silent, or as ok where the whole press writes little: a holiday."""
    others = [o.slug for o in all_found if o.slug != one.slug and o.state in ("ok", "silent", "layout_changed")]
    if one.since is None or one.last_ok is None or not others:
        return one
    first = db.execute(select(func.min(links.c.first_seen)).where(links.c.outlet.in_(others))).scalar()
    output = []
    for k in range(WEEKS + 1):
        start, end = one.since - k * WEEK, one.last_ok - k * WEEK
        if k and (first is None or start < first):
            break
        output.append(_output(db, others, start, end))
    return replace(one, state="ok", since=None) if press_is_quiet(output, len(others)) else one


def _output(db: Connection, outlets: Sequence[str], start: datetime, end: datetime) -> int:
    at = func.coalesce(links.c.published_at, links.c.first_seen)
    query = select(func.count()).select_from(links).where(links.c.outlet.in_(outlets), at > start, at <= end)
    return db.execute(query.where(links.c.first_seen > start)).scalar_one()


def _words(attempt: Attempt) -> str:
    return attempt.reason or (f"HTTP {attempt.status}" if attempt.status else "no answer")


def _hours(length: timedelta | None) -> float | None:
    return None if length is None else round(length.total_seconds() / 3600, 1)


def _fresh(db: Connection, outlet: str, now: datetime) -> int:
    since = links.c.first_seen > now - timedelta(hours=24)
    query = select(func.count()).select_from(links).where(links.c.outlet == outlet, since)
    return db.execute(query).scalar_one()
