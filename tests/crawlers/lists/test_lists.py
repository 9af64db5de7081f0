"""Feeds, section pages and sitemaps as bytes: every item back, every date right, damage said and survived."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.lists.decoding import decode, gunzip
from crawlers.lists.feeds import read_feed
from crawlers.lists.links import Context, Listing, lead_of
from crawlers.lists.mending import plain_xml
from crawlers.lists.sections import read_section
from crawlers.lists.sitemaps import MOST_LINKS, read_sitemap
from press import Feed, Outlet
from press.text import plain
from press.urls import canonical

LIMIT = 1024 * 1024
NOW = datetime(2026, 8, 5, tzinfo=UTC)
BASE = "https://baothu.vn/rss/home.rss"


def _context(links: str = "", base: str = BASE, **outlet: str) -> Context:
    kind = "section" if links else "feed"
    row = Outlet("baothu", "Báo Thử", "vi", "local", **outlet)
    return Context(Feed("baothu", kind, base, links), row, base)


def _rss(*items: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>'


def _item(number: int = 1, **parts: str) -> str:
    given = {
        "title": f"Tin {number}",
        "link": f"https://baothu.vn/tin-{number}.html",
        "pubDate": "Wed, 05 Aug 2026 05:25:43 +0700",
    } | parts
    return "<item>" + "".join(f"<{name}>{text}</{name}>" for name, text in given.items() if text) + "</item>"


def _read(body: str | bytes, **options: str) -> Listing:
    return read_feed(body.encode() if isinstance(body, str) else body, _context(**options), LIMIT)


def test_an_item_becomes_a_link() -> None:
    summary = escape('<a href="x"><img src="a.jpg"></a></br>(Dân trí) - Sáng nay, <b>xã Cù Lao Dung</b> có nắng.')
    link = _read(_rss(_item(link="/tin-1.html?utm_source=rss#top", description=summary, category="Thời sự"))).links[0]
    assert link.url == "https://baothu.vn/tin-1.html"
    assert link.served_url == "https://baothu.vn/tin-1.html?utm_source=rss"
    assert (link.title, link.section, link.outlet) == ("Tin 1", "Thời sự", "baothu")
    assert link.lead == "Sáng nay, xã Cù Lao Dung có nắng."
    assert link.published_at == datetime(2026, 8, 4, 22, 25, 43, tzinfo=UTC)
    assert (link.published_raw, link.zone) == ("Wed, 05 Aug 2026 05:25:43 +0700", "served")


@pytest.mark.parametrize(
    ("raw", "dates", "expected"),
    [
        ("8/5/2026 5:32:00\u202fAM", "", datetime(2026, 8, 4, 22, 32, tzinfo=UTC)),
        ("8/4/2026 10:35:00 PM", "", datetime(2026, 8, 4, 15, 35, tzinfo=UTC)),
        ("8/5/2026 5:32:00 AM", "dmy", datetime(2026, 5, 7, 22, 32, tzinfo=UTC)),
        ("Wed, 05 Aug 2026 05:00:00 +07", "", datetime(2026, 8, 4, 22, 0, tzinfo=UTC)),
        ("Wed, 05 Aug 2026 05:00:00 +07:00", "", datetime(2026, 8, 4, 22, 0, tzinfo=UTC)),
        ("Wed, 05 Aug 26 06:00:00 +0700", "", datetime(2026, 8, 4, 23, 0, tzinfo=UTC)),
        ("Wed, 05 Aug 2026 05:00:00 GMT", "", datetime(2026, 8, 5, 5, 0, tzinfo=UTC)),
    ],
)
def test_dates_by_the_outlets_rule_and_never_by_feedparser(raw: str, dates: str, expected: datetime) -> None:
    link = _read(_rss(_item(pubDate=raw)), dates=dates).links[0]
    assert (link.published_at, link.published_raw) == (expected, raw)


def test_items_without_link_or_date_are_kept_where_they_can_be() -> None:
    listing = _read(
        _rss(
            _item(1, link="", guid="https://baothu.vn/tin-1.html"),
            _item(2, pubDate=""),
            _item(3, pubDate="hôm qua"),
            _item(4, link="", guid="bai-4"),
            _item(5, link="javascript:void(0)"),
        )
    )
    assert [link.url[-6] for link in listing.links] == ["1", "2", "3"]
    assert [link.zone for link in listing.links] == ["served", "none", "none"]
    assert listing.links[2].published_raw == "hôm qua"
    assert set(listing.problems) == {"an item without an address (2)", "an item with an unreadable date"}


def test_one_article_twice_is_one_link_that_knows_most() -> None:
    listing = _read(_rss(_item(1, pubDate="", title="Bài"), _item(1, title="Bài (cập nhật)", description="Mở đầu.")))
    assert len(listing.links) == 1
    assert (listing.links[0].title, listing.links[0].lead) == ("Bài", "Mở đầu.")
    assert listing.links[0].published_at is not None


def test_atom() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">Tin &amp;amp; ảnh</title>'
        '<link rel="self" href="/self"/><link href="/tin.html"/><updated>2026-08-05T05:00:00+07:00</updated>'
        "<summary>Mở đầu</summary></entry></feed>"
    )
    link = _read(body).links[0]
    assert (link.url, link.title) == ("https://baothu.vn/tin.html", "Tin & ảnh")
    assert link.published_at == datetime(2026, 8, 4, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8", "utf-32"])
@pytest.mark.parametrize("declared", ["utf-16", "utf-8", "iso-8859-1"])
def test_charsets_by_bytes_not_by_claims(encoding: str, declared: str) -> None:
    text = _rss(_item(title="Đê biển Vĩnh Châu")).replace("utf-8", declared)
    context = Context(_context().feed, _context().outlet, BASE, "text/xml; charset=windows-1252")
    assert read_feed(text.encode(encoding), context, LIMIT).links[0].title == "Đê biển Vĩnh Châu"


def test_declared_legacy_charset() -> None:
    assert decode("<?xml version='1.0' encoding='windows-1252'?><a>café</a>".encode("cp1252")).endswith("<a>café</a>")


def test_decomposed_text_entities_and_invisible_characters() -> None:
    title = "Hội nghi\u0323 T&amp;amp;T\u200b\u200b&#160;\u00d0ồng Tháp &amp;quot;mới&amp;quot;"
    assert _read(_rss(_item(title=title))).links[0].title == 'Hội nghị T&T Đồng Tháp "mới"'


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Một</p><p>Hai</p>", "Một Hai"),
        ("x<sub>2</sub> < 5 và y > 3", "x2 < 5 và y > 3"),
        ("Phim <Tên em> chiếu", "Phim <Tên em> chiếu"),
        ("&lt;b&gt;Đậm&lt;/b&gt;", "Đậm"),
        ("<script>alert(1)</script>Tin<style>p{}</style>", "Tin"),
        ('Tin <img src="https://x.vn/a.jpg', "Tin"),
        ("<!-- ẩn -->Hiện", "Hiện"),
    ],
)
def test_plain(html: str, text: str) -> None:
    assert plain(html) == text


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "an empty answer instead of a feed"),
        ("   \n", "an empty answer instead of a feed"),
        ("<!DOCTYPE html><html><body>Lỗi</body></html>", "a web page instead of a feed"),
        ('{"items": []}', "not a feed"),
        ("<rss version='2.0'><channel><item><title>nửa", "broken off before the first whole item"),
    ],
)
def test_what_is_no_feed_says_so(body: str, error: str) -> None:
    assert _read(body) == Listing(error=error)


def test_random_bytes_are_no_feed() -> None:
    assert _read(bytes(range(256)) * 40).error
    assert _read(gzip.compress(b"x" * 10)[:15]).error


def test_empty_channel_is_a_feed() -> None:
    assert _read(_rss()) == Listing()


def test_truncated_feed_gives_its_whole_items_only() -> None:
    whole = _rss(*(_item(n) for n in range(1, 11)))
    for end in range(len(whole) - 300, len(whole) - 16):
        listing = _read(whole[:end])
        assert [link.url for link in listing.links] == [
            f"https://baothu.vn/tin-{n}.html" for n in range(1, whole[:end].count("</item>") + 1)
        ]
        assert listing.problems[0].startswith("truncated: ")


def test_error_page_glued_to_a_feed() -> None:
    listing = _read(_rss(_item(1))[:-16] + "<!DOCTYPE html><html><body>Lỗi 500")
    assert len(listing.links) == 1
    assert listing.problems == ("followed by a web page: 1 whole items read",)


def test_malformed_but_readable() -> None:
    listing = _read(_rss(_item(1, title="A & B\x08"), _item(2)))
    assert [link.title for link in listing.links] == ["A & B", "Tin 2"]
    assert listing.problems[0].startswith("malformed: ")


def test_entity_bomb_is_harmless() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">{entities}]>' + _rss(_item(title="&l9;"))[38:]
    began = time.monotonic()
    listing = _read(bomb)
    assert time.monotonic() - began < 10
    assert listing.links[0].url == "https://baothu.vn/tin-1.html"
    assert len(listing.links[0].title) < 100
    external = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _rss(_item(title="&x;"))[38:]
    assert "root:" not in _read(external).links[0].title


def test_gzipped_feed_and_gzip_bomb() -> None:
    assert len(_read(gzip.compress(_rss(_item()).encode())).links) == 1
    unpacked, problem = gunzip(gzip.compress(b"0" * (50 * LIMIT)), LIMIT)
    assert (len(unpacked), problem) == (LIMIT, "too large: more than 1,048,576 bytes unpacked")


def test_doctype_is_taken_out_whole() -> None:
    assert plain_xml('<?xml version="1.0"?>\n<!DOCTYPE rss PUBLIC "-//x" "http://x/y.dtd"><rss/>') == "<rss/>"
    assert plain_xml('<!DOCTYPE rss [<!ENTITY a "x]x">]><rss/>').endswith("<rss/>")


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_never_raise(body: bytes) -> None:
    _read(body)
    _read(b"<rss version='2.0'><channel><item>" + body + b"</item></channel></rss>")
    read_section(body, _context("a"))
    read_sitemap(body, _context(), NOW, LIMIT)
    read_sitemap(b"<urlset><url><loc>" + body + b"</loc></url></urlset>", _context(), NOW, LIMIT)


def test_long_leads_are_cut() -> None:
    assert len(lead_of("<p>một hai</p>" * 5000)) == 3000


SECTION = """<html><body><nav><a href="/menu">Menu</a></nav><a href="https://baothu.vn/lien-he">Liên hệ</a>
<div class="list"><h3><a href="/bai-1.html"><img src="x"></a></h3>
<h3><a href="/bai-1.html#binh-luan"> Bài <b>một</b> </a></h3>
<h3><a title="Bài hai" href="https://www.baothu.vn/bai-2.html"></a></h3>
<h3><a href="https://qc.khac.vn/x">Quảng cáo</a></h3><h3><a href="mailto:a@b.vn">Thư</a></h3>
<h3><a href="/thoi-su/">Thời sự</a></h3><h3><a href="https://en.baothu.vn/3">Three</a></h3></div></body></html>"""


def test_section_links_are_of_the_site_once_and_with_words() -> None:
    for selector in (".list h3 a", ".list h3", ".list"):
        listing = read_section(SECTION.encode(), _context(selector, "https://baothu.vn/thoi-su/"))
        assert [(link.url, link.title) for link in listing.links] == [
            ("https://baothu.vn/bai-1.html", "Bài một"),
            ("https://www.baothu.vn/bai-2.html", "Bài hai"),
            ("https://en.baothu.vn/3", "Three"),
        ]


def test_section_selector_may_name_another_site() -> None:
    listing = read_section(SECTION.encode(), _context('a[href^="https://qc.khac.vn/"]', "https://baothu.vn/"))
    assert [link.url for link in listing.links] == ["https://qc.khac.vn/x"]


def test_section_that_changed_its_layout_says_so() -> None:
    listing = read_section(SECTION.encode(), _context("h3.title-news a", "https://baothu.vn/"))
    assert (listing.links, listing.problems) == ((), ("no article link found by 'h3.title-news a'",))


@pytest.mark.parametrize("selector", ["a[", "::nothing(", "h3 >> a"])
def test_section_selector_that_is_no_css(selector: str) -> None:
    listing = read_section(SECTION.encode(), _context(selector, "https://baothu.vn/"))
    assert listing.error or not listing.links


def _news(*rows: tuple[str, str, str]) -> bytes:
    urls = "".join(
        f"<url><loc>{url}</loc><image:image><image:loc>https://x.vn/a.jpg</image:loc></image:image><news:news>"
        f"<news:publication><news:name>Báo</news:name></news:publication><news:publication_date>{date}"
        f"</news:publication_date><news:title>{title}</news:title></news:news></url>"
        for url, date, title in rows
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
        f'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">{urls}</urlset>'
    ).encode()


def test_news_sitemap() -> None:
    body = _news(("https://baothu.vn/1", "2026-08-05T05:00:00+07:00", "Tin &amp; ảnh"), ("/2", "2020-01-01", "Cũ"))
    for form in (body, gzip.compress(body)):
        first, second = read_sitemap(form, _context(), NOW, LIMIT).links
        assert (first.url, first.title) == ("https://baothu.vn/1", "Tin & ảnh")
        assert (first.published_at, first.zone) == (datetime(2026, 8, 4, 22, tzinfo=UTC), "served")
        assert second.url == "https://baothu.vn/2"


def test_plain_sitemap_passes_over_what_is_old() -> None:
    rows = [("1", "2026-08-04T10:00:00+07:00"), ("2", "2026-01-01"), ("3", "")]
    body = "".join(f"<url><loc>https://baothu.vn/{n}</loc><lastmod>{at}</lastmod></url>" for n, at in rows)
    listing = read_sitemap(f"<urlset>{body}</urlset>".encode(), _context(), NOW, LIMIT)
    assert [link.url[-1] for link in listing.links] == ["1", "3"]
    assert listing.links[0].published_at == datetime(2026, 8, 4, 3, tzinfo=UTC)


def test_huge_sitemap_gives_its_newest() -> None:
    rows = "".join(
        f"<url><loc>https://baothu.vn/{n}</loc><lastmod>{(NOW - timedelta(minutes=n)).isoformat()}</lastmod></url>"
        for n in range(MOST_LINKS + 200)
    )
    listing = read_sitemap(f"<urlset>{rows}</urlset>".encode(), _context(), NOW, LIMIT)
    assert len(listing.links) == MOST_LINKS
    assert listing.links[0].url == "https://baothu.vn/0"
    assert "only the 1000 newest" in listing.problems[0]


def test_sitemap_index_gives_its_recent_children() -> None:
    rows = [("a", "2026-08-01"), ("b", "2026-08-04"), ("c", "2020-01-01"), ("d", "")]
    body = "".join(f"<sitemap><loc>/{n}.xml</loc><lastmod>{at}</lastmod></sitemap>" for n, at in rows)
    listing = read_sitemap(f"<sitemapindex>{body}</sitemapindex>".encode(), _context(), NOW, LIMIT)
    assert listing.children == tuple(f"https://baothu.vn/{name}.xml" for name in "bad")


def test_sitemap_damage() -> None:
    whole = _news(("https://baothu.vn/1", "2026-08-05", "a"), ("https://baothu.vn/2", "2026-08-05", "b"))
    listing = read_sitemap(whole[:-120], _context(), NOW, LIMIT)
    assert [link.url for link in listing.links] == ["https://baothu.vn/1"]
    assert listing.problems == ("truncated: 1 whole entries read",)
    assert read_sitemap(b"<html></html>", _context(), NOW, LIMIT).error == "a web page instead of a sitemap"
    assert read_sitemap(b"", _context(), NOW, LIMIT).error == "an empty answer instead of a sitemap"
    bomb = b'<!DOCTYPE a [<!ENTITY x "yyyy">]><urlset><url><loc>https://baothu.vn/&x;</loc></url></urlset>'
    assert all("yyyy" not in link.url for link in read_sitemap(bomb, _context(), NOW, LIMIT).links)


def _independent(raw: str) -> datetime:
    """The instant of a served date by another way than ours: normalised, then read by Python's own parser."""
    if slashed := re.fullmatch(r"(\d+)/(\d+)/(\d+) (\d+):(\d+):(\d+)\s([AP])M", raw):
        month, day, year, hour, minute, second = map(int, slashed.groups()[:6])
        hour = hour % 12 + (12 if slashed[7] == "P" else 0)
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=7)
    raw = re.sub(r"\+07(?::00)?$", "+0700", raw)
    return parsedate_to_datetime(raw).astimezone(UTC)


@pytest.mark.shared
@pytest.mark.slow
def test_every_item_of_seventeen_real_feeds_comes_back_with_its_date(shared_data: Path) -> None:
    outlets: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(shared_data / "feeds_2026.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            outlets[item["outlet"]].append(item)
    assert len(outlets) == 17
    for items in outlets.values():
        body = _rss(
            *(
                _item(
                    title=escape(item["title"]),
                    link=escape(item["link"]),
                    description=escape(item["summary"]),
                    pubDate=escape(item["published"]),
                )
                for item in items
            )
        )
        listing = _read(body)
        links = {link.url: link for link in listing.links}
        assert listing.problems == ()
        assert set(links) == {canonical(item["link"]) for item in items}
        for item in items:
            link = links[canonical(item["link"])]
            if link.published_raw == item["published"]:
                assert link.published_at == _independent(item["published"])
            assert link.title
        assert sum(links[canonical(item["link"])].published_raw == item["published"] for item in items) >= len(links)


@pytest.mark.parametrize("page", ["<div>" * 100_000, "<a " + " ".join(f"a{n}=1" for n in range(200_000)) + ">"])
def test_a_section_page_built_to_be_expensive_is_not_parsed(page: str) -> None:
    assert read_section(page.encode(), _context("a")).error.startswith("too costly: ")
