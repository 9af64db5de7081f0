"""The tables of upkeep: the ledger of runs, and which service acts."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from storage.tables.columns import metadata, words
from storage.types import BigId, Json, Utc, Words

runs = Table(
    "runs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("verb", String(16), nullable=False),
    Column("now", Utc, nullable=False),  # the time it was told
    Column("started_at", Utc, nullable=False),  # by the clock
    Column("ended_at", Utc, nullable=False),
    Column("counts", Json, nullable=False),
    words("error"),
    Index("ix_runs_verb", "verb", "id"),  # last runs of a verb
    sqlite_autoincrement=True,
)

# Which of several services acts: see storage/upkeep/leases.py.
leases = Table(
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("holder", Words, nullable=False),  # "" = given up
    Column("beat", BigId, nullable=False),  # grows with every renewal: a watcher needs no clock of the holder's
    Column("taken_at", Utc, nullable=False),
    Column("renewed_at", Utc, nullable=False),  # for a person
)
