"""The state of an outlet: the pure decisions, then each state from rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from press import Feed, FeedReading, Outcome, Outlet, OutletHealth, Reading
from storage import Archive
from storage.collecting import feeds, links, pages
from storage.collecting.health import ALL, HALF, Attempt, Met, failing, refused, turned_bad
from storage.collecting.outlets import health
from storage.collecting.silence import press_is_quiet, silence
from tests.support.archives import DONE, NOW, at, link, page, read_page

pytest_plugins = ["tests.support.databases"]

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


def met(*newest_first: bool | list[bool]) -> list[Met]:
    """Articles an hour apart, True = bad; a list is one run."""
    runs = [run if isinstance(run, list) else [run] for run in newest_first]
    return [Met(at(-hour), bad) for hour, run in enumerate(runs) for bad in run]


GOOD = [False] * 20


def test_articles_are_judged_by_their_own_history() -> None:
    assert turned_bad(met(*GOOD), HALF) is None
    assert turned_bad(met(True, *GOOD), HALF) is None, "one page is an accident"
    assert turned_bad(met(True, True, *GOOD), HALF) == at(-1)
    assert turned_bad(met([True, True, True, False], *GOOD), HALF) == NOW
    assert turned_bad(met([True, True, True, False], *GOOD), ALL) is None
    assert turned_bad(met(True, True), HALF) is None, "a new outlet is given some pages"
    assert turned_bad(met(True, True, True), HALF) == at(-2)
    assert turned_bad(met(True, True, *[False, True] * 25), HALF) is None, "videos always lacked a body here"
    assert turned_bad(met(False, True, True, True, *GOOD), HALF) is None, "the newest page is whole again"
    assert turned_bad(met([False] * 16 + [True] * 4), HALF) is None, "a run has no order"


@given(st.integers(3, 150), st.integers(0, 50), st.sampled_from([HALF, ALL]))
def test_what_is_bad_stays_bad_until_a_good_one_comes(bad: int, good: int, least: float) -> None:
    history = [*[True] * bad, *[False] * good]
    assert turned_bad(met(*history), least) == at(1 - bad)
    assert turned_bad(met(False, *history), least) is None


@given(st.lists(st.booleans(), max_size=60))
def test_turned_bad_needs_two_bad_ones_in_the_newest_runs(bad: list[bool]) -> None:
    since = turned_bad(met(*bad), ALL)
    assert since is None or (bad[0] and sum(one.bad for one in met(*bad) if one.at >= since) >= 2)


PATTERN = st.lists(st.integers(0, 7 * 24 * 4 - 1), min_size=10, max_size=120, unique=True)  # quarters of an hour


@given(PATTERN, st.integers(2, 4), st.integers(0, 7 * 24))
def test_a_quiet_that_every_week_has_raises_nothing(quarters: list[int], weeks: int, hours: int) -> None:
    """The same week again and again: at no hour of the next one is what is usual there a silence."""
    week = sorted(timedelta(minutes=15 * quarter) for quarter in quarters)
    past = [NOW + n * 7 * DAY + one for n in range(weeks) for one in week]
    now = NOW + weeks * 7 * DAY + timedelta(hours=hours)
    this_week = [NOW + weeks * 7 * DAY + one for one in week]
    assert not silence([*past, *(one for one in this_week if one <= now)], now).silent


def test_a_sunday_that_brings_two_may_bring_none() -> None:
    sundays = [[9.2, 17.1], [6.4, 20.6], [11.3], [8.7, 12.9, 13.5]]  # hours
    busy = weekly(range(15), range(6))
    sunday = at(-48) - 1 * DAY
    some = [sunday - w * 7 * DAY + timedelta(hours=h) for w, day in enumerate(sundays, 1) for h in day]
    usual = [one for one in [*busy, *some] if one < sunday]
    for hour in range(24):
        assert not silence(usual, sunday + timedelta(hours=hour)).silent, f"Sunday {hour}:00"
    assert silence(usual, sunday + timedelta(hours=24 + 6)).silent, "Monday morning too"


def test_the_whole_press_at_rest_says_nothing_of_one() -> None:
    assert press_is_quiet([3, 40, 38, 41], 5)
    assert not press_is_quiet([30, 40, 38, 41], 5)
    assert not press_is_quiet([3, 40], 2), "two others are no press"
    assert not press_is_quiet([0, 2, 3], 9), "they hardly ever write"
    assert not press_is_quiet([3], 9), "no week to compare with"


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
    blocked = state(archive, at(3))
    assert (blocked.state, blocked.since, blocked.last_asked) == ("blocked", at(3), at(3))


def test_a_failing_list_is_asked_again_beside_its_siblings(archive: Archive) -> None:
    rows = [Feed("bao-mot", "feed", f"https://bao-mot.vn/rss/{n}") for n in range(3)]
    failed, other = Outcome("later", "connection refused"), Feed("bao-hai", "feed", "https://bao-hai.vn/rss")
    with archive.begin() as db:
        feeds.sync_feeds(db, [*rows, other], NOW)
        for feed in (*rows, other):
            feeds.record_feed(db, FeedReading(feed, DONE, 200, NOW), at(6))
        feeds.record_feed(db, FeedReading(rows[0], failed, None, at(1)), at(2))
    with archive.read() as db:
        assert feeds.due_feeds(db, at(1.5)) == []
        assert {feed.url for feed in feeds.due_feeds(db, at(2))} == {row.url for row in rows}
    with archive.begin() as db:
        feeds.record_feed(db, FeedReading(rows[0], failed, None, at(2)), at(3))
        feeds.record_feed(db, FeedReading(rows[1], DONE, 200, at(2)), at(6))
        feeds.record_feed(db, FeedReading(rows[2], failed, None, at(2)), at(3))
    assert state(archive, at(2)).state == "ok", "one list of three answers"
    with archive.read() as db:
        assert {feed.url for feed in feeds.due_feeds(db, at(3))} == {rows[0].url, rows[2].url}, "once is enough"


def test_a_section_page_whose_selector_finds_nothing(archive: Archive) -> None:
    feed = Feed("bao-mot", "section", "https://bao-mot.vn/thoi-su/", "h3 a")
    note = "no article link found by 'h3 a'"

    def read(when: datetime, **more: Any) -> None:
        with archive.begin() as db:
            feeds.sync_feeds(db, [feed], when)
            feeds.record_feed(db, FeedReading(feed, DONE, 200, when, **more), when + timedelta(hours=1))

    read(NOW, links=(link(1),))
    read(at(1), problems=(note,))
    read(at(2), not_modified=True)
    found = state(archive, at(2))
    assert (found.state, found.since, found.last_error) == ("layout_changed", at(1), note)
    read(at(3), links=(link(1),))
    assert (state(archive, at(3)).state, state(archive, at(3)).since) == ("ok", at(3))


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


def test_articles_that_are_refused_after_weeks_of_being_read(archive: Archive) -> None:
    for number in range(15):
        read_page(archive, link(number), when=at(-number - 1))
    asked(archive)
    with archive.begin() as db:
        refused_now = links.announce(db, [link("a"), link("b")], NOW, feed=FEED.url)
        links.record_failed(db, refused_now[0], Outcome("never", "refused: 403"), 403, at(1))
        links.record_failed(db, Reading(link(3)), Outcome("never", "gone: 404"), 404, at(1.5))
    assert state(archive, at(2)).state == "ok", "one refused page, one article taken down"
    with archive.begin() as db:
        links.record_failed(db, refused_now[1], Outcome("never", "blocked: a challenge page"), 200, at(2))
    found = state(archive, at(2))
    assert (found.state, found.since) == ("blocked", at(1))
    assert found.last_error.startswith("blocked: a challenge page: https://bao-mot.vn/")


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
