"""What has a name without being a unit: the rows of `[[landmark]]`, of our data file and of an office's, checked."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from analysis.places.roads import is_road
from errors import SettingsError
from press.text import clean, tone_normal

Row = Mapping[str, Any]
_KEYS: Final = ("name", "core", "after", "in", "through", "weak", "since", "until")
_MOST: Final = 5000
_BYTES: Final = 2_000_000


def read_landmarks(path: Path, provinces: Collection[str], units: Collection[str]) -> list[Row]:
    """The landmarks of an office's file; SettingsError names file, line, key and how to mend it.

    `provinces` and `units` are the names `in` and `through` may hold.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_BYTES + 1).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path}: cannot be read ({error}); mend [area] landmarks, or write the file in UTF-8"
        ) from error
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    rows = document.pop("landmark", [])
    if document or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        other = f"unknown {next(iter(document))!r}" if document else "landmark is no list"
        raise SettingsError(f"{path}: {other}: write each landmark under [[landmark]] with two brackets")
    if len(rows) > _MOST or len(text) > _BYTES:
        raise SettingsError(f"{path}: more than {_MOST} landmarks or {_BYTES:,} bytes: leave out what you do not need")
    for number, row in enumerate(rows):
        if wrong := fault(row, provinces, units):
            key, words = wrong
            raise SettingsError(f"{path}, line {_line(text, number, key)}: [[landmark]] {key}: {words}")
    return rows


def fault(row: Row, provinces: Collection[str], units: Collection[str]) -> tuple[str, str] | None:
    """The first key of a row that cannot be, with how to mend it; None for a good row."""
    for key in row:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            return key, f"unknown; did you mean {near[0]}?" if near else f"unknown; known: {', '.join(_KEYS)}"
    if not isinstance(row.get("name"), str) or not row["name"].strip():
        return "name", 'a text is needed, such as name = "cầu Mỹ Thanh"'
    for key in ("core", "after", "in", "through"):
        if key in row and not _texts(row[key]):
            return key, 'expected a list of texts, such as ["Mỹ Thanh"]'
    for key in ("since", "until"):
        if key in row and not _is_day(row[key]):
            return key, 'expected a day as a text, such as "2025-07-01"'
    if "weak" in row and not isinstance(row["weak"], bool):
        return "weak", "expected true or false, without quotes"
    return _names_fault(row) or _home_fault(row, provinces, units)


def _names_fault(row: Row) -> tuple[str, str] | None:
    if "core" not in row:
        return "core", 'needed: the capitalised part looked up in the text, such as core = ["Mỹ Thanh"]'
    for core in row["core"]:
        if is_road(core):
            continue
        if not core[0].isupper():
            return "core", f'{core!r} must begin with a capital, or be a road such as "QL 60" or "ĐT 932C"'
        if len(core) < 5 and " " not in core and core.isalpha() and not core.isupper() and not row.get("after"):
            return "after", f'{core!r} alone is also a word or a person: say what stands before it, such as ["cầu"]'
    for word in row.get("after", ()):
        if word != word.lower():
            return "after", f"{word!r} must be written in small letters"
    return None


def _home_fault(row: Row, provinces: Collection[str], units: Collection[str]) -> tuple[str, str] | None:
    if ("in" in row) == ("through" in row):
        return "in", 'exactly one of in = ["Trần Đề", "Sóc Trăng"] and through = ["Hậu Giang", "Sóc Trăng"] is needed'
    key = "in" if "in" in row else "through"
    wide = row["in"][-1:] if "in" in row else row["through"]
    for name in wide:
        if name not in provinces:
            return key, f"no province is called {name!r}{_near(name, provinces)}"
    for name in row[key]:
        if name not in units:
            return key, f"no unit is called {name!r}{_near(name, units)}"
    if key == "through" and len(row[key]) < 2:
        return key, "name at least two provinces, or write in = […]"
    return None


def _near(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(tone_normal(clean(name)), known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def _texts(value: object) -> bool:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        return False
    return all(isinstance(one, str) and one.strip() for one in value)


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _line(text: str, number: int, key: str) -> int:
    """The line of a key of the row, of the row's own header where the key is missing."""
    header = -1
    at = 1
    for line_number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*\[\[\s*landmark\s*\]\]", line):
            header += 1
            at = line_number if header <= number else at
        elif header == number and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return line_number
    return at
