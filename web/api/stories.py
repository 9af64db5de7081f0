"""Stories for programs: read, and merged, split, moved by an editor's word, with each act taken back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, HTTPException, Request

from pipeline.desk import regroup
from pipeline.running import show
from storage import coverage
from web.api import shapes
from web.api.paging import Id, Window, paged
from web.site.access import Editor, Reader
from web.site.site import Site, site_of

router = APIRouter(tags=["stories"])


@router.get("/stories", response_model=shapes.Page[shapes.Story])
def stories(request: Request, visitor: Reader, window: Window) -> Any:
    """List the stories that reach into [since, until), latest first."""
    site = site_of(request)
    with site.archive.read() as db:
        rows = coverage.stories.stories(
            db, since=window.since, until=window.until, after=window.behind, limit=window.limit + 1
        )
    site.note(visitor, "listed", "stories", **window.told(len(rows[: window.limit])))
    return paged(rows, window.limit, lambda row: (row.last_at, row.id), asdict)


@router.get("/stories/{number}", response_model=shapes.WholeStory)
def story(request: Request, visitor: Reader, number: Id) -> Any:
    """Return a story with its articles; the id of one that was merged leads to the one it is in now."""
    site = site_of(request)
    with site.archive.read() as db:
        current = coverage.stories.current_story(db, number)
        rows = coverage.stories.stories(db, ids=[current]) if current is not None else []
        if not rows:
            raise HTTPException(404, f"there is no story {number}")
        members = coverage.articles.load_articles(db, rows[0].articles)
        history = coverage.stories.story_history(db, rows[0].id)
    site.note(visitor, "story read", rows[0].id)
    shown = {"members": [show.article(row) for row in members], "history": [event._asdict() for event in history]}
    return asdict(rows[0]) | shown


@router.post("/stories/{number}/merge", response_model=shapes.StoryEvent, status_code=201)
def merge(request: Request, visitor: Editor, number: Id, wanted: shapes.Merge) -> Any:
    """Take another story in; its id leads here from now on."""
    site = site_of(request)
    _known(site, number, wanted.story)
    return regroup.merge(site.archive, number, wanted.story, visitor.account.email, site.clock())._asdict()


@router.post("/stories/{number}/split", response_model=shapes.StoryEvent, status_code=201)
def split(request: Request, visitor: Editor, number: Id, wanted: shapes.Split) -> Any:
    """Make a story of its own, `other` of the answer, of some articles."""
    site = site_of(request)
    _known(site, number)
    return regroup.split(site.archive, number, wanted.articles, visitor.account.email, site.clock())._asdict()


@router.post("/articles/{number}/story", response_model=shapes.StoryEvent, status_code=201)
def move(request: Request, visitor: Editor, number: Id, wanted: shapes.Move) -> Any:
    """Move an article into another story; null: into one of its own. The last of a story takes the story along."""
    site = site_of(request)
    with site.archive.read() as db:
        if coverage.articles.get_article(db, number) is None:
            raise HTTPException(404, f"there is no article {number}")
    if wanted.story is not None:
        _known(site, wanted.story)
    return regroup.move(site.archive, number, wanted.story, visitor.account.email, site.clock())._asdict()


@router.delete("/story-changes/{number}", response_model=shapes.StoryEvent)
def undo(request: Request, visitor: Editor, number: Id) -> Any:
    """Take a person's merge, split or move back; 409 where its articles were moved on since."""
    site = site_of(request)
    return regroup.undo(site.archive, number, visitor.account.email, site.clock())._asdict()


def _known(site: Site, *numbers: int) -> None:
    with site.archive.read() as db:
        for number in numbers:
            if coverage.stories.current_story(db, number) is None:
                raise HTTPException(404, f"there is no story {number}")
