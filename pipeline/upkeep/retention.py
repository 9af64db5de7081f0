"""Retention: what is older than `[retention]` keeps it goes, a few rows at a time, beside whatever else runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from pipeline.running.counts import Counts, never_stop
from pipeline.running.runs import recorded
from settings import Retention, Settings
from storage import Archive
from storage.upkeep.retention import KINDS, Key, Weight, forget, look, weigh

PAUSE = 0.1  # seconds at most after a transaction, else as long as it took: half of the time is others'
WINDOW = 5000  # rows that are looked through at once, by a reader: no writer waits for it
BATCH = 500  # rows a transaction: nobody waits long for the writer, and a kill costs nothing


def retention(
    archive: Archive, settings: Settings, now: datetime, *, should_stop: Callable[[], bool] = never_stop
) -> Counts:
    """Let go of what is too old at `now`. `extra` has an object a kind: how many `rows`, how many `bytes` of them."""
    with archive.lock("retention"), recorded(archive, "retention", now) as counts:
        for kind, kept in keeping(settings.retention).items():
            gone = Weight(0, 0) if kept is None else _let_go(archive, kind, now - kept, should_stop)
            _count(counts, kind, gone)
    return counts


def _let_go(archive: Archive, kind: str, before: datetime, should_stop: Callable[[], bool]) -> Weight:
    """Go through a table once, window by window; found by a reader, written in short turns."""
    gone, more = Weight(0, 0), True
    after: Key = ()
    while more and not should_stop():
        with archive.read() as db:
            keys, after = look(db, kind, before, after, WINDOW)
        more = bool(after)
        for start in range(0, len(keys), BATCH):
            if should_stop():
                break
            began = time.monotonic()
            with archive.begin() as db:
                batch = forget(db, kind, before, keys[start : start + BATCH])
            gone = Weight(gone.rows + batch.rows, gone.bytes + batch.bytes)
            time.sleep(min(PAUSE, time.monotonic() - began))
    return gone


def foreseen(archive: Archive, settings: Settings, now: datetime) -> Counts:
    """Count what `retention` would let go, and let nothing go."""
    counts = Counts("retention")
    with archive.read() as db:
        for kind, kept in keeping(settings.retention).items():
            _count(counts, kind, Weight(0, 0) if kept is None else weigh(db, kind, now - kept))
    return counts


def keeping(rules: Retention) -> dict[str, timedelta | None]:
    """Return how long each kind is kept; None: for ever."""
    return {kind: getattr(rules, kind) for kind in KINDS}


def _count(counts: Counts, kind: str, weight: Weight) -> None:
    counts.due += weight.rows
    counts.add("done", weight.rows)
    counts.extra[kind] = weight._asdict()
