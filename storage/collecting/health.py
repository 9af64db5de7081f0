"""How the state of an outlet is decided from what its own data show. Pure: no query, no clock.

A state is the worst thing that is true: never_read, then blocked or down (no list answers, or the newest articles do
not, or none ever did), then layout_changed, then silent (`storage.collecting.silence`), else ok.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from math import comb
from typing import Literal

BLOCKED = frozenset({401, 402, 403, 428, 451})
_CHANCE = 0.002  # articles "turned bad" when their own history makes so many bad ones this unlikely
_UNKNOWN = 10  # articles before the first, of which one went wrong: what is assumed of an outlet nobody knows
_LATELY = 10  # articles among which bad ones may be mixed with good ones
HALF, ALL = 0.5, 1.0
PATIENCE = timedelta(days=1)  # how long a new outlet may give nothing before that is its state
_OLD = re.compile(r"\bnewer than\b")
_TO_MEND = re.compile(r"\bby their form\b|\bnewer than\b|could not be read\b")


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last attempt at one list, or at one article."""

    at: datetime
    ok: bool
    status: int | None = None
    reason: str = ""
    since: datetime | None = None  #: since when attempts end this way
    note: str = ""  #: what was odd about a list that answered
    found: int | None = None  #: articles it named; None where nobody counted them
    url: str = ""
    moved_to: str = ""

    @property
    def empty(self) -> bool:
        """Whether the list answered and named no article."""
        return self.ok and self.found == 0


@dataclass(frozen=True, slots=True)
class Met:
    """One article as it was last met, and whether it went wrong."""

    at: datetime
    bad: bool


def refused(status: int | None, reason: str) -> bool:
    """Whether an attempt failed because we are not wanted: robots.txt, 401, 402, 403, 428, 451, a challenge page."""
    words = reason.lower()
    robots = "robots" in words and any(w in words for w in ("forbid", "disallow", "refused"))
    return status in BLOCKED or robots or "challenge" in words or words.startswith("blocked")


def failing(attempts: Sequence[Attempt]) -> Literal["", "down", "blocked"]:
    """Down or blocked when every attempt failed (by what most of them met), else "". None at all is no failure."""
    if not attempts or any(attempt.ok for attempt in attempts):
        return ""
    blocked = sum(refused(attempt.status, attempt.reason) for attempt in attempts)
    return "blocked" if 2 * blocked >= len(attempts) else "down"


def turned_bad(met: Sequence[Met], least: float) -> datetime | None:
    """Since when articles go wrong against the outlet's own history; None while they do not.

    Articles of one instant are of one run and have no order. They turned bad when in the newest run, and in some number
    of newest runs together, a share of at least `least` went wrong, and so many would have a chance below 1 in 500 by
    the share before. One bad article never is enough; after a dozen good ones two are, without history three.
    """
    newest_first = sorted(met, key=lambda one: one.at, reverse=True)
    runs = [(at, [one.bad for one in run]) for at, run in groupby(newest_first, key=lambda one: one.at)]
    since, n, bad, streak, unlikely = None, 0, 0, True, False
    every, all_bad = len(met), sum(one.bad for one in met)
    for at, run in runs:
        n, bad = n + len(run), bad + sum(run)
        streak = streak and sum(run) >= least * len(run)
        if not streak and (since is None or unlikely or n > _LATELY):
            break
        since = at if streak else since
        share = (all_bad - bad + 1) / (every - n + _UNKNOWN)
        if bad >= 2 and bad >= least * n and _at_least(bad, n, share) < _CHANCE:
            unlikely = True
    return since if unlikely else None


def never_good(met: Sequence[Met], now: datetime) -> datetime | None:
    """Since when an outlet's articles go wrong where none ever went right, and a day has gone by; None otherwise."""
    first = min((one.at for one in met), default=now)
    return first if first <= now - PATIENCE and all(one.bad for one in met) else None


def said_old(note: str) -> bool:
    """Whether a list names nothing because all it has is old, by its own word."""
    return bool(_OLD.search(note))


def to_mend(attempt: Attempt) -> str:
    """What a person should look at though the list reads well: it moved, its selector fails, its dates stand still."""
    if not attempt.ok:
        return ""
    if attempt.moved_to:
        return f"the list moved for good to {attempt.moved_to} (asked at {attempt.url})"
    return attempt.note if _TO_MEND.search(attempt.note) else ""


def _at_least(k: int, n: int, share: float) -> float:
    """Chance of `k` or more bad articles of `n`."""
    return sum(comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k, n + 1))
