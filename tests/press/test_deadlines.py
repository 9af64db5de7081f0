"""What holds for any rule, start and calendar. Dates worked out by hand: tests/cli/test_deadline.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import UsageError
from press.dates import VIETNAM
from press.deadlines import Rule, check, counted, due, rule_from_row, rule_of, shipped_rules
from press.workdays import Calendar, Day, calendar, shipped, shipped_days, shipped_years

DAY = timedelta(days=1)
CHANGE = date(2026, 7, 1)
instants = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
dates = st.dates(date(2024, 1, 1), date(2029, 12, 31))
calendars = st.builds(
    lambda off, worked, years: Calendar(frozenset(off), frozenset(worked), frozenset(years)),
    st.sets(dates, max_size=60),
    st.sets(dates, max_size=20),
    st.sets(st.integers(2024, 2029)),
)


def rule(count: int, unit: str, roll: bool = False) -> Rule:
    row = {"code": "x", "side": "agency", "clause": "Đ1", "what": "a", "starts": "b"}
    return rule_from_row(row | {"count": count, "unit": unit, "roll": roll})


rules = st.one_of(
    st.builds(rule, st.integers(1, 40), st.just("days"), st.booleans()),
    st.builds(rule, st.integers(1, 40), st.sampled_from(["working_days", "hours"])),
)


@given(rules, instants, calendars)
def test_a_deadline_lies_ahead_and_ends_with_its_day(one: Rule, start: datetime, days: Calendar) -> None:
    found = counted(one, start, days)
    assert found.until is not None
    assert found.unrolled is not None
    assert found.until >= found.unrolled > start
    assert found.until.utcoffset() == timedelta(hours=7)
    if one.unit == "hours":
        assert found.until - start == timedelta(hours=one.count or 0)
    else:
        assert f"{found.until:%H:%M:%S}" == "23:59:59"
    if one.unit == "working_days" or one.roll:
        assert days.is_working(found.until.date())
    if found.until != found.unrolled:
        assert one.roll
        between = (found.unrolled.date() + n * DAY for n in range((found.until - found.unrolled).days))
        assert not any(days.is_working(day) for day in between)


@given(st.integers(1, 40), instants, calendars)
def test_working_days_are_counted_one_by_one(count: int, start: datetime, days: Calendar) -> None:
    until = counted(rule(count, "working_days"), start, days).until
    assert until is not None
    first = start.astimezone(VIETNAM).date()
    passed = [first + n * DAY for n in range(1, (until.date() - first).days + 1)]
    assert sum(days.is_working(day) for day in passed) == count


@given(rules, instants, instants, calendars)
def test_who_starts_later_is_never_due_earlier(one: Rule, a: datetime, b: datetime, days: Calendar) -> None:
    first, second = (counted(one, start, days).until for start in sorted((a, b)))
    assert first is not None
    assert second is not None
    assert first <= second


@given(rules, instants, calendars, st.lists(st.tuples(dates, st.booleans()), max_size=40))
def test_what_is_confirmed_is_moved_by_no_unconfirmed_day(
    one: Rule, start: datetime, days: Calendar, later: list[tuple[date, bool]]
) -> None:
    found = counted(one, start, days)
    news = [(day, off) for day, off in later if day.year not in days.confirmed]
    off = (days.off | {day for day, off in news if off}) - {day for day, off in news if not off}
    worked = (days.worked | {day for day, off in news if not off}) - {day for day, off in news if off}
    again = counted(one, start, Calendar(off, worked, days.confirmed))
    if found.confirmed:
        assert (again.until, again.unrolled) == (found.until, found.unrolled)


@given(st.sampled_from(shipped_rules()), dates)
def test_the_law_of_the_day_applies(one: Rule, day: date) -> None:
    found = rule_of(shipped_rules(), one.code, day)
    if found is None:
        assert not one.in_force(day)
    else:
        assert found.in_force(day)
        assert found.series == one.series
        assert found is one or not one.in_force(day)


@given(st.datetimes(datetime(2026, 6, 1), datetime(2026, 8, 1), timezones=st.just(VIETNAM)))  # noqa: DTZ001
def test_the_change_of_the_law_falls_between_two_seconds(start: datetime) -> None:
    for old, new in (("old_request", "press_request"), ("old_feedback", "feedback"), ("old_event", "major_event")):
        answers = {due(shipped_rules(), kind, start, shipped(2026, 2028)).rule for kind in (old, new)}
        assert {found.code for found in answers if found} == {old if start.date() < CHANGE else new}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"count": 0}, "1 to"),
        ({"count": None}, "together"),
        ({"count": None, "unit": None}, "says why"),
        ({"unit": "weeks"}, "weeks"),
        ({"roll": True, "unit": "hours"}, "roll"),
        ({"side": "reader"}, "side"),
        ({"code": ""}, "no code"),
        ({"valid_from": CHANGE, "valid_to": CHANGE - DAY}, "before it begins"),
    ],
)
def test_a_rule_that_cannot_be_counted_by_is_refused(change: dict[str, object], word: str) -> None:
    one = rule(30, "days")
    check([one])
    with pytest.raises(UsageError, match=word):
        check([replace(one, **change)])


def test_two_rules_of_a_series_never_hold_on_one_day() -> None:
    one = replace(rule(30, "days"), valid_to=CHANGE - DAY)
    check([one, replace(one, code="y", valid_from=CHANGE, valid_to=None)])
    with pytest.raises(UsageError, match="same days"):
        check([one, replace(one, code="y", valid_from=CHANGE - DAY, valid_to=None)])


@pytest.mark.parametrize("row", [{"code": "x"}, {"code": "x", "cuont": 3}])
def test_a_row_with_a_wrong_or_missing_key_names_it(row: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"'x'.*(cuont|clause)"):
        rule_from_row(row)


def test_the_shipped_rules_end_within_the_calendar_they_are_counted_by() -> None:
    assert max(one.count or 0 for one in shipped_rules()) < 200
    assert all(one.clause for one in shipped_rules() if one.code != "ordered")
    assert all(one.what_en and one.starts_en for one in shipped_rules())


def test_the_days_off_are_the_packages_and_ours_with_their_source() -> None:
    days = {row.day: row for row in shipped_days(2025, 2027)}
    assert (days[date(2026, 1, 2)].kind, days[date(2026, 1, 10)].kind) == ("off", "working")
    assert (days[date(2026, 8, 31)].kind, days[date(2026, 8, 22)].kind) == ("off", "working")
    assert days[date(2026, 2, 17)].name == "Tết Nguyên Đán"
    assert all(row.source and row.name for row in days.values())
    assert {day.year for day in days} == {2025, 2026, 2027}
    assert shipped_years().keys() == {2025, 2026}
    later = [*days.values(), Day(date(2026, 2, 17), "working", "", "")]
    assert calendar(later, ()).is_working(date(2026, 2, 17)), "the later row counts"
