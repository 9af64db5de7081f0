"""The vocabulary of the product: the values every package shares. Imports nothing of ours.

Different types for different moments of life: what a list served (`Link`), what the network gave (`Page`), what the
extractor read (`Draft`), what the analysis judged (`Judgement`), what the archive returns (`Article`). All instants
are timezone-aware UTC datetimes; all text is NFC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Language = Literal["vi", "km", "en"]
Level = Literal["central", "local", "international"]
Relevance = Literal["focus", "mention", "passing", "none"]
FeedKind = Literal["feed", "section", "sitemap"]
OutletState = Literal["ok", "silent", "down", "blocked", "layout_changed", "never_read"]
Days = Literal["daily", "mon-fri", "workdays"]  #: workdays: without the public holidays of Vietnam
EditionState = Literal["composed", "claimed", "sent", "failed", "unknown"]

RELEVANCES: tuple[Relevance, ...] = ("focus", "mention", "passing", "none")

#: Topic id -> (Vietnamese label, English label), in the order a digest lists its sections.
TOPICS: Mapping[str, tuple[str, str]] = {
    "government": ("Chính quyền, xây dựng Đảng", "Government"),
    "citizen_feedback": ("Phản ánh, kiến nghị", "Citizens' feedback"),
    "law_order": ("Pháp luật, an ninh trật tự", "Law and order"),
    "accidents": ("Tai nạn, sự cố", "Accidents"),
    "environment": ("Môi trường, thiên tai", "Environment and disasters"),
    "agriculture": ("Nông nghiệp, thủy sản", "Agriculture and fisheries"),
    "economy": ("Kinh tế, doanh nghiệp", "Economy and business"),
    "infrastructure": ("Hạ tầng, giao thông, đất đai", "Infrastructure, transport, land"),
    "social_security": ("An sinh xã hội", "Social security"),
    "ethnic_affairs": ("Dân tộc", "Ethnic affairs"),
    "religion": ("Tín ngưỡng, tôn giáo", "Belief and religion"),
    "education": ("Giáo dục", "Education"),
    "health": ("Y tế", "Health"),
    "vulnerable_groups": ("Trẻ em, phụ nữ, người cao tuổi, người khuyết tật", "Children, women, elderly, disabled"),
    "human_rights": ("Quyền con người", "Human rights"),
    "culture_tourism": ("Văn hóa, thể thao, du lịch", "Culture, sport, tourism"),
    "press_media": ("Báo chí, truyền thông", "Press and media"),
    "foreign_affairs": ("Đối ngoại", "Foreign affairs"),
    "other": ("Khác", "Other"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A section page of an outlet without a feed: its address and the CSS selector of its article links."""

    url: str
    links: str


@dataclass(frozen=True, slots=True)
class Outlet:
    """One press outlet as the catalogue describes it; selectors are CSS, empty where the generic extractor serves."""

    slug: str
    name: str
    language: Language
    level: Level
    site: str = ""
    feeds: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    sitemaps: tuple[str, ...] = ()
    title: str = ""
    lead: str = ""
    body: str = ""
    date: str = ""
    drop: str = ""  #: what to remove from the body: related boxes, captions, players
    dates: str = ""  #: "dmy" where slashed feed dates are day first (default: month first with AM/PM)
    disabled: str = ""  #: why this outlet is never read; empty = in use
    verified: bool = False  #: the selectors were tried on a real page
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: done, later (`at` says when), never (`reason` says why)."""

    kind: Literal["done", "later", "never"]
    reason: str = ""
    at: datetime | None = None
    waited: bool = False  #: the host kept us waiting: no failure of the article itself


@dataclass(frozen=True, slots=True)
class Child:
    """One sitemap of an index, with what its last answer left for a conditional request."""

    url: str
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """One list of an outlet that is asked again and again, with what the last answer left for a conditional request."""

    outlet: str
    kind: FeedKind
    url: str
    links: str = ""  #: CSS selector, section pages only
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""  #: of the last body, where servers ignore conditions
    ask: str = ""  #: where to ask instead: it moved there for good, and long ago
    children: tuple[Child, ...] = ()  #: of a sitemap index: the sitemaps to ask as well, whether it changed or not
    doubted: bool = False  #: silent for longer than its rhythm explains: one "unchanged" is not to be believed
    #: When it was last asked without conditions for that, or for the first time; bookkeeping, no part of what it is.
    doubted_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Link:
    """One article as a list announces it. `url` is canonical, `served_url` is what to ask for."""

    url: str
    served_url: str
    outlet: str
    title: str = ""
    lead: str = ""
    section: str = ""
    published_at: datetime | None = None
    published_raw: str = ""
    zone: Literal["served", "assumed", "none"] = "none"


@dataclass(frozen=True, slots=True)
class FeedReading:
    """What one request for a feed gave; `links` is empty when nothing changed."""

    feed: Feed  #: with the new etag, last_modified, sha256
    outcome: Outcome
    status: int | None  #: HTTP status; None when no answer came
    fetched_at: datetime
    not_modified: bool = False
    links: tuple[Link, ...] = ()
    problems: tuple[str, ...] = ()
    moved: str = ""  #: the address it moved to for good, where one was told
    doubted: bool = False  #: it was asked again without conditions, since what it said could not be believed


@dataclass(frozen=True, slots=True)
class Reading:
    """An article URL that is due: its link, and what a re-reading needs for its condition (empty the first time)."""

    link: Link
    attempt: int = 0  #: failures so far
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    waits: int = 0  #: of the failures, those where the host kept us waiting


@dataclass(frozen=True, slots=True)
class Robots:
    """The robots.txt of one origin as it was last read; good for any run until it expires."""

    url: str
    status: int
    body: bytes
    etag: str
    last_modified: str
    fetched_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """A page as the network gave it, kept as evidence so that extraction can be run again years later."""

    url: str  #: canonical, the link's
    final_url: str
    outlet: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What the extractor read from a page; body paragraphs are separated by one newline."""

    url: str
    canonical_url: str
    title: str
    lead: str
    body: str
    language: Language
    published_at: datetime | None
    published_raw: str
    date_source: str  #: a key of `press.evidence.RANKS`, "" without a date
    section: str = ""
    problems: tuple[str, ...] = ()
    dateline: str = ""  #: agency or place in front of the lead: "(Dân trí)", "Sóc Trăng (TTXVN)"


@dataclass(frozen=True, slots=True)
class Deciding:
    """A sentence that decided a verdict, verbatim, and the deciding words inside it.

    `weight`: the log-odds lost without it; below zero where it speaks against the verdict.
    """

    sentence: str
    weight: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicTag:
    """One topic with its calibrated score (0..1) and the words of the text that decided, verbatim."""

    id: str
    score: float
    evidence: tuple[str, ...] = ()
    sentences: tuple[Deciding, ...] = ()  #: strongest first; where somebody asked which they are


@dataclass(frozen=True, slots=True)
class Place:
    """One unit or landmark recognised in a text; code + valid_from is the key, `evidence` says in words why."""

    name: str
    code: str
    as_written: str
    evidence: str
    valid_from: str = ""  #: ISO date, empty where the beginning is not known
    score: float = 1.0
    in_area: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the analysis says of one text; every part carries its evidence, `model` names what made it."""

    language: Language
    relevance: Relevance
    relevance_score: float
    relevance_evidence: tuple[str, ...]
    topics: tuple[TopicTag, ...]  #: strongest first
    tone: int | None  #: -1, 0, 1; None where it is not decidable
    tone_score: float
    tone_evidence: tuple[str, ...]
    places: tuple[Place, ...]
    model: str
    #: strongest first, one that weighs against the tone last; where somebody asked which they are
    tone_sentences: tuple[Deciding, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One article as the archive returns it: its newest version, its judgement, its story."""

    id: int
    url: str
    outlet: str
    title: str
    lead: str
    body: str
    language: Language
    published_at: datetime | None
    fetched_at: datetime
    relevance: Relevance = "none"
    relevance_score: float = 0.0
    relevance_evidence: tuple[str, ...] = ()
    topics: tuple[TopicTag, ...] = ()
    tone: int | None = None
    tone_score: float = 0.0
    tone_evidence: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    story: int | None = None
    reprint_of: int | None = None
    versions: int = 1
    section: str = ""
    published_raw: str = ""
    date_source: str = ""
    vanished_at: datetime | None = None
    model: str = ""
    tone_sentences: tuple[Deciding, ...] = ()  #: as `Judgement` has them, where they were kept and the tone stands


@dataclass(frozen=True, slots=True)
class Story:
    """Coverage of one event: the articles in order of publication, the first of them the original."""

    id: int
    title: str
    articles: tuple[int, ...]
    outlets: tuple[str, ...]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class OutletHealth:
    """One outlet's state as its own data show it (contract: `diembao outlets --json`)."""

    slug: str
    name: str
    state: OutletState
    since: datetime | None = None
    last_ok: datetime | None = None
    last_error: str = ""
    next_due: datetime | None = None
    articles_24h: int = 0
    usual_gap_hours: float | None = None  #: the outlet's own rhythm, for the words of a silence
    plausible_gap_hours: float | None = None  #: the longest gap at this hour of the week that would raise nothing
    last_asked: datetime | None = None  #: the last attempt at any of its lists


@dataclass(frozen=True, slots=True)
class Subscription:
    """One reader's order: when, which days, what of it. Empty topics or places mean all."""

    id: int
    email: str
    name: str
    at: str  #: HH:MM in the digest's time zone
    days: Days
    topics: tuple[str, ...]
    places: tuple[str, ...]
    language: Literal["vi", "en"]
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One digest for one reader and one period, a row of the delivery ledger."""

    id: int
    subscription: int
    period_start: datetime
    period_end: datetime
    state: EditionState
    message_id: str
    subject: str = ""
    articles: tuple[int, ...] = ()
    message: bytes = field(default=b"", repr=False)  #: the whole mail as it is sent
    error: str = ""
    attempts: int = 0
