"""Reading articles back: single ones, a period's, those that grouping or an index has not seen yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, func, select, update

from press import Article, Language, Place, Relevance, TopicTag
from storage.collecting.links import chunks
from storage.coverage import deciding
from storage.coverage.save import Analysed, Saved, rejudge, save_article, save_articles
from storage.tables.collecting import links
from storage.tables.coverage import articles as table
from storage.tables.coverage import places, tags, versions
from storage.types import AnyRow

__all__ = [
    "Analysed",
    "Candidate",
    "Saved",
    "Version",
    "active",
    "article_counts",
    "article_ids",
    "article_page",
    "articles",
    "changed_since",
    "count",
    "each_article",
    "get_article",
    "load_articles",
    "rejudge",
    "save_article",
    "save_articles",
    "set_fingerprints",
    "ungrouped",
    "versions_of",
]

_CHUNK = 500
#: What `since` and `until` look at: the published instant (else the first reading), or always the first reading.
By = Literal["dated", "fetched"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article as grouping needs it."""

    id: int
    url: str
    outlet: str
    language: Language
    title: str
    lead: str
    body: str
    published_at: datetime | None
    fetched_at: datetime
    story: int | None
    reprint_of: int | None
    fingerprint: bytes | None
    needs_group: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One text an article had; number 1 is what was read first."""

    article: int
    number: int
    title: str
    lead: str
    body: str
    fetched_at: datetime
    published_at: datetime | None
    page: int | None  #: the raw page, where still kept


def get_article(db: Connection, key: int | str) -> Article | None:
    """The article with this id or address; any address that led to it will do."""
    if isinstance(key, str):
        own = db.execute(select(table.c.id).where(table.c.url == key)).scalar()
        found = own or db.execute(select(links.c.article_id).where(links.c.url == key)).scalar()
    else:
        found = key
    return next(iter(load_articles(db, [found])), None) if found is not None else None


def load_articles(db: Connection, ids: Iterable[int]) -> list[Article]:
    """The articles with these ids, in their order; ids that are not there are left out."""
    wanted = list(dict.fromkeys(ids))
    found: dict[int, Article] = {}
    for batch in chunks(wanted, _CHUNK):
        rows = db.execute(select(table).where(table.c.id.in_(batch))).all()
        found |= {article.id: article for article in _complete(db, rows)}
    return [found[i] for i in wanted if i in found]


def article_ids(
    db: Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    by: By = "dated",
    relevance: Sequence[Relevance] | None = None,
    outlets: Sequence[str] | None = None,
    limit: int | None = None,
    newest_first: bool = False,
) -> list[int]:
    """Ids of the articles of [since, until), by date; with `limit` the first (or, newest first, the last) ones."""
    at = table.c.dated_at if by == "dated" else table.c.fetched_at
    query: Select[Any] = select(table.c.id)
    if since is not None:
        query = query.where(at >= since)
    if until is not None:
        query = query.where(at < until)
    if relevance is not None:
        query = query.where(table.c.relevance.in_(list(relevance)))
    if outlets is not None:
        query = query.where(table.c.outlet.in_(list(outlets)))
    order = (at.desc(), table.c.id.desc()) if newest_first else (at, table.c.id)
    return list(db.execute(query.order_by(*order).limit(limit)).scalars())


def article_page(
    db: Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int,
) -> list[tuple[datetime, int]]:
    """(date, id) of up to `limit` articles of [since, until), newest first, behind the pair the page before ended with.

    What reaches the archive meanwhile moves no page.
    """
    key = (table.c.dated_at, table.c.id)
    query: Select[Any] = select(*key).order_by(table.c.dated_at.desc(), table.c.id.desc()).limit(limit)
    if since is not None:
        query = query.where(table.c.dated_at >= since)
    if until is not None:
        query = query.where(table.c.dated_at < until)
    if after is not None:
        at, last = after
        query = query.where(table.c.dated_at <= at, (table.c.dated_at < at) | (table.c.id < last))
    return [(row.dated_at, row.id) for row in db.execute(query)]


def articles(
    db: Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    by: By = "dated",
    relevance: Sequence[Relevance] | None = None,
    outlets: Sequence[str] | None = None,
    limit: int | None = None,
    newest_first: bool = False,
) -> list[Article]:
    """The articles of [since, until), see `article_ids`; for whole archives use `each_article`."""
    return load_articles(
        db,
        article_ids(
            db,
            since=since,
            until=until,
            by=by,
            relevance=relevance,
            outlets=outlets,
            limit=limit,
            newest_first=newest_first,
        ),
    )


def each_article(db: Connection, ids: Iterable[int]) -> Iterator[Article]:
    """The articles one after the other, with a bounded number in memory."""
    for batch in chunks(ids, _CHUNK):
        yield from load_articles(db, batch)


def changed_since(db: Connection, seq: int, limit: int) -> list[tuple[int, Article]]:
    """Up to `limit` articles new or changed after change number `seq`, with their numbers, in that order."""
    rows = db.execute(select(table).where(table.c.seq > seq).order_by(table.c.seq).limit(limit)).all()
    return list(zip((row.seq for row in rows), _complete(db, rows), strict=True))


def newest_id(db: Connection) -> int:
    """The highest article id, 0 for an empty archive: what comes later has a higher one."""
    return int(db.execute(select(func.max(table.c.id))).scalar() or 0)


def ungrouped(db: Connection, limit: int | None = None) -> list[Candidate]:
    """Articles that are new or have a new text since grouping saw them, in the order they came."""
    return [
        _candidate(r) for r in db.execute(select(table).where(table.c.needs_group).order_by(table.c.id).limit(limit))
    ]


def active(db: Connection, since: datetime, until: datetime | None = None) -> list[Candidate]:
    """Articles grouping compares with: published (else read) since `since`, by date."""
    query = select(table).where(table.c.dated_at >= since)
    if until is not None:
        query = query.where(table.c.dated_at < until)
    return [_candidate(row) for row in db.execute(query.order_by(table.c.dated_at, table.c.id))]


def candidates(db: Connection, ids: Iterable[int]) -> list[Candidate]:
    """Some articles as grouping needs them, by date."""
    query = select(table).where(table.c.id.in_(sorted(set(ids))))
    return [_candidate(row) for row in db.execute(query.order_by(table.c.dated_at, table.c.id))]


def set_fingerprints(db: Connection, packed: dict[int, bytes]) -> None:
    """Store fingerprints by article id; not a change of the article."""
    for article_id, value in packed.items():
        db.execute(update(table).where(table.c.id == article_id).values(fingerprint=value))


def versions_of(db: Connection, article_id: int) -> list[Version]:
    """All texts an article had, first to newest."""
    rows = db.execute(select(versions).where(versions.c.article_id == article_id).order_by(versions.c.number))
    return [
        Version(r.article_id, r.number, r.title, r.lead, r.body, r.fetched_at, r.published_at, r.page_id) for r in rows
    ]


def article_counts(db: Connection, since: datetime | None = None) -> dict[str, dict[str, int]]:
    """Outlet -> relevance -> how many articles (first read since `since`)."""
    query = select(table.c.outlet, table.c.relevance, func.count().label("n"))
    if since is not None:
        query = query.where(table.c.fetched_at >= since)
    counts: dict[str, dict[str, int]] = {}
    for row in db.execute(query.group_by(table.c.outlet, table.c.relevance).order_by(table.c.outlet)):
        counts.setdefault(row.outlet, {})[row.relevance] = row.n
    return counts


def count(db: Connection, over: int = 0) -> int:
    """How many articles there are, of those with ids over one."""
    return db.execute(select(func.count()).select_from(table).where(table.c.id > over)).scalar_one()


def _complete(db: Connection, rows: Sequence[AnyRow]) -> list[Article]:
    ids = [row.id for row in rows]
    kept = {row.id: row.deciding for row in rows}
    topics: dict[int, list[TopicTag]] = {}
    found: dict[int, list[Place]] = {}
    for batch in chunks(ids, _CHUNK):
        wanted = select(tags).where(tags.c.article_id.in_(batch), tags.c.kind == "topic").order_by(tags.c.position)
        for row in db.execute(wanted):
            sentences = deciding.of_topic(kept[row.article_id], row.value)
            tag = TopicTag(row.value, row.score, tuple(row.evidence), sentences)
            topics.setdefault(row.article_id, []).append(tag)
        for row in db.execute(select(places).where(places.c.article_id.in_(batch)).order_by(places.c.position)):
            found.setdefault(row.article_id, []).append(_place(row))
    return [_article(row, tuple(topics.get(row.id, ())), tuple(found.get(row.id, ()))) for row in rows]


def _place(row: AnyRow) -> Place:
    return Place(
        name=row.name,
        code=row.code,
        as_written=row.as_written,
        evidence=row.evidence,
        valid_from=row.valid_from,
        score=row.score,
        in_area=row.in_area,
    )


def _article(row: AnyRow, topics: tuple[TopicTag, ...], found: tuple[Place, ...]) -> Article:
    return Article(
        id=row.id,
        url=row.url,
        outlet=row.outlet,
        title=row.title,
        lead=row.lead,
        body=row.body,
        language=row.language,
        published_at=row.published_at,
        fetched_at=row.fetched_at,
        relevance=row.relevance,
        relevance_score=row.relevance_score,
        relevance_evidence=tuple(row.relevance_evidence),
        topics=topics,
        tone=row.tone,
        tone_score=row.tone_score,
        tone_evidence=tuple(row.tone_evidence),
        places=found,
        story=row.story_id,
        reprint_of=row.reprint_of,
        versions=row.version,
        section=row.section,
        published_raw=row.published_raw,
        date_source=row.date_source,
        vanished_at=row.vanished_at,
        model=row.model,
        tone_sentences=deciding.of_tone(row.deciding, row.tone),
    )


def _candidate(row: AnyRow) -> Candidate:
    return Candidate(
        id=row.id,
        url=row.url,
        outlet=row.outlet,
        language=row.language,
        title=row.title,
        lead=row.lead,
        body=row.body,
        published_at=row.published_at,
        fetched_at=row.fetched_at,
        story=row.story_id,
        reprint_of=row.reprint_of,
        fingerprint=row.fingerprint,
        needs_group=row.needs_group,
    )
