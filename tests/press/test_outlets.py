"""Rows of outlets: errors that name key and place, and the shipped catalogue."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawlers import load_catalogue
from crawlers.lists.links import Context
from crawlers.lists.sections import read_section
from errors import SettingsError
from press import Feed, Outlet, Section
from press.outlets import outlet_from_row
from press.urls import canonical

WHERE = "settings.toml, [[outlet]] 2"
ROW: dict[str, Any] = {"slug": "baothu", "name": "Báo Thử", "language": "vi", "level": "local"}
FULL: dict[str, Any] = ROW | {
    "site": "https://baothu.vn",
    "feeds": ["https://baothu.vn/rss", "https://baothu.vn/rss"],
    "sections": [{"url": "https://baothu.vn/thoi-su/", "links": "h3 a"}],
    "sitemaps": ["https://baothu.vn/news.xml"],
    "title": "h1",
    "lead": ".sapo",
    "body": "article",
    "date": "time",
    "drop": ".box",
    "dates": "dmy",
    "disabled": "",
    "verified": True,
    "note": "một ghi chú",
}


def test_smallest_row() -> None:
    assert outlet_from_row(ROW, WHERE) == Outlet("baothu", "Báo Thử", "vi", "local")


def test_every_key() -> None:
    outlet = outlet_from_row(FULL, WHERE)
    assert outlet.feeds == ("https://baothu.vn/rss",)
    assert outlet.sections == (Section("https://baothu.vn/thoi-su/", "h3 a"),)
    assert (outlet.dates, outlet.drop, outlet.verified, outlet.note) == ("dmy", ".box", True, "một ghi chú")
    assert set(FULL) == set(Outlet.__slots__)


@pytest.mark.parametrize("key", ["slug", "name", "language", "level"])
def test_missing_key_is_named(key: str) -> None:
    with pytest.raises(SettingsError, match=rf"\[\[outlet\]\] 2.*'{key}' is missing"):
        outlet_from_row({k: v for k, v in ROW.items() if k != key}, WHERE)


def test_unknown_key_is_named() -> None:
    with pytest.raises(SettingsError, match=r"\[\[outlet\]\] 2.*unknown key 'feed'"):
        outlet_from_row(ROW | {"feed": "https://baothu.vn/rss"}, WHERE)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("slug", "Báo"),
        ("slug", ""),
        ("slug", 3),
        ("name", 3),
        ("language", "fr"),
        ("level", "province"),
        ("feeds", "https://baothu.vn/rss"),
        ("feeds", [3]),
        ("feeds", ["ftp://baothu.vn/rss"]),
        ("feeds", ["baothu.vn/rss"]),
        ("sitemaps", {"url": "x"}),
        ("sections", [{"url": "https://baothu.vn/"}]),
        ("sections", ["https://baothu.vn/"]),
        ("sections", "https://baothu.vn/"),
        ("links", None),
        ("body", ["article"]),
        ("dates", "ymd"),
        ("verified", "yes"),
        ("disabled", True),
    ],
)
def test_wrong_value_is_named(key: str, value: object) -> None:
    row = ROW | ({"sections": [{"url": "https://baothu.vn/", "links": ""}]} if key == "links" else {key: value})
    with pytest.raises(SettingsError, match=rf"\[\[outlet\]\] 2.*'{key}'"):
        outlet_from_row(row, WHERE)


def test_catalogue_is_whole_and_its_slugs_are_distinct() -> None:
    outlets = load_catalogue()
    assert len(outlets) >= 78
    assert len({outlet.slug for outlet in outlets}) == len(outlets)
    for outlet in outlets:
        assert outlet.disabled or outlet.feeds or outlet.sections or outlet.sitemaps, outlet.slug
        assert len(set(outlet.feeds)) == len(outlet.feeds)


@pytest.mark.parametrize("slug", ["dantri", "vov", "laodong", "qdnd", "nld", "agencies", "vietnamvn_km"])
def test_blocks_and_challenges_are_respected(slug: str) -> None:
    assert next(outlet for outlet in load_catalogue() if outlet.slug == slug).disabled


def test_selectors_are_css() -> None:
    tree = LexborHTMLParser("<p>x</p>")
    for outlet in load_catalogue():
        for selector in (outlet.title, outlet.lead, outlet.body, outlet.date, outlet.drop):
            if selector:
                tree.css(selector)
        for section in outlet.sections:
            tree.css(section.links)


@pytest.mark.shared
def test_catalogue_lists_every_known_outlet(shared_data: Path) -> None:
    with (shared_data.parent / "facts" / "outlets.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    outlets = {outlet.slug: outlet for outlet in load_catalogue()}
    assert len(rows) > 70
    for row in rows:
        outlet = outlets[row["short_id"]]
        assert (outlet.name, outlet.level) == (row["outlet"], row["level"].split()[0])
        assert {*outlet.feeds, *outlet.sitemaps} == set(filter(None, row["rss_urls"].split("|")))


@pytest.mark.shared
def test_verified_selectors_find_the_parts_of_real_pages(shared_data: Path) -> None:
    outlets = {outlet.slug: outlet for outlet in load_catalogue()}
    for line in (shared_data / "gold" / "pages.jsonl").read_text().splitlines():
        gold = json.loads(line)
        outlet = outlets[gold["file"].split("_")[0]]
        tree = LexborHTMLParser(gzip.decompress((shared_data / "pages" / gold["file"]).read_bytes()))
        assert outlet.verified
        title, lead, body = (tree.css_first(part) for part in (outlet.title, outlet.lead, outlet.body))
        assert title is not None
        assert " ".join(title.text().split()) == gold["title"]
        assert lead is not None
        assert gold["lead"][:60] in " ".join(lead.text().split())
        assert body is not None
        assert gold["body"][-1][:40] in " ".join(body.text().split())
        assert tree.css_first(outlet.date) is not None


@pytest.mark.shared
def test_verified_section_selectors_find_the_marked_links(shared_data: Path) -> None:
    outlets = {outlet.slug: outlet for outlet in load_catalogue()}
    for line in (shared_data / "gold" / "lists.jsonl").read_text().splitlines():
        gold = json.loads(line)
        outlet = outlets[gold["file"].split("_")[0]]
        feed = Feed(outlet.slug, "section", gold["url"], outlet.sections[0].links)
        body = gzip.decompress((shared_data / "pages" / gold["file"]).read_bytes())
        listing = read_section(body, Context(feed, outlet, gold["url"]))
        found = {link.url for link in listing.links}
        marked = {canonical(url) for url in gold["links"]}
        assert len(found & marked) / len(marked) == 1.0, outlet.slug
        assert len(found & marked) / len(found) >= 0.9, outlet.slug
        assert all(link.title for link in listing.links)
