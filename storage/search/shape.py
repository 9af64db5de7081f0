"""The shape of the index: its fields, and the entry of one article. A change here raises VERSION: old indexes go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Final, Literal, NamedTuple, Protocol

import tantivy

from storage.search.words import BREAK, Words

Span = Literal["day", "week", "month"]
VERSION: Final = 4
ZONE: Final = timezone(timedelta(hours=7))  # Asia/Ho_Chi_Minh since 1975: days of the histogram, from: and to:
FACETS: Final = ("outlet", "topic", "place", "tone", "language", "relevance")
TONES: Final = {-1: "negative", 0: "neutral", 1: "positive", None: "none"}
NONE: Final = "-"  #: what a column has where an article has no value
#: Columns that facets are counted from. One with exactly one value an article is counted in a fifth of the time of one
#: that some articles have not, and in a twentieth of one with several. So what has few values stands together in one
#: (tone, language and relevance; all topics), and each unit has one of its own; only what is left over needs the last.
TRAITS: Final = ("tone", "language", "relevance")
PLACES: Final = ("place1", "place2", "place3", "place_more")  #: the units an article names
ABOVE: Final = ("above1", "above2", "above3", "above4", "above5", "above_more")  #: those that contain them
COUNTED: Final = ("outlet", "traits", "topics", *PLACES, *ABOVE)
#: Bars of the histogram; each is kept as the number of its first day.
SPANS: Final[tuple[Span, ...]] = ("day", "week", "month")
_ID_BITS: Final = 30


class Places(Protocol):
    """What searching needs to know of the units of the country; keys are its own, any text without spaces."""

    def chain(self, code: str, valid_from: str, name: str) -> Sequence[str]:
        """The keys of a place and of what contains it in its own period, the place first; the facet's tree."""
        ...

    def lineage(self, code: str, valid_from: str, name: str) -> Sequence[str]:
        """The keys of every unit a search for which finds this place: also what it belonged to before or since."""
        ...

    def named(self, name: str) -> Sequence[str]:
        """The keys a name or code means; empty for an unknown one."""
        ...

    def title(self, key: str) -> str:
        """The name a person reads."""
        ...

    def parent(self, key: str) -> str:
        """The key of the unit that contains it in its own period, "" for none."""
        ...

    def names(self) -> Sequence[str]:
        """All names, for completion and for suggestions."""
        ...


class Row(NamedTuple):
    """An article as the index takes it."""

    id: int
    seq: int
    outlet: str
    language: str
    title: str
    lead: str
    body: str
    dated_at: datetime
    relevance: str
    tone: int | None
    topics: Sequence[str]
    places: Sequence[tuple[str, str, str]]  #: code, valid_from, name


@cache
def schema() -> tantivy.Schema:
    """The fields: two forms of the text, what is counted and filtered, what is sorted by."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_integer_field("seq", fast=True)
    builder.add_unsigned_field("rank", fast=True)  # see `rank`: newest first, dates, and the id of a hit in one number
    for span in SPANS:
        builder.add_integer_field(span, fast=True)
    for name in ("text", "text_folded", "title", "title_folded"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("within", tokenizer_name="whitespace", index_option="basic")  # all units a place lies in
    for name in ("topic", *TRAITS):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for name in COUNTED:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


def open_folder(folder: Path) -> tantivy.Index:
    """The index in a folder, made if it is empty; ValueError or OSError where it is damaged."""
    index = tantivy.Index(schema(), path=str(folder), reuse=True)
    index.config_reader("manual")
    return index


def rank(at: datetime, article_id: int) -> int:
    """One number that orders articles by date and then id, and from which both can be had again."""
    return (max(0, int(at.timestamp())) << _ID_BITS) | (article_id & ((1 << _ID_BITS) - 1))


def id_of(number: int) -> int:
    """The article of a rank."""
    return number & ((1 << _ID_BITS) - 1)


def span_of(days: int) -> int:
    """How far the ranks of articles so many days apart are from each other."""
    return days * 86400 << _ID_BITS


def first_rank(day: date) -> int:
    """The lowest rank of a day."""
    return rank(datetime(day.year, day.month, day.day, tzinfo=ZONE), 0)


def begin(day: date, span: Span) -> date:
    """The first day of the week (Monday) or month of a day."""
    if span == "week":
        return date.fromordinal(max(1, day.toordinal() - day.weekday()))
    return day.replace(day=1) if span == "month" else day


def entry(row: Row, words: Words, places: Places) -> tantivy.Document:
    """The entry of one article."""
    text, folded = words.forms(row.title, row.lead, row.body)
    document = tantivy.Document()
    document.add_integer("id", row.id)
    document.add_integer("seq", row.seq)
    document.add_unsigned("rank", rank(row.dated_at, row.id))
    day = row.dated_at.astimezone(ZONE).date()
    for span in SPANS:
        document.add_integer(span, begin(day, span).toordinal())
    document.add_text("text", text)
    document.add_text("text_folded", folded)
    document.add_text("title", text.partition(BREAK)[0])
    document.add_text("title_folded", folded.partition(BREAK)[0])
    document.add_text("outlet", row.outlet)
    traits = (TONES[row.tone], row.language, row.relevance)
    for name, value in zip(TRAITS, traits, strict=True):
        document.add_text(name, value)
    document.add_text("traits", " ".join(traits))
    document.add_text("topic", " ".join(row.topics))
    document.add_text("topics", " ".join(sorted(row.topics)) or NONE)
    chains = [places.chain(*place) for place in row.places]
    own = dict.fromkeys(chain[0] for chain in chains)
    _into_slots(document, PLACES, list(own))
    _into_slots(document, ABOVE, list(dict.fromkeys(key for chain in chains for key in chain if key not in own)))
    document.add_text("within", " ".join({key for place in row.places for key in places.lineage(*place)}))
    return document


def _into_slots(document: tantivy.Document, columns: Sequence[str], keys: Sequence[str]) -> None:
    *slots, last = columns
    for slot, key in zip_longest(slots, keys[: len(slots)], fillvalue=NONE):
        document.add_text(slot, key)
    for key in keys[len(slots) :]:
        document.add_text(last, key)
