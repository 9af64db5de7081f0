"""The schedule: APScheduler looks every tick for what is due, the web side answers beside it, SIGTERM ends both.

The archive says what is due, so after any downtime the first look catches up, and a look that finds nothing costs a
few queries. JOBS is the table of what is looked for. Of several services on one archive only the holder of the lease
acts; the others stand by.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as time_of_day
from typing import Protocol

import uvicorn
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

import logs
from errors import DiemBaoError, SettingsError, StorageError
from pipeline.analyse import analyse
from pipeline.collect import look_at_press
from pipeline.desk.people import first_link
from pipeline.group import group
from pipeline.publish import publish
from pipeline.running.counts import Counts
from pipeline.running.due import last_daily
from pipeline.running.lease import BEAT, Lease, shown
from pipeline.upkeep.backup import backups
from pipeline.upkeep.retention import retention
from pipeline.watching.reminding import reminders
from pipeline.watching.saved import saved_searches
from pipeline.watching.watch import watch
from settings import Settings
from storage import Archive
from storage.search import Follower
from storage.upkeep.runs import last_runs, ran_between, record_run
from web import make_app

LOG = logs.logger()
CATCH_UP = 600.0  # seconds the first editions after a start wait for the press that was missed meanwhile
STOP = 24.0  # seconds the work in hand may take to end; then it is left as a kill would leave it, which loses nothing
CLOCK_STEP = 5.0  # seconds by which the clock must have been set for a look out of turn


class Verb(Protocol):
    """A step of a job: does what is due by `now`, ends early when told to, and can be killed and run again."""

    @property
    def __name__(self) -> str: ...

    def __call__(
        self, archive: Archive, settings: Settings, now: datetime, *, should_stop: Callable[[], bool]
    ) -> Counts: ...


@dataclass(frozen=True, slots=True)
class Job:
    """A line of the schedule: its steps in order, at every look, or once a day from `daily` on.

    A daily one that was missed is done at the next look; the ledger of runs knows whether it was done. `after_press`:
    right after a start it waits until the press that was missed has been read.
    """

    name: str
    steps: tuple[Verb, ...]
    daily: time_of_day | None = None  #: in the digest's time zone
    after_press: bool = False


def analyse_apart(archive: Archive, settings: Settings, now: datetime, *, should_stop: Callable[[], bool]) -> Counts:
    """Analyse in child processes only: the models would stay in the memory of a service that runs for years."""
    return analyse(archive, settings, now, should_stop=should_stop, apart=True)


PRESS = Job("press", (look_at_press, analyse_apart, group))
#: Jobs run beside one another, so that a slow outlet never delays the morning mail. Another one is a line here.
JOBS = (
    PRESS,
    Job("editions", (publish,), after_press=True),
    Job("watch", (watch,), after_press=True),
    Job("searches", (saved_searches,)),
    Job("reminders", (reminders,)),
    Job("nightly", (backups, retention), daily=time_of_day(2, 30)),
)


class Service:
    """One running service: its lease, its jobs, its stop signal."""

    def __init__(self, archive: Archive, settings: Settings) -> None:
        self.archive = archive
        self.settings = settings
        self.lease = Lease(archive)
        self.stopping = threading.Event()
        self.caught_up = threading.Event()
        self._away = False  #: the archive does not answer, and that was said
        self.scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(len(JOBS))})

    def should_stop(self) -> bool:
        """Whether whatever runs is to end: the service stops, or another one acts."""
        return self.stopping.is_set() or not self.lease.held()

    def start(self) -> None:
        """Take the lease or stand by, and look for the first time."""
        self.renew()
        threading.Thread(target=self._keep_lease, name="lease", daemon=True).start()
        for job in JOBS:
            self.scheduler.add_job(
                self.look,
                "interval",
                args=(job,),
                seconds=self.settings.schedule.tick.total_seconds(),
                next_run_time=datetime.now(UTC),  # after downtime: at once
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self.scheduler.start()

    def look(self, job: Job) -> None:
        """Do what of a job is due now; an archive that is away is said once, and once when it is back."""
        try:
            self._look(job)
        except DiemBaoError as error:
            self._failed("job failed", error, job=job.name)

    def _look(self, job: Job) -> None:
        if job.after_press:
            self._wait_for_press()
        if self.should_stop():
            return
        if job.daily is not None:
            self._daily(job, job.daily)
            return
        for step in job.steps:
            if not self.should_stop():
                self._do(step)
        if job is PRESS:
            self.caught_up.set()

    def _wait_for_press(self) -> None:
        started = time.monotonic()
        while not (self.caught_up.is_set() or self.should_stop()) and time.monotonic() < started + CATCH_UP:
            self.caught_up.wait(0.5)

    def _daily(self, job: Job, at: time_of_day) -> None:
        started = datetime.now(UTC)
        planned = last_daily(at, started, self.settings.digest.timezone)
        with self.archive.read() as db:
            if ran_between(db, job.name, planned, started):
                return
        counts, error = Counts(job.name), ""
        try:
            for step in job.steps:
                counts.extra |= {step.__name__: self._step(step, started).as_json()}
        except DiemBaoError as failed:
            error = str(failed)
            LOG.error("job failed", job=job.name, error=str(error))
        if self.should_stop():
            return  # not done: it is due again at the next start
        with self.archive.begin() as db:
            record_run(db, job.name, planned, started, datetime.now(UTC), counts.as_json(), error)

    def _do(self, verb: Verb) -> None:
        try:
            counts = self._step(verb, datetime.now(UTC))
        except DiemBaoError as error:
            self._failed("verb failed", error, verb=verb.__name__)
            return
        self._answers()
        if counts.due:
            LOG.info("verb done", **_told(counts))

    def _failed(self, what: str, error: DiemBaoError, **more: str) -> None:
        """Say what failed; where the archive is away, that, and not at every look anew."""
        try:
            with self.archive.read() as db:
                last_runs(db, PRESS.name, 1)
        except StorageError as away:
            if not self._away:
                self._away = True
                LOG.error("the archive does not answer, tried again at every look", error=str(away))
            return
        LOG.error(what, **more, error=str(error))

    def _answers(self) -> None:
        if self._away:
            self._away = False
            LOG.info("the archive answers again")

    def _step(self, verb: Verb, now: datetime) -> Counts:
        return verb(self.archive, self.settings, now, should_stop=self.should_stop)

    def look_now(self) -> None:
        """Look out of turn, and from then on every tick."""
        for job in self.scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))

    def _keep_lease(self) -> None:
        while not self.stopping.wait(BEAT):
            self.renew()
            _tell_systemd("WATCHDOG=1")

    def renew(self) -> None:
        """Renew the lease or look whether it is free, and say when that changes who acts."""
        before, other = self.lease.held(), self.lease.other
        try:
            acts = self.lease.beat(datetime.now(UTC))
        except DiemBaoError as error:
            self._failed("lease not renewed, tried again", error)
            return
        self._answers()
        if acts and not before:
            LOG.info("acting from now on")
            self.look_now()
        elif not acts and self.lease.other and (before or other is None or other.holder != self.lease.other.holder):
            LOG.warning("standing by: another one acts on this archive", holder=shown(self.lease.other.holder))

    def stop(self) -> bool:
        """End the jobs and give the lease up; False when something in hand did not end in time."""
        self.stopping.set()
        self.scheduler.pause()
        ending = threading.Thread(target=self.scheduler.shutdown, name="ending", daemon=True)
        ending.start()
        ending.join(STOP)
        releasing = threading.Thread(target=self._release, name="release", daemon=True)
        releasing.start()
        releasing.join(2)
        return not ending.is_alive()

    def _release(self) -> None:
        try:
            self.lease.release()
        except DiemBaoError as error:
            LOG.warning("lease not given up, another service takes over in two minutes", error=str(error))


def _told(counts: Counts) -> dict[str, object]:
    """Return a verb's counts as fields of an event; what each outlet did stands in the ledger."""
    return {name: value for name, value in counts.as_json().items() if not isinstance(value, dict)}


def serve(archive: Archive, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; the work in hand is finished or handed back before this returns.

    Raises SettingsError when the address of the web side cannot be had.
    """
    service = Service(archive, settings)
    listener = _listen(settings)
    app = make_app(archive, settings)
    web = uvicorn.Server(uvicorn.Config(app, log_config=None, log_level="warning", access_log=False))
    web_thread = threading.Thread(target=web.run, kwargs={"sockets": [listener]}, name="web", daemon=True)
    told: list[int] = []  # a handler may interrupt any line of the main thread: no lock must be taken in it
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, _: told.append(signum))
    web_thread.start()
    service.start()
    host, port = listener.getsockname()[:2]
    if link := first_link(archive, settings, datetime.now(UTC)):
        print(f"No account yet. Make the first administrator (once, within three days): {link}", flush=True)
    LOG.info("serving", host=host, port=port, tick=str(settings.schedule.tick))
    _tell_systemd("READY=1")
    follower = Follower(app.state.site.index)
    follower.start()
    _wait(told, service.look_now)
    _tell_systemd("STOPPING=1")
    LOG.info("stopping")
    follower.stop(wait=2)
    web.should_exit = True
    whole = service.stop()
    web_thread.join(timeout=2)
    if not whole:
        LOG.warning("left as it is, the next start goes on with it", seconds=STOP)
        logging.shutdown()
        os._exit(0)  # a thread of ours hangs in a call that nobody can interrupt; children die with us


def _wait(told: list[int], clock_was_set: Callable[[], None]) -> None:
    """Sleep until a signal came; APScheduler plans by the wall clock, so a clock set back would make it sleep too."""
    ahead = time.time() - time.monotonic()
    while not told:
        time.sleep(0.5)
        before, ahead = ahead, time.time() - time.monotonic()
        if abs(ahead - before) > CLOCK_STEP:
            LOG.warning("clock was set, looking for what is due", seconds=round(ahead - before))
            clock_was_set()


def _tell_systemd(state: str) -> None:
    """Tell the service manager how we do, where it asked to be told (sd_notify)."""
    if address := os.environ.get("NOTIFY_SOCKET"):
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.web.host, settings.web.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise SettingsError(f"[web] cannot listen on {host}:{port} ({error.strerror}): set another port") from error
    return listener
