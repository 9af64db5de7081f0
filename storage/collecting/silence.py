"""Whether an outlet is quiet for longer than its own rhythm explains. Pure: no query, no clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import fmean, median, pstdev

WEEK = timedelta(weeks=1)
WEEKS = 4  # of history that a silence is compared with
_ASIDE = timedelta(hours=3)  # how far around the same hour of the week
LEAST_SILENCE = timedelta(hours=3)  # less than this is no news for any outlet
_MIN_GAPS = 8
_MISSED = 4.0  # articles that must have been expected, where the gaps are not all alike: chance of none below 2 %
_FEW = 6  # gaps at this hour of the week are enough to know their spread
_ALIKE = 0.35  # spread of the gaps (deviation by mean) up to which they are
_QUIET = 0.4  # of its usual output, below which the whole press is on holiday
_PRESS = 3  # other outlets, and
_OUTPUT = 10.0  # articles of theirs, without which nothing is known of the press


@dataclass(frozen=True, slots=True)
class Silence:
    """What was usual at this hour of the week, and whether the present silence is longer than plausible."""

    silent: bool
    usual: timedelta | None = None  #: the median gap
    plausible: timedelta | None = None  #: the longest gap that would raise nothing


def silence(arrivals: Sequence[datetime], heard_until: datetime) -> Silence:
    """Whether nothing new until `heard_until` (the last good reading) is longer than the outlet's rhythm explains.

    At every hour since the last arrival the silence is compared with the gaps that were in progress at that hour of the
    week (three hours around it) in each of the four weeks before, so that a quiet Sunday is measured by Sundays and a
    night by nights; with less than two such weeks, with all gaps there are. Plausible is the longest of them, plus as
    much as it exceeds their median, plus an hour; never below three hours. Where those gaps are not all alike, four
    articles must have been due by the same hours of those weeks as well: a Sunday that brings two may bring none. What
    was too long once stays silent until something comes. Outlets with under a week of history or under eight gaps are
    never silent.
    """
    past = sorted(at for at in arrivals if at <= heard_until)
    gaps = list(pairwise(past))
    if len(gaps) < _MIN_GAPS or past[-1] - past[0] < WEEK:
        return Silence(False, _middle([end - start for start, end in gaps]) if gaps else None)
    last, hour = past[-1], timedelta(hours=1)
    longest = max(end - start for start, end in gaps)
    most = max(longest, (last - past[0]) / len(gaps) * _MISSED)
    ends = min(heard_until, last + 2 * most + WEEK)  # by then every hour of the week has been looked at
    found = _at_moment(past, gaps, min(heard_until, last + LEAST_SILENCE))
    for step in range(int(LEAST_SILENCE / hour) + 1, int((ends - last) / hour) + 1):
        if found.silent:
            break
        found = _at_moment(past, gaps, last + step * hour)
    return found


def press_is_quiet(output: Sequence[int], others: int) -> bool:
    """Whether the other outlets write so little that a silence says nothing: Tết, a public holiday.

    `output`: their articles since the silence began, then in the same hours of each week before that is known.
    """
    usual = fmean(output[1:]) if len(output) > 1 else 0.0
    return others >= _PRESS and usual >= _OUTPUT and output[0] < _QUIET * usual


def _at_moment(past: Sequence[datetime], gaps: Sequence[tuple[datetime, datetime]], moment: datetime) -> Silence:
    last = past[-1]
    before = [moment - k * WEEK for k in range(1, WEEKS + 1)]
    weeks = [then for then in before if then - _ASIDE >= gaps[0][0]]
    like_now = [gap for gap in gaps if any(_meets(gap, then) for then in weeks)] if len(weeks) >= 2 else gaps
    lengths = [end - start for start, end in like_now or gaps]
    longest, usual = max(lengths), _middle(lengths)
    plausible = max(longest + (longest - usual) + timedelta(hours=1), LEAST_SILENCE)
    if moment - last <= plausible:
        return Silence(False, usual, plausible)
    judged = lengths if len(lengths) >= _FEW else [end - start for start, end in gaps]
    return Silence(_alike(judged) or _expected(past, moment) >= _MISSED, usual, plausible)


def _meets(gap: tuple[datetime, datetime], moment: datetime) -> bool:
    return gap[0] <= moment + _ASIDE and gap[1] >= moment - _ASIDE


def _alike(lengths: Sequence[timedelta]) -> bool:
    seconds = [length.total_seconds() for length in lengths]
    return pstdev(seconds) <= _ALIKE * fmean(seconds)


def _expected(past: Sequence[datetime], moment: datetime) -> float:
    """How many articles the same stretch of the weeks before brought; by the mean rate where it is not known."""
    last = past[-1]
    stretches = [(last - k * WEEK, moment - k * WEEK) for k in range(1, WEEKS + 1)]
    known = [bisect_right(past, end) - bisect_right(past, start) for start, end in stretches if start >= past[0]]
    if len(known) >= 2 and moment - last <= WEEK:
        return fmean(known)
    return (len(past) - 1) * ((moment - last) / (last - past[0]))


def _middle(lengths: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(length.total_seconds() for length in lengths))
