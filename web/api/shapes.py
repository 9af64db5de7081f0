"""What the API answers and takes of articles and stories, as its OpenAPI says it; articles are the contract's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from press import Language, Relevance

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


class Sentence(BaseModel):
    """A sentence that decided, verbatim, and the deciding words inside it."""

    sentence: str
    weight: float = Field(description="what the verdict loses without it, in log-odds; below zero: it speaks against")
    words: list[str]


class WholeTopic(Topic):
    """A topic with the sentences that decided."""

    sentences: list[Sentence] = Field(description="strongest first; [] where none were kept")


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
    topics: Sequence[Topic] = Field(description="strongest first")
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
    topics: Sequence[WholeTopic] = Field(description="strongest first")
    tone_score: float
    tone_evidence: list[str]
    tone_sentences: list[Sentence] = Field(
        description="what decided the tone, strongest first; one against it last; [] where none were kept"
    )
    chain: list[int] = Field(description="who reprinted whom: the original and its reprints, by date; [] = nobody")
    addresses: list[str] = Field(description="every address it was seen at")


class Copy(BaseModel):
    """A stored copy of a page; the bytes are in /export.warc."""

    id: int
    fetched_at: datetime
    sha256: str
    kept: bool


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
    """A merge (`story` took `other` in), a split (`other` left `story`) or a move (from `story` to `other`)."""

    id: int
    at: datetime
    who: str = Field(description='the person whose word it is, who can take it back; "": grouping itself')
    undone_at: datetime | None
    kind: str
    story: int
    other: int
    articles: list[int]


class WholeStory(Story):
    """A story with its articles, and what was merged into it or split off."""

    members: list[Article]
    history: list[StoryEvent]


class Merge(BaseModel):
    """The story to take in."""

    model_config = ConfigDict(extra="forbid")
    story: int = Field(ge=1, lt=2**63)


class Split(BaseModel):
    """The articles that leave: some, not all."""

    model_config = ConfigDict(extra="forbid")
    articles: list[Annotated[int, Field(ge=1, lt=2**63)]] = Field(min_length=1, max_length=1000)


class Move(BaseModel):
    """The story to move an article into; null: one of its own."""

    model_config = ConfigDict(extra="forbid")
    story: int | None = Field(ge=1, lt=2**63)


class Unit(BaseModel):
    """A unit or landmark of the area; `today`: it is one now."""

    name: str
    code: str
    valid_from: str
    title: str
    today: bool


class PlaceKey(BaseModel):
    """A place by what names it: as an article's `places` or /units have it."""

    model_config = ConfigDict(extra="forbid")
    name: str
    code: str
    valid_from: str


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
    places: list[PlaceKey] = Field([], max_length=100, description="all places it shall have, see /units; [] = none")
