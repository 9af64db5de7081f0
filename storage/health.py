"""How the state of an outlet is decided from what its own data show. Pure: no query, no clock.

A state is the worst thing that is true: never_read, then blocked or down (no list answers, or no article does),
then layout_changed, then silent, else ok.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import comb
from statistics import median
from typing import Literal

BLOCKED = frozenset({401, 403, 428, 451})
_WEEKS = 4  # of history that a silence is compared with
_ASIDE = timedelta(hours=3)  # how far around the same hour of the week
_LEAST_SILENCE = timedelta(hours=3)  # less than this is no news for any outlet
_MIN_GAPS = 8
_CHANCE = 0.001  # a layout "changed" when its own history makes so many broken pages this unlikely


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last attempt at one list, or at one article."""

    at: datetime
    ok: bool
    status: int | None = None
    reason: str = ""
    since: datetime | None = None  #: since when attempts end this way


@dataclass(frozen=True, slots=True)
class Silence:
    """What was usual at this hour of the week, and whether the present silence is longer than plausible."""

    silent: bool
    usual: timedelta | None = None  #: the median gap
    plausible: timedelta | None = None  #: the longest gap that would raise nothing


def refused(status: int | None, reason: str) -> bool:
    """Whether an attempt failed because we are not wanted: robots.txt, 401, 403, 428, 451, a challenge page."""
    words = reason.lower()
    robots = "robots" in words and any(w in words for w in ("forbid", "disallow", "refused"))
    return status in BLOCKED or robots or "challenge" in words or words.startswith("blocked")


def failing(attempts: Sequence[Attempt]) -> Literal["", "down", "blocked"]:
    """Down or blocked when every attempt failed (by what most of them met), else "". None at all is no failure."""
    if not attempts or any(attempt.ok for attempt in attempts):
        return ""
    blocked = sum(refused(attempt.status, attempt.reason) for attempt in attempts)
    return "blocked" if 2 * blocked >= len(attempts) else "down"


def silence(arrivals: Sequence[datetime], heard_until: datetime) -> Silence:
    """Whether nothing new until `heard_until` (the last good reading) is longer than the outlet's rhythm explains.

    At every hour since the last arrival the silence is compared with the gaps that were in progress at that hour of the
    week (three hours around it) in each of the four weeks before, so that a quiet Sunday is measured by Sundays and a
    night by nights; with less than two such weeks, with all gaps there are. Plausible is the longest of them, plus as
    much as it exceeds their median, plus an hour; never below three hours. What was too long once stays silent until
    something comes. Outlets with under a week of history or under eight gaps are never silent.
    """
    past = sorted(at for at in arrivals if at <= heard_until)
    gaps = list(pairwise(past))
    if len(gaps) < _MIN_GAPS or past[-1] - past[0] < timedelta(weeks=1):
        return Silence(False, _middle([end - start for start, end in gaps]) if gaps else None)
    last, hour = past[-1], timedelta(hours=1)
    longest = max(end - start for start, end in gaps)
    ends = min(
        heard_until, last + 2 * longest + timedelta(weeks=1)
    )  # by then every hour of the week has been looked at
    found = _at_moment(gaps, last, min(heard_until, last + _LEAST_SILENCE))
    for step in range(int(_LEAST_SILENCE / hour) + 1, int((ends - last) / hour) + 1):
        found = _at_moment(gaps, last, last + step * hour)
        if found.silent:
            break
    return found


def _at_moment(gaps: Sequence[tuple[datetime, datetime]], last: datetime, moment: datetime) -> Silence:
    before = [moment - timedelta(weeks=k) for k in range(1, _WEEKS + 1)]
    weeks = [then for then in before if then - _ASIDE >= gaps[0][0]]
    like_now = [gap for gap in gaps if any(_meets(gap, then) for then in weeks)] if len(weeks) >= 2 else gaps
    lengths = [end - start for start, end in like_now or gaps]
    longest, usual = max(lengths), _middle(lengths)
    plausible = max(longest + (longest - usual) + timedelta(hours=1), _LEAST_SILENCE)
    return Silence(moment - last > plausible, usual, plausible)


def _meets(gap: tuple[datetime, datetime], moment: datetime) -> bool:
    return gap[0] <= moment + _ASIDE and gap[1] >= moment - _ASIDE


def _middle(lengths: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(length.total_seconds() for length in lengths))


def layout_changed(intact: Sequence[bool]) -> bool:
    """Whether pages lately came without title or body against the outlet's history; newest page first.

    True when for some number of newest pages (2 to 10) at least half are broken and their number would have a chance
    below 1 in 1,000 by the share of broken pages before them. Without five earlier pages the outlet is taken to have
    been whole nine times in ten.
    """
    for n in range(2, min(10, len(intact)) + 1):
        recent, before = intact[:n], intact[n:]
        broken = n - sum(recent)
        share = (len(before) - sum(before) + 1) / (len(before) + 2) if len(before) >= 5 else 0.1
        if 2 * broken >= n and not recent[0] and _at_least(broken, n, share) < _CHANCE:
            return True
    return False


def _at_least(k: int, n: int, share: float) -> float:
    """Chance of `k` or more broken pages of `n`."""
    return sum(comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k, n + 1))
