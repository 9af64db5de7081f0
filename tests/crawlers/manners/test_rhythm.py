"""When lists and articles are asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.manners.rhythm import APART, FIRST, LONGEST, SHORTEST, apart, doubtful, next_ask, next_reading

NOW = datetime(2026, 8, 5, 6, 0, tzinfo=UTC)


def _every(gap: timedelta, count: int) -> list[datetime]:
    return [NOW - gap * n for n in range(1, count + 1)]


def test_no_history_is_a_quarter_of_an_hour() -> None:
    assert next_ask([], NOW, 0) == NOW + FIRST == NOW + timedelta(minutes=15)


def test_thirty_items_an_hour_is_near_five_minutes() -> None:
    assert next_ask(_every(timedelta(minutes=2), 60), NOW, 0) == NOW + timedelta(minutes=5)


def test_an_item_a_day_is_hours() -> None:
    wait = next_ask(_every(timedelta(days=1), 10), NOW, 0) - NOW
    assert timedelta(hours=2) <= wait <= timedelta(hours=6)


def test_an_item_every_two_hours_is_about_an_hour() -> None:
    wait = next_ask(_every(timedelta(hours=2), 10), NOW, 0) - NOW
    assert timedelta(minutes=30) <= wait <= timedelta(minutes=75)


def test_a_busy_feed_that_fell_silent_is_asked_less_often() -> None:
    busy = [NOW - timedelta(hours=8) - timedelta(minutes=2 * n) for n in range(30)]
    assert next_ask(busy, NOW, 0) - NOW == timedelta(hours=2)


def test_failures_grow_to_the_longest() -> None:
    waits = [next_ask(_every(timedelta(minutes=2), 40), NOW, failures) - NOW for failures in range(12)]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (5, 10, 20, 40)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST


def test_an_active_list_is_asked_within_minutes_whatever_the_nights() -> None:
    days = [NOW - timedelta(minutes=30 * n) - timedelta(hours=10) * (n // 24) for n in range(1, 60)]
    assert next_ask(days, NOW, 0) - NOW == SHORTEST


@given(st.lists(st.integers(0, 360), max_size=12), st.integers(5, 360))
def test_lists_of_one_host_are_apart(minutes: list[int], wish: int) -> None:
    taken = [NOW + timedelta(minutes=minute) for minute in minutes]
    at = apart(NOW + timedelta(minutes=wish), taken, NOW)
    assert NOW + timedelta(minutes=wish) <= at <= NOW + LONGEST
    assert at == NOW + timedelta(minutes=wish) or all(abs(at - other) >= APART for other in taken)


def test_arrivals_of_the_future_count_for_nothing() -> None:
    assert next_ask([NOW + timedelta(days=400)], NOW, 0) == NOW + FIRST


@given(
    st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC)), max_size=60),  # noqa: DTZ001
    st.integers(-5, 10**9),
)
def test_always_within_its_bounds(arrivals: list[datetime], failures: int) -> None:
    wait = next_ask(arrivals, NOW, failures) - NOW
    assert SHORTEST <= wait <= LONGEST
    assert next_ask(arrivals, NOW, failures + 1) - NOW >= wait
    assert next_ask(arrivals[::-1], NOW, failures) - NOW == wait


@pytest.mark.parametrize(("reads", "hours"), [(1, 6), (2, 24), (3, 72)])
def test_rereadings_at_6_24_72_hours(reads: int, hours: int) -> None:
    assert next_reading(NOW, reads) == NOW + timedelta(hours=hours)


def test_after_the_third_rereading_never() -> None:
    assert next_reading(NOW, 4) is None
    assert next_reading(NOW, 0) == NOW


def test_a_list_is_doubted_when_silent_for_longer_than_its_own_gaps_at_most_once_a_day() -> None:
    hourly = [NOW - timedelta(hours=hour) for hour in range(1, 30)]
    assert not doubtful([], NOW, None)
    assert not doubtful(hourly, NOW, None)
    assert doubtful(hourly, NOW + timedelta(hours=2), None)
    assert not doubtful(hourly, NOW + timedelta(hours=2), NOW - timedelta(hours=20))
    assert doubtful(hourly, NOW + timedelta(hours=2), NOW - timedelta(hours=23))
    nightly = [at for at in hourly if at.hour not in range(9)]
    assert not doubtful(nightly, nightly[0] + timedelta(hours=9), None), "a night is no silence"
    assert not doubtful([NOW], NOW + timedelta(hours=20), None), "a day, where nothing is known"
    assert doubtful([NOW], NOW + timedelta(hours=25), None)
