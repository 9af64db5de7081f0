"""One article by hand: fetched, analysed, grouped like any other, and kept whatever it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from errors import DiemBaoError, Unusable
from pipeline.analyse import Reader, Task, keep
from pipeline.collect import LOCK_WAIT, crawled, job_of
from pipeline.group import group
from pipeline.running import outlets as chosen_outlets
from pipeline.running import show
from pipeline.running.counts import Counts, never_stop, silent
from press import Article, Link, Outlet, Reading
from press.urls import canonical, host
from settings import Settings
from storage import Archive, collecting, coverage


def add(archive: Archive, settings: Settings, url: str, now: datetime) -> show.Row:
    """Read one address now and return its article; one that is in the archive already is returned as it is.

    Raises Unusable with the reason where the address cannot be had or read, DiemBaoError for an outlet we do not read.
    """
    try:
        address = canonical(url)
    except ValueError as error:
        raise Unusable(url, str(error)) from error
    outlet = chosen_outlets.outlet_of(address, settings) or _unlisted(address)
    if outlet.disabled:
        raise DiemBaoError(f"{outlet.slug} is not read: {outlet.disabled}")
    link = Link(address, url, outlet.slug)
    with archive.lock("collect", LOCK_WAIT):
        found = _article(archive, address)
        if found is None:
            with archive.begin() as db:
                collecting.links.announce(db, [link], now)
            job = job_of(settings, {outlet.slug: outlet}, (), (Reading(link),), now)
            crawled(job, settings.storage.url, silent, never_stop)
            _analyse(archive, settings, address, now)
    group(archive, settings, now)
    found = _article(archive, address)
    if found is None:
        raise Unusable(address, _reason(archive, address))
    return show.article(found)


def _unlisted(address: str) -> Outlet:
    return Outlet(slug=host(address), name=host(address), language="vi", level="central", site=address)


def _article(archive: Archive, address: str) -> Article | None:
    with archive.read() as db:
        return coverage.articles.get_article(db, address)


def _analyse(archive: Archive, settings: Settings, address: str, now: datetime) -> None:
    with archive.lock("analyse", LOCK_WAIT):
        with archive.read() as db:
            waiting = [row for row in collecting.pages.due_pages(db, 1_000_000) if row.link.url == address]
        if waiting:
            reader = Reader(replace(settings, analysis=replace(settings.analysis, keep="all")))
            keep(archive, reader.read([Task(*row) for row in waiting]), now, Counts("analyse"))


def _reason(archive: Archive, address: str) -> str:
    with archive.read() as db:
        return collecting.links.reason(db, address) or "nothing came of it"
