"""Saved searches of a person: what they look for, when they tell, the mails they made, and their feeds."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from errors import Conflict
from pipeline.export import atom
from pipeline.export.about import About
from pipeline.watching.saved import WishError, check, feed_address, feed_search, save
from pipeline.watching.saved import end as end_search
from storage import coverage, delivery
from storage.delivery.searches import RUNS, Run, Saved, Wish
from storage.people.audit import Act
from storage.search import QueryError, search
from web.site.access import Analyst
from web.site.site import HEADERS, Number, Site, show, site_of
from web.site.visitor import Visitor
from web.site.words import mistake

router = APIRouter()


async def _form(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items()}


Given = Annotated[dict[str, str], Depends(_form)]
ENTRIES = 50  #: of a feed
#: what cannot be saved, by the kinds of pipeline.watching.saved
WRONG = {
    "empty": "Xin ghi câu tìm.",
    "quiet": "Giờ yên lặng phải có cả giờ bắt đầu và giờ kết thúc.",
    "clock": "Giờ viết dạng 06:45.",
    "scope": "Tìm kiếm có báo tin phải nêu lĩnh vực, địa bàn hoặc sự việc: thêm topic:…, place:… hoặc matter:… "
    "vào câu tìm. Điểm báo theo dõi sự việc, không theo dõi người.",
}


@router.get("/searches")
def listed(request: Request, visitor: Analyst, q: str = "", name: str = "", run: Run = "never") -> Response:
    """Show a person's saved searches, and the form for another one, with what a link to it says filled in."""
    return _page(request, visitor, Wish(name=(name or q)[:120], query=q, run=run))


@router.post("/searches")
def add(request: Request, visitor: Analyst, given: Given) -> Response:
    """Save a search."""
    return _save(request, visitor, given, None)


@router.get("/searches/{number:int}.atom")
def feed(request: Request, number: Number, key: str = "") -> Response:
    """Answer with the newest articles of a saved search, for a feed reader: the key in the address is the login."""
    site = site_of(request)
    with site.archive.begin() as db:  # the signing key is made on first use
        saved = delivery.searches.find(db, number) if feed_search(db, key) == number else None
    if saved is None or not saved.wish.feed:
        raise HTTPException(404)
    site.log.add(Act(saved.email, "feed read", saved.wish.query, {"search": number}))
    found = search(site.index, saved.wish.query, outlets=site.outlet_names, sort="newest", limit=ENTRIES)
    with site.archive.read() as db:
        articles = coverage.articles.load_articles(db, found.ids)
    address = feed_address(site.archive, site.settings, number)
    zone, names = site.settings.digest.timezone, site.outlet_names
    about = About(saved.wish.query, site.clock(), found.total, zone, names, saved.language, address)
    return Response(b"".join(atom.feed(about, articles)), media_type="application/atom+xml", headers=HEADERS)


@router.get("/searches/{number:int}")
def one(request: Request, visitor: Analyst, number: Number) -> Response:
    """Show a saved search to be changed, with its last mails."""
    saved = mine(site_of(request), visitor, number)
    return _page(request, visitor, saved.wish, saved)


@router.post("/searches/{number:int}")
def change(request: Request, visitor: Analyst, given: Given, number: Number) -> Response:
    """Change a saved search."""
    return _save(request, visitor, given, mine(site_of(request), visitor, number))


@router.post("/searches/{number:int}/end")
def end(request: Request, visitor: Analyst, number: Number) -> Response:
    """End a saved search."""
    site = site_of(request)
    end_search(site.archive, mine(site, visitor, number), site.clock())
    return RedirectResponse("/searches", status_code=303, headers=HEADERS)


def _save(request: Request, visitor: Visitor, given: dict[str, str], saved: Saved | None) -> Response:
    site, wish = site_of(request), _wish(given)
    try:
        check(site.index, wish, site.outlet_names)
        kept = save(site.archive, visitor.account, wish, site.clock(), saved.id if saved else None)
    except QueryError as error:
        return _page(request, visitor, wish, saved, problem=mistake(error, visitor.account.language), status=422)
    except WishError as error:
        return _page(request, visitor, wish, saved, problem=WRONG[error.kind], status=422)
    except Conflict:
        return _page(request, visitor, wish, problem="Đã có 100 tìm kiếm đã lưu: xin dừng bớt.", status=409)
    return RedirectResponse(f"/searches/{kept.id}", status_code=303, headers=HEADERS)


def _wish(form: dict[str, str]) -> Wish:
    given = {name: form.get(name, "").strip() for name in ("name", "query", "run", "at", "quiet_from", "quiet_to")}
    run: Run = next((known for known in RUNS if known == given["run"]), "never")
    return Wish(
        name=given["name"][:120] or given["query"][:120],
        query=given["query"],
        run=run,
        at=given["at"] or "07:00",
        quiet_from=given["quiet_from"],
        quiet_to=given["quiet_to"],
        feed=form.get("feed") == "1",
        say_nothing=form.get("say_nothing") == "1",
        spike=form.get("spike") == "1",
    )


def mine(site: Site, visitor: Visitor, number: Number) -> Saved:
    """A search of the visitor's own; nobody else's is said to be there."""
    with site.archive.read() as db:
        saved = delivery.searches.find(db, number)
    if saved is None or saved.account != visitor.account.id:
        raise HTTPException(404)
    return saved


def _page(
    request: Request,
    visitor: Visitor,
    wish: Wish,
    saved: Saved | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    site = site_of(request)
    context: dict[str, Any] = {"wish": wish, "saved": saved, "problem": problem, "feed": "", "alerts": []}
    context["stopped"] = _stopped(site, saved, visitor.account.language) if saved and saved.error else ""
    with site.archive.read() as db:
        context["rows"] = delivery.searches.of_account(db, visitor.account.id)
        if saved:
            context["alerts"] = delivery.searches.last_alerts(db, saved.id)
    if saved and saved.wish.feed:
        context["feed"] = feed_address(site.archive, site.settings, saved.id)
    return show(request, "archive/searches.html.j2", visitor, status, **context)


def _stopped(site: Site, saved: Saved, language: str) -> str:
    """Return why the last run of a search found nothing, "" where it would by now."""
    try:
        check(site.index, saved.wish, site.outlet_names)
    except QueryError as error:
        return mistake(error, language)
    return ""
