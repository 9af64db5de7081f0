"""The area of the settings in the words of a reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from analysis.places.area import area_of
from analysis.places.gazetteer import load_gazetteer
from digest.choosing.select import bare_place
from errors import DiemBaoError, SettingsError, UsageError
from press import Place
from press.text import fold
from settings import Settings


def place_names(settings: Settings) -> set[str]:
    """Return the names of all units and landmarks of the area, as `digest.choosing.select.bare_place` writes them."""
    gazetteer = load_gazetteer()
    area = area_of(gazetteer, settings.area.province)
    return {bare_place(gazetteer.units[unit].name) for unit in area.units}


def label(settings: Settings, language: str = "vi") -> str:
    """Return the area's name, with the day its boundaries ended where the province is abolished.

    Raises SettingsError for a province nobody knows, with the nearest names.
    """
    gazetteer = load_gazetteer()
    try:
        area = area_of(gazetteer, settings.area.province)
    except ValueError as error:
        raise SettingsError(f"{settings.file}: [area] province: {error}") from error
    unit = gazetteer.units[area.province]
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
def choices(province: str) -> tuple[Choice, ...]:
    """Return the units and landmarks of an area, of every period, by name."""
    gazetteer = load_gazetteer()
    found = []
    for index in area_of(gazetteer, province).units:
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
    province = settings.area.province
    known = {(one.code, one.valid_from, one.name): one for one in present}
    found = []
    for key in dict.fromkeys(wanted):
        if key not in known and not any(one.key == "@".join(key) for one in choices(province)):
            raise UsageError(f"no place {key[2]!r} with the code {key[0]!r} since {key[1]!r} in {province}")
        found.append(known.get(key) or place(province, "@".join(key), why))
    return found


def place(province: str, key: str, why: str) -> Place:
    """Return a place of the area as a person adds it; raises DiemBaoError for a key that is none of `choices`."""
    chosen = next((one.unit for one in choices(province) if one.key == key), None)
    if chosen is None:
        raise DiemBaoError(f"no place {key!r} in {province}")
    unit = load_gazetteer().units[chosen]
    return Place(unit.name, unit.code, unit.name, why, unit.valid_from, 1.0, True)
