"""The area of the settings in the words of a reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from digest.choosing.select import bare_place
from errors import DiemBaoError, SettingsError, UsageError
from pipeline.running import land
from press import Place
from press.text import fold
from settings import Area, Settings


def place_names(settings: Settings) -> set[str]:
    """Return the names of all units and landmarks of the area, as `digest.choosing.select.bare_place` writes them."""
    area = land.area(settings.area)
    return {bare_place(area.gazetteer.units[unit].name) for unit in area.units}


def label(settings: Settings, language: str = "vi") -> str:
    """Return the area's name, with the day its boundaries ended where the province is abolished.

    Raises SettingsError for a province nobody knows, with the nearest names.
    """
    try:
        area = land.area(settings.area)
    except ValueError as error:
        raise SettingsError(f"{settings.file}: [area] province: {error}") from error
    unit = area.gazetteer.units[area.province]
    if not unit.valid_to:
        return unit.name
    ended = date.fromisoformat(unit.valid_to) + timedelta(days=1)
    if language == "en":
        return f"{unit.name} (boundaries before {ended.day} {ended:%B %Y})"
    return f"{unit.name} (địa giới trước {ended:%d}/{ended.month}/{ended.year})"


class Choice(NamedTuple):
    """A unit or landmark of the area that a person may say an article is about."""

    key: str  #: code@valid_from@name
    title: str
    today: bool
    unit: int


@lru_cache(maxsize=4)
def choices(chosen: Area) -> tuple[Choice, ...]:
    """Return the units and landmarks of the settings' area, of every period, by name."""
    area = land.area(chosen)
    gazetteer, found = area.gazetteer, []
    for index in area.units:
        unit = gazetteer.units[index]
        above = gazetteer.units[unit.parent].title if unit.parent >= 0 else ""
        title = f"{unit.title} ({above})" if above else unit.title
        key = "@".join((unit.code, unit.valid_from, unit.name))
        found.append((fold(unit.name), Choice(key, title, not unit.valid_to, index)))
    return tuple(choice for _, choice in sorted(found))


def places(
    settings: Settings, present: Sequence[Place], wanted: Sequence[tuple[str, str, str]], why: str
) -> list[Place]:
    """Return the places an article shall have, by code, valid_from and name: those it has, others of the area.

    Raises UsageError for a place that is neither.
    """
    chosen = settings.area
    known = {(one.code, one.valid_from, one.name): one for one in present}
    found = []
    for key in dict.fromkeys(wanted):
        if key not in known and not any(one.key == "@".join(key) for one in choices(chosen)):
            raise UsageError(f"no place {key[2]!r} with the code {key[0]!r} since {key[1]!r} in {chosen.province}")
        found.append(known.get(key) or place(chosen, "@".join(key), why))
    return found


def place(chosen: Area, key: str, why: str) -> Place:
    """Return a place of the area as a person adds it; raises DiemBaoError for a key that is none of `choices`."""
    found = next((one.unit for one in choices(chosen) if one.key == key), None)
    if found is None:
        raise DiemBaoError(f"no place {key!r} in {chosen.province}")
    unit = land.gazetteer(chosen).units[found]
    return Place(unit.name, unit.code, unit.name, why, unit.valid_from, 1.0, True)
