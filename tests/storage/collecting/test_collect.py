"""What collecting stores: lists, article addresses, pages, and what is due when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from errors import StorageError
from press import Feed, FeedReading, Link, Outcome, Reading
from storage import Archive
from storage.collecting import feeds, links, pages
from storage.collecting.outlets import quarantine
from storage.coverage import articles as stored
from storage.tables.collecting import feeds as feed_table
from storage.tables.collecting import links as link_table
from storage.tables.collecting import pages as page_table
from tests.support.archives import DONE, NOW, at, draft, judgement, link, page, read_page, store

pytest_plugins = ["tests.support.databases"]

ONE = Feed("bao-mot", "feed", "https://bao-mot.vn/rss")
TWO = Feed("bao-hai", "section", "https://bao-hai.vn/tin/", links="h3 a")


def never(first: datetime, reads: int) -> None:
    return None


def after_6_24_72(first: datetime, reads: int) -> datetime | None:
    hours = (6, 24, 72)
    return first + timedelta(hours=hours[reads - 1]) if reads <= len(hours) else None


def answered(feed: Feed, outcome: Outcome = DONE, when: datetime = NOW, status: int | None = 200) -> FeedReading:
    return FeedReading(feed, outcome, status, when)


def test_lists_come_change_rest_and_come_back(archive: Archive) -> None:
    with archive.begin() as db:
        feeds.sync_feeds(db, [ONE, TWO, ONE], NOW)
        assert feeds.due_feeds(db, NOW) == [ONE, TWO]
        assert feeds.due_feeds(db, NOW, ["bao-hai"]) == [TWO]
        conditions = replace(ONE, etag='"1"', last_modified="Wed, 05 Aug 2026", sha256="ab")
        feeds.record_feed(db, answered(conditions), at(1), new=3)
        assert feeds.due_feeds(db, at(0.9)) == [TWO]
        assert feeds.due_feeds(db, at(1))[1] == conditions
    with archive.begin() as db:
        feeds.sync_feeds(db, [replace(TWO, links="h2 a")], at(1))
        assert feeds.due_feeds(db, at(9)) == [replace(TWO, links="h2 a")]
        feeds.sync_feeds(db, [ONE, TWO], at(2))
        assert conditions in feeds.due_feeds(db, at(9)), "a list that comes back is still asked conditionally"
        assert {feed.url for feed in feeds.known_feeds(db)} == {ONE.url, TWO.url}


def test_a_failing_list_keeps_its_conditions_and_counts(archive: Archive) -> None:
    with archive.begin() as db:
        feeds.sync_feeds(db, [ONE], NOW)
        feeds.record_feed(db, answered(replace(ONE, etag="e")), at(1))
        for hour in (1, 2):
            broken = Outcome("later", "connection refused", at(hour + 1))
            feeds.record_feed(db, answered(replace(ONE, etag=""), broken, at(hour), None), at(hour + 1))
        row = db.execute(select(feed_table)).one()
        assert (row.failures, row.etag, row.last_ok, row.since) == (2, "e", NOW, at(1))
        assert feeds.standing(db, ONE.url) == (2, at(1))
        feeds.record_feed(db, answered(ONE, when=at(3)), at(4))
        row = db.execute(select(feed_table)).one()
        assert (row.failures, row.last_ok, row.since, row.reason) == (0, at(3), at(3), "")
        with pytest.raises(StorageError, match="not in the archive"):
            feeds.record_feed(db, answered(TWO), at(4))


def test_what_is_known_is_not_announced_again(archive: Archive) -> None:
    with archive.begin() as db:
        feeds.sync_feeds(db, [ONE, TWO], NOW)
        first = links.announce(db, [link(1), link(2), link(1)], NOW, feed=ONE.url)
        assert [reading.link for reading in first] == [link(1), link(2)]
        again = links.announce(db, [link(2), link(3, outlet="bao-mot")], at(1), feed=TWO.url)
        assert [reading.link for reading in again] == [link(3)]
        assert links.announce(db, [replace(link(1), outlet="bao-hai")], at(1)) == []
        assert links.get_link(db, link(1).url) == link(1)
        assert links.link_counts(db) == {"bao-mot": {"due": 3}}


def test_a_later_list_fills_in_what_the_first_left_out(archive: Archive) -> None:
    bare = Link(link(1).url, link(1).served_url, "bao-mot", title="Đầu đề")
    full = replace(bare, title="Khác", lead="Sapô", published_at=at(-1), published_raw="raw", zone="served")
    with archive.begin() as db:
        links.announce(db, [bare], NOW)
        links.announce(db, [full], NOW)
        assert links.get_link(db, bare.url) == replace(full, title="Đầu đề")
        links.announce(db, [replace(full, published_at=at(-2), published_raw="other")], NOW)
        assert links.get_link(db, bare.url) == replace(full, title="Đầu đề")


def test_hostile_links_harm_nobody(archive: Archive) -> None:
    huge = Link("https://bao-mot.vn/" + "x" * 5000, "https://bao-mot.vn/x", "bao-mot")
    loud = link(1, title="\0" + "A" * 5_000_000, lead="\ud800")
    with archive.begin() as db:
        assert [reading.link.url for reading in links.announce(db, [huge, loud, link(2)], NOW)] == [
            loud.url,
            link(2).url,
        ]
        kept = links.get_link(db, loud.url)
        assert kept
        assert len(kept.title) == 999


def test_a_killed_run_leaves_its_links_due(archive: Archive) -> None:
    with archive.begin() as db:
        links.announce(db, [link(1), link(2, outlet="bao-hai")], NOW)
    with archive.read() as db:
        assert [r.link for r in links.due_readings(db, NOW)] == [link(1), link(2, outlet="bao-hai")]
        assert [r.link for r in links.due_readings(db, NOW, ["bao-hai"])] == [link(2, outlet="bao-hai")]
        assert links.next_due(db) == NOW


def test_articles_are_read_again_at_their_hours_never_sooner_than_one(archive: Archive) -> None:
    with archive.begin() as db:
        [reading] = links.announce(db, [link(1)], NOW)
        links.record_page(db, reading, page(link(1), ETag="e1"), after_6_24_72)
        assert links.due_readings(db, at(5.9)) == []
        [again] = links.due_readings(db, at(6))
        assert (again.etag, again.sha256) == ("e1", page(link(1)).sha256)
        links.record_unchanged(db, again, at(80), after_6_24_72)
        assert links.due_readings(db, at(80.9)) == [], "a service that slept catches up one hour apart"
        links.record_unchanged(db, again, at(81), after_6_24_72)
        links.record_unchanged(db, again, at(82), after_6_24_72)
        links.record_unchanged(db, again, at(83), after_6_24_72)
        assert links.due_readings(db, at(9999)) == []
        assert links.next_due(db) is None


def test_failures_wait_or_end(archive: Archive) -> None:
    with archive.begin() as db:
        one, two = links.announce(db, [link(1), link(2)], NOW)
        links.record_failed(db, one, Outcome("later", "503", at(2)), 503, NOW)
        links.record_failed(db, two, Outcome("never", "gone: 404"), 404, NOW)
        assert links.due_readings(db, at(1.9)) == []
        assert links.due_readings(db, at(2)) == [replace(one, attempt=1)]
        assert links.announce(db, [link(1), link(2)], at(3)) == []
        [given_up] = quarantine(db)
        assert (given_up.url, given_up.reason, given_up.status, given_up.since) == (link(2).url, "gone: 404", 404, NOW)
        with pytest.raises(StorageError, match="announce its link"):
            links.record_unchanged(db, Reading(link(3)), NOW, never)


def test_what_a_clock_far_ahead_put_off_is_due_once_it_is_right(archive: Archive) -> None:
    ahead = at(24 * 400)
    feed = Feed("bao-mot", "feed", "https://bao-mot.vn/rss")
    with archive.begin() as db:
        feeds.sync_feeds(db, [feed], NOW)
        feeds.record_feed(db, FeedReading(feed, DONE, 200, ahead), ahead)
        seen, tried = links.announce(db, [link(1), link(2)], ahead)
        links.record_failed(db, tried, Outcome("later", "503", ahead), 503, ahead)
        assert [one.url for one in feeds.due_feeds(db, at(1))] == [feed.url]
        assert [one.link.url for one in links.due_readings(db, at(1))] == [seen.link.url, tried.link.url]
        links.record_failed(db, seen, Outcome("later", "503", at(3)), 503, at(1))
        feeds.record_feed(db, FeedReading(feed, DONE, 200, at(1)), at(2))
        assert feeds.due_feeds(db, at(1)) == []
        assert [one.link.url for one in links.due_readings(db, at(1))] == [tried.link.url]


def test_a_refusing_address_does_not_always_come_before_the_same_others(archive: Archive) -> None:
    with archive.begin() as db:
        for reading in links.announce(db, [link(n) for n in range(4)], NOW):
            links.record_failed(db, reading, Outcome("later", "asked to wait: 429", at(1)), None, NOW)
        links.announce(db, [link(9)], NOW)
        orders = [[reading.link for reading in links.due_readings(db, at(hours))] for hours in range(1, 20)]
    assert all(order[0] == link(9) for order in orders), "what never failed comes first"
    assert {order[1].url for order in orders} == {link(n).url for n in range(4)}


def test_a_vanished_article_is_marked_and_stays(archive: Archive) -> None:
    article = store(archive, link(1))
    with archive.begin() as db:
        before = stored.changed_since(db, 0, 10)[-1][0]
        links.record_failed(db, Reading(link(1)), Outcome("later", "503", at(8)), 503, at(6))
        assert stored.get_article(db, article).vanished_at is None  # type: ignore[union-attr]
        links.record_failed(db, Reading(link(1)), Outcome("never", "gone: 410"), 410, at(8))
        found = stored.get_article(db, link(1).url)
        assert found
        assert (found.id, found.vanished_at, found.versions) == (article, at(8), 1)
        assert stored.changed_since(db, before, 10) == [(before + 1, found)]
        assert links.due_readings(db, at(999)) == []
        assert quarantine(db) == []


def test_an_article_in_whose_place_another_page_stands_has_vanished(archive: Archive) -> None:
    article = store(archive, link(1))
    other = read_page(archive, link(1), b"<ul><li>Tin</li></ul>", at(6))
    with archive.begin() as db:
        pages.settle_pages(db, [pages.Settled(other, Outcome("never", "a list"), True, gone=True)], at(6))
        found = stored.get_article(db, article)
        assert found
        assert (found.vanished_at, found.versions) == (at(6), 1)
        links.record_failed(db, Reading(link(1)), Outcome("never", "gone: led to a front page"), 200, at(24))
        assert stored.get_article(db, article).vanished_at == at(24)  # type: ignore[union-attr]


def test_a_page_that_says_not_now_is_read_again_a_bounded_number_of_times_and_nothing_has_vanished(
    archive: Archive,
) -> None:
    article = store(archive, link(1))
    closed = pages.Settled(0, Outcome("never", "not now"), True, again=True)
    for hour in range(30, 300, 30):
        page = read_page(archive, link(1), b"<h1>%d</h1>" % hour, at(hour))
        with archive.begin() as db:
            db.execute(link_table.update().values(next_reading=None))  # its rhythm has ended
            pages.settle_pages(db, [closed._replace(page_id=page)], at(hour))
            due = [reading.link.url for reading in links.due_readings(db, at(hour + 25))]
            reads = db.execute(select(link_table.c.reads)).scalar_one()
            assert due == ([link(1).url] if reads < links.MOST_READS else [])
            assert stored.get_article(db, article).vanished_at is None  # type: ignore[union-attr]


def test_vanished_before_it_was_analysed(archive: Archive) -> None:
    page_id = read_page(archive, link(1))
    with archive.begin() as db:
        links.record_failed(db, Reading(link(1)), Outcome("never", "gone: 404"), 404, at(6))
        article = stored.save_article(db, page_id, draft(link(1)), judgement(), at(7)).id
        assert stored.get_article(db, article).vanished_at == at(6)  # type: ignore[union-attr]


def test_pages_wait_in_order_and_come_back_as_they_were(archive: Archive) -> None:
    body = bytes(range(256)) * 100
    ids = [read_page(archive, link(n), body + bytes([n])) for n in range(5)]
    with archive.read() as db:
        first = pages.due_pages(db, 2)
        assert [due.id for due in first] == ids[:2]
        assert first[0].page == page(link(0), body + b"\0")
        assert first[0].link == link(0)
        assert [due.id for due in pages.due_pages(db, 9, after=ids[1])] == ids[2:]
        weight = len(first[0].page.body)
        assert [due.id for due in pages.due_pages(db, 9, most=weight)] == ids[:1], "no more once they weigh that"
        assert [due.id for due in pages.due_pages(db, 9, most=weight + 1)] == ids[:2], "the last comes whole"
        assert pages.load_page(db, ids[4]) == pages.due_pages(db, 9, after=ids[3])[0]


def test_settled_pages_leave_what_they_should(archive: Archive) -> None:
    kept, outside, broken, evidence = (read_page(archive, link(n)) for n in range(4))
    with archive.begin() as db:
        pages.settle_pages(db, [pages.Settled(kept, DONE, True, ())], NOW)
        pages.settle_pages(db, [pages.Settled(outside, Outcome("done", "outside"), False)], NOW)
        pages.settle_pages(db, [pages.Settled(broken, Outcome("never", "not HTML"), False)], NOW)
        pages.settle_pages(db, [pages.Settled(evidence, Outcome("never", "no title"), True)], NOW)
    with archive.begin() as db:
        assert pages.due_pages(db, 9) == []
        assert pages.count_due(db) == 0
        states = db.execute(select(page_table.c.state).order_by(page_table.c.id)).scalars().all()
        assert states == ["done", "never", "never"]
        assert [pages.load_page(db, i) is not None for i in (kept, outside, broken, evidence)] == [
            True,
            False,
            False,
            True,
        ]
        assert [(item.kind, item.reason) for item in quarantine(db)] == [("page", "not HTML"), ("page", "no title")]
        rows = db.execute(select(link_table).order_by(link_table.c.id)).all()
        assert [row.settled for row in rows] == ["kept", "outside", "never", "never"]
        assert [row.intact for row in rows] == [True, None, False, False]
        assert all(row.sha256 for row in rows)
        with pytest.raises(StorageError, match="not in the archive"):
            pages.settle_pages(db, [pages.Settled(outside, DONE, True)], NOW)
        with pytest.raises(ValueError, match="done or never"):
            pages.settle_pages(db, [pages.Settled(kept, Outcome("later"), True)], NOW)


def test_a_new_page_never_takes_the_number_of_a_forgotten_one(archive: Archive) -> None:
    first = read_page(archive, link(1))
    with archive.begin() as db:
        pages.settle_pages(db, [pages.Settled(first, DONE, False)], NOW)
    assert read_page(archive, link(2)) > first


def test_arrivals_are_published_or_first_seen(archive: Archive) -> None:
    with archive.begin() as db:
        feeds.sync_feeds(db, [ONE, TWO], NOW)
        seen = [link(1, published_at=at(-5)), link(2), link(3, published_at=at(50)), link(4, published_at=at(-500))]
        links.announce(db, seen, NOW, feed=ONE.url)
        links.announce(db, [link(5, outlet="bao-mot", published_at=at(-1))], NOW, feed=TWO.url)
        assert feeds.arrivals(db, feed=ONE.url, since=at(-24)) == [at(-5), NOW, NOW]
        assert feeds.arrivals(db, outlet="bao-mot", since=at(-24)) == [at(-5), at(-1), NOW, NOW]
        assert feeds.arrivals(db, feed="https://nowhere.vn/", since=at(-24)) == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(st.integers(0, 12), max_size=8), max_size=6))
def test_every_address_is_new_exactly_once(archive: Archive, batches: list[list[int]]) -> None:
    salt = uuid4()  # one archive for all examples
    answered: list[str] = []
    for hour, batch in enumerate(batches):
        with archive.begin() as db:
            new = links.announce(db, [link(f"{salt}-{n}") for n in batch], at(hour))
        answered += [reading.link.url for reading in new]
    assert sorted(answered) == sorted({link(f"{salt}-{n}").url for batch in batches for n in batch})
