"""Backups are whole, never replace anything, and come back; whatever is killed leaves whole states."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

import scheduler
from errors import DiemBaoError
from pipeline.running.lease import Lease
from pipeline.running.models import CARD, CHOICES, current, folder
from pipeline.upkeep.backup import backup, backups, newest, opened, outdated, restore
from settings import Settings, Storage
from storage import Archive, open_archive
from storage.coverage.articles import count
from tests.support.archives import NOW, at, link, store

pytestmark = pytest.mark.server

pytest_plugins = ["tests.support.databases"]


@pytest.fixture
def office(archive_url: str, tmp_path: Path) -> Settings:
    """An office with three articles and a version of the models."""
    with closing(open_archive(archive_url)) as archive:
        for number in range(3):
            store(archive, link(number))
    made = Settings(file=tmp_path / "settings.toml", storage=Storage(archive_url))
    version = folder(made) / "20260801-0a1b2c3d"
    version.mkdir(parents=True)
    (version / CARD).write_text("{}")
    (version / "topics.npz").write_bytes(b"weights")
    (folder(made) / CHOICES).write_text(f"{version.name}\n")
    return made


@pytest.fixture
def small_office(tmp_path: Path, empty_sqlite: Path) -> Settings:
    """An office on SQLite with one article."""
    file = tmp_path / "data.db"
    file.write_bytes(empty_sqlite.read_bytes())
    with closing(open_archive(f"sqlite:///{file}")) as archive:
        store(archive, link(1))
    return Settings(file=tmp_path / "settings.toml", storage=Storage(f"sqlite:///{file}"))


def articles(settings: Settings) -> int:
    with closing(open_archive(settings.storage.url)) as archive, archive.read() as db:
        return count(db)


def taken(settings: Settings, to: Path) -> Path:
    with closing(open_archive(settings.storage.url)) as archive:
        return backup(archive, settings, NOW, to).file


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*.part")]


def test_a_backup_comes_back_and_the_archive_of_before_is_kept(office: Settings, tmp_path: Path) -> None:
    file = taken(office, tmp_path / "one.zip")
    assert file.stat().st_mode & 0o77 == 0
    with closing(open_archive(office.storage.url)) as archive:
        store(archive, link("later"))
    (folder(office) / CHOICES).unlink()
    (folder(office) / "20260801-0a1b2c3d" / CARD).unlink()
    done = restore(office, file, at(1))
    assert articles(office) == 3
    assert current(office) == "20260801-0a1b2c3d"
    assert (folder(office) / "20260801-0a1b2c3d" / "topics.npz").read_bytes() == b"weights"
    assert done.backup.contents.rows["articles"] == 3
    assert left(tmp_path) == []
    if done.aside.startswith("schema "):
        with closing(open_archive(office.storage.url)) as archive, archive.read() as db:
            assert db.execute(text(f"SELECT count(*) FROM {done.aside.removeprefix('schema ')}.articles")).scalar() == 4
    else:
        with closing(sqlite3.connect(done.aside)) as db:
            assert db.execute("SELECT count(*) FROM articles").fetchone() == (4,)
    with closing(open_archive(office.storage.url)) as archive:
        assert store(archive, link("after")) == 4, "numbers go on where the backup was"
    taken(office, tmp_path / "again.zip")


def test_a_restored_archive_is_acted_on_at_once(office: Settings, tmp_path: Path) -> None:
    """The backup was taken beside a service whose machine is gone: nobody can look whether its process lives."""
    with closing(open_archive(office.storage.url)) as archive:
        assert Lease(archive, holder="elsewhere:7:1:boot").beat(NOW)
        file = taken(office, tmp_path / "one.zip")
        assert not Lease(archive).beat(NOW)
    restore(office, file, at(1))
    with closing(open_archive(office.storage.url)) as archive:
        assert Lease(archive).beat(at(2))


def test_a_backup_into_an_empty_place(office: Settings, tmp_path: Path, fresh_url: str) -> None:
    file = taken(office, tmp_path / "one.zip")
    moved = replace(office, file=tmp_path / "new" / "settings.toml", storage=Storage(fresh_url))
    if office.storage.url.split(":", maxsplit=1)[0] != fresh_url.split(":", maxsplit=1)[0]:
        with pytest.raises(DiemBaoError, match="the backup is of"):
            restore(moved, file, NOW)
        return
    assert restore(moved, file, NOW).aside == ""
    assert articles(moved) == 3


def test_a_backup_is_consistent_while_others_write(office: Settings, tmp_path: Path) -> None:
    with closing(open_archive(office.storage.url)) as archive:
        stop = threading.Event()

        def write() -> None:
            number = 0
            while not stop.is_set():
                store(archive, link(f"w{number}"))
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            files = [backup(archive, office, at(n), tmp_path / f"{n}.zip") for n in range(3)]
        finally:
            stop.set()
            writer.join()
    for made in files:
        rows = made.contents.rows
        assert rows["articles"] == rows["versions"], "an article and its version are one transaction"
        assert (
            restore(office, made.file, at(len(files))).backup.contents == made.contents if made is files[-1] else True
        )
    assert articles(office) == files[-1].contents.rows["articles"]


def test_nothing_is_replaced(small_office: Settings, tmp_path: Path) -> None:
    file = taken(small_office, tmp_path / "one.zip")
    before = file.read_bytes()
    with pytest.raises(DiemBaoError, match="never replaces"):
        taken(small_office, file)
    assert file.read_bytes() == before


def test_a_restore_waits_for_nobody(office: Settings, tmp_path: Path) -> None:
    file = taken(office, tmp_path / "one.zip")
    with closing(open_archive(office.storage.url)) as archive:
        with archive.read() as db:
            assert count(db) == 3
        with pytest.raises(DiemBaoError, match=r"this archive open|is in use"):
            restore(office, file, NOW)
        store(archive, link("still"))
    assert articles(office) == 4


@pytest.mark.parametrize("harm", ["cut", "flipped", "other", "rows", "newer"])
def test_a_backup_that_is_not_whole_is_refused(harm: str, small_office: Settings, tmp_path: Path) -> None:
    file = taken(small_office, tmp_path / "one.zip")
    whole = file.read_bytes()
    if harm == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif harm == "flipped":
        middle = len(whole) // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    elif harm == "other":
        file.write_bytes(b"Day la mot tap tin khac.")
    else:
        _retell(file, rows={"articles": 99}) if harm == "rows" else _retell(file, schema="9999")
    with pytest.raises(DiemBaoError):
        restore(small_office, file, NOW)
    assert articles(small_office) == 1
    assert left(tmp_path) == []


def _retell(file: Path, **more: object) -> None:
    with zipfile.ZipFile(file) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    members["backup.json"] = json.dumps(json.loads(members["backup.json"]) | more).encode()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)


def test_the_newest_are_kept(tmp_path: Path) -> None:
    names = [f"diembao-2026080{day}-023000.zip" for day in range(1, 6)]
    for name in (*names, "mine.zip", "diembao-old.zip"):
        (tmp_path / name).touch()
    assert [path.name for path in outdated(tmp_path, 2)] == names[:3]


def test_every_night(small_office: Settings, tmp_path: Path) -> None:
    (nightly,) = [job for job in scheduler.JOBS if backups in job.steps]
    assert nightly.daily
    house = replace(small_office, storage=replace(small_office.storage, backup_dir=str(tmp_path / "b"), backups_kept=2))
    with closing(open_archive(house.storage.url)) as archive:
        assert backups(archive, small_office, NOW).due == 0, "nobody asked for it"
        for day in range(3):
            assert backups(archive, house, at(24 * day)).done == 1
        last = newest(house)
        with pytest.raises(DiemBaoError, match="never replaces"):
            backups(archive, house, at(48))
    kept = sorted((tmp_path / "b").iterdir())
    assert len(kept) == 2
    assert last == kept[-1]
    assert opened(kept[0]).contents.rows["articles"] == 1


def test_a_damaged_archive_can_be_replaced(tmp_path: Path, empty_sqlite: Path) -> None:
    file = tmp_path / "data.db"
    file.write_bytes(empty_sqlite.read_bytes())
    settings = Settings(file=tmp_path / "settings.toml", storage=Storage(f"sqlite:///{file}"))
    good = taken(settings, tmp_path / "one.zip")
    file.write_bytes(b"\0" * 5000)
    assert Path(restore(settings, good, NOW).aside).read_bytes() == b"\0" * 5000
    assert articles(settings) == 0


TOUCHING = ("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect")


def _killed(what: Callable[[], object]) -> Iterator[int]:
    """Do it once for every change of files it makes, killed before that one, until it comes to its end."""
    for number in range(1, 100):
        child = os.fork()
        if child == 0:
            _die_at(number)
            try:
                what()
                os._exit(0)
            except BaseException as error:
                os.write(2, repr(error).encode())
                os._exit(1)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) == 0:
            return
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        yield number
    raise AssertionError("it never ended")


def _die_at(number: int) -> None:
    calls = 0

    def audit(event: str, args: tuple[object, ...]) -> None:
        nonlocal calls
        writes = event == "open" and isinstance(args[2], int) and bool(args[2] & (os.O_WRONLY | os.O_RDWR))
        if event in TOUCHING or writes:
            calls += 1
            if calls == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audit)


def test_a_backup_killed_anywhere(small_office: Settings, tmp_path: Path) -> None:
    file = tmp_path / "one.zip"
    kills = 0
    for _ in _killed(lambda: taken(small_office, file)):
        kills += 1
        if file.exists():
            assert opened(file).contents.rows["articles"] == 1
            file.unlink()
    assert kills >= 5
    assert opened(file).contents.rows["articles"] == 1
    assert left(tmp_path) == []
    assert articles(small_office) == 1


def test_a_restore_killed_anywhere(small_office: Settings, tmp_path: Path) -> None:
    file = taken(small_office, tmp_path / "one.zip")
    database = tmp_path / "data.db"
    kills, seen = 0, set()
    with closing(open_archive(small_office.storage.url)) as archive:
        store(archive, link(2))
    for _ in _killed(lambda: restore(small_office, file, at(1))):
        kills += 1
        with closing(sqlite3.connect(database)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = articles(small_office)
        seen.add(found)
        assert found in {1, 2}
        if found == 1:  # it had happened already: begin again from before
            with closing(open_archive(small_office.storage.url)) as archive:
                store(archive, link(2))
        for aside in tmp_path.glob("data.db.before_restore_*"):
            aside.unlink()
    assert kills >= 5
    assert 2 in seen
    assert articles(small_office) == 1
    assert left(tmp_path) == []


def test_an_archive_that_is_open_nowhere_is_not_in_use(archive: Archive, tmp_path: Path) -> None:
    settings = Settings(file=tmp_path / "settings.toml", storage=Storage(archive.url.render_as_string(False)))
    file = backup(archive, settings, NOW, tmp_path / "one.zip").file
    archive.close()
    restore(settings, file, NOW)
