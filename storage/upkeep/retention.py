"""What may go from the archive when it is old, and letting it go in small transactions.

Never: the text an article shows, what belongs to an article that was corrected or that a matter stands on, matters, the
ledger of editions, and any address, since an address that is known is never read twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    Table,
    cast,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)

from storage.tables.collecting import links, pages
from storage.tables.coverage import articles, corrections, versions
from storage.tables.register import matter_articles, matter_files, matters
from storage.tables.upkeep import runs

#: pages: the bytes of raw pages that were analysed · versions: the texts an article had before · addresses: headline
#: and lead of addresses that gave no article · runs: the ledger of runs · letters: files of letters, of ended matters.
KINDS = ("pages", "versions", "addresses", "runs", "letters")


Key = tuple[Any, ...]  #: values of a primary key


class Weight(NamedTuple):
    """How many rows, and how many bytes of them."""

    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class _Rule:
    table: Table
    old: tuple[ColumnElement[bool], ...]
    heavy: tuple[Column[Any], ...]  # whose bytes go
    emptied: Mapping[str, Any] | None = None  # None: the whole row goes


def _rule(kind: str, before: datetime) -> _Rule:
    if kind == "pages":
        kept = select(links.c.id).where(links.c.id == pages.c.link_id, _evidence(links.c.article_id))
        old = (pages.c.state != "due", pages.c.body.is_not(None), pages.c.settled_at < before)
        return _Rule(pages, (*old, ~exists(kept)), (pages.c.body,), {"body": null()})
    if kind == "versions":
        newest = select(articles.c.version).where(articles.c.id == versions.c.article_id).scalar_subquery()
        former = (versions.c.fetched_at < before, versions.c.number < newest)
        texts = (versions.c.title, versions.c.lead, versions.c.body)
        return _Rule(versions, (*former, ~_evidence(versions.c.article_id)), texts)
    if kind == "addresses":
        words = (links.c.title, links.c.lead, links.c.section, links.c.published_raw)
        without = or_(links.c.settled.in_(("outside", "never")), links.c.state == "never")
        seen = func.coalesce(links.c.analysed_at, links.c.tried_at, links.c.first_seen, type_=links.c.first_seen.type)
        settled = (without, links.c.next_reading.is_(None), links.c.article_id.is_(None), seen < before)
        full = or_(*(column != "" for column in words))
        return _Rule(links, (*settled, full), words, {column.name: "" for column in words})
    if kind == "letters":
        ended = select(matters.c.id).where(matters.c.ended_at < before)
        return _Rule(matter_files, (matter_files.c.matter_id.in_(ended),), (matter_files.c.body,))
    last = select(func.max(runs.c.id)).group_by(runs.c.verb)
    return _Rule(runs, (runs.c.ended_at < before, runs.c.id.not_in(last)), (runs.c.counts, runs.c.error))


def _evidence(article: Column[Any]) -> ColumnElement[bool]:
    """Whether an article was corrected, or a matter stands on it: looked up article by article, never listed."""
    corrected = exists().where(corrections.c.article_id == article)
    return corrected | exists().where(matter_articles.c.article_id == article)


def weigh(db: Connection, kind: str, before: datetime) -> Weight:
    """How much of a kind is older than `before` and may go."""
    rule = _rule(kind, before)
    return _weight(db, rule, rule.old)


def look(db: Connection, kind: str, before: datetime, after: Key, window: int) -> tuple[list[Key], Key]:
    """Find what of a kind may go among the next `window` rows after a key, () for the first ones.

    Answers with their keys, and with the key to go on after: () where that was the end of the table.
    """
    rule = _rule(kind, before)
    columns = rule.table.primary_key.columns.values()
    behind = [_place(columns, after, "gt")] if after else []
    rows = select(*columns).order_by(*columns)
    last = db.execute(rows.where(*behind).offset(window - 1).limit(1)).one_or_none()
    upto = [_place(columns, tuple(last), "le")] if last else []
    found = db.execute(rows.where(*behind, *upto, *rule.old)).all()
    return [tuple(row) for row in found], tuple(last) if last else ()


def forget(db: Connection, kind: str, before: datetime, keys: Sequence[Key]) -> Weight:
    """Let those of some rows of a kind go that may still go: what `look` found may have changed since."""
    rule = _rule(kind, before)
    chosen = (tuple_(*rule.table.primary_key.columns).in_(keys), *rule.old)
    weight = _weight(db, rule, chosen)
    if rule.emptied is None:
        db.execute(delete(rule.table).where(*chosen))
    else:
        db.execute(update(rule.table).where(*chosen).values(rule.emptied))
    return weight


def _place(columns: Sequence[Column[Any]], key: Key, how: Literal["gt", "le"]) -> ColumnElement[bool]:
    single = len(columns) == 1  # whose index a comparison of rows would not use
    left, right = (columns[0], literal(key[0])) if single else (tuple_(*columns), tuple_(*map(literal, key)))
    found: ColumnElement[bool] = left > right if how == "gt" else left <= right
    return found


def _weight(db: Connection, rule: _Rule, which: tuple[ColumnElement[bool], ...]) -> Weight:
    def size(column: Column[Any]) -> ColumnElement[int]:
        if db.dialect.name == "postgresql":
            return func.coalesce(func.octet_length(column), 0)
        return func.coalesce(func.length(cast(column, LargeBinary)), 0)

    total: ColumnElement[int] = sum(map(size, rule.heavy), start=literal(0))
    row = db.execute(select(func.count().label("n"), func.sum(total).label("size")).where(*which)).one()
    return Weight(int(row.n), int(row.size or 0))
