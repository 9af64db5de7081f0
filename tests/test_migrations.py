"""The schema is made by its migrations, once, whole, and never from a newer program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import storage.migrate
from errors import StorageError
from storage import open_archive
from storage.schema import metadata
from tests.conftest import ROOT

pytest_plugins = ["tests.databases"]
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
        allowed = ("from __future__", "import sqlalchemy", "from alembic", "from sqlalchemy")
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
