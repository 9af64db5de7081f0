"""Searching the archive: the index where it belongs, with what it must know of words, outlets and places."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from analysis.places.area import area_of
from analysis.places.gazetteer import LANDMARK, Gazetteer, load_gazetteer
from analysis.words.khmer import khmer_words
from pipeline.running import land, outlets, show
from press import TOPICS
from press.matters import number_of
from press.spelling import spelt_text
from press.text import clean, fold
from settings import Area, Settings
from storage import Archive, coverage, register
from storage.search import FACETS, Found, SearchIndex, Sort, Span, parse
from storage.search import search as find

WAIT: Final = 10.0  # seconds a command waits for another process to put the newest articles into the index


def folder(settings: Settings) -> Path:
    """Return where the index is: in the data folder, under the name of a SQLite archive."""
    file = settings.archive_file
    return settings.data_folder / (f"{file.name}.search" if file else "search")


def open_index(archive: Archive, settings: Settings) -> SearchIndex:
    """Return the archive's index; it may be empty, and is brought up to the archive by `catch_up` or a `Follower`."""
    area = settings.area.province

    def covered(db: Connection, text: str) -> list[int] | None:
        year, number = number_of(text) or (None, 0)
        found = None if year is None else register.matters.id_of(db, area, year, number)
        return None if found is None else register.covered.articles_of(db, [found]).get(found, [])

    return SearchIndex(archive, folder(settings), khmer_words, _units(settings.area), covered)


def outlet_names(settings: Settings) -> dict[str, str]:
    """Return slug -> name of every outlet the catalogue or the settings name."""
    return {slug: outlet.name for slug, outlet in outlets.known(settings).items()}


def search(
    archive: Archive,
    settings: Settings,
    query: str,
    *,
    sort: Sort = "relevance",
    limit: int = 20,
    after: str = "",
    facets: bool = False,
    span: Span = "month",
    told: Callable[[int, int], None] | None = None,
) -> dict[str, object]:
    """Bring the index up to the archive and return the contract's object of a search; QueryError for a wrong query."""
    parse(query)  # a wrong query is told at once, whatever there is to index
    index = open_index(archive, settings)
    index.catch_up(WAIT, told=told)
    names = outlet_names(settings)
    return answer(index, names, query, sort=sort, limit=limit, after=after, facets=facets, span=span)


def answer(
    index: SearchIndex,
    names: Mapping[str, str],
    query: str,
    *,
    sort: Sort = "relevance",
    limit: int = 20,
    after: str = "",
    facets: bool = False,
    span: Span = "month",
) -> dict[str, object]:
    """Return the contract's object of a search in an index as it is; `names` are the outlets', by slug."""
    found = find(index, query, outlets=names, sort=sort, limit=limit, after=after, facets=facets, span=span)
    with index.archive.read() as db:
        hits = [show.article(row) for row in coverage.articles.load_articles(db, found.ids)]
    shown: dict[str, object] = {"total": found.total, "took_ms": round(found.took_ms, 2), "hits": hits}
    shown["next"] = found.next or None
    if found.building:
        shown["building"] = dict(zip(("done", "of"), found.building, strict=True))
    return {**shown, **_counted(found, index, names)} if facets else shown


def _counted(found: Found, index: SearchIndex, outlets: Mapping[str, str]) -> dict[str, object]:
    """Facets as lists, most articles first; places with the key of the unit they lie in."""
    facets: dict[str, list[dict[str, object]]] = {
        name: [{"value": value, "count": count} for value, count in found.facets.get(name, {}).items()]
        for name in FACETS  # while the index is built there are none
    }
    for row in facets["outlet"]:
        row["label"] = outlets.get(str(row["value"]), row["value"])
    for row in facets["topic"]:
        row["label"] = TOPICS[str(row["value"])][0] if row["value"] in TOPICS else row["value"]
    for row in facets["place"]:
        row |= {"label": index.places.title(str(row["value"])), "in": index.places.parent(str(row["value"]))}
    bars = [{"from": day.isoformat(), "count": count} for day, count in found.bars.items()]
    return {"facets": facets, "histogram": bars}


class Units:
    """The gazetteer as searching asks it. A unit's key is code@valid_from, with the name where that is not enough."""

    def __init__(self, gazetteer: Gazetteer | None = None) -> None:
        """`gazetteer`: with an office's landmarks; the shipped one where none is given."""
        self._given = gazetteer
        self.chain = lru_cache(20_000)(self._chain)
        self.lineage = lru_cache(20_000)(self._lineage)

    def _chain(self, code: str, valid_from: str, name: str) -> Sequence[str]:
        """Return the keys of a place and of what contains it in its own period, the place first."""
        unit = self._of(code, valid_from, name)
        return [_key(code, valid_from, name)] if unit is None else [self._keys[at] for at in self._up(unit)]

    def _lineage(self, code: str, valid_from: str, name: str) -> Sequence[str]:
        """Return the keys of every unit a search for which finds this place, of every period."""
        unit = self._of(code, valid_from, name)
        if unit is None:
            return [_key(code, valid_from, name)]
        return [self._keys[at] for at in sorted(self._gazetteer.lineage(unit))]

    def named(self, name: str) -> Sequence[str]:
        """Return the keys a name or code means: with its unit word or without, with marks or without."""
        if "(trước" in name:
            try:
                return [self._keys[area_of(self._gazetteer, name).province]]
            except ValueError:
                return []
        asked = _plain(name)
        return [self._keys[at] for at in self._names.get(asked) or self._folded.get(asked, ())]

    def key(self, unit: int) -> str:
        """Return the key of a unit of the gazetteer."""
        return self._keys[unit]

    def unit(self, key: str) -> int | None:
        """Return the unit of the gazetteer a key means, None for a place it does not have."""
        return self._by_key.get(key)

    def title(self, key: str) -> str:
        """Return the name a person reads."""
        unit = self._by_key.get(key)
        return key.rpartition("@")[2].replace("_", " ") if unit is None else self._gazetteer.units[unit].title

    def parent(self, key: str) -> str:
        """Return the key of the unit that contains it in its own period, "" for none."""
        unit = self._by_key.get(key)
        above = -1 if unit is None else self._gazetteer.units[unit].parent
        return self._keys[above] if above >= 0 else ""

    def names(self) -> Sequence[str]:
        """Return the names of all units."""
        return list(dict.fromkeys(unit.name for unit in self._gazetteer.units))

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return self._given or load_gazetteer()

    @cached_property
    def _keys(self) -> list[str]:
        return [
            _key(unit.code, unit.valid_from, unit.title if unit.level == LANDMARK or not unit.code else "")
            for unit in self._gazetteer.units
        ]

    @cached_property
    def _by_key(self) -> dict[str, int]:
        return {key: at for at, key in enumerate(self._keys)}

    def _of(self, code: str, valid_from: str, name: str) -> int | None:
        found = self._by_key.get(_key(code, valid_from))
        return self._by_key.get(_key(code, valid_from, name)) if found is None else found

    def _up(self, unit: int) -> list[int]:
        chain = [unit]
        while (unit := self._gazetteer.units[unit].parent) >= 0:
            chain.append(unit)
        return chain

    @cached_property
    def _names(self) -> Mapping[str, Sequence[int]]:
        names: dict[str, dict[int, None]] = defaultdict(dict)
        for at, unit in enumerate(self._gazetteer.units):
            for name in (unit.name, unit.title, f"{unit.word} {unit.name}", unit.code):
                names[_plain(name)][at] = None
        for name, forms in self._gazetteer.forms.items():
            for form in forms:
                names[_plain(name)][form.unit] = None
        names.pop("", None)
        return {name: tuple(units) for name, units in names.items()}

    @cached_property
    def _folded(self) -> Mapping[str, Sequence[int]]:
        folded: dict[str, dict[int, None]] = defaultdict(dict)
        for name, units in self._names.items():
            folded[fold(name)].update(dict.fromkeys(units))
        return {name: tuple(units) for name, units in folded.items()}


@cache
def _units(chosen: Area) -> Units:
    return Units(land.gazetteer(chosen))


def _key(code: str, valid_from: str, name: str = "") -> str:
    key = f"{code}@{valid_from}@{name}" if name else f"{code}@{valid_from}"
    return "_".join(key.split())


def _plain(name: str) -> str:
    """A name as it is compared: in its one spelling, hyphens and full stops as spaces ("Sóc-Trăng", "TP.Cần Thơ")."""
    return " ".join(re.sub(r"[\W_]+", " ", spelt_text(clean(name)).lower()).split())
