"""When to ask again: pure functions of what was seen, without a clock of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

#: A feed is never asked more often, nor less often, than this (contract).
SHORTEST: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(hours=6)
#: The lists of one host are so far from each other: ten requests an hour, which leaves room for its robots.txt.
APART: Final = timedelta(minutes=6)
#: Where there is no history yet.
FIRST: Final = timedelta(minutes=15)
#: How many arrivals of the past say something about the next hours.
WINDOW: Final = 40
#: The interval grows with the square of the gap: a list with an article every eight hours would be asked as seldom, one
#: with an article every two hours half-hourly, every hour after 7.5 minutes. So what is active is read within minutes
#: and what is quiet costs nothing. A silence counts as half a gap, so that a night costs few requests.
EVEN: Final = timedelta(hours=8)
SILENCE_SHARE: Final = 2
#: A list is doubted at most so often, and after so long a silence where its rhythm is not known.
DOUBT: Final = timedelta(days=1)
#: Arrivals that tell a rhythm.
LEAST_KNOWN: Final = 8
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


def doubtful(arrivals: Sequence[datetime], now: datetime, doubted_at: datetime | None) -> bool:
    """Whether a list is silent for longer than its own rhythm explains, so that its "unchanged" is not to be believed.

    Longer than every gap between its arrivals, where they tell of more than a day, else than a day; at most once a day.
    """
    if doubted_at is not None and now - doubted_at < DOUBT:
        return False
    past = sorted(arrival for arrival in arrivals if arrival <= now)
    if not past:
        return False  # never asked: there is nothing to doubt
    known = len(past) >= LEAST_KNOWN and past[-1] - past[0] >= DOUBT
    longest = max(later - sooner for sooner, later in pairwise(past)) if known else DOUBT
    return now - past[-1] > max(longest, FIRST)


def _interval(arrivals: Sequence[datetime], now: datetime) -> timedelta:
    past = sorted(arrival for arrival in arrivals if arrival <= now)[-WINDOW:]
    if not past:
        return FIRST
    silence = now - past[-1]
    if len(past) == 1:
        return max(FIRST, _squared(silence / SILENCE_SHARE))
    gap = sorted(later - sooner for sooner, later in pairwise(past))[(len(past) - 1) // 2]  # nights do not count in it
    return _squared(max(gap, silence / SILENCE_SHARE))


def _squared(gap: timedelta) -> timedelta:
    return min(gap * (gap / EVEN), LONGEST)


def apart(at: datetime, taken: Iterable[datetime], now: datetime) -> datetime:
    """The first instant from `at` on that is `APART` from all those taken by the other lists of one host.

    So a host's lists share one budget, however many they are and whoever owns them. Where that would be after the
    longest interval it is `at`.
    """
    free = at
    for other in sorted(taken):
        if other - APART < free < other + APART:
            free = other + APART
    return free if free <= now + LONGEST else at


def next_reading(first_read: datetime, reads: int) -> datetime | None:
    """When to read an article again after `reads` readings: 6, 24 and 72 hours after the first one, then never."""
    if reads < 1:
        return first_read
    return first_read + REREADINGS[reads - 1] if reads <= len(REREADINGS) else None
