"""How the service does, from the archive's own rows: what runs, what waits, what is wrong since when, what to do.

One look serves `/health`, `/metrics` and `diembao status`, so that they never disagree.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import logs
from errors import DiemBaoError
from pipeline.running import disk, lease, search
from pipeline.running import outlets as chosen_outlets
from pipeline.running.disk import Room
from press import OutletHealth
from settings import Settings
from storage import Archive, collecting, upkeep
from storage.search import IndexState, index_state
from storage.upkeep.figures import Ages, Open, Queues
from storage.upkeep.leases import LeaseRow, get_lease
from storage.upkeep.runs import Run, last_runs

LOG = logs.logger()
VERBS = ("collect", "analyse", "group", "publish")
JOBS = (*VERBS, "nightly")  # what the ledger of runs tells of
LAPSED = timedelta(seconds=2 * lease.VALID)  # without a renewal for so long nobody acts
DAY = timedelta(hours=24)
SHARE = 0.003  # of a core that looking at the outlets may cost


@dataclass(frozen=True, slots=True)
class Condition:
    """Everything one look found; `acting` tells whether some service does the work."""

    now: datetime
    lease: LeaseRow | None
    acting: bool
    runs: Mapping[str, Run]  #: verb or job -> its last run that had something to do
    queues: Queues
    editions: Mapping[str, int]
    open_editions: Sequence[Open]
    ahead: Sequence[Open]  #: sent by a clock that was ahead
    last_delivery: datetime | None
    lags: Sequence[float]  #: seconds, ascending, of the last 24 hours
    outlets: Sequence[OutletHealth]
    ages: Sequence[Ages]
    disk: Room | None  #: where the archive lies; None on PostgreSQL
    index: IndexState  #: of this machine


class Outlets:
    """The states of the outlets as last looked at: that reads a month of arrivals, so not every question looks anew.

    The first `latest` looks; later ones answer at once, and have a look made beside them when the last one is older
    than a tick, and old enough that the looks stay within their share of a core.
    """

    def __init__(self, archive: Archive, settings: Settings) -> None:
        self._archive = archive
        self._settings = settings
        self._found: Sequence[OutletHealth] | None = None
        self._at = datetime.min.replace(tzinfo=UTC)
        self._wait = timedelta(0)
        self._looking = threading.Lock()

    def latest(self, now: datetime) -> Sequence[OutletHealth]:
        """Return what the last look found; raises StorageError where the first one fails."""
        found = self._found
        if found is None:
            return self._look(now)
        if abs(now - self._at) >= self._wait and self._looking.acquire(blocking=False):
            threading.Thread(target=self._look_beside, args=(now,), name="outlets", daemon=True).start()
        return found

    def _look(self, now: datetime) -> Sequence[OutletHealth]:
        began = time.thread_time()
        self._found = found = states(self._archive, self._settings, now)
        took = timedelta(seconds=time.thread_time() - began)
        self._at, self._wait = now, max(self._settings.schedule.tick, took / SHARE)
        return found

    def _look_beside(self, now: datetime) -> None:
        try:
            self._look(now)
        except DiemBaoError as error:
            LOG.warning("the outlets could not be looked at", error=str(error))
        finally:
            self._looking.release()


def states(archive: Archive, settings: Settings, now: datetime) -> list[OutletHealth]:
    """Return the state of every outlet in use."""
    with archive.read() as db:
        return collecting.outlets.health(db, chosen_outlets.in_use(settings), now)


def quantile(ascending: Sequence[float], share: float) -> float | None:
    """Return the value that `share` of the ascending values do not exceed; None of nothing."""
    return ascending[min(int(share * len(ascending)), len(ascending) - 1)] if ascending else None


def look(
    archive: Archive, settings: Settings, now: datetime, outlets: Callable[[datetime], Sequence[OutletHealth]]
) -> Condition:
    """Look at everything. Raises StorageError where the archive does not answer."""
    with archive.read() as db:
        row = get_lease(db, lease.NAME)
        runs = {run.verb: run for verb in JOBS for run in last_runs(db, verb, 1)}
        found = Condition(
            now=now,
            lease=row,
            acting=acting(row, now),
            runs=runs,
            queues=upkeep.figures.queues(db, now),
            editions=upkeep.figures.edition_states(db),
            open_editions=upkeep.figures.open_editions(db),
            ahead=upkeep.figures.ahead(db, now),
            last_delivery=upkeep.figures.last_delivery(db),
            lags=upkeep.figures.lags(db, now - DAY),
            outlets=(),
            ages=upkeep.figures.ages(db),
            disk=None,
            index=index_state(db, search.folder(settings)),
        )
    return replace(found, outlets=outlets(now), disk=disk.room(archive, settings))


def acting(row: LeaseRow | None, now: datetime) -> bool:
    """Whether some service holds the lease and renewed it lately."""
    return row is not None and bool(row.holder) and now - row.renewed_at < LAPSED and not lease.gone(row.holder)
