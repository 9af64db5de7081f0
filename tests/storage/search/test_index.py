"""The index: what follows the archive, what survives damage and kills, on both databases."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from errors import DiemBaoError
from pipeline.running.search import open_index
from pipeline.upkeep.inspect import inspect
from settings import parse as parse_settings
from storage import Archive, open_archive
from storage.coverage.corrections import add_correction, undo_correction
from storage.search import (
    AnotherWriterError,
    Follower,
    SearchIndex,
    search,
)
from tests.storage.search.sample import fill, found, index_of
from tests.support.archives import NOW, at, link, store
from tests.support.wholeway import environment, wait_for

pytestmark = pytest.mark.server

pytest_plugins = ["tests.support.databases"]


def test_a_new_version_a_correction_and_a_move_replace_what_was_there(archive: Archive, index: SearchIndex) -> None:
    article = store(archive, link(1), title="Bài", body="Tin tôm cũ.")
    assert found(index, "tôm topic:environment") == {article}
    store(archive, link(1), at(1), title="Bài", body="Tin lúa mới.")
    assert found(index, "tôm") == set()
    assert found(index, "lúa") == {article}
    with archive.begin() as db:
        correction = add_correction(db, article, "topics", ["religion"], who="an", now=at(2))
    assert (found(index, "topic:environment"), found(index, "topic:religion")) == (set(), {article})
    with archive.begin() as db:
        undo_correction(db, correction, at(3))
    assert found(index, "topic:environment") == {article}
    assert index.differences() == []


def test_a_deleted_index_builds_itself_and_says_so_meanwhile(archive: Archive, index: SearchIndex) -> None:
    assert index.building() is None  # of nothing
    articles = fill(archive, 5)
    index.catch_up()
    shutil.rmtree(index.folder)
    seen = search(index, "tôm")
    assert (seen.ids, seen.building) == ((), (0, 5))
    told: list[tuple[int, int]] = []
    assert index.catch_up(told=lambda *progress: told.append(progress))
    assert told == [(5, 5)]
    assert (found(index, "tôm"), search(index, "tôm").building) == (set(articles), None)


@pytest.mark.parametrize("damage", ["meta", "mark", "segment", "version", "older archive"])
def test_a_damaged_or_foreign_index_is_built_anew(damage: str, archive: Archive, index: SearchIndex) -> None:
    articles = fill(archive, 3)
    index.catch_up()
    mark = (index.folder / "mark.json").read_text()
    if damage == "meta":
        (index.folder / "meta.json").write_text("{")
    elif damage == "mark":
        (index.folder / "mark.json").write_text("{}")
    elif damage == "segment":
        next(index.folder.glob("*.term")).unlink()
    elif damage == "version":
        (index.folder / "mark.json").write_text(mark.replace('"version": ', '"version": 9'))
    else:  # a backup was put back: the index knows changes the archive does not
        (index.folder / "mark.json").write_text(mark.replace('"seq": 3', '"seq": 7'))
    again = index_of(archive, index.folder)
    fill(archive, 1, 50)
    assert again.catch_up()
    assert len(search(again, "tôm").ids) == len(articles) + 1
    assert again.differences() == []
    assert (again.folder / "mark.json").read_text() != mark


def test_numbers_that_no_article_has_do_not_keep_it_busy(archive: Archive, index: SearchIndex) -> None:
    articles = fill(archive, 2)
    index.catch_up()
    with archive.begin() as db:
        db.exec_driver_sql("UPDATE counters SET value = value + 5 WHERE name = 'articles'")
    assert index.is_behind()
    assert index.catch_up()
    assert not index.is_behind()
    fill(archive, 1, 7)
    assert found(index, "tôm") > set(articles)
    assert index.differences() == []


def test_the_check_of_the_archive_looks_at_the_index_and_mends_it(empty_sqlite: Path, tmp_path: Path) -> None:
    shutil.copy(empty_sqlite, tmp_path / "diembao.db")
    office = parse_settings(f'[storage]\nurl = "sqlite:///{tmp_path}/diembao.db"', tmp_path / "settings.toml")
    with open_archive(office.storage.url) as archive:
        index = open_index(archive, office)
        fill(archive, 3)
        index.catch_up()
        assert not [found for found in inspect(archive, office, NOW) if found.found]
        with archive.begin() as db:
            db.exec_driver_sql("UPDATE articles SET seq = 0 WHERE id = 1")
        (found,) = (found for found in inspect(archive, office, NOW, repair=True) if found.name == "index")
        assert (found.found, found.left) == (1, 0)
        assert index.building() == (0, 3)


def test_what_is_otherwise_than_in_the_archive_is_told(archive: Archive, index: SearchIndex) -> None:
    fill(archive, 3)
    index.catch_up()
    mark = (index.folder / "mark.json").read_text()
    fill(archive, 1, 10)
    index.catch_up()
    (index.folder / "mark.json").write_text(mark)  # as if the last batch had been lost from the mark alone
    assert index.catch_up()
    assert index.differences() == []
    with archive.begin() as db:
        db.exec_driver_sql("UPDATE articles SET seq = seq - 1 WHERE id = 1")
    assert index.differences() == ["sum of change numbers: 10 in the index, 9 in the archive"]


def test_the_follower_finds_an_article_by_itself(archive: Archive, index: SearchIndex) -> None:
    reader = index_of(archive, index.folder)  # as another process: it reloads by itself
    follower = Follower(index)
    follower.start()
    try:
        for number in range(3):
            article = store(archive, link(number), title="Bài", body=f"Chuyện thứ{number}.")
            assert wait_for(lambda: search(reader, f"thu{number}").ids == (article,), 30)  # noqa: B023
        with pytest.raises(AnotherWriterError), reader.writing():
            pass
        shutil.rmtree(index.folder)
        assert wait_for(lambda: search(reader, "thu1").total == 1, 30), "a deleted index was not rebuilt"
    finally:
        follower.stop()
    assert not any(thread.name == "search-follower" for thread in threading.enumerate())
    with reader.writing():
        pass


KILLED = """
import sys
from pathlib import Path
import storage.search.index as module
from pipeline.upkeep.inspect import inspect
from pipeline.running.search import Units, open_index
from storage import open_archive
module.BATCH, module._SAFE_EVERY = 7, 0.0
index = module.SearchIndex(open_archive(sys.argv[1]), Path(sys.argv[2]), str.split, Units())
index.catch_up(told=lambda *_: print("safe", flush=True))
print("done", flush=True)
"""


def test_killed_while_indexing_the_index_equals_the_archive_after_the_next_start(
    archive: Archive, archive_url: str, index: SearchIndex
) -> None:
    articles = fill(archive, 60)
    for kills in range(2):
        called = [sys.executable, "-c", KILLED, archive_url, str(index.folder)]
        process = subprocess.Popen(called, env=environment(), stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        seen = [process.stdout.readline() for _ in range(1 + kills)]
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert "done\n" not in seen
        with archive.begin() as db:  # the archive goes on meanwhile
            add_correction(db, articles[kills * 25], "tone", 1, who="an", now=NOW)
    mark = index.mark()
    assert mark is not None
    assert mark.phase == "build", "the kills hit nothing"
    assert index.catch_up()
    assert index.differences() == []
    assert found(index, "tôm", limit=100) == set(articles)
    assert found(index, "tone:positive", limit=100) == {articles[0], articles[25]}


def test_an_index_that_cannot_be_made_says_why(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    fill(archive, 1)
    with pytest.raises(DiemBaoError, match=r"Not a directory|File exists"):
        index_of(archive, tmp_path / "file" / "index").catch_up()
