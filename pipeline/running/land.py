"""The gazetteer and the territory of the settings: one place, so that every verb knows an office's own landmarks."""

from __future__ import annotations

from pathlib import Path

from analysis import Tagger
from analysis.places.area import Area, area_of
from analysis.places.gazetteer import Gazetteer, load_gazetteer
from settings import Area as Chosen


def gazetteer(chosen: Chosen) -> Gazetteer:
    """Return the units of the country with the office's landmarks; SettingsError for landmarks that cannot be."""
    return load_gazetteer(landmarks=Path(chosen.landmarks)) if chosen.landmarks else load_gazetteer()


def area(chosen: Chosen) -> Area:
    """Return the territory; ValueError for a province nobody knows, SettingsError for landmarks that cannot be."""
    return area_of(gazetteer(chosen), chosen.province, chosen.merged)


def tagger(chosen: Chosen, models: Path | None, province: str = "") -> Tagger:
    """Return what judges for the territory, or for another `province` by the same rules; errors as above."""
    own = Path(chosen.landmarks) if chosen.landmarks else None
    return Tagger(province or chosen.province, models, landmarks=own, merged=chosen.merged)
