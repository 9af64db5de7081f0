# ruff: noqa: E501  (pages are easier to read in one line)
"""Article pages of the publishing systems Vietnamese outlets use, their quirks, and pages that are no pages."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reading.extract import extract
from errors import Unusable
from press import Draft, Link, Outlet

VN = timezone(timedelta(hours=7))
URL = "https://bao.example.vn/thoi-su/khanh-thanh-cau-song-trang-4711.html"
TITLE = "Khánh thành cầu bắc qua sông Trang sau ba năm thi công"
LEAD = "Cây cầu dài 420 m nối hai xã cù lao với đất liền, giúp 12.000 người dân không còn phải đi phà."
PARAGRAPHS = [
    "Sáng 5/8, chính quyền địa phương tổ chức lễ khánh thành cây cầu mới, thay bến phà đã hoạt động hơn bốn mươi năm nay.",
    "Công trình có tổng vốn 380 tỷ đồng, khởi công từ tháng 6/2023, mặt cầu rộng 9 m và chịu được xe tải trọng 13 tấn.",
    "Hơn bốn mươi năm chờ đợi",
    "Bà con ở ấp cuối kể rằng mùa nước nổi học sinh phải dậy từ bốn giờ sáng để kịp chuyến phà đầu tiên sang trường.",
    "“Từ nay con tôi đi học chỉ mất mười phút”, một người mẹ có hai con học tiểu học nói trong buổi lễ.",
    "Sở Xây dựng cho biết đoạn đường dẫn dài 1,2 km ở bờ Nam sẽ được trải nhựa xong trước mùa mưa năm sau.",
]
BODY = "\n".join(PARAGRAPHS)
AT = datetime(2026, 8, 5, 7, 31, tzinfo=VN)
NOW = datetime(2026, 8, 6, tzinfo=UTC)


def ld(**more: object) -> str:
    data: dict[str, object] = {
        "@context": "http://schema.org",
        "@type": "NewsArticle",
        "headline": TITLE,
        "description": LEAD,
    }
    data |= {"author": {"@type": "Person", "name": "Lê Thị Bút"}} | more
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


def page(body: str, head: str = "") -> bytes:
    top = f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{TITLE} | Báo Ví Dụ</title>{head}</head>'
    menu = "<nav><a href='/'>Trang chủ</a><a href='/a'>Thời sự</a><a href='/b'>Kinh tế</a></nav>"
    side = "".join(f"<li><a href='/{n}'>Tin khác số {n} trong ngày của chuyên mục thời sự</a></li>" for n in range(12))
    return f"{top}<body>{menu}{body}<aside><h3>Tin mới</h3><ul>{side}</ul></aside><footer>Giấy phép số 1</footer></body></html>".encode()


def paragraphs(kind: str = "p", start: int = 0) -> str:
    return "".join(f"<{kind}>{text}</{kind}>" for text in PARAGRAPHS[start:])


def vnexpress_like() -> bytes:
    figure = '<figure class="tplCaption"><img src="a.jpg"><figcaption><p class="Image">Cây cầu mới. Ảnh: <em>Lan Chi</em></p></figcaption></figure>'
    text = f"{''.join(f'<p class=Normal>{text}</p>' for text in PARAGRAPHS[:2])}{figure}{paragraphs(start=2)}"
    body = f"""<div class="sidebar-1"><span class="date">Thứ tư, 5/8/2026, 07:31 (GMT+7)</span><h1 class="title-detail">{TITLE}</h1>
    <p class="description"><span class="location-stamp">Sóc Trăng</span>{LEAD}</p><article class="fck_detail ">{text}
    <p class="Normal" style="text-align:right;"><strong>Hà Thị Bút</strong> <em>(tổng hợp)</em></p></article></div>"""
    return page(
        body,
        ld(datePublished="2026-08-05T07:31:00+07:00") + f'<meta property="og:title" content="{TITLE} - Báo Ví Dụ">',
    )


def vccorp_like() -> bytes:
    related = '<div class="VCSortableInPreviewMode" type="RelatedOneNews"><a class="OneNewsTitle">Tin cũ về bến phà sông Trang</a><p>Tóm tắt tin cũ.</p></div>'
    box = f'<div class="VCSortableInPreviewMode" type="content"><div>{paragraphs(start=3)}</div></div>'
    photo = '<figure class="VCSortableInPreviewMode" type="Photo"><img><figcaption class="PhotoCMS_Caption"><p>Xe qua cầu - Ảnh: L.C.</p></figcaption></figure>'
    text = photo + "".join(f"<p>{text}</p>" for text in PARAGRAPHS[:2]) + f"<h2>{PARAGRAPHS[2]}</h2>" + box + related
    body = f"""<div class="detail__main"><div data-role="publishdate">05/08/2026 07:31 GMT+7</div><h1 data-role="title">{TITLE}</h1>
    <h2 data-role="sapo">(Ví dụ) - {LEAD}</h2><div class="detail-content afcbc-body" data-role="content">{text}</div>
    <div class="detail-author"><a class="name">LÊ BÚT</a></div></div>"""
    escaped = TITLE.replace("ầ", "&amp;#7847;")
    return page(body, ld(headline=escaped, datePublished="8/5/2026 7:31:00\u202fAM"))


def zope_like() -> bytes:
    text = "<br><br>".join(PARAGRAPHS)
    return page(
        f"""<table><tr><td><div class="tieude"><h1>{TITLE}</h1></div><div>07:31 05/08/2026 | In bài | Cỡ chữ</div>
    <p><strong>STO - {LEAD}</strong></p><table align="center"><tr><td><img src="a.jpg"></td></tr><tr><td><em>Cây cầu mới khánh thành.</em></td></tr></table>
    <div class="noidung">{text}</div><p align="right"><b>Lê Bút</b></p></td></tr></table>"""
    )


def hemera_like() -> bytes:
    picture = '<table class="picture"><tr><td class="pic"><img></td></tr><tr><td class="caption">Cầu mới. (Ảnh: TTXVN)</td></tr></table>'
    relate = '<div class="cms-relate"><h4>Tin liên quan</h4><a>Bến phà cũ ngừng hoạt động</a></div>'
    body = f"""<div class="article"><h1 class="article__title">{TITLE}</h1><time datetime="2026-08-05T07:31:00+0700">05/08/2026 07:31</time>
    <div class="article__sapo">{LEAD}</div><div class="article__body cms-body">{picture}{paragraphs()}{relate}<p>Theo TTXVN</p></div></div>"""
    return page(body)


def wordpress_like() -> bytes:
    head = f'<meta property="og:description" content="{PARAGRAPHS[0][:80]}…"><meta property="article:published_time" content="2026-08-05T00:31:00+00:00">'
    return page(
        f"<article><h1 class='entry-title'>{TITLE}</h1><div class='entry-content'>{paragraphs()}</div></article>", head
    )


PAGES = {
    "vnexpress": (vnexpress_like, LEAD, "json-ld", "Sóc Trăng"),
    "vccorp": (vccorp_like, LEAD, "json-ld", "(Ví dụ)"),
    "zope": (zope_like, LEAD, "visible", "STO"),
    "hemera": (hemera_like, LEAD, "time", ""),
    "wordpress": (wordpress_like, "", "meta", ""),
}


@pytest.mark.parametrize("family", PAGES)
def test_the_families_of_pages(family: str) -> None:
    build, lead, source, dateline = PAGES[family]
    draft = extract(build(), URL, now=NOW)
    assert draft.title == TITLE
    assert (draft.dateline, draft.lead) == (dateline, lead)
    assert draft.body == BODY
    assert (draft.published_at, draft.date_source) == (AT, source)
    assert draft.language == "vi"
    assert "Bút" not in repr(draft)


def test_a_recipe_is_followed() -> None:
    body = f"""<div class="x1"><h1>Chuyên trang</h1><h3 class="hd">{TITLE}</h3><i class="gio">05/08/2026 07:31</i><b class="tt">{LEAD}</b>
    <div class="nd">{paragraphs()}<div class="hop">Hộp thư bạn đọc tòa soạn</div></div></div>"""
    outlet = Outlet("x", "Báo Ví Dụ", "vi", "local", title="h3.hd", lead=".tt", body=".nd", date=".gio", drop=".hop")
    draft = extract(page(body), URL, outlet=outlet, now=NOW)
    assert (draft.title, draft.lead, draft.body) == (TITLE, LEAD, BODY)
    assert (draft.published_at, draft.date_source) == (AT, "selector")


@pytest.mark.parametrize("selector", ["div.gone", "p[[", ">>>"])
def test_a_recipe_that_fails_gives_way_to_the_generic_extractor(selector: str) -> None:
    outlet = Outlet(
        "x", "Báo", "vi", "local", title=selector, lead=selector, body=selector, date=selector, drop=selector
    )
    draft = extract(hemera_like(), URL, outlet=outlet, now=NOW)
    assert (draft.title, draft.lead, draft.body, draft.published_at) == (TITLE, LEAD, BODY, AT)


def article(head: str = "", shown: str = "") -> Draft:
    body = f"<article><h1>{TITLE}</h1>{shown}<h2 class='sapo'>{LEAD}</h2><div class='article-body'>{paragraphs()}</div></article>"
    return extract(page(body, head), URL, now=NOW)


@pytest.mark.parametrize(
    ("head", "shown", "expected", "source"),
    [
        (ld(datePublished="2026-08-05T07:31:00"), "", AT, "json-ld"),
        (ld(datePublished="2026-08-05T00:31:00Z"), "", AT, "json-ld"),
        # Vietnam's clock marked as UTC: what the page shows decides
        (ld(datePublished="2026-08-05T07:31:00Z"), "<span class='date'>05/08/2026 07:31</span>", AT, "visible"),
        (ld(datePublished="2026-08-05T00:31:00Z"), "<span class='date'>05/08/2026 07:31</span>", AT, "json-ld"),
        # a mere day gives way to a time on that day
        (ld(datePublished="2026-08-05"), "<span class='date'>05/08/2026 07:31</span>", AT, "json-ld"),
        (ld(datePublished="2026-08-05T00:00:00+07:00"), "<time datetime='2026-08-05T07:31:00+07:00'>5/8</time>", AT, "json-ld"),
        # the impossible gives way to the possible
        (ld(datePublished="2027-01-01T07:31:00+07:00"), "<p class='time'>Thứ tư, 05/08/2026 - 07:31</p>", AT, "visible"),
        (ld(datePublished="0001-01-01T00:00:00"), "<p>Cập nhật: 07:31, 05/08/2026</p>", AT, "updated"),
        (f'<script type="application/ld+json">[{{"@graph":[{{"@type":["NewsArticle"],"headline":"{TITLE}","datePublished":"2026-08-05T07:31:00+07:00"}},]}}]</script>', "", AT, "json-ld"),
        ('<meta itemprop="datePublished" content="2026-08-05T07:31:00+07:00">', "", AT, "meta"),
    ],
)  # fmt: skip
def test_the_choice_between_dates(head: str, shown: str, expected: datetime, source: str) -> None:
    draft = article(head, shown)
    assert (draft.published_at, draft.date_source) == (expected, source)


def test_a_date_that_cannot_be_is_told() -> None:
    assert "date from the future" in article(ld(datePublished="2027-01-01T07:31:00+07:00")).problems
    assert "zone assumed" in article(ld(datePublished="2026-08-05T07:31:00")).problems
    assert article(ld(datePublished="2026-08-05T07:31:00+07:00")).problems == ()


def test_the_feed_and_the_address_serve_where_the_page_is_silent() -> None:
    link = Link(
        URL, URL, "x", published_at=AT.astimezone(UTC), published_raw="Wed, 05 Aug 2026 07:31:00 +0700", zone="served"
    )
    html = page(f"<article><h1>{TITLE}</h1><div class='article-body'>{paragraphs()}</div></article>")
    assert extract(html, URL, link=link, now=NOW).date_source == "feed"
    draft = extract(html, "https://bao.example.vn/cau-20260805073112345.htm", now=NOW)
    assert (draft.date_source, draft.published_at) == ("url", datetime(2026, 8, 5, tzinfo=VN))
    assert "no time of day" in draft.problems


def test_another_article_in_the_linked_data_is_not_this_one() -> None:
    other = ld(headline="Tin khác", datePublished="2020-01-01T00:00:00+07:00", url="https://bao.example.vn/khac.html")
    draft = article(other + ld(datePublished="2026-08-05T07:31:00+07:00", url=URL))
    assert (draft.title, draft.published_at) == (TITLE, AT)


def test_the_headline_shown_counts_against_the_one_for_search_engines() -> None:
    assert article(ld(headline=f"{TITLE} [Video]")).title == TITLE
    assert article(ld(headline=TITLE[:40] + "...")).title == TITLE
    assert (
        article(
            f'<meta property="og:title" content="{TITLE} - Báo Ví Dụ"><meta property="og:site_name" content="Báo Ví Dụ">'
        ).title
        == TITLE
    )


def test_a_logo_in_a_heading_is_no_title() -> None:
    logo = "<h1><a href='/'>Báo Ví Dụ</a></h1>"
    assert extract(page(f"{logo}<h1>{TITLE}</h1><div class='article-body'>{paragraphs()}</div>"), URL).title == TITLE
    html = page(f"{logo}<div class='tit'>{TITLE}</div><div class='article-body'>{paragraphs()}</div>")
    outlet = Outlet("x", "Báo Ví Dụ", "vi", "local")
    assert extract(html, URL, outlet=outlet).title == TITLE


def test_boxes_buttons_and_signatures_are_no_text() -> None:
    extra = [
        "Xem thêm: Bến phà cũ ngừng hoạt động",
        ">> Tin liên quan về cầu",
        "Chia sẻ",
        "Ảnh: Lan Chi",
        "Theo Báo Ví Dụ",
        "LÊ BÚT - TRẦN MỰC",
    ]
    text = paragraphs() + "".join(f"<p>{line}</p>" for line in extra)
    assert extract(page(f"<h1>{TITLE}</h1><div class='article-body'>{text}</div>"), URL).body == BODY


@pytest.mark.parametrize(
    "last",
    [
        "Theo Bộ Y tế, đến nay cả nước đã ghi nhận 10 ca.",
        "Ảnh hưởng của bão còn kéo dài đến cuối tuần.",
        "Nguồn vốn do ngân sách tỉnh cấp",
        "Mời bạn cùng đến dự, ông nói.",
        "Tin mới về cây cầu sẽ được đăng vào sáng mai.",
    ],
)
def test_a_last_sentence_is_no_signature(last: str) -> None:
    text = f"{paragraphs()}<p>{last}</p>"
    assert extract(page(f"<h1>{TITLE}</h1><div class='article-body'>{text}</div>"), URL).body == f"{BODY}\n{last}"


def test_the_address_of_the_article() -> None:
    assert (
        article('<link rel="canonical" href="/thoi-su/a.html?utm_source=x">').canonical_url
        == "https://bao.example.vn/thoi-su/a.html"
    )
    assert (
        article('<link rel="canonical" href="https://example.vn/a.html">').canonical_url == "https://example.vn/a.html"
    )
    assert article('<link rel="canonical" href="https://evil.test/a.html">').canonical_url == URL
    assert article('<link rel="canonical" href="https://bao.example.vn/">').canonical_url == URL
    assert article('<link rel="canonical" href="javascript:alert(1)">').canonical_url == URL


def test_the_section() -> None:
    assert article('<meta property="article:section" content="Xã hội">').section == "Xã hội"
    names = [{"@type": "ListItem", "position": n, "name": name} for n, name in enumerate(["Trang chủ", "Thời sự"], 1)]
    crumbs = json.dumps({"@type": "BreadcrumbList", "itemListElement": names}, ensure_ascii=False)
    assert article(f'<script type="application/ld+json">{crumbs}</script>').section == "Thời sự"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1258"])
def test_encodings(encoding: str) -> None:
    title = "Cà phê ở châu Âu, cà phê ở quê nhà" if encoding == "windows-1258" else TITLE
    served = title.replace("ở", "ơ\u0309") if encoding == "windows-1258" else title  # that page has no letter ở
    html = f'<html><head><meta charset="{encoding}"></head><body><h1>{served}</h1><p>{served}</p></body></html>'
    draft = extract(
        html.encode(encoding),
        URL,
        content_type=f"text/html; charset={encoding}" if encoding == "utf-16-le" else "text/html",
    )
    assert draft.title == title


GARBAGE = bytes((n * 89 + n // 7) % 256 for n in range(50_000))


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"", "", "empty"),
        (b" \n\t", "text/html", "empty"),
        (GARBAGE, "text/html", "not text"),
        (b"\x00" * 10_000, "text/html", "not text"),
        (b"%PDF-1.7 ...", "text/html", "a PDF"),
        (b"<html>", "application/pdf", "application/pdf"),
        (b'{"error": "not found"}', "", "no markup"),
        (b"<html><head></head><body></body></html>", "text/html", "neither a title nor a text"),
        (b"<html>" + b"x" * (8 * 1024 * 1024), "text/html", "larger than 8 MiB"),
    ],
)  # fmt: skip
def test_what_is_no_page_is_refused_in_one_line(body: bytes, content_type: str, reason: str) -> None:
    with pytest.raises(Unusable, match=reason) as caught:
        extract(body, URL, content_type=content_type)
    assert caught.value.subject == URL
    assert "\n" not in str(caught.value)


HOSTILE = {
    "deep": b"<div>" * 100_000 + b"a",
    "deep and closed": b"<div>" * 100_000 + b"</div>" * 100_000,
    "open formats": b"".join(b"<font size=%d><p>" % n for n in range(7_000)),
    "attributes": b"<div " + b" ".join(b'a%d=">"' % n for n in range(100_000)) + b">",
    "tags": b"<p>x" * 400_000,
    "brackets": b"<html>" + b"<" * 2_000_000,
    "entities": b"<html><h1>a</h1><p>" + b"&amp;" * 1_000_000,
    "words": b"<html><h1>a</h1><p>" + b"xin chao " * 300_000,
    "json": b'<html><h1>a</h1><script type="application/ld+json">' + b"[" * 300_000 + b"</script>",
    "digits": b"<html><h1>a</h1><p class=date>" + b"1/1/" * 100_000,
    "shallow": b"<html><h1>a</h1>" + b"<div><p>xin chao cac ban</p></div>" * 40_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_pages_take_no_long_time(kind: str) -> None:
    began = time.perf_counter()
    with contextlib.suppress(Unusable):
        extract(HOSTILE[kind], URL)
    assert time.perf_counter() - began < 10


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([b"<p>", b"</p>", b"<h1>", b"<table>", b"<script>", b"<img>", b"a", "ạ".encode(), b"\xff", b"5/8/2026", b"<!--", b"&#x", b'<time datetime="x">', b"<a href='"]), max_size=60))  # fmt: skip
def test_any_page_is_a_draft_or_unusable(parts: list[bytes]) -> None:
    try:
        draft = extract(b"<html>" + b"".join(parts), URL, now=NOW)
    except Unusable:
        return
    assert draft.title or draft.body


def f1(one: str, two: str) -> float:
    first, second = (Counter(re.findall(r"\w+", text.lower())) for text in (one, two))
    return 2 * (first & second).total() / max(first.total() + second.total(), 1)


@pytest.mark.shared
@pytest.mark.parametrize("recipes", [True, False], ids=["recipes", "generic"])
def test_real_pages(shared_data: Path, recipes: bool) -> None:
    from crawlers import load_catalogue

    outlets = {outlet.slug: outlet for outlet in load_catalogue()} if recipes else {}
    scores = []
    for line in (shared_data / "gold" / "pages.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        body = gzip.decompress((shared_data / "pages" / gold["file"]).read_bytes())
        draft = extract(body, gold["url"], outlet=outlets.get(gold["file"].split("_")[0]))
        allowed = {datetime.fromisoformat(at) for at in (gold["published_at"], *gold["published_also_ok"])}
        assert draft.title == gold["title"]
        assert draft.lead == gold["lead"], gold["file"]
        assert draft.published_at in allowed, gold["file"]
        assert not any(name in draft.body for name in gold["excluded"]), gold["file"]
        scores.append(f1(draft.body, "\n".join(gold["body"])))
    assert min(scores) >= 0.97, scores


def test_the_lead_and_time_of_a_related_box_are_not_the_articles() -> None:
    box = "".join(
        f'<article class="item-news"><h3 class="title-news"><a href="/khac-{n}.html">Một bài báo khác hẳn, số {n} trong hộp tin</a>'
        f'</h3><p class="description"><a href="/khac-{n}.html">Đoạn dẫn của bài khác, số {n}, đứng trong hộp tin liên quan.</a></p>'
        f'<span class="time">09:0{n} 20/11/2026</span></article>'
        for n in range(1, 5)
    )
    paragraphs = "".join(
        f"<p>Đoạn thứ {n} kể tiếp câu chuyện của bến phà, dài đủ để không ai bỏ sót.</p>" for n in range(6)
    )
    page = f"""<html><head><title>Bến phà hoạt động lại</title></head><body><div class="col"><div class="mid">
      <h1>Bến phà hoạt động lại sau ba ngày</h1><p class="meta"><span>21/11/2026 - 23:55</span> 1.024 lượt xem</p>
      <p class="dan"><strong>Phà qua sông chạy lại từ sáng nay sau ba ngày sửa cầu dẫn ở bờ bắc.</strong></p>
      <div class="chu">{paragraphs}</div></div><div class="right">{box}</div></div></body></html>"""
    draft = extract(page.encode(), "https://bao.example/ben-pha-1.html")
    assert draft.lead == "Phà qua sông chạy lại từ sáng nay sau ba ngày sửa cầu dẫn ở bờ bắc."
    assert draft.published_at is not None
    assert draft.published_at.isoformat() == "2026-11-21T16:55:00+00:00"
    assert "hộp tin" not in draft.body
    assert draft.body.startswith("Đoạn thứ 0")


@pytest.mark.slow
@pytest.mark.parametrize("page", ["<title>{}</title><p>Đoạn văn.</p>", "<title>Tin</title><h1>{}</h1><p>Đoạn.</p>"])
def test_a_headline_of_megabytes_is_none(page):
    with pytest.raises(Unusable, match=r"no headline|too long"):
        extract(page.format("tin nóng " * 200_000).encode(), URL)


@pytest.mark.slow
def test_a_text_longer_than_any_article_is_refused_and_a_title_is_cut() -> None:
    page = "<html><head><title>{}</title></head><body><article><p>{}</p></article></body></html>"
    with pytest.raises(Unusable, match="too long: more than 400,000 characters of text"):
        extract(page.format("Tin", "Sóc Trăng hôm nay " * 300_000).encode(), "https://bao.vn/1.html")
    headline = "Nước mặn " * 1_000
    draft = extract(page.format(headline, "Hôm nay trời nắng. " * 30).encode(), "https://bao.vn/1.html")
    assert len(draft.title) <= 1000
