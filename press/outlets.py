"""One TOML row of an outlet -> `Outlet`: the same rules for the shipped catalogue and for the settings' [[outlet]]."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, cast, get_args

from errors import SettingsError
from press import Language, Level, Outlet, Section
from press.urls import canonical

_TEXTS: Final = ("name", "site", "title", "lead", "body", "date", "drop", "disabled", "note")
_LISTS: Final = ("feeds", "sitemaps")
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "language": get_args(Language),
    "level": get_args(Level),
    "dates": ("", "dmy", "mdy"),
}
_REQUIRED: Final = ("slug", "name", "language", "level")
_KEYS: Final = frozenset({"slug", "sections", "verified", *_TEXTS, *_LISTS, *_CHOICES})
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def outlet_from_row(row: Mapping[str, object], where: str) -> Outlet:
    """One outlet from its TOML row.

    `where` names the place for the reader of an error ("settings.toml, [[outlet]] 2").
    Raises SettingsError, naming the key and the place, for an unknown or missing key, a wrong type or a wrong value.
    """
    for key in row:
        if key not in _KEYS:
            raise SettingsError(f"{where}: unknown key '{key}'; known keys: {', '.join(sorted(_KEYS))}")
    for key in _REQUIRED:
        if key not in row:
            raise SettingsError(f"{where}: the key '{key}' is missing")
    values: dict[str, Any] = {"slug": _slug(row["slug"], where)}
    where = f"{where} ({values['slug']})"
    values |= {key: _text(row[key], key, where) for key in _TEXTS if key in row}
    values |= {key: _choice(row[key], key, where) for key in _CHOICES if key in row}
    values |= {key: _addresses(row[key], key, where) for key in _LISTS if key in row}
    values["sections"] = _sections(row.get("sections", []), where)
    values["verified"] = _flag(row.get("verified", False), "verified", where)
    if not values["name"]:
        raise SettingsError(f"{where}: 'name' is empty")
    return Outlet(**values)


def _wrong(key: str, wanted: str, value: object, where: str) -> SettingsError:
    return SettingsError(f"{where}: '{key}' must be {wanted}, not {value!r}")


def _text(value: object, key: str, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(key, "a text", value, where)
    return value.strip()


def _flag(value: object, key: str, where: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(key, "true or false", value, where)
    return value


def _slug(value: object, where: str) -> str:
    slug = _text(value, "slug", where)
    if not _SLUG.fullmatch(slug):
        raise _wrong("slug", "a short name of a-z, 0-9, _ and -", value, where)
    return slug


def _choice(value: object, key: str, where: str) -> str:
    chosen = _text(value, key, where)
    if chosen not in _CHOICES[key]:
        raise _wrong(key, "one of " + ", ".join(repr(choice) for choice in _CHOICES[key]), value, where)
    return chosen


def _address(value: object, key: str, where: str) -> str:
    address = _text(value, key, where)
    try:
        canonical(address)
    except ValueError as error:
        raise _wrong(key, "an http or https address", value, where) from error
    return address  # as written: what is asked for is what the outlet publishes


def _addresses(value: object, key: str, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _wrong(key, "a list of addresses", value, where)
    return tuple(dict.fromkeys(_address(item, key, where) for item in value))


def _sections(value: object, where: str) -> tuple[Section, ...]:
    if not isinstance(value, list):
        raise _wrong("sections", 'a list of { url = "…", links = "CSS selector" }', value, where)
    return tuple(_section(item, where) for item in value)


def _section(value: object, where: str) -> Section:
    if not isinstance(value, dict) or set(value) != {"url", "links"}:
        raise _wrong("sections", '{ url = "…", links = "CSS selector" }', value, where)
    row = cast("dict[str, object]", value)
    links = _text(row["links"], "links", f"{where}, sections")
    if not links:
        raise _wrong("links", "a CSS selector", value, f"{where}, sections")
    return Section(_address(row["url"], "url", f"{where}, sections"), links)
