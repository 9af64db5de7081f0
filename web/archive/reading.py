"""The pages that are read: one article with why it is tagged so, one story over its outlets, a stored copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup
from sqlalchemy import Connection

from analysis.reading.pages import decode
from pipeline.figures import area, one_event
from press import Article, Story
from press.text import fold
from storage import collecting, coverage, register
from storage.coverage.articles import Version
from storage.register.matters import Matter
from storage.search import similar
from web.archive import charts, evidence
from web.site.access import Admin, Reader
from web.site.register_words import STATES, said
from web.site.site import HEADERS, Site, show, site_of
from web.site.visitor import Visitor

router = APIRouter()
MOST = 2**63 - 1  # of an id
Id = Annotated[int, Path(ge=1, le=MOST)]
NEAR = timedelta(days=5)  # how far apart stories may be that are offered for merging
OFFERED = 6
ALIKE = 5  #: related articles
SOURCE = 400_000  # letters of a stored page that are shown


@dataclass(frozen=True, slots=True)
class Compared:
    """Two texts of one article, and what changed between them."""

    old: Version
    new: Version
    title: Markup
    lead: Markup
    body: Markup


@router.get("/articles/{number}")
def article(request: Request, visitor: Reader, number: Id, shown: str = "", old: int = 0, new: int = 0) -> Response:
    """Show one article; `shown` names the tag whose evidence is marked, `old` and `new` the texts to compare."""
    return article_page(request, visitor, number, shown=shown, old=old, new=new)


def article_page(
    request: Request, visitor: Visitor, number: int, *, shown: str = "", old: int = 0, new: int = 0,
    problem: str = "", status: int = 200,
) -> HTMLResponse:  # fmt: skip
    """Return the page of an article, noted in the audit log first; 404 where it is not in the archive."""
    site = site_of(request)
    with site.archive.read() as db:
        found = coverage.articles.get_article(db, number)
        if found is None:
            raise HTTPException(404)
        context = _surroundings(db, site, found, editing=visitor.may("editor"), evidence_too=visitor.may("admin"))
        on = register.covered.of_article(db, site.settings.area.province, number)
        context["matters"] = _matters(db, site, on, visitor)
    told = {one.id for one in context["chain"]} | set(context["story"].articles if context["story"] else ())
    context["alike"] = _alike(site, number, frozenset(told))
    site.note(visitor, "read", number)  # not within: who writes the log must not wait for connections that readers hold
    versions = context["versions"]
    decided = evidence.sentences(found, shown)
    wanted = decided or evidence.phrases(found, shown)
    return show(
        request, "archive/article.html.j2", visitor, status, article=found, shown=shown, problem=problem, wanted=wanted,
        decided=decided, quoted=evidence.quoted, marked=lambda text: evidence.marked(text, wanted),
        compared=compared(versions, old, new), **context,
    )  # fmt: skip


def _alike(site: Site, number: int, told: frozenset[int]) -> list[Article]:
    """The articles most like one, but for those of its story."""
    ids = similar(site.index, number, ALIKE, without=told)
    with site.archive.read() as db:
        return coverage.articles.load_articles(db, ids)


def _surroundings(db: Connection, site: Site, found: Article, *, editing: bool, evidence_too: bool) -> dict[str, Any]:
    story = next(iter(coverage.stories.stories(db, ids=[found.story])), None) if found.story is not None else None
    events = coverage.stories.story_history(db, found.story) if found.story is not None else []
    return {
        "story": story,
        "chain": coverage.articles.load_articles(db, coverage.reading.reprint_chain(db, found.id)),
        "versions": coverage.articles.versions_of(db, found.id),
        "addresses": [one for one in coverage.reading.addresses(db, found.id) if one.url != found.url],
        "copies": coverage.reading.copies(db, found.id) if evidence_too else [],
        "corrections": coverage.corrections.corrections(db, article=found.id)[::-1],
        "moves": [event for event in events if event.who and found.id in event.articles][::-1],
        "offered": _near(db, found.title, found.published_at or found.fetched_at, found.story) if editing else [],
        "units": area.choices(site.settings.area) if editing else (),
    }


def compared(versions: Sequence[Version], old: int, new: int) -> Compared | None:
    """Return the difference of two texts; without a choice of the newest and the one before it."""
    numbered = {version.number: version for version in versions}
    if len(versions) < 2:
        return None
    one = numbered.get(old, versions[-2])
    other = numbered.get(new, versions[-1])
    return Compared(
        one,
        other,
        evidence.words(one.title, other.title),
        evidence.words(one.lead, other.lead),
        evidence.difference(one.body, other.body),
    )


@router.get("/articles/{number}/stored/{page}")
def stored(request: Request, visitor: Admin, number: Id, page: Id) -> Response:
    """Show a stored copy as text: nothing in it runs, and nothing is asked for."""
    site = site_of(request)
    with site.archive.read() as db:
        copy = next((one for one in coverage.reading.copies(db, number) if one.id == page), None)
        kept = collecting.pages.load_page(db, page) if copy is not None else None
    if copy is None or kept is None:
        raise HTTPException(404)
    site.note(visitor, "stored copy read", number, page=page)
    source = decode(kept.page.body, kept.page.headers.get("content-type", ""))
    context: dict[str, Any] = {
        "number": number,
        "copy": copy,
        "headers": kept.page.headers,
        "size": len(kept.page.body),
    }
    return show(request, "archive/stored.html.j2", visitor, source=source[:SOURCE], cut=len(source) > SOURCE, **context)


@router.get("/stories/{number}")
def story(request: Request, visitor: Reader, number: Id) -> Response:
    """Show one story; the address of a merged one leads to where it is now."""
    with site_of(request).archive.read() as db:
        current = coverage.stories.current_story(db, number)
    if current is not None and current != number:
        return RedirectResponse(f"/stories/{current}", status_code=303, headers=HEADERS)
    return story_page(request, visitor, number)


def story_page(
    request: Request, visitor: Visitor, number: int, *, problem: str = "", status: int = 200
) -> HTMLResponse:
    """Return the page of a story, noted in the audit log first; 404 where it has no articles."""
    site = site_of(request)
    with site.archive.read() as db:
        found = next(iter(coverage.stories.stories(db, ids=[number])), None)
        if found is None:
            raise HTTPException(404)
        articles = coverage.articles.load_articles(db, found.articles)
        history = coverage.stories.story_history(db, number)[::-1]
        offered = _near(db, found.title, found.first_at, number) if visitor.may("editor") else []
        matters = _matters(db, site, register.covered.of_story(db, site.settings.area.province, number), visitor)
        reasons = one_event.reasons_of(db, found.articles, visitor.account.language)
    site.note(visitor, "story read", number)
    return show(
        request, "archive/story.html.j2",
        visitor, status, story=found, articles=articles, history=history, offered=offered,
        problem=problem, chart=_timeline(site, found, articles), tones=_tones(articles),
        originals={one.id: one for one in articles}, matters=matters, reasons=reasons,
    )  # fmt: skip


def _matters(db: Connection, site: Site, ids: Sequence[int], visitor: Visitor) -> list[tuple[Matter, str, bool]]:
    """Return matters of the register, each with its state in words and whether its answer is late."""
    now, language = site.clock(), visitor.account.language
    found = register.matters.by_ids(db, ids)
    return [(matter, said(STATES, matter.state, language), matter.overdue(now)) for matter in found]


def _tones(articles: Sequence[Article]) -> Mapping[int | None, int]:
    counted: dict[int | None, int] = {}
    for one in articles:
        counted[one.tone] = counted.get(one.tone, 0) + 1
    return counted


def _timeline(site: Site, story: Story, articles: Sequence[Article]) -> Markup:
    rows: dict[str, list[tuple[datetime, int | None, str]]] = {}
    for one in articles:
        at = one.published_at or one.fetched_at
        rows.setdefault(site.outlet_name(one.outlet), []).append((at, one.tone, one.title))
    return charts.timeline(rows, story.title, site.settings.digest.timezone)


def _near(db: Connection, title: str, at: datetime, own: int | None) -> list[Story]:
    """Return stories of the same days whose titles share most words with this one."""
    words = set(fold(title).split())
    others = coverage.stories.stories(db, since=at - NEAR, until=at + NEAR, limit=300)
    scored = [(len(words & set(fold(one.title).split())), one) for one in others if one.id != own]
    best = sorted(scored, key=lambda pair: (-pair[0], -pair[1].id))
    return [one for score, one in best[:OFFERED] if score > 1]
