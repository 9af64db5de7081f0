"""Subscriptions and the delivery ledger: each reader gets each period once, whatever is killed when."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from errors import StorageError
from press import Edition
from storage import Archive, editions, open_archive, subscriptions
from storage.editions import Composed
from storage.schema import editions as table
from storage.stories import Membership, assign, merge_stories
from tests.archives import NOW, at, link, store

pytest_plugins = ["tests.databases"]

ME, OTHER = "host:1:boot", "host:2:boot"


def reader(archive: Archive, email: str = "can.bo@tinh.vn") -> int:
    with archive.begin() as db:
        return subscriptions.add_subscription(db, email, at="06:45", now=NOW).id


def composed(who: int, start: float = 0, end: float = 24, **more: object) -> Composed:
    fields = {"message_id": f"<{who}.{end}@diembao>", "subject": "Điểm báo", "message": b"Subject: x\r\n\r\nThu"}
    return Composed(who, at(start), at(end), **{**fields, **more})  # type: ignore[arg-type]


def enter(archive: Archive, mail: Composed) -> Edition:
    with archive.begin() as db:
        return editions.compose_edition(db, mail, NOW)


def test_one_active_subscription_per_reader(archive: Archive) -> None:
    with archive.begin() as db:
        first = subscriptions.add_subscription(db, "An@tinh.vn", at="06:45", now=NOW, topics=("health",))
        again = subscriptions.add_subscription(db, " an@TINH.vn ", at="07:00", now=at(1), days="mon-fri", places=["1"])
        assert (again.id, again.created_at, again.at, again.days) == (first.id, NOW, "07:00", "mon-fri")
        assert (again.topics, again.places) == ((), ("1",))
        assert subscriptions.subscriptions(db) == [again]
        assert subscriptions.end_subscription(db, "AN@tinh.vn", at(2))
        assert not subscriptions.end_subscription(db, again.id, at(3)), "a second click does nothing"
        assert subscriptions.subscriptions(db) == []
        new = subscriptions.add_subscription(db, "an@tinh.vn", at="06:45", now=at(4))
        assert new.id > first.id
        every = subscriptions.subscriptions(db, active_only=False)
        assert [(s.id, s.ended_at) for s in every] == [(first.id, at(2)), (new.id, None)]
        assert subscriptions.get_subscription(db, first.id) == every[0]
        assert subscriptions.get_subscription(db, 99) is None


def test_an_edition_from_composed_to_sent(archive: Archive) -> None:
    who, article = reader(archive), store(archive, link(1))
    with archive.begin() as db:
        story = assign(db, [Membership(article, None)], NOW)[article]
    mail = composed(who, articles=((article, story),), basis={"models": ["m1"]})
    edition = enter(archive, mail)
    assert (edition.state, edition.articles, edition.message) == ("composed", (article,), mail.message)
    assert enter(archive, composed(who, message_id="<other@x>")) == edition, "a period is composed once"
    with archive.begin() as db:
        assert editions.claimable(db, NOW) == [edition]
        assert editions.claim(db, edition.id, ME, NOW)
        assert not editions.claim(db, edition.id, OTHER, NOW)
        assert editions.claimable(db, at(99)) == []
        assert not editions.sending(db, edition.id, OTHER, NOW)
        assert not editions.sent(db, edition.id, NOW), "what never went out cannot have arrived"
        assert editions.sending(db, edition.id, ME, NOW)
        assert not editions.sending(db, edition.id, ME, NOW)
        assert editions.last_sent(db, who) is None
        assert editions.sent(db, edition.id, at(1))
        last = editions.last_sent(db, who)
        assert last
        assert (last.id, last.state, last.attempts) == (edition.id, "sent", 1)
        assert editions.find_edition(db, who, at(24)) == editions.get_edition(db, edition.id) == last
        assert editions.edition_counts(db) == {"sent": 1}
        assert editions.recipients(db) == {who: "can.bo@tinh.vn"}
        assert editions.edition_stories(db, edition.id) == [(article, story)]
    second = store(archive, link(2))
    with archive.begin() as db:
        bigger = assign(db, [Membership(second, None)], NOW)[second]
        merge_stories(db, bigger, story, NOW)
        assert editions.edition_stories(db, edition.id) == [(article, bigger)]


def test_failures_wait_or_end(archive: Archive) -> None:
    who = reader(archive)
    edition = enter(archive, composed(who)).id
    with archive.begin() as db:
        assert editions.claim(db, edition, ME, NOW)
        assert editions.sending(db, edition, ME, NOW)
        with pytest.raises(ValueError, match="next try"):
            editions.failed(db, edition, "451 later")
        assert editions.failed(db, edition, "451 later", next_try=at(1))
        assert not editions.claim(db, edition, ME, at(0.9))
        assert [e.id for e in editions.claimable(db, at(1))] == [edition]
        assert editions.claim(db, edition, OTHER, at(1))
        assert editions.sending(db, edition, OTHER, at(1))
        assert editions.failed(db, edition, "550 no such user", permanent=True)
        assert editions.claimable(db, at(999)) == []
        last = editions.get_edition(db, edition)
        assert last
        assert (last.state, last.error, last.attempts) == ("failed", "550 no such user", 2)


def test_a_newer_edition_covers_an_unsent_one(archive: Archive) -> None:
    who = reader(archive)
    old = enter(archive, composed(who)).id
    with archive.begin() as db:
        assert editions.claim(db, old, ME, NOW)
        assert editions.failed(db, old, "connection refused", next_try=at(1))
    new = enter(archive, composed(who, 0, 48)).id
    with archive.begin() as db:
        assert [e.id for e in editions.claimable(db, at(99))] == [new]
        assert not editions.claim(db, old, ME, at(99))
        assert editions.edition_counts(db) == {"composed": 1, "superseded": 1}
        assert not editions.supersede(db, old, new)
    with pytest.raises(StorageError, match="already covers a later period"):
        enter(archive, composed(who, 0, 36))
    with archive.begin() as db:
        editions.claim(db, new, ME, at(48))
        editions.sending(db, new, ME, at(48))
        editions.sent(db, new, at(48))
    with pytest.raises(StorageError, match="was sent for a part of this period"):
        enter(archive, composed(who, 24, 72))


def test_after_a_crash_what_was_on_its_way_is_unknown_and_the_rest_is_retried(archive: Archive) -> None:
    ids = [enter(archive, composed(reader(archive, f"{n}@tinh.vn"))).id for n in range(3)]
    with archive.begin() as db:
        editions.claim(db, ids[0], ME, NOW)
        editions.claim(db, ids[1], ME, NOW)
        editions.sending(db, ids[1], ME, NOW)
    with archive.begin() as db:
        assert [e.id for e in editions.recover(db, at(1))] == [ids[1]]
        assert editions.recover(db, at(1)) == []
        assert [e.id for e in editions.claimable(db, at(1))] == [ids[0], ids[2]]
        assert [e.state for e in editions.editions(db)] == ["composed", "unknown", "composed"]
        assert [e.id for e in editions.editions(db, state="unknown")] == [ids[1]]
        assert [e.id for e in editions.editions(db, limit=1)] == [ids[2]]
        assert editions.sent(db, ids[1], at(2)), "the operator learnt that it had arrived"


def test_a_connection_lost_in_the_middle_is_unknown(archive: Archive) -> None:
    edition = enter(archive, composed(reader(archive))).id
    with archive.begin() as db:
        editions.claim(db, edition, ME, NOW)
        assert not editions.uncertain(db, edition, "lost"), "nothing had gone out yet"
        editions.sending(db, edition, ME, NOW)
        assert editions.uncertain(db, edition, "connection lost after DATA")
        assert editions.claimable(db, at(999)) == []


def test_the_ledger_refuses_impossible_rows(archive: Archive) -> None:
    who = reader(archive)
    with pytest.raises(StorageError):
        enter(archive, composed(who, 24, 0))
    with pytest.raises(StorageError):
        enter(archive, composed(99))
    enter(archive, composed(who))
    with pytest.raises(StorageError), archive.begin() as db:
        db.execute(table.update().values(state="lost"))


class Ledger(RuleBasedStateMachine):
    """Publishing that may be killed at any step, against a mail server that counts what it really accepted."""

    STEPS = ("claim", "mark", "accepted", "commit", "whole")

    @initialize()
    def start(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        shutil.copy(_empty(), self.home / "x.db")
        self.archive = open_archive(f"sqlite:///{self.home}/x.db")
        self.now: datetime = NOW
        self.readers = [reader(self.archive, f"{n}@tinh.vn") for n in range(2)]
        self.accepted: dict[int, int] = {}

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def compose(self) -> None:
        for who in self.readers:
            with self.archive.begin() as db:
                last = editions.last_sent(db, who)
                start = last.period_end if last else NOW
                newest = max((e.period_end for e in editions.editions(db, subscription=who)), default=NOW)
                if newest < self.now:
                    name = f"<{who}.{self.now.timestamp()}@x>"
                    editions.compose_edition(db, Composed(who, start, self.now, name, "s", b"m"), self.now)

    @rule(killed_at=st.sampled_from(STEPS), answer=st.sampled_from(["250", "451", "550", "lost"]))
    def publish(self, killed_at: str, answer: str) -> None:
        """Send what is due as the publisher does; the kill hits the first edition."""
        with self.archive.begin() as db:
            editions.recover(db, self.now)
            due = editions.claimable(db, self.now)
        for edition in due:
            if not self.deliver(edition.id, killed_at, answer):
                return

    def deliver(self, edition: int, killed_at: str, answer: str) -> bool:
        with self.archive.begin() as db:
            assert editions.claim(db, edition, ME, self.now)
        if killed_at == "claim":
            return False
        with self.archive.begin() as db:
            assert editions.sending(db, edition, ME, self.now)
        if killed_at == "mark":
            return False
        if answer in ("250", "lost"):
            self.accepted[edition] = self.accepted.get(edition, 0) + 1
        if killed_at == "accepted":
            return False
        try:
            with self.archive.begin() as db:
                assert self.settle(db, edition, answer)
                if killed_at == "commit":
                    raise KeyboardInterrupt
        except KeyboardInterrupt:
            return False
        return True

    def settle(self, db: object, edition: int, answer: str) -> bool:
        if answer == "250":
            return editions.sent(db, edition, self.now)  # type: ignore[arg-type]
        if answer == "lost":
            return editions.uncertain(db, edition, "lost")  # type: ignore[arg-type]
        later = None if answer == "550" else self.now + timedelta(hours=1)
        return editions.failed(db, edition, answer, permanent=answer == "550", next_try=later)  # type: ignore[arg-type]

    @invariant()
    def nobody_gets_a_period_twice(self) -> None:
        if not hasattr(self, "archive"):
            return
        assert all(n == 1 for n in self.accepted.values()), "a mail went out twice"
        with self.archive.read() as db:
            ledger = editions.editions(db)
        states = {edition.id: edition.state for edition in ledger}
        for edition, state in states.items():
            if state == "sent":
                assert self.accepted.get(edition) == 1, "sent, but nothing arrived"
            elif edition in self.accepted:
                assert state in ("unknown", "claimed"), f"{state}, but it arrived"
        for who in self.readers:
            periods = sorted(
                (e.period_start, e.period_end) for e in ledger if e.subscription == who and e.state == "sent"
            )
            assert all(a[1] == b[0] for a, b in pairwise(periods)), "a gap or an overlap"

    def teardown(self) -> None:
        if hasattr(self, "archive"):
            self.archive.close()
            shutil.rmtree(self.home)


_EMPTY: list[Path] = []


def _empty() -> Path:
    return _EMPTY[0]


@pytest.fixture(autouse=True)
def _template(empty_sqlite: Path) -> None:
    _EMPTY[:] = [empty_sqlite]


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
