"""Opening the archive and its transactions; the only module that knows how the two databases differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select, text
from sqlalchemy.exc import ArgumentError

from errors import StorageError
from press.urls import without_password
from storage.guard import guarded
from storage.locks import Held, file_lock, keep_from_children, server_lock
from storage.migrate import upgrade
from storage.tables.facts import meta

_BUSY = 30  # seconds a writer waits for another one
_PASSWORD = "put it into the file that PGPASSFILE names (chmod 600), or before the @"  # noqa: S105 - advice
MOVING = "moving"  #: the fact of an archive that another one is being moved into
#: who else has a PostgreSQL archive open
OTHERS = (
    "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' LIMIT 1"
)
_EXAMPLE = "sqlite:///data/diembao.db or postgresql+psycopg://user@host/diembao"


class Archive:
    """One open archive. Threads may share it; a child process opens its own."""

    def __init__(self, engine: Engine, where: str, file: Path | None) -> None:
        self._engine = engine
        self._held = ExitStack()
        self.file = file  #: the SQLite file; None on PostgreSQL
        self.name = where  #: the address without its password, for messages

    @property
    def url(self) -> URL:
        """The address, password included."""
        return self._engine.url

    def in_use(self) -> None:
        """Keep a restore out until `close`; waits for one that is running (SQLite; a server knows its sessions)."""
        if self.file is not None:
            self._held.enter_context(use_lock(self.file, shared=True))

    def alone(self) -> None:
        """Keep everybody else out until `close`; StorageError where somebody has the archive open."""
        if self.file is not None:
            self._held.enter_context(use_lock(self.file, shared=False))
            return
        with self.begin() as db:
            other = db.execute(text(OTHERS)).scalar()
        if other is not None:
            raise StorageError(f"archive {self.name} is open elsewhere ({other}): stop `diembao serve` first")

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction: committed at the end of the block, rolled back by any exception."""
        with guarded(self.name), self._engine.connect() as plain:
            db = plain.execution_options(diembao_write=True)
            with db.begin():
                yield db

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction: one consistent view that neither waits for writers nor holds them up."""
        with guarded(self.name), self._engine.connect() as plain:
            db = plain.execution_options(diembao_write=False, **_reading(self._engine))
            with db.begin():
                yield db

    def lock(self, name: str, wait: float = 0.0, *, inherit: bool = False) -> AbstractContextManager[Held]:
        """Hold the lock called `name` against other processes and threads; it dies with its holder.

        Waits up to `wait` seconds, then raises StorageError "another NAME is running (pid N)". With `inherit` a child
        process that is given `held.fd` holds it too (SQLite only; on PostgreSQL the session is this process's).
        """
        if self.file is None:
            return self._server_lock(name, wait)
        return file_lock(self.file.with_name(f"{self.file.name}.{name}.lock"), name, wait, inherit=inherit)

    @contextmanager
    def _server_lock(self, name: str, wait: float) -> Iterator[Held]:
        with guarded(self.name), server_lock(self._engine, name, wait) as held:
            yield held

    def close(self) -> None:
        """Give all connections back; the object must not be used afterwards."""
        self._engine.dispose()
        self._held.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_archive(url: str, *, alone: bool = False) -> Archive:
    """Open the archive at a SQLAlchemy URL, made or brought to this version's schema first; `alone`: nobody else may.

    The last folder of a SQLite path is made if only that is missing. Raises StorageError for a wrong URL, a missing
    folder, a file that is no archive, a server that does not answer, and an archive of a newer program.
    """
    parsed, file = address(url)
    where = str(file) if file else parsed.render_as_string(hide_password=True)
    engine = _sqlite(parsed) if file else _postgresql(parsed)
    archive = Archive(engine, where, file)
    try:
        (archive.alone if alone else archive.in_use)()
        with guarded(where):
            upgrade(engine, where, archive.lock("migrate", wait=_BUSY * 4) if file else None)
        if not alone:
            _refuse_half(archive)
    except BaseException:
        archive.close()
        raise
    return archive


def _refuse_half(archive: Archive) -> None:
    with archive.read() as db:
        source = db.execute(select(meta.c.value).where(meta.c.key == MOVING)).scalar()
    if source is not None:
        told = str(json.loads(source)["source"])
        raise StorageError(f"archive {archive.name} was moved from {told} in part only: run `diembao move` again")


def use_lock(file: Path, *, shared: bool) -> AbstractContextManager[Held]:
    """The lock that everyone who has a SQLite archive open shares, and that a restore wants for itself."""
    name = "restore" if shared else "program with this archive open"
    return file_lock(file.with_name(f"{file.name}.use.lock"), name, _BUSY * 4 if shared else 0.0, shared=shared)


def address(url: str) -> tuple[URL, Path | None]:
    """The parsed address and, for SQLite, its file (its last folder made); StorageError for a wrong one."""
    parsed = _parse(url)
    return parsed, _database_file(parsed) if parsed.get_backend_name() == "sqlite" else None


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        shown = without_password(url)
        raise StorageError(f"[storage] url {shown!r} is no database address: write {_EXAMPLE}") from None
    if "password" in parsed.query:
        raise StorageError(f"[storage] url holds the password after the question mark: {_PASSWORD}")
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise StorageError(f"[storage] url names {parsed.drivername!r}, which is not supported: write {_EXAMPLE}")
    return parsed


def _database_file(url: URL) -> Path:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise StorageError(f"[storage] url names no file, an archive in memory would be lost: write {_EXAMPLE}")
    file = Path(url.database).absolute()
    if file.is_dir():
        raise StorageError(f"archive {file} is a folder: name a file in it")
    if not file.parent.is_dir():
        try:
            file.parent.mkdir()
        except OSError as error:
            raise StorageError(
                f"archive {file}: its folder cannot be made ({error.strerror}) — make it: mkdir -p {file.parent}"
            ) from error
    return file


def _reading(engine: Engine) -> dict[str, Any]:
    if engine.dialect.name != "postgresql":
        return {}
    # Not READ COMMITTED, the server's default: there each statement sees another moment.
    return {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY})
    event.listen(engine, "connect", _sqlite_connected)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_connected(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver would begin late, after the first read
    # SQLite's own knows ASCII only: "đại" would not find "Đại" as it does on PostgreSQL.
    connection.create_function("lower", 1, lambda text: text.lower() if isinstance(text, str) else text)
    for pragma in (
        "journal_mode = WAL",
        # Not NORMAL: a power cut could take back the mark "this mail is going out", and it would go out again.
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -32768",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(db: Connection) -> None:
    write = db.get_execution_options().get("diembao_write", True)
    db.exec_driver_sql(f"PRAGMA query_only = {'OFF' if write else 'ON'}")
    db.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={"connect_timeout": _BUSY, "options": "-c timezone=UTC -c lock_timeout=120000"},
        pool_pre_ping=True,
    )
    event.listen(engine, "connect", lambda connection, _record: keep_from_children(connection))
    return engine


def ping(archive: Archive) -> None:
    """Raise StorageError unless the archive answers."""
    with archive.read() as db:
        db.execute(text("SELECT 1"))
