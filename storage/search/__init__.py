"""Search: an index derived from the archive, one query language, highlights, completion.

`SearchIndex` is the index in its folder and brings it up to date, `Follower` keeps it so, `search` finds, `parse` reads
a query, `highlight` shows in a text what it means, `complete` helps to type one.
"""

from __future__ import annotations

from storage.search.complete import Completion, complete
from storage.search.find import DEEPEST, Found, Sort, search
from storage.search.follow import Follower, Following, IndexState, index_state
from storage.search.fresh import fresh
from storage.search.highlight import highlight
from storage.search.index import AnotherWriterError, SearchIndex
from storage.search.query import QueryError, parse, text_of
from storage.search.shape import FACETS, Places, Span
from storage.search.similar import MOST, known_similar, similar

__all__ = [
    "DEEPEST",
    "FACETS",
    "MOST",
    "AnotherWriterError",
    "Completion",
    "Follower",
    "Following",
    "Found",
    "IndexState",
    "Places",
    "QueryError",
    "SearchIndex",
    "Sort",
    "Span",
    "complete",
    "fresh",
    "highlight",
    "index_state",
    "known_similar",
    "parse",
    "search",
    "similar",
    "text_of",
]
