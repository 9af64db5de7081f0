"""The dirt of real lists: a feed and a sitemap survive the same, and addresses mean what they mean to a browser."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.lists.decoding import decode
from crawlers.lists.feeds import read_feed
from crawlers.lists.links import Context, Listing
from crawlers.lists.sections import read_section
from crawlers.lists.sitemaps import newest_first, read_sitemap
from press import Feed, FeedKind, Outlet
from press.urls import is_article, is_home, join
from press.urls import same_site as of_one_site

LIMIT = 1024 * 1024
NOW = datetime(2026, 8, 6, tzinfo=UTC)
MEDIA = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


RSS = "https://baothu.vn/rss.xml"


def _context(kind: FeedKind = "feed", base: str = RSS, links: str = "") -> Context:
    return Context(Feed("o", kind, base, links), Outlet("o", "Báo Thử", "vi", "local"), base)


def _feed(items: str, head: str = "", base: str = RSS) -> Listing:
    body = f'<rss version="2.0" {MEDIA}><channel>{head}{items}</channel></rss>'
    return read_feed(body.encode(), _context(base=base), LIMIT)


def _index(*children: tuple[str, str]) -> Listing:
    rows = "".join(
        f"<sitemap><loc>https://baothu.vn/{name}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>"
        for name, at in children
    )
    return read_sitemap(f"<sitemapindex>{rows}</sitemapindex>".encode(), _context("sitemap"), NOW, LIMIT)


DIRT = (
    *(b"&", b"& ", b"&&", b"&c=3", b"&nbsp;", b"&hellip;", b"&Agrave;", b"&khong;", b"&#0;", b"&#xD800;", b"&#11;"),
    *(b"\x00", b"\x08", b"\x0b", b"\x1f", b"\xef\xbf\xbe", b"\xe1\xbb", b"\xff", b"\xc3", b"< 5", b"<3", b"a<\xc3\xa0"),
)


@st.composite
def dirty(draw: st.DrawFn) -> tuple[list[bytes], bytes, bytes, int]:
    """Titles with dirt in them, what stands before and behind the list, how much of the last entry is cut off."""
    words = st.sampled_from([*DIRT, "Sóc Trăng ".encode(), "hạn mặn ".encode(), b"tin "])
    titles = draw(st.lists(st.lists(words, min_size=1, max_size=6).map(b"".join), min_size=1, max_size=6))
    before = draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"\n\n", b"<!-- x -->", b"Notice: undefined index\n"]))
    behind = draw(st.sampled_from([b"", b"\n", b"<!-- 0.2 s -->", b"<script>x()</script>", b"\x00"]))
    return titles, before, behind, draw(st.integers(0, 60))


@given(dirty())
def test_a_feed_and_a_sitemap_survive_the_same_dirt(made: tuple[list[bytes], bytes, bytes, int]) -> None:
    titles, before, behind, cut = made
    item = b"<item><title>Tin Vi\xe1\xbb\x87t %b</title><link>https://baothu.vn/t?i=%d&b=%d</link></item>"
    entry = (
        b"<url><loc>https://baothu.vn/t?i=%d&b=%d</loc><news:news><news:title>Tin Vi\xe1\xbb\x87t %b</news:title>"
        b"</news:news></url>"
    )
    items = [item % (title, n, n) for n, title in enumerate(titles)]
    entries = [entry % (n, n, title) for n, title in enumerate(titles)]
    for parts, head, tail in (
        (items, b'<rss version="2.0"><channel>', b"</channel></rss>"),
        (entries, f"<urlset {MEDIA}>".encode(), b"</urlset>"),
    ):
        whole = before + head + b"".join(parts) + (b"" if cut else tail + behind)
        body = whole[: len(whole) - min(cut, len(parts[-1]))]
        left = len(titles) - bool(cut)
        listing = (
            read_feed(body, _context(), LIMIT)
            if parts is items
            else read_sitemap(body, _context("sitemap"), NOW, LIMIT)
        )
        assert [link.url for link in listing.links] == [f"https://baothu.vn/t?i={n}&b={n}" for n in range(left)]
        assert all(link.title.startswith("Tin Việt") for link in listing.links)
        assert bool(listing.error) == (not left)


@pytest.mark.parametrize("body", [b"<:", b"<urlset><:>", b"<urlset><url><:></url></urlset>", b"<urlset>" * 9000])
def test_a_sitemap_of_nonsense_never_raises(body: bytes) -> None:
    began = time.monotonic()
    assert not read_sitemap(body, _context("sitemap"), NOW, LIMIT).links
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("claim", ["text/xml; charset=ISO-8859-1", "text/xml; charset=windows-1258", ""])
def test_utf8_but_for_a_few_bytes_is_utf8_whatever_is_claimed(claim: str) -> None:
    assert decode("Sóc Trăng có mưa ".encode() + b"\xe1\xbb l\xe1\xbb\x9bn", claim) == "Sóc Trăng có mưa \ufffd lớn"
    assert decode("café déjà".encode("latin-1"), "text/xml; charset=ISO-8859-1") == "café déjà"


@pytest.mark.parametrize(
    "parts",
    [
        "<media:content><media:title>Ảnh</media:title><media:description>Chú thích</media:description></media:content>",
        "<itunes:title>Âm thanh</itunes:title><itunes:summary>Chú thích</itunes:summary>",
        "<media:group><media:description>Chú thích</media:description></media:group>",
    ],
)
def test_what_is_said_of_a_picture_is_not_said_of_the_article(parts: str) -> None:
    own = "<title>Tiêu đề</title><link>/1</link><description>Mô tả của bài</description>"
    for item in (parts + own, own + parts):
        link = _feed(f"<item>{item}</item>").links[0]
        assert (link.title, link.lead) == ("Tiêu đề", "Mô tả của bài")
    assert _feed(f"<item><title>T</title><link>/1</link>{parts}</item>").links[0].lead == "Chú thích"


@pytest.mark.parametrize(
    ("served", "base", "url"),
    [
        ("www.baothu.vn/tin-1.html", "https://baothu.vn/rss.xml", "https://www.baothu.vn/tin-1.html"),
        ("baothu.vn/tin-1.html", "http://baothu.vn/rss.xml", "http://baothu.vn/tin-1.html"),
        ("www.baothu.vn/tin-1.html", "https://feeds.example.net/x", "https://www.baothu.vn/tin-1.html"),
        ("https//baothu.vn/tin-1.html", "https://baothu.vn/rss.xml", "https://baothu.vn/tin-1.html"),
        ("tin-1.html", "https://baothu.vn/rss/home.xml", "https://baothu.vn/rss/tin-1.html"),
        ("//baothu.vn/tin-1.html", "https://feeds.example.net/x", "https://baothu.vn/tin-1.html"),
        (" \nhttps://baothu.vn/tin\n-1.html ", "https://baothu.vn/rss.xml", "https://baothu.vn/tin-1.html"),
    ],
)
def test_addresses_that_lack_a_scheme(served: str, base: str, url: str) -> None:
    assert _feed(f"<item><title>T</title><link>{served}</link></item>", base=base).links[0].url == url


def test_relative_addresses_of_a_feed_that_a_service_hosts_are_of_the_site_it_speaks_for() -> None:
    item, site = "<item><title>T</title><link>/tin-1.html</link></item>", "<link>https://baothu.vn/</link>"
    assert _feed(item, site, "https://feeds.example.net/baothu").links[0].url == "https://baothu.vn/tin-1.html"
    assert _feed(item, site, "https://www.baothu.vn/rss/").links[0].url == "https://www.baothu.vn/tin-1.html"
    assert _feed(item, "", "https://baothu.vn/rss/").links[0].url == "https://baothu.vn/tin-1.html"
    based = item.replace("<item>", '<item xml:base="https://khac.vn/a/">').replace("/tin", "tin")
    assert _feed(based, site, "https://baothu.vn/rss/").links[0].url == "https://khac.vn/a/tin-1.html"


def test_items_that_share_an_address_are_told_apart_by_their_identifiers() -> None:
    def items(link: str, guids: bool = True) -> str:
        return "".join(
            f"<item><title>Bài {n}</title><link>{link}</link><pubDate>Wed, 05 Aug 2026 0{n}:00:00 +0700</pubDate>"
            f"{f'<guid>https://baothu.vn/bai-{n}.html</guid>' if guids else ''}</item>"
            for n in (1, 2)
        )

    apart = ["https://baothu.vn/bai-1.html", "https://baothu.vn/bai-2.html"]
    for link in ("https://baothu.vn/", "https://baothu.vn/thoi-su", "/", "https://www.baothu.vn"):
        assert [one.url for one in _feed(items(link)).links] == apart
    shared = _feed(items("https://baothu.vn/thoi-su", guids=False))
    assert (len(shared.links), shared.problems) == (1, ("an item with the address of another one",))
    front = _feed(items("https://baothu.vn/", guids=False))
    assert (front.links, front.problems) == ((), ("an item with the address of a front page (2)",))


def test_the_title_of_a_sitemaps_entry_is_the_one_of_its_news() -> None:
    image = "<image:image><image:loc>https://x.vn/a.jpg</image:loc><image:title>Ảnh</image:title></image:image>"
    news = (
        "<news:news><news:publication_date>2026-08-05</news:publication_date><news:title>Bài</news:title></news:news>"
    )
    loc = "<loc>https://baothu.vn/1</loc>"
    for head in (f"<urlset {MEDIA}>", "<urlset>"):
        for parts in (image + loc + news, loc + news + image, news + image + loc):
            (link,) = read_sitemap(f"{head}<url>{parts}</url></urlset>".encode(), _context("sitemap"), NOW, LIMIT).links
            assert (link.url, link.title) == ("https://baothu.vn/1", "Bài")


@pytest.mark.parametrize(
    ("names", "newest"),
    [
        ([f"sitemap-2026-{n:02}.xml" for n in range(1, 9)], [f"sitemap-2026-{n:02}.xml" for n in (8, 7, 6, 5, 4)]),
        (
            [f"s/{n}-2025.xml" for n in range(9, 13)] + ["s/1-2026.xml", "s/2-2026.xml"],
            ["s/2-2026.xml", "s/1-2026.xml"],
        ),
        ([f"post-sitemap{n}.xml" for n in range(1, 13)], ["post-sitemap12.xml", "post-sitemap11.xml"]),
        (["category-1.xml", "page-1.xml", *(f"bai-{n}.xml" for n in range(7))], ["bai-6.xml", "bai-5.xml"]),
        ([f"map?yyyy=2026&mm={n}" for n in range(1, 9)], ["map?yyyy=2026&mm=8", "map?yyyy=2026&mm=7"]),
        (["thoi-su.xml", "kinh-te.xml", "y-te.xml", "du-lich.xml"], ["thoi-su.xml", "du-lich.xml"]),
    ],
)
def test_of_an_index_without_dates_the_newest_are_read_by_their_names(names: list[str], newest: list[str]) -> None:
    assert newest_first(names)[: len(newest)] == newest
    assert sorted(newest_first(names)) == sorted(names)


def test_what_an_index_leaves_out_is_said() -> None:
    many = _index(*((f"map-{n}.xml", "") for n in range(1, 9)))
    assert many.children == tuple(f"https://baothu.vn/map-{n}.xml" for n in (8, 7, 6, 5, 4))
    assert many.problems == ("8 sitemaps, only the 5 newest are read",)
    stale = _index(*((f"s{n}.xml", "2024-01-01") for n in range(1, 4)))
    assert stale.children[0] == "https://baothu.vn/s3.xml"
    assert stale.problems == ("no sitemap of the index is said to be newer than 7 days: 3 read nevertheless",)
    assert _index(("a.xml", "2026-08-05"), ("b.xml", "2020-01-01")).problems == ()


@pytest.mark.parametrize(
    ("base", "served", "meant"),  # as the URL Standard has it
    [
        ("https://a.vn/b/c", "d.html", "https://a.vn/b/d.html"),
        ("https://a.vn/b/c", "/d", "https://a.vn/d"),
        ("https://a.vn/b/c", "?x=1", "https://a.vn/b/c?x=1"),
        ("https://a.vn/b/c", "../d", "https://a.vn/d"),
        ("https://a.vn/b/c", "\\d\\e?q=\\", "https://a.vn/d/e?q=\\"),
        ("https://a.vn/b/c", "https:/d", "https://a.vn/d"),
        ("https://a.vn/b/c", "https:d", "https://a.vn/b/d"),
        ("http://a.vn/b/c", "https:/k.vn/d", "https://k.vn/d"),
        ("https://a.vn/b/c", "https:\\\\k.vn\\d", "https://k.vn/d"),
        ("https://a.vn/b/c", "https:///k.vn/d", "https://k.vn/d"),
        ("https://a.vn/b/c", "///k.vn/d", "https://k.vn/d"),
        ("https://a.vn/b/c", "\t/d\n/e\r ", "https://a.vn/d/e"),
        ("https://a.vn/b/c", "", "https://a.vn/b/c"),
    ],
)
def test_addresses_are_joined_as_browsers_do(base: str, served: str, meant: str) -> None:
    assert join(base, served) == meant


@given(st.text(max_size=60), st.sampled_from(["https://a.vn/b/c?d#e", "http://[::1]/", ""]))
def test_joining_never_raises(served: str, base: str) -> None:
    join(base, served)
    join(served, base)


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<base href="/">', "https://baothu.vn/tin/bai-1.html"),
        ("", "https://baothu.vn/chuyen-muc/thoi-su/tin/bai-1.html"),
        ('<base href="../">', "https://baothu.vn/chuyen-muc/tin/bai-1.html"),
        (
            '<base target="_blank"><base href="https://www.baothu.vn/a/"><base href="/b/">',
            "https://www.baothu.vn/a/tin/bai-1.html",
        ),
        ('<base href="javascript:x">', "https://baothu.vn/chuyen-muc/thoi-su/tin/bai-1.html"),
    ],
)
def test_a_section_page_has_a_base(head: str, url: str) -> None:
    page = f'<html><head>{head}</head><body><h3><a href="tin/bai-1.html">Bài một</a></h3></body></html>'
    base = "https://baothu.vn/chuyen-muc/thoi-su/"
    assert [link.url for link in read_section(page.encode(), _context("section", base, "h3 a")).links] == [url]


def _list_page(*headings: str) -> str:
    rows = "".join(
        f'<article><h3 class="{heading}"><a href="/tin/bai-viet-ve-han-man-{n:05}.html">'
        f"Hạn mặn về sớm ở cửa sông lần {n}</a></h3></article>"
        for n, heading in enumerate(headings)
    )
    menu = "".join(f'<li><a href="/muc-{n}">Chuyên mục {n}</a></li>' for n in range(9))
    side = '<aside><a href="/gioi-thieu-ve-toa-soan-cua-chung-toi">Giới thiệu về tòa soạn của chúng tôi</a></aside>'
    return f"<ul>{menu}</ul><main><h1>Thời sự</h1><div>{rows}</div></main>{side}"


@pytest.mark.parametrize(
    ("selector", "words"),
    [("h2.other a", "no {}: 20 more"), ("h3.big a", "1 of 20 {}: 19 more"), ("h3.usual a", "12 of 20 {}: 8 more")],
)
def test_where_a_selector_finds_nothing_or_few_the_form_of_the_addresses_decides(selector: str, words: str) -> None:
    page = _list_page("big", *["usual"] * 6, *["other"] * 7, *["usual"] * 6)
    listing = read_section(page.encode(), _context("section", "https://baothu.vn/thoi-su", selector))
    assert sorted(link.url[-10:-5] for link in listing.links) == [f"{n:05}" for n in range(20)]
    assert listing.problems == (f"{words.format(f'article links found by {selector!r}')} by their form",)


def test_a_selector_that_finds_most_is_trusted() -> None:
    page = _list_page("big", *["usual"] * 9)
    listing = read_section(page.encode(), _context("section", "https://baothu.vn/thoi-su", "h3.usual a"))
    assert (len(listing.links), listing.problems) == (9, ())


@pytest.mark.parametrize(
    ("path", "article"),
    [
        ("/xa-hoi/han-man-ve-som-o-cua-song-20260805063012345.htm", True),
        ("/tin-1234567.html", True),
        ("/2026/08/05/han-man", True),
        ("/han-man-ve-som-o-cua-song", True),
        ("/?p=1234", True),
        ("/tin.aspx?newsid=12", True),
        ("/thoi-su", False),
        ("/giao-duc/tuyen-sinh-2026.htm", False),
        ("/tin-moi/trang-12", False),
        ("/huyen-ke-sach-tag24099.html", False),
        ("/", False),
    ],
)
def test_the_form_of_an_articles_address(path: str, article: bool) -> None:
    assert is_article(f"https://baothu.vn{path}") is article


def test_front_pages_and_sites() -> None:
    for path in ("", "/", "/index.html", "/vi", "/vi/", "/Home", "/trang-chu.html", "/Default.aspx"):
        assert is_home(f"https://baothu.vn{path}")
    for path in ("/thoi-su", "/?p=12", "/index.php?id=5", "/home/bai-1.html"):
        assert not is_home(f"https://baothu.vn{path}")
    assert of_one_site("https://www.baothu.vn/a", "https://baothu.vn/")
    assert of_one_site("https://en.baothu.vn/a", "https://www.baothu.vn/")
    assert not of_one_site("https://xbaothu.vn/a", "https://baothu.vn/")
    assert not of_one_site("https://baothu.vn/a", "")
