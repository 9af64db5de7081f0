"""The ranking of evidence for a publication time, and what keeping an instant once known means."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from press.evidence import RANKS, Dated, is_day, rank, settled

VN = timezone(timedelta(hours=7))
AT = datetime(2026, 8, 5, 8, 30, tzinfo=VN)
DAY = datetime(2026, 8, 5, tzinfo=VN)

sources = st.sampled_from(sorted(RANKS))
instants = st.builds(lambda hours: DAY + timedelta(hours=hours), st.integers(-72, 72))


@given(st.lists(st.builds(Dated, instants, sources), min_size=1, max_size=6))
def test_however_often_pages_are_read_the_instant_settles(readings: list[Dated]) -> None:
    known = readings[0]
    ranks = [rank(known.source, known.at)]
    for new in readings * 4:
        known = settled(new, known)
        ranks.append(rank(known.source, known.at))
    assert ranks == sorted(ranks, reverse=True), "what is stored never becomes weaker"
    assert all(settled(new, known) == known for new in readings)


@pytest.mark.parametrize("source", sorted(RANKS))
def test_the_same_evidence_dates_nothing_anew(source: str) -> None:
    known = Dated(AT, source)
    assert settled(Dated(AT + timedelta(days=2), source), known) == known
    assert settled(Dated(AT + timedelta(minutes=1), source), known) == known


def test_a_mere_day_takes_the_time_of_that_day_and_never_its_place() -> None:
    assert settled(Dated(AT, "updated"), Dated(DAY, "meta")) == Dated(AT, "meta")
    assert settled(Dated(DAY, "meta"), Dated(AT, "updated")) == Dated(AT, "updated")
    assert settled(Dated(AT + timedelta(days=1), "updated"), Dated(DAY, "meta")) == Dated(DAY, "meta")
    assert (is_day(DAY), is_day(AT)) == (True, False)


def test_a_day_that_is_only_seen_is_weaker_than_an_instant_of_the_list() -> None:
    assert rank("visible", AT) < rank("feed-unzoned", AT) < rank("visible", DAY) < rank("url", DAY) < rank("", AT)
