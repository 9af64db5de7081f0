"""The health of every outlet, from its own rows; the decisions are in `storage.health`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from press import Outlet, OutletHealth, OutletState
from storage.feeds import arrivals
from storage.health import Attempt, Silence, failing, layout_changed, silence
from storage.quarantine import GivenUp, quarantine
from storage.schema import feeds, links
from storage.types import AnyRow

__all__ = ["GivenUp", "health", "quarantine"]

_RHYTHM = timedelta(days=31)  # of arrivals that a silence is judged by
_LATELY = timedelta(hours=48)  # attempts at articles that still say something about today
_FEW_ARTICLES = 3  # below this, failing articles say nothing about the outlet
_PAGES = 200  # newest extracted pages that a layout is judged by


def health(db: Connection, outlets: Sequence[Outlet], now: datetime) -> list[OutletHealth]:
    """The state of each outlet at `now`, in the given order."""
    return [_health(db, outlet, now) for outlet in outlets]


def _health(db: Connection, outlet: Outlet, now: datetime) -> OutletHealth:
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
    seen = arrivals(db, outlet=outlet.slug, since=now - _RHYTHM)
    quiet = silence(seen, last_ok) if last_ok is not None else Silence(False)
    state, since = _state(db, outlet.slug, asked, quiet.silent, now)
    if state == "silent":
        since = seen[-1]
    failed = [attempt for attempt in asked if not attempt.ok]
    return OutletHealth(
        slug=outlet.slug,
        name=outlet.name,
        state=state,
        since=since,
        last_ok=last_ok,
        last_error=_words(max(failed, key=lambda attempt: attempt.at)) if failed else _article_error(db, outlet, state),
        next_due=min(row.next_due for row in lists),
        articles_24h=_fresh(db, outlet.slug, now),
        usual_gap_hours=None if quiet.usual is None else round(quiet.usual.total_seconds() / 3600, 1),
    )


def _state(
    db: Connection, outlet: str, asked: Sequence[Attempt], silent: bool, now: datetime
) -> tuple[OutletState, datetime | None]:
    if broken := failing(asked):
        return broken, max((a.since for a in asked if a.since is not None), default=None)
    tried = _article_attempts(db, outlet, now)
    if len(tried) >= _FEW_ARTICLES and (broken := failing(tried)):
        return broken, min(attempt.at for attempt in tried)
    pages = _layout(db, outlet)
    if layout_changed([row.intact for row in pages]):
        last_good = next((i for i, row in enumerate(pages) if row.intact), len(pages))
        return "layout_changed", pages[last_good - 1].analysed_at if last_good else pages[0].analysed_at
    if silent:
        return "silent", None
    return "ok", min((a.since for a in asked if a.ok and a.since is not None), default=None)


def _attempt(row: AnyRow) -> Attempt:
    return Attempt(row.last_asked, row.outcome == "done", row.status, row.reason, row.since)


def _article_attempts(db: Connection, outlet: str, now: datetime) -> list[Attempt]:
    """The newest attempts at articles of these two days, one per article."""
    columns = (links.c.tried_at, links.c.attempts, links.c.status, links.c.reason)
    lately = select(*columns).where(links.c.outlet == outlet, links.c.first_seen >= now - _LATELY)
    query = lately.where(links.c.tried_at >= now - _LATELY).order_by(links.c.tried_at.desc()).limit(50)
    return [Attempt(row.tried_at, row.attempts == 0, row.status, row.reason) for row in db.execute(query)]


def _layout(db: Connection, outlet: str) -> Sequence[AnyRow]:
    query = select(links.c.intact, links.c.analysed_at).where(links.c.outlet == outlet, links.c.intact.is_not(None))
    return db.execute(query.order_by(links.c.analysed_at.desc(), links.c.id.desc()).limit(_PAGES)).all()


def _article_error(db: Connection, outlet: Outlet, state: OutletState) -> str:
    if state == "layout_changed":
        broken = links.c.outlet == outlet.slug, links.c.intact.is_(False)
        query = select(links.c.url, links.c.problems).where(*broken).order_by(links.c.analysed_at.desc()).limit(1)
        row = db.execute(query).one()
        return f"{', '.join(row.problems or ['unusable'])}: {row.url}"
    if state in ("down", "blocked"):
        failed = select(links).where(links.c.outlet == outlet.slug, links.c.attempts > 0)
        last = db.execute(failed.order_by(links.c.tried_at.desc()).limit(1)).one()
        return f"{_words(Attempt(last.tried_at, False, last.status, last.reason))}: {last.url}"
    return ""


def _words(attempt: Attempt) -> str:
    return attempt.reason or (f"HTTP {attempt.status}" if attempt.status else "no answer")


def _fresh(db: Connection, outlet: str, now: datetime) -> int:
    since = links.c.first_seen > now - timedelta(hours=24)
    query = select(func.count()).select_from(links).where(links.c.outlet == outlet, since)
    return db.execute(query).scalar_one()
