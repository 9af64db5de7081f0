"""Single facts about the archive: sequences, and secrets made when first needed."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables.facts import counters, meta


def next_number(db: Connection, name: str, count: int = 1) -> int:
    """The last of the next `count` numbers of a sequence; visible with what it numbers, in the order of commits."""
    statement = update(counters).where(counters.c.name == name).values(value=counters.c.value + count)
    return int(db.execute(statement.returning(counters.c.value)).scalar_one())


def last_number(db: Connection, name: str) -> int:
    """The last number a sequence gave; 0 when it gave none."""
    return int(db.execute(select(counters.c.value).where(counters.c.name == name)).scalar() or 0)


def get_fact(db: Connection, key: str) -> str | None:
    """The value stored under `key`."""
    return db.execute(select(meta.c.value).where(meta.c.key == key)).scalar()


def set_fact(db: Connection, key: str, value: str) -> None:
    """Store `value` under `key`, replacing what was there."""
    insert = postgresql.insert(meta) if db.dialect.name == "postgresql" else sqlite.insert(meta)
    statement = insert.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": value})
    db.execute(statement, {"key": key, "value": value})


def raise_fact(db: Connection, key: str, value: str) -> bool:
    """Store `value` under `key` unless what is there is as great already (as text); whether it was stored."""
    insert = postgresql.insert(meta) if db.dialect.name == "postgresql" else sqlite.insert(meta)
    statement = insert.on_conflict_do_update(
        index_elements=[meta.c.key], set_={"value": value}, where=meta.c.value < value
    )
    return db.execute(statement.returning(meta.c.key), {"key": key, "value": value}).scalar() is not None


def drop_fact(db: Connection, key: str) -> None:
    """Forget what is stored under `key`."""
    db.execute(delete(meta).where(meta.c.key == key))


def secret(db: Connection, name: str) -> str:
    """The archive's own random key of this name (43 URL-safe characters), made on first use and lasting."""
    insert = postgresql.insert(meta) if db.dialect.name == "postgresql" else sqlite.insert(meta)
    key = f"secret:{name}"
    if (known := get_fact(db, key)) is not None:
        return known
    statement = insert.on_conflict_do_nothing(index_elements=[meta.c.key])
    db.execute(statement, {"key": key, "value": secrets.token_urlsafe(32)})
    return str(db.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one())
