"""The units that answer: filled from the gazetteer and the usual list at first, then the office's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from analysis.places.gazetteer import COMMUNE
from pipeline.running import land
from press.deadlines import local_day
from settings import Settings
from storage import Archive, register
from storage.people.audit import Act, record
from storage.register.units import Unit

FILE: Final = Path(__file__).with_name("departments.toml")
SYSTEM: Final = "terminal"  #: who fills the table at first, in the audit log
Row = dict[str, object]


def filled(archive: Archive, settings: Settings, now: datetime) -> list[Unit]:
    """Return all units of the area; the first time the communes of today and the usual departments are put in."""
    area = settings.area.province
    with archive.read() as db:
        if register.units.has_units(db, area):
            return register.units.all_units(db, area)
    with archive.begin() as db:
        if not register.units.has_units(db, area):
            made = register.units.add(db, area, _usual(settings, local_day(now).isoformat()))
            record(db, [Act(SYSTEM, "units filled", area, {"units": made})], now)
        return register.units.all_units(db, area)


def rows(archive: Archive, settings: Settings, now: datetime) -> Iterator[Row]:
    """Give every unit of the area."""
    yield from map(asdict, filled(archive, settings, now))


@cache
def _departments() -> dict[str, list[str]]:
    return tomllib.loads(FILE.read_text("utf-8"))


def _usual(settings: Settings, day: str) -> list[Unit]:
    """Return the communes of the area that exist on a day, and the usual departments."""
    area = land.area(settings.area)
    gazetteer = area.gazetteer
    communes = [
        Unit(f"UBND {unit.title}", "commune", unit.code, "", unit.valid_from, unit.valid_to)
        for number in sorted(area.units)
        if (unit := gazetteer.units[number]).level == COMMUNE and gazetteer.exists(number, day)
    ]
    return communes + [Unit(name, kind) for kind, names in _departments().items() for name in names]
