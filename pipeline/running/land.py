"""The gazetteer and the territory of the settings: one place, so that every verb knows an office's own landmarks."""

from __future__ import annotations

from pathlib import Path

from analysis import Asked, Tagger
from analysis.places.area import Area, area_of
from analysis.places.gazetteer import Gazetteer, load_gazetteer
from settings import Area as Chosen
from settings import Settings


def gazetteer(chosen: Chosen) -> Gazetteer:
    """Return the units of the country with the office's landmarks; SettingsError for landmarks that cannot be."""
    return load_gazetteer(landmarks=Path(chosen.landmarks)) if chosen.landmarks else load_gazetteer()


def area(chosen: Chosen) -> Area:
    """Return the territory; ValueError for a province nobody knows, SettingsError for landmarks that cannot be."""
    return area_of(gazetteer(chosen), chosen.province, chosen.merged)


def tagger(settings: Settings, models: Path | None, province: str = "", *, all_lines: bool = False) -> Tagger:
    """Return what judges for the territory, or for another `province` by the same rules; errors as above.

    `all_lines`: the net, unless it is off, is asked about every text, whatever place it concerns.
    """
    chosen = settings.area
    own = Path(chosen.landmarks) if chosen.landmarks else None
    net: Asked = "all" if all_lines and settings.analysis.net != "off" else settings.analysis.net
    return Tagger(province or chosen.province, models, landmarks=own, merged=chosen.merged, net=net)
