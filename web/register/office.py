"""What an administrator keeps on pages: units, rules, days off, the reminding of units; editors keep the press log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, HTTPException, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from errors import Conflict, UsageError
from pipeline.register import log, manage
from pipeline.register import units as own_units
from pipeline.register.acts import Office
from pipeline.watching.reminding import remind_units
from press.deadlines import Rule, local_day
from press.matters import FORMS, UNITS
from press.workdays import Day
from storage import register
from storage.register.press_log import KINDS
from storage.register.units import Unit
from web.register.matters import id_of, words
from web.site import register_words as terms
from web.site.access import Admin, Editor, Reader
from web.site.site import HEADERS, Number, office_of, site_of
from web.site.site import show as render
from web.site.visitor import Visitor

router = APIRouter()
Text = Annotated[str, Form()]


@router.get("/matters/units")
def units(request: Request, visitor: Reader, edit: Number | None = None) -> Response:
    """List the units; administrators change them here."""
    return _units(request, visitor, edit)


@router.post("/matters/units")
def keep_unit(
    request: Request, visitor: Admin, number: Text = "", version: Text = "", name: Text = "", kind: Text = "other",
    email: Text = "", valid_from: Text = "", valid_to: Text = "", successor: Text = "",
) -> Response:  # fmt: skip
    """Add a unit, or change one."""

    def act(office: Office) -> None:
        known = own_units.filled(office.archive, office.settings, office.now)
        into = (
            register.units.find(known, successor, local_day(office.now).isoformat()).id if successor.strip() else None
        )
        given = Unit(name, kind, "", email, valid_from, valid_to, into)
        if not number:
            manage.add_unit(office, given)
            return
        old = next((one for one in known if str(one.id) == number), None)
        if old is None:
            raise Conflict(f"there is no unit {number}")
        manage.change_unit(office, replace(given, id=old.id, code=old.code, version=id_of(version) or 0))

    edit = id_of(number)
    return _done(
        request, visitor, act, lambda problem, status: _units(request, visitor, edit, problem, status), "units"
    )


@router.post("/matters/units/import")
def import_units(request: Request, visitor: Admin, file: Annotated[UploadFile, File()]) -> Response:
    """Add and change the units of a CSV, all of it or nothing."""
    body = file.file.read(manage.LARGEST + 1)

    def act(office: Office) -> None:
        manage.import_units(office, body)

    return _done(
        request, visitor, act, lambda problem, status: _units(request, visitor, None, problem, status), "units"
    )


@router.post("/matters/units/remind")
def remind(request: Request, visitor: Admin, on: Text = "") -> Response:
    """Have units reminded by mail, or not any more."""
    remind_units(office_of(request, visitor), on=on == "on")
    return _go("units")


@router.get("/matters/rules")
def rules(request: Request, visitor: Reader, code: str = "", since: str = "") -> Response:
    """List the rules that deadlines are counted by; administrators change one of them here."""
    return _rules(request, visitor, (code, since))


@router.post("/matters/rules")
async def keep_rule(request: Request, visitor: Admin) -> Response:
    """Keep a rule of the office, or withdraw one."""
    form = {name: str(value).strip() for name, value in (await request.form()).items()}

    def act(office: Office) -> None:
        code, count = form.get("code", ""), form.get("count", "")
        said = {name: form.get(name, "") for name in ("clause", "what", "starts")}
        other = {f"{name}_en": form.get(f"{name}_en") or said[name] for name in ("what", "starts")}
        why = "" if count else form.get("why", "")
        rule = Rule(
            code=code, series=form.get("series") or code, side="outlet" if form.get("side") == "outlet" else "agency",
            count=_count(count), unit=form.get("unit") if count else None,  # type: ignore[arg-type]
            roll=form.get("roll") == "on", why=why, why_en=why, **said, **other,
            valid_from=_day(form.get("valid_from", "")), valid_to=_day(form.get("valid_to", "")),
        )  # fmt: skip
        if not (rule.what and rule.starts):
            raise UsageError("a rule needs what happened and what starts the clock")
        version = id_of(form.get("version", "")) or 0
        manage.set_rule(office, rule, version, withdrawn=form.get("act") == "withdraw")

    from starlette.concurrency import run_in_threadpool

    chosen = (form.get("code", ""), form.get("valid_from", ""))
    again = lambda problem, status: _rules(request, visitor, chosen, problem, status)  # noqa: E731
    return await run_in_threadpool(_done, request, visitor, act, again, "rules")


@router.get("/matters/days")
def days(request: Request, visitor: Reader, year: Annotated[int | None, Query(ge=2000, le=2200)] = None) -> Response:
    """List days off and days worked of a year, each with its source; administrators change them here."""
    return _days(request, visitor, year)


@router.post("/matters/days")
def keep_day(
    request: Request, visitor: Admin, day: Text = "", kind: Text = "off", name: Text = "", source: Text = "",
    year: Text = "",
) -> Response:  # fmt: skip
    """Keep a day off or a day worked; without a day, that the days of a year are whole."""

    def act(office: Office) -> None:
        if year:
            manage.confirm_year(office, id_of(year) or 0, source)
            return
        found = _day(day)
        if found is None:
            raise UsageError(f"{day!r} is no day such as 2026-08-05")
        manage.set_day(office, Day(found, kind, name, source))  # type: ignore[arg-type]

    shown = year if year.isdecimal() else day[:4]
    chosen = found if 2000 <= (found := id_of(shown) or 0) <= 2200 else None
    again = lambda problem, status: _days(request, visitor, chosen, problem, status)  # noqa: E731
    return _done(request, visitor, act, again, f"days?year={chosen}" if chosen else "days")


@router.get("/matters/log")
def press_log(request: Request, visitor: Reader) -> Response:
    """List press conferences and giao ban; editors note them here."""
    return _log(request, visitor)


@router.post("/matters/log")
def note(
    request: Request, visitor: Editor, kind: Text = "conference", day: Text = "", subject: Text = "", form: Text = ""
) -> Response:
    """Note a press conference or a giao ban."""

    def act(office: Office) -> None:
        found = _day(day)
        if found is None or kind not in KINDS or (form and form not in FORMS):
            raise UsageError(f"{day!r} is no day such as 2026-08-05")
        if not subject.strip():
            raise UsageError("an entry needs a subject")
        log.add(office, kind, found, subject, form)

    return _done(request, visitor, act, lambda problem, status: _log(request, visitor, problem, status), "log")


@router.post("/matters/log/{number}/strike")
def strike(request: Request, visitor: Editor, number: Number) -> Response:
    """Take out an entry that was noted by mistake."""
    log.strike(office_of(request, visitor), number)
    return _go("log")


def _done(
    request: Request, visitor: Visitor, act: Callable[[Office], None], again: Callable[[str, int], Response], to: str
) -> Response:
    """Do something and go on; what went wrong is said on the page it was asked for on."""
    try:
        act(office_of(request, visitor))
    except Conflict as error:
        return again(str(error), 409)
    except UsageError as error:
        return again(str(error), 422)
    return _go(to)


def _units(request: Request, visitor: Visitor, edit: int | None, problem: str = "", status: int = 200) -> HTMLResponse:
    site, office = site_of(request), office_of(request, visitor)
    known = own_units.filled(site.archive, site.settings, office.now)
    chosen = next((one for one in known if one.id == edit), None)
    if edit is not None and chosen is None:
        raise HTTPException(404)
    with site.archive.read() as db:
        reminded = register.reminders.units_reminded(db, office.area)
    site.note(visitor, "register read", "units")
    return _page(
        request, visitor, "register/units.html.j2", problem, status, known=known, chosen=chosen, kinds=UNITS,
        titles={one.id: one.name for one in known}, reminded=reminded, today=local_day(office.now).isoformat(),
    )  # fmt: skip


def _rules(
    request: Request, visitor: Visitor, chosen: tuple[str, str], problem: str = "", status: int = 200
) -> HTMLResponse:
    site, office = site_of(request), office_of(request, visitor)
    with site.archive.read() as db:
        law = register.law.load(db, office.area)
        versions = register.law.versions(db, office.area)
    rows = [(rule, versions.get((rule.code, _iso(rule.valid_from)), 0)) for rule in law.rules]
    found = next(((rule, version) for rule, version in rows if (rule.code, _iso(rule.valid_from)) == chosen), None)
    site.note(visitor, "register read", "rules")
    return _page(request, visitor, "register/rules.html.j2", problem, status, rows=rows, chosen=found, iso=_iso)


def _days(request: Request, visitor: Visitor, year: int | None, problem: str = "", status: int = 200) -> HTMLResponse:
    site, office = site_of(request), office_of(request, visitor)
    shown = year or local_day(office.now).year
    with site.archive.read() as db:
        rows = register.law.days_of(db, office.area, shown)
        sources = register.law.sources(db, office.area)
    site.note(visitor, "register read", "days")
    return _page(
        request, visitor, "register/days.html.j2", problem, status, rows=rows, year=shown, source=sources.get(shown)
    )


def _log(request: Request, visitor: Visitor, problem: str = "", status: int = 200) -> HTMLResponse:
    office = office_of(request, visitor)
    rows = list(log.rows(office))[::-1]
    site_of(request).note(visitor, "register read", "press log")
    today = local_day(office.now).isoformat()
    return _page(request, visitor, "register/log.html.j2", problem, status, rows=rows, kinds=KINDS, today=today)


def _page(request: Request, visitor: Visitor, template: str, problem: str, status: int, **context: Any) -> HTMLResponse:
    said = next((words for part, words in _PROBLEMS.items() if part in problem), "Chưa ghi được, không có gì thay đổi.")
    language = visitor.account.language
    logs = {"log": lambda code: terms.said(terms.LOGS, code, language)}
    shared = words(visitor)
    shared["names"] = shared["names"] | logs
    return render(
        request, template, visitor, status, problem=said if problem else "", detail=problem, **(shared | context)
    )


_PROBLEMS = {
    "changed meanwhile": "Mục này vừa được người khác sửa: xin xem lại rồi làm lại.",
    "names": "Không có đơn vị này trong danh sách, hoặc có nhiều đơn vị cùng tên.",
    "needs its last day": "Đơn vị đã nhập vào đơn vị khác thì phải có ngày cuối.",
    "future": "Thời điểm không thể ở tương lai.",
    "no day such as": "Ngày chưa đúng.",
    "needs its source": "Xin ghi nguồn (văn bản nào).",
    "needs its name and its source": "Xin ghi tên ngày và nguồn (văn bản nào).",
    "needs a subject": "Xin ghi nội dung.",
    "the first line must": "Dòng đầu của tệp phải là tên cột. Không lưu gì.",
    "line ": "Tệp có dòng không dùng được. Không lưu gì.",
    "the file": "Tệp không dùng được. Không lưu gì.",
    "in force on the same days": "Hai quy định cùng nhóm có hiệu lực trong cùng những ngày.",
}


def _count(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 6:
        raise UsageError(f"{text!r} is no number of days or hours")
    return int(text)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise UsageError(f"{text!r} is no day such as 2026-08-05") from None


def _go(to: str) -> Response:
    return RedirectResponse(f"/matters/{to}", status_code=303, headers=HEADERS)
