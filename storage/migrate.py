"""Bringing an archive to this version's schema, in one transaction, once, however many programs open it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from errors import StorageError

HEAD = "0015"  #: the newest migration; a test holds it equal to the scripts
VERSION_TABLE = "archive_version"
_TURN = 0x4449454D4D494752  # advisory lock on PostgreSQL: one program migrates, the others wait and find it done


def upgrade(engine: Engine, where: str, turn: AbstractContextManager[Any] | None = None) -> None:
    """Run the missing migrations. `turn` makes other programs wait; a kill leaves the schema as it was.

    Raises StorageError for a database of a newer program, or of another program altogether.
    """
    with engine.connect() as plain:
        db = plain.execution_options(diembao_write=False)  # opening never waits for a writer
        with db.begin():
            if _check(db, where) == HEAD:
                return
    with turn or nullcontext(), engine.connect() as db, db.begin():
        if db.dialect.name == "postgresql":
            db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _TURN})
        if _check(db, where) != HEAD:
            _run(db)


def _check(db: Connection, where: str) -> str:
    """The schema's version, "" for an empty database."""
    tables = set(inspect(db).get_table_names())
    if VERSION_TABLE not in tables:
        if tables:
            some = ", ".join(sorted(tables)[:3])
            raise StorageError(f"archive {where} belongs to another program (tables {some}): name another database")
        return ""
    found = str(db.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() or "")  # noqa: S608
    if found > HEAD:
        raise StorageError(
            f"archive {where} was written by a newer version of this program (schema {found}, this one knows {HEAD}):"
            " update the program; the archive was not touched"
        )
    return found


def _run(db: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = db
    command.upgrade(settings, "head")
