"""The figures of the pages for programs: today, and what was written about every unit and every topic of a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request

from pipeline.figures import today, trends
from pipeline.figures.trends import Compared, Span
from pipeline.figures.units import Seen
from press import TOPICS
from web.api import numbers
from web.archive import figures
from web.site.access import Reader
from web.site.site import Site, site_of

router = APIRouter(tags=["coverage"])
Days = Annotated[int, Query(ge=1, le=366, description="the last days, today among them")]
NAMES = {1: "positive", 0: "neutral", -1: "negative", None: "none"}  #: tones, as queries say them


@router.get("/today", response_model=numbers.Today)
def at_a_glance(request: Request, visitor: Reader) -> Any:
    """Return the stories of the last 24 hours, the most important first, and how many articles there were."""
    site = site_of(request)
    site.note(visitor, "today read")
    now = site.clock()
    found = today.look(site.archive, site.settings, now, "en", site.states.latest(now))
    stories = [
        {
            "story": news.story,
            "title": news.head.title,
            "outlet": news.head.outlet,
            "articles": [one.id for one in news.known],
            "tone": news.head.tone,
            "matter": news in found.matters,
        }
        for news in found.stories
    ]
    counts = {"since_midnight": _tones(found.today), "last_24_hours": _tones(found.day)}
    return {"area": found.area, "since": found.since, "until": now, **counts, "stories": stories}


@router.get("/coverage/places", response_model=numbers.AreaCoverage)
def places(request: Request, visitor: Reader, days: Days = 30) -> Any:
    """Return every unit of the area, of today and before, with its coverage; 0: nobody wrote about it."""
    site, span = _asked(request, days)
    land = figures.territory(site.settings.area)
    seen, whole = figures.of_places(site, span)
    keys = (land.root, *land.today, *land.former, *land.landmarks)
    units = [_unit(site, key, seen.get(key, Seen())) for key in dict.fromkeys(keys)]
    site.note(visitor, "listed", "places", days=days)
    return {**_period(span), "count": whole.total(), "tones": _tones(whole), "units": units}


@router.get("/coverage/places/{code}", response_model=numbers.UnitCoverage)
def place(request: Request, visitor: Reader, code: str, days: Days = 30) -> Any:
    """Return one unit, by its code or key: trend, tones, topics, outlets, stories; months beside each other."""
    site, span = _asked(request, days)
    key = figures.territory(site.settings.area).find(code)
    if key is None:
        raise HTTPException(404, f"there is no unit {code!r} in the area")
    told = figures.of_place(site, span, key)
    site.note(visitor, "listed", f"place {key}", days=days)
    unit = _unit(site, key, Seen(told["tones"], itself=told["itself"]))
    return {**unit, **_told(span, told), "topics": _counts(told["topics"])}


@router.get("/coverage/topics", response_model=numbers.TopicsCoverage)
def topics(request: Request, visitor: Reader, days: Days = 30) -> Any:
    """Return every topic with its coverage and the share of negative articles, this month and before."""
    site, span = _asked(request, days)
    rows = [
        {"topic": topic, "count": tones.total(), "tones": _tones(tones), "negative": _months(compared)}
        for topic, tones, _, compared in figures.of_topics(site, span)
    ]
    site.note(visitor, "listed", "topics", days=days)
    return {**_period(span), "topics": rows}


@router.get("/coverage/topics/{topic}", response_model=numbers.TopicCoverage)
def topic(request: Request, visitor: Reader, topic: str, days: Days = 30) -> Any:
    """Return one topic: trend, tones, places, outlets, stories; months beside each other."""
    if topic not in TOPICS:
        raise HTTPException(404, f"there is no topic {topic!r}; the topics are {', '.join(TOPICS)}")
    site, span = _asked(request, days)
    told = figures.of_topic(site, span, topic)
    site.note(visitor, "listed", f"topic {topic}", days=days)
    where = [{"value": key or "", "label": name, "count": count} for name, key, count in told["where"]]
    count, tones = len(told["pieces"]), _tones(told["tones"])
    return {"topic": topic, "count": count, "tones": tones, **_told(span, told), "places": where}


def _asked(request: Request, days: int) -> tuple[Site, Span]:
    site = site_of(request)
    return site, trends.span(days, site.clock(), site.settings.digest.timezone)


def _unit(site: Site, key: str, seen: Seen) -> dict[str, Any]:
    land = figures.territory(site.settings.area)
    named = {"code": key, "title": land.title(key), "today": not land.is_old(key)}
    return {**named, "count": seen.tones.total(), "named": seen.itself, "tones": _tones(seen.tones)}


def _told(span: Span, told: Mapping[str, Any]) -> dict[str, Any]:
    steps = [{"from": day, "count": tones.total(), "tones": _tones(tones)} for day, tones in told["steps"]]
    stories = [
        {"story": group.story, "title": group.title, "articles": [one.id for one in group.pieces]}
        for group in told["groups"]
    ]
    shared = {"steps": steps, "outlets": _counts(told["outlets"]), "stories": stories}
    return {**_period(span), **shared, "negative": _months(told["compared"])}


def _period(span: Span) -> dict[str, Any]:
    return {"since": span.since, "until": span.until}


def _tones(counted: Mapping[int | None, int]) -> dict[str, int]:
    return {name: counted.get(tone, 0) for tone, name in NAMES.items()}


def _counts(rows: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"value": value, "count": count} for value, count in rows]


def _months(compared: Compared) -> dict[str, float | None]:
    this = trends.negative(compared.month)
    return {"this_month": this, "last_month": compared.last_month, "last_year": compared.last_year}
