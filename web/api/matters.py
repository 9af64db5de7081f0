"""The register for programs: matters, units and reports, with what an editor does to a matter."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from errors import Conflict
from pipeline.register import acts, reports, show
from pipeline.register import units as own_units
from pipeline.register.acts import Office, Opening
from press.matters import STATES, Form, LetterKind, State, UnitKind
from storage import register
from storage.register.lists import Wanted
from storage.register.matters import Letter
from storage.register.reports import Report
from web.api import shapes
from web.api.paging import After, Id, Limit, cursor, numbered, paged
from web.site.access import Editor, Reader
from web.site.site import office_of, site_of

router = APIRouter(tags=["register"])
Year = Annotated[int, Field(ge=2000, le=2200)]


class Units(BaseModel):
    """Who answers."""

    lead: str | None
    with_: list[str] = Field(alias="with")


class Coverage(BaseModel):
    """One article of a matter; `first`: it reported it first."""

    id: int
    url: str
    outlet: str
    title: str
    published_at: datetime | None
    story: int | None
    first: bool


class ALetter(BaseModel):
    """A letter; days are ISO, "" = not said."""

    kind: LetterKind
    number: str
    date: str
    received: str
    link: str


class Term(BaseModel):
    """One deadline, the law's or the letter's; `why` there is no date."""

    rule: str
    clause: str
    from_: datetime | None = Field(alias="from")
    until: datetime | None
    until_unrolled: datetime | None
    confirmed: bool | None
    applies: bool
    why: str | None


class Answer(BaseModel):
    """What was answered."""

    at: datetime
    letter: str | None
    date: str | None
    form: str | None
    to: str | None


class OutletAfter(BaseModel):
    """What the outlet did then."""

    what: str
    date: str | None


class Matter(BaseModel):
    """A matter of the register; `version` goes up with each change."""

    number: str
    version: int
    subject: str
    state: State
    kind: str
    field: str
    places: list[str]
    received: datetime | None
    opened: datetime
    units: Units
    articles: list[Coverage]
    letters: list[ALetter]
    deadlines: list[Term]
    overdue: bool
    due_soon: bool
    answer: Answer | None
    outlet_after: OutletAfter | None
    result: str | None
    ground: str | None
    passed_to: str | None
    merged_into: str | None


class AUnit(BaseModel):
    """A unit that answers; days are ISO, "" = open."""

    id: int
    name: str
    kind: UnitKind
    code: str
    email: str
    valid_from: str
    valid_to: str
    successor: int | None
    version: int


class Made(BaseModel):
    """A report that was made; days are ISO, both included."""

    id: int
    report: Literal["weekly", "annual"]
    from_: str = Field(alias="from")
    to: str
    made_at: datetime


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewMatter(_Given):
    """A matter to be opened: from a story, an article, or a subject alone."""

    kind: str
    subject: str = Field("", max_length=2000)
    story: int | None = None
    article: int | None = None
    received: AwareDatetime | None = None
    field: str = ""
    places: list[str] = []


class Assigned(_Given):
    """Which unit answers, by which letter, until which day."""

    lead: str
    with_: list[str] = Field([], alias="with")
    letter: str = ""
    day: date | None = Field(None, alias="date")
    until: date | None = None
    version: int | None = None


class Answered(_Given):
    """What was answered."""

    letter: str = ""
    day: date | None = Field(None, alias="date")
    form: Form = "written"
    to: str = ""
    at: AwareDatetime | None = None
    version: int | None = None


class Closed(_Given):
    """What came of it."""

    result: str = Field(min_length=1, max_length=2000)
    version: int | None = None


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
