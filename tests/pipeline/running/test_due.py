"""When an edition is due, and what it covers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.running.due import last_due, next_due, period
from press import Subscription

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def subscription(created: str, at: str = "06:45", days: str = "daily") -> Subscription:
    return Subscription(1, "a@example.vn", "", at, days, (), (), "vi", local(created))  # type: ignore[arg-type]


def test_the_first_period_is_the_day_before_the_first_due_time() -> None:
    reader = subscription("2026-08-04T15:00")
    assert period(reader, None, local("2026-08-05T06:44"), ZONE) is None
    first = period(reader, None, local("2026-08-05T06:45"), ZONE)
    assert first is not None
    assert (first.start, first.end) == (local("2026-08-04T06:45"), local("2026-08-05T06:45"))


def test_a_subscription_of_the_due_minute_waits_for_the_next_day() -> None:
    reader = subscription("2026-08-05T06:45")
    assert period(reader, None, local("2026-08-05T12:00"), ZONE) is None


def test_each_next_period_begins_where_the_delivered_one_ended() -> None:
    reader = subscription("2026-08-04T15:00")
    following = period(reader, local("2026-08-05T06:45"), local("2026-08-06T09:00"), ZONE)
    assert following is not None
    assert (following.start, following.end) == (local("2026-08-05T06:45"), local("2026-08-06T06:45"))


def test_an_outage_makes_one_longer_period() -> None:
    reader = subscription("2026-08-01T15:00")
    caught_up = period(reader, local("2026-08-02T06:45"), local("2026-08-05T10:00"), ZONE)
    assert caught_up is not None
    assert (caught_up.start, caught_up.end) == (local("2026-08-02T06:45"), local("2026-08-05T06:45"))


def test_before_the_first_delivery_an_outage_loses_nothing_either() -> None:
    reader = subscription("2026-08-01T15:00")
    caught_up = period(reader, None, local("2026-08-05T10:00"), ZONE)
    assert caught_up is not None
    assert caught_up.start == local("2026-08-01T06:45")


def test_monday_covers_the_weekend() -> None:
    reader = subscription("2026-08-06T15:00", days="mon-fri")  # a Thursday
    assert next_due(reader, local("2026-08-07T06:45"), ZONE) == local("2026-08-10T06:45")
    assert last_due(reader, local("2026-08-09T12:00"), ZONE) == local("2026-08-07T06:45")
    monday = period(reader, local("2026-08-07T06:45"), local("2026-08-10T06:45"), ZONE)
    assert monday is not None
    assert (monday.start, monday.end) == (local("2026-08-07T06:45"), local("2026-08-10T06:45"))


def test_workdays_skip_tet_and_the_next_edition_tells_what_fell_on_it() -> None:
    reader = subscription("2026-02-10T15:00", days="workdays")
    friday, monday = local("2026-02-13T06:45"), local("2026-02-23T06:45")  # Tết is 16 to 20 February
    assert next_due(reader, friday, ZONE) == monday
    assert last_due(reader, local("2026-02-20T12:00"), ZONE) == friday
    after = period(reader, friday, monday, ZONE)
    assert after is not None
    assert (after.start, after.end) == (friday, monday)


@pytest.mark.parametrize("day", ["2026-01-01", "2026-04-27", "2026-04-30", "2026-09-02", "2027-02-05", "2026-08-08"])
def test_a_holiday_or_its_day_in_lieu_is_no_workday(day: str) -> None:
    reader = subscription("2025-12-01T15:00", days="workdays")
    assert next_due(reader, local(f"{day}T00:00"), ZONE) > local(f"{day}T23:59")


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.lists(st.integers(0, 5000), min_size=1, max_size=30),
    st.sampled_from(["daily", "mon-fri", "workdays"]),
    st.sampled_from(["00:00", "06:45", "23:59"]),
)
def test_delivered_periods_join_without_gap_or_overlap(created: datetime, waits: list[int], days: str, at: str) -> None:
    reader = subscription(created.isoformat(), at, days)
    now = reader.created_at
    delivered: datetime | None = None
    for minutes in waits:
        now += timedelta(minutes=minutes)
        due = period(reader, delivered, now, ZONE)
        if due is None:
            continue
        assert due.start < due.end <= now
        if delivered is not None:
            assert due.start == delivered
        delivered = due.end
        assert period(reader, delivered, now, ZONE) is None
