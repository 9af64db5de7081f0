"""The state of an outlet: the pure decisions, then each state from rows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from press import Feed, FeedReading, Outcome, Outlet, OutletHealth, Reading
from storage import Archive, feeds, links, pages
from storage.health import Attempt, failing, layout_changed, refused, silence
from storage.outlets import health
from tests.archives import DONE, NOW, at, link, page, read_page

pytest_plugins = ["tests.databases"]

OUTLET = Outlet("bao-mot", "Báo Một", "vi", "local", feeds=("https://bao-mot.vn/rss",))
FEED = Feed("bao-mot", "feed", "https://bao-mot.vn/rss")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        (403, "", True),
        (428, "refused: 428", True),
        (451, "", True),
        (None, "robots.txt forbids this path", True),
        (None, "robots.txt is refused: 403", True),
        (None, "robots.txt unreachable: 503", False),
        (200, "blocked: a challenge page", True),
        (503, "server error: 503", False),
        (None, "connection refused", False),
        (429, "server error: 429", False),
    ],
)
def test_being_unwanted_is_told_from_being_down(status: int | None, reason: str, expected: bool) -> None:
    assert refused(status, reason) is expected


def test_one_list_that_answers_keeps_an_outlet_up() -> None:
    good, broken, barred = Attempt(NOW, True), Attempt(NOW, False, 500), Attempt(NOW, False, 403)
    assert failing([]) == failing([good, broken, barred]) == ""
    assert failing([broken]) == failing([broken, broken, barred]) == "down"
    assert failing([barred]) == failing([barred, broken]) == "blocked"


def weekly(hours: range, days: range = range(5), weeks: int = 4) -> list[datetime]:
    """Arrivals at these hours UTC of these weekdays (0 = Monday) in the weeks before Monday 2026-08-03."""
    monday = at(-48)
    return [
        monday - w * 7 * DAY + d * DAY + timedelta(hours=h) for w in range(1, weeks + 1) for d in days for h in hours
    ]


def test_a_quiet_sunday_and_a_night_raise_nothing_a_quiet_morning_does() -> None:
    office = weekly(range(1, 11))  # every hour from 01:00 to 10:00, Monday to Friday
    friday = at(-48) - 3 * DAY + timedelta(hours=10)
    for hour in range(1, 63):
        assert not silence(office, friday + timedelta(hours=hour)).silent, f"{hour} h after Friday's last"
    assert silence(office, friday + timedelta(hours=71)).silent, "Monday morning has gone by"
    # a Tuesday that goes quiet is noticed the same working day
    tuesday = [*office, *(at(-48) + timedelta(hours=h) for h in range(1, 11)), at(-24 + 1), at(-24 + 2)]
    assert not silence(tuesday, at(-24 + 4)).silent
    for hour in range(6, 80):
        assert silence(tuesday, at(-24 + hour)).silent, f"{hour} h: once missed, missed until something comes"


def test_a_regular_outlet_is_missed_soon_a_fitful_one_later() -> None:
    daily = [NOW - d * DAY for d in range(30, 0, -1)]
    assert not silence(daily, NOW + timedelta(minutes=50)).silent
    assert silence(daily, at(2)).silent
    fitful = [NOW - d * DAY for d in (30, 28, 27, 20, 19, 17, 12, 11, 8, 5, 1)]
    assert not silence(fitful, at(5 * 24)).silent
    assert silence(fitful, at(20 * 24)).silent


def test_no_history_no_silence() -> None:
    assert not silence([], NOW).silent
    assert not silence([at(-300)], NOW).silent
    busy_day = [at(-30 + h / 4) for h in range(20)]
    assert not silence(busy_day, at(24)).silent, "under a week nothing is known of weekdays"


@given(st.lists(st.integers(0, 28 * 24), max_size=60), st.integers(0, 500), st.integers(0, 500))
def test_once_silent_it_stays_so_until_something_comes(hours: list[int], first: int, more: int) -> None:
    arrivals = [at(-h) for h in hours]
    verdict = silence(arrivals, at(first))
    assert verdict.plausible is None or verdict.plausible >= timedelta(hours=3)
    if verdict.silent:
        assert silence(arrivals, at(first + more)).silent
        assert not silence([*arrivals, at(first)], at(first)).silent


def test_a_layout_is_judged_by_its_own_history() -> None:
    good, bad = [True] * 50, [False] * 50
    assert not layout_changed(good)
    assert not layout_changed([False, *good]), "one page is an accident"
    assert layout_changed([False, False, *good])
    assert layout_changed(bad[:5])
    assert not layout_changed(bad[:2]), "a new outlet is given some pages"
    assert not layout_changed([False, False, *([False, True] * 25)]), "videos always lacked a body here"
    assert not layout_changed([True, *bad[:3], *good]), "the newest page is whole again"


def state(archive: Archive, now: datetime = NOW, outlet: Outlet = OUTLET) -> OutletHealth:
    with archive.read() as db:
        [found] = health(db, [outlet], now)
        return found


def asked(archive: Archive, outcome: Outcome = DONE, when: datetime = NOW, status: int | None = 200) -> None:
    with archive.begin() as db:
        feeds.sync_feeds(db, [FEED], when)
        feeds.record_feed(db, FeedReading(FEED, outcome, status, when), when + timedelta(hours=1))


def test_never_read_then_ok_then_down_then_blocked(archive: Archive) -> None:
    assert state(archive).state == "never_read"
    barred = state(archive, outlet=Outlet("x", "X", "vi", "local", disabled="asks for a cookie"))
    assert (barred.state, barred.last_error, barred.next_due) == ("never_read", "asks for a cookie", None)
    asked(archive)
    fine = state(archive)
    assert (fine.state, fine.since, fine.last_ok, fine.next_due, fine.last_error) == ("ok", NOW, NOW, at(1), "")
    for hour in (1, 2):
        asked(archive, Outcome("later", "server error: 503", at(hour + 1)), at(hour), 503)
    down = state(archive, at(2))
    assert (down.state, down.since, down.last_ok, down.last_error) == ("down", at(1), NOW, "server error: 503")
    asked(archive, Outcome("later", "blocked: 403", at(4)), at(3), 403)
    assert state(archive, at(3)).state == "blocked"


def test_lists_that_answer_while_every_article_is_refused(archive: Archive) -> None:
    asked(archive)
    with archive.begin() as db:
        for reading in links.announce(db, [link(n) for n in range(4)], NOW, feed=FEED.url):
            links.record_failed(db, reading, Outcome("never", "refused: 403"), 403, NOW)
    found = state(archive)
    assert (found.state, found.articles_24h) == ("blocked", 4)
    assert found.last_error.startswith("refused: 403: https://bao-mot.vn/")
    with archive.begin() as db:
        links.announce(db, [link(9)], NOW)
        links.record_page(db, Reading(link(9)), page(link(9)), lambda first, reads: None)
    assert state(archive).state == "ok", "one path that robots.txt forbids is not the outlet"


def test_a_changed_layout_names_its_page(archive: Archive) -> None:
    asked(archive)
    for number in range(24):
        page_id = read_page(archive, link(number), when=at(number / 10))
        problems = ("no body",) if number >= 20 else ()
        with archive.begin() as db:
            outcome = Outcome("never", "no body") if problems else DONE
            pages.settle_pages(db, [pages.Settled(page_id, outcome, True, problems)], at(number / 10))
    found = state(archive, at(3))
    assert (found.state, found.since) == ("layout_changed", at(2))
    assert found.last_error == f"no body: {link(23).url}"


def test_silence_is_measured_up_to_the_last_good_reading(archive: Archive) -> None:
    with archive.begin() as db:
        feeds.sync_feeds(db, [FEED], at(-24 * 30))
        for day in range(1, 29):
            links.announce(db, [link(day)], NOW - day * DAY, feed=FEED.url)
    asked(archive, when=at(-20))
    assert state(archive, at(40)).state == "ok", "we did not look"
    asked(archive, when=at(40))
    found = state(archive, at(40))
    assert (found.state, found.since, found.usual_gap_hours) == ("silent", at(-24), 24.0)
    asked(archive, Outcome("later", "time-out"), at(41), None)
    assert state(archive, at(41)).state == "down", "down says more than silent"
