"""Mails that wait in a table of the archive: each goes out once, whenever a kill comes.

The tables have `sending_at`, `sent_at`, `attempts`, `next_try` and `error`: `notices` and `alerts`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Table, update


def sending(db: Connection, table: Table, mail: int, now: datetime) -> bool:
    """Mark that a mail begins to go out: from now on it is never sent again. False where another sends it."""
    mine = update(table).where(table.c.id == mail, table.c.next_try.is_not(None))
    return db.execute(mine.values(sending_at=now, next_try=None)).rowcount == 1


def sent(db: Connection, table: Table, mail: int, now: datetime) -> None:
    """Mark that the server took a mail."""
    db.execute(update(table).where(table.c.id == mail).values(sent_at=now, error=""))


def failed(
    db: Connection, table: Table, mail: int, error: str, next_try: datetime | None, *, certain: bool = True
) -> None:
    """Mark that the server did not take a mail; it is tried again at `next_try`, None: never.

    Where it is not `certain` that it did not, the mark that it began to go out stays.
    """
    values: dict[str, object] = {"error": error, "next_try": next_try, "attempts": table.c.attempts + 1}
    if certain:
        values["sending_at"] = None
    db.execute(update(table).where(table.c.id == mail).values(values))
