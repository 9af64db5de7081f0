"""An archive moved between databases: every row, equal on both sides, gone on with wherever it was killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

import tests.storage.released
from cli import main
from errors import StorageError
from storage import Archive, open_archive
from storage.coverage.articles import count
from storage.tables import metadata
from storage.tables.coverage import articles
from storage.upkeep import move as module
from storage.upkeep.backup import contents_of
from storage.upkeep.move import move
from tests.support.archives import at, link, store

pytest_plugins = ["tests.support.databases"]
WAYS = [("sqlite", "sqlite"), ("sqlite", "postgresql"), ("postgresql", "sqlite")]


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def urls(request: pytest.FixtureRequest, tmp_path: Path, postgres_server: str) -> tuple[str, str]:
    """The addresses of an archive with every state a row can have, and of an empty place."""
    from tests.support.databases import _admin

    made = []
    for place, kind in zip(("old", "new"), request.param, strict=True):
        if kind == "postgresql":
            name = f"m{place}{tmp_path.name.replace('-', '_').lower()[:40]}"
            _admin(postgres_server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
            made.append(postgres_server % name)
        else:
            made.append(f"sqlite:///{tmp_path}/{place}.db")
    tests.storage.released.make(tests.storage.released.VERSIONS[-1], made[0])
    with open_archive(made[0]) as archive:
        one, two = store(archive, link("moved")), store(archive, link("copy"), at(1))
        with archive.begin() as db:  # names an article that comes later, and the last number is of a row that is gone
            db.execute(update(articles).where(articles.c.id == one).values(reprint_of=two))
            db.execute(articles.delete().where(articles.c.id == store_gone(db)))
    return made[0], made[1]


def store_gone(db: Connection) -> int:
    """Add a row that will be gone: its number is never given again."""
    row = dict(db.execute(articles.select().order_by(articles.c.id.desc()).limit(1)).one()._mapping)
    row |= {"id": None, "url": "https://a.example/gone", "seq": row["seq"] + 1000}
    del row["id"]
    return int(db.execute(articles.insert().returning(articles.c.id), row).scalar_one())


def rows_of(url: str) -> dict[str, int]:
    with open_archive(url) as archive, archive.read() as db:
        return dict(contents_of(db).rows)


@pytest.mark.parametrize("urls", WAYS, indirect=True, ids="-".join)
def test_every_row_is_moved_and_numbers_go_on(urls: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    old, new = urls
    before = rows_of(old)
    with open_archive(old) as archive, archive.read(), pytest.raises(StorageError, match=r"open elsewhere|is running"):
        move(old, new)
    moved = move(old, new)
    assert moved.rows == before == rows_of(old) == rows_of(new)
    assert set(moved.rows) == set(metadata.tables)
    with open_archive(new) as archive:
        with archive.read() as db:
            last = count(db)
            highest = max(db.execute(articles.select().with_only_columns(articles.c.id)).scalars())
        assert store(archive, link("after")) == highest + 2, "the number of the row that is gone is not used again"
        with archive.read() as db:
            assert count(db) == last + 1
    with pytest.raises(StorageError, match="is not empty"):
        move(old, new)


@pytest.mark.parametrize("urls", WAYS[1:], indirect=True, ids="-".join)
def test_killed_at_any_commit_it_goes_on(urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = urls
    monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(module, "_HEAVY", {})
    begin, commits, kills = Archive.begin, 0, 0

    @contextmanager
    def dying(archive: Archive) -> Iterator[Connection]:
        nonlocal commits
        with begin(archive) as db:
            yield db
            commits += 1
            if commits % 31 == 7:
                raise Killed  # before the commit
        if commits % 31 == 19:
            raise Killed  # after it

    monkeypatch.setattr(Archive, "begin", dying)
    while True:
        try:
            moved = move(old, new)
        except Killed:
            kills += 1
            continue
        break
    monkeypatch.setattr(Archive, "begin", begin)
    assert kills > 4
    assert moved.rows == rows_of(new) == rows_of(old)


@pytest.mark.parametrize("urls", WAYS[:1], indirect=True, ids="-".join)
def test_what_cannot_be_moved_is_said_and_nothing_happens(
    urls: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = urls
    monkeypatch.chdir(tmp_path)
    with open_archive(old), pytest.raises(StorageError, match="is running"):
        move(old, new)
    with pytest.raises(StorageError):
        move(old, old)
    monkeypatch.setattr(module, "_compared", lambda old, new: (_ for _ in ()).throw(Killed()))
    with pytest.raises(Killed):
        move(old, new)
    with pytest.raises(StorageError, match="run `diembao move` again"):
        open_archive(new)
    open_archive(f"sqlite:///{tmp_path}/other.db").close()
    with pytest.raises(StorageError, match="holds a part of"):
        move(f"sqlite:///{tmp_path}/other.db", new)
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert main(["move", old, new]) == 0
    assert "equal on both sides" in capsys.readouterr().out
    assert main(["move", "sqlite:///nowhere/at/all.db", new]) == 1
