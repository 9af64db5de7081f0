"""Locks between processes that die with their holder: flock beside a SQLite file, advisory locks on PostgreSQL."""

from __future__ import annotations

import fcntl
import os
import socket
import time
import weakref
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from errors import StorageError

_POLL = 0.1  # seconds between two attempts
_SPACE = 0x4449454D  # "DIEM": our corner of the advisory locks of a PostgreSQL database


class _Descriptor(Protocol):
    def fileno(self) -> int: ...


class Held:
    """A lock in hand. `fd` is what a child process may inherit to hold it too; -1 where the server holds it."""

    __slots__ = ("__weakref__", "fd", "name")

    def __init__(self, name: str, fd: int = -1) -> None:
        self.name = name
        self.fd = fd

    def fileno(self) -> int:
        return self.fd


# A forked child shares open files and sockets with its parent: without the hook below an orphaned child would keep a
# dead parent's lock or server session alive. Weak references: it holds nothing back, and shrinks by itself.
_not_for_children: weakref.WeakSet[_Descriptor] = weakref.WeakSet()


def keep_from_children(thing: _Descriptor) -> None:
    """Cut a forked child off from this descriptor (spawned ones never get it)."""
    _not_for_children.add(thing)


def _cut_off() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for thing in list(_not_for_children):
        try:
            os.dup2(null, thing.fileno(), inheritable=False)  # not close: the number must not be given to a new file
        except Exception:  # noqa: S112  a connection that is closed already
            continue
    os.close(null)


os.register_at_fork(after_in_child=_cut_off)


@contextmanager
def file_lock(path: Path, name: str, wait: float, *, inherit: bool = False, shared: bool = False) -> Iterator[Held]:
    """Hold `path` exclusively; the system lets go of it when the last process that holds it ends.

    With `inherit`, children that get the descriptor (forked, or `pass_fds=(held.fd,)`) hold the lock as well. With
    `shared`, any number hold it together and keep out who wants it alone. Raises StorageError after `wait` seconds,
    naming the holder.
    """
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StorageError(f"lock file {path}: {error.strerror} — check that this user may write there") from error
    held = Held(name, fd)
    if not inherit:
        keep_from_children(held)
    try:
        deadline = time.monotonic() + wait
        while not _try_flock(fd, fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                raise StorageError(_busy(name, os.pread(fd, 100, 0).decode(errors="replace").strip()))
            time.sleep(_POLL)
        os.ftruncate(fd, 0)
        if not shared:
            with suppress(OSError):  # a full disk: the lock holds all the same, its holder goes unnamed
                os.pwrite(fd, str(os.getpid()).encode(), 0)
        yield held
    finally:
        _not_for_children.discard(held)
        os.close(fd)


def _try_flock(fd: int, how: int) -> bool:
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy(name: str, pid: str) -> str:
    return f"another {name} is running (pid {pid or 'unknown'}): wait for it to end, or stop it"


@contextmanager
def server_lock(engine: Engine, name: str, wait: float) -> Iterator[Held]:
    """Hold an advisory lock of the PostgreSQL database in a session of its own, which ends with this process."""
    key = {"space": _SPACE, "key": zlib.crc32(name.encode()) - 2**31}
    with engine.connect() as plain:
        db = plain.execution_options(isolation_level="AUTOCOMMIT")
        try:
            who = f"diembao {name} {os.getpid()}@{socket.gethostname()}"[:63]
            db.execute(text("SELECT set_config('application_name', :who, false)"), {"who": who})
            deadline = time.monotonic() + wait
            while not db.execute(text("SELECT pg_try_advisory_lock(:space, :key)"), key).scalar_one():
                if time.monotonic() >= deadline:
                    holder = db.execute(_HOLDER, {**key, "key": key["key"] & 0xFFFFFFFF}).scalar()
                    raise StorageError(_busy(name, str(holder or "").rpartition(" ")[2]))
                time.sleep(_POLL)
            try:
                yield Held(name)
            finally:
                with suppress(SQLAlchemyError):  # the server may be gone, and the lock with it
                    db.execute(text("SELECT pg_advisory_unlock(:space, :key)"), key)
        finally:
            db.invalidate()  # the session ends too: nothing of it returns to the pool


_HOLDER = text(
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = :space AND l.objid::bigint = :key "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
