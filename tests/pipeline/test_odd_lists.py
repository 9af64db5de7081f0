"""Lists that lie, move, stand still or give nothing, collected for days: nothing is lost, and each has its words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from sqlalchemy import select

import settings
from pipeline.analyse import analyse
from pipeline.collect import collect
from pipeline.running import outlets as chosen_outlets
from press import OutletHealth
from storage import Archive, collecting, open_archive
from storage.tables.collecting import feeds, links
from tests.support.crawlers_press import Route, Site, answer, rss, site

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("forked_crawls")]

START = datetime.fromisoformat("2026-08-05T08:00:00+07:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = "application/rss+xml"
BODY = "".join(f"<p>Đoạn văn thứ {n} của bài báo kể về hạn mặn ở xã Cù Lao Dung, Sóc Trăng.</p>" for n in range(12))
ARTICLE = (
    f"<!doctype html><html><head><title>Hạn mặn</title></head><body><h1>Hạn mặn</h1><article>{BODY}</article></body>"
)


class Office:
    """An archive over one test press, read by calls with an instant."""

    def __init__(self, served: Site, folder: Path) -> None:
        self.served = served
        self.now = START
        self.text = (
            f'[storage]\nurl = "sqlite:///{folder}/a.db"\n[crawl]\ncontact = "https://example.vn/x"\noutlets = []\n'
            "delay = 0.0\nallow_private_hosts = true\n"
        )
        self.archive: Archive = open_archive(f"sqlite:///{folder}/a.db")

    def outlet(self, slug: str = "bao", **lists: str) -> None:
        """Read an outlet with these lists: feeds, sitemaps or sections, each one path."""
        rows = {
            "feeds": lambda path: f'feeds = ["{self.served.base}{path}"]',
            "sitemaps": lambda path: f'sitemaps = ["{self.served.base}{path}"]',
            "sections": lambda path: f'sections = [{{ url = "{self.served.base}{path}", links = "h3 a" }}]',
        }
        told = "\n".join(rows[kind](path) for kind, path in lists.items())
        self.text += f'[[outlet]]\nslug = "{slug}"\nname = "Báo"\nlanguage = "vi"\nlevel = "local"\n{told}\n'
        self.settings = settings.parse(self.text, Path("x.toml"))

    def look(self, after: timedelta = timedelta(0)) -> OutletHealth:
        """Collect what is due so much later; the health of the first outlet then."""
        self.now += after
        collect(self.archive, self.settings, self.now)
        return self.health()[0]

    def health(self) -> list[OutletHealth]:
        """How the outlets do by now."""
        with self.archive.read() as db:
            return collecting.outlets.health(db, chosen_outlets.in_use(self.settings), self.now)

    def known(self) -> set[str]:
        """The paths of all articles that were announced."""
        with self.archive.read() as db:
            return {url.removeprefix(self.served.base) for url in db.execute(select(links.c.url)).scalars()}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with site() as served:
        made = Office(served, tmp_path)
        yield made
        made.archive.close()


def _frozen(body: str, kind: str = FEED) -> Route:
    """A server that answers 304 to every condition, made up or not."""

    def route(request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("If-Modified-Since") or request.headers.get("If-None-Match")
        answer("" if asked else body, 304 if asked else 200, kind)(request)

    return route


def _map(base: str, *paths: str, root: str = "urlset", entry: str = "url", at: datetime = START) -> str:
    rows = "".join(f"<{entry}><loc>{base}{path}</loc><lastmod>{at.isoformat()}</lastmod></{entry}>" for path in paths)
    return f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{root}>'


def test_a_list_that_never_changes_by_its_own_word_is_doubted_once_a_day(office: Office) -> None:
    served = office.served
    served.routes["/rss"] = _frozen(rss(served.base, "/1"))
    office.outlet(feeds="/rss")
    office.look()
    served.routes["/rss"] = _frozen(rss(served.base, "/2", "/1"))
    for after in (6 * HOUR, 20 * HOUR):
        office.look(after)
    assert office.known() == {"/1", "/2"}
    conditions = [headers for path, headers, _ in served.seen if path == "/rss"]
    assert sum("if-modified-since" not in one for one in conditions) > 1
    served.routes["/rss"] = _frozen(rss(served.base, "/3"))
    office.look(6 * HOUR)
    assert "/3" in office.known(), "what it said once too often is not believed again"


def test_an_honest_list_is_asked_without_conditions_at_most_once_a_day(office: Office) -> None:
    served = office.served
    served.routes["/rss"] = _frozen(rss(served.base, "/1"))
    office.outlet(feeds="/rss")
    office.look()
    for hours in (6, 20, 6, 6, 20):
        office.look(hours * HOUR)
    asked = [headers for path, headers, _ in served.seen if path == "/rss"]
    assert len(asked) == 8
    assert sum("if-modified-since" not in one for one in asked[1:]) == 2
    with office.archive.read() as db:
        assert db.execute(feeds.select()).one().lies == 0


def test_an_unchanged_index_says_nothing_of_its_sitemaps(office: Office) -> None:
    served = office.served
    served.routes["/index.xml"] = _frozen(_map(served.base, "/a.xml", "/b.xml", root="sitemapindex", entry="sitemap"))
    served.routes |= {"/a.xml": answer(_map(served.base, "/1")), "/b.xml": _frozen(_map(served.base, "/2"))}
    office.outlet(sitemaps="/index.xml")
    office.look()
    assert office.known() == {"/1", "/2"}
    served.routes["/a.xml"] = answer(_map(served.base, "/1", "/3"))
    office.look(6 * HOUR)
    assert office.known() == {"/1", "/2", "/3"}
    assert "if-modified-since" in [headers for path, headers, _ in served.seen if path == "/b.xml"][-1]
    served.routes["/b.xml"] = answer("", 500)
    office.look(6 * HOUR)
    served.routes["/b.xml"] = answer(_map(served.base, "/4"))
    found = office.look(6 * HOUR)
    assert (office.known(), found.state) == ({"/1", "/2", "/3", "/4"}, "ok")


@pytest.mark.long
def test_a_list_that_moved_for_good_is_told_and_followed_after_a_week(office: Office) -> None:
    served = office.served
    served.routes |= {"/old": answer("", 301, Location="/new"), "/new": answer(rss(served.base, "/1"), kind=FEED)}
    office.outlet(feeds="/old")
    found = office.look()
    assert found.state == "ok"
    assert found.last_error == f"the list moved for good to {served.base}/new (asked at {served.base}/old)"
    office.look(6 * DAY)
    assert "/old" in served.paths()[-4:]
    served.seen.clear()
    office.look(DAY)
    served.routes["/old"] = answer("", 404)  # the redirect dies, as redirects do
    served.routes["/new"] = answer(rss(served.base, "/9"), kind=FEED)
    found = office.look(DAY)
    assert ("/9" in office.known(), found.state, "/old" in served.paths()) == (True, "ok", False)
    assert f"{served.base}/new" in found.last_error
    served.routes["/new"] = answer("", 410)
    served.routes["/old"] = answer(rss(served.base, "/10"), kind=FEED)
    office.look(DAY)
    assert office.look(DAY).last_error == ""
    assert "/10" in office.known()


def _half(text: str) -> str:
    return text[: text.index("</url>")]


STATES = {
    "cut-off": ("sitemaps", lambda base: _half(_map(base, "/1")), "down", "broken off before the first whole entry"),
    "a-page": ("feeds", lambda _: "<html><body>Lỗi</body></html>", "down", "a web page instead of a feed"),
    "only-checks": ("feeds", lambda _: "<script>eval(x)</script>", "blocked", "blocked: a challenge page"),
    "articles-gone": ("feeds", lambda base: rss(base, "/gone"), "down", "none of 1 articles could be read, at last: "),
    "addresses": ("feeds", lambda _: rss("javascript:", "1", "2"), "layout_changed", "an item without an address (2)"),
    "selector": ("sections", lambda _: "<p>Tin</p>", "layout_changed", "no article link found by 'h3 a'"),
    "empty": ("feeds", lambda base: rss(base), "silent", "the list names no article"),  # noqa: PLW0108 - all take a base
    "old-map": (
        "sitemaps",
        lambda base: _map(base, "/1", at=START - 99 * DAY),
        "silent",
        "no entry is newer than 7 da",
    ),
    "old-feed": (
        *("feeds", lambda base: rss(base, "/1").replace("05 Aug 2026", "05 Mar 2024")),
        *("silent", "nothing new for more than 31 days"),
    ),
}


def test_an_outlet_of_which_nothing_can_be_read_says_so_after_three_days(office: Office) -> None:
    served = office.served
    served.routes["/gone"] = answer("", 404)
    for kind, (lists, body, _, _) in STATES.items():
        served.routes[f"/{kind}"] = answer(body(served.base))
        office.outlet(kind, **{lists: f"/{kind}"})
    office.look()
    early = {one.slug: one.state for one in office.health()}
    assert {early[slug] for slug in ("empty", "old-map", "old-feed", "articles-gone")} == {"ok"}, "a day is given"
    for after in (DAY, 2 * DAY):
        office.look(after)
    found = {one.slug: one for one in office.health()}
    for slug, (_, _, state, words) in STATES.items():
        assert (slug, found[slug].state) == (slug, state)
        assert found[slug].last_error.startswith(words)


def test_where_our_own_judgement_finds_the_articles_the_outlet_is_read_and_its_selector_told(office: Office) -> None:
    page = "".join(
        f'<h2><a href="/tin/bai-{n}-{n}{n}{n}{n}{n}.html">Hạn mặn về sớm ở cửa sông lần {n}</a></h2>'
        for n in range(1, 6)
    )
    office.served.routes |= {"/muc": answer(page)}
    office.outlet(sections="/muc")
    found = office.look()
    assert len(office.known()) == 5
    assert found.state == "ok"
    assert found.last_error == "no article links found by 'h3 a': 5 more by their form"


def test_an_article_whose_address_leads_home_is_marked_and_the_home_page_is_none(office: Office) -> None:
    served = office.served
    path = "/tin-12345.html"
    served.routes |= {"/rss": answer(rss(served.base, path), kind=FEED), path: answer(ARTICLE)}
    office.outlet(feeds="/rss")
    office.settings = settings.parse(office.text + '[analysis]\nkeep = "all"\n', Path("x.toml"))
    office.look()
    analyse(office.archive, office.settings, office.now, workers=1)
    served.routes[path] = answer("", 302, Location="/")
    found = office.look(7 * HOUR)
    with office.archive.read() as db:
        rows = db.exec_driver_sql("SELECT url, vanished_at IS NOT NULL, version FROM articles").all()
    assert [tuple(row) for row in rows] == [(served.base + path, 1, 1)]
    assert found.state == "ok"
