"""A clock that is wrong: what the servers of the press showed when they were asked last.

An edition that a clock sends which is days ahead tells nothing, and its reader hears nothing until that day has come.
So while the clock is ahead of the press no edition goes out; what is due is sent when the clock is right again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from storage.upkeep.runs import Run

HOSTS: Final = 3  #: that must have said what time it is
AHEAD: Final = timedelta(minutes=15)  #: of most of them, from which on the clock is held to be wrong
FRESH: Final = timedelta(hours=1)  # an older comparison says nothing of now, nor does one of another time altogether


def wrong(collected: Run | None, now: datetime) -> str:
    """Return how the clock is wrong by the last crawl, "" where it is right or nobody knows."""
    told = collected.counts.get("clock") if collected is not None and abs(now - collected.now) <= FRESH else None
    if not told or timedelta(seconds=told["ahead"]) < AHEAD:
        return ""
    return f"the clock is {_span(told['ahead'])} ahead of what {told['hosts']} servers of the press show"


def _span(seconds: int) -> str:
    for size, unit in ((86400, "days"), (3600, "hours")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds // 60} minutes"
