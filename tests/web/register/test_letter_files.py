"""Letters as files: for editors only, each opening in the log, what is no letter refused, gone after their time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text

from pipeline.register import acts
from pipeline.register.acts import Office, Opening
from pipeline.register.files import LARGEST
from pipeline.upkeep.retention import retention
from storage.people import audit
from tests.support.webhouse import House, house, token
from tests.web.register.test_matters import seen

pytestmark = pytest.mark.slow

PDF = b"%PDF-1.7\n" + "Người khiếu nại: Nguyễn Văn An".encode() + b"\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 99 + b"IEND\xaeB`\x82"
JPG = b"\xff\xd8\xff\xe0" + b"x" * 99 + b"\xff\xd9"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        desk = Office(found.archive, found.settings, "lan@example.vn", found.clock())
        acts.open_matter(desk, Opening("ordered", "Phà Đại Ngãi ngừng chạy"))
        yield found


def sent(client: TestClient, body: bytes, name: str = "don-cua-nguyen-van-an.pdf", **given: str) -> Response:
    form = {"csrf": token(client.get("/me")), "kind": "forwarded", **given}
    return client.post("/matters/2026/1/files", data=form, files={"file": (name, body)})


def test_editors_keep_open_and_delete_a_letter_and_the_log_has_each_opening(home: House) -> None:
    editor, reader = home.browser("editor"), home.browser("reader")
    for body in (PDF, PNG, JPG):
        assert sent(editor, body).status_code == 303
    page = editor.get("/matters/2026/1")
    assert "chỉ biên tập mở được" in seen(page)
    assert "văn bản báo chuyển đến (PDF, 0 kB)" in seen(page)
    opened = editor.get("/matters/2026/1/files/1")
    assert opened.content == PDF
    assert opened.headers["content-disposition"] == 'attachment; filename="su-viec-1-2026-van-ban-1.pdf"'
    assert opened.headers["x-content-type-options"] == "nosniff"
    assert "files/1" not in reader.get("/matters/2026/1").text
    assert reader.get("/matters/2026/1/files/1").status_code == 403
    assert sent(reader, PDF).status_code == 403
    assert editor.get("/matters/2026/1/files/9").status_code == 404
    assert editor.post("/matters/2026/1/files/1/drop", data={"csrf": token(editor.get("/me"))}).status_code == 303
    assert editor.get("/matters/2026/1/files/1").status_code == 404
    with home.archive.read() as db:
        done = [(one.action, one.who) for one in audit.entries(db) if one.action.startswith("letter")]
    assert done == [
        ("letter file dropped", "editor@example.vn"),
        ("letter file opened", "editor@example.vn"),
        *[("letter file added", "editor@example.vn")] * 3,
    ]
    assert "thêm tệp văn bản" in seen(editor.get("/matters/2026/1"), "#lich-su")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 422, "rỗng"),
        (b"MZ\x90", 422, "Chỉ nhận"),
        (b"<html>", 422, "Chỉ nhận"),
        (b"PK\x03\x04word", 422, "Chỉ nhận"),
        (PDF[:-4], 422, "bị hỏng"),
        (PDF[:9] + b"/OpenAction << /S /JavaScript (x) >>" + PDF[9:], 422, "mã chạy"),
        (PDF[:9] + b"/EmbeddedFiles <<" + PDF[9:], 422, "mã chạy"),
        (PNG[:-2], 422, "Chỉ nhận"),
        (b"%PDF-" + b"x" * LARGEST, 422, "lớn hơn"),
        (b"%PDF-" + b"x" * 9_100_000, 413, "quá lớn"),
    ],
)
def test_what_is_no_letter_is_refused_and_nothing_kept(home: House, body: bytes, status: int, words: str) -> None:
    editor = home.browser("editor")
    answer = sent(editor, body)
    assert answer.status_code == status
    assert words in answer.text
    with home.archive.read() as db:
        assert db.execute(text("SELECT count(*) FROM matter_files")).scalar_one() == 0
        assert len(audit.entries(db, action="letter file refused")) == (status == 422)


def test_other_forms_stay_small_and_the_second_editor_is_told(home: House) -> None:
    editor = home.browser("editor")
    large = {"csrf": token(editor.get("/me")), "subject": "x" * 1_100_000}
    assert editor.post("/matters/2026/1/change", data=large).status_code == 413
    assert sent(editor, PDF, version="1").status_code == 303
    assert sent(editor, PDF, version="1").status_code == 409


def test_no_list_export_or_report_carries_a_file(home: House) -> None:
    editor = home.browser("admin")
    sent(editor, PDF)
    desk = Office(home.archive, home.settings, "lan@example.vn", home.clock())
    row = json.dumps(acts.one(desk, "1"), default=str, ensure_ascii=False)
    with home.archive.read() as db:
        log = json.dumps([dict(one.details) for one in audit.entries(db)], ensure_ascii=False)
    for shown in (row, log, editor.get("/matters/2026/1").text, editor.get("/audit").text):
        assert "Nguyễn Văn An" not in shown
        assert "nguyen-van-an" not in shown


def test_files_go_when_their_matter_ended_long_ago(home: House) -> None:
    editor = home.browser("editor")
    sent(editor, PDF)
    desk = Office(home.archive, home.settings, "lan@example.vn", home.clock())
    later = home.clock() + timedelta(days=731)
    assert retention(home.archive, home.settings, later).extra["letters"] == {"rows": 0, "bytes": 0}
    acts.close(desk, "1", "Đã trả lời")
    assert retention(home.archive, home.settings, later).extra["letters"] == {"rows": 1, "bytes": len(PDF)}
    assert editor.get("/matters/2026/1/files/1").status_code == 404
    assert acts.one(desk, "1")["result"] == "Đã trả lời"
