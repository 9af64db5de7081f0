"""The rooms of the outlets: how each can be read, since when, what to do. Their health as sources, never a score."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from digest.choosing.coverage import advice, cause, oddity, silent_for
from digest.words import Words
from errors import Conflict
from pipeline.desk import settle
from pipeline.figures import trends
from pipeline.running import outlets as chosen_outlets
from pipeline.running import show as shown
from pipeline.watching.condition import states
from press import OutletHealth
from storage import collecting
from web.archive import charts
from web.site.access import Admin, Reader
from web.site.site import HEADERS, show, site_of

router = APIRouter()
WORST = ("down", "blocked", "layout_changed", "silent", "never_read", "ok")
DAYS = 30  # of arrivals that the page of an outlet shows
NEWEST = 20
SHOWN = 50  # things that were given up
Text = Annotated[str, Form()]
Texts = Annotated[list[str], Form()]
#: What the catalogue's reasons tell a reader, the first that fits; a reason of the operator's own is shown as it is.
NEVER = (
    (re.compile(r"challenge|captcha|anti-bot|\b(?:403|428)\b"), "báo chặn máy đọc; không tìm cách lách"),
    (re.compile("cookie"), "báo chỉ cho đọc khi có cookie phiên"),
    (re.compile("licen[cs]e"), "báo chỉ cho đọc khi có giấy phép"),
    (re.compile("not press"), "trang thông tin của cơ quan nhà nước, không phải báo chí"),
    (re.compile("no feed"), "chưa biết báo này có danh sách tin nào"),
    (re.compile("machine translation"), "bản dịch máy, lặp lại báo khác"),
)


@router.get("/outlets")
def outlets(request: Request, visitor: Reader, state: str = "") -> Response:
    """Show the health of every outlet, the worst first, and those that are never read with the reason."""
    site = site_of(request)
    every = states(site.archive, site.settings, site.clock())
    rows = [one for one in every if not state or one.state == state]
    rows.sort(key=lambda one: (WORST.index(one.state), one.name.casefold()))
    counts = {name: sum(one.state == name for one in every) for name in WORST}
    never = [(slug, site.outlet_name(slug), why) for slug, why in shown.never_read(site.settings)]
    return show(
        request, "desk/outlets.html.j2",
        visitor, rows=rows, counts=counts, state=state, never=never, why=_why, act=advice,
        words=Words(visitor.account.language), plain=_plain,
    )  # fmt: skip


@router.get("/outlets/{slug}")
def outlet(request: Request, visitor: Reader, slug: str) -> Response:
    """Show one outlet: its lists, what it announced last, its arrivals, what of it was given up."""
    return outlet_page(request, visitor, slug)


def outlet_page(request: Request, visitor: Reader, slug: str, problem: str = "", status: int = 200) -> Response:
    """Return the page of an outlet; 404 for one that is neither known nor in the archive."""
    site, now = site_of(request), site_of(request).clock()
    known = site.outlets.get(slug)
    span = trends.span(DAYS, now, site.settings.digest.timezone)
    used = any(one.slug == slug for one in chosen_outlets.in_use(site.settings))
    with site.archive.read() as db:
        lists = collecting.feeds.list_states(db, slug)
        newest = collecting.outlets.newest(db, slug, NEWEST)
        if known is None and not newest:
            raise HTTPException(404)
        health = collecting.outlets.health(db, [known], now)[0] if known is not None and used else None
        arrived = span.counted(collecting.feeds.arrivals(db, outlet=slug, since=span.since))
        given_up, dropped = (
            collecting.quarantine.quarantine(db, outlet=slug, dropped=which) for which in (False, True)
        )
    bars = [(f"{day.day}/{day.month}", count) for day, count in zip(span.steps, arrived, strict=True)]
    return show(
        request, "desk/outlet.html.j2", visitor, status,
        slug=slug, outlet=known, health=health, lists=lists, newest=newest,
        arrived=list(zip(span.steps, arrived, strict=True)), bars=bars, given_up=given_up, dropped=dropped, most=SHOWN,
        charts=charts, why=_why, odd=oddity, problem=problem, act=advice, words=Words(visitor.account.language),
        failed=_failed, plain=_plain,
    )  # fmt: skip


@router.post("/outlets/{slug}/quarantine")
def decide(
    request: Request, visitor: Admin, slug: str, act: Text = "", item: Texts = [], all: Text = "", sure: Text = "",  # noqa: B006
) -> Response:  # fmt: skip
    """Try again, or drop for good, what of an outlet was given up, as `diembao quarantine` does; asks before."""
    site = site_of(request)
    with site.archive.read() as db:
        rows = collecting.quarantine.quarantine(db, outlet=slug)
        there = rows + (collecting.quarantine.quarantine(db, outlet=slug, dropped=True) if act == "retry" else [])
    chosen = rows if all else [row for row in there if row.id in item]
    if act not in ("retry", "drop") or not chosen:
        return outlet_page(request, visitor, slug, "Xin chọn ít nhất một mục trong danh sách.", 422)
    if sure != "1":
        words = Words(visitor.account.language)
        return show(
            request, "desk/quarantine.html.j2", visitor, slug=slug, act=act, chosen=chosen, words=words, failed=_failed
        )
    try:
        done = settle.decide(
            site.archive, act, visitor.account.email, site.clock(), items=[row.id for row in chosen], outlet=slug
        )
    except Conflict:  # somebody else decided meanwhile
        return outlet_page(request, visitor, slug, "Danh sách đã thay đổi từ lúc mở trang. Xin xem lại.", 409)
    site.note(visitor, f"quarantine {act}", slug, items=[row.id for row in done])
    return RedirectResponse(f"/outlets/{quote(slug, safe='')}#da-ngung", status_code=303, headers=HEADERS)


def _why(health: OutletHealth, words: Words) -> str:
    """Return in plain words why an outlet is not well, or what is odd about it; "" where all is well."""
    if health.state in ("down", "blocked", "layout_changed"):
        return cause(health, words)
    odd = oddity(health.last_error, words) if health.state in ("ok", "silent") else ""
    silent = silent_for(health, words, health.last_asked) if health.state == "silent" and health.last_asked else ""
    return "; ".join(filter(None, (silent, odd)))


def _plain(reason: str) -> str:
    """Return in plain words why an outlet is never read."""
    return next((words for pattern, words in NEVER if pattern.search(reason)), reason)


def _failed(reason: str, status: int | None, words: Words) -> str:
    """Return in plain words why one reading failed."""
    error = f"{reason} {status or ''}".strip()
    return cause(OutletHealth("", "", "down", last_error=error), words)
