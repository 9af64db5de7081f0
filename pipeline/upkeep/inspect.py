"""`diembao archive check`: every check in turn, each mended in one transaction where that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline.running.search import open_index
from settings import Settings
from storage import Archive
from storage.upkeep.checks import CHECKS, Check
from storage.upkeep.checks_content import Fault

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: how many faults, some of them in words, how many are left now, what mending does."""

    name: str
    wrong: str
    found: int
    left: int
    examples: tuple[str, ...]
    mending: str


def checks(archive: Archive, settings: Settings) -> tuple[Check, ...]:
    """Return every check; those that need more than the database (an index beside it) are lines here."""
    index = open_index(archive, settings)
    beside = Check(
        "index",
        "the search index holds other articles than the archive",
        lambda db: [Fault("index", words) for words in index.differences()],
        lambda db, now: index.drop(),
        "throws the index away; `diembao serve` or the next search builds it anew",
    )
    return (*CHECKS, beside)


def inspect(archive: Archive, settings: Settings, now: datetime, *, repair: bool = False) -> Iterator[Finding]:
    """Look for every kind of fault and, with `repair`, mend what can be mended; may run beside everything else."""
    for check in checks(archive, settings):
        with archive.begin() if repair else archive.read() as db:
            faults = check.find(db)
            left = len(faults)
            if faults and repair and check.mend is not None:
                check.mend(db, now)
                left = len(check.find(db))
        examples = tuple(fault.words for fault in faults[:EXAMPLES])
        yield Finding(check.name, check.wrong, len(faults), left, examples, check.mending)
