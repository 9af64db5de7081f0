"""What editors put right about an article, listed, made and taken back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, cast

from fastapi import APIRouter, HTTPException, Query, Request

import pipeline.desk.corrections
from errors import UsageError
from pipeline.figures import area
from storage import coverage
from storage.coverage.corrections import Field, Value
from web.api import shapes
from web.api.paging import TOO_HIGH, After, Id, Limit, by_id, numbered
from web.site.access import Editor, Reader
from web.site.site import site_of

router = APIRouter(tags=["corrections"])


@router.get("/corrections", response_model=shapes.Page[shapes.Correction])
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
        rows = coverage.corrections.corrections(
            db, article=article, in_force=in_force, after=numbered(after) or 0, limit=limit + 1
        )
    return by_id(rows, limit)


@router.get("/units", response_model=list[shapes.Unit])
def units(request: Request, visitor: Reader) -> Any:
    """Return the units and landmarks of the area, of every period, by name: what `places` of a correction may hold."""
    return [
        {"name": name, "code": code, "valid_from": since, "title": one.title, "today": one.today}
        for one in area.choices(site_of(request).settings.area)
        for code, since, name in (one.key.split("@", 2),)
    ]


@router.post("/articles/{number}/corrections", response_model=list[shapes.Correction], status_code=201)
def correct(request: Request, visitor: Editor, number: Id, wanted: shapes.NewCorrection) -> Any:
    """Put topics, tone, relevance or places of an article right, all or none; it shows until it is undone."""
    site, who = site_of(request), visitor.account.email
    with site.archive.read() as db:
        found = coverage.articles.get_article(db, number)
    if found is None:
        raise HTTPException(404, f"there is no article {number}")
    values = cast("dict[Field, Value]", {name: getattr(wanted, name) for name in sorted(wanted.model_fields_set)})
    if "places" in values:
        keys = [(one.code, one.valid_from, one.name) for one in wanted.places]
        values["places"] = [asdict(one) for one in area.places(site.settings, found.places, keys, who)]
    problems = [problem for name, value in values.items() if (problem := coverage.corrections.wrong(name, value))]
    if problems or not values:
        raise UsageError("; ".join(problems) or "name at least one of topics, tone, relevance, places")
    made = pipeline.desk.corrections.correct(site.archive, str(number), values, who, site.clock())
    return [asdict(one) for one in made]


@router.delete("/corrections/{number}", response_model=shapes.Correction)
def undo(request: Request, visitor: Editor, number: Id) -> Any:
    """Take a correction back; 409 where it was taken back already."""
    site = site_of(request)
    with site.archive.read() as db:
        found = coverage.corrections.get_correction(db, number)
    if found is None:
        raise HTTPException(404, f"there is no correction {number}")
    return asdict(pipeline.desk.corrections.undo(site.archive, number, visitor.account.email, site.clock()))
