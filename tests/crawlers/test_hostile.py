"""A hostile outlet beside a good one, in one crawl: what it costs, what is noted for each of its tricks, who waits."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from threading import Event

import brotli  # type: ignore[import-untyped]
import pytest
from backports import zstd

from press import Feed, Outlet
from tests.support.crawlers_press import PAGE, Heard, Route, Site, answer, heard, job, reading, rss, site

pytestmark = pytest.mark.server

MEGABYTE = 1024 * 1024
GIGABYTES = 10
SECONDS, MEMORY = 60, 300 * MEGABYTE  # what a hostile outlet may cost
BLOCK = zlib.compressobj(9, zlib.DEFLATED, -15)
ZEROS = BLOCK.compress(bytes(MEGABYTE)) + BLOCK.flush(zlib.Z_FULL_FLUSH)  # a MiB of zeros, to be repeated
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
BOMB = bytes(64 * MEGABYTE)
STOP = Event()


def _stream(
    kind: str, chunk: bytes, times: int | None, pause: float = 0.0, first: bytes = b"", coding: str = ""
) -> Route:
    """A route that sends `chunk` again and again, without saying how often."""

    def route(request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        request.send_response(200)
        request.send_header("Content-Type", kind)
        if coding:
            request.send_header("Content-Encoding", coding)
        request.end_headers()
        request.wfile.write(first)
        sent = 0
        while times is None or sent < times:
            request.wfile.write(chunk)
            sent += 1
            if pause:
                STOP.wait(pause)

    return route


def _headers_without_end(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    line = b"X-Pad: " + b"x" * 1000 + b"\r\n"
    for _ in range(1024 * 1024):
        request.wfile.write(line)


def _continues_without_end(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True
    for _ in range(1024 * 1024):
        request.wfile.write(b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" * 64)


def _one_long_header(request: BaseHTTPRequestHandler) -> None:
    answer(PAGE.format("x"), X_Pad="x" * 200_000)(request)


def _hop(request: BaseHTTPRequestHandler) -> None:
    number = int(request.path.rpartition("/")[2])
    answer("", 302, Location=f"/hop/{number + 1}")(request)


def _packed(data: bytes, coding: str) -> Route:
    return answer(data, Content_Encoding=coding)


HEAD = '<?xml version="1.0"?>{}<rss version="2.0"><channel><title>x</title>'
ITEM = "<item><title>{}</title><link>{}/{}</link></item>"
END = "</channel></rss>"


def _feeds(base: str) -> dict[str, str]:
    """Lists built to be expensive, by path."""
    entities = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY x SYSTEM "file:///etc/passwd">' + "".join(
        f'<!ENTITY b{n} "&a;&a;&a;&a;&a;&a;&a;&a;">' for n in range(100_000)
    )
    head = HEAD.format("")
    return {
        "/entities": HEAD.format(entities + "]>") + ITEM.format("&b1;&x;" + "&a;" * 1_000_000, base, "e") + END,
        "/deep": head + ITEM.format("Sâu", base, "d") + "<i>" * 100_000 + END,
        "/title": head + ITEM.format("\x01\x1b[31m tin &amp;" * 300_000, base, "t") + END,
        "/items": head + "".join(ITEM.format("Tin", base, f"i{n}") for n in range(60_000)) + END,
        "/nothings": head + "<item/>" * 1_000_000 + END,
        "/attributes": head + "<item " + " ".join(f'a{n}="1"' for n in range(400_000)) + "/>" + END,
        "/brackets": head + ITEM.format("<" * 5_000_000, base, "b") + END,
        "/links": head
        + "".join(
            f"<item><title>x</title><link>{link}</link></item>"
            for link in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "http://169.254.169.254/meta")
        )
        + END,
    }


def _routes(base: str) -> dict[str, Route]:
    raw = "<p>mot trang khong co het</p>" * 4000
    once = gzip.compress(bytes(64 * MEGABYTE), 9)
    return {
        "/zeros": _stream("text/html", ZEROS, GIGABYTES * 1024, first=GZIP_HEAD, coding="gzip"),
        "/brotli": _packed(brotli.compress(BOMB, quality=5), "br"),
        "/zstd": _packed(zstd.compress(BOMB), "zstd"),
        "/deflate": _packed(zlib.compress(BOMB, 9), "deflate"),
        "/nested": _packed(gzip.compress(once), "gzip, gzip"),
        "/codings": _packed(once, ", ".join(["gzip"] * 500)),
        "/endless": _stream("text/html", raw.encode(), None),
        "/drip": _stream("text/html", b"<p>x</p>", None, pause=0.2),
        "/headers": _headers_without_end,
        "/header": _one_long_header,
        "/continue": _continues_without_end,
        "/hop/0": answer("", 302, Location="/hop/1"),
        **{f"/hop/{n}": _hop for n in range(1, 10_000)},
        "/inwards": answer("", 302, Location="http://[::ffff:169.254.169.254]/latest/meta-data/"),
        "/script": answer("", 302, Location="javascript:alert(1)"),
        **{path: answer(text, kind="application/rss+xml") for path, text in _feeds(base).items()},
    }


@dataclass
class Crawled:
    hostile: Site
    good: Site
    heard: Heard


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with ExitStack() as stack:
        hostile, good = stack.enter_context(site()), stack.enter_context(site())
        hostile.routes |= _routes(hostile.base)
        paths = [f"/g{n}" for n in range(20)]
        good.routes["/rss"] = answer(rss(good.base, *paths))
        news = [good.base + path for path in paths]
        lists = list(_feeds(hostile.base))
        pages = [
            path for path in hostile.routes if path not in lists and (path == "/hop/0" or not path.startswith("/hop/"))
        ]
        feeds = [Feed("h", "feed", hostile.base + path) for path in [*lists, "/endless"]]
        work = job(
            *feeds,
            Feed("h", "feed", "http://169.254.169.254/rss"),
            Feed("g", "feed", good.base + "/rss"),
            readings=tuple(reading(url) for url in [hostile.base + path for path in pages] + news),
            timeout=10.0,
        )
        work = replace(work, outlets={slug: Outlet(slug, slug, "vi", "central") for slug in "hgo"})
        try:
            told = heard(work, tmp_path_factory.mktemp("hostile"), anew=True, follow=False)  # its memory is measured
            yield Crawled(hostile, good, told)
        finally:
            STOP.set()


def test_it_costs_little(crawled: Crawled) -> None:
    assert crawled.heard.error == ""
    assert crawled.heard.seconds < SECONDS
    assert crawled.heard.peak < MEMORY


@pytest.mark.parametrize(
    ("path", "kind", "reason"),
    [
        *((path, "never", r"too large: .*bytes") for path in ("/zeros", "/brotli", "/zstd", "/deflate", "/nested")),
        ("/codings", "never", "too costly: packed 500 times"),
        ("/endless", "never", "too large: more than 8,388,608 bytes"),
        ("/drip", "later", "time-out after 10 s"),
        ("/headers", "never", "too large: more than 262,144 bytes of headers"),
        ("/continue", "never", "too large: more than 262,144 bytes of headers"),
        ("/header", "never", "too large: more than 65,536 bytes in one header"),
        ("/hop/0", "never", "too many redirects: more than 5"),
        ("/inwards", "never", "refused address: ::ffff:169.254.169.254 is a metadata service"),
        ("/script", "never", "refused address: only http and https are read, not javascript"),
    ],
)
def test_every_page_has_its_reason(crawled: Crawled, path: str, kind: str, reason: str) -> None:
    outcome, _ = crawled.heard.failed[crawled.hostile.base + path]
    assert outcome.kind == kind
    assert re.fullmatch(reason, outcome.reason)


@pytest.mark.parametrize(
    ("path", "links", "words"),
    [
        ("/entities", 1, "malformed: 1000002 characters that are no XML, mended"),
        ("/deep", 0, "too costly: more than 100,000 tags"),
        ("/nothings", 0, "too costly: more than 100,000 tags"),
        ("/brackets", 0, "too costly: more than 100,000 tags"),
        ("/attributes", 0, "too costly: a tag of more than 262,144 characters"),
        ("/title", 1, "malformed: 600000 characters that are no XML, mended"),
        ("/items", 1000, "only the first 1000 items are read"),
        ("/links", 1, "an item without an address (3)"),
        ("/endless", 0, "too large: more than 8,388,608 bytes"),
    ],
)
def test_every_list_has_its_reason(crawled: Crawled, path: str, links: int, words: str) -> None:
    read = crawled.heard.feed(crawled.hostile.base + path)
    assert len(read.links) == links
    assert (*read.problems, read.outcome.reason)[0] == words
    assert not any("root:" in link.title for link in read.links)  # no entity brings a file


def test_a_list_within_is_refused(crawled: Crawled) -> None:
    read = crawled.heard.feed("http://169.254.169.254/rss")
    assert read.outcome.reason == "refused address: 169.254.169.254 is a metadata service"


def test_the_good_outlet_is_read_whole(crawled: Crawled) -> None:
    assert len(crawled.heard.feed(crawled.good.base + "/rss").links) == 20
    assert {url for url in crawled.heard.pages if url.startswith(crawled.good.base)} == {
        f"{crawled.good.base}/g{n}" for n in range(20)
    }
