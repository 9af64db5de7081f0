"""What the press wrote of a matter: the stories and articles it stands on, and what joins such a story later.

An article that once was coverage of a matter stays it, whatever becomes of its story: `keep` writes down what the
stories hold by now, before a person takes a story apart and after each grouping.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, func, insert, literal, select, update

from errors import Conflict
from storage.collecting.links import chunks
from storage.coverage.stories import current_story
from storage.facts import next_number
from storage.tables.coverage import articles, stories
from storage.tables.register import matter_articles, matter_stories, matters
from storage.types import Utc

_CHUNK = 500


def link_story(db: Connection, area: str, matter: int, story: int, now: datetime) -> bool:
    """Put a matter on a story, with all its articles; whether it was not there yet. Conflict for an unknown story."""
    today = current_story(db, story)
    if today is None:
        raise Conflict(f"there is no story {story}")
    mine = (matter_stories.c.matter_id == matter, _today() == today)
    joined = select(matter_stories.c.story_id).join(stories, stories.c.id == matter_stories.c.story_id)
    if db.execute(joined.where(*mine)).first():
        return False
    db.execute(matter_stories.insert(), {"matter_id": matter, "story_id": today, "area": area})
    keep(db, now, [today])
    _changed(db, db.execute(select(articles.c.id).where(articles.c.story_id == today)).scalars().all())
    return True


def link_article(db: Connection, area: str, matter: int, article: int, now: datetime) -> bool:
    """Put a matter on one article; whether it was not there yet. Conflict for an unknown article."""
    if db.execute(select(articles.c.id).where(articles.c.id == article)).first() is None:
        raise Conflict(f"there is no article {article}")
    mine = (matter_articles.c.matter_id == matter, matter_articles.c.article_id == article)
    if db.execute(select(matter_articles.c.article_id).where(*mine)).first():
        return False
    row = {"matter_id": matter, "article_id": article, "area": area, "added_at": now}
    db.execute(matter_articles.insert(), row)
    _changed(db, [article])
    return True


def keep(db: Connection, now: datetime, stories_: Iterable[int]) -> int:
    """Write down the articles that joined some stories, for the matters on these; how many there were."""
    return sum(_keep(db, now, batch) for batch in chunks(sorted(set(stories_)), _CHUNK))


def keep_all(db: Connection, now: datetime) -> int:
    """Write down what all stories of matters hold by now; how many articles were new."""
    query = select(_today()).join_from(matter_stories, stories, stories.c.id == matter_stories.c.story_id)
    return keep(db, now, db.execute(query.distinct()).scalars())


def _keep(db: Connection, now: datetime, batch: Sequence[int]) -> int:
    held = (
        select(matter_stories.c.matter_id, articles.c.id, matter_stories.c.area, literal(now, Utc))
        .join(stories, stories.c.id == matter_stories.c.story_id)
        .join(articles, articles.c.story_id == _today())
        .join(
            matter_articles,
            (matter_articles.c.matter_id == matter_stories.c.matter_id)
            & (matter_articles.c.article_id == articles.c.id),
            isouter=True,
        )
        .where(matter_articles.c.matter_id.is_(None), articles.c.story_id.in_(batch))
        .distinct()
    )
    names = ["matter_id", "article_id", "area", "added_at"]
    statement = insert(matter_articles).from_select(names, held)
    return int(db.execute(statement, execution_options={"preserve_rowcount": True}).rowcount)


def articles_of(db: Connection, ids: Iterable[int]) -> dict[int, list[int]]:
    """Return the ids of the articles of matters, in the order they were published: the first reported it first."""
    found: dict[int, list[int]] = {}
    for batch in chunks(sorted(set(ids)), _CHUNK):
        direct = select(matter_articles.c.matter_id, matter_articles.c.article_id)
        held = select(matter_stories.c.matter_id, articles.c.id).join(
            stories, stories.c.id == matter_stories.c.story_id
        )
        held = held.join(articles, articles.c.story_id == _today()).where(matter_stories.c.matter_id.in_(batch))
        both = direct.where(matter_articles.c.matter_id.in_(batch)).union(held).subquery()
        columns = (both.c.matter_id, articles.c.id)
        query = select(*columns).join_from(both, articles, articles.c.id == both.c.article_id)
        for row in db.execute(query.order_by(articles.c.dated_at, articles.c.url)):
            found.setdefault(row.matter_id, []).append(row.id)
    return found


@dataclass(frozen=True, slots=True)
class Report:
    """One article of a matter, as a list shows it."""

    id: int
    url: str
    outlet: str
    title: str
    published_at: datetime | None
    story: int | None


def reports_of(db: Connection, ids: Iterable[int]) -> dict[int, list[Report]]:
    """Return the articles of matters, the first report first."""
    of_matters = articles_of(db, ids)
    wanted = sorted({article for found in of_matters.values() for article in found})
    columns = (articles.c.id, articles.c.url, articles.c.outlet, articles.c.title, articles.c.published_at)
    reports: dict[int, Report] = {}
    for batch in chunks(wanted, _CHUNK):
        for row in db.execute(select(*columns, articles.c.story_id).where(articles.c.id.in_(batch))):
            reports[row.id] = Report(*row)
    return {matter: [reports[article] for article in found] for matter, found in of_matters.items()}


def joined(db: Connection, area: str, since: datetime, until: datetime) -> dict[int, int]:
    """Return how many articles joined matters from an instant on and before another, those it was opened with not."""
    late = matter_articles.c.added_at > matters.c.opened_at
    query = (
        select(matter_articles.c.matter_id, func.count())
        .join(matters, matters.c.id == matter_articles.c.matter_id)
        .where(matter_articles.c.area == area, matter_articles.c.added_at >= since, matter_articles.c.added_at < until)
        .where(late)
        .group_by(matter_articles.c.matter_id)
    )
    return {row[0]: int(row[1]) for row in db.execute(query)}


def grown(db: Connection, area: str, since: datetime) -> set[int]:
    """Return the matters that got coverage from an instant on."""
    query = select(matter_articles.c.matter_id).where(
        matter_articles.c.area == area, matter_articles.c.added_at > since
    )
    return set(db.execute(query.distinct()).scalars())


def stories_of(db: Connection, matter: int) -> list[int]:
    """Return the stories a matter stands on, by the ids they have today."""
    query = select(_today()).join_from(matter_stories, stories, stories.c.id == matter_stories.c.story_id)
    return sorted(set(db.execute(query.where(matter_stories.c.matter_id == matter)).scalars()))


def of_story(db: Connection, area: str, story: int) -> list[int]:
    """Return the ids of the matters on a story or on any of its articles, merged ones left out, newest first."""
    standing = select(matter_stories.c.matter_id).join(stories, stories.c.id == matter_stories.c.story_id)
    members = select(articles.c.id).where(articles.c.story_id == story)
    told = select(matter_articles.c.matter_id).where(matter_articles.c.article_id.in_(members))
    return _alive(db, area, standing.where(_today() == story), told)


def of_article(db: Connection, area: str, article: int) -> list[int]:
    """Return the ids of the matters on an article or on its story, merged ones left out, newest first."""
    told = select(matter_articles.c.matter_id).where(matter_articles.c.article_id == article)
    its = select(articles.c.story_id).where(articles.c.id == article).scalar_subquery()
    standing = select(matter_stories.c.matter_id).join(stories, stories.c.id == matter_stories.c.story_id)
    return _alive(db, area, told, standing.where(_today() == its))


def move(db: Connection, area: str, matter: int, into: int, now: datetime) -> None:
    """Give another matter all the coverage of one; the one keeps it too."""
    for story in stories_of(db, matter):
        link_story(db, area, into, story, now)
    for article in articles_of(db, [matter]).get(matter, ()):
        link_article(db, area, into, article, now)


def _alive(db: Connection, area: str, *which: Select[tuple[int]]) -> list[int]:
    ids = set().union(*(db.execute(query).scalars() for query in which))
    mine = (matters.c.area == area, matters.c.id.in_(sorted(ids)), matters.c.merged_into.is_(None))
    return list(db.execute(select(matters.c.id).where(*mine).order_by(matters.c.id.desc())).scalars())


def _changed(db: Connection, ids: Sequence[int]) -> None:
    """Number some articles as changed, so that who watches the matter is told of them."""
    for article in ids:
        db.execute(update(articles).where(articles.c.id == article).values(seq=next_number(db, "articles")))


def _today() -> ColumnElement[int]:
    """The story that a story's address leads to."""
    return func.coalesce(stories.c.merged_into, stories.c.id, type_=stories.c.id.type)
