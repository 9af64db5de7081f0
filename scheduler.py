"""The schedule: APScheduler looks every tick for what is due, the web side answers beside it, SIGTERM ends both.

The archive says what is due, so after any downtime the first look catches up, and a look that finds nothing costs a
few queries. Reading the press and sending editions are two jobs, so that a slow outlet never delays the morning mail.
"""

from __future__ import annotations

import logging
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import uvicorn
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from errors import DiemBaoError, SettingsError
from pipeline.analyse import analyse
from pipeline.collect import collect
from pipeline.counts import Counts
from pipeline.group import group
from pipeline.publish import publish
from settings import Settings
from storage import Archive
from web import make_app

LOG = logging.getLogger("diembao")
CATCH_UP = 600.0  # seconds the first editions after a start wait for the press that was missed meanwhile


class Service:
    """One running service: its jobs, its stop signal."""

    def __init__(self, archive: Archive, settings: Settings) -> None:
        self.archive = archive
        self.settings = settings
        self.stopping = threading.Event()
        self.caught_up = threading.Event()

    def read_press(self) -> None:
        """Collect, analyse and group what is due now."""
        for verb in (collect, analyse, group):
            if not self.stopping.is_set():
                self._do(verb)
        self.caught_up.set()

    def send_editions(self) -> None:
        """Send the editions that are due now; right after a start, once the press that was missed has been read."""
        started = time.monotonic()
        while not (self.caught_up.is_set() or self.stopping.is_set()) and time.monotonic() < started + CATCH_UP:
            self.caught_up.wait(0.5)
        self.caught_up.set()
        if not self.stopping.is_set():
            self._do(publish)

    def _do(self, verb: Callable[..., Counts]) -> None:
        try:
            counts = verb(self.archive, self.settings, datetime.now(UTC), should_stop=self.stopping.is_set)
        except DiemBaoError as error:
            LOG.error("%s: %s", verb.__name__, error)
            return
        if counts.due:
            LOG.info("%s", counts.line())


def serve(archive: Archive, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; the work in hand is finished or handed back before this returns.

    Raises SettingsError when the address of the web side cannot be had.
    """
    service = Service(archive, settings)
    listener = _listen(settings)
    web = uvicorn.Server(uvicorn.Config(make_app(archive, settings), log_level="warning", access_log=False))
    web_thread = threading.Thread(target=web.run, kwargs={"sockets": [listener]}, name="web", daemon=True)
    jobs = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(2)})
    for job in (service.read_press, service.send_editions):
        jobs.add_job(
            job,
            "interval",
            seconds=settings.schedule.tick.total_seconds(),
            next_run_time=datetime.now(UTC),  # after downtime: at once
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    told: list[int] = []  # a handler may interrupt any line of the main thread: no lock must be taken in it
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, _: told.append(signum))
    web_thread.start()
    jobs.start()
    LOG.info("serving on http://%s:%s, looking every %s", *listener.getsockname()[:2], settings.schedule.tick)
    while not told:
        time.sleep(0.2)
    service.stopping.set()
    LOG.info("stopping: the work in hand is finished or handed back")
    jobs.shutdown(wait=True)
    web.should_exit = True
    web_thread.join(timeout=10)


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
