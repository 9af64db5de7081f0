# ruff: noqa: E501  (pages are easier to read in one line)
"""Pages whose head tells little: portals that name themselves only, headlines no heading marks, leads nothing names."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from analysis.reading.extract import extract
from press import Draft

VN = timezone(timedelta(hours=7))
NOW = datetime(2026, 8, 6, 9, 0, tzinfo=VN)
SITE = "https://xavidu.example.vn"
TITLE = "Xã Ví Dụ khởi công trạm cấp nước cho ba ấp ven biển"
URL = f"{SITE}/tin-tuc/xa-vi-du-khoi-cong-tram-cap-nuoc-cho-ba-ap-ven-bien-4711.html"
LEAD = "Công trình dẫn nước ngọt về cho 480 hộ dân ở ba ấp xa nhất, dự kiến xong trước mùa khô năm sau."
TEXT = [
    "Sáng 4/8, chính quyền xã cùng đơn vị thi công động thổ trạm cấp nước tại khu đất công cạnh trường học.",
    "Theo thiết kế, trạm có công suất 600 m3 mỗi ngày, lấy nước từ kênh trục qua hai bể lắng và một bể lọc.",
    "Bà con ở ấp cuối lâu nay phải mua nước chở bằng ghe với giá năm mươi nghìn đồng một khối trong mùa khô.",
    "Xã giao tổ tự quản giám sát từng hạng mục, kết quả được dán ở nhà văn hóa vào sáng thứ hai hằng tuần.",
]
LOGO = f"<h1><a href='{SITE}/'>Trang tin xã Ví Dụ</a></h1>"
PORTAL = "<title>Trang tin xã Ví Dụ</title>"


def read(body: str, head: str = PORTAL, url: str = URL) -> Draft:
    page = f"<!doctype html><html><head><meta charset='utf-8'>{head}</head><body>{LOGO}{body}</body></html>"
    return extract(page.encode(), url, now=NOW)


def text(start: int = 0) -> str:
    return "".join(f"<p>{line}</p>" for line in TEXT[start:])


@pytest.mark.parametrize(
    "shape",
    ["<h3>{}</h3>", "<h2><span>{}</span></h2>", "<div class='c1'>{}</div>", "<td><font size=4><b>{}</b></font></td>"],
)
def test_a_portal_that_names_itself_only_has_the_headline_the_address_tells(shape: str) -> None:
    draft = read(
        f"<div>{shape.format(TITLE)}<div>03/08/2026 - 07:15</div><div><b>{LEAD}</b></div><div>{text()}</div></div>"
    )
    assert (draft.title, draft.lead, draft.body.split("\n")) == (TITLE, LEAD, TEXT)
    assert draft.published_at == datetime(2026, 8, 3, 7, 15, tzinfo=VN)


def test_without_words_in_the_address_the_first_heading_of_the_page_itself_is_it() -> None:
    page = f"<ul><li><h3><a href='/x'>Tin khác của xã trong tuần này</a></h3></li></ul><div><h2>{TITLE}</h2><div>{text()}</div></div>"
    assert read(page, url=f"{SITE}/tin?id=4711").title == TITLE


@pytest.mark.parametrize(
    "tail", [" | Trang tin xã Ví Dụ", " - Trang tin xã Ví Dụ", " | Nước sạch | Trang tin xã Ví Dụ"]
)
def test_the_name_of_the_site_is_what_the_link_home_is_called(tail: str) -> None:
    assert read(f"<div id='app'></div><div>{text()}</div>", head=f"<title>{TITLE}{tail}</title>").title == TITLE


def test_a_place_at_the_end_of_the_title_stays() -> None:
    title = "Nâng cấp đường Châu Thành - Bến Đò - Ví Dụ"
    draft = read(
        f"<div>{text()}</div>",
        head=f"<title>{title}</title>",
        url=f"{SITE}/nang-cap-duong-chau-thanh-ben-do-vi-du-12.html",
    )
    assert draft.title == title


@pytest.mark.parametrize(
    "lead",
    [
        f"<p><b>{LEAD}</b></p>",
        f"<div class='brief'><em>{LEAD}</em></div>",
        f"<p><strong><em><font size=3>{LEAD}</font></em></strong></p>",
        f"<div class='info'>Đăng lúc 07:15 ngày 03/08/2026 / Nông thôn mới / Số lượt xem: 1204 / Cỡ chữ</div><div class='sub'>{LEAD}</div>",
    ],
    ids=["bold", "italic", "both", "below a byline"],
)
def test_a_lead_is_what_is_set_off_from_the_text(lead: str) -> None:
    draft = read(f"<div><h2>{TITLE}</h2>{lead}<div class='full'>{text()}</div></div>", head=f"<title>{TITLE}</title>")
    assert (draft.lead, draft.body.split("\n")) == (LEAD, TEXT)


def test_a_caption_in_italics_under_a_picture_is_no_lead() -> None:
    caption = "<p><img src='/a.jpg'></p><p><em>Lễ động thổ trạm cấp nước sáng 4/8, đông đảo bà con ba ấp đến dự từ sớm.</em></p>"
    assert read(f"<div><h2>{TITLE}</h2><div>{caption}{text()}</div></div>", head=f"<title>{TITLE}</title>").lead == ""


def test_a_cut_description_is_a_lead_only_where_the_page_sets_it_off() -> None:
    head = f"<title>{TITLE}</title><meta name='description' content='{{}}...'>"
    own = read(f"<h2>{TITLE}</h2><div class='s'><p>{LEAD}</p></div><div>{text()}</div>", head=head.format(LEAD[:60]))
    assert own.lead == LEAD
    bare = read(f"<h2>{TITLE}</h2><div>{'<br><br>'.join(TEXT)}</div>", head=head.format(TEXT[0][:60]))
    assert (bare.lead, bare.body.split("\n")[0]) == ("", TEXT[0])


def test_a_notice_of_one_paragraph_is_a_text_without_a_lead() -> None:
    imprint = (
        "<div><p>Cơ quan chủ quản: UBND xã Ví Dụ. Giấy phép số 1. Chịu trách nhiệm nội dung: Ban biên tập.</p></div>"
    )
    draft = read(f"<h2>{TITLE}</h2><div><p>{TEXT[0]} {TEXT[1]}</p></div>{imprint}", head=f"<title>{TITLE}</title>")
    assert (draft.lead, draft.body) == ("", f"{TEXT[0]} {TEXT[1]}")


def test_a_footer_before_the_text_is_the_byline_and_one_behind_it_is_not() -> None:
    article = "<h1>{}</h1><article>{}<div>{}</div>{}</article>"
    byline, licence = (
        "<footer><span>07:15 03/08/2026</span></footer>",
        "<footer>Giấy phép cấp lúc 08:00 ngày 02/01/2020</footer>",
    )
    assert read(article.format(TITLE, byline, text(), "")).published_at == datetime(2026, 8, 3, 7, 15, tzinfo=VN)
    assert read(article.format(TITLE, "", text(), licence)).published_at is None


def test_a_day_is_completed_from_the_attribute_of_its_own_element() -> None:
    when = "<time itemprop='datePublished' datetime='2026-08-03T07:15:00+07:00'>Ngày đăng: Thứ Hai, Ngày 03 tháng 08 năm 2026</time>"
    assert read(f"<h2>{TITLE}</h2>{when}<div>{text()}</div>").published_at == datetime(2026, 8, 3, 7, 15, tzinfo=VN)


def test_a_text_in_pieces_is_denser_than_a_footer() -> None:
    pieces = "".join(f"<div class='r'><div class='c{n}'><p>{line}</p></div></div>" for n, line in enumerate(TEXT))
    foot = "".join(
        f"<p>{line}</p>"
        for line in (
            "Cơ quan chủ quản: UBND xã Ví Dụ, giấy phép số 1 năm 2020 do sở cấp.",
            "Chịu trách nhiệm nội dung: Ban biên tập trang tin xã, số 1 đường Ví Dụ.",
        )
    )
    assert read(f"<h2>{TITLE}</h2><div>{pieces}</div><div>{foot}</div>").body.split("\n") == TEXT
