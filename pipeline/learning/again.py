"""Judge again what other models judged before: articles stay, their tags become those of the models in use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pipeline.analyse import Reader
from pipeline.running.counts import Counts, Progress, never_stop, silent
from pipeline.running.runs import recorded
from settings import Settings
from storage import Archive
from storage.coverage.again import count_judged_otherwise, judge_again, judged_otherwise

BATCH = 32  # articles a transaction: a kill costs no more than their judging


def again(
    archive: Archive,
    settings: Settings,
    now: datetime,
    *,
    since: datetime | None = None,
    progress: Progress = silent,
    should_stop: Callable[[], bool] = never_stop,
) -> Counts:
    """Judge every article dated `since` or later that the models in use have not judged.

    The model's name at each article is the mark that it is done: killed and run again, it goes on where it was. Other
    verbs may run beside it; an article that gets a new text meanwhile is left to them.
    """
    with archive.lock("again"), recorded(archive, "again", now) as counts:
        reader = Reader(settings)
        current = reader.models()
        with archive.read() as db:
            counts.due = count_judged_otherwise(db, current, since=since)
        after = 0
        while counts.due and not should_stop():
            with archive.read() as db:
                batch = judged_otherwise(db, current, since=since, after=after, limit=BATCH)
            if not batch:
                break
            after = batch[-1].id
            judged = reader.judge([(row, row.outlet) for row in batch])
            with archive.begin() as db:
                stored = [judge_again(db, *pair, now) for pair in zip(batch, judged, strict=True)]
            counts.add("done", sum(stored))
            counts.add("later", len(stored) - sum(stored))
            progress("again", counts.done + counts.later, counts.due)
    return counts
