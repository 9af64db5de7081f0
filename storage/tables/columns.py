"""What the tables of all rooms share: the one MetaData, and the columns that many of them have.

A comment in a table says why a column exists; each index names the query it serves.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, text

from storage.types import Utc, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Everywhere AUTOINCREMENT: ids are never used twice, as mails, indexes and people keep them longer than a row may live.


def words(name: str, default: str = "") -> Column[str]:
    """A text that is never NULL."""
    return Column(name, Words, nullable=False, server_default=text(f"'{default}'"))


def count(name: str) -> Column[int]:
    """A number that begins with 0."""
    return Column(name, Integer, nullable=False, server_default=text("0"))


def decided() -> list[Column[Any]]:
    """What a person last decided about a thing that was given up: retry | drop | "" (nothing), who and when."""
    by = words("decided_by")
    return [Column("decided", String(8), nullable=False, server_default=text("''")), by, Column("decided_at", Utc)]
