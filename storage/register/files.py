"""Letters as files: they may name complainants, so no list carries their bytes, only who opens one reads it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from errors import Conflict
from storage.register.matters import Matter
from storage.tables.register import matter_files as table


@dataclass(frozen=True, slots=True)
class File:
    """What is known of a file without opening it; its own name is not kept: it may name a person."""

    id: int
    letter: str  #: what kind of letter it is
    type: str  #: pdf, png or jpg, told from the bytes
    size: int
    added_at: datetime


def add(db: Connection, matter: Matter, letter: str, kind: str, body: bytes, now: datetime) -> int:
    """Keep a file of a matter; answers with its id."""
    row = {"matter_id": matter.id, "area": matter.area, "letter": letter, "type": kind, "size": len(body)}
    row |= {"sha256": hashlib.sha256(body).hexdigest(), "added_at": now, "body": body}
    return int(db.execute(table.insert().returning(table.c.id), row).scalar_one())


def of_matter(db: Connection, matter: int) -> list[File]:
    """Return the files of a matter, in the order they were put in."""
    columns = (table.c.id, table.c.letter, table.c.type, table.c.size, table.c.added_at)
    return [File(*row) for row in db.execute(select(*columns).where(table.c.matter_id == matter).order_by(table.c.id))]


def opened(db: Connection, matter: int, file: int) -> tuple[File, bytes]:
    """Return a file with its bytes; Conflict where the matter has no such file."""
    row = db.execute(select(table).where(table.c.matter_id == matter, table.c.id == file)).one_or_none()
    if row is None:
        raise Conflict(f"there is no file {file}")
    return File(row.id, row.letter, row.type, row.size, row.added_at), bytes(row.body)


def drop(db: Connection, matter: int, file: int) -> None:
    """Take a file out; Conflict where the matter has no such file."""
    if not db.execute(delete(table).where(table.c.matter_id == matter, table.c.id == file)).rowcount:
        raise Conflict(f"there is no file {file}")
