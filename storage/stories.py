"""Stories: the coverage of one event, with ids that last and a record of what was merged or split."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from errors import StorageError
from press import Story
from storage.facts import next_number
from storage.links import chunks
from storage.schema import articles, story_events
from storage.schema import stories as table

_CHUNK = 500


class Membership(NamedTuple):
    """Where grouping put an article; without a story it gets one of its own."""

    article: int
    story: int | None
    reprint_of: int | None = None


class StoryEvent(NamedTuple):
    """A recorded merge (`story` took `other` in) or split (`other` left `story`)."""

    at: datetime
    kind: str
    story: int
    other: int
    articles: tuple[int, ...]


def create_story(db: Connection, now: datetime) -> int:
    """A new, empty story; `assign` fills it in the same transaction."""
    return int(db.execute(table.insert().returning(table.c.id), {"created_at": now}).scalar_one())


def assign(db: Connection, rows: Iterable[Membership], now: datetime) -> dict[int, int]:
    """Put articles into stories and close their grouping; answers article -> story.

    Stories that gained or lost an article are refreshed; unchanged articles get no new change number.
    """
    result: dict[int, int] = {}
    touched: set[int] = set()
    for member in rows:
        columns = (articles.c.story_id, articles.c.reprint_of)
        old = db.execute(select(*columns).where(articles.c.id == member.article)).one_or_none()
        if old is None:
            raise StorageError(f"article {member.article} is not in the archive")
        story = create_story(db, now) if member.story is None else member.story
        values: dict[str, object] = {"needs_group": False}
        if (old.story_id, old.reprint_of) != (story, member.reprint_of):
            values |= {"story_id": story, "reprint_of": member.reprint_of, "seq": next_number(db, "articles")}
        db.execute(update(articles).where(articles.c.id == member.article).values(values))
        touched |= {story, old.story_id} - {None}
        result[member.article] = story
    for story in sorted(touched):
        refresh_story(db, story)
    return result


def refresh_story(db: Connection, story: int) -> None:
    """Make title and span of a story those of its articles: the title is the original's."""
    columns = (articles.c.title, articles.c.dated_at, articles.c.reprint_of)
    query = select(*columns).where(articles.c.story_id == story).order_by(articles.c.dated_at, articles.c.url)
    rows = db.execute(query).all()
    if not rows:
        return
    original = next((row for row in rows if row.reprint_of is None), rows[0])
    values = {"title": original.title, "first_at": rows[0].dated_at, "last_at": rows[-1].dated_at}
    db.execute(update(table).where(table.c.id == story).values(values))


def merge_stories(db: Connection, into: int, other: int, now: datetime) -> None:
    """Move all articles of `other` into `into`; the old id still leads there, and the merge is recorded."""
    if into == other:
        raise ValueError("a story cannot be merged into itself")
    moved = _members(db, other)
    _move(db, moved, into)
    db.execute(update(table).where((table.c.id == other) | (table.c.merged_into == other)).values(merged_into=into))
    _record(db, StoryEvent(now, "merge", into, other, tuple(moved)))
    refresh_story(db, into)


def split_story(db: Connection, story: int, leaving: Sequence[int], now: datetime) -> int:
    """Move the articles `leaving` out into a new story, recorded; answers with its id."""
    foreign = set(leaving) - set(_members(db, story))
    if foreign or not leaving:
        raise StorageError(f"story {story} does not hold the articles {sorted(foreign)}")
    new = create_story(db, now)
    _move(db, leaving, new)
    _record(db, StoryEvent(now, "split", story, new, tuple(leaving)))
    refresh_story(db, story)
    refresh_story(db, new)
    return new


def current_story(db: Connection, story: int) -> int | None:
    """The id under which a story is found today: its own, or that of the story it was merged into."""
    row = db.execute(select(table.c.id, table.c.merged_into).where(table.c.id == story)).one_or_none()
    return None if row is None else row.merged_into or row.id


def stories(
    db: Connection,
    *,
    ids: Sequence[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
) -> list[Story]:
    """Stories with articles, those that reach into [since, until), latest first; empty and merged ones are left out."""
    query = select(table).where(table.c.last_at.is_not(None), table.c.merged_into.is_(None))
    if ids is not None:
        query = query.where(table.c.id.in_(list(ids)))
    if since is not None:
        query = query.where(table.c.last_at >= since)
    if until is not None:
        query = query.where(table.c.first_at < until)
    rows = db.execute(query.order_by(table.c.last_at.desc(), table.c.id.desc()).limit(limit)).all()
    members: dict[int, list[tuple[int, str]]] = {}
    for batch in chunks([row.id for row in rows], _CHUNK):
        columns = (articles.c.id, articles.c.outlet, articles.c.story_id)
        wanted = select(*columns).where(articles.c.story_id.in_(batch))
        for row in db.execute(wanted.order_by(articles.c.dated_at, articles.c.url)):
            members.setdefault(row.story_id, []).append((row.id, row.outlet))
    return [
        Story(
            id=row.id,
            title=row.title,
            articles=tuple(article for article, _ in members[row.id]),
            outlets=tuple(dict.fromkeys(outlet for _, outlet in members[row.id])),
            first_at=row.first_at,
            last_at=row.last_at,
        )
        for row in rows
        if row.id in members
    ]


def story_history(db: Connection, story: int) -> list[StoryEvent]:
    """Merges and splits a story took part in, in order."""
    either = (story_events.c.story_id == story) | (story_events.c.other_id == story)
    rows = db.execute(select(story_events).where(either).order_by(story_events.c.id))
    return [StoryEvent(row.at, row.kind, row.story_id, row.other_id, tuple(row.articles)) for row in rows]


def _members(db: Connection, story: int) -> list[int]:
    query = select(articles.c.id).where(articles.c.story_id == story)
    return list(db.execute(query.order_by(articles.c.dated_at, articles.c.url)).scalars())


def _move(db: Connection, ids: Sequence[int], story: int) -> None:
    for article in ids:
        values = {"story_id": story, "seq": next_number(db, "articles")}
        db.execute(update(articles).where(articles.c.id == article).values(values))


def _record(db: Connection, event: StoryEvent) -> None:
    row = {"at": event.at, "kind": event.kind, "story_id": event.story, "other_id": event.other}
    db.execute(story_events.insert(), {**row, "articles": list(event.articles)})
