"""When to ask again: pure functions of what was seen, without a clock of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

#: A feed is never asked more often, nor less often, than this (contract).
SHORTEST: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(hours=6)
#: Where there is no history yet.
FIRST: Final = timedelta(minutes=15)
#: How many arrivals of the past say something about the next hours.
WINDOW: Final = 40
#: Ask about twice per usual gap, so that an article waits half a gap in the mean.
ASKS_PER_GAP: Final = 2
#: How far the present silence stretches the interval: a quarter of it, so that a night costs few requests.
SILENCE_SHARE: Final = 4
#: Readings of an article after the first one (contract).
REREADINGS: Final = (timedelta(hours=6), timedelta(hours=24), timedelta(hours=72))


def next_ask(arrivals: Sequence[datetime], now: datetime, failures: int) -> datetime:
    """When to ask a feed again.

    `arrivals`: when its items arrived (aware, any order); only the newest `WINDOW` of the past count.
    `failures`: failed requests since the last success; each doubles the interval. Always now + 5 min .. now + 6 h.
    """
    # 2**10 of the shortest interval is far beyond the longest: a larger exponent would only overflow.
    growth = 1 << min(max(failures, 0), 10)
    return now + min(max(_interval(arrivals, now), SHORTEST) * growth, LONGEST)


def _interval(arrivals: Sequence[datetime], now: datetime) -> timedelta:
    past = sorted(arrival for arrival in arrivals if arrival <= now)[-WINDOW:]
    if not past:
        return FIRST
    silence = now - past[-1]
    if len(past) == 1:
        return max(FIRST, silence / SILENCE_SHARE)
    gap = (past[-1] - past[0]) / (len(past) - 1)
    return max(gap / ASKS_PER_GAP, silence / SILENCE_SHARE)


def next_reading(first_read: datetime, reads: int) -> datetime | None:
    """When to read an article again after `reads` readings: 6, 24 and 72 hours after the first one, then never."""
    if reads < 1:
        return first_read
    return first_read + REREADINGS[reads - 1] if reads <= len(REREADINGS) else None
