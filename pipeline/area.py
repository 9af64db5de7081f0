"""The area of the settings in the words of a reader."""

from __future__ import annotations

from datetime import date, timedelta

from analysis.gazetteer import load_gazetteer
from digest.select import bare_place
from errors import SettingsError
from settings import Settings


def place_names(settings: Settings) -> set[str]:
    """Return the names of all units and landmarks of the area, as `digest.select.bare_place` writes them."""
    gazetteer = load_gazetteer()
    area = gazetteer.area(settings.area.province)
    return {bare_place(gazetteer.units[unit].name) for unit in area.units}


def label(settings: Settings, language: str = "vi") -> str:
    """Return the area's name, with the day its boundaries ended where the province is abolished.

    Raises SettingsError for a province nobody knows, with the nearest names.
    """
    gazetteer = load_gazetteer()
    try:
        area = gazetteer.area(settings.area.province)
    except ValueError as error:
        raise SettingsError(f"{settings.file}: [area] province: {error}") from error
    unit = gazetteer.units[area.province]
    if not unit.valid_to:
        return unit.name
    ended = date.fromisoformat(unit.valid_to) + timedelta(days=1)
    if language == "en":
        return f"{unit.name} (boundaries before {ended.day} {ended:%B %Y})"
    return f"{unit.name} (địa giới trước {ended:%d}/{ended.month}/{ended.year})"
