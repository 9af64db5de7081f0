# ruff: noqa: E501  (pages are easier to read in one line)
"""When an article was published: every place a page states it, what is none of the article's, and the choice."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reading.extract import extract
from press import Draft, Link, Outlet
from tests.analysis.reading.when.pages import AT, NOW, PAGES, TITLE, URL, VN, page

pytestmark = pytest.mark.slow

LISTED = Link(
    URL, URL, "x", published_at=AT.astimezone(UTC), published_raw="Wed, 05 Aug 2026 08:30:00 +0700", zone="served"
)


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


BEFORE = "<header><div class='site-clock'>Thứ Năm, 06/08/2026 18:41</div><nav><a href='/'>Trang chủ</a><a href='/a'>Thời sự</a></nav></header>"
AFTER = (
    "<div class='box-comment'><div><b>Bạn đọc</b><span class='time'>17:00 06/08/2026</span><p>Mong sớm gia cố.</p></div></div>"
    "<div class='tin-lien-quan'><h3><a href='/x'>Giá lúa đầu vụ tăng nhẹ ở nhiều tỉnh</a></h3><span class='date'>01/08/2026 10:00</span></div>"
    "<aside><ul><li><a href='/y'>Cầu mới nối hai xã cù lao sắp thông xe</a> <time datetime='2026-08-06T10:00:00+07:00'></time></li></ul></aside>"
    "<footer>Giấy phép số 12 cấp ngày 02/03/2020. Cập nhật 06/08/2026 18:41</footer>"
)


@pytest.mark.parametrize(("head", "body", "expected"), [row[1:] for row in PAGES], ids=[row[0] for row in PAGES])
@pytest.mark.parametrize("frame", ["{}", "<div id='page'>{}</div>", "<div><div><main>{}</main></div></div>"])
def test_the_frame_of_a_page_dates_no_article(frame: str, head: str, body: str, expected: str | None) -> None:
    assert shown(read(f"{BEFORE}{frame.format(body)}{AFTER}", head)) == expected
    assert shown(read(frame.format(f"{BEFORE}{body}{AFTER}"), head)) == expected


@pytest.mark.parametrize(
    ("name", "article", "dated"),
    [(TITLE, {}, True), (f"{TITLE} | Video", {}, False), ("Một đoạn phim khác của báo", {}, False), ("Tin", {}, False),
     (TITLE, {"@type": "NewsArticle", "headline": TITLE}, False)],
)  # fmt: skip
def test_the_day_a_video_was_put_up_is_the_article_s_where_the_page_is_about_it(
    name: str, article: dict[str, str], dated: bool
) -> None:
    video = {"@type": "VideoObject", "name": name, "uploadDate": "2026-08-05T08:30:00+07:00"}
    data = json.dumps([video, article] if article else video, ensure_ascii=False)
    draft = read(f"<h1>{TITLE}</h1><video src='a.mp4'></video>", f"<script type='application/ld+json'>{data}</script>")
    assert (draft.published_at == AT) is dated
    assert not dated or draft.date_source == "json-ld"


HOSTILE = {
    "dates": "<h1>TITLE</h1>" + "<span class=date>06/08/2099 08:30</span>" * 20_000,
    "lines": "<h1>TITLE</h1>" + "<div>Ngày đăng: 05/08/2099 08:30</div>" * 8_000,
    "before": "<i class=date>Cập nhật 05/08/2026 08:30</i><a href=/>x</a>" * 10_000 + "<h1>TITLE</h1>",
    "prose": "<h1>TITLE</h1>" + f"<div>{'x ' * 50}</div>" * 3_000 + "<span class=date>05/08/2026</span>" * 50,
    "nested": "<div><p class=date>Cập nhật 5/8/2026 8:30</p>" * 200 + "<h1>TITLE</h1>" + "</div>" * 200,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_pages_are_dated_in_no_long_time(kind: str) -> None:
    began = time.process_time()
    read(HOSTILE[kind])
    assert time.process_time() - began < 5
