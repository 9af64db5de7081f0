"""Copies of the archive's database: taken while everything runs, looked into before they are trusted, put in place.

Whatever is killed leaves whole states: a copy is made under another name, and the archive changes in one step.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy import table as plain_table

from errors import StorageError
from storage.archive import Archive, address, use_lock
from storage.guard import guarded
from storage.migrate import HEAD, VERSION_TABLE
from storage.upkeep import server_tools


@dataclass(frozen=True, slots=True)
class Contents:
    """What a copy holds: the kind of its database, its schema's version, how many rows each table has."""

    database: str
    schema: str
    rows: Mapping[str, int]


def copy_database(archive: Archive, to: Path) -> Contents:
    """Write the archive as it is at this instant into a new file, and answer with what that file was found to hold.

    Writers go on meanwhile. SQLite: a database; PostgreSQL: a dump in custom format, made by pg_dump.
    Raises StorageError where the copy cannot be made, or is not whole.
    """
    if archive.file is None:
        with archive.read() as db:
            contents = contents_of(db)
            server_tools.dump(archive.url, _snapshot(db), to)
        server_tools.looked_into(to, contents.rows)
        return contents
    with archive.read() as db, guarded(str(to)), closing(sqlite3.connect(to)) as target:
        contents = contents_of(db)
        _driver(db).backup(target)
    found = look_into(to)
    if found != contents:
        raise StorageError(f"{to}: the copy does not hold what the archive held; try again, and check the disk")
    return found


def contents_of(db: Connection) -> Contents:
    """Count what a database holds."""
    names = sorted(set(inspect(db).get_table_names()) - {VERSION_TABLE})
    rows = {name: db.execute(select(func.count()).select_from(plain_table(name))).scalar_one() for name in names}
    schema = db.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one()  # noqa: S608
    return Contents(db.dialect.name, str(schema), rows)


def look_into(file: Path) -> Contents:
    """Open a copied SQLite database and read all of it; StorageError where it is damaged or no archive."""
    with guarded(str(file)), closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = DELETE")  # one file, whatever stands in its head
        said = [row[0] for row in db.execute("PRAGMA integrity_check(3)")]
        if said != ["ok"]:
            raise StorageError(f"{file} is damaged: {said[0]}")
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        if VERSION_TABLE not in names:
            raise StorageError(f"{file} is no archive of this program")
        own = [name for name in names if name != VERSION_TABLE and not name.startswith("sqlite_")]
        rows = {name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in own}  # noqa: S608
        (schema,) = db.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608
    return Contents("sqlite", str(schema), rows)


def restore_database(url: str, copy: Path, contents: Contents, now: datetime) -> str:
    """Put a copy (on the archive's own disk; it is used up) in the archive's place; answers where the old one is kept.

    Raises StorageError while anybody has the archive open, for a copy of another kind of database or of a newer
    program, and where the copy does not hold `contents`; the archive is then as it was. Answers "" where none was.
    """
    parsed, file = address(url)
    kind = parsed.get_backend_name()
    if contents.database != kind:
        raise StorageError(
            f"the backup is of {contents.database}, but [storage] url names {kind}:"
            " name such a database, restore there, and `diembao move` it"
        )
    if contents.schema > HEAD:
        raise StorageError(
            f"the backup was made by a newer version of this program (schema {contents.schema}, this one knows {HEAD}):"
            " update the program"
        )
    aside = f"before_restore_{now:%Y%m%d_%H%M%S}"
    if file is None:
        return server_tools.restore(parsed, copy, contents.rows, aside)
    if look_into(copy) != contents:
        raise StorageError(f"{copy}: it does not hold what the backup says it holds")
    try:
        with use_lock(file, shared=False):
            return _swap(file, copy, file.with_name(f"{file.name}.{aside}"))
    except OSError as error:
        raise StorageError(f"archive {file}: {error.strerror} — check disk, owner and rights") from error


def _swap(file: Path, copy: Path, aside: Path) -> str:
    """Exchange the file of an archive that nobody has open: the old one is whole under `aside` before it goes."""
    if os.geteuid() == 0:  # restored by root, used by the service
        owner = (file if file.exists() else file.parent).stat()
        os.chown(copy, owner.st_uid, owner.st_gid)
    copy.chmod(file.stat().st_mode if file.exists() else 0o640)
    _sync(copy)
    if not file.exists():
        copy.replace(file)
        _sync(file.parent)
        return ""
    try:
        _fold(file)
    except sqlite3.Error:  # too damaged to be folded: its log is kept beside it
        for suffix in ("-wal", "-shm"):
            log = file.with_name(f"{file.name}{suffix}")
            if log.exists():
                log.replace(aside.with_name(f"{aside.name}{suffix}"))
    os.link(file, aside)
    copy.replace(file)
    _sync(file.parent)
    return str(aside)


def _fold(file: Path) -> None:
    """Bring what the log holds into the file and end the log, which must never meet another file."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        mode = db.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    if mode != "delete":
        raise StorageError(f"archive {file} is in use by another program: stop it")


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _driver(db: Connection) -> sqlite3.Connection:
    raw = db.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        raise TypeError("not a SQLite archive")
    return raw


def _snapshot(db: Connection) -> str:
    """The name by which another session sees exactly what this transaction sees."""
    return str(db.execute(text("SELECT pg_export_snapshot()")).scalar_one())
