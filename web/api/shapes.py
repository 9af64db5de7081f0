"""What the API answers and takes, as its OpenAPI says it; article objects are the contract's."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from press import Days, EditionState, Language, OutletState, Relevance
from storage.accounts import Role

Row = TypeVar("Row")


class Page(BaseModel, Generic[Row]):
    """A page of a list; `next` is what to send as `after` for the one behind it, null on the last."""

    items: list[Row]
    next: str | None


class Topic(BaseModel):
    """A topic with its score and the words of the text that decided."""

    id: str
    score: float
    evidence: list[str]


class Place(BaseModel):
    """A unit or landmark a text names; code and valid_from are its key, `evidence` says why it is this one."""

    name: str
    code: str
    as_written: str
    evidence: str
    valid_from: str
    score: float
    in_area: bool


class Article(BaseModel):
    """An article as the archive shows it: corrections are in it."""

    id: int
    url: str
    outlet: str
    title: str
    lead: str
    language: Language
    published_at: datetime | None
    fetched_at: datetime
    relevance: Relevance
    topics: list[Topic] = Field(description="strongest first")
    tone: Literal[-1, 0, 1] | None = Field(description="of what is reported; null: not decidable")
    places: list[Place]
    story: int | None
    reprint_of: int | None
    versions: int = Field(description="how many texts it has had")
    vanished_at: datetime | None = Field(description="when its outlet was seen to have taken it down")
    model: str


class WholeArticle(Article):
    """An article with its text and the evidence of every tag."""

    body: str
    section: str
    published_raw: str
    date_source: str
    relevance_score: float
    relevance_evidence: list[str]
    tone_score: float
    tone_evidence: list[str]


class Version(BaseModel):
    """One text an article had; number 1 is what was read first."""

    number: int
    title: str
    lead: str
    body: str
    fetched_at: datetime
    published_at: datetime | None


class Count(BaseModel):
    """How many of the articles found have a value; of places `in` is the unit it lies in."""

    model_config = ConfigDict(populate_by_name=True)
    value: str
    label: str | None = None
    count: int
    within: str | None = Field(None, alias="in")


class Bar(BaseModel):
    """A bar of the histogram: the articles of the day, week or month that begins on `from`."""

    model_config = ConfigDict(populate_by_name=True)
    since: date = Field(alias="from")
    count: int


class Building(BaseModel):
    """While the search index is being built: how many articles of how many are in it."""

    done: int
    of: int


class Found(BaseModel):
    """What a query found: the contract's object; facets and histogram where they were asked for."""

    total: int
    took_ms: float
    hits: list[Article]
    next: str | None
    facets: dict[str, list[Count]] | None = None
    histogram: list[Bar] | None = None
    building: Building | None = None


class Counts(BaseModel):
    """How the articles of a query are spread over places or topics."""

    total: int
    items: list[Count]


class Completion(BaseModel):
    """One way to go on with a query: the whole query, words for a person, how many articles (where known)."""

    query: str
    label: str
    count: int | None


class Story(BaseModel):
    """Coverage of one event: its articles in the order of publication, the first the original."""

    id: int
    title: str
    articles: list[int]
    outlets: list[str]
    first_at: datetime
    last_at: datetime


class StoryEvent(BaseModel):
    """A merge (`story` took `other` in) or a split (`other` left `story`)."""

    at: datetime
    kind: str
    story: int
    other: int
    articles: list[int]


class WholeStory(Story):
    """A story with its articles, and what was merged into it or split off."""

    members: list[Article]
    history: list[StoryEvent]


class Outlet(BaseModel):
    """An outlet's health, with what to do about it."""

    slug: str
    name: str
    state: OutletState
    since: datetime | None
    last_ok: datetime | None
    last_error: str
    next_due: datetime | None
    articles_24h: int
    usual_gap_hours: float | None
    plausible_gap_hours: float | None
    last_asked: datetime | None
    advice: str


class Edition(BaseModel):
    """A digest for one reader and one period; `email` is shown to administrators."""

    id: int
    subscription: int
    email: str | None = None
    period_start: datetime
    period_end: datetime
    state: EditionState
    message_id: str
    subject: str
    articles: list[int]
    error: str
    attempts: int


class Correction(BaseModel):
    """A field of an article that a person put right."""

    id: int
    article: int
    field: str
    before: Any
    after: Any
    who: str
    at: datetime
    undone_at: datetime | None


class NewCorrection(BaseModel):
    """What to put right; fields that are not named stay."""

    model_config = ConfigDict(extra="forbid")
    topics: list[str] = Field([], description="one to three ids, strongest first")
    tone: StrictInt | None = Field(None, description="-1, 0, 1; null: not decidable")
    relevance: str = Field("", description="focus, mention, passing or none")


class Subscription(BaseModel):
    """Who gets the digest, when, and which of it; empty topics or places mean all."""

    id: int
    email: str
    name: str
    at: str
    days: Days
    topics: list[str]
    places: list[str]
    language: Literal["vi", "en"]
    created_at: datetime
    ended_at: datetime | None


class NewSubscription(BaseModel):
    """A subscription to make, or the wishes of an existing address that change; what is not named stays."""

    model_config = ConfigDict(extra="forbid")
    email: str
    name: str | None = None
    at: str | None = Field(None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    days: Days | None = None
    topics: list[str] | None = None
    places: list[str] | None = None
    language: Literal["vi", "en"] | None = None


class Entry(BaseModel):
    """An entry of the audit log."""

    id: int
    at: datetime
    who: str
    action: str
    target: str
    details: dict[str, Any]


class Me(BaseModel):
    """Who asks; `csrf` is what a session sends as x-csrf-token with everything that changes something."""

    email: str
    name: str
    role: Role
    scopes: list[str] | None = Field(description="of the key; null for a session")
    csrf: str | None


class Problem(BaseModel):
    """What is wrong (RFC 9457); `at` and `length` point into a query, `errors` name wrong parameters."""

    type: str
    title: str
    status: int
    detail: str
    at: int | None = None
    length: int | None = None
    errors: list[dict[str, str]] | None = None
