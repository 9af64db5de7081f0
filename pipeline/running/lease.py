"""The lease of the service: of all processes that serve one archive, one acts and the others stand by.

The holder renews its row every BEAT. One that stands by takes over when the row is given up, when its process is
surely gone (same machine), or when it has not changed for ABANDONED by the watcher's own clock: no two clocks are
ever compared, and a clock that is set changes nothing. A holder that could not renew for VALID stops acting before
anybody else may begin. The locks of the verbs and the ledger of editions protect whatever was in hand then.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from storage import Archive
from storage.upkeep.leases import LeaseRow, get_lease, release_lease, take_lease

NAME = "serve"
BEAT = 15.0  # seconds between two renewals, or two looks at another's lease
VALID = 60.0  # seconds after a renewal began in which its holder acts
ABANDONED = 75.0  # seconds without a renewal after which another may take over; the whole is under two minutes


def uptime() -> float:
    """Return seconds that nobody sets and that go on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Lease:
    """This process's part in the lease; call `beat` every BEAT seconds, ask `held` before every act."""

    def __init__(
        self, archive: Archive, *, holder: str | None = None, clock: Callable[[], float] = uptime, name: str = NAME
    ) -> None:
        self.archive = archive
        self.name = name
        self.holder = holder or this_process()
        self.clock = clock
        self.other: LeaseRow | None = None  #: who acts instead of us, as last seen
        self._seen_at = 0.0
        self._until = float("-inf")

    def held(self) -> bool:
        """Whether this process may act now; costs nothing."""
        return self.clock() < self._until

    def beat(self, now: datetime) -> bool:
        """Renew the lease, or take it where its holder is gone; answers whether it is ours."""
        started = self.clock()  # before the renewal: we stop earlier than anybody can think us gone
        with self.archive.begin() as db:
            row = get_lease(db, self.name)
            free = row is None or row.holder in ("", self.holder) or gone(row.holder) or self._abandoned(row, started)
            mine = free and take_lease(db, self.name, self.holder, now, row)
        self._until = started + VALID if mine else float("-inf")
        if mine:
            self.other = None
        return mine

    def _abandoned(self, row: LeaseRow, at: float) -> bool:
        same = self.other is not None and (self.other.holder, self.other.beat) == (row.holder, row.beat)
        if not same:
            self.other, self._seen_at = row, at
        return same and at - self._seen_at >= ABANDONED

    def release(self) -> None:
        """Give the lease up, if it is ours."""
        self._until = float("-inf")
        with self.archive.begin() as db:
            release_lease(db, self.name, self.holder)


@cache
def this_process() -> str:
    """Return a name of this process that no other has, on any machine, at any time."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_started(pid)}:{_kernel()}"


def shown(holder: str) -> str:
    """Return a holder's name for a person: host:pid."""
    return ":".join(holder.split(":")[:2])


def told(row: LeaseRow | None) -> dict[str, object]:
    """Return who acts, since when, and whether it is this process (`standby`: another one)."""
    if row is None or not row.holder:
        return {"role": "nobody", "holder": None, "since": None, "renewed_at": None}
    role = "active" if row.holder == this_process() else "standby"
    since, renewed = row.taken_at.isoformat(), row.renewed_at.isoformat()
    return {"role": role, "holder": shown(row.holder), "since": since, "renewed_at": renewed}


def gone(holder: str) -> bool:
    """Whether a holder's process is surely no more: only its own kernel can tell, elsewhere False."""
    host, _, rest = holder.partition(":")
    pid, _, rest = rest.partition(":")
    started, _, kernel = rest.partition(":")
    ours = bool(kernel) and pid.isdigit() and (host, kernel) == (socket.gethostname(), _kernel())
    return ours and _started(int(pid)) != started


@cache
def _kernel() -> str:
    """Return which boot of which machine, and which of its spaces of process ids; "" where it does not tell."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Return when a living process was started, in ticks since boot; "" where it is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]
