"""Which articles an edition is made of, as stories, the most important first. Pure; every rule has its name here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.model import Request
from press import Article, Subscription
from press.spelling import spelt_text
from press.text import clean

LATE_DAYS = 3  #: how old an article may be that is met only after the last edition
FUTURE_TOLERANCE = timedelta(minutes=10)  #: a clock may be this much ahead of ours
GROWTH = timedelta(hours=12)

FOCUS_WEIGHT = 3.0  #: the story is about the area, not only touching it
ANSWER_WEIGHT = 1.5  #: citizens' feedback: an agency should answer
OUTLETS_WEIGHT = 1.0  #: for each doubling of the outlets that report it
NEGATIVE_WEIGHT = 1.0  #: harm, failure, disaster
NEW_WEIGHT = 0.5  #: not delivered before; a known story yields to a new one of the same rank
REPRINT_WEIGHT = -3.0  #: nothing but reprints of what was delivered before
RECENCY_WEIGHT = 0.5  #: from the beginning (0) to the end (1) of the period

_UNIT_WORDS = (
    *("thành phố ", "thị trấn ", "thị xã ", "phường ", "huyện ", "quận ", "tỉnh ", "xã ", "ấp ", "khóm "),
    *("tp. ", "tx. ", "tt. ", "tp ", "tx ", "h. ", "p. "),
)


@dataclass(frozen=True, slots=True)
class News:
    """A story in an edition: all that is known of it by the period's end, and what of it is new to the reader."""

    story: int | None
    known: tuple[Article, ...]
    new: tuple[Article, ...]  #: to be delivered, in order of publication
    head: Article
    update: bool  #: the reader got an earlier article of it
    again: bool  #: nothing new but reprints of what the reader got
    focus: bool
    score: float


def instant(article: Article) -> datetime:
    """When an article counts as published: by its own date, by our reading where that is missing or impossible."""
    published = article.published_at
    if published is None or published > article.fetched_at + FUTURE_TOLERANCE:
        return article.fetched_at
    return published


def is_late(article: Article, request: Request) -> bool:
    """Whether it appeared before the period but entered the archive only after the last edition had been composed."""
    owed_from = request.subscription.created_at - timedelta(days=1)  # nothing older than the first period is owed
    earliest = max(request.start - timedelta(days=LATE_DAYS), owed_from)
    return (
        request.last_seen is not None
        and earliest <= instant(article) < request.start
        and article.id > request.last_seen
    )


def is_due(article: Article, request: Request) -> bool:
    """Whether this edition has to deliver the article."""
    if article.id in request.delivered or article.relevance not in {"focus", "mention"}:
        return False
    return request.start <= instant(article) < request.end or is_late(article, request)


def select(request: Request) -> tuple[News, ...]:
    """The stories of an edition, the most important first; the order does not depend on that of the candidates."""
    member = {article: story.id for story in request.stories for article in story.articles}
    groups: dict[tuple[bool, int], dict[int, Article]] = {}
    for article in request.articles:
        if article.relevance in {"focus", "mention"} and instant(article) < request.end:
            story = member.get(article.id, article.story)
            key = (True, article.id) if story is None else (False, story)
            groups.setdefault(key, {})[article.id] = article
    found = [
        news
        for (single, key), articles in groups.items()
        if (news := _news(None if single else key, articles.values(), request)) and _wanted(news, request.subscription)
    ]
    return tuple(sorted(found, key=_order))


def _order(news: News) -> tuple[float, float, str]:
    return (-round(news.score, 6), -instant(news.head).timestamp(), news.head.url)  # an id tells who was read first


def _news(story: int | None, articles: Iterable[Article], request: Request) -> News | None:
    known = tuple(sorted(articles, key=lambda article: (instant(article), article.url)))
    new = tuple(article for article in known if is_due(article, request))
    if not new:
        return None
    update = any(article.id in request.delivered for article in known)
    head = _head(new, update)
    again = update and all(article.reprint_of is not None for article in new)
    focus = any(article.relevance == "focus" for article in new)
    score = _score(known, new, head, request) + (REPRINT_WEIGHT if again else 0.0 if update else NEW_WEIGHT)
    return News(story, known, new, head, update, again, focus, score)


def _head(new: Sequence[Article], update: bool) -> Article:
    """The article that stands for the story: the original, or the newest of a story the reader knows."""
    ids = {article.id for article in new}

    def rank(article: Article) -> tuple[bool, bool, bool, bool]:
        reprint = article.reprint_of is not None and article.reprint_of in ids
        return (article.vanished_at is not None, reprint, article.relevance != "focus", article.language == "km")

    best = min(map(rank, new))
    candidates = [article for article in new if rank(article) == best]
    return candidates[-1] if update else candidates[0]


def _score(known: Sequence[Article], new: Sequence[Article], head: Article, request: Request) -> float:
    outlets = len({article.outlet for article in known})
    length = (request.end - request.start).total_seconds() or 1.0
    recency = (instant(head) - request.start).total_seconds() / length
    return (
        FOCUS_WEIGHT * any(article.relevance == "focus" for article in new)
        + ANSWER_WEIGHT * any(map(needs_answer, new))
        + OUTLETS_WEIGHT * math.log2(outlets)
        + NEGATIVE_WEIGHT * (head.tone == -1)
        + RECENCY_WEIGHT * min(max(recency, 0.0), 1.0)
    )


def needs_answer(article: Article) -> bool:
    """Whether the article brings forward what an agency should answer."""
    return any(tag.id == "citizen_feedback" for tag in article.topics)


def main_topic(article: Article, known: Mapping[str, object]) -> str:
    """The strongest topic; "other" where there is none this version knows."""
    return next((tag.id for tag in article.topics if tag.id in known), "other")


def _wanted(news: News, subscription: Subscription) -> bool:
    """Whether the reader asked for this story: any of its new articles has one of the topics and one of the places."""
    topics = frozenset(subscription.topics)
    places = frozenset(map(bare_place, subscription.places))
    return any(
        (not topics or any(tag.id in topics for tag in article.topics))
        and (not places or bool(places & _place_names(article)))
        for article in news.new
    )


def _place_names(article: Article) -> set[str]:
    names = {bare_place(text) for place in article.places for text in (place.name, place.as_written)}
    return names | {place.code.casefold() for place in article.places if place.code}


def bare_place(name: str) -> str:
    """A place name for comparison: one spelling, lower case, no hyphens, without the word for its kind of unit."""
    text = " ".join(spelt_text(clean(name)).casefold().replace("-", " ").replace("–", " ").split())
    unit = next((word for word in _UNIT_WORDS if text.startswith(word) and len(text) > len(word)), "")
    return text[len(unit) :]
