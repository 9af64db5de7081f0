"""How the demo press is served: conditions, changes, troubles, processes of its own."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import unicodedata
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import feedparser
import pytest
from lxml import etree, html

from demo.press import Press, serve_forever
from demo.serving.serving import bind
from demo.truth.truth import COPY_MARK, outlets
from press.dates import parse
from press.outlets import outlet_from_row
from press.urls import canonical
from tests.demo.asking import ANCHOR, feed_url, get, of, plain

pytestmark = pytest.mark.server


@pytest.mark.parametrize(
    ("slug", "validators"),
    [("songhau", {"etag", "last-modified"}), ("cuulong", {"etag", "last-modified"}), ("bandoc", {"etag"}),
     ("phusa", {"last-modified"}), ("deisan", {"etag", "last-modified"})],
)  # fmt: skip
def test_conditional_requests_for_articles(press: Press, slug: str, validators: set[str]) -> None:
    article = plain(press, slug)
    first = get(article.url)
    assert first.status == 200
    assert {"etag", "last-modified"} & set(first.headers) == validators
    names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    for validator in validators:
        again = get(article.url, {names[validator]: first.headers[validator]})
        assert (again.status, again.body) == (304, b"")
    assert get(article.url, {"If-None-Match": '"another"'}).status == 200
    assert get(article.url, {"If-Modified-Since": "Sat, 01 Aug 2020 00:00:00 GMT"}).status == 200


def test_conditional_requests_for_lists(press: Press) -> None:
    for outlet in press.outlets():
        for url in (*outlet.feeds, *outlet.sitemaps, *(section.url for section in outlet.sections)):
            first = get(url)
            conditions = {"If-Modified-Since": first.headers.get("last-modified", "")}
            if "etag" in first.headers:
                conditions["If-None-Match"] = first.headers["etag"]
            assert get(url, conditions).status == (200 if outlet.slug == "chinhsach" else 304), url


def test_one_outlet_ignores_conditions(press: Press) -> None:
    url = feed_url(press, "chinhsach")
    first = get(url)
    again = get(url, {"If-Modified-Since": first.headers["last-modified"], "If-None-Match": "*"})
    assert "etag" not in first.headers
    assert (again.status, again.body) == (200, first.body)


def test_an_edited_article_shows_its_change_to_who_read_it_before(press: Press) -> None:
    edited = [article for article in press.truth() if article.edited is not None]
    assert edited
    for article in edited:
        assert article.edited is not None
        first = get(article.url)
        assert get(article.url).body == first.body
        condition = {"If-None-Match": first.headers["etag"], "If-Modified-Since": first.headers["last-modified"]}
        second = get(article.url, condition)
        assert second.status == 200
        assert second.headers["etag"] != first.headers["etag"]
        shown = html.fromstring(second.body.decode()).text_content()
        new = set(article.edited.body.split("\n")) - set(article.text.body.split("\n"))
        assert new
        assert all(" ".join(line.split()) in " ".join(shown.split()) for line in new)
        assert get(article.url, {"If-None-Match": second.headers["etag"]}).status == 304


def test_a_vanished_article_is_gone_for_who_read_it_before(press: Press) -> None:
    vanishing = [article for article in press.truth() if article.vanishes]
    assert vanishing
    for article in vanishing:
        first = get(article.url)
        assert first.status == 200
        assert get(article.url, {"If-None-Match": first.headers["etag"]}).status == 404


def test_advancing_shows_everyone_the_later_state(fresh: Press) -> None:
    gone = next(article for article in fresh.truth() if article.vanishes)
    edited = next(article for article in fresh.truth() if article.edited is not None)
    before = get(edited.url).body
    fresh.advance()
    assert get(gone.url).status == 404
    assert get(edited.url).body != before


def test_a_busy_server_answers_the_second_time(fresh: Press) -> None:
    outlet = next(outlet for outlet in outlets() if outlet.busy is not None)
    assert outlet.busy is not None
    article = of(fresh, outlet.slug)[outlet.busy]
    first = get(article.url)
    assert (first.status, first.headers["retry-after"]) == (429, "1")
    assert get(article.url).status == 200


def test_a_slow_server_answers_after_a_while_and_in_order(press: Press) -> None:
    outlet = next(outlet for outlet in outlets() if outlet.slow and outlet.slow["seconds"] < 2)
    slow, quick = of(press, outlet.slug)[int(outlet.slow["at"])], plain(press, outlet.slug)
    where = urlsplit(slow.url)
    begin = time.monotonic()
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as wire:
        for url in (slow.url, quick.url):
            wire.sendall(f"GET {urlsplit(url).path} HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n".encode())
        heads = b""
        while heads.count(b"HTTP/1.1 200 OK") < 2:
            heads += wire.recv(65_536)
    assert time.monotonic() - begin >= outlet.slow["seconds"]
    assert heads.index(slow.url.encode()) < heads.rindex(f'rel="canonical" href="{quick.url}"'.encode())


def test_the_broken_feed_is_broken_and_holds_three_items(press: Press) -> None:
    body = get(feed_url(press, "hong")).body
    read = feedparser.parse(body)
    assert read.bozo
    assert b"\x0b" in body
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body)
    complete = re.findall(r"<item>.*?</item>", body.decode(), re.DOTALL)
    links = [unescape(re.findall(r"<link>(.*?)</link>", item)[0]) for item in complete]
    assert links == [article.url for article in of(press, "hong")]
    dates = [parse(re.findall(r"<pubDate>(.*?)</pubDate>", item)[0]) for item in complete]
    assert max(date.at for date in dates if date is not None) > ANCHOR + timedelta(days=300)


def test_troubles_are_announced_and_make_trouble(press: Press) -> None:
    hong = next(outlet for outlet in press.outlets() if outlet.slug == "hong")
    announced = [entry.link for entry in feedparser.parse(get(hong.feeds[1]).body).entries]
    troubles = press.troubles_served()
    assert sorted(announced) == sorted(troubles)
    by = {trouble.why: (url, trouble) for url, trouble in troubles.items()}
    url, seen = by["redirect loop"][0], set()
    while url not in seen:
        seen.add(url)
        answer = get(url)
        assert answer.status == 302
        url = urljoin(url, answer.headers["location"])
    assert get(by["429 with Retry-After: 3600"][0]).headers["retry-after"] == "3600"
    assert get(by["429 with Retry-After: 3600"][0]).status == 429
    assert get(by["503"][0]).status == 503
    assert get(by["404 from the first reading on"][0]).status == 404
    assert get(by["a PDF"][0]).body.startswith(b"%PDF")
    assert get(by["redirects to a link-local address"][0]).headers["location"].startswith("http://169.254.")
    with pytest.raises(UnicodeDecodeError):
        get(by["garbage bytes"][0]).body.decode()
    assert "/noi-bo/" in by["robots.txt forbids"][0]
    assert b"Disallow: /noi-bo/" in get(f"{hong.site}robots.txt").body
    assert {trouble.expected for trouble in troubles.values()} == {"never", "later"}


def test_the_oversized_page_promises_five_gigabytes(press: Press) -> None:
    url = next(url for url, trouble in press.troubles_served().items() if trouble.why == "promises 5 GB")
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
    connection.request("GET", where.path)
    response = connection.getresponse()
    assert int(response.headers["Content-Length"]) == 5 * 1024**3
    assert len(response.read(1000)) == 1000
    response.close()
    connection.close()
    assert get(feed_url(press, "hong")).status == 200


def test_packed_pages(press: Press) -> None:
    article = plain(press, "dongbang")
    packed = get(article.url, {"Accept-Encoding": "gzip, deflate"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == get(article.url).body


def test_odd_requests(press: Press) -> None:
    article = plain(press, "songhau")
    whole = get(article.url)
    only_head = get(article.url, method="HEAD")
    assert (only_head.status, only_head.body) == (200, b"")
    assert only_head.headers["content-length"] == str(len(whole.body))
    assert get(article.url, method="DELETE").status == 405
    assert get(f"{press.base_url('songhau')}/khong-co").status == 404
    assert get(f"{press.base_url('deisan')}/robots.txt").status == 404
    where = urlsplit(article.url)
    for nonsense in (b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"x" * 70_000):
        with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as wire:
            wire.sendall(nonsense)
            assert wire.recv(100) == b""
    assert get(article.url).status == 200


def test_requests_are_logged(fresh: Press) -> None:
    article = plain(fresh, "songhau")
    get(article.url, {"User-Agent": "one"})
    get(article.url, {"User-Agent": "two", "If-None-Match": "*"})
    log = fresh.requests()
    assert [(seen.outlet, seen.status, seen.conditional, seen.user_agent) for seen in log] == [
        ("songhau", 200, False, "one"),
        ("songhau", 304, True, "two"),
    ]
    assert {seen.path for seen in log} == {urlsplit(article.url).path}


def test_copies_are_articles_of_their_own() -> None:
    with Press(ANCHOR, copies=3, troubles=False) as press:
        articles = press.truth()
        assert len({article.url for article in articles}) == len(articles)
        assert len([article for article in articles if not article.copy]) * 3 == len(articles)
        announced = feedparser.parse(get(feed_url(press, "delta")).body).entries
        assert [entry.link for entry in announced] == [article.url for article in of(press, "delta")]
        for slug in ("songhau", "delta", "deisan"):
            copy = next(article for article in of(press, slug) if article.copy == 2)
            shown = get(copy.url).body.decode()
            assert COPY_MARK[copy.language].format(2) in shown
            assert f'rel="canonical" href="{copy.url}"' in shown


def test_without_troubles_every_address_answers_at_once(quiet: Press) -> None:
    begin = time.monotonic()
    for article in quiet.truth():
        first = get(article.url)
        assert first.status == 200
        assert get(article.url, {"If-None-Match": first.headers.get("etag", "*")}).status in (200, 304)
    assert quiet.troubles_served() == {}
    assert time.monotonic() - begin < 10


def test_start_and_stop_again_and_again() -> None:
    press = Press(ANCHOR)
    port = 0
    for _ in range(4):
        with press:
            port = press.port
            assert get(f"{press.base_url('delta')}/robots.txt").status == 200
            with pytest.raises(RuntimeError):
                press.start()
        with pytest.raises(OSError, match="refused"):
            get(f"http://127.0.0.20:{port}/robots.txt")
    press.stop()
    with Press(ANCHOR, port) as again:
        assert again.port == port
        with pytest.raises(OSError, match="in use"):
            Press(ANCHOR, port).start()


def test_outlets_have_hosts_of_their_own_on_one_port() -> None:
    sockets = bind()
    try:
        names = [bound.getsockname() for bound in sockets.values()]
    finally:
        for bound in sockets.values():
            bound.close()
    assert len({host for host, _ in names}) == len(outlets())
    assert len({port for _, port in names}) == 1


def test_a_process_of_its_own() -> None:
    with Press(ANCHOR, process=True) as press:
        article = plain(press, "songhau")
        assert get(article.url).status == 200
        assert [seen.path for seen in press.requests()] == [urlsplit(article.url).path]
        port = press.port
    with pytest.raises(OSError, match="refused"):
        get(f"http://127.0.0.11:{port}/")


def test_the_settings_name_every_outlet(press: Press, tmp_path: Path) -> None:
    settings = tomllib.loads(press.settings_text(tmp_path / "demo.db", "127.0.0.1", 2526))
    assert settings["area"] == {"province": "Sóc Trăng"}
    assert settings["crawl"]["allow_private_hosts"] is True
    assert settings["crawl"]["outlets"] == []
    assert settings["mail"]["port"] == 2526
    assert settings["storage"]["url"] == f"sqlite:///{tmp_path}/demo.db"
    rows = settings["outlet"]
    assert tuple(outlet_from_row(row, f"[[outlet]] {at}") for at, row in enumerate(rows, 1)) == press.outlets()


def test_recipes_read_exactly_the_text(quiet: Press) -> None:
    assert [outlet.slug for outlet in quiet.outlets() if outlet.body] == ["songhau"]
    for outlet in quiet.outlets(all_recipes=True):
        article = of(quiet, outlet.slug)[0]
        tree = html.fromstring(get(article.url).body.decode())
        found = {part: tree.cssselect(getattr(outlet, part)) for part in ("title", "lead", "date", "body")}
        assert {part: len(nodes) for part, nodes in found.items()} == dict.fromkeys(found, 1), outlet.slug
        title, lead, date, body = (nodes[0] for nodes in found.values())
        for extra in body.cssselect(outlet.drop) if outlet.drop else ():
            extra.drop_tree()
        read = [_plain(node.text_content()) for node in (title, lead, *body.iterchildren("p", "div"))]
        assert read[0] == article.text.title
        assert read[1].removeprefix(article.dateline).strip() == article.text.lead
        assert read[2:] == article.text.body.split("\n")
        understood = parse(date.text_content().strip())
        assert understood is not None
        assert understood.at == article.published_at


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text).replace("\u200b", "").replace("\u00a0", " ")
    return " ".join(text.split()).replace("\u00d0", "Đ")


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_serving_until_told_to_stop(tmp_path: Path, kind: signal.Signals) -> None:
    out = tmp_path / "settings.toml"
    code = (
        "import sys; from datetime import datetime; from pathlib import Path; from demo.press import serve_forever;"
        "serve_forever(0, Path(sys.argv[1]), datetime.fromisoformat('2026-08-05T09:00:00+07:00'))"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(out)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        port = int(re.findall(r"port (\d+)", line)[0])
        settings = tomllib.loads(out.read_text("utf-8"))
        assert settings["storage"]["url"] == f"sqlite:///{tmp_path}/settings.db"
        assert get(settings["outlet"][0]["feeds"][0]).status == 200
        os.kill(child.pid, kind)
        assert child.wait(20) == 0
        assert child.stdout.read() == ""
    for made in bind(port).values():
        made.close()


def test_serve_forever_says_when_the_port_is_taken(press: Press, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="in use"):
        serve_forever(press.port, tmp_path / "settings.toml", ANCHOR)
    assert not (tmp_path / "settings.toml").exists()


def test_the_press_goes_on_publishing() -> None:
    later = ANCHOR + timedelta(days=2, hours=3)
    with Press(ANCHOR, days=5) as press:
        outlet = next(outlet for outlet in press.outlets() if outlet.slug == "mientay")
        truth = press.truth()
        assert len({article.url for article in truth}) == len(truth)
        new = next(a for a in truth if a.outlet == "mientay" and a.day == 2)
        unpublished = next(a for a in truth if a.outlet == "mientay" and a.day == 3)
        first = get(outlet.feeds[0]).body.decode()
        assert get(new.url).status == 404
        press.until(later)
        feed = feedparser.parse(get(outlet.feeds[0]).body)
        assert get(new.url).status == 200
        assert new.text.title in unescape(get(new.url).body.decode())
        assert get(unpublished.url).status == 404
        listed = {canonical(urljoin(outlet.site, item.link)) for item in feed.entries}
        due = [a for a in truth if a.outlet == "mientay" and later - timedelta(days=3) < a.published_at <= later]
        assert listed == {canonical(article.url) for article in due}
        old = next(a for a in truth if a.outlet == "mientay" and a.published_at <= later - timedelta(days=3))
        assert get(old.url).status == 200, "what is no longer announced can still be read"
        assert first != get(outlet.feeds[0]).body.decode()
