"""The demo press as a crawler meets it: every form of lists and pages is checked on the wire."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urljoin

import feedparser
import pytest
from lxml import etree, html

from demo.forms.writing import feed_date, page_date
from demo.press import Press
from demo.truth.truth import outlets
from press.dates import parse
from press.urls import canonical
from tests.demo.asking import feed_url, get, of, plain

pytestmark = pytest.mark.server

FEEDS = [outlet for outlet in outlets() if outlet.list in ("rss", "atom") and "broken_feed" not in outlet.habits]
TABLE = {  # the forms measured on real feeds
    "rfc822": "Wed, 05 Aug 2026 06:03:00 +0700",
    "short_year": "Wed, 05 Aug 26 06:03:00 +0700",
    "us_narrow": "8/5/2026 6:03:00\u202fAM",
    "us": "8/5/2026 6:03:00 AM",
    "colon": "Wed, 05 Aug 2026 06:03:00 +07:00",
    "bare": "Wed, 05 Aug 2026 06:03:00 +07",
    "gmt": "Tue, 04 Aug 2026 23:03:00 GMT",
    "iso": "2026-08-05T06:03:00+07:00",
}


@pytest.mark.parametrize("form", TABLE)
def test_feed_dates_are_the_measured_forms(form: str) -> None:
    at = datetime(2026, 8, 4, 23, 3, tzinfo=UTC)
    assert feed_date(at, form) == TABLE[form]
    understood = parse(feed_date(at, form))
    assert understood is not None
    assert understood.at == at


def test_the_seven_measured_forms_are_all_served() -> None:
    assert {outlet.date for outlet in FEEDS} >= set(TABLE) - {"iso"}


def test_page_dates_can_be_read_back() -> None:
    for at in (datetime(2026, 8, 4, 23, 3, tzinfo=UTC), datetime(2026, 8, 4, 6, 45, tzinfo=UTC)):
        for form in {outlet.visible for outlet in outlets()}:
            understood = parse(page_date(at, form))
            assert understood is not None, form
            assert understood.at == at, form


@pytest.mark.parametrize("slug", [outlet.slug for outlet in FEEDS])
def test_a_feed_announces_every_article_once_with_its_date(press: Press, slug: str) -> None:
    outlet = next(outlet for outlet in outlets() if outlet.slug == slug)
    url = feed_url(press, slug)
    answer = get(url)
    read = feedparser.parse(answer.body)
    articles = of(press, slug)
    assert not read.bozo or outlet.language == "km" or "utf16" in outlet.habits
    assert [canonical(entry.link, url) for entry in read.entries] == [article.url for article in articles]
    for at, (entry, article) in enumerate(zip(read.entries, articles, strict=True)):
        raw = entry.get("published", "")
        if at == outlet.undated:
            assert raw == ""
        else:
            understood = parse(raw)
            assert understood is not None
            assert understood.at == article.published_at
        shown = unicodedata.normalize("NFC", unescape(unescape(entry.title)).replace("\u00a0", " "))
        assert shown.replace("\u00d0", "Đ").replace("\u200b", "").strip() == article.text.title


def test_a_second_feed_repeats_some_articles(press: Press) -> None:
    songhau = next(outlet for outlet in press.outlets() if outlet.slug == "songhau")
    home, section = ({entry.link for entry in feedparser.parse(get(url).body).entries} for url in songhau.feeds)
    assert section
    assert section < home


def test_the_sitemap_announces_every_article(press: Press) -> None:
    (outlet,) = [outlet for outlet in press.outlets() if outlet.sitemaps]
    tree = etree.fromstring(get(outlet.sitemaps[0]).body)
    found = list(zip(tree.xpath("//*[local-name()='loc']/text()"),
                     tree.xpath("//*[local-name()='publication_date']/text()"), strict=True))  # fmt: skip
    expected = [(article.url, article.published_at) for article in of(press, outlet.slug)]
    assert expected
    assert [(url, datetime.fromisoformat(date)) for url, date in found] == expected


def test_section_pages_list_every_article_and_more(press: Press) -> None:
    (outlet,) = [outlet for outlet in press.outlets() if outlet.sections]
    found: list[str] = []
    everything = 0
    for section in outlet.sections:
        tree = html.fromstring(get(section.url).body)
        assert section.links == "h2.list-title a"
        found += [urljoin(section.url, href) for href in tree.xpath("//h2[@class='list-title']/a/@href")]
        everything += len(tree.xpath("//a/@href"))
    assert sorted(found) == sorted(article.url for article in of(press, outlet.slug))
    assert found
    assert everything > 3 * len(found)


def test_feeds_have_the_habits_of_real_ones(press: Press) -> None:
    served = {outlet.slug: get(feed_url(press, outlet.slug)).body for outlet in FEEDS}
    text = served["dongbang"].decode()
    assert unicodedata.normalize("NFC", text) != text
    assert unicodedata.normalize("NFD", text) != text
    assert b"&amp;nbsp;" in served["phuongnam"]
    assert "<title>\u00d0".encode() in served["cuulong"]
    assert b"<![CDATA[" in served["mientay"]
    assert re.search(rb"<title><!\[CDATA\[[^\]]*&#\d+;", served["mientay"])
    assert b"<![CDATA[<a href=" in served["cuulong"]
    assert "\u202fAM".encode() in served["cuulong"] or "\u202fPM".encode() in served["cuulong"]
    assert "\u200b".encode() in served["songhau"]
    assert served["delta"][:2] in (b"\xff\xfe", b"\xfe\xff")
    assert 'encoding="UTF-16"' in served["delta"].decode("utf-16")[:60]
    assert "\u00a0" in served["chautho"].decode()
    assert "\u200b" in served["deisan"].decode()
    assert re.search(rb"<link>/[^<]+</link>", served["mientay"])
    assert re.search(rb"<link>http://[^/]+/amp/", served["cuulong"])
    assert b"utm_source=rss&amp;utm_medium" in served["dongbang"]


def test_a_twin_leads_to_the_article(press: Press) -> None:
    link = re.search(rb"<link>(http://[^/]+/amp/[^<]+)</link>", get(feed_url(press, "cuulong")).body)
    assert link is not None
    twin = link[1].decode()
    article = next(article for article in of(press, "cuulong") if article.url == canonical(twin))
    assert get(twin).body == get(article.url).body


def test_pages_carry_the_text_and_bulk_around_it(quiet: Press) -> None:
    for article in quiet.truth():
        answer = get(article.url)
        assert answer.status == 200, article.url
        assert 15_000 < len(answer.body) < 90_000, article.url
        tree = html.fromstring(answer.body.decode())
        shown = " ".join(unicodedata.normalize("NFC", tree.text_content()).split()).replace("\u200b", "")
        shown = shown.replace("\u00d0", "Đ")
        for part in (article.text.title, article.text.lead, *article.text.body.split("\n")):
            assert " ".join(part.split()) in shown, (article.key, part)
        assert tree.xpath("//link[@rel='canonical']/@href") == [article.url]
        assert tree.xpath("//*[@id='box_comment']"), article.key


def test_layouts_differ(press: Press) -> None:
    marks = {
        "mientay": "//article[contains(@class, 'fck_detail')]",
        "cuulong": "//div[@data-role='content']",
        "dongbang": "//div[contains(@class, 'cms-body')]",
        "songhau": "//div[@id='noi-dung']",
        "hong": "//div[@class='entry-content']",
        "delta": "//div[@id='abody']",
        "deisan": "//div[@class='contents']",
    }
    for slug, path in marks.items():
        article = plain(press, slug)
        (body,) = html.fromstring(get(article.url).body.decode()).xpath(path)
        said = unicodedata.normalize("NFC", " ".join(body.text_content().split()))
        assert article.text.body.split("\n")[-1].replace("\u00a0", " ") in said.replace("\u00a0", " "), slug
        assert all(path not in marks[other] for other in marks if other != slug)
