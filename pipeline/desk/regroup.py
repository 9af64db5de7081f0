"""What a person does to stories: merge, split, move, and any of these taken back. Never while a grouping runs.

Each act is in the audit log by the same commit; Conflict where it does not fit the stories of by now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from errors import Conflict
from storage import Archive, coverage, register
from storage.coverage.stories import StoryEvent
from storage.people.audit import Act, record

LOCK_WAIT = 20.0  # for a grouping that runs


def merge(archive: Archive, into: int, other: int, who: str, now: datetime) -> StoryEvent:
    """Take the story `other` into `into`."""

    def act(db: Connection) -> int:
        if into == other:
            raise Conflict(f"story {into} cannot be merged into itself")
        coverage.stories.merge_stories(db, into, other, now, who)
        return into

    return _done(archive, act, "stories merged", into, who, now)


def split(archive: Archive, story: int, articles: Sequence[int], who: str, now: datetime) -> StoryEvent:
    """Make a story of its own of some articles of one, not all."""
    leaving = list(dict.fromkeys(articles))

    def act(db: Connection) -> int:
        found = coverage.stories.stories(db, ids=[story])
        if not leaving or not found or set(leaving) >= set(found[0].articles):
            raise Conflict(f"story {story}: choose some of its articles, not all")
        return coverage.stories.split_story(db, story, leaving, now, who)

    return _done(archive, act, "story split", story, who, now)


def move(archive: Archive, article: int, into: int | None, who: str, now: datetime) -> StoryEvent:
    """Move an article into another story; None: into one of its own."""

    def act(db: Connection) -> int:
        if into is not None:
            coverage.stories.move_article(db, article, into, now, who)
            return into
        found = coverage.articles.get_article(db, article)
        if found is None or found.story is None:
            raise Conflict(f"article {article} has no story yet: grouping gives it one")
        if coverage.stories.stories(db, ids=[found.story])[0].articles == (article,):
            raise Conflict(f"article {article} has a story of its own already")
        return coverage.stories.split_story(db, found.story, [article], now, who)

    return _done(archive, act, "story moved", article, who, now)


def undo(archive: Archive, event: int, who: str, now: datetime) -> StoryEvent:
    """Take an act back."""
    with archive.lock("group", LOCK_WAIT), archive.begin() as db:
        register.covered.keep_all(db, now)
        undone = coverage.stories.undo_story_event(db, event, now)
        record(db, [Act(who, "story change undone", str(undone.story), {"event": event, "kind": undone.kind})], now)
        return undone


def _done(
    archive: Archive, act: Callable[[Connection], int], action: str, target: int, who: str, now: datetime
) -> StoryEvent:
    """Do something to the stories; what was recorded of the one it ended in."""
    with archive.lock("group", LOCK_WAIT), archive.begin() as db:
        register.covered.keep_all(db, now)  # what a matter's story held stays the matter's coverage
        event = coverage.stories.story_history(db, act(db))[-1]
        details = {"event": event.id, "from": event.story, "to": event.other, "articles": list(event.articles)}
        record(db, [Act(who, action, str(target), details)], now)
        return event
