"""A query's tree as the index asks it: words in the right form, fields with known values, dates as ranges."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final

import tantivy

from press import RELEVANCES, TOPICS
from press.spelling import spelt_text
from press.text import fold
from storage.search.pasted import as_read
from storage.search.query import (
    And,
    Everything,
    Field,
    Node,
    Not,
    Or,
    Phrase,
    QueryError,
    Word,
    nearest,
    parse,
    text_of,
)
from storage.search.shape import Places, first_rank, schema
from storage.search.words import Words

LANGUAGES: Final = ("vi", "km", "en")
TONES: Final = ("negative", "neutral", "positive", "none")
_TONE_NAMES: Final = {
    **dict(zip(TONES, TONES, strict=True)),
    "-1": "negative",
    "0": "neutral",
    "1": "positive",
    "+1": "positive",
    "unknown": "none",
    "tieu cuc": "negative",
    "trung tinh": "neutral",
    "tich cuc": "positive",
    "chua ro": "none",
}


def _key(name: str) -> str:
    """A name as it is compared: folded, in its one spelling."""
    return fold(spelt_text(name))


_TOPIC_NAMES: Final = {
    _key(name): topic for topic, labels in TOPICS.items() for name in (topic, topic.replace("_", " "), *labels)
}
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?|(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})", re.ASCII)
_All: Final = tantivy.Query.all_query
_Q: Final = tantivy.Query
_LONGEST: Final = 6  # words of a place's name
TITLE_WEIGHT: Final = 2.0  # a word in the title counts as much as some more in the text


@dataclass(frozen=True, slots=True)
class Known:
    """What a query may name: outlets by slug with names, units of the country, articles by address, matters by name."""

    outlets: Mapping[str, str]
    places: Places
    article_at: Callable[[str], int | None] = lambda text: None
    matter: Callable[[str], Sequence[int] | None] = lambda text: None  #: the coverage of a matter; None for none such
    similar: Callable[[int], Sequence[int] | None] = lambda article: None  #: articles like one; None for none such


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask the index: which articles match, and the same with those first whose title has the words."""

    matching: tantivy.Query
    ranked: tantivy.Query


def plan(query: str, words: Words, known: Known) -> Plan:
    """The index's own query; QueryError where it cannot be understood or asks a field for what it cannot have."""
    planner = _Planner(words, known, as_read(query))
    matching = planner.of(parse(query))
    if not planner.titles:
        return Plan(matching, matching)
    better = [(tantivy.Occur.Should, _Q.boost_query(title, TITLE_WEIGHT)) for title in planner.titles]
    return Plan(matching, _Q.boolean_query([(tantivy.Occur.Must, matching), *better]))


def days_of(text: str) -> tuple[date, date] | None:
    """First and last day of 2026-08-15, 2026-08, 2026, 15/8/2026 or 8/2026; None for what is no date."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    year, month, day = (
        int(part) if part else 0 for part in (found[1] or found[6], found[2] or found[5], found[3] or found[4])
    )
    try:
        first = date(year, month or 1, day or 1)
        last = date(year, month or 12, day or calendar.monthrange(year, month or 12)[1])
    except ValueError:
        return None
    return first, last


class _Planner:
    def __init__(self, words: Words, known: Known, query: str) -> None:
        self.words = words
        self.known = known
        self.query = query
        self.schema = schema()
        self.titles: list[tantivy.Query] = []  #: what is looked for in the text, looked for in the title

    def of(self, node: Node) -> tantivy.Query:
        match node:
            case Everything():
                return _All()
            case Word(text):
                return self.anywhere(text, 0)
            case Phrase(text, slop):
                return self.anywhere(text, slop)
            case Field():
                return self.field(node)
            case Not():
                return self.all_of((node,))
            case And(parts):
                return self.all_of(parts)
            case Or(parts):
                return _Q.boolean_query([(tantivy.Occur.Should, self.of(part)) for part in parts])

    def all_of(self, parts: Sequence[Node]) -> tantivy.Query:
        wanted = [(tantivy.Occur.Must, self.of(part)) for part in parts if not isinstance(part, Not)]
        titles = len(self.titles)
        unwanted = [(tantivy.Occur.MustNot, self.of(part.of)) for part in parts if isinstance(part, Not)]
        del self.titles[titles:]  # what is excluded makes no title better
        return _Q.boolean_query([*(wanted or [(tantivy.Occur.Must, _All())]), *unwanted])

    def anywhere(self, text: str, slop: int) -> tantivy.Query:
        """In title, lead or body; the field `text` has all three. The address of an article is that article."""
        if (article := self.known.article_at(text)) is not None:
            return _Q.const_score_query(_Q.term_query(self.schema, "id", article), 0.0)
        self.titles.append(self.said(text, slop, "title"))
        return self.said(text, slop, "text")

    def said(self, text: str, slop: int, name: str) -> tantivy.Query:
        """Words one after the other: with marks where any of them has marks, else folded."""
        forms = self.words.query(text)
        if not forms:
            return _Q.empty_query()
        if any(form.has_marks for form in forms):
            terms = [form.marked for form in forms]
        else:
            name, terms = f"{name}_folded", [form.folded for form in forms]
        if len(terms) == 1:
            return _Q.term_query(self.schema, name, terms[0])
        return _Q.phrase_query(self.schema, name, list(terms), slop)

    def field(self, node: Field) -> tantivy.Query:
        if node.name == "title":
            slop = node.value.slop if isinstance(node.value, Phrase) else 0
            return self.said(node.value.text, slop, "title")
        ask: Mapping[str, Callable[[Field], tantivy.Query]] = {
            "outlet": self.outlet,
            "topic": lambda node: self.one_of(node, _TOPIC_NAMES, tuple(TOPICS)),
            "place": self.place,
            "tone": lambda node: self.one_of(node, _TONE_NAMES, TONES),
            "language": lambda node: self.one_of(node, dict(zip(LANGUAGES, LANGUAGES, strict=True)), LANGUAGES),
            "relevance": lambda node: self.one_of(node, dict(zip(RELEVANCES, RELEVANCES, strict=True)), RELEVANCES),
            "matter": self.matter,
            "similar": self.similar,
            "from": self.since,
            "to": self.until,
        }
        return _Q.const_score_query(ask[node.name](node), 0.0)  # a field filters; it says nothing of how good a hit is

    def one_of(self, node: Field, names: Mapping[str, str], values: Sequence[str]) -> tantivy.Query:
        value = names.get(_key(node.value.text))
        if value is None:
            near = nearest(_key(node.value.text), list(names))
            if near:
                raise self.wrong(node, "value_like", near=names[near], instead=names[near])
            raise self.wrong(node, "value", known=", ".join(values))
        return _Q.term_query(self.schema, node.name, value)

    def outlet(self, node: Field) -> tantivy.Query:
        """By slug or name; what is neither but like one is a slip, what is like none is found nowhere."""
        asked = _key(node.value.text)
        slugs = [slug for slug, name in self.known.outlets.items() if asked in (_key(slug), _key(name))]
        if not slugs:
            by_name = {name: slug for slug, label in self.known.outlets.items() for name in (_key(slug), _key(label))}
            if near := nearest(asked, list(by_name)):
                raise self.wrong(node, "value_like", near=by_name[near], instead=by_name[near])
            slugs = [node.value.text]
        return self.any_of("outlet", slugs)

    def place(self, node: Field) -> tantivy.Query:
        keys = self.known.places.named(node.value.text)
        if not keys:
            if parted := self.parted(node):
                raise parted
            by_fold = {_key(name): name for name in self.known.places.names()}
            near = nearest(_key(node.value.text), list(by_fold))
            if near:
                meant = f'"{by_fold[near]}"'
                raise self.wrong(node, "value_like", near=f"place:{meant}", instead=meant)
            raise self.wrong(node, "place")
        return self.any_of("within", keys)

    def parted(self, node: Field) -> QueryError | None:
        """The error of a name whose further words stand outside the field for want of quotation marks."""
        begin = node.at + len(node.name) + 1
        if isinstance(node.value, Phrase):
            return None
        rest = self.query[begin:]
        for end in [word.end() for word in islice(re.finditer(r"[^\s()\":]+", rest), 1, _LONGEST)][::-1]:
            if self.known.places.named(rest[:end]):
                meant = f'"{" ".join(rest[:end].split())}"'
                over = len(node.name) + 1 + end
                return self.wrong(node, "value_like", near=f"place:{meant}", instead=meant, over=over)
        return None

    def matter(self, node: Field) -> tantivy.Query:
        """The coverage of a matter as it is now."""
        covered = self.known.matter(node.value.text)
        if covered is None:
            raise self.wrong(node, "matter")
        return self.these(covered)

    def similar(self, node: Field) -> tantivy.Query:
        """The articles most like one, which is left out; at most so many as are suggested."""
        number = node.value.text
        like = self.known.similar(int(number)) if re.fullmatch(r"[0-9]{1,9}", number) else None
        if like is None:
            raise self.wrong(node, "similar")
        return self.these(like)

    def these(self, articles: Sequence[int]) -> tantivy.Query:
        return _Q.term_set_query(self.schema, "id", list(articles)) if articles else _Q.empty_query()

    def since(self, node: Field) -> tantivy.Query:
        first, _ = self.days(node)
        return _Q.range_query(self.schema, "rank", tantivy.FieldType.Unsigned, lower_bound=first_rank(first))

    def until(self, node: Field) -> tantivy.Query:
        _, last = self.days(node)
        after = first_rank(last + timedelta(days=1)) if last < date.max else 2**63
        return _Q.range_query(self.schema, "rank", tantivy.FieldType.Unsigned, upper_bound=after, include_upper=False)

    def days(self, node: Field) -> tuple[date, date]:
        days = days_of(node.value.text)
        if days is None:
            raise self.wrong(node, "date")
        return days

    def any_of(self, name: str, values: Sequence[str]) -> tantivy.Query:
        terms = [_Q.term_query(self.schema, name, _plain(value)) for value in values]
        return terms[0] if len(terms) == 1 else _Q.boolean_query([(tantivy.Occur.Should, term) for term in terms])

    def wrong(
        self, node: Field, kind: str, *, instead: str | None = None, over: int | None = None, **values: object
    ) -> QueryError:
        """The error at a field; `instead` is the value it may have been meant to have, for `over` letters from it."""
        mended = None if instead is None else f"{node.name}:{instead}"
        values |= {"name": node.name, "value": node.value.text}
        return QueryError(self.query, node.at, len(text_of(node)), kind, instead=mended, over=over, **values)


def _plain(value: str) -> str:
    """Text the index can be asked for: lone surrogates of a hostile argument occur in no entry."""
    return value.encode("utf-8", "replace").decode("utf-8")
