"""Whole crawls of a press on loopback, a scenario each: pace, robots.txt, dead hosts, proxies, certificates."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest
import trustme

from crawlers.fetching.guard import address_refusal
from crawlers.manners.politeness import FAILURES
from press import Feed, Outlet, Reading, Robots, Section
from tests.support.crawlers_press import (
    NOW,
    PAGE,
    Heard,
    answer,
    conditional,
    heard,
    job,
    reading,
    rss,
    site,
    start,
)

pytestmark = pytest.mark.server


def test_second_asking_is_conditional(tmp_path: Path) -> None:
    with site() as served:
        served.routes |= {"/etag": conditional(rss(served.base, "/a")), "/plain": answer(rss(served.base, "/b"))}
        first = heard(job(*(Feed("o", "feed", served.base + path) for path in ("/etag", "/plain"))), tmp_path)
        served.seen.clear()
        again = heard(job(*(read.feed for read in first.feeds)), tmp_path)
    assert len(first.pages) == 2
    assert all(read.not_modified and not read.links for read in again.feeds)
    assert again.pages == {}
    assert served.headers("/etag")["if-none-match"] == '"v1"'
    assert "if-modified-since" in served.headers("/plain")
    assert sorted(served.paths()) == ["/etag", "/plain", "/robots.txt"]


def _in_an_hour() -> str:
    """An HTTP date, by the clock that the server's Date header follows."""
    return format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


def test_pace_crawl_delay_and_long_wait(tmp_path: Path) -> None:
    with site() as paced, site() as slower, site() as busy:
        slower.routes["/robots.txt"] = answer("User-agent: *\nCrawl-delay: 0.5", kind="text/plain")
        busy.routes["/one"] = answer("", 503, Retry_After=_in_an_hour())
        paced.routes["/rss"] = answer(rss(paced.base, "/a", "/b"))
        due = tuple(reading(served.base + path) for served in (slower, busy) for path in ("/one", "/two"))
        work = job(Feed("o", "feed", paced.base + "/rss"), readings=due, delay=0.25)
        result = heard(work, tmp_path)
    for served, delay in ((paced, 0.25), (slower, 0.5)):
        times = [at for _, _, at in served.seen]
        assert len(times) >= 3
        assert min(later - sooner for sooner, later in pairwise(times)) >= delay - 0.1
        assert served.busiest == 1
    assert busy.paths() == ["/robots.txt", "/one"]
    for path in ("/one", "/two"):
        outcome, _ = result.failed[busy.base + path]
        assert (outcome.kind, outcome.reason) == ("later", "asked to wait: 503")
        assert outcome.at is not None
        assert abs(outcome.at - NOW - timedelta(hours=1)) <= timedelta(minutes=1)


def test_robots_txt_is_kept_between_runs(tmp_path: Path) -> None:
    """Fresh: not asked for. Expired: asked conditionally. Unreachable: what was kept still holds, for a month."""
    with site() as served:
        served.routes["/robots.txt"] = conditional("User-agent: *\nDisallow: /secret", kind="text/plain")

        def run(hours: float, rules: dict[str, Robots], path: str) -> Heard:
            served.seen.clear()
            due = (reading(served.base + path), reading(served.base + "/secret/x"))
            return heard(job(readings=due, now=NOW + timedelta(hours=hours)), tmp_path, rules=rules)

        first = run(0, {}, "/a")
        kept = first.rules
        assert served.paths()[0] == "/robots.txt"
        fresh = run(0.9, kept, "/b")
        assert served.paths() == ["/b"]
        renewed = run(1, kept, "/c")
        assert served.headers("/robots.txt")["if-none-match"] == '"v1"'
        (robots,) = renewed.rules.values()
        assert (robots.body, robots.fetched_at) == (kept[robots.url].body, NOW + timedelta(hours=1))
        served.routes["/robots.txt"] = answer("", 503)
        stale = run(24 * 20, kept, "/d")
        assert served.paths() == ["/robots.txt", "/d"]
        assert stale.rules == kept
        gone = run(24 * 31, kept, "/e")
        assert served.paths() == ["/robots.txt"]
    for result in (first, fresh, renewed, stale):
        assert len(result.pages) == 1
        assert result.failed[served.base + "/secret/x"][0].reason == "blocked: robots.txt forbids this path"
    assert {outcome.reason for outcome, _ in gone.failed.values()} == {"robots.txt unreachable: 503"}


def _fails(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True  # without a word


def test_a_dead_host_is_left_alone_and_its_addresses_wait_each_their_own_time(tmp_path: Path) -> None:
    with site() as dead, site() as alive:
        due = [f"/{n}" for n in range(12)]
        dead.routes |= dict.fromkeys(due[2:], _fails)
        readings = tuple(reading(served.base + path) for served in (dead, alive) for path in due)
        result = heard(job(readings=readings, delay=0.01), tmp_path)
    # A request on a kept connection that breaks is sent once more by the connection pool: it may be seen twice.
    assert list(dict.fromkeys(dead.paths())) == ["/robots.txt", *due[: 2 + FAILURES]]
    assert {url for url in result.pages if url.startswith(alive.base)} == {alive.base + path for path in due}
    left = [result.failed[dead.base + path][0] for path in due[2 + FAILURES :]]
    assert {outcome.kind for outcome in left} == {"later"}
    assert all(outcome.reason.startswith(f"left alone after {FAILURES} failures in a row: ") for outcome in left)
    assert len({outcome.at for outcome in left}) == len(left)


def test_a_run_ends_when_its_time_is_over_and_the_rest_stays_due(tmp_path: Path) -> None:
    with site() as served:
        due = tuple(reading(f"{served.base}/{n}") for n in range(100))
        result = heard(job(readings=due, delay=0.1, budget=0.5), tmp_path)
    assert 2 <= len(result.pages) < 10
    assert result.failed == {}


def test_private_hosts_are_never_reached_from_outside(tmp_path: Path) -> None:
    with site() as served:
        port = served.base.rpartition(":")[2]
        urls = [
            f"http://{name}:{port}/a" for name in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:7f00:1]")
        ]
        work = job(
            Feed("o", "feed", served.base + "/rss"),
            readings=tuple(reading(url) for url in [*urls, "http://10.1.2.3/a", "http://[::1]/a"]),
            allow_private_hosts=False,
        )
        result = heard(work, tmp_path)
    assert served.seen == []
    assert result.wire == []
    assert len(result.failed) == 7
    assert {outcome.kind for outcome, _ in result.failed.values()} == {"never"}
    assert all(outcome.reason.startswith("refused address: ") for outcome, _ in result.failed.values())
    assert result.feeds[0].outcome.reason == "refused address: 127.0.0.1 is private"


def test_names_are_judged_where_the_connection_is_made(tmp_path: Path) -> None:
    """The name of this machine stands for an address inside: only the resolver can know."""
    name = socket.gethostname()
    try:
        refusal = address_refusal(socket.gethostbyname(name), allow_private=False)
    except OSError:
        pytest.skip("this machine's name has no address")
    assert refusal, "the name of this machine has a public address"
    with site() as served:
        url = f"http://{name}:{served.base.rpartition(':')[2]}/a"
        result = heard(job(readings=(reading(url),), allow_private_hosts=False), tmp_path)
    assert served.seen == []
    assert [outcome.reason for outcome, _ in result.failed.values()] == [refusal]


def test_proxy_is_used_and_may_be_private(tmp_path: Path) -> None:
    with site() as proxy:
        page = answer(PAGE.format("qua proxy"))
        proxy.routes |= {"http://outlet.invalid/robots.txt": answer("", 404), "http://outlet.invalid/a": page}
        address = proxy.base.replace("http://", "http://reader:secret@")
        due = (reading("http://outlet.invalid/a"), reading(proxy.base + "/x"))
        work = job(readings=due, proxy=address, allow_private_hosts=False)
        result = heard(work, tmp_path)
    assert proxy.paths() == ["http://outlet.invalid/robots.txt", "http://outlet.invalid/a"]
    assert proxy.seen[0][1]["proxy-authorization"] == "Basic cmVhZGVyOnNlY3JldA=="
    assert list(result.pages) == ["http://outlet.invalid/a"]
    assert [outcome.reason for outcome, _ in result.failed.values()] == ["refused address: 127.0.0.1 is private"]


def test_failure_of_the_sink_ends_the_run_and_is_raised(tmp_path: Path) -> None:
    with site() as served:
        result = heard(job(readings=(reading(served.base + "/a"),)), tmp_path, fail_with="disk full")
    assert result.error == "RuntimeError: disk full"


def test_sigterm_ends_a_crawl_cleanly(tmp_path: Path) -> None:
    with site() as served:
        due = tuple(reading(f"{served.base}/{n}") for n in range(1000))
        process = start(job(readings=due, delay=0.2), tmp_path / "heard")
        deadline = time.monotonic() + 20
        while len(served.seen) < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGTERM)
        process.join(10)
    assert process.exitcode == 0
    assert (tmp_path / "heard").exists()
    assert 3 <= len(served.seen) < 20


def test_section_outlet_and_reading_types_fit_the_catalogue(tmp_path: Path) -> None:
    """An outlet with nothing but a section page is read through its own selector."""
    with site() as served:
        served.routes["/"] = answer(
            '<div class="tin"><a href="/bai-1.html"><img></a><a href="/bai-1.html">Bài 1</a></div>'
        )
        outlet = Outlet("o", "O", "vi", "local", sections=(Section(served.base + "/", ".tin a"),))
        feeds = [Feed("o", "section", part.url, links=part.links) for part in outlet.sections]
        result = heard(replace(job(*feeds), outlets={"o": outlet}), tmp_path)
    assert list(result.pages) == [served.base + "/bai-1.html"]
    assert result.feeds[0].links[0].title == "Bài 1"
    assert isinstance(Reading(result.feeds[0].links[0]), Reading)


def test_certificates_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with site(tls=context) as served:
        work = job(Feed("o", "feed", served.base + "/rss"), readings=(reading(served.base + "/a"),))
        stranger = heard(work, tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        known = heard(work, tmp_path)
    outcome, status = stranger.failed[served.base + "/a"]
    assert (outcome.kind, status) == ("later", None)
    assert outcome.reason.startswith("robots.txt: connection failed: TLS")
    assert stranger.feeds[0].outcome.kind == "later"
    assert list(known.pages) == [served.base + "/a"]
