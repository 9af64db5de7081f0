"""The register for programs: matters, units and reports, with what an editor does to a matter."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import Field

from errors import Conflict, UsageError
from pipeline.register import acts, reports, show
from pipeline.register import units as own_units
from pipeline.register.acts import Office, Opening
from press.deadlines import end_of
from press.matters import STATES, State
from storage import register
from storage.register.lists import Wanted
from storage.register.matters import Letter
from storage.register.reports import Report
from web.api import shapes
from web.api.paging import After, Id, Limit, cursor, numbered, paged
from web.api.register_shapes import (
    Answered,
    Assigned,
    AUnit,
    ChangedMatter,
    Closed,
    Covered,
    Made,
    Matter,
    Merged,
    NewLetter,
    NewMatter,
    Passed,
    Refused,
)
from web.site.access import Editor, Reader
from web.site.site import office_of, site_of

router = APIRouter(tags=["register"])
Year = Annotated[int, Field(ge=2000, le=2200)]


@router.get("/matters", response_model=shapes.Page[Matter])
def matters(
    request: Request, visitor: Reader, state: State | None = None, overdue: bool = False, kind: str = "",
    field: str = "", unit: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    words: Annotated[str, Query(max_length=200)] = "", limit: Limit = 50,
    after: After = "",
) -> Any:  # fmt: skip
    """List matters, newest first; overdue ones all of them, by deadline."""
    site, office = site_of(request), office_of(request, visitor)
    wanted = Wanted(
        states=(state,) if state else STATES, kind=kind, field=field, unit=unit, words=words,
        overdue_at=office.now if overdue else None, before=None if overdue else numbered(after),
    )  # fmt: skip
    with site.archive.read() as db:
        found = register.lists.find(db, office.area, wanted, None if overdue else limit + 1)
        rows = show.rows(db, site.settings, found if overdue else found[:limit], office.now)
    site.note(visitor, "register read", "matters", count=len(rows))
    following = cursor(None, found[limit - 1].id) if not overdue and len(found) > limit else None
    return {"items": rows, "next": following}


@router.post("/matters", response_model=Matter, status_code=201)
def open_matter(request: Request, visitor: Editor, wanted: NewMatter) -> Any:
    """Open a matter."""
    given = wanted.model_dump()
    return acts.open_matter(office_of(request, visitor), Opening(**given | {"places": tuple(given["places"])}))


@router.get("/matters/{year}/{number}", response_model=Matter)
def matter(request: Request, visitor: Reader, year: Year, number: Id) -> Any:
    """Return one matter."""
    office = office_of(request, visitor)
    name = _known(office, year, number)
    site_of(request).note(visitor, "matter read", name)
    return acts.one(office, name)


@router.post("/matters/{year}/{number}/assign", response_model=Matter)
def assign(request: Request, visitor: Editor, year: Year, number: Id, wanted: Assigned) -> Any:
    """Give a matter to a unit; 409 where its version is another one by now."""
    office = office_of(request, visitor)
    letter = _letter("order", wanted.letter, wanted.day)
    return acts.assign(
        office, _known(office, year, number), lead=wanted.lead, others=wanted.with_, letter=letter, until=wanted.until,
        version=wanted.version,
    )  # fmt: skip


@router.post("/matters/{year}/{number}/answer", response_model=Matter)
def answer(request: Request, visitor: Editor, year: Year, number: Id, wanted: Answered) -> Any:
    """Note what was answered."""
    office = office_of(request, visitor)
    letter = _letter("answer", wanted.letter, wanted.day)
    return acts.answer(
        office, _known(office, year, number), letter=letter, form=wanted.form, to=wanted.to, at=wanted.at,
        version=wanted.version,
    )  # fmt: skip


@router.post("/matters/{year}/{number}/close", response_model=Matter)
def close(request: Request, visitor: Editor, year: Year, number: Id, wanted: Closed) -> Any:
    """Close a matter with its result."""
    office = office_of(request, visitor)
    return acts.close(office, _known(office, year, number), wanted.result, version=wanted.version)


@router.post("/matters/{year}/{number}/change", response_model=Matter)
def change(request: Request, visitor: Editor, year: Year, number: Id, wanted: ChangedMatter) -> Any:
    """Change what is noted of a matter; 409 where its version is another one by now."""
    office, given = office_of(request, visitor), wanted.model_dump(exclude_none=True, exclude={"letter", "version"})
    named = {"received": "received_at"}
    values = {named.get(name, name): value for name, value in given.items()}
    values |= {"places": tuple(given["places"])} if "places" in given else {}
    values |= {"until": end_of(given["until"])} if "until" in given else {}
    values |= {"outlet_after_on": given["outlet_after_on"].isoformat()} if "outlet_after_on" in given else {}
    if not values and wanted.letter is None:
        raise UsageError("nothing to change was named")
    name = _known(office, year, number)
    return acts.change(office, name, values, letter=_new(wanted.letter), version=wanted.version)


@router.post("/matters/{year}/{number}/cover", response_model=Matter)
def cover(request: Request, visitor: Editor, year: Year, number: Id, wanted: Covered) -> Any:
    """Put a matter on one more story or article."""
    if wanted.story is None and wanted.article is None:
        raise UsageError("name a story or an article")
    office = office_of(request, visitor)
    return acts.cover(office, _known(office, year, number), story=wanted.story, article=wanted.article)


@router.post("/matters/{year}/{number}/pass", response_model=Matter)
def pass_on(request: Request, visitor: Editor, year: Year, number: Id, wanted: Passed) -> Any:
    """Note that a matter is not this office's, and to which unit it was passed on."""
    office = office_of(request, visitor)
    return acts.pass_on(office, _known(office, year, number), wanted.unit, version=wanted.version)


@router.post("/matters/{year}/{number}/refuse", response_model=Matter)
def refuse(request: Request, visitor: Editor, year: Year, number: Id, wanted: Refused) -> Any:
    """Refuse an answer, on a ground."""
    office = office_of(request, visitor)
    return acts.refuse(office, _known(office, year, number), wanted.ground, version=wanted.version)


@router.post("/matters/{year}/{number}/merge", response_model=Matter)
def merge(request: Request, visitor: Editor, year: Year, number: Id, wanted: Merged) -> Any:
    """Merge a matter into another one, which gets all its coverage."""
    office = office_of(request, visitor)
    return acts.merge(office, _known(office, year, number), wanted.into, version=wanted.version)


@router.get("/matters/units", response_model=list[AUnit])
def units(request: Request, visitor: Reader) -> Any:
    """List the units that answer, those of today and those of before."""
    site = site_of(request)
    site.note(visitor, "register read", "units")
    return list(own_units.rows(site.archive, site.settings, site.clock()))


@router.get("/reports", response_model=shapes.Page[Made])
def made(request: Request, visitor: Reader, limit: Limit = 50, after: After = "") -> Any:
    """List the reports that were made, newest first."""
    office = office_of(request, visitor)
    with office.archive.read() as db:
        rows = register.reports.all_reports(db, office.area, limit + 1, numbered(after))
    site_of(request).note(visitor, "register read", "reports")
    return paged(rows, limit, lambda row: (None, row.id), _made)


@router.get("/reports/{number}")
def report(request: Request, visitor: Reader, number: Id) -> dict[str, Any]:
    """Return a report as it was made: every figure with the numbers of the matters behind it."""
    office = office_of(request, visitor)
    try:
        with office.archive.read() as db:
            found = register.reports.get(db, office.area, number)
    except Conflict as error:
        raise HTTPException(404, str(error)) from None
    site_of(request).note(visitor, "report read", found.id)
    return reports.shown(found, office.now)


def _known(office: Office, year: int, number: int) -> str:
    name = f"{number}/{year}"
    with office.archive.read() as db:
        try:
            return acts.load(db, office, name).name
        except Conflict as error:
            raise HTTPException(404, str(error)) from None


def _letter(kind: str, number: str, day: date | None) -> Letter | None:
    return Letter(kind, number, day.isoformat() if day else "") if number.strip() or day else None


def _made(one: Report) -> dict[str, Any]:
    return {"id": one.id, "report": one.kind, "from": one.first, "to": one.last, "made_at": one.made_at}


def _new(letter: NewLetter | None) -> Letter | None:
    if letter is None:
        return None
    day, received = (one.isoformat() if one else "" for one in (letter.day, letter.received))
    return Letter(letter.kind or "", letter.number, day, received, letter.link)
