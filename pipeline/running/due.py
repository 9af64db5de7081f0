"""When an edition is due, and which period it covers: pure arithmetic of the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from press import Subscription, workdays
from settings import clock_time

FIRST_PERIOD = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Period:
    """The time an edition covers, UTC, the end excluded; its end is when it was due."""

    start: datetime
    end: datetime


def next_due(subscription: Subscription, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first due time later than an instant."""
    day = after.astimezone(zone).date()
    return next(at for at in _due_times(subscription, day.toordinal(), 1, zone) if at > after)


def last_due(subscription: Subscription, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the last due time at or before `now`, None where the first is still to come."""
    day = now.astimezone(zone).date()
    last = next(at for at in _due_times(subscription, day.toordinal(), -1, zone) if at <= now)
    return last if last > subscription.created_at else None


def period(
    subscription: Subscription, delivered_until: datetime | None, now: datetime, zone: ZoneInfo
) -> Period | None:
    """Return the period of the edition that is due by `now`, None where none is.

    It ends at the last due time and begins where the last delivered edition ended (`delivered_until`), else 24 hours
    before the first due time of the subscription: an outage makes it longer, and loses nothing.
    """
    end = last_due(subscription, now, zone)
    if end is None or (delivered_until is not None and delivered_until >= end):
        return None
    start = next_due(subscription, subscription.created_at, zone) - FIRST_PERIOD
    if delivered_until is not None and delivered_until > start:
        start = delivered_until
    return Period(start, end)


def _wanted(subscription: Subscription, day: date) -> bool:
    if subscription.days == "workdays":
        return workdays.shipped(day.year, day.year).is_working(day)
    return subscription.days == "daily" or day.weekday() < 5


def last_daily(at: time, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the last instant at or before `now` when the clocks of the zone showed `at`."""
    today = now.astimezone(zone).date()
    times = (datetime.combine(today - timedelta(days=back), at, zone).astimezone(UTC) for back in (0, 1, 2))
    return next(instant for instant in times if instant <= now)


def _due_times(subscription: Subscription, day: int, step: int, zone: ZoneInfo) -> Iterator[datetime]:
    at = clock_time(subscription.at)
    while True:
        local = datetime.fromordinal(day)
        if _wanted(subscription, local.date()):
            yield local.replace(hour=at.hour, minute=at.minute, tzinfo=zone).astimezone(UTC)
        day += step
