"""The shipped catalogue of outlets: `crawlers/outlets.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from errors import SettingsError
from press import Outlet
from press.outlets import outlet_from_row

CATALOGUE = Path(__file__).with_name("outlets.toml")


@cache
def load_catalogue() -> tuple[Outlet, ...]:
    """Every outlet of the catalogue, disabled ones too, in the file's order. Raises SettingsError naming the row."""
    rows = tomllib.loads(CATALOGUE.read_text("utf-8")).get("outlet", [])
    outlets = tuple(outlet_from_row(row, f"{CATALOGUE.name}, [[outlet]] {n}") for n, row in enumerate(rows, 1))
    seen: set[str] = set()
    for outlet in outlets:
        if outlet.slug in seen:
            raise SettingsError(f"{CATALOGUE.name}: the slug '{outlet.slug}' occurs twice")
        seen.add(outlet.slug)
    return outlets
