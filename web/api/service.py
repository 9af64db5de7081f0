"""The service's own work: outlets and what of them was given up, the digests as sent, who gets them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response

from errors import DeliveryError, SettingsError, UsageError
from pipeline.desk import readers, settle
from pipeline.running import show
from press import TOPICS
from storage import collecting, delivery
from web.api import desk, shapes
from web.api.paging import After, Id, Limit, by_id, numbered
from web.desk import mails
from web.site.access import Admin, Reader, needs
from web.site.site import site_of
from web.site.visitor import Visitor

router = APIRouter()
NEWEST = 20  # addresses an outlet announced last
Subscriber = Annotated[Visitor, Depends(needs("admin", "subscribe"))]
Settler = Annotated[Visitor, Depends(needs("editor", "subscribe"))]
Thing = Annotated[str, Path(pattern=r"^(feed|article|page)-\d{1,18}$", description="as /quarantine lists it")]


@router.get("/outlets", response_model=list[desk.Outlet], tags=["service"])
def outlets(request: Request, visitor: Reader) -> Any:
    """Return the health of every outlet in use."""
    site = site_of(request)
    return list(show.outlets(site.archive, site.settings, site.clock()))


@router.get("/outlets/{slug}", response_model=desk.WholeOutlet, tags=["service"])
def outlet(request: Request, visitor: Reader, slug: str) -> Any:
    """Return one outlet: its health, its lists, the addresses it announced last."""
    site = site_of(request)
    health = next((one for one in show.outlets(site.archive, site.settings, site.clock()) if one["slug"] == slug), None)
    with site.archive.read() as db:
        lists, newest = (
            collecting.feeds.list_states(db, slug),
            collecting.outlets.newest(db, slug, NEWEST),
        )
    if slug not in site.outlets and not newest:
        raise HTTPException(404, f"there is no outlet {slug!r}")
    shown = {"lists": [asdict(one) for one in lists], "newest": [asdict(one) for one in newest]}
    return {"slug": slug, "name": site.outlet_name(slug), "health": health, **shown}


@router.get("/quarantine", response_model=list[desk.GivenUp], tags=["service"])
def quarantine(request: Request, visitor: Reader, outlet: str | None = None, dropped: bool = False) -> Any:
    """Return what is not tried again by itself, with the reason; `dropped`: what a person decided to leave alone."""
    with site_of(request).archive.read() as db:
        return [asdict(row) for row in collecting.quarantine.quarantine(db, outlet=outlet, dropped=dropped)]


@router.post("/quarantine/{item}/{act}", response_model=desk.GivenUp, tags=["service"])
def decide(request: Request, visitor: Admin, item: Thing, act: Literal["retry", "drop"]) -> Any:
    """Make a thing due again as if it had never failed, or leave it alone for good; what was dropped can be retried."""
    site = site_of(request)
    (decided,) = settle.decide(site.archive, act, visitor.account.email, site.clock(), items=[item])
    site.note(visitor, f"quarantine {act}", item, outlet=decided.outlet, url=decided.url)
    return asdict(decided)


@router.get("/editions", response_model=shapes.Page[desk.Edition], tags=["service"])
def editions(request: Request, visitor: Reader, limit: Limit = 50, after: After = "") -> Any:
    """List the editions, newest first: what was sent for which period, and how that ended."""
    site = site_of(request)
    with site.archive.read() as db:
        rows = delivery.editions.editions(db, before=numbered(after), limit=limit + 1)[::-1]
        emails = delivery.editions.recipients(db) if visitor.may("admin") else {}
    page = by_id(rows, limit)
    return page | {"items": [row | {"email": emails.get(row["subscription"])} for row in page["items"]]}


@router.get("/editions/{number}", response_model=desk.WholeEdition, tags=["service"])
def edition(request: Request, visitor: Reader, number: Id) -> Any:
    """Return one digest with its mail as text and HTML, without the link that ends its subscription."""
    row, found = mails.found(request, number)
    site_of(request).note(visitor, "read edition", number)
    shown = {"email": row.email if visitor.may("admin") else None}
    return asdict(found) | shown | {kind: mails.safe(found, kind, row, visitor) for kind in ("plain", "html")}


@router.post("/editions/{number}/{act}", response_model=desk.Edition, tags=["service"])
def settled(request: Request, visitor: Settler, number: Id, act: Literal["resend", "sent", "lost"]) -> Any:
    """Send an edition once more, or say of an unknown one that it arrived or was lost.

    409 where its state forbids it, 502 where the mail server does not take it: the next sending tries again.
    """
    site, who = site_of(request), visitor.account.email
    mails.found(request, number)
    site.note(visitor, f"edition {act}", number)
    if act == "resend":
        try:
            return asdict(settle.resend(site.archive, site.settings, number, who, site.clock()))
        except DeliveryError as error:
            raise HTTPException(502, str(error)) from error
    return asdict(settle.close(site.archive, number, who, site.clock(), arrived=act == "sent"))


@router.get("/subscriptions", response_model=list[desk.Subscription], tags=["subscriptions"])
def subscriptions(request: Request, visitor: Subscriber) -> Any:
    """Return who gets the digest."""
    return [asdict(row) for row in readers.active(site_of(request).archive)]


@router.post("/subscriptions", response_model=desk.Subscription, tags=["subscriptions"])
def subscribe(request: Request, visitor: Subscriber, wanted: desk.NewSubscription) -> Any:
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
        ended = delivery.subscriptions.end_subscription(db, number, site.clock())
    if not ended:
        raise HTTPException(404, f"there is no active subscription {number}")
    site.note(visitor, "unsubscribed", number)
    return Response(status_code=204, headers=request.state.limit)
