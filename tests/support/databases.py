"""Databases to test on: always SQLite, and a PostgreSQL server of our own where its programs are installed.

Used by `pytest_plugins = ["tests.support.databases"]`: a test that takes `archive` runs once on each of them.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from storage import Archive, open_archive

KINDS = ("sqlite", "postgresql")
REQUIRED = os.environ.get("DIEMBAO_POSTGRES") == "required"


def postgres_programs() -> Path | None:
    """Return the folder of initdb and postgres; None where they are not installed."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found and shutil.which("postgres") else None


def _server_user() -> str | None:
    """Return whom the server runs as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the address of a PostgreSQL server that lives as long as the tests, less its database name."""
    programs = postgres_programs()
    if programs is None:
        message = "NOT RUN ON POSTGRESQL: initdb and postgres are not installed (Debian: apt install postgresql)"
        if REQUIRED:
            pytest.fail(message)
        pytest.skip(message)
    home = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    user = _server_user()
    if user:
        shutil.chown(home, user)
    as_user: dict[str, Any] = {"user": user, "cwd": home, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    data = home / "data"
    init = [programs / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(init, check=True, **as_user, **quiet)
    settings = [
        "fsync=off",
        "full_page_writes=off",
        "synchronous_commit=off",
        "listen_addresses=",
        "shared_buffers=16MB",
    ]
    options = [part for setting in (*settings, f"unix_socket_directories={home}") for part in ("-c", setting)]
    server = subprocess.Popen([programs / "postgres", "-D", data, *options], **as_user, **quiet)
    try:
        _wait_for(home, server)
        yield f"postgresql+psycopg://tester@/%s?host={home}"
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(timeout=30)
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(home: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "PostgreSQL did not start"
        try:
            psycopg.connect(f"host={home} user=tester dbname=postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("PostgreSQL does not answer")


def _admin(server: str, *statements: str) -> None:
    address = (server % "postgres").replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as db:
        for statement in statements:
            db.execute(statement)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty archive to copy: migrating takes longer than most tests."""
    file = tmp_path_factory.mktemp("archive") / "empty.db"
    open_archive(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """Return the name of an empty archive on the server, to copy."""
    _admin(postgres_server, "CREATE DATABASE empty")
    open_archive(postgres_server % "empty").close()
    return "empty"


@pytest.fixture(params=KINDS)
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database with nothing in it, on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'fresh.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"t{uuid.uuid4().hex}"
    _admin(server, f"CREATE DATABASE {name}")
    yield server % name
    _admin(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=KINDS)
def archive_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty archive, on each kind of database."""
    if request.param == "sqlite":
        file = tmp_path / "diembao.db"
        shutil.copy(request.getfixturevalue("empty_sqlite"), file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"t{uuid.uuid4().hex}"
    _admin(server, f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgres_template')}")
    yield server % name
    _admin(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def archive(archive_url: str) -> Iterator[Archive]:
    """Give an empty archive, on each kind of database."""
    with closing(open_archive(archive_url)) as opened:
        yield opened
