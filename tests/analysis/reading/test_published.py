# ruff: noqa: E501  (pages are easier to read in one line)
"""When an article was published: every place a page states it, what is none of the article's, and the choice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reading.extract import extract
from press import Draft, Link, Outlet

VN = timezone(timedelta(hours=7))
URL = "https://bao.example.vn/thoi-su/be-ke-song-trang.html"
TITLE = "Kè sông Trang sạt lở, ba mươi hộ dân phải di dời"
PARAGRAPHS = (
    "Đoạn kè dài gần trăm mét ở bờ Nam sông Trang bị nước xoáy cuốn trôi, kéo theo một phần con đường đất và hai gian bếp của người dân.",
    "Chính quyền xã đã căng dây cảnh báo, chuyển người già và trẻ nhỏ sang trường học bên kia đường, đồng thời cử người trực suốt đêm.",
    "Theo đơn vị quản lý công trình, vết nứt xuất hiện từ đầu mùa mưa nhưng chưa được gia cố vì thiếu đá hộc và phương tiện thi công.",
)
TEXT = f"<div class='article-content'>{''.join(f'<p>{text}</p>' for text in PARAGRAPHS)}</div>"
NOW = datetime(2026, 8, 6, 18, 40, tzinfo=VN)
AT = datetime(2026, 8, 5, 8, 30, tzinfo=VN)
LISTED = Link(
    URL, URL, "x", published_at=AT.astimezone(UTC), published_raw="Wed, 05 Aug 2026 08:30:00 +0700", zone="served"
)


def page(body: str, head: str = "") -> bytes:
    shown = body.replace("TITLE", TITLE).replace("TEXT", TEXT)
    return f"<!doctype html><html><head><meta charset=utf-8><title>{TITLE}</title>{head}</head><body>{shown}</body></html>".encode()


def read(
    body: str,
    head: str = "",
    *,
    link: Link | None = None,
    outlet: Outlet | None = None,
    now: datetime = NOW,
    url: str = URL,
) -> Draft:
    return extract(page(body, head), url, link=link, outlet=outlet, now=now)


def shown(draft: Draft) -> str | None:
    return f"{draft.published_at.astimezone(VN):%d/%m/%Y %H:%M}" if draft.published_at else None


#: What it is, the head, the body, the instant an article has by it.
PAGES = [
    (
        "clock div top",
        "",
        "<div class='top'><span class='date'>Thứ Năm, 06/08/2026 18:40</span></div><ul><li><a href=/>A</a></li><li><a href=/b>B</a></li></ul><h1>TITLE</h1>TEXT",
        None,
    ),
    (
        "clock div top bare",
        "",
        "<div>Thứ Năm, 06/08/2026</div><div><a href=/>A</a> <a href=/b>B</a></div><h1>TITLE</h1>TEXT",
        None,
    ),
    (
        "clock div hidden far",
        "",
        "<div id=wrap><div class=hd><div class='l'>Thứ Năm, 06/08/2026 | 10:02</div></div><div class=nv><a href=/1>1</a><a href=/2>1</a><a href=/3>1</a><a href=/4>1</a></div><div class=main><h1>TITLE</h1>TEXT</div></div>",
        None,
    ),
    (
        "clock and date",
        "",
        "<div class='top'><span class='date'>Thứ Năm, 06/08/2026 18:40</span></div><h1>TITLE</h1><div>Thứ Tư, 05/08/2026 - 08:30</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "comment ykien",
        "",
        "<main><article><h1>TITLE</h1>TEXT</article><div class='list-ykien'><div><b>An</b><span class='time'>06/08/2026 17:00</span><p>Hay</p></div></div></main>",
        None,
    ),
    (
        "comment unnamed",
        "",
        "<div><h1>TITLE</h1>TEXT<div class='c'><span class='time'>17:00 06/08/2026</span><p>Hay</p></div></div>",
        None,
    ),
    (
        "comment label",
        "",
        "<div><h1>TITLE</h1>TEXT<div id='box_binhluan'><p>An đăng lúc 17:00 06/08/2026</p></div></div>",
        None,
    ),
    (
        "comments w/ date",
        "",
        "<div><h1>TITLE</h1><p class=d>05/08/2026 08:30</p>TEXT<div class='c'><span class='time'>17:00 06/08/2026</span><p>Hay</p></div></div>",
        "05/08/2026 08:30",
    ),
    (
        "end author",
        "",
        "<div><h1>TITLE</h1>TEXT<div class='author-info'>Nguyễn Văn A <span>05/08/2026 08:30</span></div></div>",
        "05/08/2026 08:30",
    ),
    (
        "end labelled",
        "",
        "<div><h1>TITLE</h1>TEXT<p class='date'>Ngày đăng: 05/08/2026 08:30</p></div>",
        "05/08/2026 08:30",
    ),
    (
        "h3 h5",
        "",
        "<div><h5>Thời sự</h5><h3>TITLE</h3><h5>Thứ Tư, 05/08/2026, 08:30</h5>TEXT</div><div class=box><h3><a href=/x>Một tin khác rất dài của chuyên mục</a></h3><span class=date>01/02/2020 10:00</span></div>",
        "05/08/2026 08:30",
    ),
    (
        "font",
        "",
        "<table><tr><td><font size=4><b>TITLE</b></font><br><font color=gray>05/08/2026 08:30</font>TEXT</td></tr></table>",
        "05/08/2026 08:30",
    ),
    (
        "font h3",
        "",
        "<table><tr><td><h3>TITLE</h3><font color=gray>(05/08/2026 08:30)</font>TEXT</td></tr></table>",
        "05/08/2026 08:30",
    ),
    (
        "label sibling",
        "",
        "<h1>TITLE</h1><div><b>Cập nhật:</b> <span class=date>15:30 06/08/2026</span></div><div><b>Ngày đăng:</b> <span class=date>08:30 05/08/2026</span></div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "label one line",
        "",
        "<h1>TITLE</h1><div>Đăng lúc: 08:30 05/08/2026 | Cập nhật: 15:30 06/08/2026</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "label one line rev",
        "",
        "<h1>TITLE</h1><div>Cập nhật lúc 15:30 ngày 06/08/2026 - Ngày đăng 08:30 ngày 05/08/2026</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "label update only unlabelled",
        "",
        "<h1>TITLE</h1><div class=date>(Cập nhật 15:30 06/08/2026)</div><div class=date>08:30 05/08/2026</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "table label",
        "",
        "<h1>TITLE</h1><table><tr><td>Ngày cập nhật</td><td>06/08/2026 15:30</td></tr><tr><td>Ngày đăng</td><td>05/08/2026 08:30</td></tr></table>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "time modified",
        "",
        "<h1>TITLE</h1><time itemprop=dateModified datetime='2026-08-06T15:30:00+07:00'>x</time><time itemprop=datePublished datetime='2026-08-05T08:30:00+07:00'>5/8</time>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "wp both",
        "",
        "<h1>TITLE</h1><time class='entry-date published updated' datetime='2026-08-05T08:30:00+07:00'>5/8</time>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "meta modified only",
        "<meta property='article:modified_time' content='2026-08-05T08:30:00+07:00'>",
        "<h1>TITLE</h1>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "meta day + shown",
        "<meta property='article:published_time' content='2026-08-05'>",
        "<h1>TITLE</h1><p>Thứ Tư, 05/08/2026 - 08:30</p>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "related box near",
        "",
        "<h1>TITLE</h1><div class='tin-lien-quan'><a href=/x>Một tin khác rất dài của chuyên mục thời sự</a><span class=date>01/08/2026 10:00</span></div><p>05/08/2026 08:30</p>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "related unnamed",
        "",
        "<div><h1>TITLE</h1>TEXT<ul><li><a href=/x>Một tin khác rất dài của chuyên mục thời sự</a> <span class=date>01/08/2026 10:00</span></li></ul></div>",
        None,
    ),
    (
        "event lead",
        "",
        "<h1>TITLE</h1><p>Lúc 22:30 ngày 20/07/2026, Công an xã Bến Lở bắt giữ hai người.</p>TEXT",
        None,
    ),
    ("event short", "", "<h1>TITLE</h1><p>Vụ cháy xảy ra lúc 22:30 ngày 20/07/2026</p>TEXT", None),
    (
        "event class time",
        "",
        "<h1>TITLE</h1>TEXT<p class='datetime'>Thời gian: từ 08:00 ngày 20/09/2026 đến 17:00 ngày 25/09/2026</p>",
        None,
    ),
    (
        "event div lead",
        "",
        "<h1>TITLE</h1><div class=sapo>Khoảng 22h30 ngày 20/07/2026, tại xã Bến Lở xảy ra vụ cháy</div>TEXT",
        None,
    ),
    (
        "caption",
        "",
        "<h1>TITLE</h1><figure><img><figcaption>Ảnh chụp lúc 10:00 ngày 01/08/2026</figcaption></figure>TEXT",
        None,
    ),
    (
        "timeago title",
        "",
        "<h1>TITLE</h1><abbr class=timeago title='2026-08-05T08:30:00+07:00'>hôm qua</abbr>TEXT",
        "05/08/2026 08:30",
    ),
    ("relative h", "", "<h1>TITLE</h1><span class=time>34 giờ trước</span>TEXT", "05/08/2026 08:40"),
    ("yesterday", "", "<h1>TITLE</h1><span class=time>Hôm qua, 08:30</span>TEXT", "05/08/2026 08:30"),
    (
        "epoch attr",
        "",
        "<h1>TITLE</h1><span class=time data-time='1785893400'>34 giờ trước</span>TEXT",
        "05/08/2026 08:30",
    ),
    ("split spans", "", "<h1>TITLE</h1><div><span>08:30</span><span>05/08/2026</span></div>TEXT", "05/08/2026 08:30"),
    (
        "split divs",
        "",
        "<h1>TITLE</h1><div class=meta><div>05/08/2026</div><div>08:30</div></div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "split date time cls",
        "",
        "<h1>TITLE</h1><div class=meta><span class=date>05/08/2026</span> <span class=time>08:30</span></div>TEXT",
        "05/08/2026 08:30",
    ),
    ("author line", "", "<h1>TITLE</h1><div>Nguyễn Văn A - 08:30, 05/08/2026</div>TEXT", "05/08/2026 08:30"),
    ("author lower", "", "<h1>TITLE</h1><div>Theo Dân trí 08:30 05/08/2026</div>TEXT", "05/08/2026 08:30"),
    ("views", "", "<h1>TITLE</h1><div>05/08/2026 08:30 | Lượt xem: 1234</div>TEXT", "05/08/2026 08:30"),
    ("views2", "", "<h1>TITLE</h1><div>Ngày đăng: 05/08/2026 08:30 - 1.234 lượt xem</div>TEXT", "05/08/2026 08:30"),
    ("sec", "", "<h1>TITLE</h1><div>Thời sự | 05/08/2026 08:30 GMT+7 | 0 Bình luận</div>TEXT", "05/08/2026 08:30"),
    ("ampm", "", "<h1>TITLE</h1><div class=date>05/08/2026 08:30 AM</div>TEXT", "05/08/2026 08:30"),
    ("ampm us", "", "<h1>TITLE</h1><div class=date>8/5/2026 8:30:00 AM</div>TEXT", "05/08/2026 08:30"),
    ("date above", "", "<div class=hd><p>Thứ Tư, 05/08/2026 08:30</p><h1>TITLE</h1></div>TEXT", "05/08/2026 08:30"),
    (
        "header in article",
        "",
        "<article><header><h1>TITLE</h1><div class=meta>05/08/2026 08:30</div></header>TEXT</article>",
        "05/08/2026 08:30",
    ),
    (
        "header el both",
        "",
        "<header><h1>TITLE</h1><div class=meta>05/08/2026 08:30</div></header>TEXT",
        "05/08/2026 08:30",
    ),
    ("khmer", "", "<h1>TITLE</h1><div class=date>ថ្ងៃពុធ ទី០៥ ខែសីហា ឆ្នាំ២០២៦ ម៉ោង ៨:៣០ ព្រឹក</div>TEXT", "05/08/2026 08:30"),
    ("khmer label", "", "<h1>TITLE</h1><div>ចេញផ្សាយ៖ ០៥/០៨/២០២៦ ០៨:៣០</div>TEXT", "05/08/2026 08:30"),
    ("english", "", "<h1>TITLE</h1><div>Published: Wednesday, August 5, 2026 at 8:30 AM</div>TEXT", "05/08/2026 08:30"),
    (
        "english upd",
        "",
        "<h1>TITLE</h1><div>Last updated August 6, 2026, 3:30 PM</div><div>August 5, 2026, 8:30 AM</div>TEXT",
        "05/08/2026 08:30",
    ),
    ("month words", "", "<h1>TITLE</h1><div>Tháng Tám 5, 2026</div>TEXT", "05/08/2026 00:00"),
    ("month words long", "", "<h1>TITLE</h1><div>Thứ Tư, ngày năm tháng Tám năm 2026</div>TEXT", None),
    ("month only", "", "<h1>TITLE</h1><div class=date>Tháng Tám, 2026</div>TEXT", None),
    ("copyright", "", "<h1>TITLE</h1>TEXT<div>© 2026 Báo Ví Dụ. Giấy phép số 12 cấp ngày 01/01/2020</div>", None),
    ("headline date", "", "<h1>TITLE ngày 01/08/2026 10:00</h1><p>05/08/2026 08:30</p>TEXT", "05/08/2026 08:30"),
    ("no h", "", "<div class='tieude'>TITLE</div><div class='ngay'>05/08/2026 08:30</div>TEXT", "05/08/2026 08:30"),
    ("no h2", "", "<div class='tieude'>TITLE</div><div>Thứ tư, 05/08/2026 08:30</div>TEXT", "05/08/2026 08:30"),
    ("issue no", "", "<h1>TITLE</h1><div>Số 4211 ra ngày 05/08/2026</div>TEXT", None),
    (
        "upcoming event box",
        "",
        "<h1>TITLE</h1><div>05/08/2026 08:30</div>TEXT<div class=event><span class=date>08/08/2026</span></div>",
        "05/08/2026 08:30",
    ),
    (
        "video time",
        "",
        "<h1>TITLE</h1><span class=time>03:25</span><div>05/08/2026 08:30</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "two microdata",
        "",
        "<div class=box><a href=/y>Một tin khác rất dài của chuyên mục thời sự</a><time itemprop=datePublished datetime='2026-08-01T08:30:00+07:00'></time></div><article><h1>TITLE</h1><time itemprop=datePublished datetime='2026-08-05T08:30:00+07:00'></time>TEXT</article>",
        "05/08/2026 08:30",
    ),
    ("weekday wrong num", "", "<h1>TITLE</h1><div>Thứ Ba, 05/08/2026 08:30</div>TEXT", "05/08/2026 08:30"),
]


@pytest.mark.parametrize(("head", "body", "expected"), [row[1:] for row in PAGES], ids=[row[0] for row in PAGES])
def test_the_dates_a_page_shows(head: str, body: str, expected: str | None) -> None:
    assert shown(read(body, head)) == expected


@pytest.mark.parametrize(("head", "body"), [row[1:3] for row in PAGES], ids=[row[0] for row in PAGES])
def test_a_list_with_a_zone_outranks_whatever_is_only_seen(head: str, body: str) -> None:
    draft = read(body, head, link=LISTED)
    if not head:
        microdata = draft.date_source == "microdata"
        assert microdata or draft.date_source == "feed"
    assert draft.published_at == AT


CLOCKS = (
    "<header><div class='clock time'>{}</div></header>",
    "<div class='top-bar'><span class='date'>{}</span></div>",
    "<div id='dong-ho'>{}</div>",
    "<div><span class='time'>{}</span></div><ul><li><a href='/a'>A</a></li><li><a href='/b'>B</a></li></ul>",
)


@settings(max_examples=60, deadline=None)
@given(
    clock=st.sampled_from(CLOCKS),
    form=st.sampled_from(("%d/%m/%Y %H:%M", "%H:%M %d/%m/%Y", "Hôm nay, %d/%m/%Y", "%d/%m/%Y")),
    hours=st.integers(0, 200),
    body=st.sampled_from(
        (
            "<h1>TITLE</h1>TEXT",
            "<div><h1>TITLE</h1><p>05/08/2026 08:30</p>TEXT</div>",
            "<h1>TITLE</h1><span class='date'>Ngày đăng: 05/08/2026 08:30</span>TEXT",
        )
    ),
    comment=st.booleans(),
)
def test_the_same_page_at_another_hour_gives_the_same_instant(
    clock: str, form: str, hours: int, body: str, comment: bool
) -> None:
    now = datetime(2026, 8, 5, 9, tzinfo=VN) + timedelta(hours=hours)
    ends = f"<div class='binh-luan'><b>Bạn đọc</b> <span class='time'>{now:%H:%M %d/%m/%Y}</span><p>Mong sớm gia cố.</p></div>"
    draft = read(clock.format(now.strftime(form)) + body + ends * comment, now=now)
    assert draft.published_at == (AT if "05/08" in body else None)


def test_one_ranking_of_evidence() -> None:
    outlet = Outlet("x", "Báo", "vi", "local", date=".gio")
    unzoned = Link(
        URL, URL, "x", published_at=AT - timedelta(hours=4), published_raw="05/08/2026 04:30", zone="assumed"
    )
    evidence = [  # the strongest first, each with an instant of its own
        ("selector", "<i class='gio'>05/08/2026 01:30</i>"),
        (
            "json-ld",
            '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-08-05T02:30:00+07:00"}</script>',
        ),
        ("feed", ""),
        ("marked", "<div>Ngày đăng: 05/08/2026 05:30</div>"),
        ("visible", "<div>05/08/2026 06:30</div>"),
        ("feed-unzoned", ""),
        ("url", ""),
        ("updated", "<div>Cập nhật: 05/08/2026 10:30</div>"),
    ]
    for first in range(len(evidence)):
        there = dict(evidence[first:])
        link = LISTED if "feed" in there else unzoned if "feed-unzoned" in there else None
        url = "https://bao.example.vn/2026/08/05/ke.html" if "url" in there else URL
        body = "".join(there.get(name, "") for name in ("selector", "json-ld", "marked", "visible", "updated"))
        draft = read(f"<div><h1>TITLE</h1>{body}TEXT</div>", link=link, outlet=outlet, url=url)
        assert draft.date_source == evidence[first][0]
        hour = (draft.published_at or NOW).astimezone(VN).hour
        assert hour == (1, 2, 8, 5, 6, 4, 10, 10)[first]  # the day of the address has the time of the update


def test_a_mere_day_is_completed_from_any_lower_rank() -> None:
    day = "<meta property='article:published_time' content='2026-08-05'>"
    assert read("<h1>TITLE</h1><p>Thứ Tư, 05/08/2026 - 08:30</p>TEXT", day).published_at == AT
    assert read("<h1>TITLE</h1>TEXT", day, link=LISTED).published_at == AT
    assert read("<h1>TITLE</h1><p>Cập nhật 08:30 ngày 05/08/2026</p>TEXT", day).published_at == AT
    assert shown(read("<h1>TITLE</h1><p>Thứ Năm, 06/08/2026 - 08:30</p>TEXT", day)) == "05/08/2026 00:00"


def test_strong_sources_that_disagree_are_a_problem_in_words() -> None:
    stated = "<meta property='article:published_time' content='2026-08-01T08:30:00+07:00'>"
    draft = read("<h1>TITLE</h1>TEXT", stated, link=LISTED)
    assert shown(draft) == "01/08/2026 08:30"
    assert "dates disagree: feed says 05/08/2026 08:30" in draft.problems
    near = "<meta property='article:published_time' content='2026-08-04T20:30:00+07:00'>"
    assert read("<h1>TITLE</h1>TEXT", near, link=LISTED).problems == ()


def test_an_outlets_own_order_holds_on_its_pages() -> None:
    outlet = Outlet("x", "Báo", "vi", "local", dates="dmy")
    body = "<h1>TITLE</h1><time datetime='5/8/2026 8:30:00 AM'></time>TEXT"
    assert read(body, outlet=outlet).published_at == AT
    assert shown(read(body)) == "08/05/2026 08:30"


def test_what_is_doubtful_is_said() -> None:
    assert "weekday and date disagree" in read("<h1>TITLE</h1><p>Thứ Ba, 05/08/2026 08:30</p>TEXT").problems
    assert "date of an update" in read("<h1>TITLE</h1><p>Cập nhật: 05/08/2026 08:30</p>TEXT").problems
    assert "time of day counted back" in read("<h1>TITLE</h1><span class=time>3 giờ trước</span>TEXT").problems
    assert read("<h1>TITLE</h1>TEXT").problems == ("no date",)


@pytest.mark.parametrize("said", ["1785893400", '"1785893400000"', '"2026-08-05T08:30:00+07:00[Asia/Ho_Chi_Minh]"', '"2026-08-05T08:30:00T+07:00"', '["2026-08-05T08:30:00+07:00"]'])  # fmt: skip
def test_what_linked_data_holds_of_machines(said: str) -> None:
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": {said}}}</script>'
    draft = read("<h1>TITLE</h1>TEXT", head)
    assert (draft.published_at, draft.date_source) == (AT, "json-ld")


def test_linked_data_of_another_article_is_none_of_this() -> None:
    other = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Giá lúa đầu vụ", '
        '"url": "https://bao.example.vn/kinh-te/gia-lua.html", "datePublished": "2026-07-01T10:00:00+07:00"}</script>'
    )
    assert read("<h1>TITLE</h1><p>05/08/2026 08:30</p>TEXT", other).published_at == AT
    moved = other.replace("Giá lúa đầu vụ", TITLE)  # the same article at the address it had before
    assert shown(read("<h1>TITLE</h1><p>05/08/2026 08:30</p>TEXT", moved)) == "01/07/2026 10:00"


@pytest.mark.parametrize("tag", ["<meta itemprop='datePublished' content='{}'>", "<time itemprop='datePublished' datetime='{}'></time>"])  # fmt: skip
def test_microdata_counts_with_its_own_box(tag: str) -> None:
    mine, other = tag.format("2026-08-05T08:30:00+07:00"), tag.format("2026-07-01T10:00:00+07:00")
    box = f"<div class='tin-moi'><a href='/x'>Giá lúa đầu vụ tăng nhẹ ở nhiều tỉnh</a>{other}</div>"
    draft = read(f"{box}<div><h1>TITLE</h1>{mine}TEXT</div>")
    assert (draft.published_at, draft.date_source) == (AT, "microdata")
    assert read(f"{box}<div><h1>TITLE</h1>TEXT</div>").published_at is None


def test_a_day_of_a_month_to_come_is_read_the_other_way_round() -> None:
    body = "<h1>TITLE</h1><div class='date'>12/8/2026 8:30 AM</div>TEXT"
    assert shown(read(body, now=datetime(2026, 12, 9, tzinfo=VN))) == "08/12/2026 08:30", "as machines write AM/PM"
    assert shown(read(body, now=datetime(2026, 8, 13, tzinfo=VN))) == "12/08/2026 08:30"
