"""A Word clipping book: title page, contents, then the articles under their days, each with its link.

python-docx makes the frame; the articles go into it piece by piece, so that their number costs no memory.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterable
from datetime import date
from typing import IO, Any, Final
from xml.sax.saxutils import escape, quoteattr

from babel.dates import format_date
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from pipeline.export.about import About, Tally, dated, places, xml_text
from press import Article

_BODY, _LINKS = "word/document.xml", "word/_rels/document.xml.rels"
_HERE: Final = "HERE-COME-THE-CLIPPINGS"
_FONT: Final = "Times New Roman"
_COPY: Final = 65_536
_HYPERLINK: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_NEW_PAGE: Final = "<w:pageBreakBefore/>"
_LINK: Final = '<w:rPr><w:color w:val="1F4E79"/><w:u w:val="single"/></w:rPr>'
_SPOOL: Final = 1_000_000  # bytes that need no file
_TOP: Final = 10  # rows of a table of the title page


def clippings(about: About, articles: Iterable[Article]) -> IO[bytes]:
    """Return the document as a temporary file that is read from its start."""
    tally = Tally()
    with _spool() as contents, _spool() as texts, _spool() as links:
        _write(about, tally.over(articles), contents, texts, links)
        frame = zipfile.ZipFile(io.BytesIO(_frame(about, tally)))
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's to close
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
            for name in frame.namelist():
                if name == _BODY:
                    before, after = _around(frame.read(name))
                    _join(out, name, before, (contents, texts), after)
                elif name == _LINKS:
                    whole = frame.read(name)
                    end = whole.rindex(b"</")
                    _join(out, name, whole[:end], (links,), whole[end:])
                else:
                    out.writestr(name, frame.read(name))
    file.seek(0)
    return file


def _write(about: About, articles: Iterable[Article], *files: IO[bytes]) -> None:
    contents, texts, links = files
    day: date | None = None
    title = _run(about.say(("Mục lục", "Contents")))
    contents.write(_paragraph("Heading1", title, _NEW_PAGE) if about.count else b"")
    for number, article in enumerate(articles, 1):
        own = dated(article).astimezone(about.zone).date()
        if own != day:
            day = own
            texts.write(_paragraph("Heading1", _run(_day(about, day)), _NEW_PAGE if number == 1 else ""))
        contents.write(_entry(about, article, number))
        texts.write(_clipping(about, article, number))
        target = quoteattr(xml_text(article.url))
        relation = f'<Relationship Id="bai{number}" Type="{_HYPERLINK}" Target={target} TargetMode="External"/>'
        links.write(relation.encode(errors="replace"))


def _entry(about: About, article: Article, number: int) -> bytes:
    """A line of the contents, which leads to the article; Word fills in the page."""
    said = f"{number}. {article.title} – {about.outlet(article)}"
    page = f'<w:fldSimple w:instr=" PAGEREF bai{number} \\h " w:dirty="true"><w:r><w:t>…</w:t></w:r></w:fldSimple>'
    inner = f"{_run(said)}<w:r><w:tab/></w:r>{page}"
    return _paragraph("Contents", f'<w:hyperlink w:anchor="bai{number}" w:history="1">{inner}</w:hyperlink>')


def _clipping(about: About, article: Article, number: int) -> bytes:
    mark = f'<w:bookmarkStart w:id="{number}" w:name="bai{number}"/>'
    title = f'{mark}{_run(f"{number}. {article.title}")}<w:bookmarkEnd w:id="{number}"/>'
    source = f"{about.outlet(article)} · {about.moment(dated(article))}"
    if not article.published_at:
        source += about.say((" (lúc đọc; báo không ghi giờ đăng)", " (when read; the outlet gives no time)"))
    link = f'<w:hyperlink r:id="bai{number}" w:history="1">{_run(article.url, _LINK)}</w:hyperlink>'
    tags = [
        (("Lĩnh vực", "Topics"), about.topics(article)),
        (("Sắc thái", "Tone"), about.tone(article.tone)),
        (("Địa danh", "Places"), places(article)),
        (("Mức liên quan", "Relevance"), about.relevance(article)),
    ]
    said = " · ".join(f"{about.say(words)}: {value}" for words, value in tags if value)
    parts = [_paragraph("Heading2", title), _paragraph("Source", _run(source))]
    if article.lead:
        parts.append(_paragraph("Normal", _run(article.lead)))
    return b"".join([*parts, _paragraph("Tags", _run(said)), _paragraph("Link", link)])


def _run(text: str, look: str = "") -> str:
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(xml_text(text))}</w:t></w:r>'


def _paragraph(style: str, inner: str, look: str = "") -> bytes:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{look}</w:pPr>{inner}</w:p>'.encode(errors="replace")


def _day(about: About, day: date) -> str:
    text = format_date(day, "EEEE, d/M/y" if about.language == "vi" else "EEEE, d MMMM y", locale=about.language)
    return text[0].upper() + text[1:]


def _around(body: bytes) -> tuple[bytes, bytes]:
    """What of the frame stands before and after the paragraph that holds the place."""
    at = body.index(_HERE.encode())
    end = body.index(b"</w:p>", at) + len(b"</w:p>")
    return body[: body.rindex(b"<w:p>", 0, at)], body[end:]


def _join(out: zipfile.ZipFile, name: str, before: bytes, middle: Iterable[IO[bytes]], after: bytes) -> None:
    with out.open(name, "w", force_zip64=True) as part:
        part.write(before)
        for file in middle:
            file.seek(0)
            while piece := file.read(_COPY):
                part.write(piece)
        part.write(after)


def _spool() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=_SPOOL)


def _frame(about: About, tally: Tally) -> bytes:
    """The document without its articles: styles, title page with what was asked and counted, footer."""
    document = Document()
    _styles(document, about)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(3), Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    _page_number(section.footer.paragraphs[0])
    document.add_paragraph(about.say(("ĐIỂM BÁO", "PRESS REVIEW")), "Subtitle")
    document.add_paragraph(about.say(("TỔNG HỢP TIN, BÀI BÁO CHÍ", "PRESS CLIPPINGS")), "Title")
    facts = (
        (("Câu tìm", "Query"), about.query or about.say(("(mọi bài)", "(every article)"))),
        (("Thời điểm lập", "Made at"), about.moment(about.made_at)),
        (("Số bài", "Articles"), f"{about.count} ({about.say(('số báo', 'outlets'))}: {len(tally.outlets)})"),
    )
    for words, value in facts:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{about.say(words)}: ").bold = True
        paragraph.add_run(xml_text(value))
    for title, rows in tally.tables(about):
        if rows:
            _table(document, title, rows[:_TOP])
    document.add_paragraph(_HERE)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _styles(document: Any, about: About) -> None:
    properties, styles = document.core_properties, document.styles
    properties.title = about.say(("Tổng hợp tin, bài báo chí", "Press clippings"))
    properties.subject = xml_text(about.query)[:255]  # Word takes no more
    properties.author, properties.comments = "Điểm báo", ""
    properties.created = properties.modified = about.made_at.replace(tzinfo=None)
    language = styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    language.set(qn("w:val"), about.say(("vi-VN", "en-GB")))  # else Word marks every word as misspelt
    for name in ("Normal", "Title", "Subtitle", "Heading 1", "Heading 2"):
        _font(styles[name])
    styles["Normal"].font.size = Pt(13)
    styles["Normal"].paragraph_format.space_after = Pt(4)
    for name, size, above in (("Title", 20, 6), ("Subtitle", 14, 0), ("Heading 1", 15, 18), ("Heading 2", 13, 14)):
        style = styles[name]
        style.font.size, style.font.bold, style.font.italic = Pt(size), True, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before, style.paragraph_format.keep_with_next = Pt(above), True
    for name in ("Title", "Subtitle"):
        styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name in ("Source", "Tags", "Link", "Contents"):
        style = styles.add_style(name, 1)
        style.base_style = styles["Normal"]
        style.font.size = Pt(13 if name == "Contents" else 11)
    styles["Source"].font.bold = True
    styles["Source"].paragraph_format.keep_with_next = True
    styles["Tags"].font.italic = True
    stops = styles["Contents"].paragraph_format
    stops.tab_stops.add_tab_stop(Cm(16), 2, 1)  # right, dotted
    stops.right_indent = Cm(1)


def _font(style: Any) -> None:
    """Set the font for every script: the template's theme names others."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), _FONT)


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _table(document: Any, title: str, rows: list[tuple[str, int]]) -> None:
    heading = document.add_paragraph()
    heading.add_run(title).bold = True
    heading.paragraph_format.space_before, heading.paragraph_format.keep_with_next = Pt(10), True
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for name, count in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = xml_text(name), str(count)
        cells[0].width, cells[1].width = Cm(13), Cm(3)
        cells[1].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
