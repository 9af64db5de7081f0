"""Recipes: followed where they fit, left where they do not and said so, checked now and then the generic way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from analysis.reading import recipes
from analysis.reading.extract import extract
from crawlers import load_catalogue
from press import Draft, Outlet

URL = "https://bao.example.vn/xa-hoi/truong-lang-co-thu-vien-moi-88.html"
NOW = datetime(2026, 8, 6, tzinfo=UTC)
TITLE = "Trường làng có thư viện mới nhờ cựu học sinh góp sách"
LEAD = "Thư viện rộng 90 m2 với hơn 4.000 đầu sách vừa mở cửa cho học sinh ba ấp ven sông."
STORY = [
    "Sáng 4/8, gần hai trăm học sinh đến trường sớm hơn thường lệ để xếp hàng vào phòng đọc vừa sơn xong.",
    "Ban liên lạc cựu học sinh cho biết số sách được gom trong bảy tháng, từ mười hai tỉnh thành khác nhau.",
    "Thầy hiệu trưởng nói thư viện mở cửa cả ngày thứ bảy, người dân trong ấp cũng có thể vào đọc.",
]
OTHER = "Đoạn văn của hộp tin khác nói về thời tiết cuối tuần, về giá xăng và về lịch thi đấu bóng đá. " * 5
LONG = [f"{line[:-1]}, theo ghi nhận thứ {number} trong tuần." for number in range(1, 4) for line in STORY]
OUTLET = Outlet(
    "vd", "Báo Ví Dụ", "vi", "local", title="h3.td", lead="div.tt", body="div.nd", date="i.gio", drop="div.hop"
)


def page(lines: list[str] = STORY, *, title: str = "td", box: str = "nd", other: str = OTHER) -> bytes:
    body = "".join(f"<p>{line}</p>" for line in lines)
    text = f"""<html><head><title>{TITLE}</title></head><body><h1>Chuyên trang</h1><h3 class="{title}">{TITLE}</h3>
    <i class="gio">04/08/2026 09:05</i><div class="tt">{LEAD}</div>
    <div class="{box}">{body}<div class="hop">Hộp thư</div></div><div class="khac"><p>{other}</p></div></body></html>"""
    return text.encode()


def read(body: bytes, outlet: Outlet = OUTLET) -> Draft:
    return extract(body, URL, outlet=outlet, now=NOW)


def test_a_page_the_recipe_fits_has_no_problem() -> None:
    draft = read(page())
    assert (draft.title, draft.lead, draft.body) == (TITLE, LEAD, "\n".join(STORY))
    assert draft.published_at == datetime(2026, 8, 4, 2, 5, tzinfo=UTC)
    assert not [problem for problem in draft.problems if problem.startswith("recipe:")]


def test_a_selector_means_what_stands_around_the_title_before_the_first_of_the_page() -> None:
    teaser = f'<div class="hop"><div class="tt">{OTHER}</div><i class="gio">01/08/2026 07:00</i></div>'
    head = '<meta property="article:published_time" content="2026-08-04T09:05:30+07:00">'
    body = page().decode().replace("<h1>", f"{teaser}<div><h1>").replace("</body>", "</div></body>")
    draft = read(body.replace("<title>", f"{head}<title>").encode())
    assert draft.lead == LEAD
    assert (draft.published_at, draft.date_source) == (datetime(2026, 8, 4, 2, 5, 30, tzinfo=UTC), "selector")


def test_a_page_without_any_lead_has_none() -> None:
    bare = page().decode().replace(f'<div class="tt">{LEAD}</div>', "").replace("Chuyên trang", TITLE)
    assert read(bare.encode()).lead == ""
    assert extract(bare.encode(), URL, now=NOW).lead == ""


def test_what_a_recipe_misses_is_read_the_generic_way_and_told() -> None:
    draft = read(page(title="moi", box="moi"))
    assert {recipes.NO_TITLE, recipes.NO_BODY} <= set(draft.problems)
    assert STORY[0] in draft.body
    assert draft.title == TITLE


def test_a_short_notice_is_the_recipes() -> None:
    notice = "Trạm y tế nghỉ sáng 5/8 để sửa điện."
    draft = read(page([notice], other=""))
    assert draft.body == notice
    assert [problem for problem in draft.problems if "body" in problem] == ["short body"]


def test_an_outlet_without_a_recipe_has_no_problem_of_one() -> None:
    draft = extract(page(), URL, outlet=replace(OUTLET, title="", lead="", body="", date="", drop=""), now=NOW)
    assert not [problem for problem in draft.problems if problem.startswith("recipe:")]


def test_the_cross_check_tells_the_article_from_another_box() -> None:
    body = page(LONG)
    assert recipes.cross_check(read(body), body, URL) > 0.95
    wrong = read(body, replace(OUTLET, body="div.khac"))
    assert recipes.cross_check(wrong, body, URL) < recipes.AGREED
    assert recipes.cross_check(wrong, b"", URL) == 1.0


def test_the_sample_is_one_in_fifty_and_always_the_same() -> None:
    urls = [f"https://bao.example.vn/tin-{number}.html" for number in range(5_000)]
    chosen = [url for url in urls if recipes.sampled(url)]
    assert 60 <= len(chosen) <= 140
    assert chosen == [url for url in urls if recipes.sampled(url)]
    assert all(recipes.sampled(url, every=1) for url in urls[:20])


def test_only_a_sampled_page_that_differs_gets_the_problem() -> None:
    body = page(LONG)
    inside = next(url for number in range(1_000) if recipes.sampled(url := f"{URL}?{number}"))
    outside = next(url for number in range(1_000) if not recipes.sampled(url := f"{URL}?{number}"))
    wrong = replace(OUTLET, body="div.khac")
    for url, outlet, told in ((inside, wrong, True), (outside, wrong, False), (inside, OUTLET, False)):
        draft = recipes.checked(extract(body, url, outlet=outlet, now=NOW), body, outlet)
        assert (recipes.DIFFERS in draft.problems) is told
    assert recipes.checked(wrong_draft := read(body), body, None) is wrong_draft


def test_the_catalogues_recipes_are_selectors() -> None:
    tree = LexborHTMLParser("<p>a</p>")
    with_recipe = [outlet for outlet in load_catalogue() if outlet.body]
    assert len(with_recipe) >= 12
    for outlet in with_recipe:
        for selector in filter(None, (outlet.title, outlet.lead, outlet.body, outlet.date, outlet.drop)):
            tree.css(selector)
        assert outlet.verified or outlet.note, f"{outlet.slug}: an unverified recipe says where it comes from"


@pytest.mark.parametrize("slug", ["vtv", "nld", "skds", "baochinhphu", "baoxaydung", "tuoitre"])
def test_related_boxes_of_a_family_go_and_its_frames_stay(slug: str) -> None:
    outlet = next(outlet for outlet in load_catalogue() if outlet.slug == slug)
    kept = f'<div class="VCSortableInPreviewMode" type="content"><p>{STORY[1]}</p></div>'
    gone = '<div class="VCSortableInPreviewMode" type="RelatedOneNews"><p>Bản tin cũ về thư viện lưu động.</p></div>'
    html = f"""<h1 class="detail-title">{TITLE}</h1><div data-role="publishdate">04/08/2026 09:05 GMT+7</div>
    <h2 class="detail-sapo">{LEAD}</h2>
    <div class="detail-content afcbc-body"><p>{STORY[0]}</p>{kept}{gone}<p>{STORY[2]}</p></div>"""
    draft = read(html.encode(), outlet)
    assert (draft.title, draft.lead, draft.body) == (TITLE, LEAD, "\n".join(STORY))
    assert draft.published_at == datetime(2026, 8, 4, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize("slug", ["tienphong", "nhandan", "sggp", "plo"])
def test_the_other_family(slug: str) -> None:
    outlet = next(outlet for outlet in load_catalogue() if outlet.slug == slug)
    text = "".join(f"<p>{line}</p>" for line in STORY)
    html = f"""<h1 class="article__title cms-title">{TITLE}</h1><div class="article__meta"><time class="time"
    datetime="2026-08-04T09:05:00+0700">04/08/2026 09:05</time></div><div class="article__sapo cms-desc">{LEAD}</div>
    <div class="article__body cms-body">{text}<div class="cms-relate"><p>Tin cũ đã đăng</p></div></div>"""
    draft = read(html.encode(), outlet)
    assert (draft.title, draft.lead, draft.body) == (TITLE, LEAD, "\n".join(STORY))
    assert (draft.published_at, draft.problems) == (datetime(2026, 8, 4, 2, 5, tzinfo=UTC), ())
