"""The administrator's pages: who may log in, and the audit log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from errors import DiemBaoError
from storage import accounts, audit
from storage.accounts import Role
from storage.audit import Act, record
from web.site import HEADERS, Number, show, site_of
from web.visitor import Admin

router = APIRouter()
Text = Annotated[str, Form()]
PAGE = 100
CHECKED = 10_000  #: of the newest entries the page looks at; `diembao audit verify` at all


@router.get("/accounts")
def people(request: Request, visitor: Admin) -> Response:
    """Show who may log in."""
    return _people(request, visitor)


@router.post("/accounts")
def invite(request: Request, visitor: Admin, email: Text = "", role: Text = "reader") -> Response:
    """Make a one-time link for somebody new; it is shown this once, to be handed over."""
    site = site_of(request)
    if role not in get_args(Role) or "@" not in email:
        return _people(request, visitor, problem="Xin ghi địa chỉ thư điện tử và chọn vai trò.", status=422)
    with site.archive.begin() as db:
        if accounts.find_account(db, email) is not None:
            return _people(request, visitor, problem="Địa chỉ này đã có tài khoản.", status=409)
        chosen: Role = next(one for one in get_args(Role) if one == role)
        secret = accounts.invite(db, chosen, site.clock(), email=email)
        record(db, [Act(visitor.account.email, "invited", email, {"role": role})], site.clock())
    return _people(request, visitor, link=_link(request, secret), link_for=email)


@router.post("/accounts/{number}")
def change(request: Request, visitor: Admin, number: Number, act: Text = "", role: Text = "") -> Response:
    """Give an account another role, end or reopen it, or make a link that sets its password anew."""
    site, now = site_of(request), site_of(request).clock()
    try:
        with site.archive.begin() as db:
            account = accounts.find_account(db, number)
            if account is None:
                return _people(request, visitor, problem="Không có tài khoản này.", status=404)
            record(
                db, [Act(visitor.account.email, f"account {act}", account.email, {"role": role} if role else {})], now
            )
            if act == "role" and role in get_args(Role):
                accounts.change_account(db, number, role=role)
            elif act == "end":
                accounts.change_account(db, number, ended_at=now)
            elif act == "reopen":
                accounts.change_account(db, number, ended_at=None)
            elif act == "reset":
                secret = accounts.invite(db, account.role, now, account=number)
    except DiemBaoError:
        return _people(request, visitor, problem="Phải còn ít nhất một quản trị viên.", status=409)
    if act == "reset":
        return _people(request, visitor, link=_link(request, secret), link_for=account.email)
    return RedirectResponse("/accounts", status_code=303, headers=HEADERS)


@router.get("/audit")
def log(
    request: Request, visitor: Admin, who: str = "", action: str = "", since: str = "", until: str = "",
    before: str = "",
) -> Response:  # fmt: skip
    """Show the audit log, newest first, and whether the chain of its newest entries holds."""
    site = site_of(request)
    zone = site.settings.digest.timezone
    days = (_day(since), _day(until))
    asked: dict[str, Any] = {"who": who.strip(), "action": action, "since": days[0], "until": days[1]}
    first, last = (datetime.combine(day, time(), zone) if day else None for day in days)
    site.note(visitor, "audit read", who or action)
    with site.archive.read() as db:
        rows = audit.entries(
            db,
            who=who.strip(),
            action=action,
            since=first,
            until=last + timedelta(days=1) if last else None,
            before=int(before) if before.isdecimal() and len(before) < 19 else None,
            limit=PAGE,
        )
        fault = audit.broken(db, CHECKED) if not before else None
    more = asked | {"before": rows[-1].id} if len(rows) == PAGE else None
    query = urlencode({name: value for name, value in more.items() if value}) if more else ""
    return show(request, "audit.html.j2", visitor, rows=rows, fault=fault, more=query, checked=CHECKED, **asked)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 9999 else None


def _link(request: Request, secret: str) -> str:
    return f"{site_of(request).settings.web.public_url}/start?token={secret}"


def _people(
    request: Request, visitor: Admin, *, problem: str = "", link: str = "", link_for: str = "", status: int = 200
) -> HTMLResponse:
    with site_of(request).archive.read() as db:
        rows = accounts.all_accounts(db)
    context = {"rows": rows, "problem": problem, "link": link, "link_for": link_for, "roles": get_args(Role)}
    return show(request, "accounts.html.j2", visitor, status, **context)
