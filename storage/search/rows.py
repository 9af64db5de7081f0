"""Articles as the index reads them: few columns, thousands at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select

from storage.collecting.links import chunks
from storage.search.pasted import addresses
from storage.search.shape import Row
from storage.tables.collecting import links
from storage.tables.coverage import articles, places, tags

_CHUNK = 500
_COLUMNS = tuple(
    articles.c[name]
    for name in ("id", "seq", "outlet", "language", "title", "lead", "body", "dated_at", "relevance", "tone")
)


def from_id(db: Connection, after: int, limit: int) -> list[Row]:
    """Up to `limit` articles with ids over `after`, by id."""
    return _rows(db, select(*_COLUMNS).where(articles.c.id > after).order_by(articles.c.id).limit(limit))


def of(db: Connection, article_id: int) -> Row | None:
    """One article; None where it is not there."""
    return next(iter(_rows(db, select(*_COLUMNS).where(articles.c.id == article_id))), None)


def from_seq(db: Connection, after: int, limit: int) -> list[Row]:
    """Up to `limit` articles with change numbers over `after`, by change number."""
    return _rows(db, select(*_COLUMNS).where(articles.c.seq > after).order_by(articles.c.seq).limit(limit))


def seq_of(db: Connection, article_id: int) -> int:
    """The change number of an article, 0 where it is not there."""
    return int(db.execute(select(articles.c.seq).where(articles.c.id == article_id)).scalar() or 0)


def article_at(db: Connection, text: str) -> int | None:
    """The article a text is an address of, in any form of it, also of a twin; None for other texts and addresses."""
    wanted = addresses(text)
    if not wanted:
        return None
    twins = select(links.c.url, links.c.article_id).where(links.c.url.in_(wanted), links.c.article_id.is_not(None))
    own = select(articles.c.url, articles.c.id).where(articles.c.url.in_(wanted))
    known = {url: int(article) for query in (twins, own) for url, article in db.execute(query)}
    return next((known[url] for url in wanted if url in known), None)


def sums(db: Connection, until: int) -> tuple[int, int, int]:
    """How many articles have change numbers up to `until`, and the sums of their ids and change numbers."""
    query = select(func.count(), func.sum(articles.c.id), func.sum(articles.c.seq)).where(articles.c.seq <= until)
    count, ids, seqs = db.execute(query).one()
    return int(count), int(ids or 0), int(seqs or 0)


def _rows(db: Connection, query: Select[Any]) -> list[Row]:
    found = db.execute(query).all()
    topics: dict[int, list[str]] = {}
    units: dict[int, list[tuple[str, str, str]]] = {}
    for batch in chunks([row[0] for row in found], _CHUNK):
        wanted = select(tags.c.article_id, tags.c.value).where(tags.c.article_id.in_(batch), tags.c.kind == "topic")
        for article, topic in db.execute(wanted):
            topics.setdefault(article, []).append(topic)
        columns = (places.c.article_id, places.c.code, places.c.valid_from, places.c.name)
        for article, *unit in db.execute(select(*columns).where(places.c.article_id.in_(batch))):
            units.setdefault(article, []).append((unit[0], unit[1], unit[2]))
    return [Row._make((*row, topics.get(row[0], ()), units.get(row[0], ()))) for row in found]
