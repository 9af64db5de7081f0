"""An archive that is broken in each way is found broken in that way alone, and whole after its repair."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.upkeep.inspect import Finding, inspect
from settings import Settings
from storage import Archive, register
from storage.collecting.links import due_readings
from storage.collecting.pages import due_pages
from storage.coverage.articles import get_article
from storage.coverage.stories import Membership, assign, stories
from storage.delivery.editions import Composed, claimable, compose_edition, get_edition
from storage.delivery.subscriptions import add_subscription
from storage.upkeep.checks import CHECKS
from tests.support.archives import NOW, at, link, read_page, store

pytestmark = pytest.mark.slow

pytest_plugins = ["tests.support.databases"]
SETTINGS = Settings(file=Path("settings.toml"))
JUNK = b"\x00junk"


@pytest.fixture
def whole(archive: Archive) -> Archive:
    """An archive with two articles, one of two versions, in two stories; a page that waits; an edition that waits."""
    store(archive, link(1))
    store(archive, link(2))
    store(archive, link(2), at(24), body="Đoạn ba.")
    read_page(archive, link(3))
    with archive.begin() as db:
        assign(db, [Membership(1, None), Membership(2, None)], NOW)
        reader = add_subscription(db, "canbo@example.vn", at="06:45", now=NOW)
        mail = Composed(reader.id, at(-24), NOW, "<1@example.vn>", "Điểm báo", b"mail", ((1, 1), (2, 2)))
        compose_edition(db, mail, NOW)
        for subject in ("Phà", "Cầu"):
            values = {"subject": subject, "kind": "press_request", "received_at": NOW}
            register.matters.opened(db, "Sóc Trăng", values, "lan@example.vn", NOW)
        register.matters.merged(db, 2, None, 1, "lan@example.vn", NOW)
    assert looked(archive) == {}
    return archive


def harm(archive: Archive, *statements: str) -> None:
    """Do to the database what no program of ours would."""
    if archive.file is not None:
        with closing(sqlite3.connect(archive.file)) as db:  # without foreign keys, as SQLite does where nobody asks
            for statement in statements:
                db.execute(statement, {"junk": JUNK} if ":junk" in statement else {})
            db.commit()
        return
    with archive.begin() as db:
        db.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            db.execute(text(statement), {"junk": JUNK} if ":junk" in statement else {})


def looked(archive: Archive, *, repair: bool = False) -> dict[str, Finding]:
    return {finding.name: finding for finding in inspect(archive, SETTINGS, at(48), repair=repair) if finding.found}


def one(archive: Archive, query: str) -> Any:
    with archive.read() as db:
        return db.execute(text(query)).scalar()


HARM = {
    "no story": (["DELETE FROM stories WHERE id = 2"], {"keys": 2}),
    "no article": (["DELETE FROM articles WHERE id = 1"], {"keys": 6}),
    "no address": (["DELETE FROM links WHERE id = 1"], {"keys": 1, "addresses": 1}),
    "another address": (["UPDATE articles SET link_id = 99 WHERE id = 1"], {"addresses": 1}),
    "a counter set back": (["UPDATE counters SET value = 1"], {"counters": 1}),
    "no counter": (["DELETE FROM counters"], {"counters": 1}),
    "a page": (["UPDATE pages SET body = :junk WHERE id = 1"], {"pages": 1}),
    "a page that waits": (["UPDATE pages SET body = :junk WHERE state = 'due'"], {"pages": 1}),
    "a page without bytes": (["UPDATE pages SET body = NULL WHERE state = 'due'"], {"pages": 1}),
    "a lost article": (["UPDATE links SET article_id = NULL WHERE id = 1"], {"kept": 1}),
    "a text": (["UPDATE articles SET body = 'Khác' WHERE id = 2"], {"texts": 1}),
    "an old text": (["UPDATE versions SET body = 'Khác' WHERE article_id = 2 AND number = 1"], {"texts": 1}),
    "a newest text": (["UPDATE versions SET body = 'Khác' WHERE article_id = 2 AND number = 2"], {"texts": 1}),
    "no newest text": (["DELETE FROM versions WHERE article_id = 2 AND number = 2"], {"texts": 1}),
    "a fingerprint": (["UPDATE articles SET text_sha256 = 'x' WHERE id = 1"], {"texts": 1}),
    "a span": (["UPDATE stories SET last_at = first_at, first_at = NULL WHERE id = 1"], {"stories": 1}),
    "a merge": (["UPDATE stories SET merged_into = 1 WHERE id = 2"], {"stories": 1}),
    "a ring": (["UPDATE stories SET merged_into = 1 WHERE id = 1"], {"stories": 2}),
    "a deadline": (["UPDATE matters SET due_at = NULL WHERE id = 1"], {"deadlines": 1}),
    "a lost merge": (["UPDATE matters SET merged_into = NULL WHERE id = 2"], {"matters": 1}),
    "matters in a ring": (["UPDATE matters SET merged_into = id, state = 'merged'"], {"matters": 2}),
    "a mail": (["UPDATE editions SET message = :junk"], {"messages": 1}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HARM)
def test_each_fault_is_found_alone_and_mended(name: str, whole: Archive) -> None:
    statements, expected = HARM[name]
    harm(whole, *statements)
    found = looked(whole)
    assert {check: finding.found for check, finding in found.items()} == expected
    assert all(finding.examples for finding in found.values())
    assert looked(whole) == found, "looking mends nothing"
    mended = looked(whole, repair=True)
    assert set(mended) >= set(expected)
    assert [finding.left for finding in mended.values()] == [0] * len(mended)
    assert looked(whole) == {}


def test_the_ledger_is_never_changed(whole: Archive) -> None:
    harm(whole, "DELETE FROM subscriptions")
    assert looked(whole, repair=True)["ledger"].left == 1
    assert one(whole, "SELECT count(*) FROM editions") == 1


def test_a_report_is_never_changed(whole: Archive) -> None:
    with whole.begin() as db:
        register.reports.keep(db, "Sóc Trăng", "weekly", {"from": "2026-08-03", "to": "2026-08-09"}, NOW)
    assert looked(whole) == {}
    harm(whole, "UPDATE reports SET told = :junk")
    assert looked(whole, repair=True)["reports"].left == 1
    assert one(whole, "SELECT told FROM reports") == JUNK


def test_every_kind_has_its_test() -> None:
    tried = {check for _, expected in HARM.values() for check in expected}
    assert {check.name for check in CHECKS} - tried == {"database", "ledger", "reports"}


def test_a_text_comes_back_from_its_version(whole: Archive) -> None:
    before = one(whole, "SELECT max(seq) FROM articles")
    harm(whole, "UPDATE articles SET body = 'Khác' WHERE id = 2")
    looked(whole, repair=True)
    with whole.read() as db:
        article = get_article(db, 2)
    assert article is not None
    assert article.body == "Đoạn ba."
    assert one(whole, "SELECT seq FROM articles WHERE id = 2") > before, "an index that followed must follow again"


def test_a_lost_article_is_analysed_again_and_a_lost_page_read_again(whole: Archive) -> None:
    harm(whole, "UPDATE links SET article_id = NULL WHERE id = 1", "UPDATE pages SET body = :junk WHERE state = 'due'")
    looked(whole, repair=True)
    with whole.read() as db:
        assert [page.link.url for page in due_pages(db, 9)] == [link(1).url]
        assert [reading.link.url for reading in due_readings(db, at(48)) if not reading.etag][:1] == [link(3).url]


def test_a_damaged_mail_is_given_up_and_the_rest_goes_on(whole: Archive) -> None:
    harm(whole, "UPDATE editions SET message = :junk")
    looked(whole, repair=True)
    with whole.read() as db:
        assert claimable(db, at(48)) == []
        edition = get_edition(db, 1)
    assert edition is not None
    assert (edition.state, edition.error) == ("failed", "its mail was damaged on the disk")


def test_a_merged_story_gives_its_articles_away(whole: Archive) -> None:
    harm(whole, "UPDATE stories SET merged_into = 1 WHERE id = 2")
    looked(whole, repair=True)
    with whole.read() as db:
        assert [story.articles for story in stories(db)] == [(1, 2)]


def test_numbers_go_on_after_the_highest(whole: Archive) -> None:
    if whole.file is not None:
        harm(whole, "UPDATE sqlite_sequence SET seq = 0 WHERE name = 'articles'", "DELETE FROM articles WHERE id = 1")
        harm(whole, "DELETE FROM sqlite_sequence WHERE name = 'links'")
    else:
        harm(whole, "SELECT setval(pg_get_serial_sequence('articles', 'id'), 1)")
        harm(whole, "SELECT setval(pg_get_serial_sequence('links', 'id'), 1)")
    assert looked(whole)["counters"].found == 2
    looked(whole, repair=True)
    assert store(whole, link("next"), at(49)) == 3


def test_a_damaged_index_is_built_anew(whole: Archive) -> None:
    if whole.file is None:
        pytest.skip("NOT RUN ON POSTGRESQL: a server looks after its own files")
    with closing(sqlite3.connect(whole.file, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = ON")
        names = "type, name, tbl_name, rootpage, sql"
        row = db.execute(f"SELECT {names} FROM sqlite_master WHERE name = 'ix_articles_published'").fetchone()
        db.execute("DELETE FROM sqlite_master WHERE name = 'ix_articles_published'")
    with closing(sqlite3.connect(whole.file, isolation_level=None)) as db:
        db.execute("UPDATE articles SET published_at = '2020-01-01 00:00:00.000000' WHERE id = 1")
        db.execute("PRAGMA writable_schema = ON")
        db.execute(f"INSERT INTO sqlite_master ({names}) VALUES (?, ?, ?, ?, ?)", row)
    whole.close()
    found = looked(whole)
    assert list(found) == ["database"]
    assert "ix_articles_published" in found["database"].examples[0]
    assert looked(whole, repair=True)["database"].left == 0
