"""What an edition is made of: the coverage of a period, and the numbers beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from sqlalchemy import Connection

from digest.model import Numbers
from pipeline.figures import trends
from pipeline.running.due import Period
from press import Article
from settings import Settings
from storage import coverage
from storage.coverage.counts import COVERAGE

BACKGROUND = timedelta(days=4)  # of a story before the period: how its coverage grew, late arrivals
CHART_DAYS = 14


def candidates(db: Connection, period: Period) -> list[Article]:
    """Return the coverage that may belong: by date, and by first reading for dates that are missing or impossible."""
    since = period.start - BACKGROUND
    ids: dict[int, None] = {}
    bys: tuple[Literal["dated", "fetched"], ...] = ("dated", "fetched")
    for by in bys:
        found = coverage.articles.article_ids(db, since=since, until=period.end, by=by, relevance=COVERAGE)
        ids |= dict.fromkeys(found)
    return coverage.articles.load_articles(db, ids)


def numbers(db: Connection, settings: Settings, period: Period) -> Numbers:
    """Count the coverage of the area; what the archive does not reach back to stays None."""
    zone = settings.digest.timezone
    first = coverage.counts.first_dated(db)
    today = period.end.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=n) for n in range(CHART_DAYS, -1, -1)]
    seen = [at.astimezone(zone).date() for at in coverage.counts.instants(db, days[0], period.end)]
    whole = [seen.count(day.date()) for day in days[:-1]]
    months = trends.compared(db, period.end, zone)
    return Numbers(
        mean_14d=sum(whole) / len(whole) if first is not None and first <= days[0] else None,
        month=months.month.total() or None,
        month_negative=trends.negative(months.month),
        last_month_negative=months.last_month,
        last_year_negative=months.last_year,
        daily=tuple((day.date(), seen.count(day.date())) for day in days if first is not None and first <= day),
    )
