"""The readers' orders: one active row per e-mail address; ended ones keep their history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, select, update

from press import Days, Subscription
from storage.tables.delivery import subscriptions as table
from storage.types import AnyRow


def add_subscription(
    db: Connection,
    email: str,
    *,
    at: str,
    now: datetime,
    name: str = "",
    days: Days = "daily",
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


def end_subscription(db: Connection, which: str | int, now: datetime) -> bool:
    """End the active subscription of an address or with an id; False when there is none (a second click)."""
    mine = table.c.email_key == _key(which) if isinstance(which, str) else table.c.id == which
    statement = update(table).where(mine, table.c.ended_at.is_(None)).values(ended_at=now, updated_at=now)
    return bool(db.execute(statement).rowcount)


def get_subscription(db: Connection, subscription: int) -> Subscription | None:
    """The subscription with this id, ended or not."""
    row = db.execute(select(table).where(table.c.id == subscription)).one_or_none()
    return None if row is None else _subscription(row)


def subscriptions(db: Connection, *, active_only: bool = True) -> list[Subscription]:
    """The subscriptions by id: the active ones, or all that ever were."""
    query = select(table).where(table.c.ended_at.is_(None)) if active_only else select(table)
    return [_subscription(row) for row in db.execute(query.order_by(table.c.id))]


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
