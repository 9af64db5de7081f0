"""Judging again what the archive holds: which articles another model judged, and the new judgement in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select

from press import Judgement, Language
from storage.coverage.save import rejudge
from storage.tables.coverage import articles as table
from storage.tables.coverage import corrections

#: Of each language what judges an article that does not concern the area, and one that does.
Current = Mapping[str, tuple[str, str]]
_COLUMNS = tuple(
    table.c[name]
    for name in ("id", "outlet", "language", "title", "lead", "body", "dateline", "published_at", "text_sha256")
)


@dataclass(frozen=True, slots=True)
class Judged:
    """An article as judging needs it; `text_sha256` tells whether its text is still that when the answer comes."""

    id: int
    outlet: str
    language: Language
    title: str
    lead: str
    body: str
    dateline: str
    published_at: datetime | None
    text_sha256: str


def judged_otherwise(
    db: Connection, current: Current, *, since: datetime | None = None, after: int = 0, limit: int = 100
) -> list[Judged]:
    """Up to `limit` articles, ids over `after`, dated `since` or later, whose model is not `current` for it.

    What was judged again is no longer among them: that is the mark a killed run goes on from.
    """
    query = select(*_COLUMNS).where(table.c.id > after, *_others(current, since)).order_by(table.c.id).limit(limit)
    return [Judged(*row) for row in db.execute(query)]


def count_judged_otherwise(db: Connection, current: Current, *, since: datetime | None = None) -> int:
    """How many articles `judged_otherwise` would give in all."""
    return db.execute(select(func.count()).select_from(table).where(*_others(current, since))).scalar_one()


def judge_again(db: Connection, of: Judged, judgement: Judgement, now: datetime) -> bool:
    """Store a new judgement; False where the article got another text since it was read, which was judged itself."""
    text = db.execute(select(table.c.text_sha256).where(table.c.id == of.id).with_for_update()).scalar()
    if text != of.text_sha256:
        return False
    rejudge(db, of.id, judgement, now)
    return True


def _others(current: Current, since: datetime | None) -> list[ColumnElement[Any]]:
    # Where a person put the relevance right, what is shown is not what the models went by: either of them will do.
    own = (corrections.c.article_id == table.c.id) & (corrections.c.field == "relevance")
    either = (table.c.relevance == "none") | exists().where(own, corrections.c.undone_at.is_(None))
    other: list[ColumnElement[Any]] = [
        (table.c.language == language) & (table.c.model != near) & ((table.c.model != far) | ~either)
        for language, (far, near) in current.items()
    ]
    return [or_(*other), *([] if since is None else [table.c.dated_at >= since])]
