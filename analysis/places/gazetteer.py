"""The units of the whole country with their validity, and what territory the name of a province means.

A unit's key is code + valid_from: the same code named different communes at different times. The file is made by
`analysis.places.gazetteer_build`; nothing here knows any province by name.
"""

from __future__ import annotations

import difflib
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from analysis.places.landmarks import read_landmarks
from analysis.places.roads import is_road
from analysis.words.unmarked import unmarked
from press.spelling import spelt_text
from press.text import clean, fold

FILE = Path(__file__).parents[1] / "models" / "gazetteer.json.gz"
PROVINCE, DISTRICT, COMMUNE, LANDMARK = 1, 2, 3, 4
_BEFORE = re.compile(r"\s*\(\s*trước\s+(\d{4}-\d{2}-\d{2})\s*\)\s*$", re.IGNORECASE)
_PREFIX = re.compile(r"^(tỉnh|thành phố|tp\.?)\s*", re.IGNORECASE)


class Unit(NamedTuple):
    """One unit in one period; `parent` and `successors` are indices into `Gazetteer.units` (-1: no parent)."""

    code: str
    level: int  #: 1 province, 2 district, 3 commune, 4 landmark
    word: str  #: "xã", "huyện", …
    name: str
    parent: int
    valid_from: str  #: ISO date, "" where the beginning is not known
    valid_to: str  #: ISO date of the last day, "" while it exists
    successors: tuple[int, ...]

    @property
    def title(self) -> str:
        """The name as an officer reads it: "xã Cù Lao Dung", "TP Cần Thơ", "Phường 5"."""
        if not self.word or self.name.lower().startswith(self.word):
            return self.name
        return f"{'TP' if self.word == 'thành phố' else self.word} {self.name}"


class Form(NamedTuple):
    """One way to write a unit: `after` are words one of which must stand before it (empty: none needed)."""

    unit: int
    after: tuple[str, ...] = ()
    weak: bool = False
    shared: bool = False  #: a stretch of what runs through several provinces: it needs evidence of its own province


class Gazetteer:
    """All units, the forms they are written in, and the relations between them."""

    def __init__(self, data: Mapping[str, Any], landmarks: Path | None = None) -> None:
        """`landmarks`: a file with more of them; SettingsError where it cannot be."""
        self.merger: str = data["merger"]
        self.units: list[Unit] = [Unit._make((*row[:7], tuple(row[7]))) for row in data["units"]]
        self.provinces: dict[str, list[int]] = defaultdict(list)
        self.spelling: Mapping[str, list[str]] = data["spelling"]
        self.khmer: Mapping[str, list[str]] = {as_form(name): forms for name, forms in data["khmer"].items()}
        self.outlets: Mapping[str, str] = data["outlets"]
        self.origins: dict[int, list[int]] = defaultdict(list)
        self.forms: dict[str, list[Form]] = defaultdict(list)
        self.roads: dict[str, list[Form]] = defaultdict(list)  #: by key, such as "QL 60" (see `places.roads`)
        for index, unit in enumerate(self.units):
            self.forms[as_form(unit.name)].append(Form(index))
            if unit.level == PROVINCE:
                self.provinces[unit.name].append(index)
            for successor in unit.successors:
                self.origins[successor].append(index)
        self._lineage: dict[int, frozenset[int]] = {}
        self._english: dict[str, list[Form]] | None = None
        self._add_spellings()
        for name, successor in sorted(data["former"].items()):
            self.units.append(Unit("", PROVINCE, "tỉnh", name, -1, "", "2008-07-31", ()))
            self.forms[as_form(name)].append(Form(len(self.units) - 1))
            self.provinces.pop(name, None)
            self._lineage[len(self.units) - 1] = frozenset({len(self.units) - 1, *self.provinces[successor]})
        self._marks: dict[tuple[str, int], int] = {}
        own = read_landmarks(landmarks, self.provinces, {unit.name for unit in self.units}) if landmarks else []
        for landmark in (*data["landmark"], *own):
            self._add_landmark(landmark)
        for name in data["ignore"]:
            self.forms[as_form(name)] = []
        self.longest: dict[str, int] = {}
        for form in self.forms:
            words = form.split(" ")
            self.longest[words[0]] = max(len(words), self.longest.get(words[0], 0))
        self._homes = {fold(name).replace(" ", ""): rows for name, rows in self.provinces.items()}

    def _add_spellings(self) -> None:
        for name, others in self.spelling.items():
            for other in others:
                for form in list(self.forms[as_form(name)]):
                    if other.split(" ")[0].isascii() or self.units[form.unit].name == name:
                        self.forms[as_form(other)].append(form)

    def _add_landmark(self, landmark: Mapping[str, Any]) -> None:
        """Adds a landmark's unit, or one for each province it runs through, and its forms; rows of one name are one."""
        shared = "through" in landmark
        after, weak = tuple(landmark.get("after", ())), shared or landmark.get("weak", False)
        for *narrow, wide in [[name] for name in landmark["through"]] if shared else [landmark["in"]]:
            province = self.provinces[wide][-1]  # the old one where both exist
            inside = [i for name in narrow for i in self._named(name) if province in self.lineage(i)]
            parent = inside[0] if inside else province
            at = self._marks.setdefault((landmark["name"], parent), len(self.units))
            if at == len(self.units):
                valid = landmark.get("since", ""), landmark.get("until", "")
                self.units.append(
                    Unit(f"{self.units[parent].code}-l", LANDMARK, "", landmark["name"], parent, *valid, ())
                )
            for core in landmark["core"]:
                forms = self.roads[core] if is_road(core) else self.forms[as_form(core)]
                forms.append(Form(at, after, weak, shared))

    def _named(self, name: str) -> list[int]:
        return [form.unit for form in self.forms.get(as_form(name), ()) if not form.after]

    def english(self) -> Mapping[str, list[Form]]:
        """Names without marks, as English texts write them: two words or more, one if a province's or led by a word."""
        if self._english is None:
            english: dict[str, list[Form]] = {}
            for name, forms in self.forms.items():
                owners = [
                    form for form in forms if " " in name or form.after or self.units[form.unit].level == PROVINCE
                ]
                if owners:
                    english.setdefault(unmarked(name), []).extend(owners)
            self._english = english
        return self._english

    def lineage(self, index: int) -> frozenset[int]:
        """The unit, all that contain it, and what contained it before or contains it since: indices."""
        known = self._lineage.get(index)
        if known is None:
            known = self._lineage[index] = frozenset(self._climb(index))
        return known

    def _climb(self, index: int) -> set[int]:
        found = {index}
        unit = self.units[index]
        if unit.parent >= 0:
            found |= self.lineage(unit.parent)
        if unit.level in (PROVINCE, COMMUNE):
            for successor in unit.successors:
                found |= {successor, *self._up(successor)}
        if unit.level == COMMUNE:
            for origin in self.origins.get(index, ()):
                found |= {origin, *self._up(origin)}
        return found

    def _up(self, index: int) -> list[int]:
        chain = []
        while (index := self.units[index].parent) >= 0:
            chain.append(index)
        return chain

    def top(self, index: int) -> int:
        """The province of the unit's own period."""
        while self.units[index].parent >= 0:
            index = self.units[index].parent
        return index

    def exists(self, index: int, day: str) -> bool:
        """Whether the unit was valid on an ISO date."""
        unit = self.units[index]
        return unit.valid_from <= day and (not unit.valid_to or day <= unit.valid_to)

    def home(self, outlet: str) -> frozenset[int]:
        """The province(s) an outlet writes from, by its name or slug ("Báo Cần Thơ", "baocantho"); empty: national."""
        named = self.outlets.get(outlet)
        if named is not None:
            return frozenset(self.provinces[named])
        flat = re.sub(r"[^a-z]", "", fold(outlet))
        flat = re.sub(r"^(bao|dai|truyenhinh|tintuc)+|(km|en|tv|online|gov)+$", "", flat)
        return frozenset(self._homes.get(flat, ())) | frozenset(
            row for name, rows in self.provinces.items() if f" {name}" in f" {outlet}" for row in rows
        )

    def province(self, name: str) -> tuple[int, str]:
        """The province a setting means, and how it is called: today's where the name is in use, else the last one.

        "X (trước 2025-07-01)" is the old province X. Unknown names raise ValueError with the nearest ones.
        """
        wanted = spelt_text(clean(name))
        before = _BEFORE.search(wanted)
        bare = _PREFIX.sub("", _BEFORE.sub("", wanted)).strip()
        rows = self.provinces.get(bare) or self.provinces.get(self._official(bare), [])
        if before:
            rows = [row for row in rows if self.units[row].valid_from < before[1]]
        if not rows:
            raise ValueError(f"no province is called {name!r}{self._suggest(bare)}")
        row = next((row for row in rows if not self.units[row].valid_to), rows[0])
        return row, wanted if before else self.units[row].name

    def _official(self, name: str) -> str:
        return next((official for official, others in self.spelling.items() if name in others), "")

    def _suggest(self, name: str) -> str:
        by_fold = {fold(known): known for known in self.provinces}
        near = difflib.get_close_matches(fold(name), by_fold, n=3, cutoff=0.6)
        return f"; did you mean {', '.join(by_fold[key] for key in near)}?" if near else ""


def as_form(name: str) -> str:
    """A name as `forms` has it: each word in its one spelling, hyphens between spaces."""
    return re.sub(r"\s*[-–]\s*", " - ", spelt_text(name))


@lru_cache(maxsize=4)
def load_gazetteer(path: Path = FILE, landmarks: Path | None = None) -> Gazetteer:
    """Reads the built file, and an office's own landmarks where named.

    Raises FileNotFoundError where the file was never built, SettingsError for landmarks that cannot be.
    """
    return Gazetteer(json.loads(gzip.decompress(path.read_bytes())), landmarks)
