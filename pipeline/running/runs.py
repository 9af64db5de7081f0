"""The ledger of runs: every verb's planned and real time, counts and error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from errors import DiemBaoError, UsageError
from pipeline.running.counts import Counts
from storage import Archive
from storage.upkeep.runs import record_run


@contextmanager
def recorded(archive: Archive, verb: str, now: datetime) -> Iterator[Counts]:
    """Give the counts of one verb and keep them in the archive when it ends, with its error where it failed.

    A look that found nothing due leaves no row: `serve` looks every two minutes for years.
    """
    counts = Counts(verb)
    started = datetime.now(UTC)
    error = ""
    try:
        yield counts
    except DiemBaoError as raised:
        error = "" if isinstance(raised, UsageError) else str(raised)
        raise
    finally:
        if counts.due or error:
            with archive.begin() as db:
                record_run(db, verb, now, started, datetime.now(UTC), counts.as_json(), error)
