"""What the API answers and takes of the work around the archive: outlets, digests, searches, accounts, troubles."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from press import Days, EditionState, OutletState
from storage.collecting.outlets import Announced
from storage.delivery.searches import AlertState, Run
from storage.people.accounts import Role


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


class OutletList(BaseModel):
    """One list an outlet announces its articles in, and how it was read last."""

    url: str
    kind: str
    last_asked: datetime | None
    last_ok: datetime | None
    last_new: datetime | None
    next_due: datetime
    failures: int
    outcome: str
    reason: str
    status: int | None


class WholeOutlet(BaseModel):
    """An outlet with its lists; `health` is null where it is not read."""

    slug: str
    name: str
    health: Outlet | None
    lists: list[OutletList]
    newest: list[Announced]


class GivenUp(BaseModel):
    """What is not tried again by itself: a list, an article's address, or a page."""

    id: str
    kind: str
    outlet: str
    url: str
    reason: str
    status: int | None
    since: datetime | None
    dropped_by: str
    dropped_at: datetime | None


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


class WholeEdition(Edition):
    """A digest with its mail."""

    plain: str
    html: str


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


class SearchState(BaseModel):
    """What a saved search is and how far it came."""

    id: int
    created_at: datetime
    last_run: datetime
    error: str = Field(description="why its last run found nothing")
    feed_url: str | None = Field(description="whoever has it reads the feed, without a login")


class ChangedSearch(BaseModel):
    """What a saved search looks for and when it tells; what is not named stays."""

    model_config = ConfigDict(extra="forbid")
    name: str = ""
    query: str = Field("", max_length=2000, description="one that alerts names a topic, a place or a matter")
    run: Run = Field("never", description="when mails go out; once: as soon as something is found")
    at: str = Field("07:00", description="of daily mails")
    quiet_from: str = Field("", description="no mail from this time of day")
    quiet_to: str = Field("", description="until this one")
    feed: bool = Field(False, description="an Atom feed")
    say_nothing: bool = Field(False, description="a mail also where there is nothing new")
    spike: bool = Field(False, description="a mail when today has far more than the last 14 days")


class NewSearch(ChangedSearch):
    """A search to save."""

    query: str = Field(max_length=2000, description="one that alerts names a topic, a place or a matter")


class SavedSearch(ChangedSearch, SearchState):
    """One of one's own saved searches."""

    model_config = ConfigDict(extra="ignore")


class Alert(BaseModel):
    """One mail of a saved search."""

    id: int
    created_at: datetime
    subject: str
    state: AlertState
    sent_at: datetime | None
    attempts: int
    error: str


class Entry(BaseModel):
    """An entry of the audit log."""

    id: int
    at: datetime
    who: str
    action: str
    target: str
    details: dict[str, Any]


class Chain(BaseModel):
    """Whether the audit log holds; `broken_at` is the first entry where it does not."""

    whole: bool
    entries: int
    broken_at: int | None
    why: str


class Account(BaseModel):
    """Who may log in; ended: who may not any more."""

    id: int
    email: str
    name: str
    role: Role
    second_factor: bool
    created_at: datetime
    ended_at: datetime | None


class NewAccount(BaseModel):
    """Whom to invite."""

    model_config = ConfigDict(extra="forbid")
    email: str = Field(max_length=200)
    role: Role = "reader"


class ChangedAccount(BaseModel):
    """What changes of an account; what is not named stays."""

    model_config = ConfigDict(extra="forbid")
    role: Role = "reader"
    ended: bool = False


class Invitation(BaseModel):
    """A one-time link, good for three days; it is told this once."""

    email: str
    link: str


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
