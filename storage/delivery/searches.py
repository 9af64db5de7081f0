"""Saved searches: what each looks for and when it tells, the mails it made, and which articles it has told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, select, update

from storage.collecting.links import chunks
from storage.coverage.articles import newest_id
from storage.facts import last_number
from storage.tables.delivery import alerted, alerts
from storage.tables.delivery import searches as table
from storage.tables.people import accounts
from storage.types import AnyRow

#: When mails go out: never, as soon as something is found, every hour, every day.
Run = Literal["never", "once", "hourly", "daily"]
RUNS: Final[tuple[Run, ...]] = ("never", "once", "hourly", "daily")
Language = Literal["vi", "en"]
AlertState = Literal["waiting", "sent", "failed", "unknown"]
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks of a saved search; `quiet_from` "" = no quiet hours."""

    name: str
    query: str
    run: Run = "never"
    at: str = "07:00"
    quiet_from: str = ""
    quiet_to: str = ""
    feed: bool = False
    say_nothing: bool = False
    spike: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved search: the wish, whose it is, and how far it has come."""

    id: int
    account: int
    email: str
    language: Language  #: of the account: mails and the feed speak it
    wish: Wish
    created_at: datetime
    after_id: int  #: articles up to this one were there when the query was saved
    seq: int  #: changes up to this number have been looked at
    last_run: datetime
    spike_told: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One mail of a saved search."""

    id: int
    search: int
    created_at: datetime
    recipient: str
    subject: str
    message: bytes
    attempts: int
    sent_at: datetime | None
    state: AlertState
    error: str


def add(db: Connection, account: int, wish: Wish, now: datetime) -> int:
    """Keep a search; it tells what comes from now on. Answers with its id."""
    row = {**_columns(wish), "account_id": account, "created_at": now, **_from_here(db, now)}
    return int(db.execute(table.insert().returning(table.c.id), row).scalar_one())


def change(db: Connection, search: int, wish: Wish, now: datetime) -> None:
    """Change a search; with another query it tells what comes from now on."""
    before = db.execute(select(table.c.query).where(table.c.id == search)).scalar()
    anew = {} if before == wish.query else {**_from_here(db, now), "error": ""}
    db.execute(update(table).where(table.c.id == search).values({**_columns(wish), **anew}))


def end(db: Connection, search: int, now: datetime) -> None:
    """End a search; what it told stays in the archive, mails of it that wait are dropped."""
    db.execute(update(table).where(table.c.id == search).values(ended_at=now))
    waiting = update(alerts).where(alerts.c.search_id == search, alerts.c.next_try.is_not(None))
    db.execute(waiting.values(next_try=None, error="the search was ended"))


def find(db: Connection, search: int) -> Saved | None:
    """A search that is in use, of a person who may still log in."""
    return next(iter(_load(db, table.c.id == search)), None)


def of_account(db: Connection, account: int) -> list[Saved]:
    """The searches of a person, by name."""
    return sorted(_load(db, table.c.account_id == account), key=lambda saved: saved.wish.name.casefold())


def telling(db: Connection) -> list[Saved]:
    """The searches that send mails."""
    return _load(db, (table.c.run != "never") | table.c.spike)


def told(db: Connection, search: int, articles: Sequence[int]) -> set[int]:
    """Which of these articles a search has told."""
    known: set[int] = set()
    for batch in chunks(articles, _CHUNK):
        mine = (alerted.c.search_id == search, alerted.c.article_id.in_(batch))
        known |= set(db.execute(select(alerted.c.article_id).where(*mine)).scalars())
    return known


def tell(db: Connection, saved: Saved, subject: str, message: bytes, articles: Sequence[int], now: datetime) -> int:
    """Keep a mail, to be sent from `now` on, and for ever that it tells these articles. Answers with its id."""
    row = {"search_id": saved.id, "created_at": now, "recipient": saved.email, "subject": subject}
    new = alerts.insert().returning(alerts.c.id)
    alert = int(db.execute(new, {**row, "message": message, "next_try": now}).scalar_one())
    rows = [{"search_id": saved.id, "article_id": article, "alert_id": alert} for article in articles]
    if rows:
        db.execute(alerted.insert(), rows)
    return alert


def ran(db: Connection, search: int, now: datetime, seq: int, *, error: str = "") -> None:
    """Note that a search has looked at every change up to `seq`."""
    db.execute(update(table).where(table.c.id == search).values(last_run=now, seq=seq, error=error))


def spike_told(db: Connection, search: int, now: datetime) -> None:
    """Note that a search has told a spike."""
    db.execute(update(table).where(table.c.id == search).values(spike_told=now))


def waiting(db: Connection, now: datetime) -> list[Alert]:
    """The mails to be sent at `now`, oldest first."""
    return [_alert(row) for row in db.execute(select(alerts).where(alerts.c.next_try <= now).order_by(alerts.c.id))]


def last_alerts(db: Connection, search: int, limit: int = 10) -> list[Alert]:
    """The last mails of a search, newest first."""
    query = select(alerts).where(alerts.c.search_id == search).order_by(alerts.c.id.desc()).limit(limit)
    return [_alert(row) for row in db.execute(query)]


def _columns(wish: Wish) -> dict[str, object]:
    names = ("name", "query", "run", "at", "quiet_from", "quiet_to", "feed", "say_nothing", "spike")
    return {name: getattr(wish, name) for name in names}


def _from_here(db: Connection, now: datetime) -> dict[str, object]:
    return {"after_id": newest_id(db), "seq": last_number(db, "articles"), "last_run": now}


def _load(db: Connection, which: object) -> list[Saved]:
    query = select(table, accounts.c.email, accounts.c.language).join_from(
        table, accounts, table.c.account_id == accounts.c.id
    )
    mine = (which, table.c.ended_at.is_(None), accounts.c.ended_at.is_(None))
    return [_saved(row) for row in db.execute(query.where(*mine).order_by(table.c.id))]  # type: ignore[arg-type]


def _saved(row: AnyRow) -> Saved:
    wish = Wish(
        row.name, row.query, row.run, row.at, row.quiet_from, row.quiet_to, row.feed, row.say_nothing, row.spike
    )
    rest = (row.created_at, row.after_id, row.seq, row.last_run, row.spike_told, row.error)
    return Saved(row.id, row.account_id, row.email, row.language, wish, *rest)


def _alert(row: AnyRow) -> Alert:
    state: AlertState = "failed"
    if row.sent_at:
        state = "sent"
    elif row.next_try:
        state = "waiting"
    elif row.sending_at:
        state = "unknown"
    mail = (row.recipient, row.subject, row.message, row.attempts)
    return Alert(row.id, row.search_id, row.created_at, *mail, row.sent_at, state, row.error)
