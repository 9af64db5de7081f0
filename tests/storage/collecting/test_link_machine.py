"""The life of an address from its announcement to its rest, whatever its server answers and whoever is killed.

The world beside it knows what each server would answer now. What must hold after every step: every address announced is
in the archive once, in exactly one state; what is to be tried again has a time that comes; an article is there once.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import Connection, func, select

from crawlers.manners.rhythm import REREADINGS, next_reading
from crawlers.outcomes import ATTEMPTS, WAITS, Trouble, outcome
from press import Outcome, Reading
from storage.collecting import links, pages
from storage.collecting.quarantine import drop, quarantine, retry
from storage.coverage import save as saving
from storage.tables.collecting import links as table
from storage.tables.collecting import pages as page_table
from storage.tables.coverage import articles, versions
from tests.support.archives import NOW, draft, judgement, link, page
from tests.support.machine import ArchiveMachine, empty_machine

pytestmark = pytest.mark.slow

__all__ = ["empty_machine"]
pytest_plugins = ["tests.support.databases"]

NUMBERS = st.integers(0, 5)
TWIN_OF = {5: 4}  # the page of 5 names 4 as the address of its article
#: What a server may answer from now on: the page (then anything that is no trouble), or what goes wrong.
TROUBLES = {
    "503": Trouble("later", "server error: 503", 503),
    "silent": Trouble("later", "time-out after 30 s"),
    "busy": Trouble("wait", "asked to wait: 429", 429),
    "gone": Trouble("never", "gone: 404", 404),
    "forbidden": Trouble("never", "refused: 403", 403),
}
LONGEST = max(REREADINGS) + timedelta(hours=24)


class Addresses(ArchiveMachine):
    """Collecting and analysing as the verbs do it, a batch a transaction, any of which a kill may take back."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.latest: datetime = NOW
        self.announced: set[int] = set()
        self.answers = dict.fromkeys(range(6), "page")
        self.text = dict.fromkeys(range(6), 0)
        self.useless: set[int] = set()  # pages without an article, as the analysis finds
        self.read: set[int] = set()  # what a committed reading brought
        self.written: set[tuple[int, int]] = set()  # (number, text) that the analysis committed

    @rule(hours=st.sampled_from([0.1, 1, 6, 24, 80]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
        self.latest = max(self.latest, self.now)

    @rule()
    def the_clock_is_set_back(self) -> None:
        self.now -= timedelta(hours=1)

    @rule(number=NUMBERS, answer=st.sampled_from(["page", *TROUBLES]))
    def a_server_changes(self, number: int, answer: str) -> None:
        self.answers[number] = answer

    @rule(number=NUMBERS, useless=st.booleans())
    def an_article_is_edited(self, number: int, useless: bool) -> None:
        self.text[number] += 1
        (self.useless.add if useless else self.useless.discard)(number)

    @rule(numbers=st.lists(NUMBERS, max_size=4), killed=st.booleans())
    def announce(self, numbers: list[int], killed: bool) -> None:
        with suppress(KeyboardInterrupt), self.archive.begin() as db:
            new = links.announce(db, [link(number) for number in numbers], self.now)
            assert {reading.link.url for reading in new} == {
                link(number).url for number in set(numbers) - self.announced
            }
            if killed:
                raise KeyboardInterrupt
            self.announced |= set(numbers)

    @rule(killed=st.booleans())
    def collect(self, killed: bool) -> None:
        """Read what is due; a kill takes the last batch back and leaves it due."""
        with self.archive.read() as db:
            due = links.due_readings(db, self.now)
        with suppress(KeyboardInterrupt), self.archive.begin() as db:
            brought = [number for reading in due if (number := self.ask(db, reading)) is not None]
            if killed:
                raise KeyboardInterrupt
            self.read |= set(brought)
        with self.archive.read() as db:
            left = links.due_readings(db, self.now)
        if killed:
            assert left == due, "a killed reading changed what is due"
        else:
            assert not left, "what was just asked is due again"

    def ask(self, db: Connection, reading: Reading) -> int | None:
        """One reading as the spider decides it; answers with the number whose page came."""
        number = _number(reading.link.url)
        trouble = TROUBLES.get(self.answers[number])
        if trouble is not None:
            failed = outcome(trouble, reading.link.url, reading.attempt, self.now, reading.waits)
            links.record_failed(db, reading, failed, trouble.status, self.now)
            return None
        came = page(reading.link, f"{number} text {self.text[number]}".encode(), self.now)
        if came.sha256 == reading.sha256:
            links.record_unchanged(db, reading, self.now, next_reading)
        else:
            links.record_page(db, reading, came, next_reading)
        return number

    @rule(killed=st.booleans())
    def analyse(self, killed: bool) -> None:
        with suppress(KeyboardInterrupt), self.archive.begin() as db:
            done = [self.judge(db, *row) for row in pages.due_pages(db, 100)]
            if killed:
                raise KeyboardInterrupt
            self.written |= {pair for pair in done if pair is not None}

    def judge(self, db: Connection, page_id: int, read: object, of: links.Link) -> tuple[int, int] | None:
        """One page as the analysis settles it; answers with the text that is in the archive from now on."""
        number = _number(of.url)
        text = int(read.body.split()[-1])  # type: ignore[attr-defined]
        if number in self.useless:
            ended = pages.Settled(page_id, Outcome("never", "no article on the page"), keep=True)
            pages.settle_pages(db, [ended], self.now)
            return None
        url = link(TWIN_OF.get(number, number)).url
        made = draft(of, canonical_url=url, body=f"Bài {TWIN_OF.get(number, number)}, lời văn {text}.")
        saving.save_article(db, page_id, made, judgement(), self.now)
        return number, text

    @rule(number=st.integers(0, 9), again=st.booleans())
    def a_person_decides(self, number: int, again: bool) -> None:
        """What was given up is tried once more, or left alone for good."""
        with self.archive.begin() as db:
            given_up = quarantine(db)
            if given_up:
                decide = retry if again else drop
                decide(db, [given_up[number % len(given_up)]], "an", self.now)

    @invariant()
    def every_address_is_there_once_in_one_state(self) -> None:
        with self.archive.read() as db:
            rows = db.execute(select(table)).all()
            listed = [*quarantine(db), *quarantine(db, dropped=True)]
        given_up = [item.url for item in listed if item.kind == "article"]
        assert len(given_up) == len(set(given_up))
        assert sorted(row.url for row in rows) == sorted(link(number).url for number in self.announced)
        for row in rows:
            first = row.state in ("due", "later")
            again = row.state == "done" and row.next_reading is not None
            rests = row.state == "done" and row.next_reading is None
            assert [first, again, rests, row.state == "never"].count(True) == 1
            assert (row.url in given_up) == (row.state == "never")
            assert row.state not in ("later", "never") or row.reason, "nothing fails without a word"
            assert not first or row.due_at <= self.latest + LONGEST, "due for ever"
            assert not again or row.next_reading <= self.latest + LONGEST
            assert row.attempts - row.waits <= ATTEMPTS
            assert row.waits <= WAITS
            assert (row.reads > 0) == (_number(row.url) in self.read), "a reading was lost"

    @invariant()
    def an_article_is_there_once_with_every_text(self) -> None:
        with self.archive.read() as db:
            found = {row.url: row for row in db.execute(select(articles))}
            texts = dict(db.execute(select(versions.c.article_id, func.count()).group_by(versions.c.article_id)).all())
            waiting = db.execute(select(page_table.c.id).where(page_table.c.state == "due")).all()
            listed = pages.due_pages(db, 1000)
        wanted = {link(TWIN_OF.get(number, number)).url for number, _ in self.written}
        assert found.keys() == wanted, "an article is missing, or there under two addresses"
        assert all(texts[row.id] == row.version for row in found.values())
        assert [row.id for row in waiting] == [row.id for row in listed]

    def teardown(self) -> None:
        """Left alone, with every server as it is, everything comes to rest."""
        for _ in range(WAITS + len(REREADINGS) + 2):
            self.now = self.latest = max(self.now, self.latest) + LONGEST
            self.collect(killed=False)
        self.analyse(killed=False)
        self.every_address_is_there_once_in_one_state()
        self.an_article_is_there_once_with_every_text()
        with self.archive.read() as db:
            assert links.next_due(db) is None, "something is tried for ever"
            assert not pages.due_pages(db, 1)
        super().teardown()


def _number(url: str) -> int:
    return int(url.partition("bai-")[2].partition(".")[0])


TestAddresses = pytest.mark.usefixtures("empty_machine")(Addresses.TestCase)
TestAddresses.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
