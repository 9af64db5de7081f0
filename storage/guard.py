"""The boundary to the drivers: whatever they raise leaves the archive as one StorageError that says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from errors import StorageError

#: Words of SQLite, psycopg and the system -> what to do. The first that occurs in the message decides.
_ADVICE: tuple[tuple[str, str], ...] = (
    ("database is locked", "another program is writing to it for a long time: wait, or stop that program"),
    ("file is not a database", "the file is no SQLite database: check [storage] url, or restore a backup"),
    ("malformed", "the file is damaged: restore a backup"),
    ("database or disk is full", "the disk is full: make room, then run the command again"),
    ("no space left", "the disk is full: make room, then run the command again"),
    ("unable to open database file", "check that the folder exists and that this user may write to it"),
    ("readonly database", "this user may not write to the file or to its folder: check the owner"),
    ("read-only", "the database takes no changes now: check its state, or the rights of this user"),
    ("disk i/o error", "the disk failed to read or write: check the disk, then the file"),
    ("password authentication", "check user and password in [storage] url"),
    ("no password supplied", "put the password into ~/.pgpass or the file that PGPASSFILE names, with chmod 600"),
    ("does not exist", "create that database or user, or correct [storage] url"),
    ("connection refused", "is PostgreSQL running there? Check host and port in [storage] url"),
    ("could not translate host", "check the host name in [storage] url"),
    ("failed to resolve host", "check the host name in [storage] url"),
    ("connection failed", "check that PostgreSQL runs and that [storage] url is right"),
    ("server closed the connection", "PostgreSQL went away: run the command again when it is back"),
    ("permission denied", "give this database user the right to create and change tables"),
    ("deadlock", "two programs changed the same rows: run the command again"),
)


def advice(message: str) -> str:
    """What a person can do about a driver's message; empty where nothing better than the message is known."""
    low = message.lower()
    return next((act for words, act in _ADVICE if words in low), "")


def storage_error(error: Exception, where: str) -> StorageError:
    """The driver's error as one line: which archive, what happened, what to do."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(cause).strip().splitlines()
    said = lines[0] if lines else type(cause).__name__
    act = advice(str(cause))
    return StorageError(f"archive {where}: {said}" + (f" — {act}" if act else ""))


@contextmanager
def guarded(where: str) -> Iterator[None]:
    """Turn driver errors raised inside into StorageError; everything else passes unchanged."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise storage_error(error, where) from error
