"""Builds `analysis/models/gazetteer.json.gz` from packages and our data: `python -m analysis.places.gazetteer_build`.

Sources: vietnam-provinces (units since 1 July 2025, official codes), vietnamadminunits (units before, and which commune
became which), the mapping inside underthesea (links the former lacks), `analysis/data/places.toml` (landmarks,
institutions, other spellings, Khmer and English names). The first two are development dependencies: the product itself
reads only the built file. Rows are `[code, level, word, name, parent, valid_from, valid_to, [successors]]`, where
parent and successors are row numbers (-1: none) and level is 1 province, 2 district, 3 commune.
"""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from analysis.places.landmarks import fault
from press.text import clean, tone_normal

MERGER = "2025-07-01"
LAST_DAY = "2025-06-30"
HERE = Path(__file__).parents[1]
TARGET = HERE / "models" / "gazetteer.json.gz"
PLACES = HERE / "data" / "places.toml"
_WORD = re.compile(r"^(thành phố|tỉnh|quận|huyện|thị xã|thị trấn|phường|xã|đặc khu)\s+", re.IGNORECASE)

Row = list[Any]


def split_name(full: str) -> tuple[str, str]:
    """The unit word (lower case, "" when there is none) and the name; a number stays with its word ("Phường 1")."""
    full = tone_normal(clean(full)).replace("–", "-")
    found = _WORD.match(full)
    if found is None:
        return "", full
    word, name = found.group(1).lower(), full[found.end() :]
    return word, (full if name.isdigit() else name)


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is needed to build the gazetteer: run `make setup`")
    return Path(spec.origin).parent


class Table:
    """The rows in the making, with the look-ups that the links need."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.old_communes: dict[str, int] = {}
        self.old_provinces: dict[str, int] = {}
        self.old_districts: dict[str, int] = {}
        self.new_communes: dict[str, int] = {}
        self.new_provinces: dict[str, int] = {}
        self.weights: dict[tuple[int, int], float] = {}

    def add(self, code: str, level: int, full: str, parent: int, valid: tuple[str, str]) -> int:
        word, name = split_name(full)
        self.rows.append([code, level, word, name, parent, *valid, []])
        return len(self.rows) - 1


def _add_new(table: Table) -> None:
    data = json.loads((_folder("vietnam_provinces") / "data" / "nested-divisions.json").read_text(encoding="utf-8"))
    for province in data:
        full = province["name"]
        if not _WORD.match(full):
            full = f"Tỉnh {full}"
        code = f"{province['code']:02d}"
        row = table.new_provinces[code] = table.add(code, 1, full, -1, (MERGER, ""))
        for ward in province["wards"]:
            ward_code = f"{ward['code']:05d}"
            table.new_communes[ward_code] = table.add(ward_code, 3, ward["name"], row, (MERGER, ""))


def _add_old(table: Table, database: sqlite3.Connection) -> None:
    query = (
        "select provinceKey, province, provinceCode, districtKey, district, districtCode, wardKey, ward, wardCode"
        " from admin_units_legacy order by provinceCode, districtCode, wardCode"
    )
    valid = ("", LAST_DAY)
    for pkey, province, pcode, dkey, district, dcode, wkey, ward, wcode in database.execute(query):
        if pkey not in table.old_provinces:
            table.old_provinces[pkey] = table.add(pcode, 1, province, -1, valid)
        if f"{pkey}_{dkey}" not in table.old_districts:
            table.old_districts[f"{pkey}_{dkey}"] = table.add(dcode, 2, district, table.old_provinces[pkey], valid)
        if ward:
            parent = table.old_districts[f"{pkey}_{dkey}"]
            table.old_communes[f"{pkey}_{dkey}_{wkey}"] = table.add(wcode, 3, ward, parent, valid)


def _add_changes(table: Table, changes: Iterable[Mapping[str, str]]) -> None:
    """Changes before July 2025 that the packages do not carry: a code that named another unit until a day."""
    for change in changes:
        now = next(i for i in table.old_communes.values() if table.rows[i][0] == change["code"])
        table.rows[now][5] = change["until"]
        row = table.add(change["code"], 3, change["was"], table.rows[now][4], ("", change["last_day"]))
        table.rows[row][7] = list(table.rows[now][7])


def _link(table: Table, database: sqlite3.Connection) -> int:
    """Links old communes (and island districts without any) to new ones; answers how many keys were not understood."""
    # The two packages differ in about a hundred codes (drafts of the decree): the name within the province decides.
    by_name = {(row[4], row[2], row[3]): i for i, row in enumerate(table.rows) if row[1] == 3 and row[5] == MERGER}
    new: dict[tuple[str, str], int] = {}
    query = "select provinceKey, provinceCode, wardKey, ward, wardCode from admin_units"
    for pkey, pcode, wkey, ward, code in database.execute(query):
        row = by_name.get((table.new_provinces[pcode], *split_name(ward)), table.new_communes.get(code))
        if row is not None:
            new[pkey, wkey] = row
    converter = json.loads((_folder("vietnamadminunits") / "data" / "converter_2025.json").read_text(encoding="utf-8"))
    lost = 0
    for pkey, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for wkey, old_keys in wards.items():
            for old_key in old_keys:
                lost += not _join(table, old_key, new.get((pkey, wkey)), 1.0)
    for pkey, wards in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old_key, parts in wards.items():
            for part in parts:
                weight = 0.9 if part["isDefaultNewWard"] else 0.1
                lost += not _join(table, old_key, new.get((pkey, part["newWardKey"])), weight)
    mapping = json.loads((_folder("underthesea") / "address" / "data" / "mapping.json").read_text(encoding="utf-8"))
    for record in mapping["ward_mapping"]:
        old_key = "_".join((record["old_province_key"], record["old_district_key"], record["old_ward_key"]))
        old = table.old_communes.get(old_key)
        if old is not None and not table.rows[old][7]:
            _join(table, old_key, new.get((record["new_province_key"], record["new_ward_key"])), 0.5)
    return lost


def _join(table: Table, old_key: str, new: int | None, weight: float) -> bool:
    old = table.old_communes.get(old_key, table.old_districts.get(old_key.rstrip("_")))
    if old is None or new is None:
        return False
    if new not in table.rows[old][7]:
        table.rows[old][7].append(new)
        table.weights[old, new] = weight
    return True


def _drop_namesake_links(table: Table) -> int:
    """A commune split between neighbours never lands in another old province: such links come from equal names."""
    home: dict[int, Counter[int]] = defaultdict(Counter)
    for (old, new), weight in table.weights.items():
        home[new][_province(table, old)] += weight  # type: ignore[assignment]
    dropped = 0
    for (old, new), weight in table.weights.items():
        if weight < 0.5 and home[new].most_common(1)[0][0] != _province(table, old) and len(table.rows[old][7]) > 1:
            table.rows[old][7].remove(new)
            dropped += 1
    return dropped


def _province(table: Table, row: int) -> int:
    while table.rows[row][4] >= 0:
        row = table.rows[row][4]
    return row


def _link_provinces(table: Table) -> None:
    """A province's successor is where most of its communes went; a district has none (the level was abolished)."""
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for old in list(table.old_communes.values()) + list(table.old_districts.values()):
        for new in table.rows[old][7]:
            votes[_province(table, old)][table.rows[new][4]] += 1
    for old in table.old_provinces.values():
        table.rows[old][7] = [votes[old].most_common(1)[0][0]]


def _own(rows: list[Row], data: Mapping[str, Any]) -> dict[str, Any]:
    """Our data file, checked: every province or commune it names must exist, so that a typing error is loud."""
    provinces = {row[3] for row in rows if row[1] == 1}
    names = {row[3] for row in rows}
    for landmark in data["landmark"]:
        if wrong := fault(landmark, provinces, names):
            raise SystemExit(f"{PLACES.name}: landmark {landmark.get('name')!r}: {wrong[0]}: {wrong[1]}")
    for section in ("spelling", "khmer"):
        for name in data[section]:
            if name not in names:
                raise SystemExit(f"{PLACES.name}: [{section}] has unknown name {name!r}")
    for name, home in data["outlets"].items():
        if home not in provinces:
            raise SystemExit(f"{PLACES.name}: outlet {name!r} has unknown home {home!r}")
    return {key: data[key] for key in ("spelling", "khmer", "outlets", "former", "landmark", "ignore")}


def build() -> dict[str, Any]:
    """The whole gazetteer as one JSON-ready document, and on standard output what was counted."""
    table = Table()
    _add_new(table)
    with sqlite3.connect(_folder("vietnamadminunits") / "data" / "dataset.db") as database:
        _add_old(table, database)
        lost = _link(table, database)
    database.close()
    dropped = _drop_namesake_links(table)
    _link_provinces(table)
    data = tomllib.loads(PLACES.read_text(encoding="utf-8"))
    _add_changes(table, data["change"])
    own = _own(table.rows, data)
    unlinked = [row[3] for row in _unlinked(table)]
    print(f"{len(table.rows)} units, {len(own['landmark'])} landmarks, {lost} links not understood, {dropped} dropped")
    print(f"without successor: {len(unlinked)}: {', '.join(unlinked[:20])}")
    sources = {name: version(name) for name in ("vietnam-provinces", "vietnamadminunits", "underthesea")}
    return {"sources": sources, "merger": MERGER, "units": table.rows, **own}


def _unlinked(table: Table) -> Iterable[Row]:
    return (table.rows[row] for row in table.old_communes.values() if not table.rows[row][7])


def main() -> None:
    """Writes the file; the same sources give the same bytes."""
    document = json.dumps(build(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(gzip.compress(document.encode(), 9, mtime=0))
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
