"""Collect: ask the lists and articles that are due, in a child process, so that a long-lived service keeps its memory.

The child writes to the archive itself, in small transactions; the parent waits, shows the progress and counts. The
parent holds one lock and the child another: whichever is killed, the next collect finds whole rows and goes on.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from multiprocessing.context import ForkServerContext, SpawnContext
from statistics import median
from typing import TypeVar

from sqlalchemy import Connection

import logs
from crawlers import Job, crawl
from crawlers.manners.politeness import host_key
from crawlers.manners.rhythm import apart, doubtful, next_ask, next_reading
from errors import DiemBaoError, UsageError
from pipeline.running import clock, disk
from pipeline.running import outlets as chosen_outlets
from pipeline.running.counts import Counts, Progress, never_stop, silent
from pipeline.running.process import GRACE, die_with_parent, interrupted_by
from pipeline.running.runs import recorded
from press import Feed, FeedReading, Outcome, Outlet, Page, Reading, Robots
from settings import Settings
from storage import Archive, collecting, open_archive

LOCK_WAIT = 60.0  # seconds another collect may still need before we say that it runs
BATCH = 40  # pages a transaction: a kill costs at most so many requests once more
RHYTHM = timedelta(days=14)  # how far back a list's arrivals tell its rhythm
OUTCOMES = ("done", "later", "never")

#: How the child begins: a forked one would share our connections and threads (tests have a server that forks).
PROCESSES: SpawnContext | ForkServerContext = multiprocessing.get_context("spawn")

LOG = logs.logger()
LOOK = 300.0  # seconds: no list is asked more often, so no outlet's many articles keep another's list waiting longer

T = TypeVar("T")


def collect(
    archive: Archive,
    settings: Settings,
    now: datetime,
    *,
    outlets: tuple[str, ...] = (),
    progress: Progress = silent,
    should_stop: Callable[[], bool] = never_stop,
    budget: float | None = None,
) -> Counts:
    """Ask what is due by `now`: lists conditionally, then the articles they announce and those due for a re-reading.

    With a nearly full disk nothing is asked, and `paused` says why: all stays due.
    `outlets`: slugs to ask (default: all in use). After `budget` seconds nothing more is asked, what is left stays due.
    UsageError for an unknown outlet, SettingsError without a contact.
    """
    with archive.lock("collect", LOCK_WAIT), recorded(archive, "collect", now) as counts:
        if why := disk.paused(archive, settings, now):
            counts.extra["paused"] = why
            return counts
        job = _job(archive, settings, now, outlets)
        if budget is not None:
            job = replace(job, budget=budget)
        counts.due = len(job.feeds) + len(job.readings)
        told = crawled(job, settings.storage.url, progress, should_stop) if counts.due else Tally()
        told.into(counts)
    return counts


def look_at_press(
    archive: Archive, settings: Settings, now: datetime, *, should_stop: Callable[[], bool] = never_stop
) -> Counts:
    """Collect as a service does that looks again soon: for five minutes at most."""
    return collect(archive, settings, now, should_stop=should_stop, budget=LOOK)


def _job(archive: Archive, settings: Settings, now: datetime, slugs: tuple[str, ...]) -> Job:
    in_use = {outlet.slug: outlet for outlet in chosen_outlets.in_use(settings)}
    for slug in slugs:
        if slug not in in_use:
            every = chosen_outlets.known(settings)
            if slug not in every:
                raise UsageError(chosen_outlets.unknown_slug(slug, in_use))
            raise DiemBaoError(f"{slug} is not read: {every[slug].disabled or '[crawl] outlets leaves it out'}")
    asked = tuple(slugs or in_use)
    with archive.begin() as db:
        collecting.feeds.sync_feeds(db, chosen_outlets.feeds_of(list(in_use.values())), now)
        feeds = [_doubted(db, feed, now) for feed in collecting.feeds.due_feeds(db, now, asked)]
        readings = collecting.links.due_readings(db, now, asked)
    return job_of(settings, in_use, tuple(feeds), tuple(readings), now)


def _doubted(db: Connection, feed: Feed, now: datetime) -> Feed:
    """The list with the mark whether an "unchanged" of it is to be believed."""
    return replace(feed, doubted=doubtful(_arrivals(db, feed.url, now), now, feed.doubted_at))


def _arrivals(db: Connection, url: str, now: datetime) -> list[datetime]:
    """When what a list was the first to announce arrived, as far as its rhythm goes back."""
    arrivals = collecting.feeds.arrivals(db, feed=url, since=now - RHYTHM)
    _, since = collecting.feeds.standing(db, url)
    # It only repeats what others announce: silent since it was first asked.
    return arrivals if arrivals or since is None else [since]


def job_of(
    settings: Settings,
    outlets: Mapping[str, Outlet],
    feeds: tuple[Feed, ...],
    readings: tuple[Reading, ...],
    now: datetime,
) -> Job:
    """Return the crawl of these lists and articles by the rules of the settings."""
    return Job(
        outlets=outlets,
        feeds=feeds,
        readings=readings,
        user_agent=settings.user_agent,
        delay=settings.crawl.delay,
        now=now,
        proxy=settings.crawl.proxy,
        allow_private_hosts=settings.crawl.allow_private_hosts,
    )


def crawled(job: Job, url: str, progress: Progress, should_stop: Callable[[], bool]) -> Tally:
    """Run a job in a child process to its end, or until it has stopped as `should_stop` wants.

    Raises DiemBaoError where the child died or could not go on.
    """
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = PROCESSES.Process(
        target=_child, args=(job, url, theirs, logs.current()), name="diembao-collect", daemon=True
    )
    child.start()
    theirs.close()
    told = _Told(ours, progress)
    stopped = 0.0
    try:
        while not told.last():
            if not stopped and should_stop():
                stopped = time.monotonic()
                child.terminate()  # once: the crawl ends what it has in hand, the rest stays due
            if stopped and time.monotonic() > stopped + GRACE:
                break
    except BaseException:  # Ctrl-C: the child hears of it from us alone
        child.terminate()
        raise
    finally:
        interrupted_by(child, 5.0 if stopped else GRACE)
        ours.close()
    if isinstance(told.answer, Tally):
        return told.answer
    if stopped:
        return Tally()
    raise DiemBaoError(f"the collector ended unfinished ({told.answer or f'exit code {child.exitcode}'}); run it again")


class _Told:
    """What the child says: its progress, and at last its tally or why it could not go on (None: it died)."""

    def __init__(self, pipe: Pipe, progress: Progress) -> None:
        self.pipe = pipe
        self.progress = progress
        self.answer: object = None

    def last(self) -> bool:
        """Wait a little for a word; True when it was the last one."""
        try:
            if not self.pipe.poll(0.2):
                return False
            said = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            return True
        if isinstance(said, tuple):
            self.progress("collect", *said)
            return False
        self.answer = said
        return True


def _child(job: Job, url: str, pipe: Pipe, setup: logs.Setup | None) -> None:
    """Run the crawl: the whole life of the child process."""
    die_with_parent()
    logs.follow(setup)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which tells us
    archive = open_archive(url)
    try:
        with archive.lock("crawl", LOCK_WAIT):
            sink = ArchiveSink(archive, job.now, lambda done, known: pipe.send((done, known)))
            crawl(job, sink)
            pipe.send(sink.close())
    except DiemBaoError as error:
        pipe.send(str(error))
    except Exception:  # a bug: its traceback belongs into the log, on one line; the parent hears of the exit code
        LOG.exception("the collector broke")
        raise SystemExit(1) from None
    finally:
        archive.close()
        pipe.close()


class Tally:
    """What a crawl counted, in all and per outlet; pickles to the parent."""

    def __init__(self) -> None:
        self.by_outlet: dict[str, Counter[str]] = {}
        self.ahead: dict[str, float] = {}  #: host -> seconds that our clock is ahead of its

    def add(self, outlet: str, *what: str) -> None:
        """Count one of each for the outlet."""
        self.by_outlet.setdefault(outlet, Counter()).update(what)

    def into(self, counts: Counts) -> None:
        """Put the sums and the outlets' parts into a verb's counts."""
        total: Counter[str] = sum(self.by_outlet.values(), Counter())
        for outcome in OUTCOMES:
            counts.add(outcome, total[outcome])
        names = ("requests", "not_modified", "pages")
        counts.extra |= {name: total[name] for name in names}
        if len(self.ahead) >= clock.HOSTS:
            counts.extra["clock"] = {"ahead": round(median(self.ahead.values())), "hosts": len(self.ahead)}
        counts.extra["outlets"] = {
            slug: {name: part[name] for name in (*names, *OUTCOMES)} for slug, part in sorted(self.by_outlet.items())
        }


class ArchiveSink:
    """Commits what the spider brings, on one writer thread, so that the spider never waits for the disk."""

    def __init__(self, archive: Archive, now: datetime, told: Callable[[int, int], None]) -> None:
        self.archive = archive
        self.now = now
        self.told = told
        self.tally = Tally()
        self.known = 0
        self.ended = 0
        self.waiting: list[Callable[[Connection], object]] = []
        self.weight = 0
        self.writer = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self.pending: list[Future[None]] = []

    def requested(self, outlet: str, url: str, status: int | None, shown: datetime | None) -> None:
        """Count a request on the wire, and compare clocks: the machine's own, not the time the crawl was told."""
        self.tally.add(outlet, "requests")
        if shown is not None:
            self.tally.ahead[host_key(url)] = (datetime.now(UTC) - shown).total_seconds()

    def feed_read(self, reading: FeedReading) -> list[Reading]:
        """Keep what a list said and when to ask it again; answers with the articles never read that are due."""
        feed = reading.feed
        self.tally.add(feed.outlet, reading.outcome.kind, *(["not_modified"] if reading.not_modified else []))
        new = self._now(lambda db: self._keep_feed(db, reading))
        self.known += len(new)
        return new

    def _keep_feed(self, db: Connection, reading: FeedReading) -> list[Reading]:
        url = reading.feed.url
        new = collecting.links.announce(db, reading.links, self.now, feed=url) if reading.links else []
        arrivals = _arrivals(db, url, self.now)
        before, _ = collecting.feeds.standing(db, url)
        # A first failure may be a hiccup: the second look comes after the usual interval, later ones after longer.
        failures = 0 if reading.outcome.kind == "done" else before
        due = reading.outcome.at or next_ask(arrivals, self.now, failures)
        others = collecting.feeds.planned(db, self.now)
        due = apart(due, [at for other, at in others if other != url and host_key(other) == host_key(url)], self.now)
        collecting.feeds.record_feed(db, reading, due, len(new))
        return new

    def robots(self, url: str) -> Robots | None:
        """Answer with the robots.txt that was kept."""
        return self._now(lambda db: collecting.robots.kept(db, url))

    def robots_read(self, robots: Robots) -> None:
        """Keep a robots.txt for the runs to come."""
        self._now(lambda db: collecting.robots.keep(db, robots))

    def page_read(self, reading: Reading, page: Page) -> None:
        """Keep a page that is new or differs from the last one."""
        self.tally.add(page.outlet, "done", "pages")
        self.weight += len(page.body)
        self._soon(lambda db: collecting.links.record_page(db, reading, page, next_reading))

    def page_unchanged(self, reading: Reading, at: datetime) -> None:
        """Note that a page is as it was."""
        self.tally.add(reading.link.outlet, "done", "not_modified")
        self._soon(lambda db: collecting.links.record_unchanged(db, reading, at, next_reading))

    def page_failed(self, reading: Reading, outcome: Outcome, status: int | None) -> None:
        """Note that a page could not be had: later, or never and why."""
        self.tally.add(reading.link.outlet, outcome.kind)
        self._soon(lambda db: collecting.links.record_failed(db, reading, outcome, status, self.now))

    def close(self) -> Tally:
        """Commit what waits; raises what the writer raised."""
        self._flush()
        self.writer.shutdown(wait=True)
        self._raise_failures()
        return self.tally

    def _soon(self, write: Callable[[Connection], object]) -> None:
        self.ended += 1
        self.waiting.append(write)
        if len(self.waiting) >= BATCH or self.weight > 8 << 20:
            self._flush()

    def _now(self, write: Callable[[Connection], T]) -> T:
        self._flush()
        return self.writer.submit(self._committed, write).result()

    def _flush(self) -> None:
        if not self.waiting:
            return
        batch, self.waiting, self.weight = self.waiting, [], 0
        self._raise_failures()
        self.pending.append(self.writer.submit(self._write, batch))
        self.told(self.ended, self.known)

    def _raise_failures(self) -> None:
        """Let no failed write pass unnoticed; waits while the disk is more than a few batches behind."""
        while self.pending and (self.pending[0].done() or len(self.pending) > 4):
            self.pending.pop(0).result()

    def _write(self, batch: list[Callable[[Connection], object]]) -> None:
        with self.archive.begin() as db:
            for write in batch:
                write(db)

    def _committed(self, write: Callable[[Connection], T]) -> T:
        with self.archive.begin() as db:
            return write(db)
