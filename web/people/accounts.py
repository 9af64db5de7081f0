"""The administrator's pages: who may log in, and the audit log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from errors import Conflict
from pipeline.desk import people
from storage import coverage
from storage.people import accounts, audit
from storage.people.accounts import ROLES, Role
from web.people import deeds
from web.site.access import Admin
from web.site.site import HEADERS, Number, show, site_of

router = APIRouter()
Text = Annotated[str, Form()]
PAGE = 100
CHECKED = 10_000  #: of the newest entries the page looks at; `diembao audit verify` at all


@router.get("/accounts")
def listed(request: Request, visitor: Admin) -> Response:
    """Show who may log in."""
    return _people(request, visitor)


@router.post("/accounts")
def invite(request: Request, visitor: Admin, email: Text = "", role: Text = "reader") -> Response:
    """Make a one-time link for somebody new; it is shown this once, to be handed over."""
    site, chosen = site_of(request), _role(role)
    if chosen is None or "@" not in email:
        return _people(request, visitor, problem="Xin ghi địa chỉ thư điện tử và chọn vai trò.", status=422)
    try:
        link = people.invite(site.archive, site.settings, email, chosen, site.clock(), visitor.account.email, new=True)
    except Conflict:
        return _people(request, visitor, problem="Địa chỉ này đã có tài khoản.", status=409)
    return _people(request, visitor, link=link, link_for=email)


@router.post("/accounts/invitations")
def withdraw(request: Request, visitor: Admin, email: Text = "") -> Response:
    """End an invitation that was not used yet."""
    site = site_of(request)
    if not people.withdraw(site.archive, email, site.clock(), visitor.account.email):
        return _people(request, visitor, problem="Lời mời này đã dùng hoặc đã hết hạn.", status=404)
    return RedirectResponse("/accounts", status_code=303, headers=HEADERS)


@router.post("/accounts/{number}")
def change(request: Request, visitor: Admin, number: Number, act: Text = "", role: Text = "") -> Response:
    """Give an account another role, end or reopen it, or make a link that sets its password anew."""
    site, now, who, chosen = site_of(request), site_of(request).clock(), visitor.account.email, _role(role)
    try:
        if act == "reset":
            account, link = people.reset(site.archive, site.settings, number, now, who)
            return _people(request, visitor, link=link, link_for=account.email)
        if act == "role" and chosen:
            people.change(site.archive, number, now, who, role=chosen)
        elif act in ("end", "reopen"):
            people.change(site.archive, number, now, who, ended=act == "end")
        else:
            return _people(request, visitor, problem="Không có việc này.", status=422)
    except people.NobodyError:
        return _people(request, visitor, problem="Không có tài khoản này.", status=404)
    except Conflict:
        return _people(request, visitor, problem="Phải còn ít nhất một quản trị viên.", status=409)
    return RedirectResponse("/accounts", status_code=303, headers=HEADERS)


def _role(name: str) -> Role | None:
    return next((one for one in ROLES if one == name), None)


@router.get("/audit")
def log(
    request: Request, visitor: Admin, who: str = "", action: str = "", article: str = "", since: str = "",
    until: str = "", before: str = "",
) -> Response:  # fmt: skip
    """Show the audit log, newest first, and whether the chain of its newest entries holds."""
    site = site_of(request)
    zone = site.settings.digest.timezone
    days = (_day(since), _day(until))
    asked: dict[str, Any] = {"who": who.strip(), "action": action, "article": _number(article)}
    asked |= {"since": days[0], "until": days[1]}
    first, last = (datetime.combine(day, time(), zone) if day else None for day in days)
    site.note(visitor, "audit read", who or action)
    with site.archive.read() as db:
        rows = audit.entries(
            db,
            who=who.strip(),
            action=action,
            article=asked["article"],
            since=first,
            until=last + timedelta(days=1) if last else None,
            before=_number(before),
            limit=PAGE,
        )
        fault = audit.broken(db, CHECKED) if not before else None
        titles = {one.id: one.title for one in coverage.articles.load_articles(db, deeds.articles_of(rows))}
        emails = [one.email for one in accounts.all_accounts(db)]
    more = asked | {"before": rows[-1].id} if len(rows) == PAGE else None
    query = urlencode({name: value for name, value in more.items() if value}) if more else ""
    told = [deeds.deed(row, titles, visitor.account.language) for row in rows]
    return show(
        request, "people/audit.html.j2",
        visitor, rows=told, fault=fault, more=query, checked=CHECKED, kinds=deeds.KINDS,
        emails=emails, **asked,
    )  # fmt: skip


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 9999 else None


def _people(
    request: Request, visitor: Admin, *, problem: str = "", link: str = "", link_for: str = "", status: int = 200
) -> HTMLResponse:
    with site_of(request).archive.read() as db:
        rows, invited = accounts.all_accounts(db), accounts.open_invitations(db, site_of(request).clock())
    context = {"rows": rows, "invited": invited, "problem": problem, "link": link, "link_for": link_for, "roles": ROLES}
    return show(request, "people/accounts.html.j2", visitor, status, **context)
