"""The territory an installation follows, and a fast test whether a text names anything of it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from analysis.places.gazetteer import Gazetteer
from analysis.places.roads import roads_in
from analysis.words.unmarked import names_any, scarcely_marked, unmarked
from press.spelling import spellings, spelt
from press.text import fold

_UPPER = "A-ZÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
#: A unit word and the capitalised names that follow it, in one chain or list.
_UNIT_CHAIN = re.compile(
    r"(?:xã|phường|thị trấn|thị xã|huyện|quận|thành phố|đặc khu|TP|TX|TT|[HPX]\.|Xã|Phường|Thị|Huyện|Quận|XÃ|PHƯỜNG)"
    rf"[. ]*((?:[{_UPPER}][\w'’]*|\d+)(?:(?: |, | và |-| - )(?:[{_UPPER}][\w'’]*|\d+))*)"
)

_WORD = re.compile(r"[^\W\d_]+")
_HYPHENS = "-–‐‑"  # read as spaces: "Sóc-Trăng", "Bà Rịa – Vũng Tàu"
#: What a text about the whole merged province means for an abolished one: judged by what it says, a mention, nothing.
Merged = Literal["weigh", "mention", "none"]


@dataclass(frozen=True, eq=False)
class Area:
    """A territory: its units of every period, and the provinces that overlap it without lying in it."""

    name: str
    province: int  #: the unit the setting names
    units: frozenset[int]
    wider: frozenset[int]  #: for an abolished province the one it lies in today
    strong: frozenset[str] = field(repr=False)  #: names that are enough alone
    guarded: frozenset[str] = field(repr=False)  #: names that count after a unit word only
    khmer: re.Pattern[str] | None = field(repr=False)
    roads: frozenset[str] = field(repr=False)  #: numbered roads that no other province has
    gazetteer: Gazetteer = field(repr=False)
    merged: Merged = "weigh"

    #: Strong names with all their words, by the longest one.
    _by_word: Mapping[str, list[tuple[str, set[str]]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the strong names: one look at a text's words spares hundreds of searches."""
        index: dict[str, list[tuple[str, set[str]]]] = {}
        for name in self.strong:
            words = _WORD.findall(name)
            index.setdefault(max(words, key=len), []).append((name, set(words)))
        object.__setattr__(self, "_by_word", index)

    def named_in(self, text: str) -> bool:
        """Whether any name of the territory may occur: generous, because "no" settles the article."""
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
        for hyphen in _HYPHENS:
            text = text.replace(hyphen, " ")
        parts = text.split()
        words = set(_WORD.findall(" ".join(set(parts))))
        flat = " ".join(parts)  # markup leaves more than single spaces between the words of a name
        possible = (pair for word in self._by_word.keys() & words for pair in self._by_word[word])
        if any(needed <= words and name in flat for name, needed in possible):
            return True
        if self.khmer is not None and self.khmer.search(flat):
            return True
        if any(self._in_chain(found.group(1)) for found in _UNIT_CHAIN.finditer(flat)):
            return True
        if self._numbers.search(flat) and any(road in self.roads for _, _, road in roads_in(flat)):
            return True
        return scarcely_marked(flat, 8) and names_any(flat, self._english)

    @cached_property
    def _numbers(self) -> re.Pattern[str]:
        """The numbers of the roads: a text without any of them is spared the look for roads."""
        return re.compile("|".join(sorted({re.sub(r"\D", "", road) for road in self.roads})) or r"(?!)")

    @cached_property
    def _english(self) -> frozenset[str]:
        return frozenset(unmarked(name) for name in self.guarded if " " in name)

    def _in_chain(self, chain: str) -> bool:
        words = [spelt(word) for word in re.findall(r"[\w'’]+", chain)]
        words = [word.capitalize() if len(word) > 1 and word.isupper() else word for word in words]
        return any(
            " ".join(words[start:end]) in self.guarded
            for start in range(len(words))
            for end in range(start + 1, min(start + 5, len(words)) + 1)
        )


def area_of(gazetteer: Gazetteer, name: str, merged: Merged = "weigh") -> Area:
    """The territory a setting means: today's with all that went into it, or an abolished one with its heirs.

    `merged`: what a text about the whole of the province it lies in today means for an abolished one. Unknown names
    raise ValueError with the nearest ones.
    """
    (province, name), units = gazetteer.province(name), gazetteer.units
    inside = {province}
    if not units[province].valid_to:
        inside |= {i for i, unit in enumerate(units) if unit.level == 3 and gazetteer.top(i) == province}
        inside |= _heirs_of(gazetteer, inside, back=True)
        inside |= {i for i, unit in enumerate(units) if unit.level == 1 and unit.successors == (province,)}
    else:
        inside |= {i for i, unit in enumerate(units) if unit.level in (2, 3) and gazetteer.top(i) == province}
        inside |= _heirs_of(gazetteer, inside, back=False)
    inside |= _whole_districts(gazetteer, inside)
    inside |= {i for i, unit in enumerate(units) if unit.level == 4 and unit.parent in inside}
    wider = {units[province].successors[0]} if units[province].successors else set()
    named = inside if merged == "none" else inside | wider
    strong, guarded = _names(gazetteer, inside, named)
    roads = {key for key, forms in gazetteer.roads.items() if any(f.unit in inside and not f.shared for f in forms)}
    return Area(
        name,
        province,
        frozenset(inside),
        frozenset(wider),
        strong,
        guarded,
        _khmer(gazetteer, named),
        frozenset(roads),
        gazetteer,
        merged,
    )


def _heirs_of(gazetteer: Gazetteer, inside: Iterable[int], back: bool) -> set[int]:
    """Communes most of whose origins (or, going back, whose main successor) lie inside."""
    units, inside = gazetteer.units, set(inside)
    if back:
        communes = (i for i, unit in enumerate(units) if unit.level == 3 and unit.successors)
        return {i for i in communes if units[i].successors[0] in inside}
    heirs = set()
    for new, origins in gazetteer.origins.items():
        if units[new].level == 3:
            homes = Counter(gazetteer.top(origin) for origin in origins)
            if gazetteer.top(next(iter(inside & set(origins)), new)) == homes.most_common(1)[0][0]:
                heirs.add(new)
    return heirs


def _whole_districts(gazetteer: Gazetteer, inside: set[int]) -> set[int]:
    members: dict[int, list[bool]] = {}
    for index, unit in enumerate(gazetteer.units):
        if unit.level == 3 and unit.parent >= 0 and gazetteer.units[unit.parent].level == 2:
            members.setdefault(unit.parent, []).append(index in inside)
    return {district for district, flags in members.items() if sum(flags) * 2 > len(flags)}


def _names(gazetteer: Gazetteer, inside: set[int], named: set[int]) -> tuple[frozenset[str], frozenset[str]]:
    strong: set[str] = set()
    guarded: set[str] = set()
    for form, owners in gazetteer.forms.items():
        for unit, after, _, shared in owners:
            if unit not in named or shared:
                continue
            if after:
                strong.update(f"{lead}{word[1:]} {form}" for word in after for lead in (word[0], word[0].upper()))
            elif gazetteer.units[unit].level in (1, 4):
                strong.update((form, fold(form).title()) if " " in form else (form,))
            elif gazetteer.units[unit].level == 3 or _shared(gazetteer, form, inside):
                guarded.add(form)
            else:
                strong.update((form, fold(form).title()))
    looks = {look for name in strong for look in _looks(_unhyphened(name))}
    return frozenset(looks), frozenset(map(_unhyphened, guarded))


def _shared(gazetteer: Gazetteer, form: str, inside: set[int]) -> bool:
    """A district's name that is also another's elsewhere: it counts with its unit word only."""
    if len(form.split()) < 2 or any(character.isdigit() for character in form):
        return True
    return any(
        unit not in inside and gazetteer.units[unit].level == 2 and not after
        for unit, after, *_ in gazetteer.forms[form]
    )


def _unhyphened(name: str) -> str:
    return " ".join(name.replace("-", " ").split())


def _looks(name: str) -> set[str]:
    """A name in every spelling, and each in capitals."""
    ways = set(spellings(name))
    return ways | {way.upper() for way in ways}


def _khmer(gazetteer: Gazetteer, inside: set[int]) -> re.Pattern[str] | None:
    forms = [
        form
        for name, forms in gazetteer.khmer.items()
        if any(owner.unit in inside for owner in gazetteer.forms[name])
        for form in forms
    ]
    return re.compile("|".join(map(spaced_khmer, forms))) if forms else None


def spaced_khmer(form: str) -> str:
    """A pattern for a Khmer name whose letters may be parted by spaces or U+200B."""
    return "[ \u200b]*".join(map(re.escape, form))
