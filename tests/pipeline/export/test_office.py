"""What is exported for Word and Excel, opened and printed by an office program as readers do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.export import reports as files
from pipeline.register import reports
from pipeline.register.reports import Asked
from storage import open_archive
from tests.pipeline.export.test_exports import QUERY, about, article, made
from tests.support.office import fonts, pages, printed, programs
from tests.support.registerhouse import furnished, office

__all__ = ["programs"]

pytestmark = [pytest.mark.office, pytest.mark.long, pytest.mark.usefixtures("programs")]
KHMER = "កសិករដាំខ្ទឹមក្រហម"
COUNT = 30


def opened(form: str, folder: Path) -> Path:
    articles = [article(number) for number in range(1, COUNT)]
    articles.append(article(COUNT, title=f"{KHMER} ở Trần Đề", language="km"))
    document = folder / f"tong-hop.{form}"
    document.write_bytes(made(form, articles, about(COUNT)))
    return printed(document)


def test_the_clipping_book_prints_with_contents_page_numbers_and_every_script(tmp_path: Path) -> None:
    pdf = opened("docx", tmp_path)
    read = pages(pdf)
    assert "TỔNG HỢP TIN, BÀI BÁO CHÍ" in read[0]
    assert QUERY.replace('"', "") in read[0].replace('"', "").replace("”", "").replace("“", "")
    assert "Mục lục" in read[1]
    whole = "\n".join(read)
    assert all(f"{number}. " in whole for number in range(1, COUNT + 1))
    assert "Hạn mặn ở Trần Đề, bài 7" in whole
    assert re.search(r"[\u1780-\u17ff]{4}", whole), "Khmer is gone"
    assert [page.strip().splitlines()[-1].strip() for page in read] == [str(n) for n in range(1, len(read) + 1)]
    assert not re.search(r"HERE-COME|\{\{|\}\}|Error!|#REF", whole), "a placeholder is left"
    assert any("Times" in name or "Liberation" in name or "Tinos" in name for name in fonts(pdf)), fonts(pdf)


def test_the_workbook_prints_every_row_with_its_time(tmp_path: Path) -> None:
    whole = "\n".join(pages(opened("xlsx", tmp_path)))
    assert "Thời điểm đăng" in whole
    assert len(re.findall(r"\b\d\d/\d\d/\d{4} \d\d:\d\d\b", whole)) >= COUNT
    assert "####" not in whole, "a column is too narrow for what it holds"
    assert "Hạn mặn ở Trần Đề, bài 7" in whole


@pytest.mark.parametrize("asked", [Asked("annual", year=2026, difficulties="Thiếu người"), Asked("weekly")])
def test_a_report_prints_in_the_layout_of_the_decree(tmp_path: Path, asked: Asked) -> None:
    with open_archive(f"sqlite:///{tmp_path / 'a.db'}") as archive:
        furnished(archive, tmp_path, 60)
        desk = office(archive, tmp_path, "2026-12-17T15:00")
        report = reports.make(desk, asked)
        for form in ("docx", "xlsx"):
            (tmp_path / f"{report.kind}.{form}").write_bytes(files.made(desk, report, form))
    pdf = printed(tmp_path / f"{report.kind}.docx")
    read = pages(pdf)
    assert len(read) > 1
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in read[0]
    assert "Cần Thơ, ngày 17 tháng 12 năm 2026" in read[0]
    assert re.search(r"^\s*1\s*$", read[0].splitlines()[0]) is None, "no number on the first page"
    assert [page.split()[0] for page in read[1:]] == [str(n) for n in range(2, len(read) + 1)]
    if report.kind == "weekly":
        assert all("Văn bản" in page and "Kết quả" in page for page in read[:-1]), "the head of the table on each page"
    else:
        whole = " ".join(" ".join(read).split())
        assert "Thiếu người" in whole
        assert "Lưu: VT" in whole
    assert not re.search(r"\{\{|\}\}|\{%|Error!|None|#REF", "\n".join(read)), "a placeholder is left"
    assert any("Times" in name or "Liberation" in name or "Tinos" in name for name in fonts(pdf)), fonts(pdf)
    sheet = "\n".join(pages(printed(tmp_path / f"{report.kind}.xlsx")))
    assert "####" not in sheet
    assert "Đề xuất" in sheet
