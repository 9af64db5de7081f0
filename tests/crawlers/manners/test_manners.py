"""The pure decisions of a crawl: what an answer means, how long to wait, what may be reached, what robots.txt says."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import DNSLookupError

from crawlers.fetching.guard import GuardedResolver, address_refusal, url_refusal
from crawlers.manners.politeness import (
    FAILURES,
    LONGEST_CRAWL_DELAY,
    PATIENCE,
    USUAL,
    crawl_delay,
    forbids,
    host_key,
    kept_for,
    new_host,
    product_token,
    read_rules,
    robots_url,
    whole_lines,
)
from crawlers.outcomes import (
    ATTEMPTS,
    LONGEST_RETRY_AFTER,
    WAITS,
    Answer,
    Trouble,
    article_trouble,
    backoff,
    feed_trouble,
    not_a_page,
    outcome,
    retry_after,
)

NOW = datetime(2026, 8, 5, tzinfo=UTC)
URL = "https://baothu.vn/bai-1.html"
PAGE = b"<html><body><p>x</p></body></html>"


def _answer(status: int = 200, body: bytes = PAGE, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(URL, status, {"content-type": "text/html"} | named, body)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, "never") for status in (400, 401, 402, 403, 404, 405, 410, 428, 451)),
        *((status, "later") for status in (201, 204, 206, 408, 425, 429, 500, 502, 503, 504, 520)),
    ],
)
def test_statuses_of_articles(status: int, kind: str) -> None:
    trouble = article_trouble(_answer(status))
    assert trouble is not None
    assert (trouble.kind, trouble.status) == (kind, status)


def test_a_page_and_an_unchanged_one_are_no_trouble() -> None:
    assert article_trouble(_answer()) is None
    assert article_trouble(_answer(304, b"")) is None
    assert article_trouble(_answer(200, b" \n")) == Trouble("later", "empty answer", 200)


def test_statuses_of_lists() -> None:
    assert feed_trouble(_answer()) == feed_trouble(_answer(304)) == ""
    assert [feed_trouble(_answer(status)) for status in (401, 403, 428, 451)] == [
        f"blocked: {status}" for status in (401, 403, 428, 451)
    ]
    assert feed_trouble(_answer(404)) == "gone: 404"
    assert feed_trouble(_answer(500)) == "server error: 500"


@pytest.mark.parametrize(
    "answer",
    [
        _answer(200, b"<script>document.cookie='D1N=1';location.reload()</script>"),
        _answer(503, b"<html>Just a moment<script src=/cdn-cgi/challenge-platform/x></script>"),
        _answer(403, b"x", cf_mitigated="challenge"),
    ],
)
def test_challenges_are_blocks(answer: Answer) -> None:
    assert article_trouble(answer) == Trouble("never", "blocked: a challenge page", answer.status)
    assert feed_trouble(answer) == "blocked: a challenge page"


def test_an_article_that_sets_cookies_is_no_challenge() -> None:
    script = b"<script>document.cookie='seen=1';if(x)location.reload()</script>"
    assert article_trouble(_answer(200, b"<html>" + script + b"<p>a</p><p>b</p><p>c</p>")) is None
    assert article_trouble(_answer(200, b"<html>" + script + b"x" * 50_000)) is None


@pytest.mark.parametrize(
    ("kind", "body", "refused"),
    [
        ("text/html; charset=utf-8", b"x", ""),
        ("", b"x", ""),
        ("application/xhtml+xml", b"x", ""),
        ("application/octet-stream", b"\xef\xbb\xbf <html>", ""),
        ("application/octet-stream", b"MZ", "application/octet-stream"),
        ("application/pdf", b"<html>", "application/pdf"),
        ("IMAGE/PNG", b"", "image/png"),
        ("application/json", b"{}", "application/json"),
    ],
)
def test_media_types(kind: str, body: bytes, refused: str) -> None:
    assert not_a_page(kind, body) == refused


def test_outcomes_grow_and_end() -> None:
    waits = []
    for attempt in range(ATTEMPTS - 1):
        later = outcome(Trouble("later", "time-out"), URL, attempt, NOW)
        assert later.kind == "later"
        assert later.at is not None
        waits.append(later.at - NOW)
    assert all(1.9 < longer / shorter < 2.1 for shorter, longer in pairwise(waits[:6]))
    ended = outcome(Trouble("later", "time-out"), URL, ATTEMPTS - 1, NOW)
    assert (ended.kind, ended.reason) == ("never", "given up after 8 attempts: time-out")
    assert outcome(Trouble("wait", "robots.txt"), URL, ATTEMPTS, NOW).kind == "later"
    assert outcome(Trouble("wait", "robots.txt"), URL, WAITS - 1, NOW, WAITS - 1).kind == "never"
    assert outcome(Trouble("wait", "x", at=NOW), URL, 0, NOW).at == NOW
    assert outcome(Trouble("never", "gone: 404"), URL, 0, NOW).reason == "gone: 404"


def test_waits_for_a_host_cost_an_article_no_attempt() -> None:
    after_days = outcome(Trouble("later", "server error: 500"), URL, ATTEMPTS * 3, NOW, waits=ATTEMPTS * 3)
    assert (after_days.kind, after_days.waited) == ("later", False)
    assert outcome(Trouble("wait", "robots.txt"), URL, WAITS, NOW, waits=WAITS - 2).waited
    assert outcome(Trouble("wait", "robots.txt"), URL, WAITS, NOW, waits=WAITS - 1).kind == "never"


@given(st.text(), st.integers(-3, 10**6))
def test_backoff_stays_in_its_bounds_and_is_the_same_again(url: str, attempt: int) -> None:
    wait = backoff(url, attempt)
    assert timedelta(minutes=4.5) <= wait <= timedelta(hours=6.6)
    assert backoff(url, attempt) == wait


def test_backoff_spreads_urls() -> None:
    assert len({backoff(f"{URL}?{n}", 0) for n in range(50)}) > 40


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "30"}, 30),
        ({"retry-after": "99999999999999"}, LONGEST_RETRY_AFTER.total_seconds()),
        ({"retry-after": format_datetime(NOW + timedelta(minutes=2), usegmt=True)}, 120),
        ({"retry-after": format_datetime(NOW - timedelta(minutes=2), usegmt=True)}, 0),
        # The server's clock is a year behind: its own difference counts.
        (
            {
                "retry-after": format_datetime(NOW - timedelta(days=365), usegmt=True),
                "date": format_datetime(NOW - timedelta(days=365, seconds=90), usegmt=True),
            },
            90,
        ),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    wait = retry_after(headers, NOW)
    assert (None if wait is None else wait.total_seconds()) == seconds


@given(st.text(max_size=60), st.text(max_size=60))
def test_retry_after_never_raises(value: str, date: str) -> None:
    wait = retry_after({"retry-after": value, "date": date}, NOW)
    assert wait is None or timedelta(0) <= wait <= LONGEST_RETRY_AFTER


PRIVATE = (
    "fec0::1",
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "100.64.0.1",
    "::1",
    "fd12::1",
    "::ffff:10.0.0.1",
)
NEVER = (
    *("169.254.169.254", "169.254.1.1", "100.100.100.200", "168.63.129.16", "fe80::1%eth0", "fd00:ec2::254", "0.0.0.0"),
    *("224.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "::"),
)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_only_where_allowed(address: str) -> None:
    assert address_refusal(address, allow_private=False)
    assert address_refusal(address, allow_private=True) == ""


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_never(address: str) -> None:
    assert address_refusal(address, allow_private=True)
    assert address_refusal(address, allow_private=False)


@pytest.mark.parametrize("address", ["123.30.151.1", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_always(address: str) -> None:
    assert address_refusal(address, allow_private=False) == ""


@pytest.mark.parametrize(
    "url",
    [
        *("http://2130706433/", "http://0177.0.0.1/", "http://0x7f000001/", "http://127.1/", "http://localhost:8080/"),
        *("http://a.localhost/", "http://[::1]/", "http://user@127.0.0.1/", "ftp://baothu.vn/", "file:///etc/passwd"),
        *(
            "javascript:alert(1)",
            "http://①②⑦.0.0.1/",
            "http://127。0．0｡1/",
            "http:///x",
            "http://[::1",
            "http://baothu.vn:99999/",
            "http://metadata.google.internal/",
        ),
    ],
)
def test_urls_that_are_refused_before_they_are_resolved(url: str) -> None:
    assert url_refusal(url, allow_private=False).startswith("refused address: ")


def test_urls_that_may_be_asked() -> None:
    assert url_refusal(URL, allow_private=False) == ""
    assert url_refusal("http://127.0.0.1:8000/", allow_private=True) == ""


class _Names:
    """A resolver that answers from a table."""

    def __init__(self, table: dict[str, str]) -> None:
        self.table = table

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        return succeed(self.table[name])


@pytest.mark.parametrize(
    ("name", "allow", "reached"),
    [
        ("inwards.example", False, False),
        ("inwards.example", True, True),
        ("metadata.example", True, False),
        ("public.example", False, True),
        ("proxy.example", False, True),
    ],
)
def test_names_are_judged_by_what_they_resolve_to(name: str, allow: bool, reached: bool) -> None:
    table = {
        "inwards.example": "10.0.0.7",
        "metadata.example": "169.254.169.254",
        "public.example": "123.30.151.1",
        "proxy.example": "10.0.0.8",
    }
    inner: Any = _Names(table)
    results: list[Any] = []
    resolver = GuardedResolver(inner, allow_private=allow, exempt="proxy.example")
    resolver.getHostByName(name).addBoth(results.append)
    if reached:
        assert results == [table[name]]
    else:
        assert results[0].check(DNSLookupError)


ROBOTS = b"""User-agent: *
Disallow: /

User-agent: DiemBao
Disallow: /tim-kiem
Allow: /
Crawl-delay: 7
"""
TOKEN = "diembao"


def test_robots_rules_are_ours_by_name() -> None:
    rules = read_rules(200, ROBOTS, TOKEN)
    assert forbids(rules, URL, TOKEN) == ""
    assert forbids(rules, "https://baothu.vn/tim-kiem?q=x", TOKEN) == "robots.txt forbids this path"
    assert forbids(rules, URL, "otherbot") == "robots.txt forbids this path"
    assert crawl_delay(rules, TOKEN) == 7
    assert crawl_delay(read_rules(200, b"User-agent: *\nCrawl-delay: 99999", TOKEN), TOKEN) == LONGEST_CRAWL_DELAY
    assert crawl_delay(read_rules(404, b"", TOKEN), TOKEN) == 0


@pytest.mark.parametrize(
    "name",
    ["DiemBao/0.1", "diembao/2", "DiemBao/0.1 (+https://vidu.vn)", "  DIEMBAO/0.1  # log", "Mozilla/5.0 (DiemBao/0.1)"],
)
def test_who_copies_our_name_from_his_log_means_us(name: str) -> None:
    rules = read_rules(200, f"User-agent: {name}\nDisallow: /\n\nUser-agent: *\nAllow: /\n".encode(), TOKEN)
    assert forbids(rules, URL, TOKEN) == "robots.txt forbids this path"


@pytest.mark.parametrize("name", ["DiemBaoKhac/0.1", "MyDiemBao", "diembao-extra"])
def test_another_name_that_holds_ours_does_not_mean_us(name: str) -> None:
    rules = read_rules(200, f"User-agent: {name}\nDisallow: /\n".encode(), TOKEN)
    assert forbids(rules, URL, TOKEN) == ""


@given(st.integers(0, len(ROBOTS)), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_half_a_line_of_robots_is_no_rule(length: int, end: bytes) -> None:
    body = b"User-agent: *\nDisallow: /noi-bo/\nAllow: /\n".replace(b"\n", end)
    cut = whole_lines(body[:length], truncated=True)
    assert body.startswith(cut)
    assert not cut or cut.endswith((b"\n", b"\r"))
    assert forbids(read_rules(200, cut, TOKEN), URL, TOKEN) == ""
    assert whole_lines(body[:length], truncated=False) == body[:length]


@pytest.mark.parametrize("status", [404, 410, 400, 405, 304, 204])
def test_no_robots_means_no_rules(status: int) -> None:
    rules = read_rules(status, b"", TOKEN)
    assert (rules.trouble, forbids(rules, URL, TOKEN)) == ("", "")


@pytest.mark.parametrize("status", [401, 403])
def test_refused_robots_means_no(status: int) -> None:
    assert forbids(read_rules(status, b"", TOKEN), URL, TOKEN) == f"robots.txt is refused: {status}"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 599])
def test_unreachable_robots_means_wait(status: int) -> None:
    assert read_rules(status, b"", TOKEN).trouble == f"robots.txt unreachable: {status}"


@pytest.mark.parametrize(
    ("status", "said", "hours"),
    [
        (200, "", 1),
        (404, "", 1),
        (200, "public, max-age=7200", 2),
        (200, 'MAX-AGE = "7200"', 2),
        (200, "max-age=999999999", 24),
        (200, "max-age=0", 1),
        (200, "no-cache", 1),
        (200, "no-store, max-age=86400", 1),
        (403, "max-age=86400", 1),
    ],
)
def test_robots_are_kept_for_hours(status: int, said: str, hours: int) -> None:
    assert kept_for(status, said) == timedelta(hours=hours)


@given(st.binary(max_size=200))
def test_robots_of_any_bytes_are_rules(body: bytes) -> None:
    rules = read_rules(200, body, TOKEN)
    forbids(rules, URL, TOKEN)
    assert 0 <= crawl_delay(rules, TOKEN) <= LONGEST_CRAWL_DELAY


def test_names_and_keys() -> None:
    assert product_token("diembao/0.1 (+https://example.vn/googlebot)") == "diembao"
    assert product_token("Mozilla/5.0 (compatible; DiemBao/1)") == "Mozilla/5.0 (compatible; DiemBao/1)"
    assert host_key("https://Baothu.vn:443/a") == host_key("http://baothu.vn/b") == "baothu.vn"
    assert host_key("http://127.0.0.1:8001/") == "127.0.0.1:8001"
    assert robots_url("https://a:b@baothu.vn:8443/x?y#z") == "https://baothu.vn:8443/robots.txt"


def test_starts_are_apart_whoever_asks() -> None:
    async def starts() -> list[float]:
        host = new_host("baothu.vn", 0.05)
        times: list[float] = []

        async def ask() -> None:
            await host.turn()
            times.append(asyncio.get_running_loop().time())

        await asyncio.gather(*(ask() for _ in range(4)))
        host.slow_down(0.1)
        host.slow_down(0.02)
        await asyncio.gather(*(ask() for _ in range(2)))
        return times

    gaps = [later - sooner for sooner, later in pairwise(asyncio.run(starts()))]
    assert min(gaps) >= 0.049
    assert min(gaps[3:]) >= 0.099


def test_a_host_that_was_told_to_rest_rests_longest() -> None:
    host = new_host("baothu.vn", 1)
    host.close("asked to wait: 429", NOW + timedelta(hours=2))
    host.close("asked to wait: 503", NOW + timedelta(hours=1))
    assert (host.closed, host.closed_until) == ("asked to wait: 429", NOW + timedelta(hours=2))


def test_a_host_that_dies_is_left_alone_after_a_few_failures_in_a_row() -> None:
    host = new_host("baothu.vn", 1)
    for failure in ("time-out", "time-out", "", *["connection refused"] * (FAILURES - 1)):
        host.ended(0.1, failure)
        assert host.closed == ""
    host.ended(0.1, "connection refused")
    assert host.closed == f"left alone after {FAILURES} failures in a row: connection refused"
    assert host.closed_until is None  # each address waits its own time, so that they do not come back together


def test_a_host_that_answers_slowly_runs_out_of_patience() -> None:
    host = new_host("baothu.vn", 1)
    for _ in range(100):
        host.ended(USUAL, "")
    assert host.closed == ""
    host.ended(USUAL + PATIENCE, "")
    assert host.closed == ""
    host.ended(USUAL + 1, "")
    assert host.closed.startswith("too slow: ")
