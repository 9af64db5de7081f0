"""PostgreSQL's own programs, for what only they can do: dumping a database whole and loading it again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import URL, create_engine, text
from sqlalchemy.pool import NullPool

from errors import StorageError
from storage.archive import OTHERS
from storage.guard import guarded

_COPY = re.compile(rb"COPY public\.(\w+) ")
_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
_OTHERS = text(OTHERS)


def dump(url: URL, snapshot: str, to: Path) -> None:
    """Dump what a snapshot shows into a file of pg_dump's custom format."""
    command = ["--format=custom", "--no-owner", "--no-privileges", "--schema=public", f"--snapshot={snapshot}"]
    _run([_program("pg_dump"), *command, f"--file={to}", f"--dbname={_without_password(url)}"], url)


def looked_into(file: Path, rows: Mapping[str, int]) -> None:
    """Read a dump to its end; StorageError where it cannot be, or its tables do not have so many rows."""
    with tempfile.TemporaryFile() as complaints:
        command = [_program("pg_restore"), "--data-only", "--file=-", str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints) as reader:  # noqa: S603
            found = _counted(reader.stdout or ())
        complaints.seek(0)
        if reader.returncode:
            raise StorageError(f"{file} cannot be read: {_first_line(complaints.read())}")
    found.pop("archive_version", None)
    if found != dict(rows):
        raise StorageError(f"{file}: it does not hold what the archive held; check the disk")


def _counted(lines: Iterable[bytes]) -> dict[str, int]:
    counts: dict[str, int] = {}
    table = ""
    for line in lines:
        if table and line == b"\\.\n":
            table = ""
        elif table:
            counts[table] += 1
        elif begun := _COPY.match(line):
            table = begun[1].decode()
            counts[table] = 0
    return counts


def restore(url: URL, file: Path, rows: Mapping[str, int], aside: str) -> str:
    """Load a dump in one transaction that keeps the old tables in a schema `aside`; answers with that schema's name.

    Raises StorageError while another session is open, and where what was loaded has not so many rows: nothing
    happened then. The user must own the database.
    """
    looked_into(file, rows)
    with guarded(url.render_as_string(hide_password=True)):
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as db:
            other = db.execute(_OTHERS).scalar()
            old = list(db.execute(_TABLES).scalars())
    if other is not None:
        raise StorageError(f"database {url.database} is in use ({other or 'a client'}): stop `diembao serve` first")
    locked = ", ".join(f'public."{name}"' for name in old)
    begin = f"LOCK TABLE {locked} IN ACCESS EXCLUSIVE MODE NOWAIT;" if old else ""
    begin += f" ALTER SCHEMA public RENAME TO {aside};"  # the dump makes the new one
    counts = " ".join(
        f"IF (SELECT count(*) FROM public.\"{name}\") <> {n} THEN RAISE EXCEPTION '{name} is not whole'; END IF;"  # noqa: S608
        for name, n in rows.items()
    )
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        script = Path(folder) / "load.sql"
        _run([_program("pg_restore"), f"--file={script}", "--no-owner", "--no-privileges", str(file)], url)
        whole = ["--single-transaction", "--set=ON_ERROR_STOP=1", "--quiet", "--no-psqlrc", "--output=/dev/null"]
        check = f"DO $check$ BEGIN {counts} END $check$;"
        parts = [f"--command={begin}", f"--file={script}", f"--command={check}"]
        _run([_program("psql"), *whole, f"--dbname={_without_password(url)}", *parts], url)
    return f"schema {aside}" if old else ""


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise StorageError(
            f"{name} is not here: install PostgreSQL's client programs, of the server's version or newer"
            " (Debian: apt install postgresql-client)"
        )
    return found


def _run(command: list[str], url: URL) -> None:
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    ended = subprocess.run(command, check=False, env=environment, capture_output=True)  # noqa: S603
    if ended.returncode:
        raise StorageError(f"{Path(command[0]).name} could not do it: {_first_line(ended.stderr)}")


def _first_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return next((line for line in lines if "error" in line.lower()), lines[0] if lines else "it did not say why")


def _without_password(url: URL) -> str:
    """The address as libpq writes it; the password goes by the environment, where `ps` does not show it."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
