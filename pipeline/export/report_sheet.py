"""A report of the register as an Excel workbook: the report on one sheet, what stands behind each figure on another."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import xlsxwriter

from pipeline.register import annual, weekly
from press.dates import VIETNAM

Row = Mapping[str, Any]
_FONT: Final = {"font_name": "Times New Roman", "font_size": 12}
_MOST: Final = 32_000  # letters of a cell
COLUMNS: Final = tuple(zip(weekly.HEADS, (6, 36, 20, 24, 18, 13, 18, 26, 20), strict=True))
_BEHIND: Final = (
    ("Mục", 16), ("Phần", 24), ("Số", 10), ("Nội dung", 50), ("Quy định áp dụng", 18), ("Điều khoản", 20),
    ("Tính từ", 17), ("Hạn", 17), ("Trả lời", 17), ("Được tính", 10),
)  # fmt: skip


def workbook(kind: str, told: Row) -> bytes:
    """Return the workbook of a report."""
    out = io.BytesIO()
    # Texts stay texts: neither "=1+1" nor an address is anything else.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        looks = {
            "": book.add_format({**_FONT, "text_wrap": True, "valign": "top", "border": 1}),
            "title": book.add_format({**_FONT, "bold": True, "font_size": 14, "align": "center", "text_wrap": True}),
            "head": book.add_format({**_FONT, "bold": True, "border": 1, "text_wrap": True, "align": "center"}),
            "group": book.add_format({**_FONT, "bold": True, "border": 1, "text_wrap": True}),
            "text": book.add_format({**_FONT, "text_wrap": True, "valign": "top"}),
        }
        (_annual if kind == "annual" else _weekly)(book, looks, told)
    return out.getvalue()


def _weekly(book: Any, looks: Mapping[str, Any], told: Row) -> None:
    sheet = _sheet(book, "Danh sách", COLUMNS, looks, 2)
    last = len(COLUMNS) - 1
    title = f"DANH SÁCH SỰ VIỆC BÁO CHÍ PHẢN ÁNH\nTừ {weekly.written(told['from'])} đến {weekly.written(told['to'])}"
    sheet.merge_range(0, 0, 0, last, title, looks["title"])
    sheet.set_row(0, 42)
    widths = [width for _, width in COLUMNS]
    at = 3
    for figure in told["figures"]:
        rows = told["groups"][figure["group"]]
        sheet.merge_range(at, 0, at, last, f"{figure['line']}. {figure['what']}: {figure['count']}", looks["group"])
        at += 1
        for number, row in enumerate(rows, 1):
            _row(sheet, at, (number, *weekly.cells(dict(row))), widths, looks[""])
            at += 1
    sheet.merge_range(at, 0, at, last, f"5. Đề xuất, kiến nghị: {told['proposals']}".strip(), looks["group"])


def _annual(book: Any, looks: Mapping[str, Any], told: Row) -> None:
    parts = told["figures"][0]["parts"]
    spans = [f"{weekly.written(part['from'])} – {weekly.written(part['to'])} (theo {part['law']})" for part in parts]
    heads = [*spans, "Cộng"] if len(parts) > 1 else ["Số liệu"]
    columns = [("Mục", 16), ("Nội dung", 70), *((head, 22) for head in heads)]
    sheet = _sheet(book, "Báo cáo", columns, looks, 2)
    title = f"BÁO CÁO PHÁT NGÔN VÀ CUNG CẤP THÔNG TIN CHO BÁO CHÍ NĂM {told['year']}"
    days = f"Số liệu từ {weekly.written(told['from'])} đến {weekly.written(told['to'])}, theo {told['basis']}"
    sheet.merge_range(0, 0, 0, len(columns) - 1, f"{title}\n{days}", looks["title"])
    sheet.set_row(0, 42)
    for at, figure in enumerate(told["figures"], 3):
        told_parts = [_value(part) for part in figure["parts"]] if len(parts) > 1 else []
        texts = (figure["line"], figure["what"], *told_parts, _value(figure))
        _row(sheet, at, texts, [width for _, width in columns], looks[""])
    at = 4 + len(told["figures"])
    for name, text in (("II. Khó khăn", told["difficulties"]), ("Đề xuất, kiến nghị", told["proposals"])):
        sheet.merge_range(at, 0, at, len(columns) - 1, f"{name}: {text}"[:_MOST], looks["text"])
        at += 1
    second = _sheet(book, "Sự việc", _BEHIND, looks, 0)
    for at, row in enumerate(_behind(told), 1):
        _row(second, at, row, [width for _, width in _BEHIND], looks[""])


def _behind(told: Row) -> Iterator[Sequence[str]]:
    for figure in told["figures"]:
        for part in figure["parts"]:
            span = f"{weekly.written(part['from'])} – {weekly.written(part['to'])}"
            for number in part.get("entries", ()):
                entry = told["entries"][str(number)]
                yield (figure["line"], span, "", entry["subject"], "", "", weekly.written(entry["date"]), "", "", "x")
            both = part.get("matters", {"of": [], "count": []})
            for name in both["of"]:
                one = told["matters"][name]
                times = [_moment(one["from"]) if one["stated"] else "chưa ghi mốc", _moment(one["until"])]
                mark = "x" if name in both["count"] else ""
                yield (
                    figure["line"], span, name, one["subject"], one["rule"], one["clause"], *times,
                    _moment(one["answered"]), mark,
                )  # fmt: skip


def _value(figure: Row) -> str | int:
    return annual.said(dict(figure)) if figure["of"] is not None else int(figure["count"])


def _row(sheet: Any, at: int, values: Sequence[str | int], widths: Sequence[int], look: Any) -> None:
    """Write a row as high as its longest text needs: not every program finds that out by itself."""
    lines = 1
    for column, value in enumerate(values):
        if isinstance(value, int):
            sheet.write_number(at, column, value, look)
        else:
            sheet.write_string(at, column, value[:_MOST], look)
            lines = max(lines, -(-len(value) // max(1, int(widths[column] * 1.1))))
    sheet.set_row(at, min(400, 17 * lines))


def _moment(iso: str | None) -> str:
    if not iso:
        return ""
    at = datetime.fromisoformat(iso).astimezone(VIETNAM)
    return f"{at:%H:%M} {weekly.written(at.date().isoformat())}"


def _sheet(book: Any, name: str, columns: Sequence[tuple[str, int]], looks: Mapping[str, Any], head: int) -> Any:
    """Return a sheet as it is printed: A4 across, one page wide, its head on each page, pages numbered."""
    sheet = book.add_worksheet(name)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.8, right=0.6, top=0.8, bottom=0.8)
    sheet.set_header("&C&P")
    sheet.repeat_rows(head)
    sheet.freeze_panes(head + 1, 0)
    for column, (_, width) in enumerate(columns):
        sheet.set_column(column, column, width)
    _row(sheet, head, [words for words, _ in columns], [width for _, width in columns], looks["head"])
    return sheet
