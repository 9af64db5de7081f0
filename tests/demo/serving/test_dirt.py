"""Dirt on the demo press: whatever is laid on an answer, what is true of an article is read of it, or nothing is."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import Literal
from urllib.parse import urlsplit

import pytest

from analysis.reading.extract import extract
from crawlers.lists.feeds import read_feed
from crawlers.lists.links import Context
from crawlers.lists.sitemaps import read_sitemap
from demo.pages.resources import Resource
from demo.pages.site import build
from demo.press import Press
from demo.serving.dirt import LISTS, PAGES, Dirt, spoilt
from demo.truth.truth import DemoArticle, articles
from errors import NotArticle
from press import Draft, Feed, Outlet
from tests.demo.asking import ANCHOR, get

NOTHING = {"error with a 200", "under repair", "gone"}
ARTICLES = [next(of) for _, of in groupby(articles(ANCHOR, "http://{}.vn".format), key=lambda one: one.outlet)]


@cache
def served() -> Mapping[str, Resource]:
    """The first article page of each outlet, and its first feed or sitemap, by address."""
    sites = build(ANCHOR, "http://{}.vn".format, with_troubles=False)
    found = {}
    for article in ARTICLES:
        site = sites[article.outlet]
        found[article.url] = site.answer(urlsplit(article.url).path)
        for path in sorted(site.announcing):
            found[f"http://{article.outlet}.vn{path}"] = site.answer(path)
    return found


def read(resource: Resource, article: DemoArticle) -> Draft:
    return extract(resource.body, article.url, content_type=resource.content_type, now=ANCHOR)


def laid(article: DemoArticle, kind: str) -> Resource:
    return spoilt(served()[article.url], kind, PAGES[kind], random.Random(f"{article.url} {kind}"))


@pytest.mark.parametrize("article", ARTICLES, ids=lambda one: one.outlet)
@pytest.mark.parametrize("kind", sorted(PAGES.keys() - NOTHING - {"cut off"}))
def test_what_is_only_written_otherwise_is_read_as_it_is(kind: str, article: DemoArticle) -> None:
    clean, dirty = read(served()[article.url], article), read(laid(article, kind), article)
    assert (dirty.title, dirty.lead) == (clean.title, clean.lead)
    assert dirty.published_at == clean.published_at
    assert dirty.body == clean.body


@pytest.mark.parametrize("article", ARTICLES, ids=lambda one: one.outlet)
@pytest.mark.parametrize("kind", sorted(NOTHING))
def test_what_stands_instead_of_an_article_is_none(kind: str, article: DemoArticle) -> None:
    with pytest.raises(NotArticle):
        read(laid(article, kind), article)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda one: one.outlet)
def test_of_what_was_cut_off_a_part_is_read_and_no_other_date(article: DemoArticle) -> None:
    clean = read(served()[article.url], article)
    for seed in range(20):
        half = spoilt(served()[article.url], "cut off", PAGES["cut off"], random.Random(seed))
        try:
            dirty = read(half, article)
        except NotArticle:
            continue
        assert len(dirty.body) <= len(clean.body)
        if dirty.published_at is not None and dirty.body:
            assert dirty.published_at == clean.published_at


def links(resource: Resource, url: str) -> list[tuple[str, object]]:
    kind: Literal["sitemap", "feed"] = "sitemap" if "sitemap" in url else "feed"
    context = Context(Feed("o", kind, url), Outlet("o", "Báo Thử", "vi", "local"), url, resource.content_type)
    if kind == "sitemap":
        found = read_sitemap(resource.body, context, ANCHOR, 1000)
    else:
        found = read_feed(resource.body, context, 1000)
    return [(link.url, link.published_at) for link in found.links]


def feeds() -> list[str]:
    return [url for url in served() if "rss" in url or "atom" in url or "sitemap" in url]


@pytest.mark.parametrize("url", feeds())
@pytest.mark.parametrize("kind", sorted(LISTS.keys() - {"cut off", "empty", "error with a 200"}))
def test_a_list_survives_what_only_writes_it_otherwise(kind: str, url: str) -> None:
    clean = served()[url]
    dirty = spoilt(clean, kind, LISTS[kind], random.Random(kind))
    assert links(dirty, url) == links(clean, url)


def test_the_same_seed_spoils_the_same_answers_whatever_the_order() -> None:
    one, two = Dirt(4), Dirt(4)
    asked = [(article.outlet, article.url) for article in ARTICLES] * 9
    first = {key: [] for key in asked}
    second: dict[tuple[str, str], list[bytes]] = {key: [] for key in asked}
    for dirt, found, order in ((one, first, asked), (two, second, asked[::-1])):
        for key in order:
            found[key].append(dirt.on(served()[key[1]], *key, is_list=False, again=False).body)
    assert first == second
    assert one.laid == two.laid
    assert 0.05 < one.laid.total() / len(asked) < 0.3
    assert "page: gone" not in one.laid, "at a first reading it would be believed"


@pytest.mark.server
def test_a_press_is_dirty_until_it_is_cleaned() -> None:
    with Press(ANCHOR, dirty=True, seed=7, troubles=False) as press:
        seen = [get(article.url).body for article in press.truth()]
        told = press.clean()
        clean = [get(article.url).body for article in press.truth()]
        changed = sum(one != other for one, other in zip(seen, clean, strict=True))
        assert 0 < changed <= sum(told.values()) < len(seen) / 2
        assert [get(article.url).body for article in press.truth()] == clean
