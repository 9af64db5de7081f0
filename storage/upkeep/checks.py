"""Is the archive what it should be? Each check finds one kind of fault in any archive, and most can mend it.

CHECKS is the list: another one is a line there. Finding reads only; mending happens in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, delete, func, select, text, update

from storage.tables import metadata
from storage.tables.collecting import links
from storage.tables.coverage import articles
from storage.tables.facts import counters
from storage.upkeep import checks_content as content
from storage.upkeep import checks_register as register
from storage.upkeep.checks_content import Fault


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of fault: what is wrong, how to find it, how to mend it (None: only a backup can), what mending does."""

    name: str
    wrong: str
    find: Callable[[Connection], list[Fault]]
    mend: Callable[[Connection, datetime], None] | None
    mending: str


class _Key(NamedTuple):
    """A column that names rows of another table."""

    table: Table
    column: Column[Any]
    parent: Column[Any]
    deletes: bool  # whether its row goes with what it names


#: Rows that mean nothing without what they name, although the schema does not say so.
_DEPENDENT = ("edition_articles", "pages", "story_events")


def _keys() -> Iterator[_Key]:
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            deletes = table.name in _DEPENDENT and not key.parent.nullable
            yield _Key(table, key.parent, key.column, deletes or key.ondelete == "CASCADE")


def _dangling(key: _Key) -> Any:
    there = select(key.parent).where(key.parent.is_not(None))
    return key.column.is_not(None) & key.column.not_in(there)


def _find_keys(db: Connection) -> list[Fault]:
    return [fault for key in _keys() if _can_go(key) for fault in _dangling_rows(db, key)]


def _find_ledger(db: Connection) -> list[Fault]:
    return [fault for key in _keys() if not _can_go(key) for fault in _dangling_rows(db, key)]


def _can_go(key: _Key) -> bool:
    return key.deletes or bool(key.column.nullable)


def _dangling_rows(db: Connection, key: _Key) -> list[Fault]:
    own = key.table.primary_key.columns
    rows = db.execute(select(*own, key.column.label("named")).where(_dangling(key)))
    name = f"{key.table.name}.{key.column.name}"
    return [Fault("/".join(map(str, row[:-1])), f"{name} names {row.named}, which is not there") for row in rows]


def _mend_keys(db: Connection, now: datetime) -> None:
    for key in _keys():
        if key.deletes:
            db.execute(delete(key.table).where(_dangling(key)))
        elif key.column.nullable:
            db.execute(update(key.table).where(_dangling(key)).values({key.column.name: None}))


def _find_damage(db: Connection) -> list[Fault]:
    if db.dialect.name != "sqlite":
        return []  # a server checks its pages itself, where its checksums are on
    said = [str(row[0]) for row in db.execute(text("PRAGMA integrity_check(100)"))]
    return [] if said == ["ok"] else [Fault("file", line) for line in said]


def _mend_damage(db: Connection, now: datetime) -> None:
    db.execute(text("REINDEX"))


def _find_counters(db: Connection) -> list[Fault]:
    given, used = _counter(db)
    faults = [] if given >= used else [Fault("articles", f"the change sequence is at {given}, {used} is used")]
    for table in _numbered():
        given, used = _last_id(db, table), _highest(db, table.c.id)
        if given < used:
            faults.append(Fault(table.name, f"the last id given is {given}, {used} is used"))
    return faults


def _mend_counters(db: Connection, now: datetime) -> None:
    given, used = _counter(db)
    mine = update(counters).where(counters.c.name == "articles")
    if given < used and not db.execute(mine.values(value=used)).rowcount:
        db.execute(counters.insert(), {"name": "articles", "value": used})
    for table in _numbered():
        used = _highest(db, table.c.id)
        if _last_id(db, table) >= used:
            continue
        if db.dialect.name == "postgresql":
            sequence = func.pg_get_serial_sequence(table.name, "id")
            db.execute(select(func.setval(sequence, used)))
        else:
            db.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
            db.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :used)"), {"name": table.name, "used": used})


def _numbered() -> list[Table]:
    """The tables whose ids the database gives; the audit log has numbers of its own."""
    return [table for table in metadata.sorted_tables if "id" in table.c and table.c.id.autoincrement is not False]


def _counter(db: Connection) -> tuple[int, int]:
    given = db.execute(select(counters.c.value).where(counters.c.name == "articles")).scalar()
    return int(given or 0), _highest(db, articles.c.seq)


def _highest(db: Connection, column: Column[Any]) -> int:
    return int(db.execute(select(func.max(column))).scalar() or 0)


def _last_id(db: Connection, table: Table) -> int:
    if db.dialect.name == "sqlite":
        given = db.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}).scalar()
        return int(given or 0)
    name = db.execute(select(func.pg_get_serial_sequence(table.name, "id"))).scalar_one()
    row = db.execute(text(f"SELECT last_value, is_called FROM {name}")).one()  # noqa: S608
    return int(row.last_value) if row.is_called else 0


def _find_links(db: Connection) -> list[Fault]:
    known = select(links.c.id)
    rows = db.execute(select(articles.c.id, articles.c.link_id).where(articles.c.link_id.not_in(known)))
    return [Fault(str(row.id), f"the article's address is number {row.link_id}, which is not there") for row in rows]


def _mend_links(db: Connection, now: datetime) -> None:
    known = select(links.c.id)
    for row in db.execute(select(articles).where(articles.c.link_id.not_in(known))).all():
        own = select(links.c.id).where((links.c.article_id == row.id) | (links.c.url == row.url)).order_by(links.c.id)
        found = db.execute(own.limit(1)).scalar()
        if found is None:
            values = {
                "url": row.url,
                "served_url": row.url,
                "outlet": row.outlet,
                "title": row.title,
                "lead": row.lead,
                "first_seen": row.fetched_at,
                "state": "done",
                "due_at": row.fetched_at,
                "reads": 1,
                "first_read_at": row.fetched_at,
                "settled": "kept",
                "analysed_at": row.updated_at,
            }
            found = db.execute(links.insert().returning(links.c.id), values).scalar_one()
        db.execute(update(links).where(links.c.id == found).values(article_id=row.id))
        db.execute(update(articles).where(articles.c.id == row.id).values(link_id=found))


#: In this order: what one mends may show what the next one finds.
CHECKS = (
    Check(
        "database",
        "the database file is damaged",
        _find_damage,
        _mend_damage,
        "builds the indexes anew; where that is not enough: `diembao restore` the last backup",
    ),
    Check(
        "keys",
        "rows name others that are not there",
        _find_keys,
        _mend_keys,
        "empties what names nothing; rows that mean nothing alone go",
    ),
    Check(
        "ledger",
        "editions without their reader",
        _find_ledger,
        None,
        "nothing: the ledger is never changed; `diembao restore` the last backup",
    ),
    Check(
        "counters",
        "numbers would be given twice",
        _find_counters,
        _mend_counters,
        "goes on counting after the highest number in use",
    ),
    Check(
        "addresses",
        "articles whose address is not known",
        _find_links,
        _mend_links,
        "makes the address known again, so that it is not read twice",
    ),
    Check(
        "pages",
        "raw pages that cannot be unpacked",
        content.find_pages,
        content.mend_pages,
        "lets their bytes go; what was not analysed yet is read again",
    ),
    Check(
        "kept",
        "addresses that were kept, without an article",
        content.find_kept,
        content.mend_kept,
        "analyses their page again, or reads it again where it is gone",
    ),
    Check(
        "texts",
        "texts that differ from their fingerprint, or from the article's newest version",
        content.find_texts,
        content.mend_texts,
        "takes the text that still fits its fingerprint; where none does, the article's own is taken as it is",
    ),
    Check(
        "stories",
        "stories that do not fit their articles",
        content.find_stories,
        content.mend_stories,
        "moves articles out of merged stories, and sets title and span by the articles",
    ),
    Check(
        "messages",
        "mails of editions that cannot be unpacked",
        content.find_messages,
        content.mend_messages,
        "empties them; one that was not sent is given up, and the next edition tells its news",
    ),
    Check(
        "matters",
        "matters merged into nothing, or into one that was merged itself",
        register.find_merged,
        register.mend_merged,
        "follows them to where they ended; one that ends nowhere is in progress again",
    ),
    Check(
        "deadlines",
        "open matters whose deadline is not the one that rules and days give",
        register.find_due,
        register.mend_due,
        "counts them anew",
    ),
    Check(
        "reports",
        "reports that do not tell any more what they told when they were made",
        register.find_reports,
        None,
        "only a backup has them as they were",
    ),
)
