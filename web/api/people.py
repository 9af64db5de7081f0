"""Who asks, who may, and who did what: oneself, and for administrators the accounts and the audit log."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request

from errors import UsageError
from pipeline.desk import people
from storage.people import accounts, audit
from web.api import desk, shapes
from web.api.paging import TOO_HIGH, After, Id, Instant, Limit, by_id, numbered
from web.site.access import Admin, Reader
from web.site.site import site_of

router = APIRouter(tags=["account"])


@router.get("/me", response_model=desk.Me)
def me(visitor: Reader) -> Any:
    """Return who asks, and with which rights."""
    account = visitor.account
    shown = {"email": account.email, "name": account.name, "role": account.role}
    return {**shown, "scopes": list(visitor.scopes) or None, "csrf": visitor.csrf or None}


@router.get("/accounts", response_model=list[desk.Account])
def listed(request: Request, visitor: Admin) -> Any:
    """Return who may log in, and who might once."""
    with site_of(request).archive.read() as db:
        return [people.row(one) for one in accounts.all_accounts(db)]


@router.post("/accounts", response_model=desk.Invitation, status_code=201)
def invite(request: Request, visitor: Admin, wanted: desk.NewAccount) -> Any:
    """Make a one-time link for somebody new, to be handed over; 409 where the address has an account."""
    site, who = site_of(request), visitor.account.email
    if "@" not in wanted.email:
        raise UsageError(f"{wanted.email!r} is no address")
    link = people.invite(site.archive, site.settings, wanted.email, wanted.role, site.clock(), who, new=True)
    return {"email": wanted.email, "link": link}


@router.patch("/accounts/{number}", response_model=desk.Account)
def change(request: Request, visitor: Admin, number: Id, wanted: desk.ChangedAccount) -> Any:
    """Give an account another role, end it or reopen it; 409 where no administrator would be left."""
    site = site_of(request)
    given = wanted.model_dump(exclude_unset=True)
    if not given:
        raise UsageError("name at least one of role, ended")
    try:
        return people.row(people.change(site.archive, number, site.clock(), visitor.account.email, **given))
    except people.NobodyError as error:
        raise HTTPException(404, f"there is no account {number}") from error


@router.post("/accounts/{number}/reset", response_model=desk.Invitation, status_code=201)
def reset(request: Request, visitor: Admin, number: Id) -> Any:
    """Make a one-time link that sets an account's password anew; its second factor ends when it is used."""
    site = site_of(request)
    try:
        account, link = people.reset(site.archive, site.settings, number, site.clock(), visitor.account.email)
    except people.NobodyError as error:
        raise HTTPException(404, f"there is no account {number}") from error
    return {"email": account.email, "link": link}


@router.get("/audit", response_model=shapes.Page[desk.Entry])
def log(
    request: Request, visitor: Admin, who: str = "", action: str = "",
    article: Annotated[int | None, Query(ge=1, lt=TOO_HIGH)] = None, since: Instant = None, until: Instant = None,
    limit: Limit = 50, after: After = "",
) -> Any:  # fmt: skip
    """List the audit log, newest first: of an account, a kind, an article, a time (`until` not included)."""
    site = site_of(request)
    site.note(visitor, "audit read", who or action)
    with site.archive.read() as db:
        of: dict[str, Any] = {"who": who, "action": action, "article": article, "since": since, "until": until}
        rows = audit.entries(db, **of, before=numbered(after), limit=limit + 1)
    return by_id(rows, limit)


@router.get("/audit/check", response_model=desk.Chain)
def check(request: Request, visitor: Admin) -> Any:
    """Say whether the chain of hashes of the whole log holds; it is read from its beginning."""
    site = site_of(request)
    site.note(visitor, "audit read", "check")
    with site.archive.read() as db:
        fault, count = audit.broken(db), audit.count(db)
    return {"whole": fault is None, "entries": count, "broken_at": fault and fault[0], "why": fault[1] if fault else ""}
