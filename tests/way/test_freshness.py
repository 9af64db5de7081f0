"""How soon an article is read and what that costs its host: the rhythm on a simulated clock, at default settings."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import pytest

from pipeline.collect import ArchiveSink
from press import Feed, FeedReading, Link, Outcome, Page
from settings import Settings
from storage import Archive, collecting, open_archive
from tests.support.archives import NOW

pytestmark = pytest.mark.server

pytest_plugins = ["tests.support.databases"]

TICK = Settings().schedule.tick
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def archive(empty_sqlite: Path, tmp_path: Path) -> Iterator[Archive]:
    """Give an empty archive on one kind of database: what is due when is the same on both, as others test."""
    with open_archive(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'x.db')}") as opened:
        yield opened


class Press:
    """Lists and when each publishes what; articles of the first list stand in all of them."""

    def __init__(self, archive: Archive, lists: int, gap: timedelta, days: int) -> None:
        self.archive = archive
        self.feeds = [Feed("o", "feed", f"https://o.vn/{n}.rss") for n in range(lists)]
        chance = random.Random(len(self.feeds) * 1000 + gap.seconds)
        self.published: list[datetime] = []
        at = NOW - 2 * DAY
        while at < NOW + days * DAY:
            at += timedelta(seconds=chance.expovariate(1 / gap.total_seconds()))
            if 6 <= (at.hour + 7) % 24 < 22:  # nights are quiet
                self.published.append(at)
        self.read: dict[datetime, datetime] = {}
        self.asked: list[datetime] = []
        with archive.begin() as db:
            collecting.feeds.sync_feeds(db, self.feeds, NOW)

    def live(self, days: int) -> None:
        """Look every tick for what is due, as `serve` does."""
        for step in range(int(days * DAY / TICK)):
            now = NOW + step * TICK
            with self.archive.read() as db:
                due = collecting.feeds.due_feeds(db, now)
            for feed in due:
                self._ask(feed, now)

    def _ask(self, feed: Feed, now: datetime) -> None:
        self.asked.append(now)
        news = [at for at in self.published if now - DAY < at <= now][-40:]
        links = tuple(
            Link(f"https://o.vn/{at.timestamp():.0f}.html", f"https://o.vn/{at.timestamp()}.html", "o", published_at=at)
            for at in news
        )
        sink = ArchiveSink(self.archive, now, lambda done, known: None)
        for reading in sink.feed_read(FeedReading(feed, Outcome("done"), 200, now, links=links)):
            at = reading.link.published_at
            assert at is not None
            self.read.setdefault(at, now)
            sink.page_read(reading, Page(reading.link.url, reading.link.url, "o", 200, {}, b"x", now, "x"))
        sink.close()


def _busiest_hour(asked: list[datetime]) -> int:
    return max(sum(first <= at < first + HOUR for at in asked) for first in asked)


def test_an_article_of_an_active_outlet_is_read_within_minutes_and_a_quiet_hour_costs_little(archive: Archive) -> None:
    press = Press(archive, 1, 30 * MINUTE, 2)
    press.live(2)
    waits = [press.read[at] - at for at in press.published if at > NOW and at in press.read]
    assert len(waits) > 40
    assert median(waits) < 5 * MINUTE  # one more is left for reading and analysing the page
    assert _busiest_hour(press.asked) <= 11  # and one for robots.txt


def test_lists_that_overlap_share_one_budget(archive: Archive) -> None:
    press = Press(archive, 5, 30 * MINUTE, 1)
    press.live(1)
    waits = [press.read[at] - at for at in press.published if at > NOW and at in press.read]
    assert median(waits) < 5 * MINUTE
    assert _busiest_hour([at for at in press.asked if at > NOW]) <= 11
