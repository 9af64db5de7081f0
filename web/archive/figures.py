"""The rooms of figures: what was written about every unit of the area, and about every topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request, Response
from sqlalchemy import Connection

from pipeline.figures import area, trends
from pipeline.figures.trends import Span
from pipeline.figures.units import Seen, Territory
from press import TOPICS
from settings import Area
from storage import coverage
from storage.coverage.counts import Among, Piece
from web.archive import charts
from web.site.access import Reader
from web.site.site import Site, show, site_of

router = APIRouter()
Days = Annotated[int, Query()]
PERIODS = (7, 30, 90, 365)
STORIES = 30  # on one page; the search has them all
TOP = 10


@dataclass(frozen=True, slots=True)
class Group:
    """One story as far as it belongs to the page, newest article first; `story` is None for an article on its own."""

    story: int | None
    title: str
    pieces: Sequence[Piece]


@lru_cache(maxsize=4)
def territory(chosen: Area) -> Territory:
    """Return the units of an area."""
    return Territory(chosen)


def period(site: Site, days: int) -> Span:
    """Return the period a page asks for; another number of days than those offered is the month."""
    return trends.span(days if days in PERIODS else 30, site.clock(), site.settings.digest.timezone)


@router.get("/places")
def places(request: Request, visitor: Reader, days: Days = 30) -> Response:
    """Show every unit of the area with its coverage, and the units nobody wrote about."""
    site = site_of(request)
    span, land = period(site, days), territory(site.settings.area)
    seen, whole = of_places(site, span)
    missing = [key for key in land.today if key not in seen]
    return _show(
        request, "archive/places.html.j2",
        visitor, span, land=land, seen=seen, nothing=Seen(), missing=missing, whole=whole,
        area=area.label(site.settings, visitor.account.language),
    )  # fmt: skip


def of_places(site: Site, span: Span) -> tuple[Mapping[str, Seen], Counter[int | None]]:
    """Return unit -> its coverage, of those that have any, and the tones of the whole area."""
    with site.archive.read() as db:
        named = coverage.counts.named(db, span.since, span.until)
        every = coverage.counts.dated(db, span.since, span.until)
        marks = {article: (span.step(one.at), one.tone) for article, one in every}
    land = territory(site.settings.area)
    return land.seen(named, marks), Counter(tone for _, tone in marks.values())


@router.get("/places/{code}")
def place(request: Request, visitor: Reader, code: str, days: Days = 30) -> Response:
    """Show one unit: trend, tones, topics and its articles by story."""
    site = site_of(request)
    span, land = period(site, days), territory(site.settings.area)
    key = land.find(code)
    if key is None:
        raise HTTPException(404)
    ask = search_for(land.asking(key), span)
    return _show(
        request, "archive/place.html.j2", visitor, span, land=land, key=key, ask=ask, **of_place(site, span, key)
    )  # fmt: skip


def of_place(site: Site, span: Span, key: str) -> dict[str, Any]:
    """Return what is told of one unit: `topics`, how many name it `itself`, months `compared`, and what `_told` has."""
    land = territory(site.settings.area)
    among = land.among(key)
    with site.archive.read() as db:
        told = _told(db, span, among)
        topics = coverage.counts.topics_of(db, span.since, span.until, among).most_common()
        named = coverage.counts.places_of(db, span.since, span.until, among)
        compared = trends.compared(db, span.until, span.zone, among)
    itself = sum(count for unit, count in named.items() if land.key_of(unit) == key)
    return {**told, "topics": topics, "itself": itself, "compared": compared}


@router.get("/topics")
def topics(request: Request, visitor: Reader, days: Days = 30) -> Response:
    """Show every topic: count, trend, tones, and the change on last month and last year."""
    site = site_of(request)
    span = period(site, days)
    return _show(request, "archive/topics.html.j2", visitor, span, rows=of_topics(site, span))


def of_topics(site: Site, span: Span) -> list[tuple[str, Counter[int | None], tuple[int, ...], trends.Compared]]:
    """Return every topic with its tones, how many each step has, and its months; most articles first."""
    with site.archive.read() as db:
        every = coverage.counts.topics(db, span.since, span.until)
        compared = trends.topics_compared(db, span.until, span.zone)
    tones, none = trends.topic_tones(every), Counter[int | None]()
    blank = trends.Compared(none, None, None)
    rows = [
        (
            *(topic, tones.get(topic, none), span.counted(one.at for one in every.get(topic, ()))),
            compared.get(topic, blank),
        )
        for topic in TOPICS
    ]
    return sorted(rows, key=lambda row: -row[1].total())


@router.get("/topics/{topic}")
def topic(request: Request, visitor: Reader, topic: str, days: Days = 30) -> Response:
    """Show one topic: trend, tones, outlets and places by number, its stories."""
    site = site_of(request)
    if topic not in TOPICS:
        raise HTTPException(404)
    span = period(site, days)
    ask = search_for(f"topic:{topic}", span)
    return _show(request, "archive/topic.html.j2", visitor, span, name=topic, ask=ask, **of_topic(site, span, topic))


def of_topic(site: Site, span: Span, topic: str) -> dict[str, Any]:
    """Return what is told of one topic: places (`where`), months `compared`, and what `_told` has."""
    land, among = territory(site.settings.area), coverage.counts.of_topic(topic)
    with site.archive.read() as db:
        told = _told(db, span, among)
        named = coverage.counts.places_of(db, span.since, span.until, among)
        compared = trends.compared(db, span.until, span.zone, among)
    where = [(unit.name, land.key_of(unit), count) for unit, count in named.most_common(TOP)]
    return {**told, "where": where, "compared": compared}


def search_for(query: str, span: Span) -> str:
    """Return the address of the search for what a page counts."""
    since = span.since.date().isoformat()
    covered = "(relevance:focus OR relevance:mention)"
    return "/search?" + urlencode({"q": f"{query} {covered} from:{since}"})


def _told(db: Connection, span: Span, among: Among) -> dict[str, Any]:
    """Return what the pages of a unit and of a topic share."""
    pieces = coverage.counts.pieces(db, span.since, span.until, among)
    groups = grouped(pieces)
    titles = {one.id: one.title for one in coverage.stories.stories(db, ids=[g.story for g in groups if g.story])}
    return {
        "pieces": pieces,
        "tones": Counter(piece.tone for piece in pieces),
        "steps": span.by_tone((piece.at, piece.tone) for piece in pieces),
        "outlets": Counter(piece.outlet for piece in pieces).most_common(TOP),
        "groups": [Group(one.story, titles.get(one.story or 0, one.title), one.pieces) for one in groups],
        "stories": len({piece.story or -piece.id for piece in pieces}),
    }


def grouped(pieces: Sequence[Piece]) -> list[Group]:
    """Return the newest stories of pieces that are newest first."""
    members: dict[int, list[Piece]] = {}
    for piece in pieces:
        members.setdefault(piece.story or -piece.id, []).append(piece)
    return [Group(of[0].story, of[-1].title, of) for of in list(members.values())[:STORIES]]


def _show(request: Request, template: str, visitor: Reader, span: Span, **context: Any) -> Response:
    shared: dict[str, Any] = {"charts": charts, "span": span, "periods": PERIODS, "negative": trends.negative}
    return show(request, template, visitor, **shared, labelled=labelled, **context)


def labelled(steps: Sequence[tuple[date | datetime, Any]]) -> list[tuple[str, Any]]:
    """Return a chart's rows with their days written short."""
    return [(f"{day.day}/{day.month}", value) for day, value in steps]
