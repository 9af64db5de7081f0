"""Opening, transactions, locks and crashes of the archive."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from errors import StorageError
from storage import Archive, open_archive
from storage.facts import get_fact, last_number, next_number, secret, set_fact
from storage.guard import advice
from storage.tables.collecting import links, pages
from storage.tables.coverage import articles
from storage.tables.upkeep import runs
from storage.types import storable
from tests.support import ROOT
from tests.support.archives import NOW

pytestmark = pytest.mark.server

pytest_plugins = ["tests.support.databases"]


def child(code: str, *args: str, **more: object) -> subprocess.Popen[str]:
    """Start Python with `code`; it says what it is doing on standard output."""
    command = [sys.executable, "-c", code, *args]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, **more)  # type: ignore[call-overload]


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("no address", "is no database address"),
        ("mysql://root@localhost/x", "not supported"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///{tmp}", "is a folder"),
        ("sqlite:///{tmp}/a/b/x.db", "mkdir -p"),
        ("sqlite:///{tmp}/text.db", "no SQLite database"),
        ("sqlite:///{tmp}/other.db", "belongs to another program"),
        ("postgresql+psycopg://me:secret@127.0.0.1:1/x", "Check host and port"),
        ("postgresql+psycopg://me:se/secret@127.0.0.1:port/x", "is no database address"),
        ("postgresql+psycopg://me@127.0.0.1:1/x?password=secret", "PGPASSFILE"),
    ],
)
def test_what_cannot_be_opened_says_what_to_do(url: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database " * 100)
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(StorageError) as raised:
        open_archive(url.format(tmp=tmp_path))
    assert says in str(raised.value)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_last_folder_of_the_path_is_made(tmp_path: Path) -> None:
    with open_archive(f"sqlite:///{tmp_path}/data/diembao.db"):
        assert (tmp_path / "data" / "diembao.db").is_file()


def test_a_write_is_whole_or_not_at_all(archive: Archive) -> None:
    def write_and_fail() -> None:
        with archive.begin() as db:
            set_fact(db, "a", "1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with archive.read() as db:
        assert get_fact(db, "a") is None


def test_reading_cannot_write_and_writing_after_it_can(archive: Archive) -> None:
    with pytest.raises(StorageError, match="read"), archive.read() as db:
        set_fact(db, "a", "1")
    with archive.begin() as db:
        set_fact(db, "a", "1")
    with archive.read() as db:
        assert get_fact(db, "a") == "1"


def test_a_reader_sees_one_moment_and_does_not_wait(archive: Archive) -> None:
    with archive.begin() as db:
        set_fact(db, "a", "1")
        with archive.read() as other:
            assert get_fact(other, "a") is None


def test_naive_times_are_refused_and_others_come_back_in_utc(archive: Archive) -> None:
    row = {"verb": "x", "now": NOW, "started_at": NOW, "ended_at": NOW, "counts": {}}
    with pytest.raises(StorageError, match="naive"), archive.begin() as db:
        db.execute(runs.insert(), {**row, "now": datetime(2026, 1, 1)})  # noqa: DTZ001
    local = datetime.fromisoformat("2026-08-05T07:00:00.123456+07:00")
    with archive.begin() as db:
        db.execute(runs.insert(), {**row, "now": local})
    with archive.read() as db:
        stored = db.execute(select(runs.c.now)).scalar_one()
    assert stored == local
    assert stored.utcoffset().total_seconds() == 0


def test_text_no_database_can_hold_is_mended_not_fatal(archive: Archive) -> None:
    assert storable("sạch") == "sạch"
    with archive.begin() as db:
        set_fact(db, "a", "x\0y\ud800z")
    with archive.read() as db:
        assert get_fact(db, "a") == "xy?z"


def test_a_full_disk_is_one_clear_line(tmp_path: Path) -> None:
    with open_archive(f"sqlite:///{tmp_path}/x.db") as archive:

        def fill() -> None:
            with archive.begin() as db:
                db.exec_driver_sql("PRAGMA max_page_count = 1")
                set_fact(db, "a", "x" * 1_000_000)

        with pytest.raises(StorageError, match="make room"):
            fill()
        assert "wait" in advice("database is locked")


def test_secrets_are_made_once_and_sequences_rise(archive: Archive) -> None:
    with archive.begin() as db:
        first = secret(db, "links")
        assert len(first) == 43
        assert secret(db, "other") != first
        assert [next_number(db, "articles") for _ in range(3)] == [1, 2, 3]
    with archive.read() as db:
        assert secret(db, "links") == first
        assert last_number(db, "articles") == 3


def test_a_lock_excludes_threads_and_names_its_holder(archive: Archive) -> None:
    with archive.lock("collect"):
        with pytest.raises(StorageError, match=rf"another collect is running \(pid {os.getpid()}"):
            archive.lock("collect", 0.15).__enter__()
        with archive.lock("analyse"):
            pass
    with archive.lock("collect"):
        pass


def test_a_waiting_lock_is_taken_when_it_is_free(archive: Archive) -> None:
    taken, go = threading.Event(), threading.Event()

    def hold() -> None:
        with archive.lock("group"):
            taken.set()
            go.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(10)
    threading.Timer(0.2, go.set).start()
    with archive.lock("group", wait=10):
        pass
    thread.join()


HOLD = """
import os, subprocess, sys, time
from storage import open_archive
with open_archive(sys.argv[1]) as archive, archive.lock("collect", inherit="inherit" in sys.argv) as held:
    if "fork" in sys.argv and os.fork() == 0:
        time.sleep(20)
        os._exit(0)
    if "inherit" in sys.argv:
        subprocess.Popen(["sleep", "3"], pass_fds=(held.fd,), stdout=2)
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("how", ["alone", "fork"])
def test_a_killed_holder_blocks_nobody(archive: Archive, archive_url: str, how: str) -> None:
    process = child(HOLD, archive_url, how)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    with pytest.raises(StorageError, match=f"pid {process.pid}"):
        archive.lock("collect", 0.15).__enter__()
    kill(process)
    with archive.lock("collect", wait=10):  # the orphan lives for twenty
        pass


def test_a_child_may_hold_the_lock_as_well(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    process = child(HOLD, url, "inherit")
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    with open_archive(url) as archive:
        kill(process)
        with pytest.raises(StorageError, match="another collect"):
            archive.lock("collect", 0.1).__enter__()
        with archive.lock("collect", wait=30):
            pass


WRITE = """
import sys
from tests.support.archives import *
from tests.support.archives import stored_articles, stored_links
from storage import open_archive
archive = open_archive(sys.argv[1])
for number in range(int(sys.argv[2]), 1_000_000):
    with archive.begin() as db:
        for part in range(5):
            of = link(f"{number}-{part}")
            [reading] = stored_links.announce(db, [of], NOW)
            page_id = stored_links.record_page(db, reading, page(of), lambda first, reads: None)
            stored_articles.save_article(db, page_id, draft(of), judgement(), NOW)
    print("written", flush=True)
"""


def test_killed_in_the_middle_of_writing_everything_is_whole(archive: Archive, archive_url: str) -> None:
    for turn in range(2):
        process = child(WRITE, archive_url, str(turn * 100_000))
        assert process.stdout
        assert process.stdout.readline() == "written\n"
        time.sleep(0.013 + 0.17 * turn)
        process.send_signal(signal.SIGKILL)
        kill(process)
        with archive.read() as db:
            n = db.execute(select(func.count()).select_from(links)).scalar_one()
            assert n
            assert n % 5 == 0, "half a transaction was kept"
            counted = [db.execute(select(func.count()).select_from(t)).scalar_one() for t in (pages, articles)]
            assert counted == [n, n]
            assert db.execute(select(func.max(articles.c.seq))).scalar_one() == last_number(db, "articles") == n
            if db.dialect.name == "sqlite":
                assert db.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
                assert not db.execute(text("PRAGMA foreign_key_check")).all()


def test_a_power_cut_takes_no_commit_back(tmp_path: Path) -> None:
    with open_archive(f"sqlite:///{tmp_path}/x.db") as archive, archive.read() as db:
        asked = {name: db.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode")}
        assert asked == {"synchronous": 2, "journal_mode": "wal"}
        assert db.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
