"""The delivery ledger under whatever may happen in whatever order: kills, refusals, a clock that jumps, people's acts.

A model beside it counts what the mail server really took. What must hold after every step: nobody gets a period twice
unless a person said so, what was sent joins without gap or overlap, and no edition is lost.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import select

from errors import StorageError
from pipeline.running import due
from press import Edition, Subscription
from storage.delivery import editions, subscriptions
from storage.delivery.editions import Composed
from storage.tables.delivery import editions as table
from tests.support.archives import NOW
from tests.support.machine import ArchiveMachine, empty_machine

pytestmark = pytest.mark.slow

__all__ = ["empty_machine"]
pytest_plugins = ["tests.support.databases"]

ME, OTHER = "host:1", "host:2"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
#: What may follow on what: claims come and go, a person settles what is unknown or refused, sent is for good.
FOLLOWS = {
    "": {"composed"},
    "composed": {"claimed"},
    "claimed": {"composed", "sent", "failed", "unknown"},
    "failed": {"claimed", "composed"},
    "unknown": {"sent", "composed", "failed"},
    "sent": set(),
}


class Ledger(ArchiveMachine):
    """One publisher that may die at any step; what dies with it is the edition in its hand and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.taken: Counter[int] = Counter()  # edition -> how often the mail server took it
        self.broke: set[int] = set()  # editions whose fate a kill or a broken connection left open
        self.seen: dict[int, str] = {}
        self.resent: Counter[int] = Counter()  # edition -> how often a person had it sent again
        self.told: set[int] = set()  # editions that a person said had arrived
        with self.archive.begin() as db:
            for email, days in (("daily@tinh.vn", "daily"), ("weekday@tinh.vn", "mon-fri")):
                subscriptions.add_subscription(db, email, at="06:45", days=days, now=NOW)  # type: ignore[arg-type]

    def readers(self) -> list[Subscription]:
        with self.archive.read() as db:
            return subscriptions.subscriptions(db)

    def ledger(self) -> list[Edition]:
        with self.archive.read() as db:
            return editions.editions(db)

    def state(self, edition: int) -> str:
        return next(each.state for each in self.ledger() if each.id == edition)

    # What happens to the world

    @rule(minutes=st.sampled_from([5, 60, 240, 24 * 60, 3 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(hours=st.sampled_from([1, 26]))
    def the_clock_is_set_back(self, hours: int) -> None:
        self.now = max(NOW, self.now - timedelta(hours=hours))

    # What a publisher does

    def compose(self) -> None:
        """As `pipeline.publish`: the period from the calendar and the last sent, entered once; a refusal is logged."""
        for reader in self.readers():
            with suppress(StorageError), self.archive.begin() as db:
                last = editions.last_sent(db, reader.id)
                period = due.period(reader, last.period_end if last else None, self.now, ZONE)
                if period and not editions.find_edition(db, reader.id, period.end):
                    name = f"<{reader.id}.{period.end:%Y%m%d%H%M}@x>"
                    mail = Composed(reader.id, period.start, period.end, name, "Điểm báo", b"m")
                    editions.compose_edition(db, mail, self.now)

    def begin(self) -> list[Edition]:
        """Recover what a dead publisher left, compose, and answer with what is to be sent."""
        with self.archive.begin() as db:
            lost = {edition.id for edition in editions.recover(db, self.now)}
        assert lost <= self.broke, "an edition whose mail never began to go out is unknown"
        self.compose()
        with self.archive.read() as db:
            return editions.claimable(db, self.now)

    @rule()
    def publish_dies_composing(self) -> None:
        self.begin()

    @rule(
        dies=st.sampled_from(["claimed", "marked", "taken", "unsaved", "", "", ""]),
        answer=st.sampled_from(["250", "250", "451", "550", "451 before the mark", "lost", "lost, taken"]),
    )
    def publish(self, dies: str, answer: str) -> None:
        """Send what is due; the first mail meets `answer`, and its publisher may die at a step."""
        for edition in self.begin():
            if not self.deliver(edition.id, dies, answer):
                return
            dies, answer = "", "250"

    def deliver(self, edition: int, dies: str, answer: str) -> bool:
        """Send one edition, each step committed as the publisher commits it; False where it died."""
        with self.archive.begin() as db:
            assert editions.claim(db, edition, ME, self.now)
        with self.archive.begin() as db:
            assert not editions.claim(db, edition, OTHER, self.now), "two publishers have one edition"
            assert not editions.sending(db, edition, OTHER, self.now)
        if dies == "claimed":
            return False
        if answer != "451 before the mark":
            with self.archive.begin() as db:
                assert editions.sending(db, edition, ME, self.now)
        if dies == "marked":
            self.broke |= {edition} if answer != "451 before the mark" else set()
            return False
        if answer in ("250", "lost, taken"):
            self.taken[edition] += 1
        if dies or answer.startswith("lost"):
            self.broke |= {edition} if answer != "451 before the mark" else set()
        if dies == "taken":
            return False
        with suppress(KeyboardInterrupt), self.archive.begin() as db:
            assert self.settled(db, edition, answer)
            if dies == "unsaved":
                raise KeyboardInterrupt
        return not dies

    def settled(self, db: object, edition: int, answer: str) -> bool:
        if answer == "250":
            return editions.sent(db, edition, self.now)  # type: ignore[arg-type]
        if answer.startswith("lost"):
            return editions.uncertain(db, edition, answer)  # type: ignore[arg-type]
        for_good = answer == "550"
        later = None if for_good else self.now + timedelta(minutes=5)
        return editions.failed(db, edition, answer, permanent=for_good, next_try=later)  # type: ignore[arg-type]

    # What people do

    @precondition(lambda self: any(state == "unknown" for state in self.seen.values()))
    @rule()
    def nothing_unknown_goes_out_by_itself(self) -> None:
        waiting = {edition.id for edition in self.begin()}
        assert not waiting & {edition.id for edition in self.ledger() if edition.state == "unknown"}

    @precondition(lambda self: any(state in ("unknown", "failed") for state in self.seen.values()))
    @rule(number=st.integers(0, 9), again=st.booleans())
    def a_person_settles(self, number: int, again: bool) -> None:
        """Have an edition sent again, or say truly what became of it; what cannot be is refused."""
        open_now = [edition for edition in self.ledger() if edition.state in ("unknown", "failed")]
        edition = open_now[number % len(open_now)]
        with suppress(StorageError), self.archive.begin() as db:
            if again:
                editions.send_again(db, edition.id, "an", self.now)
                self.resent[edition.id] += 1
            else:
                arrived = self.taken[edition.id] > 0
                editions.close(db, edition.id, "an", self.now, arrived=arrived)
                self.told |= {edition.id} if arrived else set()

    @rule(which=st.sampled_from(["daily@tinh.vn", "weekday@tinh.vn"]), ends=st.booleans())
    def a_reader_changes_the_order(self, which: str, ends: bool) -> None:
        days = "daily" if which.startswith("daily") else "mon-fri"
        with self.archive.begin() as db:
            if ends:
                subscriptions.end_subscription(db, which, self.now)
            else:
                subscriptions.add_subscription(db, which, at="06:45", days=days, now=self.now)  # type: ignore[arg-type]

    # What must hold

    @invariant()
    def states_follow_on_each_other(self) -> None:
        now = {edition.id: edition.state for edition in self.ledger()}
        assert self.seen.keys() <= now.keys(), "an edition vanished from the ledger"
        for edition, state in now.items():
            before = self.seen.get(edition, "")
            assert state == before or _reachable(before, state), (before, state)
        self.seen = now  # type: ignore[assignment]

    @invariant()
    def nobody_gets_a_period_twice(self) -> None:
        for edition in self.ledger():
            took = self.taken[edition.id]
            assert took <= 1 + self.resent[edition.id], "a mail went out twice, and nobody had said so"
            if edition.state == "sent":
                assert took, "sent, but nothing arrived"
            elif edition.state in ("composed", "failed"):
                assert took == 0 or self.resent[edition.id], f"{edition.state}, but it arrived"
            elif edition.state == "unknown":
                assert edition.id in self.broke

    @invariant()
    def what_was_sent_joins(self) -> None:
        for who in {edition.subscription for edition in self.ledger()}:
            sent = [edition for edition in self.ledger() if (edition.subscription, edition.state) == (who, "sent")]
            periods = sorted((edition.period_start, edition.period_end) for edition in sent)
            ends = list(accumulate((period[1] for period in periods), max))
            assert all(start <= end for end, (start, _) in zip(ends, periods[1:], strict=False)), "a gap"
            # What a person says late may be told already.
            by_itself = sorted((e.period_start, e.period_end) for e in sent if e.id not in self.told)
            assert all(one[1] <= other[0] for one, other in pairwise(by_itself)), "an overlap"

    def teardown(self) -> None:
        """After a quiet day with a willing mail server every reader has all that was due, or a person is told why."""
        self.now = max([self.now, *(edition.period_end for edition in self.ledger())]) + timedelta(days=7)
        for edition in self.begin():
            assert self.deliver(edition.id, "", "250")
        self.nobody_gets_a_period_twice()
        self.what_was_sent_joins()
        for reader in self.readers():
            with self.archive.read() as db:
                last = editions.last_sent(db, reader.id)
            wanted = due.last_due(reader, self.now, ZONE)
            assert wanted is None or (last is not None and last.period_end == wanted), "an edition is lost"
        with self.archive.read() as db:
            assert not db.execute(select(table.c.id).where(table.c.state == "claimed")).all()
        super().teardown()


def _reachable(before: str, after: str) -> bool:
    """Whether a step, or the few steps of one rule, lead from a state to another."""
    reached, waiting = set(), [before]
    while waiting:
        for state in FOLLOWS[waiting.pop()] - reached:
            reached.add(state)
            waiting.append(state)
    return after in reached


TestLedger = pytest.mark.usefixtures("empty_machine")(Ledger.TestCase)
TestLedger.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
