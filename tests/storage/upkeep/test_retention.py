"""Old things go as the settings say, and nothing that is shown, corrected, in the ledger or keeps duplicates away."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from errors import StorageError
from pipeline.upkeep.retention import BATCH, foreseen, retention
from press import Outcome, Reading
from settings import Retention, Settings
from storage import Archive, open_archive, register
from storage.collecting import links as stored_links
from storage.collecting.pages import Settled, load_page, settle_pages
from storage.coverage.articles import get_article, versions_of
from storage.coverage.corrections import add_correction
from storage.tables.collecting import links, pages
from storage.upkeep.retention import KINDS, Key, forget, look, weigh
from storage.upkeep.runs import last_runs, record_run
from tests.support.archives import NOW, at, link, page, read_page, store

pytest_plugins = ["tests.support.databases"]
YEAR = timedelta(days=365)
SETTINGS = Settings(
    file=Path("settings.toml"),
    retention=Retention(pages=YEAR, versions=YEAR, addresses=YEAR, runs=timedelta(days=90), letters=YEAR),
)
LATER = NOW + YEAR + timedelta(days=2)
#: an address that was read and lies outside
OUTSIDE = {
    "served_url": "x", "outlet": "a", "title": "Ở nơi khác", "lead": "Không về tỉnh này.", "first_seen": NOW,
    "state": "done", "due_at": NOW, "tried_at": NOW, "analysed_at": NOW, "settled": "outside",
}  # fmt: skip


@pytest.fixture
def old(archive: Archive) -> Archive:
    """An archive a year old: two articles with two texts (one corrected), an address outside, one given up, runs."""
    for number in (1, 2):
        store(archive, link(number))
        store(archive, link(number), at(24), body="Đoạn ba.")
    for number, what in ((3, "outside"), (4, "never")):
        page_id = read_page(archive, link(number, lead="Ở nơi khác."))
        with archive.begin() as db:
            outcome = Outcome("done") if what == "outside" else Outcome("never", "no text")
            settle_pages(db, [Settled(page_id, outcome, what == "never")], NOW)
    with archive.begin() as db:
        add_correction(db, 2, "tone", 1, who="Lan", now=NOW)
        db.execute(links.update().values(next_reading=None))
        matter = register.matters.opened(db, "Sóc Trăng", {"subject": "Phà", "kind": "ordered"}, "Lan", NOW)
        register.files.add(db, matter, "other", "pdf", b"%PDF-1.7 %%EOF", NOW)
        register.matters.change(db, matter.id, None, {"state": "done", "result": "Xong"}, "Lan", NOW)
        for hours in (0, 1):
            record_run(db, "collect", at(hours), at(hours), at(hours), {"due": 1})
    return archive


def told(archive: Archive) -> dict[str, int]:
    counts = foreseen(archive, SETTINGS, LATER)
    return {kind: counts.extra[kind]["rows"] for kind in KINDS}  # type: ignore[index]


def test_a_dry_run_says_what_goes_and_then_it_goes(old: Archive) -> None:
    assert told(old) == {"pages": 3, "versions": 1, "addresses": 2, "runs": 1, "letters": 1}
    assert told(old)["pages"] == 3, "a dry run changes nothing"
    foreseen_bytes = [foreseen(old, SETTINGS, LATER).extra[kind] for kind in KINDS]
    gone = retention(old, SETTINGS, LATER)
    assert [gone.extra[kind] for kind in KINDS] == foreseen_bytes
    assert all(weight["bytes"] > 0 for weight in foreseen_bytes)  # type: ignore[index]
    assert told(old) == dict.fromkeys(KINDS, 0)


def test_what_must_stay_stays(old: Archive) -> None:
    retention(old, SETTINGS, LATER)
    with old.read() as db:
        for number in (1, 2):
            article = get_article(db, number)
            assert article is not None
            assert article.body == "Đoạn ba."
            assert article.versions == 2
        assert [version.number for version in versions_of(db, 1)] == [2]
        assert [version.number for version in versions_of(db, 2)] == [1, 2], "evidence of a correction"
        corrected = select(pages.c.id).join(links, links.c.id == pages.c.link_id).where(links.c.article_id == 2)
        assert all(load_page(db, page_id) for page_id in db.execute(corrected).scalars())
        assert db.execute(select(links.c.title, links.c.lead).where(links.c.url == link(3).url)).one() == ("", "")
        assert db.execute(select(pages.c.reason).where(pages.c.state == "never")).scalar_one() == "no text"
        assert len(last_runs(db, "collect")) == 1
    with old.begin() as db:
        known = [link(number) for number in (1, 2, 3, 4)]
        assert stored_links.announce(db, known, LATER) == [], "an address that was read is never read again"


def test_what_is_young_or_waits_stays(archive: Archive) -> None:
    store(archive, link(1))
    read_page(archive, link(2))
    assert told(archive)["pages"] == 1
    counts = foreseen(archive, SETTINGS, NOW + YEAR - timedelta(days=1))
    assert counts.due == 0


def test_forever_is_the_default_but_for_runs(old: Archive) -> None:
    assert retention(old, Settings(file=Path("settings.toml")), LATER).extra | {} == {
        "pages": {"rows": 0, "bytes": 0},
        "versions": {"rows": 0, "bytes": 0},
        "addresses": {"rows": 0, "bytes": 0},
        "runs": {"rows": 1, "bytes": len('{"due":1}')},
        "letters": {"rows": 0, "bytes": 0},
    }


def test_it_goes_in_small_steps_and_can_be_broken_off(archive: Archive) -> None:
    with archive.begin() as db:
        for _ in range(BATCH + 5):
            record_run(db, "collect", NOW, NOW, NOW, {"due": 1})
    asked = iter([*[False] * 5, True])  # once a kind, once a transaction
    assert retention(archive, SETTINGS, LATER, should_stop=lambda: next(asked, True)).done == BATCH
    assert retention(archive, SETTINGS, LATER).done == 4


@pytest.mark.parametrize("window", [1, 2, 3, 1000])
def test_a_walk_of_any_stride_finds_what_a_whole_look_finds(old: Archive, window: int) -> None:
    for kind in KINDS:
        before = LATER - (timedelta(days=90) if kind == "runs" else YEAR)
        with old.read() as db:
            found: list[Key] = []
            keys, after = look(db, kind, before, (), window)
            while after:
                found += keys
                keys, after = look(db, kind, before, after, window)
            assert len(found + keys) == weigh(db, kind, before).rows, kind
            assert sorted({*found, *keys}) == found + keys, kind


def test_what_was_found_and_has_changed_since_stays(old: Archive) -> None:
    with old.read() as db:
        keys, _ = look(db, "versions", LATER - YEAR, (), 1000)
    with old.begin() as db:
        add_correction(db, 1, "tone", 1, who="Lan", now=NOW)
        assert forget(db, "versions", LATER - YEAR, keys) == (0, 0)


def test_what_a_row_costs_does_not_grow_with_the_table(tmp_path: Path, empty_sqlite: Path) -> None:
    """Counted in steps of SQLite's machine, for twice the rows: no batch looks at all the rows before it again."""

    def steps(rows: int) -> int:
        file = tmp_path / f"{rows}.db"
        shutil.copy(empty_sqlite, file)
        with open_archive(f"sqlite:///{file}") as archive:
            with archive.begin() as db:
                for first in range(0, rows, 1000):
                    made = [{"url": f"https://a.vn/{n}", **OUTSIDE} for n in range(first, first + 1000)]
                    db.execute(links.insert(), made)
            counted = 0

            def more() -> int:
                nonlocal counted
                counted += 1
                return 0

            event.listen(archive._engine, "connect", lambda raw, _: raw.set_progress_handler(more, 1000))
            archive._engine.dispose()
            assert retention(archive, SETTINGS, LATER).extra["addresses"]["rows"] == rows  # type: ignore[index]
            return counted

    few, many = steps(6000), steps(12_000)
    assert many < 2.3 * few


def test_one_at_a_time(archive: Archive) -> None:
    with archive.lock("retention"), pytest.raises(StorageError, match="another retention is running"):
        retention(archive, SETTINGS, NOW)


def test_a_page_whose_bytes_went_is_read_as_gone(old: Archive) -> None:
    retention(old, SETTINGS, LATER)
    with old.read() as db:
        first = db.execute(select(pages.c.id).order_by(pages.c.id)).scalars().first()
        assert first is not None
        assert load_page(db, first) is None
    with old.begin() as db:
        again = page(link(1), b"<p>Khac</p>", LATER)
        assert stored_links.record_page(db, Reading(link(1)), again, lambda first, reads: None)
