"""Reminders of matters: a mail an office or editor, each matter once for each deadline.

What is told, to whom, is decided without effects (`wanted`). A mail is committed together with the row of everything it
tells, then goes out like every mail that waits in the archive: a kill before the commit loses nothing, one after it
repeats nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import logs
from digest.writing.reminder import Item, reminder
from pipeline.register import show
from pipeline.register.acts import Office
from pipeline.register.weekly import written
from pipeline.running.counts import Counts, never_stop
from pipeline.running.mail import deliver
from press.dates import VIETNAM
from press.deadlines import local_day
from press.matters import WAITING
from settings import Settings
from storage import Archive, register
from storage.people import accounts
from storage.people.audit import Act, record
from storage.register.law import Law
from storage.register.matters import Letter, Matter
from storage.register.reminders import Key, Kind
from storage.register.units import Unit
from storage.tables.register import reminders as mails

LOG = logs.logger()
LOCK_WAIT: Final = 5.0


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is reminded: an office of its own matters, an editor of all."""

    email: str
    units: frozenset[int] | None = None  #: its own, and those that were merged into it; None: an editor
    language: Literal["vi", "en"] = "vi"

    def concerned(self, matter: Matter) -> bool:
        """Tell whether a matter is one of theirs."""
        return self.units is None or bool(self.units & {matter.lead, *matter.others})


def kind_of(matter: Matter, law: Law, settings: Settings, now: datetime) -> Kind | None:
    """Return what a matter's deadline calls for at an instant: late, due today, due soon, or nothing."""
    if matter.state not in WAITING or matter.due_at is None:
        return None
    if matter.overdue(now):
        return "overdue"
    if local_day(matter.due_at) == local_day(now):
        return "today"
    return "soon" if show.due_soon(law, settings, matter, now) else None


def wanted(
    owed: Sequence[Matter],
    readers: Sequence[Reader],
    told: Collection[Key],
    law: Law,
    settings: Settings,
    now: datetime,
) -> dict[Reader, list[Key]]:
    """Return what each reader is to be told now and was not told yet.

    Deadlines are told from `[register] remind_at` on, on days that are worked; on others only what ends that very day.
    """
    local = now.astimezone(settings.digest.timezone)
    today = local_day(now)
    hours = local.time() >= settings.register.remind_at
    working = law.calendar(today.year).is_working(today)
    found: dict[Reader, list[Key]] = {}
    known = set(told)  # an office may read under two names: it is told once
    for matter in owed:
        due = matter.due_at.isoformat() if matter.due_at else ""
        kind = kind_of(matter, law, settings, now)
        tell = kind is not None and hours and (working or local_day(matter.due_at or now) == today)
        for reader in readers:
            if not reader.concerned(matter):
                continue
            keys = [Key(matter.id, "assigned", reader.email, "")] if matter.lead is not None else []
            if tell and kind is not None:
                keys.append(Key(matter.id, kind, reader.email, due))
            if new := [key for key in keys if key not in known]:
                known.update(new)
                found.setdefault(reader, []).extend(new)
    return found


def reminders(
    archive: Archive, settings: Settings, now: datetime, *, should_stop: Callable[[], bool] = never_stop
) -> Counts:
    """Keep what is to be told now, and send what waits; what a mail server does is an outcome."""
    counts = Counts("reminders")
    with archive.lock("reminders", LOCK_WAIT):
        _keep(archive, settings, now)
        with archive.read() as db:
            waiting = register.reminders.waiting(db, now)
        counts.due = len(waiting)
        for mail in waiting:
            if should_stop():
                break
            counts.add(deliver(archive, settings, mails, mail.id, mail.attempts, mail.recipient, mail.message, now))
    return counts


def remind_units(office: Office, *, on: bool) -> None:
    """Have units reminded by mail from now on, or not any more."""
    with office.archive.begin() as db:
        register.reminders.remind_units(db, office.area, on=on)
        record(db, [Act(office.who, "units reminded" if on else "units not reminded", office.area)], office.now)


def _keep(archive: Archive, settings: Settings, now: datetime) -> None:
    """Commit a mail for each reader that has something to be told, with all that it tells."""
    area = settings.area.province
    with archive.read() as db:
        owed = register.reminders.owed(db, area)
        if not owed:
            return
        units = {unit.id: unit for unit in register.units.all_units(db, area)}
        readers = [
            Reader(one.email, None, one.language)
            for one in accounts.all_accounts(db)
            if one.ended_at is None and one.may("editor")
        ]
        if register.reminders.units_reminded(db, area):
            readers += _offices(units)
        law = register.law.load(db, area)
        todo = wanted(owed, readers, register.reminders.told(db, [one.id for one in owed]), law, settings, now)
        if not todo:
            return
        letters = register.matters.letters_of(db, [one.id for one in owed])
    desk = _Desk(settings, law, units, letters, now)
    for reader, keys in todo.items():
        try:
            subject, mail = _mail(desk, reader, owed, keys)
        except ValueError as error:  # an address that is none keeps nobody else from being told
            LOG.warning("nobody can be reminded there", recipient=reader.email, error=str(error))
            continue
        with archive.begin() as db:
            register.reminders.tell(db, area, reader.email, subject, mail, keys, now)


def _offices(units: Mapping[int, Unit]) -> list[Reader]:
    """Return the offices that have an address; what was merged into one is answered for by it."""
    answering: dict[int, set[int]] = {}
    for number in units:
        answering.setdefault(register.units.ends_in(units, number) or number, set()).add(number)
    return [Reader(units[end].email, frozenset(mine)) for end, mine in answering.items() if units[end].email]


@dataclass(frozen=True, slots=True)
class _Desk:
    settings: Settings
    law: Law
    units: Mapping[int, Unit]
    letters: Mapping[int, Sequence[Letter]]
    now: datetime


def _mail(desk: _Desk, reader: Reader, owed: Sequence[Matter], keys: Sequence[Key]) -> tuple[str, bytes]:
    by_id = {matter.id: matter for matter in owed}
    parts: dict[str, list[Item]] = {}
    named: set[int] = set()
    for key in sorted(keys, key=lambda key: (key.kind == "assigned", key.due, key.matter)):
        if key.matter not in named:  # given just now and late already: said once, as what presses
            named.add(key.matter)
            parts.setdefault(key.kind, []).append(_item(desk, reader, by_id[key.matter]))
    late = [one for one in owed if reader.concerned(one) and one.overdue(desk.now)]
    late.sort(key=lambda one: (one.due_at is None, one.due_at))
    settings = desk.settings
    return reminder(
        settings.mail.sender, reader.email, parts, [_item(desk, reader, one) for one in late],
        issuer=settings.register.issuer, now=desk.now, language=reader.language,
    )  # fmt: skip


def _item(desk: _Desk, reader: Reader, matter: Matter) -> Item:
    letters = desk.letters.get(matter.id, ())
    order, term = show.order_of(letters), show.term_of(desk.law, matter, letters)
    site = desk.settings.web.archive_url if reader.units is None else ""  # offices have no account
    until = term.until.astimezone(VIETNAM) if term and term.until else None
    return Item(
        number=matter.name,
        subject=matter.subject,
        unit=desk.units[matter.lead].name if matter.lead is not None else "",
        until=f"{until:%H:%M}, {written(until.date().isoformat())}" if until else "",
        clause=term.clause if term else "",
        order=f"Văn bản {order.number}".strip() if order and order.number else "",
        page=f"{site}/matters/{matter.year}/{matter.number}" if site else "",
    )
