"""Articles like another one: those of the area that share a spot and a topic with it, or its rare words.

A suggestion, best first, never a search: what a reader asks for is found by a query. Places and topics are the same in
every language, and names and figures are looked for without marks: an article in English is like one in Vietnamese.
"""

from __future__ import annotations

import re
from typing import Final

import tantivy

from press.text import fold
from storage.search import rows
from storage.search.index import SearchIndex
from storage.search.shape import Row, id_of, schema

MOST: Final = 50  #: articles like one
ABOUT: Final = ("focus", "mention")  #: what concerns the area
_RARE: Final = 12  # words of headline and lead that are looked for: the rarest
_SHARE: Final = 0.02  # of the articles of a language that may have a word for it to be rare
_FEW: Final = 5  # articles at least that this must be: in a language of few articles no word is known to be rare
_WORDS: Final = 4  # rare words that make two articles alike wherever they lie
_SPOT: Final = 0.1  # of all articles that may lie within a place for it to be a spot, and not the area itself
_NAME: Final = re.compile(r"(?:\b[^\W\d_a-zà-ỹ]\w+|\b\d[\d.,/]*\w*)(?:[ -](?:[^\W\d_a-zà-ỹ]\w+|\d[\d.,/]*\w*))+")
_Q: Final = tantivy.Query


def similar(index: SearchIndex, article: int, limit: int = MOST, *, without: frozenset[int] = frozenset()) -> list[int]:
    """The articles of the area most like one, best first; none for an article that is not in the archive."""
    return known_similar(index, article, limit, without) or []


def known_similar(
    index: SearchIndex, article: int, limit: int = MOST, without: frozenset[int] = frozenset()
) -> list[int] | None:
    """As `similar`; None for an article that is not in the archive."""
    searcher = index.searcher()
    with index.archive.read() as db:
        found = rows.of(db, article)
    if found is None:
        return None
    if searcher is None:
        return []
    about = _Q.const_score_query(_Q.term_set_query(schema(), "relevance", list(ABOUT)), 0.0)
    asked = _Q.boolean_query([(tantivy.Occur.Must, one) for one in (_like(index, searcher, found), about)])
    hits = searcher.search(asked, min(limit, MOST) + len(without) + 1, count=False).hits
    ids = [id_of(int(rank or 0)) for rank in searcher.fast_field_values("rank", [address for _, address in hits])]
    return [one for one in ids if one != article and one not in without][: min(limit, MOST)]


def _like(index: SearchIndex, searcher: tantivy.Searcher, article: Row) -> tantivy.Query:
    """What makes an article like this one: a spot and a topic of it, or rare words; names in any language rank it."""
    most = _SHARE * searcher.doc_freq("language", article.language)
    said = [form.marked for text in (article.title, article.lead) for form in index.words.query(text)]
    many = {word: searcher.doc_freq("text", word) for word in (said if most >= _FEW else ())}
    rare = sorted((word for word, count in many.items() if 1 < count <= most), key=lambda word: (many[word], word))
    words = [_Q.term_query(schema(), "text", word) for word in rare[:_RARE]]
    keys = sorted({index.places.chain(*place)[0] for place in article.places})
    spots = [key for key in keys if searcher.doc_freq("within", key) <= _SPOT * searcher.num_docs]
    near = [_Q.term_query(schema(), "within", key) for key in spots]
    about = [_Q.term_query(schema(), "topic", topic) for topic in article.topics]
    alike = [_any(words, _WORDS)]
    if near and about:
        alike.append(_Q.boolean_query([(tantivy.Occur.Must, _any(near)), (tantivy.Occur.Must, _any(about))]))
    names = dict.fromkeys(_NAME.findall(f"{article.title}. {article.lead}"))
    folded = [[form.folded for form in index.words.query(fold(name))] for name in names]
    told = [_Q.phrase_query(schema(), "text_folded", [*name]) for name in folded if len(name) > 1]
    better = [(tantivy.Occur.Should, one) for one in (*words, *told)]
    return _Q.boolean_query([(tantivy.Occur.Must, _any(alike)), *better])


def _any(parts: list[tantivy.Query], least: int = 1) -> tantivy.Query:
    return _Q.boolean_query([(tantivy.Occur.Should, one) for one in parts], minimum_number_should_match=least)
