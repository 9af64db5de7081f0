"""Who gets the digest: subscriptions made, changed and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import storage.subscriptions as stored
from errors import DiemBaoError
from pipeline import due
from pipeline.mail import address
from press import Subscription
from settings import Settings
from storage import Archive


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reader asks for; empty topics or places mean all."""

    name: str
    at: str
    days: Literal["daily", "mon-fri"]
    topics: tuple[str, ...]
    places: tuple[str, ...]
    language: Literal["vi", "en"]


def subscribe(archive: Archive, settings: Settings, email: str, wishes: Wishes, now: datetime) -> Subscription:
    """Make the subscription of an address, or give an existing one new wishes."""
    with archive.begin() as db:
        return stored.add_subscription(
            db,
            address(email),
            name=wishes.name,
            at=wishes.at,
            days=wishes.days,
            topics=wishes.topics,
            places=wishes.places,
            language=wishes.language,
            now=now,
        )


def unsubscribe(archive: Archive, email: str, now: datetime) -> None:
    """End the subscription of an address; DiemBaoError where it has none."""
    with archive.begin() as db:
        if not stored.end_subscription(db, email, now):
            raise DiemBaoError(f"{email} has no subscription; `diembao subscriptions` lists them")


def active(archive: Archive) -> list[Subscription]:
    """Return the active subscriptions."""
    with archive.read() as db:
        return stored.subscriptions(db)


def next_due(subscription: Subscription, settings: Settings, now: datetime) -> datetime:
    """Return when the next edition of a subscription is due."""
    return due.next_due(subscription, now, settings.digest.timezone)
