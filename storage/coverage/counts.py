"""Counting coverage: how many articles of the area, in which tone, over which time, of which topic and place.

Every count is of coverage published in [since, until); `among` narrows it to a topic or to places.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, distinct, exists, func, or_, select

from press import Relevance
from storage.tables.coverage import articles as table
from storage.tables.coverage import places, tags

COVERAGE: tuple[Relevance, ...] = ("focus", "mention")  #: what counts as coverage of the area
Among = ColumnElement[bool]


class Unit(NamedTuple):
    """The key of a place as articles hold it; `name` tells landmarks of one unit apart."""

    code: str
    valid_from: str
    name: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One article of coverage, without its text."""

    id: int
    at: datetime
    tone: int | None
    outlet: str
    story: int | None
    title: str


class Dated(NamedTuple):
    """When an article was published, and its tone."""

    at: datetime
    tone: int | None


def first_dated(db: Connection) -> datetime | None:
    """When the oldest coverage of the archive was published; None for an empty archive."""
    query = select(table.c.dated_at).where(table.c.relevance.in_(COVERAGE))
    return db.execute(query.order_by(table.c.dated_at).limit(1)).scalar()  # walks the index: a minimum reads all


def of_topic(topic: str) -> Among:
    """Narrow to the articles of a topic."""
    own = tags.alias()  # looked up for each article of the period, however large the topic is
    return exists().where(own.c.article_id == table.c.id, own.c.kind == "topic", own.c.value == topic)


def of_places(units: Collection[Unit], landmarks: Collection[Unit] = ()) -> Among:
    """Narrow to the articles that name one of these units; landmarks share a code, so that their names count too."""
    own = places.alias()
    key = own.c.code + "@" + own.c.valid_from
    plain = and_(own.c.code.in_([one.code for one in units]), key.in_([f"{u.code}@{u.valid_from}" for u in units]))
    marks = and_(own.c.code.in_([one.code for one in landmarks]), own.c.name.in_([one.name for one in landmarks]))
    return exists().where(own.c.article_id == table.c.id, own.c.in_area, or_(plain, marks))


def tones(db: Connection, since: datetime, until: datetime, among: Among | None = None) -> Counter[int | None]:
    """Tone (-1, 0, 1, None) -> how many articles."""
    query = select(table.c.tone, func.count().label("n")).where(*_covered(since, until, among))
    return Counter({row.tone: row.n for row in db.execute(query.group_by(table.c.tone))})


def dated(db: Connection, since: datetime, until: datetime) -> Iterator[tuple[int, Dated]]:
    """Every article as its id and what is dated; read from an index alone, as whole years are."""
    query = select(table.c.id, table.c.dated_at, table.c.tone).where(*_covered(since, until))
    return ((row[0], Dated(row[1], row[2])) for row in db.execute(query))


def topics(db: Connection, since: datetime, until: datetime) -> dict[str, list[Dated]]:
    """Topic -> its articles."""
    query = select(tags.c.value, tags.c.article_id)
    query = query.where(tags.c.kind == "topic", tags.c.article_id.in_(_ids(since, until)))
    every = dict(dated(db, since, until))
    found: dict[str, list[Dated]] = defaultdict(list)
    for topic, article in db.execute(query):
        found[topic].append(every[article])
    return found


def instants(db: Connection, since: datetime, until: datetime) -> Sequence[datetime]:
    """When each article was published, in order."""
    query = select(table.c.dated_at).where(*_covered(since, until))
    return db.execute(query.order_by(table.c.dated_at)).scalars().all()


def pieces(db: Connection, since: datetime, until: datetime, among: Among) -> list[Piece]:
    """The articles themselves, newest first."""
    columns = (table.c.id, table.c.dated_at, table.c.tone, table.c.outlet, table.c.story_id, table.c.title)
    query = select(*columns).where(*_covered(since, until, among))
    return [Piece(*row) for row in db.execute(query.order_by(table.c.dated_at.desc(), table.c.id.desc()))]


def topics_of(db: Connection, since: datetime, until: datetime, among: Among) -> Counter[str]:
    """Topic -> how many of the articles have it."""
    query = select(tags.c.value, func.count().label("n"))
    query = query.where(tags.c.kind == "topic", tags.c.article_id.in_(_ids(since, until, among)))
    return Counter({row.value: row.n for row in db.execute(query.group_by(tags.c.value))})


def places_of(db: Connection, since: datetime, until: datetime, among: Among) -> Counter[Unit]:
    """Place of the area -> how many of the articles name it."""
    key = (places.c.code, places.c.valid_from, places.c.name)
    query = select(*key, func.count(distinct(places.c.article_id)).label("n"))
    query = query.where(places.c.in_area, places.c.article_id.in_(_ids(since, until, among)))
    return Counter({Unit(*row[:3]): row.n for row in db.execute(query.group_by(*key))})


def named(db: Connection, since: datetime, until: datetime) -> dict[Unit, list[int]]:
    """Place of the area -> the articles that name it."""
    columns = (places.c.code, places.c.valid_from, places.c.name, places.c.article_id)
    query = select(*columns).where(places.c.in_area, places.c.article_id.in_(_ids(since, until)))
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)  # many rows, few places
    for code, valid_from, name, article in db.execute(query):
        found[code, valid_from, name].append(article)
    return {Unit(*key): articles for key, articles in found.items()}


def _covered(since: datetime, until: datetime, among: Among | None = None) -> tuple[ColumnElement[bool], ...]:
    which = (table.c.relevance.in_(COVERAGE), table.c.dated_at >= since, table.c.dated_at < until)
    return which if among is None else (*which, among)


def _ids(since: datetime, until: datetime, among: Among | None = None) -> Select[tuple[int]]:
    """The ids alone, found by date first: a planner would begin with all that has a topic."""
    return select(table.c.id).where(*_covered(since, until, among)).correlate(None)
