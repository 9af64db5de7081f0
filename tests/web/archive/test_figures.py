"""The pages of figures and of the service: numbers equal the archive's, roles hold, hostile text stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from analysis.places.gazetteer import load_gazetteer
from digest.writing.message import build
from pipeline.desk import readers
from pipeline.running.search import Units
from press import Feed, FeedReading, Outcome, Place, TopicTag
from storage.collecting import feeds, links
from storage.delivery import editions, subscriptions
from storage.delivery.editions import Composed
from storage.people import audit
from tests.support.archives import judgement, link, store
from tests.support.webhouse import NOW, House, house, token
from web.archive import charts

pytestmark = pytest.mark.slow

TEXT = st.text(max_size=20)
COUNTS = st.dictionaries(st.sampled_from([1, 0, -1, None]), st.integers(0, 5000))


@given(TEXT, TEXT, st.lists(st.tuples(TEXT, st.integers(0, 5000)), max_size=100), COUNTS)
def test_charts_are_well_formed_whatever_they_are_given(
    title: str, desc: str, rows: list[tuple[str, int]], counts: dict[int | None, int]
) -> None:
    for chart in (
        charts.bars(rows, title, desc),
        charts.tone_bars([(label, counts) for label, _ in rows], title, desc),
        charts.tone_strip(counts, title, desc),
        charts.sparkline([value for _, value in rows], title, desc),
    ):
        root = ElementTree.fromstring(chart)
        assert (root.tag, root.get("role")) == ("svg", "img")
        assert root[0].tag == "title"
        assert "style" not in chart


def test_a_column_is_as_tall_as_its_value() -> None:
    root = ElementTree.fromstring(charts.bars([("1/8", 10), ("2/8", 0), ("3/8", 5)], "Số bài"))
    tall = [float(box.get("height", "")) for box in root.iter("rect")]
    assert tall[0] == 2 * tall[1]
    assert [title.text for title in root.iter("title")] == ["Số bài", "1/8: 10", "2/8: 0", "3/8: 5"]
    strip = ElementTree.fromstring(charts.tone_strip({1: 1, -1: 3}, "Sắc thái"))
    assert [(box.get("class"), box.get("width")) for box in strip.iter("rect")] == [("f-pos", "160"), ("f-neg", "480")]


def place_of(key: str) -> Place:
    """Return a place of the area as the analysis gives it."""
    unit = load_gazetteer().units[Units().unit(key) or 0]
    return Place(unit.title, unit.code, unit.title, "unit word", unit.valid_from, 0.9, True)


TODAY, OLD, DISTRICT = "31699@2025-07-01", "31699@", "950@"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        yield found


def write(home: House, number: int, days: float, key: str = TODAY, **judged: Any) -> int:
    """Put an article into the archive that was published `days` before now and names one place."""
    made = judgement(places=(place_of(key),), **judged)
    more = {"published_at": NOW - timedelta(days=days), "judged": made}
    return store(home.archive, link(number, title=judged.pop("title", f"Bài {number}")), **more)


def row_of(page: Response, name: str) -> list[str]:
    """Return the cells of the table row that begins with a name."""
    for row in LexborHTMLParser(page.text).css("table tr"):
        cells = [" ".join(cell.text().split()) for cell in row.css("th, td")]
        if cells and cells[0].startswith(name):
            return cells
    raise AssertionError(f"no row of {name}")


def test_units_count_what_names_them_and_what_lies_in_them(home: House) -> None:
    client = home.browser("reader")
    write(home, 1, 1, tone=-1)
    write(home, 2, 2, tone=1)
    write(home, 3, 3, OLD, tone=None)
    write(home, 4, 40)
    write(home, 5, 1, relevance="passing")
    month = client.get("/places?days=30")
    name = place_of(TODAY).name
    assert row_of(month, name)[1] == "3"
    assert row_of(month, "tỉnh Sóc Trăng")[1] == "3"
    assert row_of(month, "huyện Trần Đề")[1] == "3"
    assert row_of(month, name)[3].startswith("▲ 1 tích cực ○ 1 chưa rõ ▼ 1 tiêu cực")
    assert "42 đơn vị chưa có bài nào trong 30 ngày" in month.text
    assert row_of(client.get("/places?days=90"), name)[1] == "4"
    page = client.get(f"/places/{TODAY}?days=30")
    assert re.findall(r'href="/articles/(\d+)"', page.text) == ["1", "2", "3"]
    assert "<b>2</b>bài nhắc đúng tên này" in page.text
    assert client.get("/places/31699?days=30").text.count("/articles/") == 3
    home.app.state.site.index.catch_up()
    [ask] = re.findall(r'<a href="([^"]+)">Mở trong tìm kiếm', page.text)
    assert set(re.findall(r"/articles/(\d+)", client.get(unescape(ask)).text)) == {"1", "2", "3"}
    assert client.get("/places/00001").status_code == 404


def test_topics_compare_months_only_where_the_archive_reaches_back(home: House) -> None:
    client = home.browser("reader")
    health = (TopicTag("health", 0.8),)
    write(home, 1, 1, topics=health, tone=-1)
    write(home, 2, 2, topics=health, tone=1)
    write(home, 3, 10, topics=health, tone=1)
    rows = row_of(client.get("/topics"), "Y tế")
    assert rows[1:2] + rows[4:] == ["3", "50%", "—", "—"]
    write(home, 4, 40, topics=(), tone=0)
    write(home, 5, 363, topics=health, tone=-1)
    write(home, 6, 400, topics=(), tone=0)
    assert row_of(client.get("/topics?days=7"), "Y tế")[1:2] == ["2"]
    assert row_of(client.get("/topics"), "Y tế")[4:] == ["50%", "0%tăng 50 điểm", "100%giảm 50 điểm"]
    page = client.get("/topics/health?days=365")
    assert row_of(page, "bao-mot")[1] == "4"
    assert row_of(page, place_of(TODAY).name)[1] == "4"
    assert "Tiêu cực cùng tháng năm trước" in page.text
    assert client.get("/topics/nobody").status_code == 404
    for day, counts in [("Thứ Ba, 4/8/2026", "1"), ("Thứ Hai, 3/8/2026", "1"), ("Thứ Bảy, 1/8/2026", "0")]:
        assert row_of(client.get("/topics/health?days=7"), day)[1] == counts


def test_hostile_names_and_periods_are_text_and_ordinary_periods(home: House) -> None:
    client = home.browser("reader")
    hostile = '</title><script>alert(1)</script>"'
    made = judgement(places=(place_of(TODAY),), topics=(TopicTag("health", 0.8),))
    store(home.archive, link(1, title=hostile), published_at=NOW - timedelta(hours=5), judged=made)
    for path in ("/places", f"/places/{TODAY}", "/topics", "/topics/health"):
        for days in ("-1", "0", "10000000", "7"):
            page = client.get(f"{path}?days={days}")
            assert page.status_code == 200
            assert "<script>alert" not in page.text
            assert ' style="' not in page.text
        assert client.get(f"{path}?days=x").status_code == 422
        assert home.anonymous().get(path).status_code == 303


OUTLETS = """
[[outlet]]
slug = "bao-mot"
name = "Báo <b>Một</b>"
language = "vi"
level = "local"
feeds = ["https://bao-mot.vn/rss"]
[[outlet]]
slug = "bao-hai"
name = "Báo Hai"
language = "vi"
level = "local"
feeds = ["https://bao-hai.vn/rss"]
"""


@pytest.fixture
def press(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, OUTLETS) as found:
        yield found


def test_an_outlet_says_in_plain_words_how_it_can_be_read(press: House) -> None:
    good, bad = (Feed(slug, "feed", f"https://{slug}.vn/rss") for slug in ("bao-mot", "bao-hai"))
    with press.archive.begin() as db:
        feeds.sync_feeds(db, [good, bad], NOW - timedelta(days=1))
        found = [link(number) for number in range(3)]
        feeds.record_feed(db, FeedReading(good, Outcome("done"), 200, NOW, links=tuple(found)), NOW)
        [refused, *_] = links.announce(db, found, NOW - timedelta(hours=1), feed=good.url)
        links.record_failed(db, refused, Outcome("never", "gone: 404 <i>"), 404, NOW)
        error = Outcome("later", "DNS lookup failed: secret.proxy", at=NOW)
        feeds.record_feed(db, FeedReading(bad, error, None, NOW), NOW + timedelta(hours=3))
    reader, editor = press.browser("reader"), press.browser("editor")
    page = reader.get("/outlets")
    row = row_of(page, "Báo Hai")
    assert "không đọc được" in row[1]
    assert "không tìm thấy máy chủ" in row[1]
    assert "Nên làm: chờ một ngày" in row[1]
    assert row[5] == "10:00, 5/8/2026"
    assert row_of(page, "Báo <b>Một</b>")[2] == "3"
    assert "secret.proxy" not in page.text
    assert "secret.proxy" in editor.get("/outlets").text
    assert "Báo Hai" not in reader.get("/outlets?state=ok").text
    one = reader.get("/outlets/bao-mot")
    assert row_of(one, link(0).url)[1] == "máy chủ báo lỗi 404"
    assert row_of(one, "Thứ Tư, 5/8/2026")[1] == "3"
    assert "<i>" not in one.text
    assert reader.get("/outlets/nobody").status_code == 404


def composed(home: House, state: str = "unknown") -> int:
    """Enter a mail into the ledger whose fate is as said; return its id."""
    with home.archive.begin() as db:
        who = subscriptions.add_subscription(db, "can.bo@tinh.vn", at="06:45", now=NOW)
        html = '<html><head><style>p{color:red}</style></head><body><p onclick="x()">Nước mặn</p><script>x()</script>'
        ending = "https://x.vn/unsubscribe?token=WzEsMV0.abc-_"
        headers = [("Subject", "=?utf-8?q?=C4=90i=E1=BB=83m_b=C3=A1o?="), ("To", "can.bo@tinh.vn")]
        parts = [("plain", f"Nước mặn & lúa. Gửi can.bo@tinh.vn {ending}"), ("html", f'{html}<a href="{ending}">x</a>')]
        mail = bytes(build(headers, parts))
        made = Composed(who.id, NOW - timedelta(days=1), NOW, f"<{who.id}@x>", "Điểm báo <b>5/8</b>", mail)
        edition = editions.compose_edition(db, made, NOW).id
        if state == "unknown":
            assert editions.claim(db, edition, "a:1", NOW)
            assert editions.sending(db, edition, "a:1", NOW)
            assert editions.uncertain(db, edition, "the connection broke")
    return edition


def test_a_mail_is_shown_as_it_was_sent_and_can_do_nothing(home: House) -> None:
    number = composed(home)
    reader, editor = home.browser("reader"), home.browser("editor")
    assert row_of(reader.get("/editions"), "1")[3] == "không rõ đã đến chưa"
    for client, sees in ((reader, False), (editor, True)):
        for path in ("/editions", f"/editions/{number}", f"/editions/{number}/mail"):
            page = client.get(path)
            assert "WzEsMV0" not in page.text
            assert ("can.bo@tinh.vn" in page.text) <= sees
    page = reader.get(f"/editions/{number}")
    assert "Nước mặn &amp; lúa" in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert "allow-scripts" not in page.text
    mail = reader.get(f"/editions/{number}/mail")
    policy = mail.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "allow-same-origin" not in policy
    assert mail.text.index('<base target="_blank">') < mail.text.index("<style>")
    assert reader.get("/editions/99").status_code == 404


@pytest.mark.parametrize(("act", "state"), [("sent", "sent"), ("lost", "failed")])
def test_an_editor_settles_what_became_of_a_mail(act: str, state: str, home: House) -> None:
    number = composed(home)
    reader, editor = home.browser("reader"), home.browser("editor")
    form = {"act": act, "csrf": token(reader.get("/me"))}
    assert reader.post(f"/editions/{number}", data=form).status_code == 403
    form["csrf"] = token(editor.get("/me"))
    assert editor.post(f"/editions/{number}", data=form).status_code == 303
    with home.archive.read() as db:
        known = editions.get_edition(db, number)
        assert known is not None
        assert (known.state, f"closed as {act} by editor@example.vn" in known.error) == (state, True)
        assert [one.target for one in audit.entries(db, action=f"edition {act}")] == [str(number)]
    again = editor.post(f"/editions/{number}", data=form | {"act": "sent"})
    assert again.status_code == 409
    assert "can be settled so" in again.text


def test_a_mail_that_cannot_go_out_again_stays_settled_by_hand(home: House) -> None:
    number = composed(home)
    editor = home.browser("editor")
    form = {"act": "resend", "csrf": token(editor.get("/me"))}
    page = editor.post(f"/editions/{number}", data=form)  # no mail server is set
    assert page.status_code == 502
    assert "lần gửi sau sẽ thử lại" in page.text


def test_an_administrator_keeps_the_list_of_recipients(home: House) -> None:
    admin, editor = home.browser("admin"), home.browser("editor")
    assert editor.get("/subscriptions").status_code == 403
    form = {
        "csrf": token(admin.get("/me")),
        "email": "an@tinh.vn",
        "name": "<b>An</b>",
        "at": "7:05",
        "days": "workdays",
    }
    form |= {"topics": "health", "places": "Trần Đề, Kế Sách", "language": "en"}
    assert admin.post("/subscriptions", data=form).status_code == 303
    [row] = readers.active(home.archive)
    assert (row.email, row.at, row.days, row.language) == ("an@tinh.vn", "07:05", "workdays", "en")
    assert (row.topics, row.places) == (("health",), ("Trần Đề", "Kế Sách"))
    page = admin.get(f"/subscriptions?edit={row.id}")
    assert row_of(page, "an@tinh.vn")[2:4] == ["07:05", "ngày làm việc, trừ ngày lễ"]
    assert 'value="Trần Đề, Kế Sách"' in page.text
    assert "<b>An" not in page.text
    for wrong, said in [
        ({"at": "25:00"}, "06:45"), ({"email": "an"}, "không đúng"), ({"places": "Paris"}, "Paris"),
        ({"days": "never"}, "Ngày gửi"), ({"topics": "people"}, "lĩnh vực"),
    ]:  # fmt: skip
        answer = admin.post("/subscriptions", data=form | wrong)
        assert (answer.status_code, said in answer.text) == (422, True), wrong
    assert readers.active(home.archive) == [row]
    assert admin.post("/subscriptions", data=form | {"topics": [], "places": "", "at": ""}).status_code == 303
    [row] = readers.active(home.archive)
    assert (row.at, row.topics, row.places) == ("06:45", (), ())
    end = f"/subscriptions/{row.id}/end"
    assert admin.post(end, data={"csrf": form["csrf"]}).status_code == 303
    assert readers.active(home.archive) == []
    assert admin.post(end, data={"csrf": form["csrf"]}).status_code == 404


def test_what_was_given_up_is_tried_again_or_dropped_after_asking(home: House) -> None:
    with home.archive.begin() as db:
        for reading in links.announce(db, [link("một", "bao-hai"), link("hai", "bao-hai"), link("ba", "bao-ba")], NOW):
            links.record_failed(db, reading, Outcome("never", "gone: 404"), 404, NOW)
    admin, page = home.browser("admin"), "/outlets/bao-hai"
    form = {"csrf": token(admin.get(page)), "act": "drop", "item": "article-1"}
    assert "máy chủ báo lỗi 404" in admin.get(page).text
    asked = admin.post(f"{page}/quarantine", data=form)
    assert (asked.status_code, "sẽ không bao giờ được đọc nữa" in asked.text) == (200, True)
    assert "article-1" in admin.get(page).text.partition("Đã bỏ hẳn")[0], "nothing is done before"
    assert admin.post(f"{page}/quarantine", data=form | {"sure": "1"}).headers["location"] == f"{page}#da-ngung"
    left, _, dropped = admin.get(page).text.partition("Đã bỏ hẳn")
    assert ("article-1" in left, "article-1" in dropped, "admin@example.vn" in dropped) == (False, True, True)
    assert "admin@example.vn" not in home.browser("reader").get(page).text
    assert admin.post(f"{page}/quarantine", data=form | {"sure": "1"}).status_code == 422, "it is not there any more"
    for wrong in ({"item": ""}, {"item": "article-3"}, {"act": "burn"}, {"act": "retry", "item": "article-3"}):
        assert (
            admin.post(f"{page}/quarantine", data={**form, "sure": "1", "item": "article-2", **wrong}).status_code
            == 422
        )
    retry = {"csrf": form["csrf"], "act": "retry", "sure": "1"}
    for more in ({"item": "article-1"}, {"all": "1"}):
        assert admin.post(f"{page}/quarantine", data=retry | more).status_code == 303
    with home.archive.read() as db:
        assert len(links.due_readings(db, NOW)) == 2, "another outlet's address is left alone"
        acts = [(one.who, one.action, one.target) for one in audit.entries(db) if one.action.startswith("quarantine")]
    assert acts == [("admin@example.vn", f"quarantine {act}", "bao-hai") for act in ("retry", "retry", "drop")]
    editor = home.browser("editor")
    assert "quarantine" not in editor.get(page).text
    refused = editor.post(f"{page}/quarantine", data=form | {"csrf": token(editor.get("/me")), "sure": "1"})
    assert refused.status_code == 403
