"""What officers put right: each correction shows at once, outlives every later judgement, and can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, delete, exists, select, update

from errors import Conflict, DiemBaoError, StorageError
from press import RELEVANCES, TOPICS, Judgement, Place
from storage.facts import next_number
from storage.tables.coverage import articles, places, tags
from storage.tables.coverage import corrections as table
from storage.types import AnyRow

Field: TypeAlias = Literal["topics", "tone", "relevance", "places"]
#: topics: a list of ids, strongest first; tone: -1, 0, 1 or None (not decidable); relevance: one of RELEVANCES;
#: places: every place of the article as `press.Place` has it
Value: TypeAlias = list[str] | list[dict[str, Any]] | int | str | None

MODEL: Final = "correction"  #: what `tags.model` says of a topic that a person gave
MOST_TOPICS: Final = 3  # CODEBOOK: one to three
_TONES: Final = (-1, 0, 1, None)
_PLACE: Final = {one.name: {"float": float, "bool": bool}.get(str(one.type), str) for one in fields(Place)}


@dataclass(frozen=True, slots=True)
class Correction:
    """One field of one article put right: what was shown before, what is shown since, by whom and when."""

    id: int
    article: int
    field: Field
    before: Value
    after: Value
    who: str
    at: datetime
    undone_at: datetime | None


def add_correction(db: Connection, article_id: int, field: Field, after: Value, *, who: str, now: datetime) -> int:
    """Show `after` in `field` of an article from now on; the correction's id. The same value again confirms it.

    Raises StorageError for an unknown article, DiemBaoError for a value the field cannot have or a missing name.
    """
    problem = wrong(field, after)
    if problem or not who.strip():
        raise DiemBaoError(problem or "a correction needs the name of the person who makes it")
    seen = _now(db, article_id, field)
    earlier = _in_force(db, article_id, field)
    said, before = earlier[-1].said if earlier else seen, _value(field, seen)
    row: dict[str, Any] = {"article_id": article_id, "field": field, "who": who.strip(), "at": now}
    row |= {"before": before, "after": after, "said": said}
    number = int(db.execute(table.insert().returning(table.c.id), row).scalar_one())
    _show(db, article_id, field, corrected(field, after))
    _changed(db, article_id, now)
    return number


def undo_correction(db: Connection, correction_id: int, now: datetime) -> Correction:
    """Take a correction back: the newest one still in force shows, or else what the model last said.

    Raises StorageError for an unknown correction, Conflict for one that is undone already.
    """
    row = db.execute(select(table).where(table.c.id == correction_id)).one_or_none()
    if row is None:
        raise StorageError(f"correction {correction_id} is not in the archive: `diembao corrections` lists them")
    if row.undone_at is not None:
        raise Conflict(f"correction {correction_id} was undone on {row.undone_at:%Y-%m-%d %H:%M} UTC already")
    db.execute(update(table).where(table.c.id == correction_id).values(undone_at=now))
    left = _in_force(db, row.article_id, row.field)
    shown = corrected(row.field, left[-1].after) if left else row.said
    _show(db, row.article_id, row.field, shown)
    _changed(db, row.article_id, now)
    return _correction(db.execute(select(table).where(table.c.id == correction_id)).one())


def get_correction(db: Connection, correction_id: int) -> Correction | None:
    """The correction with this id, undone or not."""
    row = db.execute(select(table).where(table.c.id == correction_id)).one_or_none()
    return None if row is None else _correction(row)


def corrections(
    db: Connection, *, article: int | None = None, in_force: bool = False, after: int = 0, limit: int | None = None
) -> list[Correction]:
    """All corrections, oldest first: of one article, or only those in force (the newest of its field, not undone).

    `after`: only up to `limit` with a higher id.
    """
    query = select(table).where(table.c.id > after).order_by(table.c.id).limit(limit)
    if article is not None:
        query = query.where(table.c.article_id == article)
    if in_force:
        newer = table.alias()
        same = (newer.c.article_id == table.c.article_id) & (newer.c.field == table.c.field)
        hidden = exists().where(same & newer.c.undone_at.is_(None) & (newer.c.id > table.c.id))
        query = query.where(table.c.undone_at.is_(None), ~hidden)
    return [_correction(row) for row in db.execute(query)]


def keep_corrections(db: Connection, article_id: int, judgement: Judgement) -> None:
    """Show an article's corrections again after `judgement` was stored, and remember what the model said instead."""
    in_force = {row.field: row for row in _in_force(db, article_id)}
    for field, row in in_force.items():
        same = (table.c.article_id == article_id, table.c.field == field, table.c.undone_at.is_(None))
        db.execute(update(table).where(*same).values(said=_said(field, judgement)))
        _show(db, article_id, field, corrected(field, row.after))


def wrong(field: str, value: Value) -> str:
    """Why a field cannot have this value; "" where it can."""
    if field == "topics":
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_TOPICS or len(set(value)) < len(value):
            return f"topics: one to {MOST_TOPICS} different ones"
        unknown = [topic for topic in value if topic not in TOPICS]
        return f"no topic {unknown[0]!r}; the topics are {', '.join(TOPICS)}" if unknown else ""
    if field == "places":
        return "" if isinstance(value, list) and all(map(_is_place, value)) else "places: a list of places"
    if field == "tone":
        return "" if not isinstance(value, list | str | bool) and value in _TONES else "tone: -1, 0, 1 or none"
    if field == "relevance":
        return "" if value in RELEVANCES else f"relevance: one of {', '.join(RELEVANCES)}"
    return f"{field} cannot be corrected: topics, tone, relevance or places can"


def _is_place(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == _PLACE.keys()
        and all(isinstance(part, _PLACE[name]) for name, part in value.items())
    )


def corrected(field: str, value: Value) -> dict[str, Any]:
    """A field as it is shown when a person gave its value: sure, without evidence."""
    if field == "topics" and isinstance(value, list):
        return {"topics": [[topic, 1.0, []] for topic in value], "model": MODEL}
    if field == "places":
        return {"places": value}
    return {"value": value, "score": 1.0, "evidence": []}


def _said(field: str, judgement: Judgement) -> dict[str, Any]:
    if field == "topics":
        topics = {topic.id: topic for topic in reversed(judgement.topics)}
        order = dict.fromkeys(topic.id for topic in judgement.topics)
        rows = [[name, topics[name].score, list(topics[name].evidence)] for name in order]
        return {"topics": rows, "model": judgement.model}
    if field == "places":
        return {"places": [asdict(place) for place in judgement.places]}
    if field == "tone":
        found: tuple[Value, float, Sequence[str]] = (judgement.tone, judgement.tone_score, judgement.tone_evidence)
    else:
        found = (judgement.relevance, judgement.relevance_score, judgement.relevance_evidence)
    return {"value": found[0], "score": found[1], "evidence": list(found[2])}


def _now(db: Connection, article_id: int, field: str) -> dict[str, Any]:
    """A field as the archive shows it."""
    row = db.execute(select(articles).where(articles.c.id == article_id)).one_or_none()
    if row is None:
        raise StorageError(f"article {article_id} is not in the archive")
    if field == "topics":
        mine = (tags.c.article_id == article_id, tags.c.kind == "topic")
        found = db.execute(select(tags).where(*mine).order_by(tags.c.position)).all()
        model = found[0].model if found else row.model
        return {"topics": [[tag.value, tag.score, tag.evidence] for tag in found], "model": model}
    if field == "places":
        named = db.execute(select(places).where(places.c.article_id == article_id).order_by(places.c.position))
        return {"places": [{name: getattr(place, name) for name in _PLACE} for place in named]}
    names = (field, f"{field}_score", f"{field}_evidence")
    value, score, evidence = (getattr(row, name) for name in names)
    return {"value": value, "score": score, "evidence": evidence}


def _value(field: str, shown: dict[str, Any]) -> Value:
    if field == "topics":
        return [name for name, _, _ in shown["topics"]]
    if field == "places":
        return list(shown["places"])
    value: int | str | None = shown["value"]
    return value


def _show(db: Connection, article_id: int, field: str, shown: dict[str, Any]) -> None:
    if field == "places":
        db.execute(delete(places).where(places.c.article_id == article_id))
        found = [{"article_id": article_id, "position": at, **place} for at, place in enumerate(shown["places"])]
        if found:
            db.execute(places.insert(), found)
        return
    if field != "topics":
        values = {field: shown["value"], f"{field}_score": shown["score"], f"{field}_evidence": shown["evidence"]}
        db.execute(update(articles).where(articles.c.id == article_id).values(values))
        return
    db.execute(delete(tags).where(tags.c.article_id == article_id, tags.c.kind == "topic"))
    same = {"article_id": article_id, "kind": "topic", "model": shown["model"]}
    rows = [
        {**same, "value": name, "position": position, "score": score, "evidence": evidence}
        for position, (name, score, evidence) in enumerate(shown["topics"])
    ]
    if rows:
        db.execute(tags.insert(), rows)


def _changed(db: Connection, article_id: int, now: datetime) -> None:
    values = {"seq": next_number(db, "articles"), "updated_at": now}
    db.execute(update(articles).where(articles.c.id == article_id).values(values))


def _in_force(db: Connection, article_id: int, field: str | None = None) -> list[AnyRow]:
    """The corrections of an article that were not undone, oldest first: the last of a field is what shows."""
    query = select(table).where(table.c.article_id == article_id, table.c.undone_at.is_(None))
    if field is not None:
        query = query.where(table.c.field == field)
    return list(db.execute(query.order_by(table.c.id)))


def _correction(row: AnyRow) -> Correction:
    return Correction(row.id, row.article_id, row.field, row.before, row.after, row.who, row.at, row.undone_at)
