"""What becomes of a page that is no article: gone, looked at again, or never."""

from __future__ import annotations

from sqlalchemy import select

from analysis.reading import kinds
from pipeline.analyse import Result, keep
from pipeline.running.counts import Counts
from storage import Archive
from storage.coverage import articles as stored
from storage.tables.collecting import links as link_table
from tests.support.archives import at, link, read_page, store

pytest_plugins = ["tests.support.databases"]

#: Why there is no article -> whether one read there before has vanished, and whether the page is looked at again.
BECOMES = {
    kinds.CLOSED: (False, True),
    kinds.CHALLENGE: (False, True),
    kinds.BARE: (False, True),
    kinds.GONE: (True, True),
    kinds.LOGIN: (False, False),
    "the page is empty": (False, False),
}


def test_what_may_pass_is_looked_at_again(archive: Archive) -> None:
    kept = {reason: store(archive, link(n)) for n, reason in enumerate(BECOMES)}
    read = [read_page(archive, link(n), b"<h1>%d</h1>" % n, at(30)) for n in range(len(BECOMES))]
    with archive.begin() as db:
        db.execute(link_table.update().values(next_reading=None))  # the rhythm of all has ended
    results = [Result(page, never=reason) for page, reason in zip(read, BECOMES, strict=True)]
    keep(archive, results, at(31), Counts("analyse"))
    due = select(link_table.c.article_id, link_table.c.next_reading)
    with archive.read() as db:
        again = {row.article_id: row.next_reading is not None for row in db.execute(due)}
        for reason, article in kept.items():
            found = stored.get_article(db, article)
            assert found
            assert (found.vanished_at is not None, again[article]) == BECOMES[reason], reason
