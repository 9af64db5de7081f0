"""The units of the area, of today and before, and what was written about each.

An article counts for a unit where it names it, a place in it, or what became of it: as `place:` finds it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from analysis.places.gazetteer import COMMUNE, DISTRICT, LANDMARK, PROVINCE
from analysis.places.gazetteer import Unit as Row
from pipeline.running import land
from pipeline.running.search import Units
from press.text import fold
from settings import Area as Chosen
from storage.coverage.counts import Among, Unit, of_places


@dataclass(frozen=True, slots=True)
class Seen:
    """The articles of one unit: how many of each tone and of each step of time, and how many name the unit itself."""

    tones: Counter[int | None] = field(default_factory=Counter)
    steps: Counter[date] = field(default_factory=Counter)
    itself: int = 0


class Territory:
    """The units of one area by their keys (code@valid_from), in the order a reader looks for them."""

    def __init__(self, chosen: Chosen) -> None:
        self._area = land.area(chosen)
        self._gazetteer = self._area.gazetteer
        self._units = Units(self._gazetteer)
        self._by_code = {self._units.key(at): at for at in sorted(self._area.units)}

    @cached_property
    def root(self) -> str:
        """Return the key of the province itself."""
        return self._units.key(self._area.province)

    @cached_property
    def today(self) -> Sequence[str]:
        """Return the communes of today."""
        return self._sorted(at for at in self._area.units if self._row(at).level == COMMUNE and self._now(at))

    @cached_property
    def former(self) -> Sequence[str]:
        """Return the districts and provinces that are no more, without the root."""
        wide = (PROVINCE, DISTRICT)
        mine = self._area.province
        return self._sorted(at for at in self._area.units if self._row(at).level in wide and at != mine)

    @cached_property
    def landmarks(self) -> Sequence[str]:
        """Return what has a name without being a unit."""
        return self._sorted(at for at in self._area.units if self._row(at).level == LANDMARK)

    def old_names(self, key: str) -> Sequence[str]:
        """Return the units a commune of today was made of."""
        origins = self._gazetteer.origins.get(self._by_code[key], ())
        return self._sorted(at for at in origins if at in self._area.units)

    def find(self, code: str) -> str | None:
        """Return the key a key or a code means; of several units with one code the one of today."""
        if code in self._by_code:
            return code
        same = [key for key, at in self._by_code.items() if self._row(at).code == code]
        return min(same, key=lambda key: (not self._now(self._by_code[key]), key), default=None)

    def title(self, key: str) -> str:
        """Return the name a person reads."""
        return self._units.title(key)

    def is_old(self, key: str) -> bool:
        """Return whether the unit exists no more."""
        return not self._now(self._by_code[key])

    def last_day(self, key: str) -> str:
        """Return the last day (ISO) of a unit that exists no more, "" for others."""
        return self._row(self._by_code[key]).valid_to

    def kin(self, key: str) -> Sequence[str]:
        """Return the other units of the area this one lay in, lies in, came from or went into."""
        at = self._by_code[key]
        row = self._row(at)
        near = {*self._gazetteer.origins.get(at, ()), *row.successors, row.parent}
        return self._sorted(one for one in near if one in self._area.units and one != at)

    def asking(self, key: str) -> str:
        """Return the search for the unit: by its name, by its code where another unit of the area has that name."""
        at, title = self._by_code[key], self.title(key)
        same = [one for one in self._by_code.values() if self._row(one).title.lower() == title.lower()]
        apart = [one for one in same if one != at and at not in self._gazetteer.lineage(one)]
        row = self._row(at)
        return f"place:{row.code}" if apart and row.level != LANDMARK else f'place:"{title}"'

    def among(self, key: str) -> Among:
        """Return what narrows counts to the articles of a unit."""
        at = self._by_code[key]
        rows = [self._row(one) for one in self._area.units if at in self._gazetteer.lineage(one)]
        keys = [(row.level == LANDMARK, Unit(row.code, row.valid_from, row.title)) for row in rows]
        return of_places([one for mark, one in keys if not mark], [one for mark, one in keys if mark])

    def key_of(self, unit: Unit) -> str | None:
        """Return the key of a place an article names, None where it is not of the area."""
        chain = self._units.chain(*unit)
        return chain[0] if chain and chain[0] in self._by_code else None

    def seen(
        self, named: Mapping[Unit, Iterable[int]], marks: Mapping[int, tuple[date, int | None]]
    ) -> Mapping[str, Seen]:
        """Return key -> what was written about the unit, from the places articles name and each one's step and tone."""
        articles: dict[str, set[int]] = defaultdict(set)
        itself: dict[str, set[int]] = defaultdict(set)
        for place, ids in named.items():
            if (own := self.key_of(place)) is not None:
                itself[own].update(ids)
            for key in self._units.lineage(*place):
                if key in self._by_code:
                    articles[key].update(ids)
        return {key: _seen(Counter(map(marks.__getitem__, ids)), len(itself[key])) for key, ids in articles.items()}

    def _row(self, at: int) -> Row:
        return self._gazetteer.units[at]

    def _now(self, at: int) -> bool:
        return not self._row(at).valid_to

    def _sorted(self, units: Iterable[int]) -> Sequence[str]:
        keys = [self._units.key(at) for at in units]
        return sorted(keys, key=lambda key: (fold(self._row(self._by_code[key]).name).lower(), key))


def _seen(marked: Counter[tuple[date, int | None]], itself: int) -> Seen:
    found = Seen(itself=itself)
    for (step, tone), count in marked.items():
        found.steps[step] += count
        found.tones[tone] += count
    return found
