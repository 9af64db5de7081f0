"""A kept report as a file: Word from a template, Excel; and what such a template may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from errors import UsageError
from pipeline.export import report_layout, report_sheet, report_word
from pipeline.register import annual, weekly
from pipeline.register.acts import Office
from pipeline.register.issuer import issuer
from press.deadlines import local_day
from storage import register
from storage.people.audit import Act, record
from storage.register.reports import Kind, Report

Form = Literal["docx", "xlsx"]
Row = dict[str, Any]
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
MEDIA: Final[Mapping[Form, str]] = {
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}
_HEAD: Final = {
    "parent": "Ủy ban nhân dân tỉnh", "issuer": "Sở", "sign": "S", "place": "Tỉnh", "day": "05", "month": "02",
    "year": "2026", "first": "01/02/2026", "last": "07/02/2026", "proposals": "Không",
}  # fmt: skip
_LINE: Final = {"line": "I.1", "what": "Số cuộc họp báo", "total": "1", "parts": [{"said": "1"}]}
_ROW: Final = {
    "n": "1", "number": "1/2026", "subject": "Việc", "press": "Báo", "unit": "Sở", "order": "1", "until": "1",
    "answer": "1", "result": "1", "note": "1",
}  # fmt: skip
#: every name a template of a kind may use, with a value of each
SHAPES: Final[Mapping[Kind, Row]] = {
    "annual": {
        **_HEAD, "recipient": "Bộ", "basis": "Nghị định", "data_year": "2026", "difficulties": "Không",
        "lines": [_LINE], "parts": [{"first": "01/02/2026", "last": "02/02/2026", "law": "L"}],
    },
    "weekly": {**_HEAD, "groups": [{"place": "1", "what": "Mới", "count": "1", "rows": [_ROW]}]},
}  # fmt: skip


def made(office: Office, report: Report, form: Form, issuer_name: str = "") -> bytes:
    """Return a report as a file; `issuer_name`: whose template, "" for the one that came with the program."""
    if form == "xlsx":
        return report_sheet.workbook(report.kind, report.told)
    shape, whole = SHAPES[report.kind], context(office, report)
    if not issuer_name:
        return report_word.filled(report_layout.shipped(report.kind), whole, shape, trusted=True)
    with office.archive.read() as db:
        known = {
            one.issuer: one.id for one in register.reports.all_templates(db, office.area) if one.kind == report.kind
        }
        if issuer_name not in known:
            raise UsageError(f"no template of {issuer_name!r}; there are: {', '.join(known) or 'none'}")
        file = register.reports.template_file(db, office.area, known[issuer_name])
    return report_word.filled(file, whole, shape, trusted=False)


def filename(report: Report, form: Form) -> str:
    """Return how the file of a report is called."""
    if report.kind == "annual":
        return f"bao-cao-phat-ngon-{report.told['year']}.{form}"
    return f"danh-sach-su-viec-{report.first}-{report.last}.{form}"


def keep_template(office: Office, kind: Kind, issuer_name: str, file: bytes) -> int:
    """Keep a Word template that somebody uploaded; UsageError, noted in the audit log, where it may not be."""
    name = " ".join(issuer_name.split())
    if not 0 < len(name) <= 200:
        raise UsageError("a template needs the name of its issuer")
    try:
        report_word.accepted(file, SHAPES[kind])
    except UsageError as error:
        with office.archive.begin() as db:
            refused = {"kind": kind, "bytes": len(file), "why": str(error)}
            record(db, [Act(office.who, "template refused", name, refused)], office.now)
        raise
    with office.archive.begin() as db:
        record(db, [Act(office.who, "template kept", name, {"kind": kind, "bytes": len(file)})], office.now)
        return register.reports.keep_template(db, office.area, kind, name, file, office.now)


def drop_template(office: Office, template: int) -> None:
    """Take a template out."""
    with office.archive.begin() as db:
        gone = register.reports.drop_template(db, office.area, template)
        record(db, [Act(office.who, "template dropped", gone.issuer, {"kind": gone.kind})], office.now)


def context(office: Office, report: Report) -> Row:
    """Return what a template of a report is filled in with; the shape of SHAPES."""
    told, day = report.told, local_day(report.made_at)
    head = issuer(office.settings, day)
    written = weekly.written(day.isoformat()).split("/")
    common: Row = {
        "parent": head.parent, "issuer": head.name, "sign": head.sign, "place": head.place,
        "day": written[0], "month": written[1], "year": written[2],
        "first": weekly.written(told["from"]), "last": weekly.written(told["to"]), "proposals": told["proposals"],
    }  # fmt: skip
    if report.kind == "weekly":
        groups = [
            {
                "place": one["line"],
                "what": one["what"],
                "count": str(one["count"]),
                "rows": _rows(told["groups"][one["group"]]),
            }
            for one in told["figures"]
        ]
        return common | {"groups": groups}
    split = len(told["figures"][0]["parts"]) > 1
    lines = [
        {"line": one["line"], "what": one["what"], "total": annual.said(one),
         "parts": [{"said": annual.said(part)} for part in one["parts"]] if split else []}
        for one in told["figures"]
    ]  # fmt: skip
    parts = [
        {"first": weekly.written(part["from"]), "last": weekly.written(part["to"]), "law": part["law"]}
        for part in (told["figures"][0]["parts"] if split else ())
    ]
    more = {"recipient": told["recipient"], "basis": told["basis"], "data_year": str(told["year"])}
    return common | more | {"difficulties": told["difficulties"], "lines": lines, "parts": parts}


def _rows(rows: list[Row]) -> list[Row]:
    names = ("subject", "press", "unit", "order", "until", "answer", "result", "note")
    return [
        {"n": str(n), "number": row["number"], **dict(zip(names, weekly.cells(row), strict=True))}
        for n, row in enumerate(rows, 1)
    ]
