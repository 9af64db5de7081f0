"""The press log: press conferences, and times the agency informed at a giao ban of its own accord."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from errors import UsageError
from pipeline.register.acts import Office, Row, text
from press.deadlines import local_day
from storage.people.audit import Act, record
from storage.register import press_log
from storage.register.press_log import Entry


def add(office: Office, kind: str, day: date, subject: str, form: str = "") -> Row:
    """Note one; the audit log has it by the same commit."""
    if day > local_day(office.now):
        raise UsageError(f"{day} lies in the future: the log holds what has been")
    plain = text(subject, "the subject")
    with office.archive.begin() as db:
        number = press_log.add(db, office.area, kind, day.isoformat(), plain, form)
        record(db, [Act(office.who, "press log", str(number), {"kind": kind, "date": day.isoformat()})], office.now)
    return _row(Entry(number, kind, day.isoformat(), plain, form))


def strike(office: Office, number: int) -> None:
    """Take out one that was noted by mistake; Conflict where there is none."""
    with office.archive.begin() as db:
        press_log.strike(db, office.area, number, office.now)
        record(db, [Act(office.who, "press log struck", str(number))], office.now)


def rows(office: Office, first: date | None = None, last: date | None = None) -> Iterator[Row]:
    """Give what was noted from one day to another, both included, oldest first."""
    span = (first.isoformat() if first else "", last.isoformat() if last else "9999")
    with office.archive.read() as db:
        yield from map(_row, press_log.entries(db, office.area, *span))


def _row(entry: Entry) -> Row:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "date": entry.day,
        "subject": entry.subject,
        "form": entry.form or None,
    }
