"""What the area's press brought in the last hours: the same stories, in the same order, as a digest would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.choosing.coverage import statement
from digest.choosing.select import News, main_topic, needs_answer, select
from digest.model import Matter, Numbers, Request
from digest.words import Words
from pipeline.figures import area, owed, told
from pipeline.running import outlets as chosen_outlets
from pipeline.running.due import Period
from press import TOPICS, Article, Edition, OutletHealth, Subscription
from settings import Settings
from storage import Archive, coverage, delivery

DAY = timedelta(hours=24)
MATTERS = 10


@dataclass(frozen=True, slots=True)
class Today:
    """The last 24 hours, and today since midnight."""

    area: str
    midnight: datetime
    since: datetime
    today: Counter[int | None]  #: tone -> articles since midnight
    day: Counter[int | None]  #: of the last 24 hours
    stories: tuple[News, ...]  #: the most important first
    matters: tuple[News, ...]  #: those that an agency should answer, or that tell of harm
    register: tuple[Matter, ...]  #: matters that owe an answer, late ones first; with new coverage; done in these hours
    topics: tuple[tuple[str, int], ...]  #: strongest topic -> stories, most first
    numbers: Numbers
    coverage: tuple[str, ...]
    outlets: tuple[OutletHealth, ...]  #: those that are not read well
    last: Edition | None  #: sent last to anybody


def look(archive: Archive, settings: Settings, now: datetime, language: str, health: Sequence[OutletHealth]) -> Today:
    """Return what happened until `now`; the words of the coverage statement in one of the two languages."""
    zone = settings.digest.timezone
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    since = now - DAY
    tongue = Words("en" if language == "en" else "vi")
    with archive.read() as db:
        found = told.candidates(db, Period(since, now))
        ids = sorted({article.story for article in found if article.story is not None})
        everything = Subscription(0, "", "", settings.digest.at.strftime("%H:%M"), "daily", (), (), "vi", since)
        request = Request(
            subscription=everything,
            start=since,
            end=now,
            articles=found,
            stories=coverage.stories.stories(db, ids=ids),
            outlets={slug: outlet.name for slug, outlet in chosen_outlets.known(settings).items()},
            delivered=frozenset(),
            coverage=health,
            numbers=told.numbers(db, settings, Period(since, now)),
            area=area.label(settings, language),
            timezone=zone,
            now=now,
        )
        news = select(request)
        return Today(
            area=request.area,
            midnight=midnight,
            since=since,
            today=coverage.counts.tones(db, midnight, now),
            day=coverage.counts.tones(db, since, now),
            stories=news,
            matters=tuple(one for one in news if _matters(one))[:MATTERS],
            register=tuple(owed.matters(db, settings, Period(since, now))),
            topics=tuple(Counter(main_topic(one.head, TOPICS) for one in news).most_common()),
            numbers=request.numbers,
            coverage=statement(health, tongue, timezone=zone, now=now),
            outlets=tuple(one for one in health if one.state != "ok"),
            last=next(iter(delivery.editions.editions(db, state="sent", limit=1)), None),
        )


def _matters(news: News) -> bool:
    return any(map(needs_answer, news.new)) or (news.focus and news.head.tone == -1)


def reprints(news: News) -> list[Article]:
    """Return the articles of a story that repeat the text of another one."""
    return [article for article in news.known if article.reprint_of is not None and article.id != news.head.id]
