"""Word from templates: the shipped ones, one of an office, and uploads that are hostile until shown otherwise."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from docx import Document

from errors import UsageError
from pipeline.export import reports as files
from pipeline.export.report_layout import shipped
from pipeline.export.report_word import accepted, fill
from pipeline.export.untrusted import check_document
from pipeline.register import acts, reports
from pipeline.register.acts import Office, Opening
from pipeline.register.reports import Asked
from storage import open_archive, register
from storage.people import audit
from tests.support.registerhouse import office

pytest_plugins = ["tests.support.databases"]
PARTS = zipfile.ZipFile(io.BytesIO(shipped("annual")))
BODY = PARTS.read("word/document.xml").decode()
RELS = PARTS.read("word/_rels/document.xml.rels").decode()
TYPES = PARTS.read("[Content_Types].xml").decode()


@pytest.fixture
def desk(tmp_path: Path, empty_sqlite: Path) -> Iterator[Office]:
    shutil.copy(empty_sqlite, tmp_path / "a.db")
    with open_archive(f"sqlite:///{tmp_path / 'a.db'}") as archive:
        yield office(archive, tmp_path, "2026-02-05T09:00")


def packed(**changed: str | bytes) -> bytes:
    """Return the shipped template with some parts exchanged or added; a name's / is written __."""
    named = {name.replace("__", "/"): body for name, body in changed.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name in PARTS.namelist():
            package.writestr(name, named.pop(name, PARTS.read(name)))
        for name, body in named.items():
            package.writestr(name, body)
    return out.getvalue()


def document(body: str) -> bytes:
    return packed(**{"word__document.xml": body})


def written(words: str) -> bytes:
    """Return a template whose one text is some words."""
    return document(BODY.replace("Kính gửi: {{ recipient }}", words))


def relation(more: str) -> bytes:
    return packed(**{"word___rels__document.xml.rels": RELS.replace("</Relationships>", f"{more}</Relationships>")})


def related(kind: str, target: str, mode: str = "Internal") -> bytes:
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    return relation(f'<Relationship Id="x1" Type="{base}{kind}" Target="{target}" TargetMode="{mode}"/>')


def bomb() -> bytes:
    return packed(**{"word__media__a.png": b"\0" * 50_000_000})


FIELD = '<w:body><w:p><w:fldSimple w:instr="INCLUDETEXT c:/a"/></w:p>'
IN_PIECES = (
    '<w:body><w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDE</w:instrText></w:r>'
    "<w:r><w:instrText>AUTO c:/a</w:instrText></w:r></w:p>"
)
UTF_16 = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16")
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "not a package": (lambda: b"%PDF-1.7", "no Word document"),
    "cut off": (lambda: shipped("annual")[:-400], "no whole Word document"),
    "another package": (lambda: _zip({"a.xml": b"<a/>"}), "no Word document"),
    "too large": (lambda: b"PK\x03\x04" + b"\0" * 900_000, "more than 900 kB"),
    "a bomb": (bomb, "unpacks to more"),
    "many parts": (lambda: packed(**{f"word__a{n}.xml": b"<a/>" for n in range(200)}), "unpacks to more"),
    "a way out": (lambda: packed(**{"..__..__a.xml": b"<a/>"}), "odd names"),
    "a macro": (lambda: packed(**{"word__vbaProject.bin": b"x"}), "more than text and pictures"),
    "a macro by its type": (
        lambda: packed(**{"[Content_Types].xml": TYPES.replace("document.main", "document.macroEnabled.main")}),
        "one with macros",
    ),
    "an embedded object": (lambda: related("oleObject", "embeddings/a.xml"), "embedded"),
    "an outside picture": (lambda: related("image", "https://example.vn/a.png", "External"), "outside"),
    "an outside link": (lambda: related("hyperlink", "https://example.vn/", "External"), "outside"),
    "an outside part": (lambda: related("image", "file:///etc/passwd"), "outside"),
    "another template": (lambda: related("attachedTemplate", "a.dotx"), "embedded"),
    "a chunk": (lambda: related("aFChunk", "a.html"), "embedded"),
    "entities": (lambda: document(f'<!DOCTYPE a [<!ENTITY b "c">]>{BODY[BODY.index("<w:document") :]}'), "entities"),
    "entities in UTF-16": (lambda: packed(**{"word__document.xml": UTF_16}), "entities"),
    "no XML": (lambda: document("<w:document"), "cannot be read"),
    "a field that fetches": (lambda: document(BODY.replace("<w:body>", FIELD)), "INCLUDETEXT"),
    "a field in pieces": (lambda: document(BODY.replace("<w:body>", IN_PIECES)), "DDEAUTO"),
}


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, body in parts.items():
            package.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_more_than_a_document_is_refused(name: str) -> None:
    make, words = HOSTILE[name]
    with pytest.raises(UsageError, match=words):
        check_document(make())


@pytest.mark.parametrize(
    "words",
    [
        "{{ secret }}", "{{ recipient.__class__ }}", "{{ recipient.upper() }}",
        "{{ range(9) }}", "{{ 9 * 9 }}", "{{ 'a' ~ 'b' }}",
        "{{ recipient | upper }}", "{{ lines[0] }}", "{% set a = 1 %}", "{% include 'a' %}", "{% import 'a' as b %}",
        "{% macro a() %}{% endmacro %}", "{% for a in lines %}{% for b in lines %}{% endfor %}{% endfor %}",
        "{% for a in recipient.what %}{% endfor %}", "{% for a in lines recursive %}{% endfor %}", "{{ self }}",
        "{% for a, b in lines %}{% endfor %}", "{% block a %}{% endblock %}", "{% with %}{% endwith %}",
    ],
)  # fmt: skip
def test_a_template_uses_nothing_but_names_of_a_report(words: str) -> None:
    with pytest.raises(UsageError, match=r"^the template "):
        fill(written(words), files.SHAPES["annual"], files.SHAPES["annual"])


@pytest.mark.parametrize(
    "words", ["{{ recipient", "{% if %}", "{% endfor %}", "{% for a in place %}{{ a.what }}{% endfor %}"]
)
def test_a_template_that_cannot_be_filled_in_is_said_to_be_so(words: str) -> None:
    with pytest.raises(UsageError, match=r"^the template "):
        fill(written(words), files.SHAPES["annual"], files.SHAPES["annual"])


def test_choosing_and_repeating_are_allowed() -> None:
    words = (
        "{% for a in lines %}{% if a.what and not loop.last %}{{ a.line }}{% elif a.total == '1' %}"
        "{{ loop.index }}: {{ a.what }}{% endif %}{% endfor %}"
    )
    made = fill(written(words), files.SHAPES["annual"], files.SHAPES["annual"])
    assert "1: Số cuộc họp báo" in "\n".join(one.text for one in Document(io.BytesIO(made)).paragraphs)


@pytest.mark.slow
def test_a_template_of_an_office_is_kept_used_and_taken_out(desk: Office) -> None:
    own = written("Thành ủy, {{ recipient }}")
    number = files.keep_template(desk, "annual", " Ban  Tuyên giáo ", own)
    made = reports.make(desk, Asked("annual", year=2026))
    text = "\n".join(
        one.text for one in Document(io.BytesIO(files.made(desk, made, "docx", "Ban Tuyên giáo"))).paragraphs
    )
    assert "Thành ủy, Bộ Văn hóa, Thể thao và Du lịch" in text
    with pytest.raises(UsageError, match="no template of 'X'; there are: Ban Tuyên giáo"):
        files.made(desk, made, "docx", "X")
    files.drop_template(desk, number)
    for file, words in ((bomb(), "unpacks"), (written("{{ secret }}"), "names what a report does not have: secret")):
        with pytest.raises(UsageError, match=words):
            files.keep_template(desk, "annual", "Ban Tuyên giáo", file)
    with desk.archive.read() as db:
        assert register.reports.all_templates(db, desk.area) == []
        done = [entry.action for entry in audit.entries(db)]
    assert done == ["template refused", "template refused", "template dropped", "report made", "template kept"]


@pytest.mark.slow
@pytest.mark.long
def test_a_template_that_takes_for_ever_is_ended() -> None:
    slow = document(BODY.replace("<w:body>", "<w:body>" + "{%" * 900_000))
    with pytest.raises(UsageError, match=r"takes too long|cannot be filled"):
        accepted(slow, files.SHAPES["annual"])


def test_what_a_matter_says_is_text_and_nothing_else(desk: Office) -> None:
    acts.open_matter(desk, Opening("ordered", "<w:p/> & {{ secret }} {% raw %}\x07 “Phà” 'Đại Ngãi'"))
    made = reports.make(desk, Asked("weekly"))
    document = Document(io.BytesIO(files.made(desk, made, "docx")))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "<w:p/> & {{ secret }} {% raw %} “Phà” 'Đại Ngãi'" in cells


def test_the_shipped_templates_are_laid_out_by_the_decree(desk: Office) -> None:
    for asked in (Asked("annual", year=2026), Asked("weekly", first=date(2026, 2, 1), last=date(2026, 2, 5))):
        body = files.made(desk, reports.make(desk, asked), "docx")
        found = Document(io.BytesIO(body))
        section = found.sections[0]
        assert sorted(round(size.cm, 1) for size in (section.page_width, section.page_height)) == [21.0, 29.7]
        margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [round(margin.cm, 1) for margin in margins] == [2.0, 2.0, 3.0, 2.0]
        assert section.different_first_page_header_footer
        text = "\n".join(
            [one.text for one in found.paragraphs]
            + [cell.text for table in found.tables for row in table.rows for cell in row.cells]
        )
        assert "ngày 05 tháng 02 năm 2026" in text
        assert "Độc lập - Tự do - Hạnh phúc" in text
        assert "Ủy ban nhân dân thành phố Cần Thơ" in text
        assert "{{" not in text
        assert "{%" not in text
        check_document(body)


def test_days_are_written_as_the_decree_says() -> None:
    from pipeline.register.weekly import written as day

    assert [day(one) for one in ("2026-02-05", "2026-03-05", "2026-12-15", "")] == [
        "05/02/2026",
        "05/3/2026",
        "15/12/2026",
        "",
    ]
