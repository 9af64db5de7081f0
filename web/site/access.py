"""Who asks, and whether they may: sessions by cookie, API keys by header, forgery tokens on everything that changes."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from storage.people import accounts
from storage.people.accounts import Role
from storage.people.audit import Act
from web.site.site import Site, site_of
from web.site.tries import sender
from web.site.visitor import Visitor

COOKIE = "diembao"
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
API = "/api/"


class NotLoggedInError(Exception):
    """Nobody is logged in: pages lead to the login, the API answers 401."""


class RefusedError(Exception):
    """The visitor may not do this: 403, and an entry in the audit log."""


def known_visitor(request: Request) -> Visitor | None:
    """Return who asks by cookie, None where nobody is logged in."""
    site, secret = site_of(request), request.cookies.get(COOKIE, "")
    if not secret:
        return None
    now = site.clock()
    with site.archive.read() as db:
        found = accounts.find_session(db, secret, now)
    if found is None:
        return None
    session, stale = found
    if stale:
        with site.archive.begin() as db:
            accounts.touch_session(db, secret, now)
    return Visitor(session.account, session.csrf)


def needs(role: Role = "reader", scope: str = "read") -> Callable[[Request], Awaitable[Visitor]]:
    """Return the dependency that lets in who has `role` and, with an API key, `scope`; it checks forgery tokens too."""

    async def check(request: Request) -> Visitor:
        site = site_of(request)
        by_key = request.url.path.startswith(API) and "authorization" in request.headers
        visitor = await run_in_threadpool(_by_key if by_key else known_visitor, request)
        if visitor is None:
            if by_key or request.cookies.get(COOKIE):
                await run_in_threadpool(_note_stranger, site, request, "unknown key" if by_key else "unknown session")
            raise NotLoggedInError
        if not by_key and request.method not in SAFE and not await _is_own_form(request, visitor):
            await run_in_threadpool(_refuse, site, visitor, request, "no forgery token")
        if by_key and scope not in visitor.scopes:
            await run_in_threadpool(_refuse, site, visitor, request, f"key without scope {scope}")
        if not visitor.may(role):
            await run_in_threadpool(_refuse, site, visitor, request, f"needs role {role}")
        return visitor

    return check


Reader = Annotated[Visitor, Depends(needs("reader"))]
Analyst = Annotated[Visitor, Depends(needs("analyst"))]
Editor = Annotated[Visitor, Depends(needs("editor", "correct"))]
Exporter = Annotated[Visitor, Depends(needs("analyst", "export"))]
Admin = Annotated[Visitor, Depends(needs("admin", "admin"))]


async def _is_own_form(request: Request, visitor: Visitor) -> bool:
    sent = request.headers.get("x-csrf-token") or ""
    if not sent and "form" in request.headers.get("content-type", ""):
        sent = str((await request.form()).get("csrf") or "")
    return hmac.compare_digest(sent.encode(), visitor.csrf.encode())


def _by_key(request: Request) -> Visitor | None:
    kind, _, secret = request.headers["authorization"].partition(" ")
    if kind.lower() != "bearer":
        return None
    site = site_of(request)
    with site.archive.begin() as db:
        found = accounts.use_token(db, secret.strip())
        if found is None:
            return None
        accounts.note_token(db, found[1].id, site.clock())
    return Visitor(found[0], scopes=found[1].scopes)


def _note_stranger(site: Site, request: Request, why: str) -> None:
    """Write to the log that a key or session is forged or over, of one address once a minute."""
    where = sender(request)
    if site.tries.first(f"{why} {where}", site.clock()):
        site.log.add(Act("", "refused", f"{request.method} {request.url.path}"[:300], {"why": why, "from": where}))


def _refuse(site: Site, visitor: Visitor, request: Request, why: str) -> None:
    site.log.add(Act(visitor.account.email, "refused", f"{request.method} {request.url.path}"[:300], {"why": why}))
    raise RefusedError(why)
