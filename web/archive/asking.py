"""Queries as links: fields put in and taken out, the facets as choices, the histogram as bars. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from press import RELEVANCES
from press.text import fold
from storage.search import Found, Places, Span, parse
from storage.search.plan import TONES, days_of
from storage.search.query import And, Field, Node, Not, Or, Phrase, Word, adding, both, field_of, text_of
from web.site.words import LANGUAGES, label

GROUPS: Final = ("topic", "place", "outlet", "tone", "relevance", "language")  #: facets in the order they are shown
ORDERS: Final[Mapping[str, Sequence[str]]] = {"tone": TONES, "relevance": RELEVANCES, "language": tuple(LANGUAGES)}
MOST_BARS: Final = 60
_MOST_PLACES: Final = 60  # a unit has no fewer articles than one in it: the largest are a tree
_WIDTH, _HEIGHT = 720, 110  #: of the histogram, in units of the drawing
_LONG: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet: `query` is the query with it, or without it where it is `chosen` already."""

    value: str
    label: str
    count: int
    query: str
    chosen: bool = False
    inner: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the histogram: its days, its articles, where it is drawn, the query for these days only."""

    first: date
    last: date
    count: int
    x: float
    width: float
    height: float
    query: str


def has_words(node: Node) -> bool:
    """Whether a query looks for words, so that some hits are better than others."""
    match node:
        case Word() | Phrase():
            return True
        case Field(name):
            return name == "title"
        case And(parts) | Or(parts):
            return any(map(has_words, parts))
    return False


def fields(node: Node) -> list[Field | Not]:
    """The fields that every hit must have or must not have: what can be taken out one by one."""
    parts = node.parts if isinstance(node, And) else (node,)
    return [part for part in parts if isinstance(part, Field) or (isinstance(part, Not) and isinstance(part.of, Field))]


def without(node: Node, *parts: Node) -> str:
    """The query less some of its parts."""
    left = [part for part in (node.parts if isinstance(node, And) else (node,)) if part not in parts]
    return text_of(both(left)) if left else ""


def between(node: Node, since: str, until: str) -> str:
    """The query from one day to another, instead of the days it had; "" is no bound, as is what is no day."""
    dated = [part for part in fields(node) if isinstance(part, Field) and part.name in ("from", "to")]
    bounds = [field_of(name, day) for name, day in (("from", since), ("to", until)) if days_of(day)]
    rest = without(node, *dated)
    return adding(parse(rest), *bounds) if bounds else rest


def days(node: Node) -> tuple[str, str]:
    """The first and the last day a query asks for, as 2026-08-31; "" for no bound."""
    found = {"from": "", "to": ""}
    for part in fields(node):
        bounds = days_of(part.value.text) if isinstance(part, Field) and part.name in found else None
        if bounds and isinstance(part, Field):
            found[part.name] = str(bounds[part.name == "to"])
    return found["from"], found["to"]


def looser(node: Node, most: int) -> list[str]:
    """Queries that ask for less: each without one of the words, then any of the words with the fields there are."""
    parts = node.parts if isinstance(node, And) else ()
    words = [part for part in parts if isinstance(part, Word | Phrase)]
    if not 2 <= len(words) <= most:
        return []
    others = [part for part in parts if part not in words]
    return [*(without(node, word) for word in words), text_of(both([Or(tuple(words)), *others]))]


def choices(node: Node, name: str, counts: Mapping[str, int], labels: Mapping[str, str]) -> list[Choice]:
    """The values of a facet, most articles first or in the order the field has."""
    order = [value for value in ORDERS.get(name, counts) if value in counts]
    return [_choice(node, name, value, labels.get(value, value), counts[value]) for value in order]


def _choice(
    node: Node, name: str, value: str, said: str, count: int, inner: tuple[Choice, ...] = (), asked: str = ""
) -> Choice:
    asked = asked or value
    names = {fold(text) for text in (asked, value, said)}
    chosen = [part for part in fields(node) if isinstance(part, Field) and part.name == name]
    same = [part for part in chosen if fold(part.value.text) in names]
    query = without(node, *same) if same else adding(node, field_of(name, asked))
    return Choice(value, said, count, query, bool(same), inner)


def places(node: Node, counts: Mapping[str, int], units: Places) -> tuple[Choice, ...]:
    """The facet of places as a tree: the largest units, each with those in it, most articles first."""
    largest = sorted(counts, key=lambda key: -counts[key])[:_MOST_PLACES]
    under: dict[str, list[str]] = {}
    for key in largest:
        parent = units.parent(key)
        under.setdefault(parent if parent in largest else "", []).append(key)

    def level(parent: str) -> tuple[Choice, ...]:
        return tuple(unit(key) for key in under.get(parent, ()))

    def unit(key: str) -> Choice:
        title = units.title(key)
        asked = title if len(units.named(title)) == 1 else key.partition("@")[0] or title
        return _choice(node, "place", key, title, counts[key], level(key), asked)

    return level("")


def span_of(node: Node, today: date) -> Span:
    """What a bar of the histogram stands for, by the days the query asks for; months where it asks for all."""
    since, until = date.min, today
    for part in fields(node):
        days = days_of(part.value.text) if isinstance(part, Field) and part.name in ("from", "to") else None
        if days and isinstance(part, Field):
            since, until = (days[0], until) if part.name == "from" else (since, min(until, days[1]))
    length = until - since
    return "day" if length <= timedelta(days=92) else "week" if length <= _LONG else "month"


def bars(node: Node, counts: Mapping[date, int], span: Span) -> list[Bar]:
    """The newest bars, each with the query for its days."""
    shown = list(counts.items())[-MOST_BARS:]
    greatest, step = max((count for _, count in shown), default=0) or 1, _WIDTH / max(len(shown), 1)
    dated = [part for part in fields(node) if isinstance(part, Field) and part.name in ("from", "to")]
    rest = parse(without(node, *dated))

    def drawn(at: int, first: date, count: int) -> Bar:
        last = last_day(first, span)
        query = adding(rest, field_of("from", str(first)), field_of("to", str(last)))
        return Bar(first, last, count, round(at * step, 1), round(step * 0.86, 1), _HEIGHT * count / greatest, query)

    return [drawn(at, first, count) for at, (first, count) in enumerate(shown)]


def last_day(first: date, span: Span) -> date:
    """The last day of a bar."""
    if span == "month":
        return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first + timedelta(days=6 if span == "week" else 0)


def facets(
    node: Node, found: Found, units: Places, outlets: Mapping[str, str], language: str
) -> list[tuple[str, Sequence[Choice]]]:
    """The facets to show: name and choices; those that say nothing are left out."""
    shown: list[tuple[str, Sequence[Choice]]] = []
    for name in GROUPS:
        counts = found.facets.get(name, {})
        if name == "place":
            shown.append((name, places(node, counts, units)))
        else:
            labels = outlets if name == "outlet" else {value: label(name, value, language) for value in counts}
            shown.append((name, choices(node, name, counts, labels)))
    return [(name, group) for name, group in shown if group]


def chips(node: Node, outlets: Mapping[str, str], language: str) -> Iterable[tuple[str, str, str]]:
    """What the query asks of fields, for a person: field, value, the query without it."""
    for part in fields(node):
        inner = part.of if isinstance(part, Not) else part
        if isinstance(inner, Field):
            value = inner.value.text
            said = outlets.get(value, value) if inner.name == "outlet" else label(inner.name, value, language)
            bounds = days_of(value) if inner.name in ("from", "to") else None
            if bounds:
                day = bounds[inner.name == "to"]
                said = f"{day.day}/{day.month}/{day.year}"
            yield inner.name, f"−{said}" if isinstance(part, Not) else said, without(node, part)
