"""A small hostile press on loopback, and a crawl of it in a process of its own, for the tests of `crawlers`."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from crawlers import Job, crawl
from press import Feed, FeedReading, Link, Outcome, Outlet, Page, Reading, Robots
from tests.support.forked import CONTEXT

NOW = datetime(2026, 8, 5, 0, 0, tzinfo=UTC)
AGENT = "diembao/0.1 (+https://example.vn/diembao)"
PAGE = (
    "<!doctype html><html lang='vi'><title>{0}</title>"
    "<body><h1>{0}</h1><p>Xã Cù Lao Dung hôm nay có nắng.</p></body></html>"
)

Route = Callable[[BaseHTTPRequestHandler], None]


def answer(body: str | bytes = "", status: int = 200, kind: str = "text/html; charset=utf-8", **headers: str) -> Route:
    """A route that always gives the same answer; header names are written with underscores."""

    def route(request: BaseHTTPRequestHandler) -> None:
        data = body.encode() if isinstance(body, str) else body
        request.send_response(status)
        request.send_header("Content-Type", kind)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given.setdefault("Content-Length", str(len(data)))
        for name, value in given.items():
            if value:
                request.send_header(name, value)
        request.end_headers()
        request.wfile.write(data)

    return route


def conditional(body: str, etag: str = '"v1"', kind: str = "application/rss+xml") -> Route:
    """A route that honours If-None-Match."""

    def route(request: BaseHTTPRequestHandler) -> None:
        known = request.headers.get("If-None-Match") == etag
        answer("" if known else body, 304 if known else 200, kind, ETag=etag)(request)

    return route


def rss(base: str, *paths: str) -> str:
    """A feed with one item for each path."""
    items = "".join(
        f"<item><title>Tin {path}</title><link>{base}{path}</link><description>&lt;b&gt;Mở đầu&lt;/b&gt; của {path}"
        "</description><pubDate>Wed, 05 Aug 2026 05:00:00 +0700</pubDate></item>"
        for path in paths
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'


@dataclass
class Site:
    """One host of the press: its routes, and every request it saw as (path, headers, monotonic time)."""

    routes: dict[str, Route]
    seen: list[tuple[str, dict[str, str], float]] = field(default_factory=list)
    base: str = ""
    busiest: int = 0
    _busy: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.seen]

    def headers(self, path: str) -> dict[str, str]:
        return next(headers for seen, headers, _ in self.seen if seen == path)

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self.seen.append((request.path, {k.lower(): v for k, v in request.headers.items()}, time.monotonic()))
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        try:
            default = answer("", 404) if request.path == "/robots.txt" else answer(PAGE.format(request.path))
            self.routes.get(request.path, default)(request)
        except OSError:
            pass  # the client hung up, as it should on what is too large
        finally:
            with self._lock:
                self._busy -= 1


@contextmanager
def site(routes: dict[str, Route] | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Serve one host on a free port of 127.0.0.1."""
    served = Site(routes or {})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            served.handle(self)

        def log_message(self, *_: Any) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):
                super().handle()

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    served.base = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Heard:
    """A sink that remembers everything; `page_read` answers nothing, so plain lists do."""

    feeds: list[FeedReading] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, tuple[Outcome, int | None]] = field(default_factory=dict)
    wire: list[tuple[str, str, int | None]] = field(default_factory=list)
    clocks: list[datetime | None] = field(default_factory=list)
    rules: dict[str, Robots] = field(default_factory=dict)
    error: str = ""
    follow: bool = True
    fail_with: str = ""
    seconds: float = 0.0
    peak: int = 0  #: bytes of memory that the crawl's process took at most

    def feed_read(self, reading: FeedReading) -> list[Reading]:
        self.feeds.append(reading)
        return [Reading(link) for link in reading.links] if self.follow else []

    def page_read(self, reading: Reading, page: Page) -> None:
        if self.fail_with:
            raise RuntimeError(self.fail_with)
        assert page.url not in self.pages, f"{page.url} was read twice in one run"
        self.pages[page.url] = page

    def page_unchanged(self, reading: Reading, at: datetime) -> None:
        assert at == NOW
        self.unchanged.append(reading.link.url)

    def page_failed(self, reading: Reading, outcome: Outcome, status: int | None) -> None:
        self.failed[reading.link.url] = (outcome, status)

    def robots(self, url: str) -> Robots | None:
        return self.rules.get(url)

    def robots_read(self, robots: Robots) -> None:
        self.rules[robots.url] = robots

    def requested(self, outlet: str, url: str, status: int | None, shown: datetime | None) -> None:
        self.wire.append((outlet, url, status))
        self.clocks.append(shown)

    def feed(self, url: str) -> FeedReading:
        return next(reading for reading in self.feeds if reading.feed.url == url)


def job(*feeds: Feed, readings: tuple[Reading, ...] = (), **options: Any) -> Job:
    """A job against the test press, without delay and with loopback allowed unless said otherwise."""
    slugs = {feed.outlet for feed in feeds} | {reading.link.outlet for reading in readings}
    given: dict[str, Any] = {
        "outlets": {slug: Outlet(slug, slug, "vi", "central") for slug in slugs},
        "user_agent": AGENT,
        "delay": 0.0,
        "now": NOW,
        "allow_private_hosts": True,
        "timeout": 5.0,
    }
    return Job(feeds=feeds, readings=readings, **given | options)


def reading(url: str, **options: Any) -> Reading:
    """A due article of the outlet "o"."""
    return Reading(Link(url, url, "o"), **options)


def child(work: Job, sink: Heard, path: str, env: dict[str, str]) -> None:
    """The crawl's own process: run, and leave behind what the sink heard."""
    os.environ.update(env)
    started = time.monotonic()
    Path("/proc/self/clear_refs").write_text("5")  # a peak of its own: what the parent held is not the crawl's
    try:
        crawl(work, sink)
    except Exception as error:
        sink.error = f"{type(error).__name__}: {error}"
    sink.seconds = time.monotonic() - started
    status = Path("/proc/self/status").read_text()
    sink.peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
    Path(path).write_bytes(pickle.dumps(sink))


def start(work: Job, path: Path, *, anew: bool = False, **sink: Any) -> multiprocessing.process.BaseProcess:
    """Begin a crawl in a process of its own: forked, or with nothing in its memory but what it needs (`anew`)."""
    context = multiprocessing.get_context("spawn") if anew else CONTEXT
    process = context.Process(target=child, args=(work, Heard(**sink), str(path), dict(os.environ)))
    process.start()
    return process


def heard(work: Job, folder: Path, *, anew: bool = False, **sink: Any) -> Heard:
    """Run a crawl to its end in a process of its own, as `start` begins it, and return what its sink heard."""
    path = folder / f"heard-{time.monotonic_ns()}.pickle"
    process = start(work, path, anew=anew, **sink)
    process.join(60)
    assert process.exitcode == 0
    result = pickle.loads(path.read_bytes())
    assert isinstance(result, Heard)
    return result
