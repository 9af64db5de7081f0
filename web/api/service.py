"""The work on and around the archive: corrections, outlets' health, editions, subscriptions, the audit log, oneself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

import pipeline.corrections
import storage.articles
import storage.corrections
import storage.editions
import storage.subscriptions
from errors import SettingsError, UsageError
from pipeline import readers, show
from press import TOPICS
from storage import audit
from storage.corrections import Field, Value
from web.api import shapes
from web.api.paging import TOO_HIGH, After, Id, Limit, cursor, numbered
from web.site import site_of
from web.visitor import Admin, Editor, Reader, Visitor, needs

router = APIRouter()
Subscriber = Annotated[Visitor, Depends(needs("admin", "subscribe"))]


@router.get("/me", response_model=shapes.Me, tags=["account"])
def me(visitor: Reader) -> Any:
    """Return who asks, and with which rights."""
    account = visitor.account
    shown = {"email": account.email, "name": account.name, "role": account.role}
    return {**shown, "scopes": list(visitor.scopes) or None, "csrf": visitor.csrf or None}


@router.get("/outlets", response_model=list[shapes.Outlet], tags=["service"])
def outlets(request: Request, visitor: Reader) -> Any:
    """Return the health of every outlet in use."""
    site = site_of(request)
    return list(show.outlets(site.archive, site.settings, site.clock()))


@router.get("/editions", response_model=shapes.Page[shapes.Edition], tags=["service"])
def editions(request: Request, visitor: Reader, limit: Limit = 50, after: After = "") -> Any:
    """List the editions, newest first: what was sent for which period, and how that ended."""
    site = site_of(request)
    with site.archive.read() as db:
        rows = storage.editions.editions(db, before=numbered(after), limit=limit + 1)[::-1]
        emails = storage.editions.recipients(db) if visitor.may("admin") else {}
    items = [asdict(row) | {"email": emails.get(row.subscription)} for row in rows[:limit]]
    return {"items": items, "next": cursor(None, rows[limit - 1].id) if len(rows) > limit else None}


@router.get("/corrections", response_model=shapes.Page[shapes.Correction], tags=["corrections"])
def corrections(
    request: Request,
    visitor: Reader,
    article: Annotated[int | None, Query(ge=1, lt=TOO_HIGH, description="of this article only")] = None,
    in_force: Annotated[bool, Query(description="only those that show")] = False,
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """List the corrections, oldest first, with who and when."""
    with site_of(request).archive.read() as db:
        rows = storage.corrections.corrections(
            db, article=article, in_force=in_force, after=numbered(after) or 0, limit=limit + 1
        )
    items = [asdict(row) for row in rows[:limit]]
    return {"items": items, "next": cursor(None, rows[limit - 1].id) if len(rows) > limit else None}


@router.post(
    "/articles/{number}/corrections", response_model=list[shapes.Correction], status_code=201, tags=["corrections"]
)
def correct(request: Request, visitor: Editor, number: Id, wanted: shapes.NewCorrection) -> Any:
    """Put topics, tone or relevance of an article right, all or none; it shows at once, and until it is undone."""
    site, who = site_of(request), visitor.account.email
    values = cast("dict[Field, Value]", {name: getattr(wanted, name) for name in sorted(wanted.model_fields_set)})
    problems = [problem for name, value in values.items() if (problem := storage.corrections.wrong(name, value))]
    if problems or not values:
        raise UsageError("; ".join(problems) or "name at least one of topics, tone, relevance")
    with site.archive.read() as db:
        if storage.articles.get_article(db, number) is None:
            raise HTTPException(404, f"there is no article {number}")
    made = pipeline.corrections.correct(site.archive, str(number), values, who, site.clock())
    site.note(visitor, "corrected", number, **values)
    return [asdict(one) for one in made]


@router.delete("/corrections/{number}", response_model=shapes.Correction, tags=["corrections"])
def undo(request: Request, visitor: Editor, number: Id) -> Any:
    """Take a correction back; 409 where it was taken back already."""
    site = site_of(request)
    with site.archive.read() as db:
        found = storage.corrections.get_correction(db, number)
    if found is None:
        raise HTTPException(404, f"there is no correction {number}")
    if found.undone_at is not None:
        raise HTTPException(409, f"correction {number} was taken back already")
    taken = pipeline.corrections.undo(site.archive, number, site.clock())
    site.note(visitor, "correction undone", taken.article, correction=number, field=taken.field)
    return asdict(taken)


@router.get("/subscriptions", response_model=list[shapes.Subscription], tags=["subscriptions"])
def subscriptions(request: Request, visitor: Subscriber) -> Any:
    """Return who gets the digest."""
    return [asdict(row) for row in readers.active(site_of(request).archive)]


@router.post("/subscriptions", response_model=shapes.Subscription, tags=["subscriptions"])
def subscribe(request: Request, visitor: Subscriber, wanted: shapes.NewSubscription) -> Any:
    """Make the subscription of an address, or change the wishes that are named."""
    site = site_of(request)
    if unknown := [topic for topic in wanted.topics or () if topic not in TOPICS]:
        raise UsageError(f"no topic {unknown[0]!r}; the topics are {', '.join(TOPICS)}")
    wishes = readers.Wishes(
        name=wanted.name,
        at=wanted.at,
        days=wanted.days,
        topics=None if wanted.topics is None else tuple(wanted.topics),
        places=None if wanted.places is None else tuple(wanted.places),
        language=wanted.language,
    )
    try:
        made = readers.subscribe(site.archive, site.settings, wanted.email, wishes, site.clock())
    except SettingsError as error:  # no address
        raise UsageError(str(error)) from error
    site.note(visitor, "subscribed", made.email, **wanted.model_dump(exclude_unset=True, exclude={"email"}))
    return asdict(made)


@router.delete("/subscriptions/{number}", status_code=204, tags=["subscriptions"])
def unsubscribe(request: Request, visitor: Subscriber, number: Id) -> Response:
    """End a subscription."""
    site = site_of(request)
    with site.archive.begin() as db:
        ended = storage.subscriptions.end_subscription(db, number, site.clock())
    if not ended:
        raise HTTPException(404, f"there is no active subscription {number}")
    site.note(visitor, "unsubscribed", number)
    return Response(status_code=204, headers=request.state.limit)


@router.get("/audit", response_model=shapes.Page[shapes.Entry], tags=["account"])
def log(request: Request, visitor: Admin, who: str = "", action: str = "", limit: Limit = 50, after: After = "") -> Any:
    """List the audit log, newest first."""
    site = site_of(request)
    site.note(visitor, "audit read", who or action)
    with site.archive.read() as db:
        rows = audit.entries(db, who=who, action=action, before=numbered(after), limit=limit + 1)
    items = [asdict(row) for row in rows[:limit]]
    return {"items": items, "next": cursor(None, rows[limit - 1].id) if len(rows) > limit else None}
