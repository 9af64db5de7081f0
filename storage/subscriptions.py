"""The readers' orders: one active row per e-mail address; ended ones keep their history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, select, update

from press import Subscription
from storage.schema import subscriptions as table
from storage.types import AnyRow


def subscribe(
    db: Connection,
    email: str,
    *,
    at: str,
    now: datetime,
    name: str = "",
    days: Literal["daily", "mon-fri"] = "daily",
    topics: Sequence[str] = (),
    places: Sequence[str] = (),
    language: Literal["vi", "en"] = "vi",
) -> Subscription:
    """Add a subscription; an active one of the same address takes the new preferences and stays the same row."""
    wishes = {
        "email": email.strip(),
        "name": name,
        "at": at,
        "days": days,
        "topics": list(topics),
        "places": list(places),
        "language": language,
        "updated_at": now,
    }
    active = update(table).where(table.c.email_key == _key(email), table.c.ended_at.is_(None))
    row = db.execute(active.values(wishes).returning(table)).one_or_none()
    if row is None:
        new = wishes | {"email_key": _key(email), "created_at": now}
        row = db.execute(table.insert().returning(table), new).one()
    return _subscription(row)


def unsubscribe(db: Connection, email: str, now: datetime) -> bool:
    """End the active subscription of an address; False when there is none."""
    return _end(db, table.c.email_key == _key(email), now)


def end_subscription(db: Connection, subscription: int, now: datetime) -> bool:
    """End a subscription by its id; False when there is none active, so a second click does no harm."""
    return _end(db, table.c.id == subscription, now)


def get_subscription(db: Connection, subscription: int) -> Subscription | None:
    """The subscription with this id, ended or not."""
    row = db.execute(select(table).where(table.c.id == subscription)).one_or_none()
    return None if row is None else _subscription(row)


def subscriptions(db: Connection, *, ended: bool = False) -> list[Subscription]:
    """The active subscriptions by id; with `ended` all that ever were."""
    query = select(table) if ended else select(table).where(table.c.ended_at.is_(None))
    return [_subscription(row) for row in db.execute(query.order_by(table.c.id))]


def _end(db: Connection, which: ColumnElement[bool], now: datetime) -> bool:
    statement = update(table).where(which, table.c.ended_at.is_(None)).values(ended_at=now, updated_at=now)
    return bool(db.execute(statement).rowcount)


def _key(email: str) -> str:
    return email.strip().casefold()


def _subscription(row: AnyRow) -> Subscription:
    return Subscription(
        id=row.id,
        email=row.email,
        name=row.name,
        at=row.at,
        days=row.days,
        topics=tuple(row.topics),
        places=tuple(row.places),
        language=row.language,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
