"""Searching: which articles, how many, in which order, and what they are made up of."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, Final, Literal

import tantivy

from errors import UsageError
from storage.search.index import SearchIndex
from storage.search.plan import Known, plan
from storage.search.shape import ABOVE, COUNTED, FACETS, NONE, PLACES, TRAITS, Span, begin, id_of, schema, span_of
from storage.search.similar import known_similar

Sort = Literal["relevance", "newest", "oldest"]
MOST: Final = 1000  #: hits of one page
DEEPEST: Final = 10_000  #: hits by relevance that can be paged through; by date there is no end
_BUCKETS: Final = 15_000  # values of a facet; tantivy makes 65,000 in all
_LENGTHS: Final = {"day": 1, "week": 7, "month": 31}
_CURSOR: Final = re.compile(r"(?:n|o)(\d{1,19})|r(\d{1,6})\.(\d{1,10})\.(\d{1,10})", re.ASCII)
_Q: Final = tantivy.Query
_BESIDE: Final = ThreadPoolExecutor(4, "search-counts")  # counting and finding the page take two processors at once


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found: ids of one page, and of all of it the count and what was asked for."""

    total: int
    ids: tuple[int, ...]
    next: str  #: `after` of the next page, "" for none
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  #: of FACETS: value -> articles, most first
    bars: Mapping[date, int] = field(default_factory=dict)  #: first day of each day, week or month -> articles
    took_ms: float = 0.0
    building: tuple[int, int] | None = None  #: how many articles of how many are in the index that is being built


def search(
    index: SearchIndex,
    query: str,
    *,
    outlets: Mapping[str, str] | None = None,
    sort: Sort = "relevance",
    limit: int = 20,
    after: str = "",
    facets: bool = False,
    span: Span = "month",
) -> Found:
    """The articles that match a query, one page of them; `outlets` are those to know besides the index's, with names.

    `after` is `next` of the page before: what reached the archive since then does not move the pages. `facets` adds
    the counts, and the histogram by `span` in the days of Vietnam, without gaps. Raises QueryError for a query,
    UsageError for an `after` that cannot be.
    """
    started = time.perf_counter()
    page = _page_of(sort, after)
    searcher = index.searcher()
    asked = plan(query, index.words, known(index, searcher, outlets))
    if searcher is None:
        return Found(0, (), "", building=index.building())
    counting = _BESIDE.submit(_counts, searcher, asked.matching, span) if facets else None
    limit = min(max(limit, 0), MOST)
    if sort == "newest":
        ids, following = _newest(searcher, asked.matching, page, limit, index.newest_rank(searcher))
    elif sort == "oldest":
        ids, following = _oldest(searcher, asked.matching, page, limit)
    else:
        ids, following = _best(searcher, asked.ranked, page or (0, index.newest_id(), 0), limit)
    counts = counting.result() if counting else (_total(searcher, asked.matching), {}, {})
    took = (time.perf_counter() - started) * 1000
    building = index.building()
    return Found(counts[0], ids, following, *counts[1:], took_ms=took, building=building)


def known_outlets(searcher: tantivy.Searcher | None) -> dict[str, str]:
    """The outlets that have articles in the index, as slugs."""
    return {slug: slug for slug, _ in searcher.terms_with_prefix("outlet", "")} if searcher else {}


def known(index: SearchIndex, searcher: tantivy.Searcher | None, outlets: Mapping[str, str] | None) -> Known:
    """What a query of this index may name."""
    return Known(
        {**known_outlets(searcher), **(outlets or {})},
        index.places,
        index.article_at,
        index.matter,
        partial(known_similar, index),
    )


def _bars(counts: Mapping[str, int], span: Span) -> dict[date, int]:
    """The bars in order, also the empty ones between the first and the last."""
    known = {date.fromordinal(int(day)): count for day, count in counts.items()}
    bars: dict[date, int] = {}
    day, last = min(known, default=date.max), max(known, default=date.min)
    while day <= last:
        bars[day] = known.get(day, 0)
        day = begin(day + timedelta(days=_LENGTHS[span]), span)
    return bars


def _page_of(sort: Sort, after: str) -> tuple[int, ...]:
    """What a page begins after: (rank) by date, (hits before, highest id of then, last hit) by relevance."""
    if not after:
        return ()
    found = _CURSOR.fullmatch(after)
    numbers = [int(part) for part in found.groups() if part is not None] if found else []
    if len(numbers) != (3 if sort == "relevance" else 1) or after[0] != sort[0]:
        raise UsageError(f"{after!r} is no page of a search sorted by {sort}: begin with the first page")
    return tuple(numbers)


def _newest(
    searcher: tantivy.Searcher, asked: tantivy.Query, page: tuple[int, ...], limit: int, newest: int
) -> tuple[tuple[int, ...], str]:
    """By date. The last month is looked through first, then the last year: what is said often is found there."""
    if not limit:
        return (), ""
    ranks: list[int] = []
    upto = page[0] if page else None
    for days in (30, 365, None):
        least = max(0, (upto or newest) - span_of(days)) if days else 0
        ranks = _ranks(searcher, _between(asked, least, upto), limit + 1)
        if len(ranks) > limit:
            break
    return tuple(id_of(key) for key in ranks[:limit]), f"n{ranks[limit - 1]}" if len(ranks) > limit else ""


def _oldest(
    searcher: tantivy.Searcher, asked: tantivy.Query, page: tuple[int, ...], limit: int
) -> tuple[tuple[int, ...], str]:
    if not limit:
        return (), ""
    behind = _between(asked, page[0] + 1 if page else 0, None)
    ranks = _ranks(searcher, behind, limit + 1, tantivy.Order.Asc)
    return tuple(id_of(key) for key in ranks[:limit]), f"o{ranks[limit - 1]}" if len(ranks) > limit else ""


def _between(asked: tantivy.Query, least: int, upto: int | None) -> tantivy.Query:
    """What is asked for, of ranks from `least` and below `upto`."""
    if not least and upto is None:
        return asked
    ranks = _Q.range_query(
        schema(), "rank", tantivy.FieldType.Unsigned, lower_bound=least, upper_bound=upto, include_upper=upto is None
    )
    return _Q.boolean_query([(tantivy.Occur.Must, asked), (tantivy.Occur.Must, ranks)])


def _ranks(
    searcher: tantivy.Searcher, asked: tantivy.Query, limit: int, order: tantivy.Order = tantivy.Order.Desc
) -> list[int]:
    return [key for key, _ in searcher.search(asked, limit, count=False, order_by_field="rank", order=order).hits]


def _best(
    searcher: tantivy.Searcher, asked: tantivy.Query, page: tuple[int, ...], limit: int
) -> tuple[tuple[int, ...], str]:
    """By score. Later pages leave out what is newer than the first, and go on behind the last hit shown."""
    before, newest, last = page
    if before:
        known = _Q.range_query(schema(), "id", tantivy.FieldType.Integer, upper_bound=newest)
        asked = _Q.boolean_query([(tantivy.Occur.Must, asked), (tantivy.Occur.Must, _Q.const_score_query(known, 0.0))])
    if not limit or before >= DEEPEST:
        return (), ""
    addresses = [address for _, address in searcher.search(asked, before + limit + 2, count=False).hits]
    ids = [id_of(int(rank or 0)) for rank in searcher.fast_field_values("rank", addresses)]
    if last in ids:  # new articles shift all scores a little: what was last may stand one place elsewhere
        before = ids.index(last) + 1
    shown = ids[before : before + limit]
    more = bool(shown) and len(ids) > before + limit
    return tuple(shown), f"r{before + limit}.{newest}.{shown[-1]}" if more else ""


def _total(searcher: tantivy.Searcher, asked: tantivy.Query) -> int:
    count: int = getattr(searcher.search(asked, 1), "count", 0)  # missing in the library's own stubs
    return count


def _counts(
    searcher: tantivy.Searcher, asked: tantivy.Query, span: Span
) -> tuple[int, dict[str, dict[str, int]], dict[date, int]]:
    found = searcher.aggregate(asked, {name: {"terms": {"field": name, "size": _BUCKETS}} for name in (*COUNTED, span)})
    facets = {name: Counter[str]() for name in FACETS}
    facets["outlet"].update(_values(found, "outlet"))
    for together, count in _values(found, "traits").items():
        for name, value in zip(TRAITS, together.split(), strict=True):
            facets[name][value] += count
    for together, count in _values(found, "topics").items():
        facets["topic"].update(dict.fromkeys(together.split(), count))
    for column in (*PLACES, *ABOVE):
        facets["place"].update(_values(found, column))
    for name in ("topic", "place"):
        del facets[name][NONE]
    shown = {name: dict(counts.most_common()) for name, counts in facets.items()}
    return sum(shown["outlet"].values()), shown, _bars(_values(found, span), span)


def _values(found: Mapping[str, Any], name: str) -> dict[str, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in found[name]["buckets"]}
