"""Saved searches for programs: one's own, with the mails and feeds that tell what is new."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from pipeline.watching import saved as saved_searches
from storage import delivery
from storage.delivery.searches import Saved, Wish
from web.api import desk
from web.api.paging import Id
from web.archive.searches import mine
from web.site.access import Analyst, needs
from web.site.site import Site, site_of
from web.site.visitor import Visitor

router = APIRouter(tags=["saved searches"])
Subscriber = Annotated[Visitor, Depends(needs("analyst", "subscribe"))]


@router.get("/searches", response_model=list[desk.SavedSearch])
def listed(request: Request, visitor: Analyst) -> Any:
    """Return one's saved searches, by name."""
    site = site_of(request)
    with site.archive.read() as db:
        rows = delivery.searches.of_account(db, visitor.account.id)
    return [_shown(site, row) for row in rows]


@router.post("/searches", response_model=desk.SavedSearch, status_code=201)
def add(request: Request, visitor: Subscriber, wanted: desk.NewSearch) -> Any:
    """Save a search; it tells what comes from now on."""
    return _save(site_of(request), visitor, Wish("", ""), wanted, None)


@router.get("/searches/{number}", response_model=desk.SavedSearch)
def one(request: Request, visitor: Analyst, number: Id) -> Any:
    """Return one of one's saved searches."""
    site = site_of(request)
    return _shown(site, mine(site, visitor, number))


@router.patch("/searches/{number}", response_model=desk.SavedSearch)
def change(request: Request, visitor: Subscriber, number: Id, wanted: desk.ChangedSearch) -> Any:
    """Change what is named of a saved search; another query tells what comes from now on."""
    site = site_of(request)
    return _save(site, visitor, mine(site, visitor, number).wish, wanted, number)


@router.delete("/searches/{number}", status_code=204)
def end(request: Request, visitor: Subscriber, number: Id) -> Response:
    """End a saved search."""
    site = site_of(request)
    saved_searches.end(site.archive, mine(site, visitor, number), site.clock())
    return Response(status_code=204, headers=request.state.limit)


@router.get("/searches/{number}/alerts", response_model=list[desk.Alert])
def alerts(request: Request, visitor: Analyst, number: Id) -> Any:
    """Return the last ten mails of a saved search, newest first, and what became of each."""
    site = site_of(request)
    saved = mine(site, visitor, number)
    with site.archive.read() as db:
        return [asdict(alert) for alert in delivery.searches.last_alerts(db, saved.id)]


def _save(site: Site, visitor: Visitor, before: Wish, wanted: desk.ChangedSearch, number: int | None) -> Any:
    wish = replace(before, **wanted.model_dump(exclude_unset=True))
    wish = replace(wish, query=wish.query.strip(), name=wish.name.strip()[:120] or wish.query.strip()[:120])
    saved_searches.check(site.index, wish, site.outlet_names)
    return _shown(site, saved_searches.save(site.archive, visitor.account, wish, site.clock(), number))


def _shown(site: Site, saved: Saved) -> dict[str, Any]:
    wish = asdict(saved.wish)
    address = saved_searches.feed_address(site.archive, site.settings, saved.id) if saved.wish.feed else None
    state = {"created_at": saved.created_at, "last_run": saved.last_run, "error": saved.error}
    return {"id": saved.id, **wish, **state, "feed_url": address}
