"""Reports of the register: made, shown as they were made, handed on as Word and Excel; the office's own templates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, File, Form, HTTPException, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from errors import Conflict, UsageError
from pipeline.export import report_layout
from pipeline.export import reports as files
from pipeline.register import annual, reports, weekly
from pipeline.register.acts import Office
from press.deadlines import local_day
from press.persons import named
from storage import register
from storage.register.reports import KINDS, Kind, Report
from web.register.matters import id_of, words
from web.site.access import Admin, Editor, Exporter, Reader
from web.site.site import HEADERS, Number, office_of, site_of
from web.site.site import show as render
from web.site.visitor import Visitor

router = APIRouter()
Text = Annotated[str, Form()]
SHOWN = 50  #: matters of a group on the page of a weekly list; its files have all


@router.get("/matters/reports")
def listing(request: Request, visitor: Reader) -> Response:
    """List the reports that were made; editors make new ones here."""
    return _list(request, visitor)


@router.post("/matters/reports")
def make(
    request: Request, visitor: Editor, kind: Annotated[Kind, Form()], first: Text = "", last: Text = "",
    year: Text = "", difficulties: Text = "", proposals: Text = "",
) -> Response:  # fmt: skip
    """Make a report and show it."""
    try:
        asked = reports.Asked(kind, _day(first), _day(last), id_of(year), difficulties, proposals)
        made = reports.make(office_of(request, visitor), asked)
    except UsageError as error:
        return _list(request, visitor, str(error), 422)
    return RedirectResponse(f"/matters/reports/{made.id}", status_code=303, headers=HEADERS)


@router.get("/matters/reports/template-{kind}.docx")
def shipped(visitor: Reader, kind: Kind) -> Response:
    """Hand out the template that came with the program, to be changed."""
    return _file(report_layout.shipped(kind), f"mau-{kind}.docx", "docx")


@router.post("/matters/reports/templates")
def keep_template(
    request: Request, visitor: Admin, file: Annotated[UploadFile, File()], kind: Annotated[Kind, Form()],
    issuer: Text = "",
) -> Response:  # fmt: skip
    """Keep a template of the office, where it is nothing but a document."""
    try:
        files.keep_template(office_of(request, visitor), kind, issuer, file.file.read())
    except UsageError as error:
        return _list(request, visitor, str(error), 422)
    return RedirectResponse("/matters/reports#mau", status_code=303, headers=HEADERS)


@router.post("/matters/reports/templates/{template}/drop")
def drop_template(request: Request, visitor: Admin, template: Number) -> Response:
    """Take a template out."""
    files.drop_template(office_of(request, visitor), template)
    return RedirectResponse("/matters/reports#mau", status_code=303, headers=HEADERS)


@router.get("/matters/reports/{number}")
def report(request: Request, visitor: Reader, number: Number) -> Response:
    """Show a report as it was made, and where the register says something else by now."""
    site, office = site_of(request), office_of(request, visitor)
    found = _found(office, number)
    moved = reports.moved(office, found)
    with site.archive.read() as db:
        templates = [one for one in register.reports.all_templates(db, office.area) if one.kind == found.kind]
    site.note(visitor, "report read", found.id)
    doubts = [one for name in ("difficulties", "proposals") for one in named(found.told.get(name, ""))]
    context: dict[str, Any] = {
        "found": found,
        "told": found.told,
        "moved": moved,
        "templates": templates,
        "doubts": doubts,
    }
    if found.kind == "annual":
        context |= {"said": annual.said, "left": reports.days_left(found.told["year"], office.now)}
        context["open"] = local_day(office.now).isoformat() <= found.told["to"]
    return _page(request, visitor, f"register/report_{found.kind}.html.j2", **context)


@router.get("/matters/reports/{number}/behind")
def behind(
    request: Request, visitor: Reader, number: Number, line: str, side: Literal["count", "of"] = "of",
    part: Annotated[int | None, Query(ge=0, le=9)] = None,
) -> Response:  # fmt: skip
    """Show what stands behind a figure, as it was when the report was made."""
    site, office = site_of(request), office_of(request, visitor)
    found = _found(office, number)
    figure = next((one for one in found.told["figures"] if one["line"] == line), None)
    if figure is None:
        raise HTTPException(404)
    site.note(visitor, "report read", found.id, line=line)
    rows = list(reports.behind(found, line, side, part))
    span = figure["parts"][part] if part is not None and part < len(figure.get("parts", ())) else found.told
    return _page(
        request, visitor, "register/behind.html.j2", found=found, figure=figure, rows=rows, side=side, span=span
    )


@router.get("/matters/reports/{number}/file.{form}")
def file(
    request: Request, visitor: Exporter, number: Number, form: Literal["docx", "xlsx"], issuer: str = ""
) -> Response:
    """Hand a report on as Word or Excel."""
    site, office = site_of(request), office_of(request, visitor)
    found = _found(office, number)
    body = files.made(office, found, form, issuer)
    site.note(visitor, "report exported", found.id, format=form)
    return _file(body, files.filename(found, form), form)


def _found(office: Office, number: int) -> Report:
    try:
        with office.archive.read() as db:
            return register.reports.get(db, office.area, number)
    except Conflict:
        raise HTTPException(404) from None


def _file(body: bytes, name: str, form: Literal["docx", "xlsx"]) -> Response:
    headers = {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(body, media_type=files.MEDIA[form], headers=headers)


def _list(request: Request, visitor: Visitor, problem: str = "", status: int = 200) -> HTMLResponse:
    site, office = site_of(request), office_of(request, visitor)
    with site.archive.read() as db:
        made = register.reports.all_reports(db, office.area)
        templates = register.reports.all_templates(db, office.area)
    today = local_day(office.now)
    year = today.year if today <= annual.due(today.year) else today.year + 1
    first, last = reports.week(office.now)
    sent = any(one.kind == "annual" and one.told["year"] == year for one in made)
    site.note(visitor, "register read", "reports")
    return _page(
        request, visitor, "register/reports.html.j2", status, made=made, templates=templates, kinds=KINDS, year=year,
        due=annual.due(year), left=reports.days_left(year, office.now), first=first, last=last, sent=sent,
        problem=_said(problem), detail=problem,
    )  # fmt: skip


def _page(request: Request, visitor: Visitor, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    shared = {**words(visitor), "shown": SHOWN, "cells": weekly.cells, "number_day": weekly.written}
    return render(request, template, visitor, status, **(shared | context))


def _said(problem: str) -> str:
    """Return what went wrong in the officers' words, "" where nothing did."""
    if not problem:
        return ""
    return next((words for part, words in _PROBLEMS.items() if part in problem), "Chưa làm được: xin xem lại.")


_PROBLEMS = {
    "a list is of": "Ngày đầu phải trước ngày cuối, nhiều nhất 366 ngày.",
    "no day such as": "Ngày chưa đúng.",
    "no such year": "Năm chưa đúng.",
    "no Word document": "Tệp không phải văn bản Word (.docx). Không lưu gì.",
    "no whole Word": "Tệp Word bị hỏng. Không lưu gì.",
    "has more than": "Tệp quá lớn. Không lưu gì.",
    "unpacks to more": "Tệp giải nén ra quá lớn. Không lưu gì.",
    "macros": "Tệp có macro hoặc đối tượng nhúng. Không lưu gì.",
    "leads to something outside": "Tệp dẫn đến nơi khác (liên kết, ảnh ngoài): xin bỏ đi. Không lưu gì.",
    "the template": "Mẫu có chỗ điền không dùng được. Không lưu gì.",
    "name of its issuer": "Xin ghi tên cơ quan ban hành của mẫu.",
    "the file": "Tệp có phần không được phép. Không lưu gì.",
}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise UsageError(f"{text!r} is no day such as 2026-08-05") from None
