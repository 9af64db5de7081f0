"""Whether two articles tell one event: features of one article against many, in one array operation, and the chance.

The features are named, so that a judgement can be said in words (`reasons`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.grouping.fingerprints import HEAD_TERMS, TITLE_TERMS, Fingerprint
from analysis.grouping.knowledge import WIDTH, Knowledge
from analysis.grouping.words import COUNTED, KINDS, MARK, MATCH, NAME, NUMBER, PAIR, ROUNDUP, SHIFT, TABLE

Rows = NDArray[np.int64]
Floats = NDArray[np.float32]

FEATURES: Final = (
    "title_title",  # likeness (cosine) of the terms of the headlines
    "title_text",  # of one headline and the other's headline with lead, the better way round
    "text_text",
    "meaning_titles",  # the same three by meaning
    "meaning_title_text",
    "meaning_texts",
    "title_in_title",  # which part of the shorter headline's weight is in the other headline
    "title_in_text",
    "shared_titles",  # what is shared weighs so much
    "shared_text",
    "rarest_titles",  # the rarest thing shared
    "rarest_text",
    "names_titles",
    "names_text",
    "rarest_name",
    "pairs_text",
    "numbers_titles",
    "numbers_text",
    "other_numbers",  # both headlines have numbers, none the same
    "names_missed",  # which part of the names of the headline that has fewest in common is not in the other text
    "other_names",  # each headline names what the other text does not: so much, of the one that does it less
    "other_counted",  # both headlines name another of one kind: "nghị định 311", "bảng A", "xã Nhu Gia"
    "same_place",
    "other_place",  # the headlines name other provinces
    "other_place_text",
    "days_apart",
    "same_outlet",
    "both_match",
    "match_names_missed",
)
_AT: Final = {name: column for column, name in enumerate(FEATURES)}
_COLUMNS: Final = TITLE_TERMS + HEAD_TERMS
_DAY: Final = 86400.0
_ZONE: Final = 7 * 3600.0  # of the day a table without one in its headline is of


@dataclass(frozen=True, slots=True)
class Shared:
    """The terms one article shares with others, each with the other it is shared with."""

    which: Rows  #: the other, by its place
    weight: Floats
    titles: NDArray[np.bool_]  #: (2, terms): whether it stands in one's headline, in the other's
    kinds: NDArray[np.integer]  #: (2, terms)
    others: int

    def total(self, chosen: NDArray[np.bool_], *, squared: bool = False, ones: bool = False) -> NDArray[np.float64]:
        """Return the sum of the chosen terms' weights, or their squares, or their number, for each other."""
        weight = self.weight[chosen]
        weight = np.ones_like(weight) if ones else weight * weight if squared else weight
        found: NDArray[np.float64] = np.bincount(self.which[chosen], weight, self.others).astype(np.float64)
        return found

    def highest(self, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the highest weight of the chosen terms, for each other; 0 where there is none."""
        found = np.zeros(self.others)
        np.maximum.at(found, self.which[chosen], self.weight[chosen])
        return found


class Table:
    """Articles as rows of arrays, so that one is compared with many at once; rows are forgotten by `keep`."""

    def __init__(self, known: Knowledge) -> None:
        """Begin without rows."""
        self.known = known
        self.size = 0
        self._make(256)

    def _make(self, room: int) -> None:
        self.terms = np.zeros((room, _COLUMNS), np.uint32)
        self.sums = np.zeros((room, 5), np.float32)  # title, both: sum; title, both: length; names of the title
        self.vectors = np.zeros((room, 2, WIDTH), np.int8)
        self.places = np.zeros((room, 2), np.uint64)
        self.at = np.zeros(room)
        self.facts = np.zeros((room, 4), np.int32)  # kind, day, outlet, whether the title has a number

    def _arrays(self) -> tuple[NDArray[np.generic], ...]:
        return self.terms, self.sums, self.vectors, self.places, self.at, self.facts

    def add(self, one: Fingerprint, at: float, outlet: int) -> int:
        """Add an article read at `at` (seconds), `outlet` a number of it (0 unknown); returns its row."""
        if self.size == len(self.at):
            self._room(2 * self.size, slice(0, self.size))
        row = self.size
        title, head = one.title[:TITLE_TERMS], one.head[:HEAD_TERMS]
        self.terms[row] = 0
        self.terms[row, : len(title)] = title
        self.terms[row, TITLE_TERMS : TITLE_TERMS + len(head)] = head
        weight, beside = self.known.rarity_of(title), self.known.rarity_of(head)
        weight[(title & KINDS) == MARK] = 0
        squares = float(weight @ weight)
        self.sums[row] = (
            weight.sum(),
            weight.sum() + beside.sum(),
            squares**0.5,
            (squares + float(beside @ beside)) ** 0.5,
            weight[(title & KINDS) == NAME].sum(),
        )
        self.vectors[row] = one.vectors
        self.places[row] = one.places
        self.at[row] = at
        self.facts[row] = one.kind, one.day or self._day(at), outlet, ((title & KINDS) == NUMBER).any()
        self.size += 1
        return row

    @staticmethod
    def _day(at: float) -> int:
        date = np.datetime64(int(at + _ZONE), "s").astype("datetime64[D]").item()
        return int(date.month * 32 + date.day)

    def keep(self, rows: Rows) -> None:
        """Forget all rows but these, which get the numbers 0, 1, … in their order."""
        self._room(max(256, 2 * len(rows)), rows)
        self.size = len(rows)

    def _room(self, room: int, rows: Rows | slice) -> None:
        old = self._arrays()
        self._make(room)
        for array, before in zip(self._arrays(), old, strict=True):
            taken = before[rows]
            array[: len(taken)] = taken

    def features(self, row: int, rows: Rows) -> Floats:
        """Return (rows, FEATURES) of one article against others."""
        written = self.terms[row]
        there = np.flatnonzero(written)
        mine = written[there] >> SHIFT  # a name and the same pair in lower case are one
        order = np.argsort(mine)
        mine, there = mine[order], there[order]
        found = np.zeros((len(rows), len(FEATURES)), np.float32)
        sums, own = self.sums[rows], self.sums[row]
        if len(mine):
            theirs = self.terms[rows]
            wanted = theirs >> SHIFT
            at = np.searchsorted(mine, wanted)
            at[at == len(mine)] = 0
            which, column = np.nonzero(mine[at] == wanted)
            term = at[which, column]
            kinds = np.stack([written[there[term]], theirs[which, column]]) & KINDS
            titles = np.stack([there[term], column]) < TITLE_TERMS
            weight = self.known.rarity_of((mine << SHIFT).astype(np.uint32))[term]
            self._shared(found, Shared(which, weight, titles, kinds, len(rows)), sums, own)
        self._meaning(found, row, rows)
        self._around(found, row, rows, sums, own)
        return found

    def _shared(self, found: Floats, both: Shared, sums: Floats, own: Floats) -> None:
        """What the terms of both say."""
        counted = both.total(both.titles.all(0) & (both.kinds == COUNTED).any(0), ones=True)
        marks = both.total(both.titles.all(0) & (both.kinds == MARK).any(0), ones=True)
        put(found, "other_counted", (marks - counted).clip(0, 2))
        said = ~(both.kinds == MARK).any(0)
        mine, theirs = both.titles & said
        ways = mine & theirs, mine, theirs, said
        lengths = own[2] * sums[:, 2], own[2] * sums[:, 3], own[3] * sums[:, 2], own[3] * sums[:, 3]
        alike = [
            both.total(way, squared=True) / np.maximum(length, 1e-3) for way, length in zip(ways, lengths, strict=True)
        ]
        put(found, "title_title", alike[0])
        put(found, "title_text", np.maximum(alike[1], alike[2]))
        put(found, "text_text", alike[3])
        total = [both.total(way) for way in ways]
        put(found, "title_in_title", total[0] / np.maximum(np.minimum(own[0], sums[:, 0]), 1))
        inside = np.maximum(total[1] / max(float(own[0]), 1.0), total[2] / np.maximum(sums[:, 0], 1))
        put(found, "title_in_text", inside)
        put(found, "shared_titles", total[0] / 10)
        put(found, "shared_text", np.maximum(total[1], total[2]) / 10)
        put(found, "rarest_titles", both.highest(ways[0]) / 5)
        put(found, "rarest_text", both.highest(mine | theirs) / 5)
        named = said & (both.kinds == NAME).any(0)
        given, taken = both.total(named & mine), both.total(named & theirs)
        put(found, "names_titles", both.total(named & ways[0]) / 10)
        put(found, "names_text", np.maximum(given, taken) / 10)
        put(found, "rarest_name", both.highest(named) / 5)
        missed = np.minimum(given / max(float(own[4]), 1.0), taken / np.maximum(sums[:, 4], 1))
        put(found, "names_missed", np.where((own[4] > 0) & (sums[:, 4] > 0), 1 - missed, 0))
        put(found, "other_names", np.minimum(own[4] - given, sums[:, 4] - taken).clip(0) / 10)
        pairs = named | (both.kinds == PAIR).any(0) | (both.kinds == COUNTED).any(0)
        put(found, "pairs_text", np.maximum(both.total(pairs & mine), both.total(pairs & theirs)) / 10)
        numbers = (both.kinds == NUMBER).any(0)
        put(found, "numbers_titles", both.total(numbers & ways[0]) / 5)
        put(found, "numbers_text", both.total(numbers) / 5)

    def _meaning(self, found: Floats, row: int, rows: Rows) -> None:
        theirs = self.vectors[rows].astype(np.float32)
        alike = theirs @ (self.vectors[row].astype(np.float32).T / (127 * 127))  # (rows, theirs, mine)
        put(found, "meaning_titles", alike[:, 0, 0])
        put(found, "meaning_title_text", np.maximum(alike[:, 0, 1], alike[:, 1, 0]))
        put(found, "meaning_texts", alike[:, 1, 1])

    def _around(self, found: Floats, row: int, rows: Rows, sums: Floats, own: Floats) -> None:
        places, facts = self.places[rows], self.facts[rows]
        mine, mine_all = self.places[row]
        both = (places[:, 0] != 0) & (mine != 0)
        put(found, "same_place", (places[:, 1] & mine_all) != 0)
        put(found, "other_place", both & ((places[:, 0] & mine_all) == 0) & ((places[:, 1] & mine) == 0))
        known = (places[:, 1] != 0) & (mine_all != 0)
        put(found, "other_place_text", known & ((places[:, 1] & mine_all) == 0))
        apart = np.abs(self.at[rows] - self.at[row])
        put(found, "days_apart", apart / _DAY)
        put(found, "same_outlet", (facts[:, 2] == self.facts[row, 2]) & (facts[:, 2] > 0))
        match = (facts[:, 0] == MATCH) & (self.facts[row, 0] == MATCH)
        put(found, "both_match", match)
        put(found, "match_names_missed", match * found[:, _AT["names_missed"]])
        numbers = (facts[:, 3] > 0) & (self.facts[row, 3] > 0)
        put(found, "other_numbers", numbers & (found[:, _AT["numbers_titles"]] == 0))

    def never(self, row: int, rows: Rows) -> NDArray[np.bool_]:
        """Return which of the others cannot tell the event of one: roundups tell none, tables of two days are two."""
        kind, day = self.facts[row, 0], self.facts[row, 1]
        facts = self.facts[rows]
        tables = (facts[:, 0] == TABLE) & (kind == TABLE) & (facts[:, 1] != day)
        apart: NDArray[np.bool_] = (facts[:, 0] == ROUNDUP) | (kind == ROUNDUP) | tables
        return apart

    def chances(self, row: int, rows: Rows) -> Floats:
        """Return the chance that each of the others tells the event of one."""
        weights = self.known.weights
        features = self.features(row, rows)
        chance: Floats = 1 / (1 + np.exp(-(features @ weights[:-1] + weights[-1]).clip(-30, 30)))
        chance[self.never(row, rows) | (features[:, _AT["other_counted"]] > 0)] = 0
        return chance


def put(found: Floats, name: str, values: NDArray[np.generic]) -> None:
    """Set one feature of every row."""
    found[:, _AT[name]] = values


#: What speaks for one event, in words: features, Vietnamese, English.
_REASONS: Final = (
    (("names_titles", "names_text", "rarest_name"), "chung tên riêng", "they share names"),
    (("numbers_titles", "numbers_text"), "chung con số", "they share numbers"),
    (("same_place",), "cùng địa phương", "they name the same province"),
    (
        ("title_title", "title_in_title", "shared_titles", "rarest_titles"),
        "tít chung từ hiếm",
        "rare words in both headlines",
    ),
    (
        ("title_text", "text_text", "title_in_text", "shared_text", "rarest_text", "pairs_text"),
        "tít và sa-pô chung từ hiếm",
        "headline and lead share rare words",
    ),
    (("meaning_titles", "meaning_title_text", "meaning_texts"), "nội dung gần nghĩa", "they mean much the same"),
)


def reasons(features: Sequence[float] | Floats, known: Knowledge, language: Literal["vi", "en"] = "vi") -> str:
    """Say why two articles tell one event, by the three things that weigh most; `features` of the pair, (FEATURES,)."""
    value: Mapping[str, float] = dict(zip(FEATURES, map(float, features), strict=True))
    weight: Mapping[str, float] = dict(zip(FEATURES, known.weights[:-1].tolist(), strict=True))
    said = []
    for names, vietnamese, english in _REASONS:
        speaks = sum(value[name] * weight[name] for name in names)
        if speaks > 0 and any(value[name] > 0 for name in names):
            said.append((-speaks, vietnamese if language == "vi" else english))
    hours = round(value["days_apart"] * 24)
    apart = f"đăng cách nhau {hours} giờ" if language == "vi" else f"published {hours} hours apart"
    begin = "cùng sự kiện vì: " if language == "vi" else "one event because: "
    return begin + "; ".join([*(words for _, words in sorted(said)[:3]), apart])


def likest(table: Table, language: Literal["vi", "en"] = "vi") -> list[tuple[int, str]]:
    """Return for each row but the first the earlier row that most likely tells the same event, and why, in words."""
    found = []
    for row in range(1, table.size):
        earlier = np.arange(row)
        best = int(table.chances(row, earlier).argmax())
        found.append((best, reasons(table.features(row, earlier[best : best + 1])[0], table.known, language)))
    return found
