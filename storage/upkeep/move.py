"""An archive moved from one database into another: every row, verified on both sides, gone on with after a kill.

How far it has come is a fact of the new archive, committed with each batch; nobody else opens either meanwhile, and a
half one is refused by everybody until it is whole. The old archive is left as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, LargeBinary, Table, Text, bindparam, select, text, tuple_

from errors import StorageError
from storage.archive import MOVING, Archive, open_archive
from storage.facts import drop_fact, get_fact, set_fact
from storage.tables import metadata
from storage.tables.facts import counters, meta
from storage.types import Json, Packed, Words

BATCH: Final = 2000  # rows a transaction; fewer of tables with texts or pages
_HEAVY: Final = {"pages": 200, "versions": 500, "articles": 1000, "editions": 100, "matter_files": 20}
_PREFILLED: Final = ("counters", "meta")  # a new archive has rows of these
Told = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows each table has, the same on both sides, and the digest of all of them."""

    rows: Mapping[str, int]
    sha256: str


def move(source: str, target: str, told: Told = lambda table, rows: None) -> Moved:
    """Move an archive between two addresses; `told` hears of each table how many rows were moved.

    Raises StorageError where either is open elsewhere, where the target holds something else, and where the two are
    not equal in the end. Killed at any moment it goes on where it was.
    """
    with ExitStack() as stack:
        old, new = (stack.enter_context(open_archive(url, alone=True)) for url in (source, target))
        if old.name == new.name:
            raise StorageError(f"{old.name}: name two archives")
        _begin(old, new)
        for table in metadata.sorted_tables:
            _copy(old, new, table, told)
        for table in metadata.sorted_tables:
            for column in _back(table):
                _point(old, new, table, column)
        _number(old, new)
        return _compared(old, new)


def _begin(old: Archive, new: Archive) -> None:
    """Take an empty archive, or one that this one was being moved into."""
    with new.begin() as db:
        begun = get_fact(db, MOVING)
        if begun is not None:
            if (was := json.loads(begun)["source"]) != old.name:
                raise StorageError(f"archive {new.name} holds a part of {was}: name another one, or move that first")
            return
        for table in metadata.sorted_tables:
            if table.name not in _PREFILLED and db.execute(select(*table.primary_key).limit(1)).first() is not None:
                raise StorageError(f"archive {new.name} is not empty (it has {table.name}): nothing was changed")
        db.execute(counters.delete())
        db.execute(meta.delete())
        set_fact(db, MOVING, json.dumps({"source": old.name, "table": "", "after": None}))


def _copy(old: Archive, new: Archive, table: Table, told: Told) -> None:
    """Bring over what a table has after the last row that was, in the order of its key."""
    with new.read() as db:
        progress = json.loads(get_fact(db, MOVING) or "{}")
    done = progress.get("done", [])
    if table.name in done:
        return
    after = progress["after"] if progress["table"] == table.name else None
    raw, later = _raw(table), {column.name: None for column in _back(table)}
    key = [raw.c[column.name] for column in table.primary_key]
    count = 0
    while True:
        query = select(raw).order_by(*key).limit(_HEAVY.get(table.name, BATCH))
        if after is not None:
            query = query.where(key[0] > after[0] if len(key) == 1 else tuple_(*key) > tuple_(*map(sa.literal, after)))
        if table is meta:
            query = query.where(raw.c.key != MOVING)
        with old.read() as db:
            rows = [dict(row._mapping) for row in db.execute(query)]
        with new.begin() as db:
            if rows:
                db.execute(raw.insert(), [row | later for row in rows])
                after = [rows[-1][column.name] for column in key]
                progress |= {"table": table.name, "after": after}
            else:
                progress |= {"table": "", "after": None, "done": [*done, table.name]}
            set_fact(db, MOVING, json.dumps(progress))
        count += len(rows)
        if not rows:
            told(table.name, count)
            return


def _point(old: Archive, new: Archive, table: Table, column: sa.Column[Any]) -> None:
    """Set what rows of a table name of the same table, now that all are there; to do it again changes nothing."""
    (key,) = table.primary_key
    last: Any = 0
    change = sa.update(table).where(key == bindparam("which")).values({column.name: bindparam("named")})
    while True:
        query = select(key, column).where(column.is_not(None), key > last).order_by(key).limit(BATCH)
        with old.read() as db:
            rows = db.execute(query).all()
        if not rows:
            return
        with new.begin() as db:
            db.execute(change, [{"which": row[0], "named": row[1]} for row in rows])
        last = rows[-1][0]


def _number(old: Archive, new: Archive) -> None:
    """Let numbers go on where they were: ids are never used twice, those of rows that are gone neither."""
    with old.read() as db:
        last = {table.name: _last(db, table) for table in metadata.sorted_tables if "id" in table.primary_key.columns}
    with new.begin() as db:
        for name, number in last.items():
            if not number:
                continue
            if db.dialect.name == "postgresql":
                sequence = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :number)")
                db.execute(sequence, {"name": name, "number": number})
                continue
            db.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
            values = {"name": name, "number": number}
            db.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)"), values)


def _last(db: Connection, table: Table) -> int:
    """The last number that was given in a table, 0 for none or where rows are numbered otherwise."""
    if db.dialect.name == "postgresql":
        name = db.execute(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name}).scalar()
        if name is None:
            return 0
        last, used = db.execute(text(f"SELECT last_value, is_called FROM {name}")).one()  # noqa: S608 - the server's own
        return int(last) if used else 0
    return int(
        db.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}).scalar() or 0
    )


def _compared(old: Archive, new: Archive) -> Moved:
    """Read every row of both; StorageError for the first table that differs. Then the new one is an archive."""
    rows, whole = {}, hashlib.sha256()
    with old.read() as theirs, new.read() as ours:
        for table in metadata.sorted_tables:
            one, other = _digest(theirs, table), _digest(ours, table)
            if one != other:
                raise StorageError(
                    f"archive {new.name}: {table.name} is not as in {old.name} ({other[0]} rows, there {one[0]});"
                    " empty the new one and move again"
                )
            rows[table.name] = one[0]
            whole.update(f"{table.name} {one}".encode())
    with new.begin() as db:
        drop_fact(db, MOVING)
    return Moved(rows, whole.hexdigest())


def _digest(db: Connection, table: Table) -> tuple[int, str]:
    """How many rows, and the sum of their digests: the two databases sort texts otherwise."""
    raw = _raw(table)
    query = select(raw) if table is not meta else select(raw).where(raw.c.key != MOVING)
    count, total = 0, 0
    for row in _streamed(db, query):
        count += 1
        total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest(), "big")
    return count, f"{total % (1 << 256):064x}"


def _streamed(db: Connection, query: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    yield from db.execution_options(yield_per=500).execute(query)


def _raw(table: Table) -> Any:
    """A table whose texts, documents and packed bytes are taken as they lie."""
    plain: list[sa.ColumnClause[Any]] = []
    for column in table.columns:
        kind: Any = column.type
        if isinstance(kind, Words | Json):
            kind = Text()
        elif isinstance(kind, Packed):
            kind = LargeBinary()
        plain.append(sa.column(column.name, kind))
    return sa.table(table.name, *plain)


def _back(table: Table) -> list[sa.Column[Any]]:
    """The columns that name a row of the same table: it may come later."""
    return [key.parent for key in table.foreign_keys if key.column.table is table]
