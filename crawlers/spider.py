"""The run: one Scrapy spider that works off a job, host by host, and tells the sink."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import AsyncCrawlerProcess

from crawlers.fetching.client import TOTAL_SEATS, Client, listen
from crawlers.fetching.guard import ALLOW_PRIVATE, EXEMPT_HOST
from crawlers.fetching.handler import HANDLER
from crawlers.fetching.unpacking import UNPACKING
from crawlers.gone import another_page
from crawlers.job import Job, Sink
from crawlers.lists.look import read_list
from crawlers.manners.politeness import UNDELAYED_SEATS, Host
from crawlers.outcomes import Answer, Trouble, article_trouble, conditions, outcome
from press import Feed, Outcome, Page, Reading

_SCRAPY: Final = "scrapy."
_log = logging.getLogger(__name__)


class PressSpider(scrapy.Spider):
    """Scrapy's side of a run: its downloader does the work, its scheduler has nothing to do."""

    name = "press"

    def __init__(self, job: Job, sink: Sink, failures: list[BaseException]) -> None:
        super().__init__()
        self.job = job
        self._sink = sink
        self._failures = failures

    async def start(self) -> AsyncIterator[Any]:
        """Do the whole job; what fails here is the sink or a bug, kept for `run` to raise."""
        listen(self.crawler)
        client = Client(self.job, self._sink, self.crawler.engine.download_async)
        try:
            await Run(self.job, self._sink, client).work()
        except Exception as error:  # raised again by `run`, outside the reactor
            self._failures.append(error)
        finally:
            client.close()
        return
        yield  # an async generator, as Scrapy wants it


class Run:
    """The work of one job: a queue and a few workers for each host, so that no host waits for another."""

    def __init__(self, job: Job, sink: Sink, client: Client) -> None:
        self._job = job
        self._sink = sink
        self._client = client
        self._asked: set[str] = set()  # URLs of this run: two lists may announce one article
        self._tasks: asyncio.TaskGroup
        self._until: float  # loop time

    async def work(self) -> None:
        """Lists first, then the articles that are due; what the lists announce joins the queues as it comes."""
        self._until = asyncio.get_running_loop().time() + self._job.budget
        try:
            async with asyncio.TaskGroup() as self._tasks:
                for feed in dict.fromkeys(self._job.feeds):
                    self._enqueue(feed.url, partial(self._list, feed))
                for reading in self._job.readings:
                    self._plan(reading)
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None

    def _plan(self, reading: Reading) -> None:
        if reading.link.url not in self._asked:
            self._asked.add(reading.link.url)
            self._enqueue(reading.link.served_url, partial(self._article, reading))

    def _enqueue(self, url: str, task: Callable[[], Awaitable[None]]) -> None:
        try:
            host = self._client.host(url)
        except ValueError:  # a port that is no number: the client says so, under the name of no host
            host = self._client.host("http://invalid")
        host.queue.append(task)
        if host.workers < (1 if host.delay else UNDELAYED_SEATS):
            host.workers += 1
            self._tasks.create_task(self._worker(host))

    async def _worker(self, host: Host) -> None:
        loop = asyncio.get_running_loop()
        try:
            while host.queue and loop.time() < self._until:
                await host.queue.popleft()()
        finally:
            host.workers -= 1

    async def _list(self, feed: Feed) -> None:
        for reading in self._sink.feed_read(await read_list(feed, self._job, self._client)):
            self._plan(reading)

    async def _article(self, reading: Reading) -> None:
        link = reading.link
        answer = await self._client.fetch(
            link.served_url, link.outlet, "page", conditions(reading.etag, reading.last_modified)
        )
        trouble = answer if isinstance(answer, Trouble) else self._trouble(reading, answer)
        if trouble is None and isinstance(answer, Answer):
            self._read(reading, answer)
        elif trouble is not None:
            ended = outcome(trouble, link.url, reading.attempt, self._job.now, reading.waits)
            self._sink.page_failed(reading, ended, trouble.status)

    def _trouble(self, reading: Reading, answer: Answer) -> Trouble | None:
        found = article_trouble(answer, again=reading.attempt > reading.waits)
        return found or another_page(reading.link, answer, self._job.outlets.get(reading.link.outlet))

    def _read(self, reading: Reading, answer: Answer) -> None:
        digest = hashlib.sha256(answer.body).hexdigest()
        if answer.status == 304 and not reading.sha256:
            trouble = Trouble("later", "304 to a request without a condition", 304)
            failed: Outcome = outcome(trouble, reading.link.url, reading.attempt, self._job.now)
            self._sink.page_failed(reading, failed, 304)
        elif answer.status == 304 or digest == reading.sha256:
            self._sink.page_unchanged(reading, self._job.now)
        else:
            link = reading.link
            page = Page(
                url=link.url,
                final_url=answer.url,
                outlet=link.outlet,
                status=answer.status,
                headers=answer.headers,
                body=answer.body,
                fetched_at=self._job.now,
                sha256=digest,
            )
            self._sink.page_read(reading, page)


def run(job: Job, sink: Sink) -> None:
    """Run the spider in this process, which must not have run a reactor before; raises what the sink raised."""
    failures: list[BaseException] = []
    process = AsyncCrawlerProcess(scrapy_settings(job))
    # Behind Scrapy's own set-up, which would undo it.
    logging.getLogger("scrapy").setLevel(logging.WARNING)
    # Sizes and data loss are outcomes that the sink hears of; Scrapy would print each as a warning as well.
    for name in ("core.downloader.handlers.http11", "downloadermiddlewares.httpcompression"):
        logging.getLogger(_SCRAPY + name).setLevel(logging.ERROR)
    process.crawl(PressSpider, job=job, sink=sink, failures=failures)
    process.start()
    if failures:
        raise failures[0]


def scrapy_settings(job: Job) -> dict[str, Any]:
    """Scrapy with what this spider needs and nothing else: the pace is the client's, so the downloader adds none."""
    return {
        ALLOW_PRIVATE: job.allow_private_hosts,
        EXEMPT_HOST: urlsplit(job.proxy).hostname or "",
        "TWISTED_DNS_RESOLVER": "crawlers.fetching.guard.GuardedResolver",
        "DNS_TIMEOUT": min(job.timeout, 20.0),
        "CONCURRENT_REQUESTS": TOTAL_SEATS,
        "CONCURRENT_REQUESTS_PER_DOMAIN": UNDELAYED_SEATS,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_TIMEOUT": job.timeout,
        "DOWNLOAD_MAXSIZE": job.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "s3")) | dict.fromkeys(("http", "https"), HANDLER),
        "REACTOR_THREADPOOL_MAXSIZE": TOTAL_SEATS,  # names that nobody answers for must not keep others from theirs
        "DOWNLOADER_MIDDLEWARES_BASE": {UNPACKING: 590},
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
    }
