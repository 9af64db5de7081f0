"""Reading the archive: search, articles with their versions and evidence, counts by place and topic."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request

import pipeline.running.search
from pipeline.running import show
from storage import coverage
from storage.search import MOST as ALIKE
from storage.search import Sort, Span, complete, known_similar
from web.api import shapes
from web.api.paging import MOST, After, Id, Window, paged
from web.site.access import Admin, Reader
from web.site.site import site_of

router = APIRouter(tags=["archive"])
Asked = Annotated[str, Query(description="a query, see docs/api.md; empty: every article")]
_EVIDENCE = (
    *("body", "section", "published_raw", "date_source"),
    *("relevance_score", "relevance_evidence", "tone_score", "tone_evidence"),
)


@router.get("/search", response_model=shapes.Found, response_model_exclude_unset=True)
def search(
    request: Request,
    visitor: Reader,
    q: Asked = "",
    sort: Sort = "relevance",
    limit: Annotated[int, Query(ge=0, le=MOST)] = 20,
    after: After = "",
    facets: Annotated[bool, Query(description="count outlets, topics, places, tones, … and days")] = False,
    by: Annotated[Span, Query(description="bars of the histogram")] = "month",
) -> Any:
    """Find articles."""
    site = site_of(request)
    found = pipeline.running.search.answer(
        site.index, site.outlet_names, q, sort=sort, limit=limit, after=after, facets=facets, span=by
    )
    site.note(visitor, "searched", q, total=found["total"], sort=sort, **({"after": after} if after else {}))
    return found


@router.get("/complete", response_model=list[shapes.Completion])
def ways_on(request: Request, visitor: Reader, q: str = "", limit: Annotated[int, Query(ge=1, le=50)] = 10) -> Any:
    """Return ways to finish the last word of a query being typed."""
    site = site_of(request)
    return [asdict(way) for way in complete(site.index, q, outlets=site.outlet_names, limit=limit)]


@router.get("/places", response_model=shapes.Counts, response_model_exclude_unset=True)
def places(request: Request, visitor: Reader, q: Asked = "") -> Any:
    """Count the articles of a query by place; a unit's count holds those of what lies in it."""
    return _counted(request, visitor, q, "place")


@router.get("/topics", response_model=shapes.Counts, response_model_exclude_unset=True)
def topics(request: Request, visitor: Reader, q: Asked = "") -> Any:
    """Count the articles of a query by topic; an article may have several."""
    return _counted(request, visitor, q, "topic")


def _counted(request: Request, visitor: Reader, q: str, facet: str) -> dict[str, Any]:
    site = site_of(request)
    found: dict[str, Any] = pipeline.running.search.answer(site.index, site.outlet_names, q, limit=0, facets=True)
    site.note(visitor, "searched", q, total=found["total"], counted=facet)
    return {"total": found["total"], "items": found["facets"][facet]}


@router.get("/articles", response_model=shapes.Page[shapes.Article])
def articles(request: Request, visitor: Reader, window: Window) -> Any:
    """List the articles published in [since, until), newest first."""
    site = site_of(request)
    with site.archive.read() as db:
        keys = coverage.articles.article_page(
            db, since=window.since, until=window.until, after=window.behind, limit=window.limit + 1
        )
        rows = coverage.articles.load_articles(db, [key for _, key in keys[: window.limit]])
    site.note(visitor, "listed", "articles", **window.told(len(rows)))
    page = paged(keys, window.limit, lambda key: key, lambda key: key)
    return page | {"items": [show.article(row) for row in rows]}


@router.get("/articles/{number}", response_model=shapes.WholeArticle)
def article(request: Request, visitor: Reader, number: Id) -> Any:
    """Return one article with its text and the evidence of every tag."""
    site = site_of(request)
    with site.archive.read() as db:
        row = coverage.articles.get_article(db, number)
        if row is None:
            raise HTTPException(404, f"there is no article {number}")
        chain = coverage.reading.reprint_chain(db, number)
        addresses = [one.url for one in coverage.reading.addresses(db, number)]
    site.note(visitor, "read", number)
    shown = show.article(row) | {name: getattr(row, name) for name in _EVIDENCE}
    shown["topics"] = [asdict(tag) for tag in row.topics]
    shown["tone_sentences"] = [asdict(one) for one in row.tone_sentences]
    return shown | {"chain": chain, "addresses": addresses}


@router.get("/articles/{number}/copies", response_model=list[shapes.Copy])
def copies(request: Request, visitor: Admin, number: Id) -> Any:
    """List the stored copies of an article, oldest first: evidence, for administrators."""
    site = site_of(request)
    with site.archive.read() as db:
        if coverage.articles.get_article(db, number) is None:
            raise HTTPException(404, f"there is no article {number}")
        rows = coverage.reading.copies(db, number)
    site.note(visitor, "stored copy read", number)
    return [row._asdict() for row in rows]


@router.get("/articles/{number}/similar", response_model=list[shapes.Article])
def alike(request: Request, visitor: Reader, number: Id, limit: Annotated[int, Query(ge=1, le=ALIKE)] = 10) -> Any:
    """Suggest the articles of the area that are most like one, best first, in any language."""
    site = site_of(request)
    found = known_similar(site.index, number, limit)
    if found is None:
        raise HTTPException(404, f"there is no article {number}")
    with site.archive.read() as db:
        rows = coverage.articles.load_articles(db, found)
    site.note(visitor, "listed", "articles", similar=number)
    return [show.article(row) for row in rows]


@router.get("/articles/{number}/versions", response_model=list[shapes.Version])
def versions(request: Request, visitor: Reader, number: Id) -> Any:
    """Return every text an article had, first to newest."""
    site = site_of(request)
    with site.archive.read() as db:
        rows = coverage.articles.versions_of(db, number)
    if not rows:
        raise HTTPException(404, f"there is no article {number}")
    site.note(visitor, "read", number, versions=len(rows))
    return [asdict(row) for row in rows]
