# ruff: noqa: E501  (pages are easier to read in one line)
"""The frame around an article of no known markup: menus in one line, buttons, lists; and leads that nothing names."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.reading.extract import extract
from analysis.reading.tidy import is_menu, tidy
from press import Draft
from tests.analysis.reading.test_kinds import LINKS, STORY, TEXT, TITLE, page

URL = "https://baovidu.example.vn/tin/bai-1.html"
LEAD = "Sau hai năm chờ đợi, hơn ba trăm hộ dân cuối cù lao đã có nước máy dùng trong sinh hoạt hằng ngày."
ENTRIES = ["Trang chủ", "Thời sự", "Kinh tế", "Nông nghiệp", "Pháp luật", "Văn hóa", "Bạn đọc", "Thế giới", "Thể thao"]
ITEMS = ["Trạm Cái Cùng: 18,2 g/l", "Trạm Bến Đò: 12,5 g/l", "Xã Vàm Tấn", "Phường Kênh Ba"]


def read(body: str, *, title: str = TITLE, head: str = "") -> Draft:
    return extract(page(body, title=title, head=head), URL)


UNSEEN = [
    "hidden",
    "style='display: none'",
    "style='visibility:hidden'",
    "class='sr-only'",
    "class='screen-reader-text'",
]


@pytest.mark.parametrize("way", UNSEEN)
@pytest.mark.parametrize("tag", ["span", "em", "p", "div"])
def test_what_nobody_sees_is_no_text_inside_a_sentence_neither(way: str, tag: str) -> None:
    secret = f"<{tag} {way}>mã theo dõi</{tag}>"
    text = TEXT.replace("</p>", f" {secret}</p>", 1) if tag in {"span", "em"} else secret + TEXT
    assert read(f"<h1>{TITLE}</h1><div class='article-content'>{text}</div>").body == "\n".join(STORY)


def test_what_is_only_hidden_from_screen_readers_is_text_and_a_folded_article_too() -> None:
    seen = TEXT.replace("<p>", "<p aria-hidden='true'>", 1)
    folded = f"<div hidden>{TEXT}</div>"
    for text in (seen, folded):
        assert read(f"<h1>{TITLE}</h1><div class='article-content'>{text}</div>").body == "\n".join(STORY)


@pytest.mark.parametrize("stroke", [" | ", "|", " › ", " » "])
@pytest.mark.parametrize("tag", ["div", "p", "td"])
def test_a_menu_in_one_line_is_no_text(stroke: str, tag: str) -> None:
    menu = stroke.join(f"<a href='/{n}'>{name}</a>" for n, name in enumerate(ENTRIES * 2))
    wrapped = f"<table><tr><td>{menu}</td></tr></table>" if tag == "td" else f"<{tag}>{menu}</{tag}>"
    draft = read(
        f"<main>{wrapped}<article><header><h1>{TITLE}</h1><p>05/08/2026 08:30</p></header>{TEXT}</article></main>"
    )
    assert draft.body.split("\n") == STORY


@given(st.lists(st.text("abcdđêôƯ ", min_size=1, max_size=12).filter(str.strip), min_size=4, max_size=30))
def test_a_row_of_short_entries_is_a_menu_and_a_sentence_never(entries: list[str]) -> None:
    assert is_menu(" | ".join(map(str.strip, entries)))
    assert not is_menu(" ".join(entries))
    assert not any(map(is_menu, STORY))


@pytest.mark.parametrize(
    "line",
    ["Chia sẻ Facebook Zalo In bài viết Gửi email Sao chép liên kết", "Thích 12 Chia sẻ", "Facebook | Twitter | Zalo"],
)
def test_a_row_of_buttons_is_no_text(line: str) -> None:
    assert tidy([*STORY, line]) == STORY


@pytest.mark.parametrize("line", ["2026 380", "Email 12 giờ mới tới người nhận ở cù lao.", "Bình luận viên Facebook"])
def test_what_only_begins_like_buttons_or_has_figures_is_text(line: str) -> None:
    assert tidy([STORY[0], line, STORY[1]]) == [STORY[0], line, STORY[1]]


@given(st.text("➤👉☞✅▪◆●■⇒→»•*-–|\ufe0f ", max_size=4))
def test_the_sign_in_front_of_a_line_says_nothing_of_it(sign: str) -> None:
    kept = f"{sign}Trạm Bến Đò: 12,5 g/l"
    assert tidy([*STORY, kept, f"{sign}Xem thêm: Giá lúa đầu vụ tăng nhẹ", "Hết."]) == [*STORY, kept, "Hết."]


@pytest.mark.parametrize("name", ["text-right", "right", "text-md-right", "has-text-align-right", "t1 align_right"])
def test_a_line_set_to_the_right_is_its_authors(name: str) -> None:
    assert read(f"<h1>{TITLE}</h1><div>{TEXT}<p class='{name}'>Bến Lở sáng nay mưa</p></div>").body.split("\n") == STORY


@pytest.mark.parametrize("name", ["text-right-col", "bright", "right-col-text", "mr-right-2"])
def test_a_class_that_only_holds_the_word_is_no_side(name: str) -> None:
    body = read(f"<h1>{TITLE}</h1><div>{TEXT}<p class='{name}'>Nước đã rút.</p><p>{STORY[0]} Hết.</p></div>").body
    assert "Nước đã rút." in body.split("\n")


@pytest.mark.parametrize(
    "title",
    [
        *("Báo Ví Dụ điện tử", "Chi tiết tin", "Tin tức - Sự kiện", "Untitled Document", "Detail"),
        *("Xem tin - Trang thông tin điện tử xã Vàm Tấn", "Trang chủ | Báo Ví Dụ"),
    ],
)
def test_the_title_of_every_page_of_a_site_is_no_headline(title: str) -> None:
    cells = f"<td><a href='/'>Trang chủ</a></td><td><h3>{TITLE}</h3><i>(05/08/2026 10:03 SA)</i>{TEXT}</td>"
    draft = read(f"<table><tr>{cells}</tr></table>", title=title)
    assert (draft.title, draft.body.split("\n")) == (TITLE, STORY)
    assert f"{draft.published_at:%d/%m %H:%M}" == "05/08 03:03"


@pytest.mark.parametrize(
    "way", ["Báo Ví Dụ » Nông nghiệp » ", "Cổng thông tin điện tử xã Vàm Tấn - ", "Trang chủ > Tin tức > "]
)
def test_the_way_to_a_headline_is_none_of_it(way: str) -> None:
    assert read(f"<div>05/08/2026 08:30</div>{TEXT}", title=f"{way}{TITLE}").title == TITLE


@pytest.mark.parametrize("name", ["tieude", "news-title", "tieu_de_tin"])
def test_a_headline_that_only_a_class_names_is_found(name: str) -> None:
    body = f"<td>{STORY[0][:10]}</td><td><div class='{name}'><b>{TITLE}</b></div><i>(05/08/2026 10:03)</i>{TEXT}</td>"
    draft = read(f"<table><tr>{body}</tr></table>", title="Chi tiết tin")
    assert (draft.title, draft.body.split("\n")) == (TITLE, STORY)
    assert draft.published_at is not None


@given(st.integers(1, 3), st.lists(st.sampled_from(ITEMS), max_size=3, unique=True))
def test_a_text_told_again_is_told_once(copies: int, items: list[str]) -> None:
    whole = [STORY[0], *items, *STORY[1:]]
    assert tidy(whole * copies) == whole


@pytest.mark.parametrize("title", ["Báo Ví Dụ trao quà cho học sinh vùng lũ", "Chi tiết tin đồn vỡ đê bị bác bỏ"])
def test_a_headline_that_only_begins_so_is_one(title: str) -> None:
    assert read(f"<h1>Từ thiện</h1>{TEXT}", title=title).title == title


@pytest.mark.parametrize("name", ["keyword-list", "tags", "source-list", "vote", "related-items"])
@pytest.mark.parametrize("tag", ["ul", "ol"])
def test_a_list_between_paragraphs_is_text_whatever_its_name(name: str, tag: str) -> None:
    items = "".join(f"<li>{item}</li>" for item in ITEMS)
    body = f"<p>{STORY[0]}</p><p>{STORY[1]}</p><{tag} class='{name}'>{items}</{tag}><p>{STORY[2]}</p><p>{STORY[3]}</p>"
    assert read(f"<h1>{TITLE}</h1><div>{body}</div>").body.split("\n") == [*STORY[:2], *ITEMS, *STORY[2:]]


def test_a_list_of_links_by_the_same_name_is_none() -> None:
    links = "".join(f"<li>{link}</li>" for link in LINKS[:4])
    body = f"<p>{STORY[0]}</p><p>{STORY[1]}</p><ul class='keyword-list'>{links}</ul><p>{STORY[2]}</p><p>{STORY[3]}</p>"
    assert read(f"<h1>{TITLE}</h1><div>{body}</div>").body.split("\n") == STORY


@pytest.mark.parametrize("tag", ["h2", "h3", "h4"])
def test_a_subheading_between_paragraphs_is_text_whatever_its_name(tag: str) -> None:
    body = f"<p>{STORY[0]}</p><p>{STORY[1]}</p><{tag} class='toolbar-title'>Từ ruộng tới chợ</{tag}><p>{STORY[2]}</p><p>{STORY[3]}</p>"
    assert read(f"<h1>{TITLE}</h1><div>{body}</div>").body.split("\n") == [*STORY[:2], "Từ ruộng tới chợ", *STORY[2:]]


def test_a_list_at_the_end_of_a_page_without_boxes_is_text() -> None:
    items = "".join(f"<li>{item}</li>" for item in ITEMS)
    draft = read(
        f"<h2>{TITLE}</h2>{TEXT}<p>Bốn nơi được đo gồm:</p><ul>{items}</ul><p>{STORY[0]} Đo lại sau một tuần.</p>"
    )
    assert draft.body.split("\n") == [*STORY, "Bốn nơi được đo gồm:", *ITEMS, f"{STORY[0]} Đo lại sau một tuần."]


LEADS = {
    "elements of the site's own": f"<x-head><h1>{TITLE}</h1></x-head><x-when>05/08/2026 08:30</x-when> <x-sub>{LEAD}</x-sub><x-body>{TEXT}</x-body>",
    "a photo story": f"<article><h1>{TITLE}</h1><p class='ps'>{LEAD}</p>{''.join(f'<figure><img src=a.jpg><figcaption>{line}</figcaption></figure>' for line in STORY)}</article>",
    "below a byline in two parts": f"<h1>{TITLE}</h1><div><span>Đăng lúc: 04/08/2026 - 20:32</span><span>Cập nhật lúc: 05/08/2026 - 23:32</span></div><h2>{LEAD}</h2><div>{TEXT}</div>",
    "bold below a bold title": f"<p align=center><font><strong>{TITLE}</strong></font></p><p><strong><em><font>{LEAD}</font></em></strong></p>{TEXT}",
    "above pieces of different names": f"<h1>{TITLE}</h1><div class='a-lead'>{LEAD}</div><div>{''.join(f'<div class=c{n}><p>{line}</p></div>' for n, line in enumerate(STORY))}</div>",
}  # fmt: skip


@pytest.mark.parametrize("kind", LEADS)
def test_a_lead_that_nothing_names_is_found_and_no_part_of_the_text(kind: str) -> None:
    draft = read(LEADS[kind])
    assert (draft.title, draft.lead) == (TITLE, LEAD)
    assert draft.body.split("\n") == STORY


@pytest.mark.parametrize("name", ["sapo", "description", "excerpt", "shortDesc", "lead"])
@pytest.mark.parametrize("form", ["json", "assigned", "in a string"])
def test_a_lead_in_the_state_of_a_page_goes_with_the_text_there(name: str, form: str) -> None:
    post = {
        "title": TITLE,
        name: LEAD,
        "content": TEXT,
        "more": [{"title": "Một bài báo khác của chuyên mục", name: f"{LEAD} Tin khác."}],
    }
    state = json.dumps({"props": {"post": post}}, ensure_ascii=False)
    script = {
        "json": f"<script id='__NEXT_DATA__' type='application/json'>{state}</script>",
        "assigned": f"<script>window.__NUXT__={state};</script>",
        "in a string": f"<script>self.__next_f.push([1,{json.dumps(state, ensure_ascii=False)}])</script>",
    }[form]
    draft = read(f"<h1>{TITLE}</h1><div id='__next'></div>{script}")
    assert draft.lead == LEAD
    assert draft.body.split("\n") == STORY
