"""How coverage moves: periods in the reader's days and weeks, and this month beside the last and last year's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from storage import coverage
from storage.coverage.counts import Among, Dated

DAILY = 31  # a period of up to so many days is shown by day, a longer one by week

Tones = Counter[int | None]


@dataclass(frozen=True, slots=True)
class Span:
    """The last `days` days up to `until`, today the last of them; `steps` are the first days of what a chart shows."""

    days: int
    since: datetime
    until: datetime
    zone: ZoneInfo
    weekly: bool
    steps: tuple[date, ...]

    def step(self, at: datetime) -> date:
        """Return the step an instant belongs to."""
        day = at.astimezone(self.zone).date()
        return max(_monday(day), self.steps[0]) if self.weekly else day

    def counted(self, instants: Iterable[datetime]) -> tuple[int, ...]:
        """Return how many instants each step has."""
        return self.line(Counter(self.step(at) for at in instants))

    def line(self, found: Mapping[date, int]) -> tuple[int, ...]:
        """Return the number of each step, where only those with any are known."""
        return tuple(found.get(step, 0) for step in self.steps)

    def by_tone(self, dated: Iterable[tuple[datetime, int | None]]) -> tuple[tuple[date, Tones], ...]:
        """Return each step with its tones."""
        found: dict[date, Tones] = {step: Counter() for step in self.steps}
        for at, tone in dated:
            found[self.step(at)][tone] += 1
        return tuple(found.items())


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def span(days: int, now: datetime, zone: ZoneInfo) -> Span:
    """Return the period of the last `days` days, `now` included."""
    local = now.astimezone(zone)
    first = local.date() - timedelta(days=days - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=zone)
    every = [first + timedelta(days=n) for n in range(days)]
    weekly = days > DAILY
    steps = [day for day in every if day == first or day.weekday() == 0] if weekly else every
    return Span(days, since, now, zone, weekly, tuple(steps))


@dataclass(frozen=True, slots=True)
class Months:
    """This month up to an instant, the whole last month, and the same month of last year: [since, until) each."""

    this: tuple[datetime, datetime]
    last: tuple[datetime, datetime]
    last_year: tuple[datetime, datetime]


def months(until: datetime, zone: ZoneInfo) -> Months:
    """Return the months that are compared at `until`."""
    month = until.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last = (month - timedelta(days=1)).replace(day=1)
    year = month.replace(year=month.year - 1)
    return Months((month, until), (last, month), (year, (year + timedelta(days=32)).replace(day=1)))


def negative(tones: Tones) -> float | None:
    """Return the share of negative articles among those whose tone is known; None without any."""
    known = tones.total() - tones[None]
    return tones[-1] / known if known else None


@dataclass(frozen=True, slots=True)
class Compared:
    """This month's tones, and the shares of negative articles to compare; None: the archive does not reach back."""

    month: Tones
    last_month: float | None
    last_year: float | None


def compared(db: Connection, until: datetime, zone: ZoneInfo, among: Among | None = None) -> Compared:
    """Compare the months at `until`."""
    which, first = months(until, zone), coverage.counts.first_dated(db)

    def share(period: tuple[datetime, datetime]) -> float | None:
        if first is None or first > period[0]:
            return None
        return negative(coverage.counts.tones(db, *period, among))

    return Compared(coverage.counts.tones(db, *which.this, among), share(which.last), share(which.last_year))


def topic_tones(topics: Mapping[str, Sequence[Dated]]) -> dict[str, Tones]:
    """Return topic -> tone -> how many of its articles."""
    return {topic: Counter(one.tone for one in of) for topic, of in topics.items()}


def topics_compared(db: Connection, until: datetime, zone: ZoneInfo) -> dict[str, Compared]:
    """Compare the months of every topic that has an article in one of them."""
    which, first = months(until, zone), coverage.counts.first_dated(db)
    periods = (which.this, which.last, which.last_year)
    found = [topic_tones(coverage.counts.topics(db, *period)) for period in periods]
    reached = [first is not None and first <= period[0] for period in periods]

    def share(topic: str, at: int) -> float | None:
        return negative(found[at].get(topic, Counter())) if reached[at] else None

    every = {topic for tones in found for topic in tones}
    return {topic: Compared(found[0].get(topic, Counter()), share(topic, 1), share(topic, 2)) for topic in every}
