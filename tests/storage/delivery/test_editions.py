"""Subscriptions and the delivery ledger: each reader gets each period once, whatever is killed when."""

from __future__ import annotations

import pytest

from errors import StorageError
from press import Edition
from storage import Archive
from storage.coverage.stories import Membership, assign, merge_stories
from storage.delivery import editions, subscriptions
from storage.delivery.editions import Composed
from storage.tables.delivery import editions as table
from tests.support.archives import NOW, at, link, store

pytest_plugins = ["tests.support.databases"]

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


def test_what_waits_is_not_told_twice_when_a_person_says_late_that_the_mail_before_it_arrived(archive: Archive) -> None:
    who = reader(archive)
    first = enter(archive, composed(who)).id
    with archive.begin() as db:
        editions.claim(db, first, ME, NOW)
        editions.sending(db, first, ME, NOW)
        editions.recover(db, at(1))
    waiting = enter(archive, composed(who, 0, 48)).id  # nobody knows yet whether the first arrived
    with archive.begin() as db:
        editions.close(db, first, "an", at(50), arrived=True)
    new = enter(archive, composed(who, 24, 72)).id
    with archive.begin() as db:
        assert [edition.id for edition in editions.claimable(db, at(99))] == [new]
        assert not editions.claim(db, waiting, ME, at(99))


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
