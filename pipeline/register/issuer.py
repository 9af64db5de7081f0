"""Whose reports these are: what the settings say, and where they say nothing the province of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from analysis.places.gazetteer import PROVINCE
from pipeline.running import land
from settings import Settings


@dataclass(frozen=True, slots=True)
class Issuer:
    """The head of a letter: the body above, who writes, the sign in its number, where it is dated."""

    parent: str
    name: str
    sign: str
    place: str


def issuer(settings: Settings, day: date) -> Issuer:
    """Return whose reports these are on a day."""
    own = settings.register
    province = _province(settings, day) if not (own.parent and own.place) else ("", "")
    parent = own.parent or f"Ủy ban nhân dân {' '.join(province)}"
    return Issuer(parent, own.issuer, own.sign, own.place or province[1])


def _province(settings: Settings, day: date) -> tuple[str, str]:
    """Return unit word and name of the province that stands today where the area lies."""
    area = land.area(settings.area)
    known = area.gazetteer
    for number in (area.province, *sorted(area.wider)):
        if known.units[number].level == PROVINCE and known.exists(number, day.isoformat()):
            return known.units[number].word, known.units[number].name
    return "", area.name
