"""What the press wrote of a matter: whatever becomes of stories, no matter and none of its coverage is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import Conflict
from pipeline.desk import regroup
from pipeline.running.counts import Counts
from pipeline.upkeep.retention import retention
from settings import Retention, Settings
from storage import Archive, open_archive, register
from storage.coverage.stories import Membership, assign, current_story
from storage.register.matters import Matter
from tests.support.archives import NOW, at, link, read_page, store

pytestmark = pytest.mark.server

pytest_plugins = ["tests.support.databases"]
AREA = "Sóc Trăng"
ARTICLES = 6


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path) -> Path:
    """An archive with six articles in two stories, to copy."""
    file = tmp_path_factory.mktemp("told") / "told.db"
    shutil.copy(empty_sqlite, file)
    with open_archive(f"sqlite:///{file}") as archive:
        fill(archive)
    return file


def fill(archive: Archive) -> None:
    for number in range(1, ARTICLES + 1):
        store(archive, link(number), at(number))
    with archive.begin() as db:
        assign(db, [Membership(1, None), Membership(4, None)], NOW)
        assign(db, [Membership(2, 1), Membership(3, 1), Membership(5, 2), Membership(6, 2)], NOW)


def matter_on(archive: Archive, *, story: int | None = None, article: int | None = None) -> Matter:
    with archive.begin() as db:
        matter = register.matters.opened(db, AREA, {"subject": "Việc", "kind": "ordered"}, "lan@example.vn", NOW)
        if story is not None:
            assert register.covered.link_story(db, AREA, matter.id, story, NOW)
            assert not register.covered.link_story(db, AREA, matter.id, story, NOW)
        if article is not None:
            assert register.covered.link_article(db, AREA, matter.id, article, NOW)
            assert not register.covered.link_article(db, AREA, matter.id, article, NOW)
        return matter


def covered(archive: Archive, matter: Matter) -> list[int]:
    with archive.read() as db:
        return register.covered.articles_of(db, [matter.id]).get(matter.id, [])


def seen_on(archive: Archive) -> Iterator[tuple[set[int], set[int]]]:
    """Give for each story of today its articles, and the matters its page shows."""
    with archive.read() as db:
        for story in range(1, 40):
            if current_story(db, story) == story:
                held = {n for n in range(1, ARTICLES + 1) if _story(db, n) == story}
                yield held, set(register.covered.of_story(db, AREA, story))


def _story(db: object, article: int) -> int | None:
    from storage.coverage.articles import get_article

    found = get_article(db, article)  # type: ignore[arg-type]
    return found.story if found else None


def test_a_story_gives_its_matter_what_joins_it_later(archive: Archive) -> None:
    fill(archive)
    matter = matter_on(archive, story=1)
    assert covered(archive, matter) == [1, 2, 3]
    store(archive, link(7), at(30))
    with archive.begin() as db:
        assign(db, [Membership(7, 1)], NOW)
        assert register.covered.keep(db, NOW, [1]) == 1
        assert register.covered.keep_all(db, NOW) == 0
    assert covered(archive, matter) == [1, 2, 3, 7]
    with archive.read() as db:
        assert register.covered.of_article(db, AREA, 7) == register.covered.of_story(db, AREA, 1) == [matter.id]
        assert register.covered.of_story(db, AREA, 2) == []
        first = register.covered.reports_of(db, [matter.id])[matter.id][0]
        assert (first.id, first.outlet) == (1, "bao-mot")


def test_several_matters_on_one_story_and_one_on_several(archive: Archive) -> None:
    fill(archive)
    one, two = matter_on(archive, story=1), matter_on(archive, story=1, article=6)
    with archive.begin() as db:
        register.covered.link_story(db, AREA, one.id, 2, NOW)
        assert register.covered.stories_of(db, one.id) == [1, 2]
        for unknown in (lambda: register.covered.link_story(db, AREA, one.id, 99, NOW),
                        lambda: register.covered.link_article(db, AREA, one.id, 99, NOW)):  # fmt: skip
            with pytest.raises(Conflict, match="99"):
                unknown()
    with archive.read() as db:
        assert register.covered.of_story(db, AREA, 1) == [two.id, one.id]
    assert covered(archive, two) == [1, 2, 3, 6]
    with archive.begin() as db:
        register.matters.merged(db, two.id, None, one.id, "lan@example.vn", NOW)
    assert covered(archive, one) == [1, 2, 3, 4, 5, 6]
    with archive.read() as db:
        assert register.covered.of_story(db, AREA, 1) == [one.id], "a merged matter shows under the other one"


ACTS = st.lists(
    st.tuples(st.sampled_from(["merge", "split", "move", "alone", "undo"]), st.integers(1, 9), st.integers(1, 9)),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_no_matter_is_lost_whatever_becomes_of_stories(told: Path, acts: list[tuple[str, int, int]]) -> None:
    copy = told.with_name("copy.db")
    for suffix in ("", "-wal", "-shm"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)
    shutil.copy(told, copy)
    with open_archive(f"sqlite:///{copy}") as archive:
        matters = [matter_on(archive, story=1), matter_on(archive, story=2), matter_on(archive, article=5)]
        before = {matter.id: set(covered(archive, matter)) for matter in matters}
        for act, one, two in acts:
            try:
                {
                    "merge": lambda one=one, two=two: regroup.merge(archive, one, two, "lan@example.vn", at(50)),
                    "split": lambda one=one, two=two: regroup.split(archive, one, [two], "lan@example.vn", at(50)),
                    "move": lambda one=one, two=two: regroup.move(archive, one, two, "lan@example.vn", at(50)),
                    "alone": lambda one=one: regroup.move(archive, one, None, "lan@example.vn", at(50)),
                    "undo": lambda one=one: regroup.undo(archive, one, "lan@example.vn", at(50)),
                }[act]()
            except Conflict:
                continue
            after = {matter.id: set(covered(archive, matter)) for matter in matters}
            assert all(before[number] <= after[number] for number in before), "coverage only grows"
            before = after
            for held, shown in seen_on(archive):
                assert shown >= {number for number, articles in after.items() if articles & held}


def test_evidence_of_a_matter_is_kept_when_the_rest_goes(archive: Archive) -> None:
    fill(archive)
    read_page(archive, link(1), b"<p>Khac</p>", at(40))
    matter_on(archive, article=1)
    from datetime import timedelta

    rules = Retention(pages=timedelta(days=1))
    gone: Counts = retention(archive, Settings(retention=rules), at(24 * 30))
    assert gone.extra["pages"]["rows"] == ARTICLES - 1
