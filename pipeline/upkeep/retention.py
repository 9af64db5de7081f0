"""Retention: what is older than `[retention]` keeps it goes, a few rows at a time, beside whatever else runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from pipeline.running.counts import Counts, never_stop
from pipeline.running.runs import recorded
from settings import Retention, Settings
from storage import Archive
from storage.upkeep.retention import KINDS, Weight, forget, weigh

BATCH = 200  # rows a transaction: nobody waits long for the writer, and a kill costs nothing


def retention(
    archive: Archive, settings: Settings, now: datetime, *, should_stop: Callable[[], bool] = never_stop
) -> Counts:
    """Let go of what is too old at `now`. `extra` has an object a kind: how many `rows`, how many `bytes` of them."""
    with archive.lock("retention"), recorded(archive, "retention", now) as counts:
        for kind, kept in keeping(settings.retention).items():
            gone = Weight(0, 0)
            while kept is not None and not should_stop():
                with archive.begin() as db:
                    batch = forget(db, kind, now - kept, BATCH)
                if not batch.rows:
                    break
                gone = Weight(gone.rows + batch.rows, gone.bytes + batch.bytes)
            _count(counts, kind, gone)
    return counts


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
