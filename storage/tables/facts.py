"""The tables of the archive about itself: single facts, and sequences."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from storage.tables.columns import metadata
from storage.types import BigId, Words

# The key of signed links, and the like.
meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Words, nullable=False))

# One row per sequence. Taking a number locks the row until commit, so numbers appear in the order of commits.
counters = Table(
    "counters", metadata, Column("name", String(32), primary_key=True), Column("value", BigId, nullable=False)
)
