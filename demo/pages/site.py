"""Every address of the demo press with its answer: pages, lists, robots.txt, troubles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import cast
from urllib.parse import urlsplit

from demo.forms.setting import Neighbour
from demo.pages.lists import atom, broken_rss, items, news_sitemap, rss
from demo.pages.pages import COPY_HERE, article_page, neighbours, section_page
from demo.pages.resources import GONE, Conditions, Resource, page
from demo.pages.troubles import busy_once, hidden, trouble_items, troubles
from demo.truth.truth import COPY_MARK, DemoArticle, DemoOutlet, articles, fresh_article, outlets, slug

XML = "application/xml; charset=utf-8"
SECTION_LINKS = "h2.list-title a"
LISTED = timedelta(days=3)  #: how long a list announces an article


@dataclass(frozen=True, slots=True)
class Lists:
    """Where an outlet announces its articles, as paths."""

    feeds: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


class Site:
    """The answers of one outlet at an instant; pages of copies are made when they are asked for."""

    def __init__(
        self, outlet: DemoOutlet, served: Sequence[DemoArticle], base: str, anchor: datetime, *, with_troubles: bool
    ) -> None:
        self.outlet = outlet
        self._served = served
        self._where = base, with_troubles
        self._fixed: dict[str, Resource] = {}
        self._fresh = 0
        self._first = [article for article in served if not article.copy and not article.day]
        self._boxes = neighbours(outlet, self._first)
        self.until(anchor)
        first = {article.key: article for article in served if not article.copy}
        self._copies = {urlsplit(a.url).path: (a, first[a.key.rpartition("#")[0]]) for a in served if a.copy}
        self._copy_page = lru_cache(maxsize=256)(self._make_copy)

    def until(self, now: datetime) -> None:
        """Serve every article dated up to `now`, and announce those of the last days."""
        _, with_troubles = self._where
        place = {article.key: at for at, article in enumerate(self._first)}
        out = [article for article in self._served if article.published_at <= now]
        for article in out:
            path = urlsplit(article.url).path
            if not article.copy and path not in self._fixed:
                at = place.get(article.key, -1)
                self._fixed[path] = _article(self.outlet, article, self._boxes, at, with_troubles)
        listed = [article for article in out if article.published_at > now - LISTED]
        shown = [article for article in listed if not article.copy]
        if self.outlet.amp is not None and len(shown) > self.outlet.amp:
            path = urlsplit(shown[self.outlet.amp].url).path
            self._fixed["/amp" + path] = self._fixed[path]
        self._announce(listed, now)

    def _announce(self, listed: Sequence[DemoArticle], now: datetime) -> None:
        base, with_troubles = self._where
        self._listed, self._now = listed, now
        announced = _lists(self.outlet, listed, section_names(self._first), base, now, with_troubles)
        self.announcing = frozenset(announced) - {"/robots.txt"}  #: the paths of its lists
        self._fixed |= announced

    def answer(self, path: str) -> Resource:
        """Return what stands at a path (without query): a 404 where nothing does."""
        found = self._fixed.get(path)
        if found is not None:
            return found
        return self._copy_page(path) if path in self._copies else GONE

    def publish(self, at: datetime) -> DemoArticle:
        """Publish one more article, dated `at`: from now on it is served, and its lists announce it."""
        base, with_troubles = self._where
        article = fresh_article(self.outlet, self._fresh, at, base)
        self._fresh += 1
        self._fixed[urlsplit(article.url).path] = _article(self.outlet, article, self._boxes, -1, with_troubles)
        listed = sorted([article, *self._listed], key=lambda one: one.published_at, reverse=True)
        self._announce(listed, self._now)
        return article

    def _make_copy(self, path: str) -> Resource:
        article, original = self._copies[path]
        first = urlsplit(original.url).path
        source = self._fixed[first]
        mark = f"<p>{COPY_MARK[article.language].format(article.copy)}</p>"
        body = source.body.replace(first.encode(), path.encode()).replace(COPY_HERE.encode(), mark.encode())
        return page(body, modified=article.published_at, conditions=source.conditions)


def build(
    anchor: datetime, base_url: Callable[[str], str], *, copies: int = 1, days: int = 0, with_troubles: bool = True
) -> Mapping[str, Site]:
    """Return the sites of all outlets by slug, as they are at the anchor."""
    served = articles(anchor, base_url, copies=copies, days=days)
    return {
        outlet.slug: Site(
            outlet,
            [article for article in served if article.outlet == outlet.slug],
            base_url(outlet.slug),
            anchor,
            with_troubles=with_troubles,
        )
        for outlet in outlets()
    }


def lists(outlet: DemoOutlet, sections: Sequence[str] = ()) -> Lists:
    """Return where an outlet announces its articles; `sections` are the names of its sections."""
    if outlet.list == "section":
        return Lists(sections=tuple(f"/{slug(name)}/" for name in sections))
    if outlet.list == "sitemap":
        return Lists(sitemaps=("/sitemap-news.xml",))
    if outlet.list == "atom":
        return Lists(feeds=("/feed.atom",))
    more = {"troubles": "/rss/tong-hop.rss", "second_feed": "/rss/thoi-su.rss"}
    return Lists(feeds=("/rss/home.rss", *(path for habit, path in more.items() if habit in outlet.habits)))


def section_names(served: Sequence[DemoArticle]) -> tuple[str, ...]:
    """Return the sections of those articles in the order in which they first occur."""
    return tuple(dict.fromkeys(article.section for article in served))


def _article(
    outlet: DemoOutlet, article: DemoArticle, others: Sequence[Neighbour], at: int, with_troubles: bool
) -> Resource:
    conditions = cast(Conditions, outlet.conditions)
    modified = article.published_at + timedelta(minutes=2)
    body = article_page(outlet, article, article.as_written, others).encode()
    made = page(body, modified=modified, conditions=conditions, packed="gzip" in outlet.habits)
    if not with_troubles:
        return made
    if article.vanishes:
        made = replace(made, later=GONE)
    elif article.edited is not None:
        body = article_page(outlet, article, article.edited, others, edited=True).encode()
        changed = page(body, modified=modified + timedelta(minutes=63), conditions=conditions)
        made = replace(made, later=changed)
    if at == outlet.busy:
        made = replace(made, first=busy_once())
    if outlet.slow and at == outlet.slow["at"]:
        made = replace(made, delay=float(outlet.slow["seconds"]))
    return made


def _lists(
    outlet: DemoOutlet,
    served: Sequence[DemoArticle],
    sections: Sequence[str],
    base: str,
    anchor: datetime,
    with_troubles: bool,
) -> dict[str, Resource]:
    conditions = cast(Conditions, outlet.conditions)
    newest = max((article.published_at for article in served), default=anchor)
    announced = (
        _section_pages(outlet, served, sections, base) if outlet.list == "section" else _feeds(outlet, served, base)
    )
    if "broken_feed" in outlet.habits and with_troubles:
        announced["/rss/home.rss"] = (broken_rss(outlet, base, items(outlet, served)), XML)
    if "troubles" in outlet.habits:
        bad = trouble_items(base, newest) if with_troubles else []
        announced["/rss/tong-hop.rss"] = (rss(outlet, base, bad), XML)
    found = {
        path: page(body, modified=newest, conditions=conditions, content_type=kind)
        for path, (body, kind) in announced.items()
    }
    if "no_robots" not in outlet.habits:
        found["/robots.txt"] = _robots(outlet, with_troubles)
    if "troubles" in outlet.habits and with_troubles:
        found |= {each.path: each.resource for each in troubles()} | hidden()
    return found


def _section_pages(
    outlet: DemoOutlet, served: Sequence[DemoArticle], sections: Sequence[str], base: str
) -> dict[str, tuple[bytes, str]]:
    boxes = neighbours(outlet, served)
    pages = {}
    for name in sections:
        column = neighbours(outlet, [article for article in served if article.section == name])
        body = section_page(outlet, name, column, boxes, base).encode()
        pages[f"/{slug(name)}/"] = (body, "text/html; charset=utf-8")
    return pages


def _feeds(outlet: DemoOutlet, served: Sequence[DemoArticle], base: str) -> dict[str, tuple[bytes, str]]:
    listed = items(outlet, served)
    if outlet.list == "sitemap":
        return {"/sitemap-news.xml": (news_sitemap(outlet, listed), XML)}
    if outlet.list == "atom":
        return {"/feed.atom": (atom(outlet, base, listed), "application/atom+xml; charset=utf-8")}
    charset = "utf-16" if "utf16" in outlet.habits else "utf-8"
    kind = f"application/rss+xml; charset={charset}"
    found = {"/rss/home.rss": (rss(outlet, base, listed), kind)}
    if "second_feed" in outlet.habits:
        some = [item for item, article in zip(listed, served, strict=True) if article.section == "Thời sự"]
        found["/rss/thoi-su.rss"] = (rss(outlet, base, some), kind)
    return found


def _robots(outlet: DemoOutlet, with_troubles: bool) -> Resource:
    lines = ["User-agent: *", "Disallow: /noi-bo/", "Disallow: /tim-kiem"]
    if "crawl_delay" in outlet.habits and with_troubles:
        lines.append("Crawl-delay: 0.05")
    return Resource(
        "\n".join([*lines, "", "User-agent: GreedyBot", "Disallow: /", ""]).encode(), "text/plain; charset=utf-8"
    )
