"""The schema is made by its migrations, once, whole, and never from a newer program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, NullPool, create_engine, event, text

import storage.migrate
import tests.storage.released
from errors import StorageError
from pipeline.upkeep.inspect import inspect
from settings import Settings, Storage
from storage import open_archive
from storage.collecting.pages import due_pages
from storage.coverage.articles import versions_of
from storage.delivery.editions import claim, editions
from storage.tables import metadata
from tests.support import ROOT
from tests.support.archives import at, link, store

pytestmark = pytest.mark.server

pytest_plugins = ["tests.support.databases"]
FOLDER = Path(storage.migrate.__file__).with_name("migrations")


def scripts() -> ScriptDirectory:
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(settings)


def test_the_program_knows_its_newest_migration() -> None:
    assert scripts().get_heads() == [storage.migrate.HEAD]
    revisions = [script.revision for script in scripts().walk_revisions()]
    assert revisions == sorted(revisions, reverse=True), "versions are compared as text"


def test_migrations_stand_alone() -> None:
    for script in (FOLDER / "versions").glob("0*.py"):
        lines = [line for line in script.read_text().splitlines() if line.startswith(("import", "from"))]
        allowed = ("from __future__", "import sqlalchemy", "from alembic", "from sqlalchemy", "import unicodedata")
        assert all(line.startswith(allowed) for line in lines), f"{script.name} would change with the program"


def test_migrations_make_what_the_tables_say(fresh_url: str) -> None:
    with open_archive(fresh_url) as archive, archive.read() as db:
        options = {"version_table": storage.migrate.VERSION_TABLE, "compare_server_default": False}
        assert compare_metadata(MigrationContext.configure(db, opts=options), metadata) == []


def test_a_newer_archive_is_refused_and_not_touched(archive_url: str) -> None:
    with open_archive(archive_url) as archive, archive.begin() as db:
        db.execute(text("UPDATE archive_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match=r"newer version of this program .*update the program"):
        open_archive(archive_url)


OPEN = "import sys; from storage import open_archive; open_archive(sys.argv[1]).close()"


def test_many_openers_of_a_new_archive_do_not_race(fresh_url: str) -> None:
    command = [sys.executable, "-c", OPEN, fresh_url]
    openers = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for opener in openers:
        _, said = opener.communicate(timeout=60)
        assert opener.returncode == 0, said


SLOW = """
import sys, alembic.op as op
from storage import open_archive
real = op.create_index
def create_index(*args, **more):
    real(*args, **more)
    print("made", flush=True)
op.create_index = create_index
open_archive(sys.argv[1]).close()
"""


def test_killed_while_migrating_then_opened_again(fresh_url: str) -> None:
    for steps in (1, 15):
        opener = subprocess.Popen([sys.executable, "-c", SLOW, fresh_url], cwd=ROOT, stdout=subprocess.PIPE)
        assert opener.stdout
        assert [opener.stdout.readline() for _ in range(steps)] == [b"made\n"] * steps
        opener.kill()
        opener.wait()
        opener.stdout.close()
    with open_archive(fresh_url) as archive, archive.read() as db:
        version = db.execute(text("SELECT version_num FROM archive_version")).scalar_one()
        assert version == storage.migrate.HEAD


def test_a_migration_that_fails_leaves_nothing_behind(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    real, calls = op.create_index, []

    def failing(name: str, *args: object, **more: object) -> None:
        calls.append(name)
        if len(calls) == 10:
            raise StorageError("the power went")
        real(name, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(op, "create_index", failing)
    with pytest.raises(StorageError, match="the power went"):
        open_archive(fresh_url)
    monkeypatch.undo()
    with open_archive(fresh_url) as archive, archive.read() as db:
        assert db.execute(text("SELECT count(*) FROM articles")).scalar_one() == 0


def released(version: str, url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Make the archive of a released version; return its rows as the program reads them, column by column."""
    tests.storage.released.make(version, url)
    return rows_at(url, tests.storage.released.rows_of_dump(version))


def rows_at(url: str, like: tests.storage.released.Rows) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of the tables and columns that `like` has."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as db:
        return {
            name: sorted(map(tuple, db.execute(text(_query(name, rows[0])))), key=repr)
            for name, rows in like.items()
            if rows and name != storage.migrate.VERSION_TABLE
        }


def kept(before: Mapping[str, list[tuple[Any, ...]]], after: Mapping[str, list[tuple[Any, ...]]]) -> bool:
    """Return whether every row is still there as it was; migrations may add rows of their own."""
    return all(set(map(repr, rows)) <= set(map(repr, after[name])) for name, rows in before.items())


def _query(table: str, columns: Iterable[str]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f"SELECT {names} FROM {table}"


def test_every_released_schema_has_its_archive() -> None:
    known = sorted(script.revision for script in scripts().walk_revisions())
    missing = set(known) - set(tests.storage.released.VERSIONS) - {storage.migrate.HEAD}
    assert not missing, (
        f"make tests/storage/released/{min(missing)}.sql.gz with the program as it was before the next migration"
    )


@pytest.mark.parametrize("version", tests.storage.released.VERSIONS)
def test_released_migrations_are_never_changed(version: str) -> None:
    assert tests.storage.released.schema_of_migrations(version) == tests.storage.released.schema_of_dump(version)


@pytest.mark.parametrize("version", tests.storage.released.VERSIONS)
def test_an_archive_of_every_released_version_comes_along_whole(version: str, fresh_url: str) -> None:
    before = released(version, fresh_url)
    settings = Settings(storage=Storage(fresh_url))
    with open_archive(fresh_url) as archive:
        assert kept(before, rows_at(fresh_url, tests.storage.released.rows_of_dump(version)))
        assert [finding.name for finding in inspect(archive, settings, at(30)) if finding.found] == []
        with archive.read() as db:
            assert db.execute(text("SELECT version_num FROM archive_version")).scalar_one() == storage.migrate.HEAD
            assert [len(versions_of(db, number)) for number in (1, 2, 3)] == [2, 1, 1]
            assert [edition.state for edition in editions(db)] == ["sent", "composed"]
            assert [page.link.url for page in due_pages(db, 9)] == [link(6).url]
        assert store(archive, link("new"), at(31)) == 4
        with archive.begin() as db:
            assert claim(db, 2, "here:2", at(31)), "the edition that waited can be sent"


EVERY, SOME = range(1, 100), (1, 2, 4, 8, 16, 32, 64)  #: statements at which the program is killed
OLDEST, *BETWEEN, NEWEST = tests.storage.released.VERSIONS
CAMPAIGN = (pytest.mark.long, pytest.mark.kill)


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        pytest.param(OLDEST, EVERY, id=f"{OLDEST} at every statement", marks=CAMPAIGN),
        *(pytest.param(version, SOME, id=version) for version in (OLDEST, NEWEST)),
        *(pytest.param(version, SOME, id=version, marks=CAMPAIGN) for version in BETWEEN),
    ],
)
def test_killed_while_an_archive_comes_along(version: str, numbers: Sequence[int], fresh_url: str) -> None:
    """The oldest is killed at every statement of every migration since, the others at some, on the rows they have."""
    before = released(version, fresh_url)
    kills = 0
    for number in numbers:
        child = os.fork()
        if child == 0:
            _die_at_statement(number)
            try:
                open_archive(fresh_url).close()
                os._exit(0)
            except BaseException:
                os._exit(1)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == 0:
            break
        assert code == -signal.SIGKILL
        kills += 1
        with closing(create_engine(fresh_url, poolclass=NullPool).connect()) as db:
            assert db.execute(text("SELECT version_num FROM archive_version")).scalar_one() == version
        assert kept(before, rows_at(fresh_url, tests.storage.released.rows_of_dump(version)))
    assert kills or version == storage.migrate.HEAD
    with open_archive(fresh_url) as archive:
        assert all(not found.found for found in inspect(archive, Settings(storage=Storage(fresh_url)), at(30)))


def _die_at_statement(number: int) -> None:
    """Kill this process after its `number`th statement that changes something."""
    calls = 0

    def count(_db: object, _cursor: object, statement: str, *_more: object) -> None:
        nonlocal calls
        calls += statement.lstrip().upper().startswith(("CREATE", "ALTER", "UPDATE", "INSERT", "DELETE", "DROP"))
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", count)
