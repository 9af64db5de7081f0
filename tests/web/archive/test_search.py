"""The search page: what it shows, what its links ask, what it says of a wrong query, what the audit log keeps."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import Client

from press import Place, TopicTag
from storage.coverage.stories import Membership, assign
from storage.people import audit
from storage.search import parse, text_of
from storage.search.query import WRONG, adding, field_of
from tests.support.archives import NOW, judgement, link, store
from tests.support.webhouse import House, house
from web.archive import asking, marking
from web.site.words import MISTAKES

pytestmark = pytest.mark.slow

HTMX = {"hx-request": "true"}
PLACES = (
    Place("Trần Đề", "31673", "Trần Đề", "unit word", "2025-07-01", 0.9, True),
    Place("Lịch Hội Thượng", "31699", "Lịch Hội Thượng", "unit word", "2025-07-01", 0.9, True),
)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a house over 45 articles on salinity and one on health whose title is hostile; all are indexed."""
    folder = tmp_path_factory.mktemp("furnished")
    with house(folder) as office:
        for number in range(45):
            judged = judgement(tone=(-1, 0, 1, None)[number % 4], places=(PLACES[number % 2],))
            when = NOW - timedelta(days=2 * number)
            store(office.archive, link(number), title=f"Hạn mặn đợt {number}", published_at=when, judged=judged)
        health = judgement(topics=(TopicTag("health", 0.8),), tone=1, relevance="mention", places=())
        body = "Đoạn đầu.\nTừ tháng này, bảo hiểm y tế chi trả <b>đủ</b> cho hộ nghèo."
        store(office.archive, link(99, "bao-hai"), title="<script>alert(1)</script> Y tế", body=body, judged=health)
        office.app.state.site.index.catch_up()
    return folder


@pytest.fixture
def press(furnished: Path, tmp_path: Path) -> Iterator[House]:
    """A copy of that house."""
    shutil.copytree(furnished, tmp_path, dirs_exist_ok=True)
    with house(tmp_path) as office:
        yield office


@pytest.fixture
def analyst(press: House) -> Client:
    return press.browser("analyst")


def titles(page: str) -> list[str]:
    return [re.sub("<.*?>", "", title) for title in re.findall(r"<h3[^>]*><a[^>]*>(.*?)</a>", page)]


def queries(page: str) -> dict[str, str]:
    """What the links of a page ask for, by what they say."""
    found = re.findall(r'<a[^>]*?href="(/search\?[^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return {
        " ".join(re.sub("<.*?>", "", said).split()): parse_qs(urlsplit(html.unescape(address)).query).get("q", [""])[0]
        for address, said in found
    }


def test_the_page_shows_hits_marks_facets_and_bars(analyst: Client) -> None:
    page = analyst.get("/search", params={"q": "han man"}).text
    assert "<b>45</b> bài" in page
    assert len(titles(page)) == 20
    assert "<mark>Hạn</mark> <mark>mặn</mark> đợt" in page
    asked = queries(page)
    assert asked["Môi trường, thiên tai"] == "han man topic:environment"
    assert asked["▼ tiêu cực"] == "han man tone:negative"
    assert asked["xã Trần Đề"] == 'han man place:"xã Trần Đề"'
    assert asked["bao-mot"] == "han man outlet:bao-mot"
    chart = page[page.index("<figure") : page.index("</figure>")]
    assert chart.count('class="f-all"') == chart.count("<tr><td><a") > 3, "each bar stands in the table too"
    assert not re.search(r"<[^>]+ style=|<script(?! src)|onclick", page)


def test_every_link_of_the_page_finds_as_many_as_it_says(analyst: Client) -> None:
    page = analyst.get("/search", params={"q": "mặn OR tế"}).text
    facets = page[page.index("<aside") :]
    counted = re.findall(r'<a href="(/search[^"]+)">([^<]+)</a> <span class="muted">(\d+)</span>', facets)
    assert len(counted) >= 12
    for address, said, count in counted:
        assert f"<b>{count}</b> bài" in analyst.get(html.unescape(address)).text, said
    chart = page[page.index("<figure") :]
    bars = re.findall(r'<tr><td><a href="([^"]+)">[^<]+</a></td><td class="n">(\d+)', chart)
    assert sum(int(count) for _, count in bars) == 46
    address, count = bars[0]
    assert f"<b>{count}</b> bài" in analyst.get(html.unescape(address)).text


def test_a_chosen_field_is_taken_out_again(analyst: Client) -> None:
    page = analyst.get("/search", params={"q": "mặn topic:environment -outlet:bao-hai"}).text
    asked = queries(page)
    assert asked["Môi trường, thiên tai ✕(bỏ)"] == "mặn -outlet:bao-hai"
    assert asked["nguồn báo: −bao-hai ✕"] == "mặn topic:environment"


def test_days_of_the_form_become_part_of_the_query(analyst: Client) -> None:
    def led(q: str, **days: str) -> str:
        answer = analyst.get("/search", params={"q": q, "sort": "oldest", **days})
        assert answer.status_code == 303
        asked = parse_qs(urlsplit(answer.headers["location"]).query)
        assert asked.get("sort") == ["oldest"]
        return asked.get("q", [""])[0]

    assert led("mặn", since="2026-05-01", until="") == "mặn from:2026-05-01"
    assert led("mặn from:2026-05-01 tone:negative", since="2026-06-01", until="2026-06-30") == (
        "mặn tone:negative from:2026-06-01 to:2026-06-30"
    )
    assert led("mặn from:2026-05-01", since="", until="") == "mặn"
    assert led("", since="", until="2026-06-30") == "to:2026-06-30"
    assert led("mặn", since="hôm qua", until='"><script>') == "mặn"
    page = analyst.get("/search", params={"q": "mặn from:2026-07-01 to:31/7/2026"}).text
    assert "từ ngày: 1/7/2026 ✕" in queries(page)
    assert 'type="date" value="2026-07-01"' in page
    assert 'type="date" value="2026-07-31"' in page
    assert analyst.get("/search", params={"q": '"mặn', "since": "2026-05-01"}).status_code == 422


def test_who_was_first_who_copied_and_what_was_changed_is_on_the_page(press: House, analyst: Client) -> None:
    first = store(press.archive, link("đầu", "bao-ba"), title="Cống Bãi Giá hỏng", published_at=NOW)
    copy = store(press.archive, link("chép", "bao-hai"), title="Cống Bãi Giá hỏng rồi", published_at=NOW + timedelta(1))
    with press.archive.begin() as db:
        story = assign(db, [Membership(first, None)], NOW)[first]
        assign(db, [Membership(copy, story, first)], NOW)
    store(press.archive, link("đầu", "bao-ba"), title="Cống Bãi Giá hỏng", body="Khác.", published_at=NOW)
    press.app.state.site.index.catch_up()
    page = analyst.get("/search", params={"q": "cong bai gia", "sort": "oldest"}).text
    assert titles(page) == ["Cống Bãi Giá hỏng", "Cống Bãi Giá hỏng rồi"]
    assert f'<a href="/articles/{first}#ban">báo đã sửa bài</a>' in page
    assert f'<a href="/articles/{first}">đăng lại của bao-ba</a>' in page
    told = analyst.get(f"/stories/{story}").text
    assert told.index("đăng đầu tiên") < told.index("đăng lại của bao-ba")


def test_a_query_that_finds_nothing_offers_what_finds_something(analyst: Client) -> None:
    page = analyst.get("/search", params={"q": "hạn mặn đồng tháp topic:environment"}).text
    assert "Không có bài nào khớp." in page
    offered = page[page.index("Bớt điều kiện") :]
    assert "(hạn OR mặn OR đồng OR tháp) topic:environment</a>" in offered
    assert "đồng tháp topic:environment</a>" not in offered, "it finds nothing either"
    less = analyst.get("/search", params={"q": "hạn mặn tháp"}).text
    assert 'hạn mặn</a> <span class="muted">45 bài' in less


def test_what_only_the_body_says_is_shown_and_nothing_of_it_is_markup(analyst: Client) -> None:
    page = analyst.get("/search", params={"q": '"bảo hiểm y tế"'}).text
    assert "<mark>bảo hiểm y tế</mark> chi trả &lt;b&gt;đủ&lt;/b&gt;" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_every_page_of_a_search_is_reached_with_and_without_script(analyst: Client) -> None:
    for headers in ({}, HTMX):
        for sort in ("relevance", "newest", "oldest"):
            seen: list[str] = []
            address = f"/search?q=han+man&sort={sort}"
            while address:
                answer = analyst.get(address, headers=headers)
                seen += titles(answer.text)
                more = re.search(r'<li class="more[^>]*><a[^>]*href="([^"]+)"', answer.text)
                address = html.unescape(more[1]) if more else ""
                assert ("<html" in answer.text) == (not headers)
            assert len(seen) == len(set(seen)) == 45
    assert titles(analyst.get("/search").text)[0].endswith("Y tế") or "đợt 0" in titles(analyst.get("/search").text)[0]
    assert analyst.get("/search?q=han&sort=newest&after=zz").headers["location"] == "/search?q=han&sort=newest"


@pytest.mark.parametrize(
    ("query", "place", "mended", "said"),
    [
        ("mặn topc:health", "topc", "mặn topic:health", "không có trường topc:"),
        ('mặn "bảo hiểm', '"', 'mặn "bảo hiểm"', "chưa đóng"),
        ("mặn topic:helth", "topic:helth", "mặn topic:health", "ý là health"),
        ('place:"Tran Dee" mặn', 'place:"Tran Dee"', 'place:"Trần Đề" mặn', "không có “Tran Dee”"),
        ("(mặn OR hạn", "(", "(mặn OR hạn)", "chưa đóng"),
        ("mặn from:hôm-qua", "from:hôm-qua", "", "không phải là ngày"),
        ("mặn matter:7", "matter:7", "", "không có sự việc “7”"),
        ("matter:7/2026", "matter:7/2026", "", "không có sự việc “7/2026”"),
        ("<b>x</b> topic:<i>", "topic:<i>", "", "topic: không có “<i>”"),
    ],
)
def test_a_wrong_query_is_pointed_at_and_mended(
    analyst: Client, query: str, place: str, mended: str, said: str
) -> None:
    for headers, status in (({}, 422), (HTMX, 200)):
        answer = analyst.get("/search", params={"q": query}, headers=headers)
        assert answer.status_code == status
        assert f"<mark>{html.escape(place, quote=False)}</mark>" in html.unescape(answer.text).replace(
            place, html.escape(place, quote=False)
        )
        assert said in html.unescape(answer.text)
        assert (mended in queries(answer.text).values()) if mended else "Thử:" not in answer.text
    if mended:
        assert analyst.get("/search", params={"q": mended}).status_code == 200


def test_every_mistake_is_said_in_vietnamese_with_what_it_names() -> None:
    assert MISTAKES.keys() == WRONG.keys()
    names = {kind: set(re.findall(r"{(\w+)", text)) for kind, text in WRONG.items()}
    assert all(set(re.findall(r"{(\w+)", text)) <= names[kind] for kind, text in MISTAKES.items())


def test_a_search_is_in_the_log_before_it_is_shown(press: House, analyst: Client) -> None:
    analyst.get("/search", params={"q": "han man"}, headers=HTMX)
    analyst.get("/search", params={"q": 'mặn "'}, headers=HTMX)  # shows nothing of the archive
    with press.archive.read() as db:
        noted = audit.entries(db, action="searched")
    assert [(entry.who, entry.target, entry.details["total"]) for entry in noted] == [
        ("analyst@example.vn", "han man", 45)
    ]
    assert press.anonymous().get("/search?q=x").headers["location"] == "/login?next=/search%3Fq%3Dx"


def test_typing_is_helped(analyst: Client) -> None:
    options = analyst.get("/search/complete", params={"q": "mặn topic:môi"}).text
    assert 'data-query="mặn topic:environment"' in options
    assert "Môi trường, thiên tai" in options
    assert "▼ tiêu cực" in analyst.get("/search/complete", params={"q": "tone:"}).text
    assert 'data-query="place:&#34;xã Trần Đề&#34;"' in analyst.get("/search/complete?q=place:tran").text


def test_a_search_says_that_the_index_is_being_built(tmp_path: Path) -> None:
    with house(tmp_path) as office:
        store(office.archive, link(1))
        assert "0 trên 1 bài" in office.browser("reader").get("/search?q=a").text


def test_the_first_load_is_small(press: House, analyst: Client) -> None:
    page = analyst.get("/search", params={"q": "han man"})
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(assets) >= 4
    assert len(page.content) < 60_000
    assert sum(analyst.get(asset).num_bytes_downloaded for asset in assets) < 30_000  # packed, as browsers ask for them


def test_fields_go_in_and_out_of_any_query() -> None:
    for query in ("", "a", "a OR b", "(a OR b) c", "-a", 'place:"Trần Đề" a'):
        node = parse(query)
        added = adding(node, field_of("topic", "health"))
        assert text_of(parse(added)) == added
        assert asking.without(parse(added), field_of("topic", "health")) == text_of(node)


def test_bars_stand_for_the_days_asked_for() -> None:
    today = date(2026, 8, 5)
    assert [asking.span_of(parse(query), today) for query in ("a", "from:2026-07", "a from:2026-01-01")] == [
        "month",
        "day",
        "week",
    ]
    shown = asking.bars(parse("a from:2026"), {date(2026, 2, 1): 3, date(2026, 3, 1): 6}, "month")
    assert [bar.query for bar in shown] == ["a from:2026-02-01 to:2026-02-28", "a from:2026-03-01 to:2026-03-31"]
    assert shown[0].height * 2 == shown[1].height


def test_a_passage_holds_its_first_mark_and_is_cut_between_words() -> None:
    text = " ".join(f"tiếng{number}" for number in range(200))
    at = text.index("tiếng150")
    shown = str(marking.cut(text, [(at, at + 8)]))
    assert "<mark>tiếng150</mark>" in shown
    assert shown.startswith("… tiếng")
    assert len(shown) < marking.PASSAGE + 40
