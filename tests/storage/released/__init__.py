"""Archives as every released version of the program left them, made by that version: dumps of SQLite, one a schema.

They hold every state a row can have: articles with versions, a merged story, pages due, kept and given up, editions
sent and waiting, readers, a correction, matters of every state (from 0011 on). `python -m tests.storage.released` makes
the next one, with the program of that version, before the next migration comes.
"""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import storage.migrate

FOLDER = Path(__file__).parent
VERSIONS = sorted(path.name.partition(".")[0] for path in FOLDER.glob("*.sql.gz"))
Rows = dict[str, list[dict[str, Any]]]


def make(version: str, url: str) -> None:
    """Put the archive of a version at an address: an empty database."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as db:
            db.executescript(_dump(version))
        return
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as db:
        _migrate(db, version)
        tables = sa.MetaData()
        tables.reflect(db)
        db.execute(sa.text("SET session_replication_role = replica"))  # rows come in any order
        db.execute(tables.tables["counters"].delete())
        for name, rows in rows_of_dump(version).items():
            table = tables.tables[name]
            if rows and name != storage.migrate.VERSION_TABLE:
                db.execute(table.insert(), [{key: _value(table.c[key], row[key]) for key in row} for row in rows])
            if "id" in table.c and rows:
                sequence = sa.func.pg_get_serial_sequence(name, "id")
                db.execute(sa.select(sa.func.setval(sequence, max(row["id"] for row in rows))))


def _dump(version: str) -> str:
    return gzip.decompress((FOLDER / f"{version}.sql.gz").read_bytes()).decode()


def rows_of_dump(version: str) -> Rows:
    """Return the rows of a version's archive by table, as SQLite has them."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(_dump(version))
        db.row_factory = sqlite3.Row
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        own = [name for name in names if not name.startswith("sqlite_")]
        return {name: [dict(row) for row in db.execute(f'SELECT * FROM "{name}"')] for name in own}


def schema_of_migrations(version: str) -> list[str]:
    """Return the schema that the migrations up to a version make on SQLite."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.begin() as db:
        _migrate(db, version)
        return sorted(db.execute(sa.text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")).scalars())


def schema_of_dump(version: str) -> list[str]:
    """Return the schema of a version's archive on SQLite."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(_dump(version))
        return sorted(row[0] for row in db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))


def _migrate(db: sa.Connection, version: str) -> None:
    settings = Config()
    settings.set_main_option("script_location", str(Path(storage.migrate.__file__).with_name("migrations")))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = db
    command.upgrade(settings, version)


def _value(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, sa.Boolean):
        return bool(value)
    if isinstance(column.type, sa.DateTime):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value
