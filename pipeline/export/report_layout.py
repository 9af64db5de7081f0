"""The Word templates that come with the program, in the layout of Decree 30/2020; an office may put its own in place.

A4; margins 20 mm, left 30 mm; Times New Roman 13–14; national name and motto right, issuing body left; the number of
the page centred at the top from the second on; heads of tables on each page.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from pipeline.register.weekly import HEADS

_FONT: Final = "Times New Roman"
_CENTRE, _RIGHT, _BOTH = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY
_NATION: Final = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO: Final = "Độc lập - Tự do - Hạnh phúc"
_EACH, _END = "{%tc for part in line.parts %}", "{%tc endfor %}"  # a column a part of the year; their own cells go
_WEEKLY: Final = (1.3, 4.6, 2.8, 2.9, 2.6, 2.6, 2.6, 3.0, 2.3)  # centimetres of its columns


@cache
def shipped(kind: str) -> bytes:
    """Return the template of a kind of report: bytes of a .docx."""
    document = Document()
    _page(document, landscape=kind == "weekly")
    _head(document, 24.7 if kind == "weekly" else 16.0)
    (_weekly if kind == "weekly" else _annual)(document)
    _foot(document, 24.7 if kind == "weekly" else 16.0, kind)
    out = io.BytesIO()
    document.core_properties.author = ""
    document.core_properties.title = "Báo cáo"
    document.core_properties.comments = ""
    document.save(out)
    return out.getvalue()


def _annual(document: Any) -> None:
    _line(document, "BÁO CÁO", bold=True, size=14, align=_CENTRE)
    title = "Kết quả phát ngôn và cung cấp thông tin cho báo chí năm {{ data_year }}"
    _line(document, title, bold=True, size=14, align=_CENTRE)
    _line(document, "Kính gửi: {{ recipient }}", size=14, align=_CENTRE, before=12)
    said = (
        "Thực hiện {{ basis }}, {{ issuer }} báo cáo kết quả phát ngôn và cung cấp thông tin cho báo chí năm "
        "{{ data_year }} (số liệu từ ngày {{ first }} đến ngày {{ last }}) như sau:"
    )
    _line(document, said, size=14, align=_BOTH, indent=1.0, before=12)
    _line(document, "I. KẾT QUẢ", bold=True, size=14, indent=1.0, before=6)
    heads = ("Mục", "Nội dung", "{%tc for part in parts %}", "", _END, "Cộng")
    table = _table(document, heads, (2.1, 6.3, 0, 2.8, 0, 2.0))
    span = "Từ {{ part.first }} đến {{ part.last }} (theo {{ part.law }})"
    _write(table.rows[0].cells[3], span, bold=True, align=_CENTRE, size=12)
    before, row, after = (table.add_row().cells for _ in range(3))
    _write(before[0], "{%tr for line in lines %}")
    told = ("{{ line.line }}", "{{ line.what }}", _EACH, "{{ part.said }}", _END, "{{ line.total }}")
    for cell, text in zip(row, told, strict=True):
        _write(cell, text, align=None if "what" in text else _CENTRE)
    _kept_together(table.rows[2])
    _write(after[0], "{%tr endfor %}")
    _line(document, "II. KHÓ KHĂN, ĐỀ XUẤT, KIẾN NGHỊ", bold=True, size=14, indent=1.0, before=6)
    for name, words in (("difficulties", "1. Khó khăn, vướng mắc"), ("proposals", "2. Đề xuất, kiến nghị")):
        _line(document, words, size=14, indent=1.0, before=3)
        _line(document, _or_dots(name), size=14, align=_BOTH, indent=1.0)


def _weekly(document: Any) -> None:
    _line(document, "DANH SÁCH", bold=True, size=14, align=_CENTRE)
    title = "Sự việc báo chí phản ánh từ ngày {{ first }} đến ngày {{ last }}"
    _line(document, title, bold=True, size=14, align=_CENTRE, after=8)
    table = _table(document, HEADS, _WEEKLY)
    rows = [table.add_row().cells for _ in range(7)]
    _write(rows[0][0], "{%tr for group in groups %}")
    _write(rows[1][0].merge(rows[1][-1]), "{{ group.place }}. {{ group.what }}: {{ group.count }}", bold=True)
    _write(rows[2][0], "{%tr for row in group.rows %}")
    names = ("n", "subject", "press", "unit", "order", "until", "answer", "result", "note")
    for cell, name in zip(rows[3], names, strict=True):
        _write(cell, f"{{{{ row.{name} }}}}", align=_CENTRE if name == "n" else None, size=12)
    _kept_together(table.rows[4])
    _write(rows[4][0], "{%tr endfor %}")
    _write(rows[5][0], "{%tr endfor %}")
    _write(rows[6][0].merge(rows[6][-1]), "5. Đề xuất, kiến nghị", bold=True)
    _line(document, _or_dots("proposals"), size=13, align=_BOTH, indent=1.0, before=6)


def _or_dots(name: str) -> str:
    """A person's words, or room for them."""
    return f"{{% if {name} %}}{{{{ {name} }}}}{{% else %}}{'.' * 60}{{% endif %}}"


def _page(document: Any, *, landscape: bool) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = (Cm(29.7), Cm(21)) if landscape else (Cm(21), Cm(29.7))
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.top_margin = section.bottom_margin = Cm(2)
    section.left_margin, section.right_margin = Cm(3), Cm(2)
    section.header_distance = Cm(1)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = _CENTRE
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = number.add_run("2")
    field.append(run._r)
    number._p.append(field)
    _font(run, 13)
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(13)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), _FONT)
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.space_before = Pt(0)
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), "vi-VN")
    style.element.get_or_add_rPr().append(lang)


def _head(document: Any, width: float) -> None:
    left, right = width * 0.4, width * 0.6
    table = document.add_table(rows=2, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _widths(table, (left, right))
    above, below = table.rows[0].cells, table.rows[1].cells
    _write(above[0], "{{ parent }}", size=13, align=_CENTRE, capitals=True)
    _more(above[0], "{{ issuer }}", size=13, bold=True, capitals=True)
    _rule(above[0], left * 0.32)
    _write(above[1], _NATION, size=12, bold=True, align=_CENTRE)
    _more(above[1], _MOTTO, size=13, bold=True)
    _rule(above[1], max(0.1, (right - 6.2) / 2))
    _write(below[0], "Số:        /BC-{{ sign }}", size=13, align=_CENTRE)
    _write(
        below[1], "{{ place }}, ngày {{ day }} tháng {{ month }} năm {{ year }}", size=14, align=_CENTRE, italic=True
    )
    _line(document, "")


def _foot(document: Any, width: float, kind: str) -> None:
    _line(document, "")
    table = document.add_table(rows=1, cols=2)
    _widths(table, (width * 0.5, width * 0.5))
    left, right = table.rows[0].cells
    _write(left, "Nơi nhận:", size=12, bold=True, italic=True)
    for words in ("- {{ recipient }};", "- Lưu: VT.") if kind == "annual" else ("- Như trên;", "- Lưu: VT."):
        _more(left, words, size=11, align=None)
    _write(right, "THỦ TRƯỞNG CƠ QUAN", size=14, bold=True, align=_CENTRE)
    _more(right, "(Chữ ký, dấu, họ và tên)", size=13, italic=True)
    for row in table.rows:
        _kept_together(row)


def _table(document: Any, heads: Sequence[str], widths: Sequence[float]) -> Any:
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _widths(table, widths)
    for cell, words in zip(table.rows[0].cells, heads, strict=True):
        _write(cell, words, bold=True, align=_CENTRE, size=12)
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    _kept_together(table.rows[0])
    return table


def _kept_together(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _widths(table: Any, widths: Sequence[float]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _write(cell: Any, words: str, *, size: int = 13, align: Any = None, **look: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    _font(paragraph.add_run(words), size, **look)


def _more(cell: Any, words: str, *, size: int, align: Any = _CENTRE, **look: bool) -> None:
    paragraph = cell.add_paragraph()
    paragraph.alignment = align
    _font(paragraph.add_run(words), size, **look)


def _rule(cell: Any, indent: float) -> None:
    """A line below what stands in a cell, as far from its sides as `indent` centimetres."""
    paragraph = cell.add_paragraph()
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Cm(indent)
    paragraph.paragraph_format.space_after = Pt(6)
    _font(paragraph.add_run(""), 4)
    paragraph.paragraph_format.line_spacing = Pt(4)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _line(
    document: Any, words: str, *, size: int = 13, align: Any = None, indent: float = 0, before: int = 0, after: int = 0,
    **look: bool,
) -> None:  # fmt: skip
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    form = paragraph.paragraph_format
    form.keep_with_next = look.get("bold")  # a heading never stands alone at the foot of a page
    form.first_line_indent = Cm(indent) if indent else None
    form.space_before, form.space_after = Pt(before), Pt(after)
    _font(paragraph.add_run(words), size, **look)


def _font(run: Any, size: int, *, bold: bool = False, italic: bool = False, capitals: bool = False) -> None:
    run.font.name, run.font.size = _FONT, Pt(size)
    run.bold, run.italic = bold or None, italic or None
    run.font.all_caps = capitals or None
