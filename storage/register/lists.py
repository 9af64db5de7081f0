"""Which matters a list has: what is asked of them, how many, in which order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, true

from press.matters import STATES, WAITING, State, number_of
from press.spelling import spellings, spelt_text
from press.text import clean, fold
from storage.register.matters import Matter, complete
from storage.tables.register import matter_letters, matter_units
from storage.tables.register import matters as table
from storage.types import AnyRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which matters: all that is not said is wanted. `overdue_at`: those whose answer is late at an instant.

    `due_before`, `due_after`: those whose answer is owed by then, and not earlier.
    """

    states: Collection[State] = STATES
    kind: str = ""
    field: str = ""
    unit: int | None = None
    year: int | None = None
    words: str = ""  #: of the subject, with marks or without; or the number, of the matter or of a letter
    overdue_at: datetime | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None
    before: int | None = None  #: those opened before the one with this id


def find(
    db: Connection,
    area: str,
    wanted: Wanted,
    limit: int | None = None,
    offset: int = 0,
    *,
    by_deadline: bool = False,
) -> list[Matter]:
    """Return the matters that are wanted, newest first; by deadline where late ones or that order are asked for."""
    urgent = by_deadline or wanted.overdue_at is not None or wanted.due_before is not None
    late = (table.c.due_at.is_(None), table.c.due_at, table.c.id)
    order = late if urgent else (table.c.opened_at.desc(), table.c.id.desc())  # as its index lies
    query = select(table).where(*_which(area, wanted)).order_by(*order).limit(limit).offset(offset)
    return complete(db, db.execute(query).all())


def counts(db: Connection, area: str, views: Mapping[str, Wanted]) -> dict[str, int]:
    """Return how many matters each view has, in one look; views differ in states and deadlines, in nothing else."""
    asked = _asked(area, next(iter(views.values())))
    row = db.execute(
        select(*(func.count(case((and_(true(), *_at(one)), 1))) for one in views.values())).where(*asked)
    ).one()
    return dict(zip(views, map(int, row), strict=True))


def dated(db: Connection, area: str, first: datetime, before: datetime) -> list[Matter]:
    """Return the matters that came up from an instant on and before another, oldest first.

    A matter counts by the start of its clock, which an official stated; without one by when it was opened.
    """
    came = func.coalesce(table.c.received_at, table.c.opened_at, type_=table.c.opened_at.type)
    query = select(table).where(table.c.area == area, came >= first, came < before)
    return complete(db, db.execute(query.order_by(came, table.c.id)).all())


def listed(db: Connection, area: str, first: datetime, before: datetime) -> list[Matter]:
    """Return what a list of a period tells: matters opened before its end, not ended before it began; oldest first."""
    query = select(table).where(*_of_period(area, first, before))
    return complete(db, db.execute(query.order_by(table.c.id)).all())


def standing(db: Connection, area: str, first: datetime, before: datetime) -> Sequence[AnyRow]:
    """Return where the matters stand that a list of a period tells: id, state, deadline and instants, nothing else."""
    names = ("id", "state", "due_at", "opened_at", "changed_at", "ended_at", "answered_at")
    return db.execute(select(*(table.c[name] for name in names)).where(*_of_period(area, first, before))).all()


def finished(db: Connection, area: str, first: datetime, before: datetime) -> list[Matter]:
    """Return the matters that were done from an instant on and before another, with their result, newest first."""
    ended = (table.c.state == "done", table.c.ended_at >= first, table.c.ended_at < before)
    return complete(db, db.execute(select(table).where(table.c.area == area, *ended).order_by(table.c.id.desc())).all())


def _of_period(area: str, first: datetime, before: datetime) -> list[ColumnElement[bool]]:
    still = table.c.ended_at.is_(None) | (table.c.ended_at >= first)
    return [table.c.area == area, table.c.opened_at < before, table.c.state != "merged", still]


def _which(area: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    return [*_asked(area, wanted), *_at(wanted)]


def _at(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return where the wanted matters stand on their way: by state and deadline."""
    which: list[ColumnElement[bool]] = []
    if set(wanted.states) != set(STATES):  # all of them would be looked up state by state
        which.append(table.c.state.in_(sorted(wanted.states)))
    if wanted.overdue_at is not None or wanted.due_before is not None:
        which += [table.c.state.in_(sorted(WAITING)), table.c.due_at < (wanted.overdue_at or wanted.due_before)]
    if wanted.due_after is not None:
        which.append(table.c.due_at >= wanted.due_after)
    return which


def _asked(area: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return what else is asked of the wanted matters."""
    which: list[ColumnElement[bool]] = [table.c.area == area]
    if wanted.before is not None:
        which.append(table.c.id < wanted.before)
    if wanted.kind:
        which.append(table.c.kind == wanted.kind)
    if wanted.field:
        which.append(table.c.field == wanted.field)
    if wanted.year is not None:
        which.append(table.c.year == wanted.year)
    if wanted.unit is not None:
        named = select(matter_units.c.matter_id).where(matter_units.c.unit_id == wanted.unit)
        which.append(table.c.id.in_(named))
    if wanted.words:
        which += _said(area, wanted.words)
    return which


def _said(area: str, text: str) -> list[ColumnElement[bool]]:
    """Return what a text asks of matters: each word in the subject, or the number that they or their letters have."""
    if (named := number_of(text)) is not None:
        year, number = named
        numbered = table.c.number == number if year is None else and_(table.c.number == number, table.c.year == year)
        return [numbered | table.c.subject_folded.contains(text.strip(), autoescape=True)]
    spelt = [sorted({word, *spellings(spelt_text(word))}) for word in clean(text).lower().split()]
    folded = [
        [table.c.subject_folded.contains(form, autoescape=True) for form in sorted(set(map(fold, forms)))]
        for forms in spelt
    ]
    # What was typed with marks must stand there with them; asked last, for its price.
    marked = [
        [table.c.subject.icontains(form, autoescape=True) for form in forms]
        for forms in spelt
        if any(fold(form) != form for form in forms)
    ]
    said = [or_(*ways) for ways in (*folded, *marked)]
    if not any(letter.isdigit() for letter in text):  # no letter has a number like that
        return said
    lettered = select(matter_letters.c.matter_id).where(
        matter_letters.c.area == area, matter_letters.c.number.icontains(text.strip(), autoescape=True)
    )
    return [or_(and_(*said), table.c.id.in_(lettered))]
