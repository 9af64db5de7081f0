"""What the archive holds, as the objects of the contract: the same for command line, API and pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from digest.choosing.coverage import advice
from digest.words import Words
from pipeline.running import outlets as chosen_outlets
from press import Article
from settings import Settings
from storage import Archive, collecting, coverage, delivery, upkeep

Row = dict[str, object]


def article(row: Article) -> Row:
    """Return the contract's article object."""
    return {
        "id": row.id,
        "url": row.url,
        "outlet": row.outlet,
        "title": row.title,
        "lead": row.lead,
        "language": row.language,
        "published_at": row.published_at,
        "fetched_at": row.fetched_at,
        "relevance": row.relevance,
        "topics": [{"id": topic.id, "score": topic.score, "evidence": topic.evidence} for topic in row.topics],
        "tone": row.tone,
        "places": [asdict(place) for place in row.places],
        "story": row.story,
        "reprint_of": row.reprint_of,
        "versions": row.versions,
        "vanished_at": row.vanished_at,
        "model": row.model,
    }


def articles(archive: Archive, since: datetime | None = None, until: datetime | None = None) -> Iterator[Row]:
    """Give the articles published in [since, until), newest first."""
    with archive.read() as db:
        for row in coverage.articles.articles(db, since=since, until=until, newest_first=True):
            yield article(row)


def stories(archive: Archive) -> Iterator[Row]:
    """Give the stories, newest first."""
    with archive.read() as db:
        for story in coverage.stories.stories(db):
            yield asdict(story)


def editions(archive: Archive) -> Iterator[Row]:
    """Give the editions, oldest first, without their messages."""
    with archive.read() as db:
        emails = delivery.editions.recipients(db)
        for edition in delivery.editions.editions(db):
            row = asdict(edition)
            del row["message"]
            yield {**row, "email": emails.get(edition.subscription, "")}


def outlets(archive: Archive, settings: Settings, now: datetime) -> Iterator[Row]:
    """Give the health of every outlet in use, with what to do about it."""
    with archive.read() as db:
        for health in collecting.outlets.health(db, chosen_outlets.in_use(settings), now):
            yield {**asdict(health), "advice": advice(health, Words("en"))}


def never_read(settings: Settings) -> Iterator[tuple[str, str]]:
    """Give the outlets the catalogue or the settings disable, with the reason."""
    for slug, outlet in sorted(chosen_outlets.known(settings).items()):
        if outlet.disabled and (settings.crawl.outlets == "all" or slug in settings.crawl.outlets):
            yield slug, outlet.disabled


def quarantine(archive: Archive, *, dropped: bool = False) -> Iterator[Mapping[str, object]]:
    """Give what was given up, with the reason; `dropped`: what a person dropped instead."""
    with archive.read() as db:
        for row in collecting.outlets.quarantine(db, dropped=dropped):
            yield asdict(row)


def runs(archive: Archive, limit: int) -> Iterator[Row]:
    """Give the last runs of the ledger, newest first."""
    with archive.read() as db:
        for run in upkeep.runs.last_runs(db, limit=limit):
            yield {
                "id": run.id,
                "job": run.verb,
                "planned": run.now,
                "started_at": run.started_at,
                "ended_at": run.ended_at,
                "counts": run.counts,
                "error": run.error,
            }
