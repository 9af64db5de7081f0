"""The pages of reports: made by editors, kept, handed on, figures that lead to matters, templates by administrators."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from fastapi.testclient import TestClient
from httpx import Response

from pipeline.export.report_layout import shipped
from pipeline.register import acts
from pipeline.register.acts import Office, Opening
from tests.support.webhouse import House, house, token
from tests.web.register.test_matters import seen

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        desk = Office(found.archive, found.settings, "lan@example.vn", found.clock())
        acts.open_matter(desk, Opening("press_request", "Phà Đại Ngãi ngừng chạy", received=desk.now))
        acts.open_matter(desk, Opening("press_question", "Dân chờ phà", received=desk.now))
        acts.answer(desk, "2")
        yield found


def made(client: TestClient, **given: str) -> Response:
    return client.post("/matters/reports", data={"csrf": token(client.get("/me")), **given})


def test_an_editor_makes_the_annual_report_and_its_figures_lead_to_matters(home: House) -> None:
    editor, reader = home.browser("editor"), home.browser("reader")
    assert "còn 136 ngày. Chưa lập." in seen(reader.get("/matters/reports"))
    answer = made(editor, kind="annual", year="2026", proposals="Tập huấn")
    assert (answer.status_code, answer.headers["location"]) == (303, "/matters/reports/1")
    page = reader.get("/matters/reports/1")
    said = seen(page)
    for words in (
        "I.3",
        "theo 09/2017/NĐ-CP",
        "Tập huấn",
        "Bộ Văn hóa, Thể thao và Du lịch",
        "Kỳ số liệu chưa kết thúc",
    ):
        assert words in said
    assert "sổ đã thay đổi" not in said
    assert "Đã lập." in seen(reader.get("/matters/reports"))
    links = re.findall(r'href="(/matters/reports/1/behind[^"]+)"', page.text)
    assert len(links) == 3 * (2 + 6 * 2), "each figure of both parts and of the sum"
    numbers = {link: seen(reader.get(link.replace("&amp;", "&")), "tbody") for link in links}
    assert "Phà Đại Ngãi ngừng chạy" in numbers["/matters/reports/1/behind?line=I.3&amp;side=of"]
    assert "Phà Đại Ngãi ngừng chạy" not in numbers["/matters/reports/1/behind?line=I.3&amp;side=count"]
    assert "237/2026 Đ18 k1 23:59, 4/9/2026 —" in numbers["/matters/reports/1/behind?line=I.3&amp;part=1&amp;side=of"]
    acts.answer(Office(home.archive, home.settings, "hoa@example.vn", home.clock()), "1")
    said = seen(reader.get("/matters/reports/1"), ".note")
    assert "sổ nay khác ở 1 mục. I.3: trong báo cáo 1/2, hiện nay 2/2" in said
    editor.post("/language", data={"to": "en", "next": "/"})
    assert "The register has moved on since" in seen(editor.get("/matters/reports/1"))


def test_the_countdown_goes_on_to_the_next_year(home: House) -> None:
    reader = home.browser("reader")
    for days, words in ((136, "hôm nay là ngày cuối"), (1, "Báo cáo năm 2027")):
        home.clock.now += timedelta(days=days)
        reader = home.browser("reader")
        assert words in seen(reader.get("/matters/reports"), ".note")


def test_the_weekly_list_is_made_shown_and_handed_on(home: House) -> None:
    editor, analyst = home.browser("editor"), home.browser("analyst")
    answer = made(editor, kind="weekly", first="2026-08-01", last="2026-08-05")
    page = analyst.get(answer.headers["location"])
    assert "1. Sự việc mới: 2" in seen(page)
    assert "04/9/2026" in seen(page)
    home.clock.now += timedelta(minutes=1)
    acts.change(Office(home.archive, home.settings, "hoa@example.vn", home.clock()), "1", {"subject": "Việc khác"})
    changed = "sổ nay khác ở 1 mục. 1: vẫn 2, nhưng có sự việc trong mục đã khác"
    assert changed in seen(analyst.get(answer.headers["location"]), ".note")
    assert "Dân chờ phà" in seen(analyst.get("/matters/reports/1/behind?line=1&side=count"))
    word = analyst.get("/matters/reports/1/file.docx")
    assert "danh-sach-su-viec-2026-08-01-2026-08-05.docx" in word.headers["content-disposition"]
    assert Document(io.BytesIO(word.content)).tables
    assert openpyxl.load_workbook(io.BytesIO(analyst.get("/matters/reports/1/file.xlsx").content)).worksheets
    assert analyst.get("/matters/reports/1/file.docx?issuer=X").status_code == 422


def test_who_may_do_what(home: House) -> None:
    reader, editor = home.browser("reader"), home.browser("editor")
    assert made(editor, kind="weekly").status_code == 303
    assert made(reader, kind="weekly").status_code == 403
    assert reader.get("/matters/reports/1/file.docx").status_code == 403
    assert (
        reader.get("/matters/reports/9").status_code
        == reader.get("/matters/reports/1/behind?line=9").status_code
        == 404
    )
    form = {"csrf": token(editor.get("/me")), "kind": "weekly", "issuer": "Sở"}
    files = {"file": ("a.docx", shipped("weekly"))}
    assert editor.post("/matters/reports/templates", data=form, files=files).status_code == 403
    for given, words in (
        ({"first": "2026-08-09", "last": "2026-08-01"}, "Ngày đầu"),
        ({"first": "x"}, "Ngày chưa đúng"),
    ):
        answer = made(editor, kind="weekly", **given)
        assert answer.status_code == 422
        assert words in seen(answer, ".problem")


@pytest.mark.slow
def test_an_administrator_keeps_a_template_and_is_told_what_is_wrong(home: House) -> None:
    admin = home.browser("admin")
    form = {"csrf": token(admin.get("/me")), "kind": "weekly", "issuer": "Sở VHTTDL"}
    kept = admin.post("/matters/reports/templates", data=form, files={"file": ("a.docx", shipped("weekly"))})
    assert kept.status_code == 303
    assert made(admin, kind="weekly").status_code == 303
    assert "Word, mẫu Sở VHTTDL" in seen(admin.get("/matters/reports/1"))
    assert Document(io.BytesIO(admin.get("/matters/reports/1/file.docx?issuer=Sở VHTTDL").content)).tables
    wrong = admin.post("/matters/reports/templates", data=form, files={"file": ("a.docx", b"MZ")})
    assert wrong.status_code == 422
    assert "Tệp không phải văn bản Word (.docx). Không lưu gì." in seen(wrong, ".problem")
    assert admin.post("/matters/reports/templates/1/drop", data=form).status_code == 303
    assert "Sở VHTTDL" not in seen(admin.get("/matters/reports"))
    assert Document(io.BytesIO(admin.get("/matters/reports/template-annual.docx").content)).tables
