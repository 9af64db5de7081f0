"""What the register says beside the coverage of a period: answers that are owed, new coverage, results."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from digest.model import Matter
from pipeline.running.due import Period
from press.matters import WAITING
from settings import Settings
from storage import register
from storage.register import matters as stored
from storage.register.lists import Wanted

_MOST = 300  # that a mail or page looks through: it names a few


def matters(db: Connection, settings: Settings, period: Period) -> list[Matter]:
    """Return the matters that owe an answer at the end of a period, late ones first; with new coverage; done in it."""
    area = settings.area.province
    joined = register.covered.joined(db, area, period.start, period.end)
    owed = register.lists.find(db, area, Wanted(states=WAITING), _MOST, by_deadline=True)
    answered = [one for one in register.matters.by_ids(db, joined) if one.state == "answered" and one.area == area]
    done = register.lists.finished(db, area, period.start, period.end)
    found = [*owed, *answered, *done]
    units = register.units.by_ids(db, {one.lead for one in found if one.lead is not None})
    names = {number: unit.name for number, unit in units.items()}
    return [_matter(one, names, joined.get(one.id, 0), period) for one in found]


def _matter(one: stored.Matter, names: Mapping[int, str], joined: int, period: Period) -> Matter:
    return Matter(
        number=one.name,
        subject=one.subject,
        field=one.field,
        places=one.places,
        unit=names.get(one.lead or 0, ""),
        until=one.due_at,
        late=one.overdue(period.end),
        waiting=one.state in WAITING,
        joined=joined,
        page=f"/matters/{one.year}/{one.number}",
        result=one.result if one.state == "done" else "",
    )
