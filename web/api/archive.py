"""Reading the archive: search, articles with their versions and evidence, stories, counts by place and topic."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request

import pipeline.search
import storage.articles
import storage.stories
from pipeline import show
from storage.search import Sort, Span, complete
from web.api import shapes
from web.api.paging import MOST, After, Id, Instant, Limit, cursor, dated
from web.site import site_of
from web.visitor import Reader

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
    found = pipeline.search.answer(
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
    found: dict[str, Any] = pipeline.search.answer(site.index, site.outlet_names, q, limit=0, facets=True)
    site.note(visitor, "searched", q, total=found["total"], counted=facet)
    return {"total": found["total"], "items": found["facets"][facet]}


@router.get("/articles", response_model=shapes.Page[shapes.Article])
def articles(
    request: Request,
    visitor: Reader,
    since: Instant = None,
    until: Instant = None,
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """List the articles published in [since, until), newest first."""
    site = site_of(request)
    with site.archive.read() as db:
        keys = storage.articles.article_page(db, since=since, until=until, after=dated(after), limit=limit + 1)
        rows = storage.articles.load_articles(db, [key for _, key in keys[:limit]])
    site.note(visitor, "listed", "articles", since=since, until=until, after=after, count=len(rows))
    following = cursor(*keys[limit - 1]) if len(keys) > limit else None
    return {"items": [show.article(row) for row in rows], "next": following}


@router.get("/articles/{number}", response_model=shapes.WholeArticle)
def article(request: Request, visitor: Reader, number: Id) -> Any:
    """Return one article with its text and the evidence of every tag."""
    site = site_of(request)
    with site.archive.read() as db:
        row = storage.articles.get_article(db, number)
    if row is None:
        raise HTTPException(404, f"there is no article {number}")
    site.note(visitor, "read", number)
    return show.article(row) | {name: getattr(row, name) for name in _EVIDENCE}


@router.get("/articles/{number}/versions", response_model=list[shapes.Version])
def versions(request: Request, visitor: Reader, number: Id) -> Any:
    """Return every text an article had, first to newest."""
    site = site_of(request)
    with site.archive.read() as db:
        rows = storage.articles.versions_of(db, number)
    if not rows:
        raise HTTPException(404, f"there is no article {number}")
    site.note(visitor, "read", number, versions=len(rows))
    return [asdict(row) for row in rows]


@router.get("/stories", response_model=shapes.Page[shapes.Story])
def stories(
    request: Request,
    visitor: Reader,
    since: Instant = None,
    until: Instant = None,
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """List the stories that reach into [since, until), latest first."""
    site = site_of(request)
    with site.archive.read() as db:
        rows = storage.stories.stories(db, since=since, until=until, after=dated(after), limit=limit + 1)
    site.note(visitor, "listed", "stories", since=since, until=until, after=after, count=len(rows[:limit]))
    following = cursor(rows[limit - 1].last_at, rows[limit - 1].id) if len(rows) > limit else None
    return {"items": [asdict(row) for row in rows[:limit]], "next": following}


@router.get("/stories/{number}", response_model=shapes.WholeStory)
def story(request: Request, visitor: Reader, number: Id) -> Any:
    """Return a story with its articles; the id of one that was merged leads to the one it is in now."""
    site = site_of(request)
    with site.archive.read() as db:
        current = storage.stories.current_story(db, number)
        rows = storage.stories.stories(db, ids=[current]) if current is not None else []
        if not rows:
            raise HTTPException(404, f"there is no story {number}")
        members = storage.articles.load_articles(db, rows[0].articles)
        history = storage.stories.story_history(db, rows[0].id)
    site.note(visitor, "read", f"story {rows[0].id}")
    shown = {"members": [show.article(row) for row in members], "history": [event._asdict() for event in history]}
    return asdict(rows[0]) | shown
