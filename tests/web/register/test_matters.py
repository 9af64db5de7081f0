"""The register's pages: from a story to a result, who may do what, two editors at once, what is said of persons."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Client, Response
from selectolax.lexbor import LexborHTMLParser

from pipeline.export.matters import COLUMNS
from storage.coverage.stories import Membership, assign
from storage.people import audit
from tests.support.archives import NOW, at, link, store
from tests.support.webhouse import House, house, token

pytestmark = pytest.mark.slow

LAN, HOA = "lan@example.vn", "hoa@example.vn"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        store(found.archive, link(1), title="Phà Đại Ngãi ngừng chạy")
        store(found.archive, link(2, "bao-hai"), title="Dân chờ phà", published_at=at(1))
        with found.archive.begin() as db:
            assign(db, [Membership(1, None)], NOW)
            assign(db, [Membership(2, 1)], NOW)
        yield found


def seen(answer: Response | str, within: str = "main") -> str:
    tree = LexborHTMLParser(answer if isinstance(answer, str) else answer.text)
    return " ".join(" ".join(part.text(separator=" ") for part in tree.css(within)).split())


def act(client: Client, doing: str, /, *, version: str = "", **data: object) -> Response:
    page = client.get("/matters/2026/1").text
    now = re.search(r'name="version" value="(\d+)"', page)
    form = {"csrf": token(page), "version": version or (now[1] if now else ""), **data}
    return client.post(f"/matters/2026/1/{doing}", data=form)


def opened(client: Client, **more: str) -> Response:
    return client.post("/matters", data={"csrf": token(client.get("/stories/1")), "story": "1", **more})


def test_one_press_of_a_button_opens_a_matter_from_a_story(home: House) -> None:
    editor = home.browser("editor")
    answer = opened(editor)
    assert (answer.status_code, answer.headers["location"]) == (303, "/matters/2026/1")
    page = seen(editor.get("/matters/2026/1"))
    assert "Phà Đại Ngãi ngừng chạy" in page
    assert "Báo chí phản ánh (2)" in page
    assert "đăng đầu tiên" in page
    for address in ("/stories/1", "/articles/1", "/articles/2"):
        assert "1/2026: Phà Đại Ngãi ngừng chạy" in seen(editor.get(address), "#so-su-viec")


def test_the_way_of_a_matter_on_its_page(home: House) -> None:
    editor = home.browser("editor")
    opened(editor, kind="press_request", received="2026-08-04T09:00", letter="12/CV", date="2026-08-03")
    dates = seen(editor.get("/matters/2026/1"), "#thoi-han tbody")
    assert "237/2026 Đ18 k1" in dates
    assert "30 ngày" in dates
    assert "23:59, 3/9/2026" in dates
    assert act(editor, "assign", lead="xã Đại Ngãi", others=["Công an", ""], letter="9/UBND", date="2026-08-05",
               until="2026-08-20").status_code == 303  # fmt: skip
    page = editor.get("/matters/2026/1")
    assert "UBND xã Đại Ngãi phối hợp: Công an" in seen(page, "#don-vi")
    rows = [row.text() for row in LexborHTMLParser(page.text).css("#thoi-han tbody tr")]
    assert ["hạn này" in row for row in rows] == [False, True], rows
    assert act(editor, "answer", letter="5/TL", to="Báo Một").status_code == 303
    assert act(editor, "change", outlet_after="corrected", outlet_after_on="2026-08-05").status_code == 303
    assert act(editor, "end", how="close", words="Bến phà chạy lại").status_code == 303
    page = seen(editor.get("/matters/2026/1"))
    for words in ("đã xong", "Bến phà chạy lại", "đã cải chính", "trạng thái: đã trả lời → đã xong"):
        assert words in page
    assert act(editor, "change", state="in_progress").status_code == 303
    assert act(editor, "end", how="refuse", words="Bí mật nhà nước").status_code == 303
    assert "Từ chối trả lời, lý do: Bí mật nhà nước" in seen(editor.get("/matters/2026/1"))


def test_a_letter_that_comes_later_is_noted_shown_and_found(home: House) -> None:
    editor = home.browser("editor")
    editor.post("/matters", data={"csrf": token(editor.get("/me")), "subject": "Phà ngừng", "kind": "ordered"})
    given = {"kind": "press_request", "received": "2026-08-04T09:00", "letter": "15/CV-TĐ", "date": "2026-08-03"}
    assert act(editor, "change", **given).status_code == 303
    page = editor.get("/matters/2026/1")
    assert "văn bản yêu cầu của báo 15/CV-TĐ ngày 03/08/2026 · nhận 04/08/2026" in seen(page, "#van-ban")
    assert "23:59, 3/9/2026" in seen(page, "#thoi-han tbody")
    assert "văn bản yêu cầu của báo: 15/CV-TĐ, 03/08/2026" in seen(page, "#lich-su")
    assert "mốc tính hạn: 09:00, 4/8/2026" in seen(page, "#lich-su")
    assert "văn bản 15/CV-TĐ, 03/08/2026" in seen(editor.get("/matters", params={"q": "15/cv-tđ"}), "tbody")
    assert "Không có sự việc nào" in seen(editor.get("/matters", params={"q": "16/CV-TĐ"}), "tbody")
    assert act(editor, "change", kind="press_request", received="2026-08-04T10:00").status_code == 303
    assert seen(editor.get("/matters/2026/1"), "#van-ban").count("15/CV-TĐ") == 1, "no letter, none is noted"


def test_the_button_that_watches_fills_in_the_form(home: House) -> None:
    editor = home.browser("editor")
    opened(editor)
    (link,) = LexborHTMLParser(editor.get("/matters/2026/1").text).css("#bao-chi a.button")
    form = LexborHTMLParser(editor.get(link.attributes["href"] or "").text)
    values = [form.css_first(f"#{name}").attributes["value"] for name in ("name", "query")]
    assert values == ["1/2026 Phà Đại Ngãi ngừng chạy", "matter:1/2026"]
    (run,) = form.css("input[name=run][checked]")
    assert run.attributes["value"] == "once", "whoever presses the button wants to be told"


def test_without_an_official_instant_the_page_asks_for_it(home: House) -> None:
    editor = home.browser("editor")
    opened(editor, kind="feedback")
    page = editor.get("/matters/2026/1")
    assert "Chưa có mốc tính hạn : khi nhận được văn bản chuyển đến" in seen(page, "#thoi-han")
    assert act(editor, "change", kind="feedback", received="2026-08-04T09:00").status_code == 303
    assert "23:59, 24/8/2026" in seen(editor.get("/matters/2026/1"), "#thoi-han")
    assert act(editor, "change", received="2027-01-01T00:00").status_code == 422


def test_the_second_editor_is_told(home: House) -> None:
    lan, hoa = home.browser("editor", LAN), home.browser("editor", HOA)
    opened(lan)
    assert act(hoa, "assign", lead="Sở Y tế").status_code == 303
    answer = act(lan, "change", version="1", subject="Việc khác")
    assert answer.status_code == 409
    said = seen(answer, ".problem")
    assert f"{HOA}: đơn vị chủ trì: Sở Y tế; trạng thái: mới → đã giao" in said
    assert "Việc khác" not in seen(lan.get("/matters/2026/1"))


def test_the_list_shows_what_is_late_first(home: House) -> None:
    editor, reader = home.browser("editor"), home.browser("reader")
    for subject, received in (("Việc muộn", "2026-06-01T09:00"), ("Việc trễ nhất", "2026-05-01T09:00"), ("Mới", "")):
        form = {"csrf": token(editor.get("/me")), "subject": subject, "kind": "feedback", "received": received}
        assert editor.post("/matters", data=form).status_code == 303

    def listed(**given: str) -> list[str]:
        rows = LexborHTMLParser(reader.get("/matters", params=given).text).css("tbody tr td:nth-child(2)")
        return [" ".join(row.text().split()) for row in rows]

    assert listed(view="overdue") == ["Việc trễ nhất", "Việc muộn"]
    assert listed() == ["Việc trễ nhất", "Việc muộn", "Mới"]
    assert listed(view="all", q="trễ") == ["Việc trễ nhất"]
    assert listed(view="all", kind="complaint") == listed(view="done") == []
    assert "quá hạn 2" in seen(reader.get("/matters"))
    assert listed(view="all", page="2") == []


def test_the_list_is_handed_on_as_it_is_filtered(home: House) -> None:
    editor = home.browser("editor")
    opened(editor, kind="press_request", received="2026-08-04T09:00", letter="12/CV", date="2026-08-03")
    act(editor, "assign", lead="xã Đại Ngãi", others=["Công an", ""])
    act(editor, "change", subject="=1+1 ở phà")
    editor.post("/matters", data={"csrf": token(editor.get("/me")), "kind": "ordered", "subject": "Cầu hư"})
    analyst = home.browser("analyst")
    page = LexborHTMLParser(analyst.get("/matters?view=waiting&q=ph%C3%A0").text)
    (link,) = page.css("a[href*='.csv']")
    answer = analyst.get(link.attributes["href"] or "")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert tuple(row) == COLUMNS
    assert (row["number"], row["subject"], row["state"], row["overdue"]) == ("1/2026", "'=1+1 ở phà", "assigned", "0")
    assert (row["lead"], row["with"], row["articles"]) == ("UBND xã Đại Ngãi", "Công an", "2")
    assert (row["until"], row["clause"]) == ("2026-09-03T23:59:59+07:00", "237/2026 Đ18 k1")
    everything = analyst.get("/matters.csv?view=all").content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(everything)))) == 2
    with home.archive.read() as db:
        noted = audit.entries(db, action="register exported", limit=9)
    assert [entry.details["count"] for entry in noted] == [2, 1]


def test_readers_see_and_do_not_work(home: House) -> None:
    opened(home.browser("editor"))
    reader = home.browser("reader")
    page = reader.get("/matters/2026/1")
    assert page.status_code == 200
    assert not LexborHTMLParser(page.text).css("main form")
    form = {"csrf": token(reader.get("/me")), "subject": "X"}
    assert reader.post("/matters/2026/1/change", data=form).status_code == 403
    assert reader.post("/matters", data=form).status_code == 403
    assert reader.get("/matters/new").status_code == 403


@pytest.mark.parametrize(
    ("what", "data", "status", "words"),
    [
        ("assign", {"lead": "Sở Y té"}, 422, "Không có đơn vị này"),
        ("end", {"how": "close", "words": " "}, 422, "Xin ghi kết quả"),
        ("end", {"how": "merge", "into": "9"}, 409, "Không làm được"),
        ("end", {"how": "merge", "into": "x"}, 422, "7/2026"),
        ("answer", {"at": "tomorrow"}, 422, "Ngày chưa đúng"),
        ("answer", {"letter": "1", "link": "javascript:1"}, 422, "https://"),
        ("change", {"outlet_after": "published", "outlet_after_on": "soon"}, 422, "Ngày chưa đúng"),
        ("change", {"subject": ""}, 422, "Xin ghi sự việc"),
        ("cover", {"what": "99"}, 409, "Không làm được"),
        ("cover", {"what": "x"}, 422, "Xin ghi số của sự kiện"),
        ("cover", {"what": "http://h/articles/2"}, 409, "Không làm được"),
    ],
)
def test_what_cannot_be_is_said_on_the_page(
    home: House, what: str, data: dict[str, str], status: int, words: str
) -> None:
    editor = home.browser("editor")
    opened(editor)
    answer = act(editor, what, **data)
    assert answer.status_code == status
    assert words in seen(answer, ".problem")
    assert 'version" value="1"' in editor.get("/matters/2026/1").text


def test_a_text_that_names_a_person_is_pointed_at(home: House) -> None:
    editor = home.browser("editor")
    opened(editor)
    act(editor, "end", how="close", words="ông Nguyễn Văn An đã nhận trả lời")
    assert "Ô “kết quả” có vẻ nêu tên người" in seen(editor.get("/matters/2026/1"), ".note")


def test_english_has_the_same_page(home: House) -> None:
    editor = home.browser("editor")
    opened(editor, kind="feedback")
    editor.post("/language", data={"to": "en", "next": "/"})
    page = seen(editor.get("/matters/2026/1"))
    assert "receipt of what was forwarded" in page
    assert "Deadlines" in page
    assert editor.get("/matters/2026/9").status_code == editor.get("/stories/99").status_code == 404


def test_the_first_page_shows_what_is_owed_new_coverage_and_results(home: House) -> None:
    editor = home.browser("editor")
    for subject, received in (("Việc muộn", "2026-06-01T09:00"), ("Việc xong", ""), ("Việc chờ", "2026-08-04T09:00")):
        form = {"csrf": token(editor.get("/me")), "subject": subject, "kind": "feedback", "received": received}
        assert editor.post("/matters", data=form).status_code == 303
    form = {"csrf": token(editor.get("/me")), "how": "close", "words": "Đã trả lời dân"}
    assert editor.post("/matters/2026/2/end", data=form).status_code == 303
    home.clock.now = at(2)
    form = {"csrf": token(editor.get("/me")), "what": "/articles/1"}
    assert editor.post("/matters/2026/3/cover", data=form).status_code == 303
    home.clock.now = at(3)
    page = seen(home.browser("reader").get("/"), "#so-su-viec")
    assert page.index("1/2026: Việc muộn") < page.index("3/2026: Việc chờ") < page.index("Đã có kết quả")
    assert "▲ quá hạn hạn 23:59, 16/6/2026" in page
    assert "1 bài mới trong 24 giờ" in page
    assert "2/2026: Việc xong Đã trả lời dân" in page
