"""Group: the articles that are new, or have a new text, find their reprints and their story. One transaction a run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from analysis.grouping.fingerprints import Fingerprint, fingerprint, unpack
from analysis.grouping.stories import WINDOW, Changes, Grouping, Item
from pipeline.running.counts import Counts, Progress, never_stop, silent
from pipeline.running.runs import recorded
from settings import Settings
from storage import Archive, coverage, register
from storage.coverage.articles import Candidate
from storage.coverage.stories import Membership

LOCK_WAIT = 60.0


def group(
    archive: Archive,
    settings: Settings,
    now: datetime,
    *,
    progress: Progress = silent,
    should_stop: Callable[[], bool] = never_stop,
) -> Counts:
    """Place every article that waits; costs what these and the stories of the active window cost."""
    with archive.lock("group", LOCK_WAIT), recorded(archive, "group", now) as counts, archive.begin() as db:
        waiting = coverage.articles.ungrouped(db)
        counts.due = len(waiting)
        if not waiting or should_stop():
            return counts
        oldest = min(_at(candidate) for candidate in waiting)
        known = [candidate for candidate in coverage.articles.active(db, oldest - WINDOW) if not candidate.needs_group]
        grouping = Grouping((_item(candidate) for candidate in known), coverage.stories.kept_apart(db))
        changes = grouping.add(_item(candidate) for candidate in waiting)
        merged = _keep(db, changes, now)
        counts.add("done", len(waiting))
        stories = {item.story for item in changes.placed.values()}
        counts.extra |= {"stories": len(stories), "merged": merged}
        progress("group", counts.done, counts.due)
    return counts


def _keep(db: Connection, changes: Changes, now: datetime) -> int:
    """Write the changes; stories founded in this batch get their lasting ids here."""
    merged = 0
    for into, other in changes.merged:
        if into > 0 and other > 0:
            coverage.stories.merge_stories(db, into, other, now)
            merged += 1
    lasting: dict[int, int] = {}
    rows = []
    for item in sorted(changes.placed.values(), key=lambda item: item.order):
        story = item.story or 0
        if story < 0:
            story = (
                lasting[story]
                if story in lasting
                else lasting.setdefault(story, coverage.stories.create_story(db, now))
            )
        rows.append(Membership(item.id, story, item.reprint_of))
    coverage.stories.assign(db, rows, now)
    register.covered.keep(db, now, {row.story for row in rows if row.story})
    return merged


def _item(candidate: Candidate) -> Item:
    return Item(
        candidate.id,
        _at(candidate),
        candidate.url,
        _fingerprint(candidate),
        candidate.story,
        candidate.reprint_of,
        candidate.outlet,
    )


def _at(candidate: Candidate) -> datetime:
    return candidate.published_at or candidate.fetched_at


def _fingerprint(candidate: Candidate) -> Fingerprint:
    if candidate.fingerprint is not None:
        try:
            return unpack(candidate.fingerprint)
        except ValueError:
            pass  # of an older form, or by models before: made anew from the text
    return fingerprint(candidate.title, f"{candidate.lead}\n{candidate.body}", candidate.language)
