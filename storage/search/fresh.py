"""What of the archive's changes a query matches: for those who are told of new articles."""

from __future__ import annotations

from collections.abc import Mapping

import tantivy

from storage.search.find import MOST, known
from storage.search.index import SearchIndex
from storage.search.plan import plan
from storage.search.shape import id_of, schema

_Q = tantivy.Query


def fresh(
    index: SearchIndex, query: str, *, after_seq: int, after_id: int, outlets: Mapping[str, str] | None = None
) -> list[int]:
    """The articles above `after_id` that were new or changed after `after_seq` and match, the newest first.

    At most MOST of them. Raises QueryError for a query.
    """
    searcher = index.searcher()
    asked = plan(query, index.words, known(index, searcher, outlets))
    if searcher is None:
        return []
    bounds = [
        _Q.range_query(schema(), name, tantivy.FieldType.Integer, lower_bound=after, include_lower=False)
        for name, after in (("id", after_id), ("seq", after_seq))
    ]
    wanted = _Q.boolean_query([(tantivy.Occur.Must, one) for one in (asked.matching, *bounds)])
    hits = searcher.search(wanted, MOST, count=False, order_by_field="rank").hits
    return [id_of(rank) for rank, _ in hits]
