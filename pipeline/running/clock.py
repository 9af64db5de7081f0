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


_UNITS: Final = ((86400, "days", "ngày"), (3600, "hours", "giờ"), (60, "minutes", "phút"))


def wrong(collected: Run | None, now: datetime, *, vietnamese: bool = False) -> str:
    """Return how the clock is wrong by the last crawl, "" where it is right or nobody knows."""
    told = collected.counts.get("clock") if collected is not None and abs(now - collected.now) <= FRESH else None
    if not told or timedelta(seconds=told["ahead"]) < AHEAD:
        return ""
    size, unit, its_name = next(one for one in _UNITS if told["ahead"] >= 2 * one[0])
    count, hosts = round(told["ahead"] / size), told["hosts"]
    if vietnamese:
        return f"Đồng hồ đi trước giờ của {hosts} máy chủ báo {count} {its_name}."
    return f"the clock is {count} {unit} ahead of what {hosts} servers of the press show"
