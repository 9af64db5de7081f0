"""What the API answers of figures, as its OpenAPI says it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from web.api.shapes import Count


class Tones(BaseModel):
    """How many articles have each tone; none: not decidable."""

    positive: int
    neutral: int
    negative: int
    none: int


class Step(BaseModel):
    """A day, or a week where the period is longer than a month; `from` is its first day."""

    model_config = ConfigDict(populate_by_name=True)
    since: date = Field(alias="from")
    count: int
    tones: Tones


class Months(BaseModel):
    """The share of negative articles among those whose tone is known; null: the archive does not reach back."""

    this_month: float | None
    last_month: float | None
    last_year: float | None = Field(description="of the same month")


class Group(BaseModel):
    """A story as far as it belongs here, newest article first; `story` is null for an article on its own."""

    story: int | None
    title: str
    articles: list[int]


class News(BaseModel):
    """A story of today; a `matter` is one that an agency should answer, or that tells of harm."""

    story: int | None
    title: str
    outlet: str
    articles: list[int]
    tone: Literal[-1, 0, 1] | None
    matter: bool


class Today(BaseModel):
    """Today at a glance."""

    area: str
    since: datetime
    until: datetime
    since_midnight: Tones
    last_24_hours: Tones
    stories: list[News]


class Unit(BaseModel):
    """A unit's coverage: articles that name it, a place in it or what became of it; `named`: the unit itself."""

    code: str
    title: str
    today: bool
    count: int
    named: int
    tones: Tones


class Period(BaseModel):
    """The period that is counted: [since, until)."""

    since: datetime
    until: datetime


class AreaCoverage(Period):
    """Every unit of the area."""

    count: int
    tones: Tones
    units: list[Unit]


class Told(Period):
    """What is told of a unit and of a topic alike."""

    steps: list[Step]
    outlets: list[Count]
    stories: list[Group]
    negative: Months


class UnitCoverage(Unit, Told):
    """One unit."""

    topics: list[Count]


class Topic(BaseModel):
    """A topic's coverage."""

    topic: str
    count: int
    tones: Tones
    negative: Months


class TopicsCoverage(Period):
    """Every topic, most articles first."""

    topics: list[Topic]


class TopicCoverage(Topic, Told):
    """One topic."""

    places: list[Count]
