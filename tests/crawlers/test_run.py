"""Whole crawls of a hostile press on loopback; each crawl has a process of its own, many scenarios share one crawl."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from press import Feed, Outlet
from tests.support.crawlers_press import (
    AGENT,
    NOW,
    PAGE,
    Heard,
    Site,
    answer,
    conditional,
    heard,
    job,
    reading,
    rss,
    site,
)

pytestmark = pytest.mark.server

MEGABYTE = 1024 * 1024
PROMISE = 5 * 1024**3
DEAD = "http://127.0.0.1:9/rss"  # the discard port: nobody listens
NAMELESS = "http://no-such-outlet.invalid/rss"
YESTERDAY = "Tue, 04 Aug 2026 00:00:00 GMT"
CHALLENGE = "<html><script>document.cookie='D1N=abc';window.location.reload(true);</script></html>"
ROBOTS = "User-agent: diembao\nDisallow: /secret\n\nUser-agent: *\nDisallow: /"
SITEMAP = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{}</urlset>'
)


def _hang_up(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "5000")
    request.send_header("Content-Type", "text/html")
    request.end_headers()
    request.wfile.write(b"<html><p>half a page")
    request.close_connection = True


def _endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.end_headers()
    for _ in range(200):
        request.wfile.write(b"<p>mot trang khong co het</p>" * 4000)
    request.close_connection = True


def _slow(request: BaseHTTPRequestHandler) -> None:
    time.sleep(3)
    request.close_connection = True


def _once_429(request: BaseHTTPRequestHandler) -> None:
    asked = getattr(_once_429, "asked", 0)
    _once_429.asked = asked + 1  # type: ignore[attr-defined]
    (answer("", 429, Retry_After="1") if not asked else answer(PAGE.format("sau khi chờ")))(request)


def _bare_304(request: BaseHTTPRequestHandler) -> None:
    answer("", 304)(request)


def _main_routes(main: Site, other: Site) -> None:
    page = answer(PAGE.format("một bài"))
    main.routes |= {
        "/robots.txt": answer(
            "User-agent: diembao\nDisallow: /secret\n\nUser-agent: *\nDisallow: /", kind="text/plain"
        ),
        "/rss": conditional(rss(main.base, "/a1", "/a2", "/secret/x", "/a1?utm_source=rss")),
        "/rss2": conditional(rss(main.base, "/a1", "/a3")),
        "/html": answer(PAGE.format("Lỗi 500")),
        "/empty": answer(""),
        "/cut": answer(rss(main.base, "/a4", "/a5")[:-60], kind="text/xml"),
        "/short": _hang_up,
        "/utf16": answer(
            rss(main.base, "/a6").replace("utf-8", "utf-16").encode("utf-16"), kind="text/xml; charset=utf-8"
        ),
        "/liar": answer(rss(main.base, "/a7")),
        "/challenge-feed": answer(CHALLENGE),
        "/forbidden-feed": answer("no", 403),
        "/map.xml.gz": answer(
            gzip.compress(
                SITEMAP.format(
                    f"<url><loc>{main.base}/m1</loc><n:news><n:publication_date>2026-08-04T08:00:00+07:00"
                    "</n:publication_date><n:title>Tin sơ đồ</n:title></n:news></url>"
                ).encode()
            ),
            kind="application/gzip",
        ),
        "/index.xml": answer(
            '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            f"<sitemap><loc>{main.base}/new.xml</loc><lastmod>2026-08-04</lastmod></sitemap>"
            f"<sitemap><loc>{main.base}/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap></sitemapindex>"
        ),
        "/new.xml": answer(SITEMAP.format(f"<url><loc>{main.base}/m2</loc><lastmod>2026-08-04</lastmod></url>")),
        "/thoi-su": answer(
            '<h3 class="title"><a href="/s1"> Bài <b>một</b></a></h3>'
            f'<h3 class="title"><a href="{other.base}/x">x</a></h3>'
            '<a href="/menu">menu</a>'
        ),
        "/gone": answer("", 410),
        "/missing": answer("", 404),
        "/refused": answer("", 403),
        "/428": answer("", 428),
        "/500": answer("", 500),
        "/loop1": answer("", 302, Location="/loop2"),
        "/loop2": answer("", 302, Location="/loop1"),
        "/chain": answer("", 301, Location="/chain/1"),
        **{f"/chain/{n}": answer("", 301, Location=f"/chain/{n + 1}") for n in range(1, 9)},
        "/moved": answer("", 301, Location="/moved-here"),
        "/elsewhere": answer("", 302, Location=f"{other.base}/closed/x"),
        "/inwards": answer("", 302, Location="http://169.254.169.254/latest/meta-data"),
        "/file": answer("", 302, Location="file:///etc/passwd"),
        "/promise": answer(b"x", Content_Length=str(PROMISE)),
        "/endless": _endless,
        "/bomb": answer(gzip.compress(b"0" * (20 * MEGABYTE)), Content_Encoding="gzip"),
        "/pdf": answer(b"%PDF-1.7", kind="application/pdf"),
        "/data": answer(b'{"a": 1}', kind="application/json"),
        "/wall": answer(CHALLENGE),
        "/half": _hang_up,
        "/slow": _slow,
        "/429": _once_429,
        "/etag": conditional(PAGE.format("cũ"), '"p1"', "text/html"),
        "/same": page,
        "/changed": page,
        "/bare304": _bare_304,
        "/bare304-feed": _bare_304,
    }
    other.routes["/robots.txt"] = answer("User-agent: *\nDisallow: /closed", kind="text/plain")


ARTICLES = (
    *("/gone", "/missing", "/refused", "/428", "/500", "/loop1", "/chain", "/moved", "/elsewhere", "/inwards", "/file"),
    *("/promise", "/endless", "/bomb", "/pdf", "/data", "/wall", "/half", "/slow", "/429", "/bare304"),
)


@dataclass
class Crawled:
    main: Site
    other: Site
    down: Site
    closed: Site
    busy: Site
    heard: Heard

    def failed(self, path: str) -> tuple[str, str]:
        outcome, _ = self.heard.failed[self.main.base + path]
        return outcome.kind, outcome.reason


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with ExitStack() as stack:
        main, other, down, closed, busy = (stack.enter_context(site()) for _ in range(5))
        _main_routes(main, other)
        down.routes["/robots.txt"] = answer("", 503)
        closed.routes["/robots.txt"] = answer("", 401)
        busy.routes |= {"/first": answer("", 429, Retry_After="7200"), "/never": answer("x")}
        body = hashlib.sha256(rss(main.base, "/a7").encode()).hexdigest()
        same = hashlib.sha256(PAGE.format("một bài").encode()).hexdigest()
        feeds = [
            Feed("o", "feed", main.base + path)
            for path in ["/rss", "/rss2", "/html", "/empty", "/cut", "/short", "/utf16", "/bare304-feed"]
        ]
        feeds += [
            Feed(
                "o",
                "feed",
                main.base + "/liar",
                sha256=body,
                etag='"gone"',
                last_modified="Tue, 04 Aug 2026 00:00:00 GMT",
            ),
            Feed("o", "feed", main.base + "/challenge-feed"),
            Feed("o", "feed", main.base + "/forbidden-feed"),
            Feed("o", "sitemap", main.base + "/map.xml.gz"),
            Feed("o", "sitemap", main.base + "/index.xml"),
            Feed("o", "section", main.base + "/thoi-su", links="h3.title a"),
            Feed("p", "feed", DEAD),
            Feed("p", "feed", NAMELESS),
            Feed("p", "feed", down.base + "/rss"),
            Feed("p", "feed", closed.base + "/rss"),
            Feed("p", "feed", busy.base + "/first"),
        ]
        due = [reading(main.base + path) for path in ARTICLES]
        due += [
            reading(main.base + "/etag", etag='"p1"', sha256="0"),
            reading(main.base + "/same", sha256=same),
            reading(main.base + "/changed", sha256="0"),
            reading(down.base + "/a"),
            reading(closed.base + "/a"),
            reading("http://127.0.0.1:9/a", attempt=3),
            reading("http://no-such-outlet.invalid/a", attempt=7),
            reading("http://169.254.169.254/latest"),
            reading(busy.base + "/first"),
        ]
        work = job(*feeds, readings=tuple(due), max_bytes=MEGABYTE, timeout=2.0)
        work = replace(work, outlets={slug: Outlet(slug, slug, "vi", "central") for slug in "op"})
        yield Crawled(main, other, down, closed, busy, heard(work, tmp_path_factory.mktemp("crawl")))


def test_run_tells_no_error(crawled: Crawled) -> None:
    assert crawled.heard.error == ""


def test_new_articles_of_feeds_are_read_in_the_same_run_and_once(crawled: Crawled) -> None:
    base = crawled.main.base
    assert {base + path for path in ("/a1", "/a2", "/a3", "/a4", "/a6", "/m1", "/m2", "/s1")} <= set(
        crawled.heard.pages
    )
    assert [path for path in crawled.main.paths() if path.startswith("/a1")] == ["/a1"]
    page = crawled.heard.pages[base + "/a1"]
    assert page.body == PAGE.format("/a1").encode()
    assert page.sha256 == hashlib.sha256(page.body).hexdigest()
    assert (page.fetched_at, page.status, page.outlet) == (NOW, 200, "o")


def test_one_identified_agent_and_no_cookies(crawled: Crawled) -> None:
    seen = [headers for served in (crawled.main, crawled.other, crawled.down) for _, headers, _ in served.seen]
    assert seen
    assert {headers["user-agent"] for headers in seen} == {AGENT}
    assert not any("cookie" in headers for headers in seen)


def test_robots_is_asked_once_and_before_anything_else(crawled: Crawled) -> None:
    for served in (crawled.main, crawled.other, crawled.down, crawled.closed, crawled.busy):
        assert served.paths()[0] == "/robots.txt"
        assert served.paths().count("/robots.txt") == 1


def test_robots_forbids_a_path_and_a_redirect_target(crawled: Crawled) -> None:
    assert crawled.failed("/secret/x") == ("never", "blocked: robots.txt forbids this path")
    assert crawled.failed("/elsewhere") == ("never", "blocked: robots.txt forbids this path")
    assert "/secret/x" not in crawled.main.paths()
    assert "/closed/x" not in crawled.other.paths()


def test_unreachable_robots_means_wait_and_refused_robots_means_no(crawled: Crawled) -> None:
    assert crawled.down.paths() == ["/robots.txt"]
    assert crawled.closed.paths() == ["/robots.txt"]
    outcome, _ = crawled.heard.failed[crawled.down.base + "/a"]
    assert (outcome.kind, outcome.reason) == ("later", "robots.txt unreachable: 503")
    outcome, _ = crawled.heard.failed[crawled.closed.base + "/a"]
    assert (outcome.kind, outcome.reason) == ("never", "blocked: robots.txt is refused: 401")
    feed = crawled.heard.feed(crawled.down.base + "/rss")
    assert (feed.outcome.kind, feed.links) == ("later", ())
    assert crawled.heard.feed(crawled.closed.base + "/rss").outcome.reason.startswith("blocked: ")


@pytest.mark.parametrize(
    ("path", "kind", "reason"),
    [
        ("/gone", "never", "gone: 410"),
        ("/missing", "never", "gone: 404"),
        ("/refused", "never", "refused: 403"),
        ("/428", "never", "refused: 428"),
        ("/500", "later", "server error: 500"),
        ("/loop1", "never", "redirect loop"),
        ("/chain", "never", "too many redirects: more than 5"),
        ("/inwards", "never", "refused address: 169.254.169.254 is a metadata service"),
        ("/file", "never", "refused address: only http and https are read, not file"),
        ("/promise", "never", "too large: 5,368,709,120 bytes"),
        ("/endless", "never", "too large: more than 1,048,576 bytes"),
        ("/bomb", "never", "too large: more than 1,048,576 bytes"),
        ("/pdf", "never", "not a page: application/pdf"),
        ("/data", "never", "not a page: application/json"),
        ("/wall", "never", "blocked: a challenge page"),
        ("/half", "later", "truncated answer"),
        ("/slow", "later", "time-out after 2 s"),
        ("/bare304", "later", "304 to a request without a condition"),
    ],
)
def test_article_outcomes(crawled: Crawled, path: str, kind: str, reason: str) -> None:
    assert crawled.failed(path) == (kind, reason)


def test_later_has_a_time_near_five_minutes(crawled: Crawled) -> None:
    outcome, status = crawled.heard.failed[crawled.main.base + "/500"]
    assert status == 500
    assert outcome.at is not None
    assert timedelta(minutes=4.5) <= outcome.at - NOW <= timedelta(minutes=5.5)


def test_dead_hosts_are_tried_later_for_ever(crawled: Crawled) -> None:
    # What cannot be told is whether the host lets us in: that is no failure of the article.
    refused, _ = crawled.heard.failed["http://127.0.0.1:9/a"]
    assert (refused.kind, refused.reason) == ("later", "robots.txt: connection refused")
    nameless, _ = crawled.heard.failed["http://no-such-outlet.invalid/a"]
    assert nameless.kind == "later"
    assert nameless.reason == "robots.txt: DNS: no-such-outlet.invalid cannot be resolved"
    assert crawled.heard.feed(DEAD).outcome.kind == "later"
    assert crawled.heard.feed(NAMELESS).status is None
    assert crawled.heard.feed(NAMELESS).outcome.at is None  # the rhythm decides


def test_permanent_redirect_keeps_the_article_address(crawled: Crawled) -> None:
    page = crawled.heard.pages[crawled.main.base + "/moved"]
    assert page.final_url == crawled.main.base + "/moved-here"


def test_short_retry_after_is_waited_for(crawled: Crawled) -> None:
    times = [at for path, _, at in crawled.main.seen if path == "/429"]
    assert len(times) == 2
    assert times[1] - times[0] >= 1.0
    assert crawled.main.base + "/429" in crawled.heard.pages


def test_long_retry_after_is_obeyed(crawled: Crawled) -> None:
    outcome, status = crawled.heard.failed[crawled.busy.base + "/first"]
    feed = crawled.heard.feed(crawled.busy.base + "/first")
    assert (outcome.kind, outcome.at) == (feed.outcome.kind, feed.outcome.at) == ("later", NOW + timedelta(hours=2))
    assert 429 in {status, feed.status}


def test_rereadings(crawled: Crawled) -> None:
    base = crawled.main.base
    assert crawled.main.headers("/etag")["if-none-match"] == '"p1"'
    assert sorted(crawled.heard.unchanged) == [base + "/etag", base + "/same"]
    assert base + "/changed" in crawled.heard.pages


def test_feed_states(crawled: Crawled) -> None:
    def state(path: str) -> tuple[str, str, int]:
        read = crawled.heard.feed(crawled.main.base + path)
        assert read.fetched_at == NOW
        return read.outcome.kind, read.outcome.reason, len(read.links)

    assert state("/rss") == ("done", "", 3)
    assert state("/html") == ("later", "a web page instead of a feed", 0)
    assert state("/empty") == ("later", "an empty answer instead of a feed", 0)
    assert state("/challenge-feed") == ("later", "blocked: a challenge page", 0)
    assert state("/bare304-feed") == ("later", "304 to a request without a condition", 0)
    assert state("/forbidden-feed") == ("later", "blocked: 403", 0)
    assert state("/short")[0] == "later"
    assert state("/utf16") == ("done", "", 1)
    assert state("/map.xml.gz") == ("done", "", 1)
    assert state("/thoi-su") == ("done", "", 1)
    assert crawled.heard.feed(crawled.main.base + "/forbidden-feed").status == 403


def test_truncated_feed_keeps_whole_items_and_says_so(crawled: Crawled) -> None:
    cut = crawled.heard.feed(crawled.main.base + "/cut")
    assert [link.url for link in cut.links] == [crawled.main.base + "/a4"]
    assert cut.problems == ("truncated: 1 whole items read",)


def test_lying_server_is_found_out_by_the_bytes(crawled: Crawled) -> None:
    liar = crawled.heard.feed(crawled.main.base + "/liar")
    assert (liar.not_modified, liar.links, liar.status) == (True, (), 200)
    headers = crawled.main.headers("/liar")
    assert headers["if-none-match"] == '"gone"'
    assert headers["if-modified-since"] == YESTERDAY


def test_sitemap_index_reads_its_recent_children_only(crawled: Crawled) -> None:
    assert "/new.xml" in crawled.main.paths()
    assert "/old.xml" not in crawled.main.paths()


def test_section_page_stays_on_its_site(crawled: Crawled) -> None:
    section = crawled.heard.feed(crawled.main.base + "/thoi-su")
    assert [(link.url, link.title) for link in section.links] == [(crawled.main.base + "/s1", "Bài một")]


def test_every_request_on_the_wire_is_told(crawled: Crawled) -> None:
    told = [url for _, url, _ in crawled.heard.wire]
    for served in (crawled.main, crawled.other, crawled.down, crawled.closed, crawled.busy):
        assert sorted(url for url in told if url.startswith(served.base)) == sorted(
            served.base + path for path in served.paths()
        )
