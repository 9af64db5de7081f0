"""Stories: the coverage of one event, with ids that last and a record of what was merged or split."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from errors import Conflict, StorageError
from press import Story
from storage.collecting.links import chunks
from storage.facts import next_number
from storage.tables.coverage import articles, story_events
from storage.tables.coverage import stories as table
from storage.types import AnyRow

_CHUNK = 500


class Membership(NamedTuple):
    """Where grouping put an article; without a story it gets one of its own."""

    article: int
    story: int | None
    reprint_of: int | None = None


class StoryEvent(NamedTuple):
    """A merge (`story` took `other` in), a split (`other` left `story`) or a move (from `story` to `other`)."""

    at: datetime
    kind: str
    story: int
    other: int
    articles: tuple[int, ...]
    id: int = 0
    who: str = ""  #: the person; "" = grouping
    undone_at: datetime | None = None


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


def merge_stories(db: Connection, into: int, other: int, now: datetime, who: str = "") -> None:
    """Move all articles of `other` into `into`; the old id still leads there, and the merge is recorded."""
    if into == other:
        raise ValueError("a story cannot be merged into itself")
    for story in (into, other):
        _standing(db, story)
    moved = _members(db, other)
    _move(db, moved, into)
    db.execute(update(table).where((table.c.id == other) | (table.c.merged_into == other)).values(merged_into=into))
    _record(db, StoryEvent(now, "merge", into, other, tuple(moved), who=who))
    refresh_story(db, into)


def split_story(db: Connection, story: int, leaving: Sequence[int], now: datetime, who: str = "") -> int:
    """Move the articles `leaving` out into a new story, recorded; answers with its id."""
    foreign = set(leaving) - set(_members(db, story))
    if foreign or not leaving:
        raise Conflict(f"story {story} does not hold the articles {sorted(foreign)}")
    new = create_story(db, now)
    _move(db, leaving, new)
    _record(db, StoryEvent(now, "split", story, new, tuple(leaving), who=who))
    refresh_story(db, story)
    refresh_story(db, new)
    return new


def move_article(db: Connection, article: int, into: int, now: datetime, who: str) -> None:
    """Move one article into another story; a story that it leaves empty is merged into that one."""
    _standing(db, into)
    story = db.execute(select(articles.c.story_id).where(articles.c.id == article)).scalar()
    if story == into:
        raise Conflict(f"article {article} is in story {into} already")
    if story is None:
        raise Conflict(f"article {article} has no story yet: `diembao group` gives it one")
    if _members(db, story) == [article]:
        merge_stories(db, into, story, now, who)
        return
    _move(db, [article], into)
    _record(db, StoryEvent(now, "move", story, into, (article,), who=who))
    refresh_story(db, story)
    refresh_story(db, into)


def undo_story_event(db: Connection, number: int, now: datetime) -> StoryEvent:
    """Take back what a person did: the articles that are still where it put them go back.

    Raises Conflict for an unknown or undone act, one of the grouping, and one whose articles a person moved since.
    """
    row = db.execute(select(story_events).where(story_events.c.id == number)).one_or_none()
    if row is None or not row.who:
        raise Conflict(f"nobody made change {number} of the stories")
    if row.undone_at is not None:
        raise Conflict(f"change {number} of the stories was undone already")
    merged = row.kind == "merge"
    source, target = (row.other_id, row.story_id) if merged else (row.story_id, row.other_id)
    where = current_story(db, target)
    here = [article for article in _members(db, where or target) if article in set(row.articles)]
    if len(here) < len(row.articles):
        raise Conflict(f"change {number} of the stories: its articles were moved on since; undo that first")
    back = source if merged else current_story(db, source) or source
    if merged:
        _revive(db, source, where)
    if where != back:
        _move(db, here, back)
    left = where or target
    if not merged and left != back and not _members(db, left):  # its address leads to where its articles are
        _lead(db, left, back)
    db.execute(update(story_events).where(story_events.c.id == number).values(undone_at=now))
    refresh_story(db, back)
    refresh_story(db, left)
    return _event(db.execute(select(story_events).where(story_events.c.id == number)).one())


def kept_apart(db: Connection) -> list[tuple[int, int]]:
    """Pairs of stories that a person parted, by the ids they have today: grouping never merges them."""
    parted = (story_events.c.who != "", story_events.c.undone_at.is_(None), story_events.c.kind != "merge")
    query = select(story_events.c.story_id, story_events.c.other_id).where(*parted)
    rows = db.execute(query).all()
    today = _today(db, {story for row in rows for story in row})
    pairs = {(today[one], today[other]) for one, other in rows}
    return sorted((one, other) for one, other in pairs if one != other)


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
    after: tuple[datetime, int] | None = None,
    limit: int | None = None,
) -> list[Story]:
    """Stories with articles, those that reach into [since, until), latest first; empty and merged ones are left out.

    `after`: only those behind the story with this `last_at` and id.
    """
    query = select(table).where(table.c.last_at.is_not(None), table.c.merged_into.is_(None))
    if ids is not None:
        query = query.where(table.c.id.in_(list(ids)))
    if since is not None:
        query = query.where(table.c.last_at >= since)
    if until is not None:
        query = query.where(table.c.first_at < until)
    if after is not None:
        at, last = after
        query = query.where(table.c.last_at <= at, (table.c.last_at < at) | (table.c.id < last))
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
    return [_event(row) for row in db.execute(select(story_events).where(either).order_by(story_events.c.id))]


def _members(db: Connection, story: int) -> list[int]:
    query = select(articles.c.id).where(articles.c.story_id == story)
    return list(db.execute(query.order_by(articles.c.dated_at, articles.c.url)).scalars())


def _move(db: Connection, ids: Sequence[int], story: int) -> None:
    for article in ids:
        values = {"story_id": story, "seq": next_number(db, "articles")}
        db.execute(update(articles).where(articles.c.id == article).values(values))


def _standing(db: Connection, story: int) -> None:
    if current_story(db, story) != story:
        raise Conflict(f"story {story} is not in the archive, or was merged into another one")


def _revive(db: Connection, story: int, led: int | None) -> None:
    """Let a merged story stand by itself again; what led to it before it was merged leads to it, not to `led`."""
    _lead(db, story, None)
    waiting, seen = [story], {story}
    undone = story_events.c.undone_at.is_not(None)
    ended_in = ((story_events.c.kind == "merge") & ~undone) | ((story_events.c.kind != "merge") & undone)
    while waiting:
        joined = select(story_events.c.other_id).join_from(story_events, table, story_events.c.other_id == table.c.id)
        query = joined.where(story_events.c.story_id == waiting.pop(), ended_in, table.c.merged_into == led)
        earlier = [other for other in db.execute(query.distinct()).scalars() if other not in seen]
        seen |= set(earlier)
        waiting += earlier
        for other in earlier:
            db.execute(update(table).where(table.c.id == other).values(merged_into=story))


def _lead(db: Connection, story: int, into: int | None) -> None:
    """Have the address of an empty story lead to another one, with all that led to it."""
    mine = table.c.id == story if into is None else (table.c.id == story) | (table.c.merged_into == story)
    db.execute(update(table).where(mine).values(merged_into=into))


def _today(db: Connection, ids: Iterable[int]) -> dict[int, int]:
    """Story -> the id under which it is found today."""
    found: dict[int, int] = {}
    for batch in chunks(sorted(ids), _CHUNK):
        rows = db.execute(select(table.c.id, table.c.merged_into).where(table.c.id.in_(batch)))
        found |= {row.id: row.merged_into or row.id for row in rows}
    return found


def _record(db: Connection, event: StoryEvent) -> None:
    row = {"at": event.at, "kind": event.kind, "story_id": event.story, "other_id": event.other, "who": event.who}
    db.execute(story_events.insert(), {**row, "articles": list(event.articles)})


def _event(row: AnyRow) -> StoryEvent:
    return StoryEvent(row.at, row.kind, row.story_id, row.other_id, tuple(row.articles), row.id, row.who, row.undone_at)
