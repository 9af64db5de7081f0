"""The register's objects for programs: what is given of a matter, and what may be sent of one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from press.matters import After, Form, LetterKind, State, UnitKind


class Units(BaseModel):
    """Who answers."""

    lead: str | None
    with_: list[str] = Field(alias="with")


class Coverage(BaseModel):
    """One article of a matter; `first`: it reported it first."""

    id: int
    url: str
    outlet: str
    title: str
    published_at: datetime | None
    story: int | None
    first: bool


class ALetter(BaseModel):
    """A letter; days are ISO, "" = not said."""

    kind: LetterKind
    number: str
    date: str
    received: str
    link: str


class Term(BaseModel):
    """One deadline, the law's or the letter's; `why` there is no date."""

    rule: str
    clause: str
    from_: datetime | None = Field(alias="from")
    until: datetime | None
    until_unrolled: datetime | None
    confirmed: bool | None
    applies: bool
    why: str | None


class Answer(BaseModel):
    """What was answered."""

    at: datetime
    letter: str | None
    date: str | None
    form: str | None
    to: str | None


class OutletAfter(BaseModel):
    """What the outlet did then."""

    what: str
    date: str | None


class Matter(BaseModel):
    """A matter of the register; `version` goes up with each change."""

    number: str
    version: int
    subject: str
    state: State
    kind: str
    field: str
    places: list[str]
    received: datetime | None
    opened: datetime
    units: Units
    articles: list[Coverage]
    letters: list[ALetter]
    deadlines: list[Term]
    overdue: bool
    due_soon: bool
    answer: Answer | None
    outlet_after: OutletAfter | None
    result: str | None
    ground: str | None
    passed_to: str | None
    merged_into: str | None


class AUnit(BaseModel):
    """A unit that answers; days are ISO, "" = open."""

    id: int
    name: str
    kind: UnitKind
    code: str
    email: str
    valid_from: str
    valid_to: str
    successor: int | None
    version: int


class Made(BaseModel):
    """A report that was made; days are ISO, both included."""

    id: int
    report: Literal["weekly", "annual"]
    from_: str = Field(alias="from")
    to: str
    made_at: datetime


class Given(BaseModel):
    """What is sent: nothing unknown."""

    model_config = ConfigDict(extra="forbid")


class NewMatter(Given):
    """A matter to be opened: from a story, an article, or a subject alone."""

    kind: str
    subject: str = Field("", max_length=2000)
    story: int | None = None
    article: int | None = None
    received: AwareDatetime | None = None
    field: str = ""
    places: list[str] = []


class NewLetter(Given):
    """A letter; without a kind that of the matter's."""

    kind: LetterKind | None = None
    number: str = Field(min_length=1, max_length=200)
    day: date | None = Field(None, alias="date")
    received: date | None = None
    link: str = Field("", max_length=2000)


class Assigned(Given):
    """Which unit answers, by which letter, until which day."""

    lead: str
    with_: list[str] = Field([], alias="with")
    letter: str = ""
    day: date | None = Field(None, alias="date")
    until: date | None = None
    version: int | None = None


class Answered(Given):
    """What was answered."""

    letter: str = ""
    day: date | None = Field(None, alias="date")
    form: Form = "written"
    to: str = ""
    at: AwareDatetime | None = None
    version: int | None = None


class Closed(Given):
    """What came of it."""

    result: str = Field(min_length=1, max_length=2000)
    version: int | None = None


class Passed(Given):
    """To which unit it was passed on, since it is not this office's."""

    unit: str = Field(min_length=1, max_length=500)
    version: int | None = None


class Refused(Given):
    """On which ground an answer is refused."""

    ground: str = Field(min_length=1, max_length=2000)
    version: int | None = None


class Merged(Given):
    """The matter it is merged into, such as 7/2026."""

    into: str = Field(min_length=1, max_length=20)
    version: int | None = None


class Covered(Given):
    """One more story or article it stands on."""

    story: int | None = None
    article: int | None = None


class ChangedMatter(Given):
    """What is noted of a matter: only what is named changes; `letter`: one of the press that came since."""

    subject: str | None = Field(None, min_length=1, max_length=2000)
    kind: str | None = None
    field: str | None = None
    places: list[str] | None = None
    state: State | None = None
    received: AwareDatetime | None = None
    until: date | None = None
    outlet_after: After | None = None
    outlet_after_on: date | None = None
    letter: NewLetter | None = None
    version: int | None = None
