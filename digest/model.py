"""The values of a digest: what composing needs (`Request`) and what it makes (`Digest`), both plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from press import Article, Language, OutletHealth, Story, Subscription

Tone = Literal["positive", "neutral", "negative", "unknown"]
TONES: tuple[Tone, ...] = ("positive", "neutral", "negative", "unknown")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Figures of the whole area; shares are 0..1. None: the archive has no such data, the phrase is left out."""

    today: int | None = None  #: articles of the period; None: counted from the candidates
    mean_14d: float | None = None
    month: int | None = None  #: month to date
    month_negative: float | None = None
    last_month_negative: float | None = None
    last_year_negative: float | None = None  #: the same month of last year
    daily: tuple[tuple[date, int], ...] = ()  #: articles a day, oldest first, for the chart


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter of the register: what the press raised, who answers by when; `result` where it is done."""

    number: str
    subject: str
    field: str
    places: tuple[str, ...]
    unit: str  #: who answers; empty: nobody yet
    until: datetime | None
    late: bool
    waiting: bool  #: an answer is still owed
    joined: int  #: articles that joined it in the period
    page: str  #: the path of its page in the archive
    result: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """All that one edition is made of; `articles` are candidates, older ones of the same stories among them."""

    subscription: Subscription
    start: datetime  #: the period is start <= t < end
    end: datetime
    articles: Sequence[Article]
    stories: Sequence[Story]
    outlets: Mapping[str, str]  #: slug -> name
    delivered: frozenset[int]  #: article ids this subscription already got
    coverage: Sequence[OutletHealth]
    numbers: Numbers
    area: str  #: as a reader knows it, e.g. "Sóc Trăng (địa giới trước 01/7/2025)"
    timezone: ZoneInfo
    now: datetime
    last_seen: int | None = None  #: highest article id when the last delivered edition was composed; None: no edition
    archive_url: str = ""  #: what links to archive pages begin with; empty: no such links
    operator: str = ""  #: who mends a wrong label; empty: nobody is named
    matters: Sequence[Matter] = ()  #: that owe an answer, late ones first; then answered ones with new coverage; done


@dataclass(frozen=True, slots=True)
class Source:
    """One more outlet of a story, with its own article; `url` is empty where it is not a web address."""

    outlet: str
    url: str


@dataclass(frozen=True, slots=True)
class Item:
    """One story as the mail shows it, by its original (or, for news of a known story, its newest) article."""

    article: int
    story: int | None
    topic: str
    title: str
    url: str
    outlet: str
    when: str
    language: Language
    tone: Tone
    lead: str  #: the outlet's own, shortened, without quotation marks; may be empty
    facts: tuple[str, ...]  #: in the reader's language: "3 báo, 5 bài", "đăng lại: 2 báo", "diễn biến mới"
    reason: str  #: why it matters, a sentence made from data
    others: tuple[Source, ...] = ()
    archive_url: str = ""
    decided: str = ""  #: the sentence that decided the tone, shortened; the title where that did; may be empty
    rank: int = 0  #: 1..3 where the summary shows it, else 0


@dataclass(frozen=True, slots=True)
class Line:
    """One matter as the mail shows it; `facts` are in the reader's language."""

    number: str
    subject: str
    facts: tuple[str, ...]
    late: bool
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """The stories of one field."""

    topic: str
    label: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart; `share` is its length in per cent of the longest."""

    label: str
    value: int
    share: int


@dataclass(frozen=True, slots=True)
class Digest:
    """One edition, ready to be laid out: every sentence is in the reader's language, in the order of the mail."""

    subscription: int
    recipient: str
    language: Literal["vi", "en"]
    start: datetime
    end: datetime
    now: datetime
    subject: str
    area: str
    date: str  #: "Thứ Tư, 05/8/2026"
    period: str
    counts: tuple[tuple[int, str], ...]  #: (9, "sự kiện"), (23, "bài"), (11, "báo")
    tally: str  #: the same as a phrase: "9 sự kiện, 23 bài trên 11 báo"
    tones: tuple[tuple[Tone, str, int], ...]  #: stories by tone, with its word
    filters: str  #: what the reader asked for, in words; empty: everything
    coverage_short: str
    nothing: str  #: said in words when no story of the area is in the period
    summary: tuple[Item, ...]
    sections: tuple[Section, ...]
    khmer: tuple[Item, ...]
    related: tuple[Item, ...]
    more: str  #: what did not fit, in words
    more_items: tuple[Item, ...]  #: the first of them, as headlines
    more_url: str
    numbers: tuple[str, ...]
    topics: tuple[Bar, ...]
    daily: tuple[Bar, ...]
    daily_label: str
    coverage: tuple[str, ...]
    correct: str  #: how to correct a label
    correct_url: str
    owed: tuple[Line, ...] = ()  #: matters that need an answer, late ones first, and open ones with new coverage
    owed_more: str = ""  #: how many more there are, in words
    done: tuple[Line, ...] = ()  #: matters that have a result since the last edition
    articles: tuple[int, ...] = field(default=())  #: what this edition delivers, in its order
