"""What a saved search is to tell, and when: pure decisions.

A spike is today against the days before by a robust measure: the median, and the median of the distances from it (MAD),
which one odd day moves little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from pipeline.running.due import last_daily
from settings import clock_time
from storage.delivery.searches import Saved, Wish
from storage.search.query import And, Field, Node, Or

DAYS: Final = 14  #: a spike is measured against
_FEWEST: Final = 7  # of them must be known
FLOOR: Final = 5  #: articles a day that are no spike yet, whatever the days before were
_SPREADS: Final = 3.0
_AS_DEVIATION: Final = 1.4826  # a MAD as a standard deviation


@dataclass(frozen=True, slots=True)
class Spike:
    """Far more articles today than on the days before."""

    today: int
    usual: float  #: the median of the days before


def is_quiet(wish: Wish, now: datetime, zone: ZoneInfo) -> bool:
    """Return whether nothing is to be told now; hours from 22:00 to 06:00 go over midnight."""
    if not wish.quiet_from or wish.quiet_from == wish.quiet_to:
        return False
    clock, begin, end = now.astimezone(zone).time(), clock_time(wish.quiet_from), clock_time(wish.quiet_to)
    return begin <= clock < end if begin < end else clock >= begin or clock < end


def is_due(wish: Wish, last_run: datetime, now: datetime, zone: ZoneInfo) -> bool:
    """Return whether the search is to be run; what quiet hours put off is due when they end."""
    if is_quiet(wish, now, zone):
        return False
    match wish.run:
        case "once":
            return True
        case "hourly":
            return last_run < now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        case "daily":
            return last_run < last_daily(clock_time(wish.at), now, zone)
    return False


def looks_for_spike(saved: Saved, now: datetime, zone: ZoneInfo) -> bool:
    """Return whether a spike of today would be told: once a day, outside quiet hours."""
    if not saved.wish.spike or is_quiet(saved.wish, now, zone):
        return False
    told = saved.spike_told
    return told is None or told.astimezone(zone).date() < now.astimezone(zone).date()


def spike(today: int, before: Sequence[int]) -> Spike | None:
    """Return the spike that today's number is against those of the days before; None where it is none."""
    if len(before) < _FEWEST:
        return None
    usual = median(before)
    spread = median(abs(count - usual) for count in before) * _AS_DEVIATION
    limit = max(FLOOR, usual + _SPREADS * max(spread, 1.0))
    return Spike(today, usual) if today > limit else None


def names_scope(node: Node) -> bool:
    """Return whether every hit has a topic, place or matter that was asked for: coverage alerts, never people."""
    match node:
        case Field(name):
            return name in ("topic", "place", "matter")
        case And(parts):
            return any(map(names_scope, parts))
        case Or(parts):
            return all(map(names_scope, parts))
    return False


def days_before(today: datetime, first_known: datetime | None) -> int:
    """Return how many whole days before `today`'s day the archive knows, at most DAYS."""
    if first_known is None:
        return 0
    return max(0, min(DAYS, (today.date() - first_known.astimezone(today.tzinfo).date()) // timedelta(days=1)))
