"""The delivery ledger: composed -> claimed -> sent | failed | unknown, one row per (subscription, period).

The order that makes a second mail impossible, each step a transaction of its own:
`claim` (compare and set) - `sending` (the mark that the message may go out from here on) - SMTP - `sent`.
A kill before the mark left nothing on the wire: `recover` gives the edition back. A kill after it leaves what nobody
can know: `unknown`, for the operator, never sent again by itself. After a step that answers False, stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, update

from errors import Conflict, StorageError
from press import Edition
from storage.collecting.links import AHEAD, chunks
from storage.tables.coverage import stories
from storage.tables.delivery import edition_articles, subscriptions
from storage.tables.delivery import editions as table
from storage.types import AnyRow

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail ready for the ledger; `articles` are (article, story) in the order of the mail."""

    subscription: int
    period_start: datetime
    period_end: datetime
    message_id: str
    subject: str
    message: bytes
    articles: tuple[tuple[int, int | None], ...] = ()
    basis: dict[str, Any] | None = None  #: what it was made of: query, model versions


def compose_edition(db: Connection, mail: Composed, now: datetime) -> Edition:
    """Enter a composed mail; where this subscription has this period already, that edition is answered unchanged.

    Unsent editions of the subscription that reach into this period, or that a clock far ahead made, are superseded and
    never sent: this one begins where the last sent ended, so what they told before it was sent. Raises StorageError
    when this period reaches into one that was sent, or precedes one that is waiting.
    """
    known = _one(db, table.c.subscription_id == mail.subscription, table.c.period_end == mail.period_end)
    if known is not None:
        return known
    _refuse_overlap(db, mail, now)
    row = {
        "subscription_id": mail.subscription,
        "period_start": mail.period_start,
        "period_end": mail.period_end,
        "state": "composed",
        "message_id": mail.message_id,
        "subject": mail.subject,
        "message": mail.message,
        "basis": mail.basis,
        "composed_at": now,
    }
    edition = int(db.execute(table.insert().returning(table.c.id), row).scalar_one())
    members = [
        {"edition_id": edition, "position": position, "article_id": article, "story_id": story}
        for position, (article, story) in enumerate(mail.articles)
    ]
    if members:
        db.execute(edition_articles.insert(), members)
    reaches = and_(table.c.period_end > mail.period_start, table.c.period_end < mail.period_end)
    over = or_(reaches, table.c.period_end > now + AHEAD)
    older = update(table).where(table.c.subscription_id == mail.subscription, over, _unsent())
    db.execute(older.values(superseded_by=edition))
    return _sure(_one(db, table.c.id == edition), edition)


def _refuse_overlap(db: Connection, mail: Composed, now: datetime) -> None:
    mine = and_(table.c.subscription_id == mail.subscription, table.c.period_end <= now + AHEAD)
    overlap = and_(table.c.period_start < mail.period_end, table.c.period_end > mail.period_start)
    sent = db.execute(select(table.c.id).where(mine, overlap, table.c.state == "sent").limit(1)).scalar()
    if sent is not None:
        raise StorageError(f"subscription {mail.subscription}: edition {sent} was sent for a part of this period")
    lost = and_(table.c.state == "failed", table.c.permanent)
    later = db.execute(select(table.c.id).where(mine, ~lost, table.c.period_end > mail.period_end).limit(1)).scalar()
    if later is not None:
        raise StorageError(f"subscription {mail.subscription}: edition {later} already covers a later period")


def _unsent() -> ColumnElement[bool]:
    return and_(table.c.state.in_(("composed", "failed")), table.c.superseded_by.is_(None))


def _ready(now: datetime) -> ColumnElement[bool]:
    """Composed, or failed for now and due again."""
    retry = and_(table.c.state == "failed", ~table.c.permanent, table.c.next_try <= now)
    return and_(table.c.superseded_by.is_(None), or_(table.c.state == "composed", retry))


def claimable(db: Connection, now: datetime) -> list[Edition]:
    """The editions to be sent at `now`, oldest period first."""
    return _load(db, select(table).where(_ready(now)).order_by(table.c.period_end, table.c.id))


def claim(db: Connection, edition: int, who: str, now: datetime) -> bool:
    """Take an edition for sending; False when somebody else has it or it is no longer to be sent.

    `who` tells processes apart (host:pid:start). Commit before going on.
    """
    values = {
        "state": "claimed",
        "claimed_at": now,
        "claimed_by": who,
        "sending_started_at": None,
        "attempts": table.c.attempts + 1,
        "next_try": None,
    }
    return _step(db, and_(table.c.id == edition, _ready(now)), values)


def sending(db: Connection, edition: int, who: str, now: datetime) -> bool:
    """Mark that the message goes out from here on; False when the claim was lost. Commit before SMTP begins."""
    mine = and_(table.c.id == edition, table.c.state == "claimed", table.c.claimed_by == who)
    return _step(db, and_(mine, table.c.sending_started_at.is_(None)), {"sending_started_at": now})


def sent(db: Connection, edition: int, now: datetime) -> bool:
    """The server took the message. Also settles `unknown`, when the truth came late."""
    which = and_(table.c.id == edition, table.c.state.in_(("claimed", "unknown")))
    started = and_(which, table.c.sending_started_at.is_not(None))
    return _step(db, started, {"state": "sent", "sent_at": now, "error": ""})


def failed(
    db: Connection, edition: int, error: str, *, permanent: bool = False, next_try: datetime | None = None
) -> bool:
    """The message was surely not taken: to be tried again at `next_try`, or refused for good."""
    if not permanent and next_try is None:
        raise ValueError("a failure that is not permanent needs the time of the next try")
    values = {
        "state": "failed",
        "error": error,
        "permanent": permanent,
        "next_try": None if permanent else next_try,
        "sending_started_at": None,
    }
    return _step(db, and_(table.c.id == edition, table.c.state == "claimed"), values)


def uncertain(db: Connection, edition: int, error: str) -> bool:
    """Nobody can tell whether the server took the message (the connection broke in the middle): not sent again."""
    which = and_(table.c.id == edition, table.c.state == "claimed", table.c.sending_started_at.is_not(None))
    return _step(db, which, {"state": "unknown", "error": error})


def hand_back(db: Connection, edition: int, who: str) -> bool:
    """Give a claimed edition back before anything of it went out: as if it had never been claimed."""
    mine = and_(table.c.id == edition, table.c.state == "claimed", table.c.claimed_by == who)
    values = {"state": "composed", "claimed_by": "", "attempts": table.c.attempts - 1}
    return _step(db, and_(mine, table.c.sending_started_at.is_(None)), values)


def recover(db: Connection, now: datetime) -> list[Edition]:
    """Settle what a dead process left claimed; answers with the editions that are `unknown` now.

    The caller holds the lock of `publish`, so whatever is claimed belongs to a dead one.
    """
    claimed = table.c.state == "claimed"
    lost = select(table.c.id).where(claimed, table.c.sending_started_at.is_not(None))
    ids = list(db.execute(lost).scalars())
    _step(db, and_(claimed, table.c.sending_started_at.is_(None)), {"state": "composed", "claimed_by": ""})
    if not ids:
        return []
    error = f"the program ended while the message was going out (found {now:%Y-%m-%d %H:%M} UTC)"
    _step(db, table.c.id.in_(ids), {"state": "unknown", "error": error})
    return _load(db, select(table).where(table.c.id.in_(ids)).order_by(table.c.id))


def send_again(db: Connection, edition: int, who: str, now: datetime) -> Edition:
    """Have an `unknown` or refused edition sent once more, the same bytes: it is `composed` again.

    Raises Conflict where it is in another state, or another edition covers its period by now.
    """
    known = _settling(db, edition, ("unknown", "failed"))
    mine = and_(table.c.subscription_id == known.subscription, table.c.id != edition)
    covers = and_(table.c.period_start <= known.period_start, table.c.period_end > known.period_end)
    newer = db.execute(select(table.c.id, table.c.state).where(mine, covers).order_by(table.c.id.desc())).first()
    if newer is not None:
        raise Conflict(f"edition {edition}: edition {newer.id} ({newer.state}) tells what was in it: close this one")
    note = f"to be sent again, by {who} {now:%Y-%m-%d %H:%M} UTC"
    values = {"state": "composed", "claimed_by": "", "sending_started_at": None, "permanent": False, "error": note}
    _step(db, table.c.id == edition, values)
    return _sure(_one(db, table.c.id == edition), edition)


def close(db: Connection, edition: int, who: str, now: datetime, *, arrived: bool) -> Edition:
    """Settle an `unknown` edition by a person's word: it `arrived` (sent), or was lost (failed for good).

    One that was sent before its period was over, by a clock that was ahead, may be called lost too. What a lost one
    told is told again by the next edition. Raises Conflict where it is in another state.
    """
    early = db.execute(select(table.c.id).where(table.c.id == edition, table.c.period_end > now)).first() is not None
    states = ("unknown",) if arrived else ("unknown", "failed", "sent") if early else ("unknown", "failed")
    known = _settling(db, edition, states)
    note = f"closed as {'sent' if arrived else 'lost'} by {who} {now:%Y-%m-%d %H:%M} UTC"
    if arrived:
        _step(db, table.c.id == edition, {"state": "sent", "sent_at": now, "error": note})
    else:
        error = f"{note}; {known.error}" if known.error else note
        _step(db, table.c.id == edition, {"state": "failed", "permanent": True, "next_try": None, "error": error})
    return _sure(_one(db, table.c.id == edition), edition)


def _settling(db: Connection, edition: int, states: Sequence[str]) -> Edition:
    known = _one(db, table.c.id == edition)
    if known is None:
        raise StorageError(f"there is no edition {edition}; `diembao editions` lists them")
    superseded = db.execute(select(table.c.superseded_by).where(table.c.id == edition)).scalar()
    if superseded is not None:
        raise Conflict(f"edition {edition} is not sent any more: edition {superseded} tells what was in it")
    if known.state not in states:
        raise Conflict(f"edition {edition} is {known.state}: only one that is {' or '.join(states)} can be settled so")
    return known


def supersede(db: Connection, older: int, newer: int) -> bool:
    """Never send `older`, whose period `newer` covers; False when it was sent or is being sent."""
    return _step(db, and_(table.c.id == older, _unsent()), {"superseded_by": newer})


def last_sent(db: Connection, subscription: int, now: datetime | None = None) -> Edition | None:
    """The last edition a reader surely got: the next period begins where it ended.

    With `now`, those of a clock that was far ahead do not count: a reader would hear nothing until their time came.
    """
    mine = select(table).where(table.c.subscription_id == subscription, table.c.state == "sent")
    if now is not None:
        mine = mine.where(table.c.period_end <= now + AHEAD)
    return next(iter(_load(db, mine.order_by(table.c.period_end.desc()).limit(1))), None)


def basis(db: Connection, edition: int) -> dict[str, Any]:
    """What an edition was made of; empty where that was not recorded."""
    return dict(db.execute(select(table.c.basis).where(table.c.id == edition)).scalar() or {})


def get_edition(db: Connection, edition: int) -> Edition | None:
    """The edition with this id."""
    return _one(db, table.c.id == edition)


def find_edition(db: Connection, subscription: int, period_end: datetime) -> Edition | None:
    """The edition of a subscription for the period that ends at `period_end`."""
    return _one(db, table.c.subscription_id == subscription, table.c.period_end == period_end)


def editions(
    db: Connection,
    *,
    subscription: int | None = None,
    state: str | None = None,
    before: int | None = None,
    limit: int | None = None,
) -> list[Edition]:
    """Editions of the ledger by id, the last `limit` of them (with an id below `before`); messages included."""
    query = select(table)
    if before is not None:
        query = query.where(table.c.id < before)
    if subscription is not None:
        query = query.where(table.c.subscription_id == subscription)
    if state is not None:
        query = query.where(table.c.state == state)
    return _load(db, query.order_by(table.c.id.desc()).limit(limit))[::-1]


def recipients(db: Connection) -> dict[int, str]:
    """Subscription id -> e-mail address, ended ones included: whom the editions went to."""
    return {row.id: row.email for row in db.execute(select(subscriptions.c.id, subscriptions.c.email))}


def edition_counts(db: Connection) -> dict[str, int]:
    """State -> how many editions; superseded ones are counted as `superseded`."""
    state = func.coalesce(table.c.superseded_by, 0) > 0
    query = select(table.c.state, state.label("over"), func.count().label("n")).group_by(table.c.state, state)
    counts: dict[str, int] = {}
    for row in db.execute(query):
        name = "superseded" if row.over else row.state
        counts[name] = counts.get(name, 0) + row.n
    return counts


def edition_stories(db: Connection, edition: int) -> list[tuple[int, int | None]]:
    """(article, story) of an edition in the order of the mail; a merged story is followed to where it is now."""
    joined = edition_articles.outerjoin(stories, edition_articles.c.story_id == stories.c.id)
    story = func.coalesce(stories.c.merged_into, stories.c.id).label("story")
    query = select(edition_articles.c.article_id, story).select_from(joined)
    rows = db.execute(query.where(edition_articles.c.edition_id == edition).order_by(edition_articles.c.position))
    return [(row.article_id, row.story) for row in rows]


def _step(db: Connection, which: ColumnElement[bool], values: dict[str, Any]) -> bool:
    return bool(db.execute(update(table).where(which).values(values)).rowcount)


def _one(db: Connection, *which: ColumnElement[bool]) -> Edition | None:
    return next(iter(_load(db, select(table).where(*which))), None)


def _sure(edition: Edition | None, key: int) -> Edition:
    if edition is None:
        raise StorageError(f"edition {key} is not in the archive")
    return edition


def _load(db: Connection, query: Select[Any]) -> list[Edition]:
    rows: Sequence[AnyRow] = db.execute(query).all()
    members: dict[int, list[int]] = {}
    for batch in chunks([row.id for row in rows], _CHUNK):
        wanted = select(edition_articles).where(edition_articles.c.edition_id.in_(batch))
        for row in db.execute(wanted.order_by(edition_articles.c.edition_id, edition_articles.c.position)):
            members.setdefault(row.edition_id, []).append(row.article_id)
    return [
        Edition(
            id=row.id,
            subscription=row.subscription_id,
            period_start=row.period_start,
            period_end=row.period_end,
            state=row.state,
            message_id=row.message_id,
            subject=row.subject,
            articles=tuple(members.get(row.id, ())),
            message=row.message,
            error=row.error,
            attempts=row.attempts,
        )
        for row in rows
    ]
