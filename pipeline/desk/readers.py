"""Who gets the digest: subscriptions made, changed and ended."""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

import storage.delivery.subscriptions as stored
from digest.choosing.select import bare_place
from errors import DiemBaoError, UsageError
from pipeline.figures import area
from pipeline.running import due
from pipeline.running.mail import address
from press import Days, Subscription
from settings import Settings
from storage import Archive


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reader asks for; None keeps what was asked for before, else the default. Empty lists mean all."""

    name: str | None = None
    at: str | None = None
    days: Days | None = None
    topics: tuple[str, ...] | None = None
    places: tuple[str, ...] | None = None
    language: Literal["vi", "en"] | None = None


def subscribe(archive: Archive, settings: Settings, email: str, wishes: Wishes, now: datetime) -> Subscription:
    """Make the subscription of an address, or give an existing one new wishes.

    Raises SettingsError for what is no address, UsageError for a place the area does not have.
    """
    to = address(email)
    _known_places(settings, wishes.places or ())
    with archive.begin() as db:
        old = next((row for row in stored.subscriptions(db) if row.email.casefold() == to.casefold()), None)
        default = old or Subscription(0, to, "", f"{settings.digest.at:%H:%M}", "daily", (), (), "vi", now)
        given = {key: value for key, value in asdict(wishes).items() if value is not None}
        wanted = replace(default, **given)
        return stored.add_subscription(
            db,
            to,
            name=wanted.name,
            at=wanted.at,
            days=wanted.days,
            topics=wanted.topics,
            places=wanted.places,
            language=wanted.language,
            now=now,
        )


def _known_places(settings: Settings, places: tuple[str, ...]) -> None:
    names = area.place_names(settings) if places else set()
    for place in places:
        if bare_place(place) not in names:
            near = difflib.get_close_matches(bare_place(place), names, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"{place!r} is no place of {settings.area.province}{hint}")


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
