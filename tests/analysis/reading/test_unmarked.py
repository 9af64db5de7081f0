# ruff: noqa: E501  (pages are easier to read in one line)
"""Pages whose markup tells nothing: no heading, no paragraph, breaks, cards of other articles, sections in the title."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from analysis.reading.sites import without_sections, without_site
from press import Draft
from tests.analysis.reading.test_frame import LEAD, read
from tests.analysis.reading.test_kinds import LINKS, STORY, SUMMARY, TEXT, TITLE

DATE = "<p>05/08/2026 08:30</p>"


def lines(draft: Draft) -> list[str]:
    return draft.body.split("\n")


@pytest.mark.parametrize("style", [" style='display:block'", " style='margin:0; display : flex'", ""])
def test_spans_that_are_blocks_are_paragraphs(style: str) -> None:
    body = "".join(f"<span{style}>{line}</span>" for line in STORY)
    assert lines(read(f"<h1>{TITLE}</h1>{DATE}<div class='c'>{body}</div>")) == STORY


def test_words_in_a_line_stay_in_it_whatever_spans_part_them() -> None:
    text = TEXT.replace("hai năm ", "<span>hai năm. </span><span>Rồi </span>", 1)
    assert "hai năm. Rồi chờ đường ống" in read(f"<h1>{TITLE}</h1>{DATE}<div class='c'>{text}</div>").body


@pytest.mark.parametrize("bold", ["<b>{}</b><br><br>", "<strong>{}</strong>\n<br>"])
def test_a_bold_line_between_breaks_is_the_lead(bold: str) -> None:
    draft = read(f"<h1>{TITLE}</h1>{DATE}<div class='c'>{bold.format(LEAD)}{'<br><br>'.join(STORY)}</div>")
    assert (draft.lead, lines(draft)) == (LEAD, STORY)
    inside = read(f"<h1>{TITLE}</h1>{DATE}<div class='c'><b>{LEAD}</b> {'<br><br>'.join(STORY)}</div>")
    assert inside.lead == ""


@pytest.mark.parametrize(
    "marked", ["<div><b>{}</b></div>", "<p style='font-size:22px'>{}</p>", "<font size='5'>{}</font>"]
)
def test_the_first_marked_line_is_the_headline_where_nothing_else_is(marked: str) -> None:
    body = f"<div>Báo Ví Dụ</div><div>{marked.format(TITLE)}</div><div>05/08/2026 08:30</div><div>{TEXT}</div>"
    draft = read(body, title="")
    assert (draft.title, draft.published_at) == (
        TITLE,
        datetime(2026, 8, 5, 8, 30, tzinfo=timezone(timedelta(hours=7))),
    )
    assert read(f"<div>05/08/2026</div><div><p>{STORY[0]}</p><p><b>{TITLE}</b></p>{TEXT}</div>", title="").title == ""


def test_a_heading_that_leads_to_a_section_is_no_headline() -> None:
    body = f"<h1><a href='/phap-luat'>Pháp luật và đời sống</a></h1><h2>{TITLE}</h2>{DATE}<div>{TEXT}</div>"
    assert read(body, title="").title == TITLE
    own = f"<h1><a href='/tin/bai-1.html'>{TITLE}</a></h1><h2>Tin đọc nhiều trong ngày</h2>{DATE}<div>{TEXT}</div>"
    assert read(own, title="").title == TITLE


@pytest.mark.parametrize(
    ("served", "title"),
    [
        (f"{TITLE} | Pháp luật | Báo Ví Dụ", TITLE),
        (f"{TITLE} | Kinh tế | Nông nghiệp | Báo Ví Dụ điện tử", TITLE),
        (f"{TITLE} - Kinh tế - Báo Ví Dụ", TITLE),  # the breadcrumb says so
        ("Khánh thành cầu dây văng Vĩnh Long - Cần Thơ - Báo Ví Dụ", "Khánh thành cầu dây văng Vĩnh Long - Cần Thơ"),
        ("Khánh thành cầu dây văng Vĩnh Long | Cần Thơ", "Khánh thành cầu dây văng Vĩnh Long | Cần Thơ"),
        ("Cầu Vàm | Kinh tế | Báo Ví Dụ", "Cầu Vàm | Kinh tế"),  # too short to be sure
    ],
)
def test_sections_behind_a_title_go_and_places_stay(served: str, title: str) -> None:
    names = ("Báo Ví Dụ",)
    assert without_sections(without_site(served, names), served, ("Kinh tế",)) == title


CARD = "<{0} class='x'><div class='y'><p class='h'>{1}</p><p class='s'>{2}</p></div></{0}>"


@pytest.mark.parametrize("tag", ["article", "div", "section", "li"])
def test_cards_of_other_articles_go_whatever_they_are_called(tag: str) -> None:
    cards = "".join(CARD.format(tag, link, SUMMARY) for link in LINKS[:3])
    assert lines(read(f"<h1>{TITLE}</h1>{DATE}<div class='z'>{TEXT}<div>{cards}</div></div>")) == STORY


def test_paragraphs_of_one_kind_with_long_links_are_no_cards() -> None:
    body = "".join(
        f"<div class='x'><p>{line} Theo <a href='/nq.html'>nghị quyết của hội đồng nhân dân xã</a>.</p></div>"
        for line in STORY
    )
    assert len(lines(read(f"<h1>{TITLE}</h1>{DATE}<div>{body}</div>"))) == len(STORY)


@pytest.mark.parametrize("around", ["<div id='print-news'>{}</div>", "<table><tr><td>{}</td></tr></table>"])
def test_what_holds_running_text_is_its_place_however_many_links_and_pictures_it_holds(around: str) -> None:
    icons = "<img src='/i.png'>" * 9
    related = "".join(f"<p>{link}</p>" for link in LINKS[:7])
    assert lines(read(f"{around.format(f'<div>{icons}</div><h2>{TITLE}</h2>{DATE}{TEXT}{related}')}")) == STORY


def test_the_times_of_a_live_report_are_no_head() -> None:
    told = [line[: line.find(",", 50)] + "." for line in STORY]
    live = "".join(
        f"<div class='e'><b>{hour}:05</b><div><p>{line}</p></div></div>" for hour, line in enumerate(told, 10)
    )
    draft = read(
        f"<h1>{TITLE}</h1>{DATE}<div class='l'>{live}</div><div><p>© 2026 Báo Ví Dụ. Giấy phép số 12/GP.</p></div>"
    )
    assert [line for line in lines(draft) if len(line) > 5] == told


def test_figures_in_columns_below_the_headline_are_the_text() -> None:
    columns = "".join(f"<div class='r'><div>Trạm số {n}</div><div>{n},5 g/l</div></div>" for n in range(6))
    imprint = "<div><p>Tổng biên tập: Lan Chi. Giấy phép số 12/GP-BTTTT.</p></div>"
    body = read(f"<h1>{TITLE}</h1>{DATE}<div>{LEAD}</div><div><img src='/a.jpg'>{columns}</div>{imprint}").body
    assert all(f"Trạm số {n}\n{n},5 g/l" in body for n in range(6))
    assert "Giấy phép" not in body


@pytest.mark.parametrize("gap", ["\n", "\n" + " " * 200, "\r\n\t\t\t\t" * 40])
def test_how_a_source_is_set_out_changes_nothing(gap: str) -> None:
    menu = "".join(
        f"<li><a href='/{n}'>Chuyên mục số {n}</a><ul><li><a href='/x'>Tin</a></li></ul></li>" for n in range(40)
    )
    html = f"<ul>{menu}</ul><div><h1>{TITLE}</h1>{DATE}<div class='c'>{TEXT.replace('<p>', '<div>').replace('</p>', '</div>')}</div></div>"
    assert lines(read(html)) == STORY
    assert read(html.replace("><", f">{gap}<")) == read(html)


@pytest.mark.parametrize(
    "around",
    [
        "<section class='s{0}'><div class='w'><div>{1}</div></div></section>",
        "<div class='b-{0} x'><div>{1}</div></div>",
    ],
)
def test_a_text_whose_pieces_only_the_page_holds_together_is_whole(around: str) -> None:
    pieces = "".join(
        f"{around.format(n, f'<p>{line}</p>')}<section class='im'><img src='/{n}.jpg'></section>"
        for n, line in enumerate(STORY)
    )
    assert lines(read(f"<section class='top'><h1>{TITLE}</h1>{DATE}</section>{pieces}")) == STORY


@pytest.mark.parametrize("name", ["VNPT Portal", "Trang tin y tế", "Tin tức - Báo Ví Dụ"])
@pytest.mark.parametrize(
    "headline", ["<h2 itemprop='headline'>{}</h2>", "<div class='title-news'>{}</div>", "<h1>{}</h1>"]
)
def test_a_short_title_of_the_document_is_none_beside_a_whole_headline(name: str, headline: str) -> None:
    draft = read(f"<div>{headline.format(TITLE)}{DATE}<div>{TEXT}</div></div>", title=name)
    assert (draft.title, draft.published_at is not None) == (TITLE, True)


def test_a_date_beside_the_headline_is_found_behind_however_long_a_menu() -> None:
    menu = "".join(f"<div><a href='/{n}'>Chuyên mục số {n}</a></div>" for n in range(900))
    dated = f"{menu}<h3>{TITLE}</h3><div>Thứ tư, 05/08/2026 | 08:30</div>{TEXT}"
    assert read(dated).published_at == datetime(2026, 8, 5, 8, 30, tzinfo=timezone(timedelta(hours=7)))
