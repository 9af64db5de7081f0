"""Reprints of one text, and stories: the coverage of one event over outlets and days. Incremental and pure.

An article is compared with the active window only, through an index of rare terms (stories) and of MinHash bands
(reprints): what it costs does not grow with the archive. Articles are taken in order of publication, so the same
articles give the same stories whatever the batches they come in.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.grouping.fingerprints import PERMUTATIONS, Fingerprint, shared
from analysis.grouping.knowledge import Knowledge, knowledge
from analysis.grouping.pairs import Table
from analysis.grouping.words import KINDS, MARK, SHIFT

REPRINT: Final = 0.6  # part of the shorter text that the longer one has too; below it texts share quotations only
WINDOW: Final = timedelta(days=4)  # an event's coverage pauses at most so long
PROBES: Final = 16  # rarest terms that are looked up
COMMON: Final = 3.0  # rarity below which a term is not looked up: one article in twenty has it
CROWD: Final = 150  # articles a term is looked up in, the latest
GLIMPSE: Final = 55.0  # squares of the rarities of what is shared by the looked-up terms, below which none is compared
NEAREST: Final = 40  # articles that are compared whole
MEMBERS: Final = 24  # of a story that an article is compared with, the latest
RIVALS: Final = 3  # stories an article fits best that may turn out to be one
CROSSED: Final = 8  # of each of two stories that are compared before they are made one, the latest
BAND: Final = 2  # MinHash values a band: a pair with 0.3 in common is found with 95 %
_SECONDS: Final = WINDOW.total_seconds()


@dataclass(slots=True)
class Item:
    """One article for grouping; `story` and `reprint_of` are None until it is placed."""

    id: int
    at: datetime  #: published, else first read
    key: str  #: its address: decides between articles of one instant
    fingerprint: Fingerprint
    story: int | None = None
    reprint_of: int | None = None
    outlet: str = ""

    @property
    def order(self) -> tuple[datetime, str]:
        """Return what the order of publication is told by."""
        return self.at, self.key


@dataclass(slots=True)
class Changes:
    """What a batch changed: the articles placed or moved, stories founded (by negative ids) and stories merged."""

    placed: dict[int, Item] = field(default_factory=dict)
    merged: list[tuple[int, int]] = field(default_factory=list)  #: (into, other), in order


class Grouping:
    """The active window: articles of the last days with their stories, and the indexes that find like ones."""

    def __init__(
        self, active: Iterable[Item], apart: Iterable[tuple[int, int]] = (), known: Knowledge | None = None
    ) -> None:
        """Take the articles that are placed already, and the pairs of stories that a person parted."""
        self.known = known or knowledge()
        self.items: dict[int, Item] = {}
        self.stories: dict[int, list[Item]] = defaultdict(list)
        self.bands: dict[tuple[int, bytes], list[Item]] = defaultdict(list)
        self.table = Table(self.known)
        self.rows: list[Item] = []  # of the table, in its order
        self.row: dict[int, int] = {}  # article -> its row
        self.terms: dict[int, array[int]] = {}  # rare term -> rows
        self.outlets: dict[str, int] = {"": 0}
        self.founded = 0
        self.apart: dict[int, set[int]] = defaultdict(set)
        for one, other in apart:
            self._part(one, other)
        for item in sorted(active, key=lambda item: item.order):
            self._enter(item)

    def add(self, batch: Iterable[Item]) -> Changes:
        """Place new articles, each as if it had come alone, in order of publication."""
        changes = Changes()
        for item in sorted(batch, key=lambda item: item.order):
            self._forget(item.at)
            original = self._original(item)
            if original is not None and item.story is None:
                item.story = original.story
            self._enter(item)
            if item.story is None:
                self._place(item, changes)
            changes.placed[item.id] = item
            if original is not None:
                self._chain(item, original, changes)
        return changes

    def _enter(self, item: Item) -> None:
        self.items[item.id] = item
        if item.story is not None:
            self.stories[item.story].append(item)
        for band in _bands(item.fingerprint):
            self.bands[band].append(item)
        outlet = self.outlets.setdefault(item.outlet, len(self.outlets))
        row = self.table.add(item.fingerprint, item.at.timestamp(), outlet)
        self.rows.append(item)
        self.row[item.id] = row
        for term in self._rarest(item.fingerprint):
            self.terms.setdefault(term, array("q")).append(row)

    def _forget(self, now: datetime) -> None:
        """Drop what left the window, once that is half of everything."""
        oldest = now - WINDOW
        if len(self.rows) < 1024 or self.rows[len(self.rows) // 2].at >= oldest:
            return
        kept = [row for row, item in enumerate(self.rows) if item.at >= oldest]
        self.table.keep(np.array(kept, np.int64))
        self.rows = [self.rows[row] for row in kept]
        self.row = {item.id: row for row, item in enumerate(self.rows)}
        self.items = {item.id: item for item in self.rows}
        self.stories, self.bands, self.terms = defaultdict(list), defaultdict(list), {}
        for row, item in enumerate(self.rows):
            if item.story is not None:
                self.stories[item.story].append(item)
            for band in _bands(item.fingerprint):
                self.bands[band].append(item)
            for term in self._rarest(item.fingerprint):
                self.terms.setdefault(term, array("q")).append(row)

    def _original(self, item: Item) -> Item | None:
        """Return the article an item shares its text with: the one it shares most with, the earliest of equals."""
        found: dict[int, Item] = {}
        for band in _bands(item.fingerprint):
            found.update((other.id, other) for other in self.bands.get(band, ()) if other.id != item.id)
        scored = [
            (shared(item.fingerprint, other.fingerprint), other)
            for other in found.values()
            if abs(other.at - item.at) <= WINDOW
        ]
        like = [(part, other) for part, other in scored if part >= REPRINT]
        return min(like, key=lambda pair: (-pair[0], pair[1].order))[1] if like else None

    def _chain(self, item: Item, like: Item, changes: Changes) -> None:
        """Set who reprints whom: every copy points at the earliest text, also when that comes in last."""
        original = self.items.get(like.reprint_of, like) if like.reprint_of is not None else like
        if original.order <= item.order:
            item.reprint_of = original.id
            return
        copies = [other for other in self.stories[original.story or 0] if other.reprint_of == original.id]
        for other in (original, *copies):
            other.reprint_of = item.id
            changes.placed[other.id] = other

    def _place(self, item: Item, changes: Changes) -> None:
        """Give an article its story: the one it fits best, or one of its own; stories it shows to be one are merged."""
        fits = self._fits(item)
        if not fits:
            self.founded -= 1
            item.story = self.founded
            self.stories[item.story].append(item)
            return
        chosen = -max(fits)[1]
        item.story = chosen
        self.stories[chosen].append(item)
        for _, negative in sorted(fits, reverse=True)[:RIVALS]:
            if -negative not in (chosen, *self.apart.get(chosen, ())) and self._one_event(chosen, -negative, item):
                chosen = self._merge(chosen, -negative, changes)

    def _fits(self, item: Item) -> list[tuple[float, int]]:
        """Return the stories an article may belong to: by how much its mean chance is above what joins, and -story."""
        row = self.row[item.id]
        near = self._near(row, item.fingerprint)
        if not len(near):
            return []
        chance = dict(zip(near.tolist(), self.table.chances(row, near).tolist(), strict=True))
        touched = {self.rows[other].story for other, value in chance.items() if value >= self.known.joins[1]} - {None}
        members = {story: self._members(story, item, MEMBERS) for story in touched if story is not None}
        further = [other for rows in members.values() for other in rows if other not in chance]
        if further:
            rest = np.array(further, np.int64)
            chance |= zip(further, self.table.chances(row, rest).tolist(), strict=True)
        found = []
        for story, rows in members.items():
            above = sum(chance[other] for other in rows) / len(rows) - self._joins(len(rows))
            if above >= 0:
                found.append((above, -story))
        return found

    def _members(self, story: int, item: Item, most: int) -> list[int]:
        """Return the rows of the latest articles of a story, those that lie in an article's window."""
        return [self.row[other.id] for other in self.stories[story][-most:] if abs(other.at - item.at) <= WINDOW]

    def _near(self, row: int, fingerprint: Fingerprint) -> NDArray[np.int64]:
        """Return the rows that share most of an article's rare terms, within the window."""
        terms = self._rarest(fingerprint)
        if not terms:
            return np.zeros(0, np.int64)
        latest = [np.array(self.terms[term][-CROWD:], np.int64) for term in terms]  # its own row is in all of them
        rarity = self.known.rarity_of((np.array(terms, np.int64) << SHIFT).astype(np.uint32))
        weights = np.repeat(rarity * rarity, [len(rows) for rows in latest])
        rows, where = np.unique(np.concatenate(latest), return_inverse=True)
        shared_weight = np.bincount(where, weights)
        fair = (
            (shared_weight >= GLIMPSE) & (rows != row) & (np.abs(self.table.at[rows] - self.table.at[row]) <= _SECONDS)
        )
        rows, shared_weight = rows[fair], shared_weight[fair]
        if len(rows) > NEAREST:
            best = np.sort(np.argsort(-shared_weight, kind="stable")[:NEAREST])
            rows = rows[best]
        near: NDArray[np.int64] = rows
        return near

    def _rarest(self, fingerprint: Fingerprint) -> list[int]:
        terms = np.concatenate([fingerprint.title, fingerprint.head])
        terms = terms[(terms & KINDS) != MARK]
        rarity = self.known.rarity_of(terms)
        first = np.argsort(-rarity, kind="stable")[:PROBES]
        found: list[int] = (terms[first[rarity[first] >= COMMON]] >> SHIFT).tolist()
        return found

    def _mean(self, ones: Sequence[int], others: Sequence[int]) -> float:
        rows = np.array(others, np.int64)
        return float(np.mean([self.table.chances(one, rows) for one in ones]))

    def _joins(self, pairs: int) -> float:
        """Return the mean chance from which so many pairs tell one event: few pairs must be surer than many."""
        one, many = self.known.joins
        return float(many + (one - many) / pairs**0.5)

    def _one_event(self, one: int, other: int, item: Item) -> bool:
        rows = [self._members(story, item, CROSSED) for story in (one, other)]
        return bool(self._mean(*rows) >= self._joins(len(rows[0]) * len(rows[1])))

    def _merge(self, one: int, other: int, changes: Changes) -> int:
        """Move the younger story into the older one, whose id lasts; the age is its first article's."""
        into, gone = sorted((one, other), key=lambda story: min(item.order for item in self.stories[story]))
        for item in self.stories.pop(gone):
            item.story = into
            self.stories[into].append(item)
            changes.placed[item.id] = item
        self.stories[into].sort(key=lambda item: item.order)
        for parted in self.apart.pop(gone, ()):
            self._part(into, parted)
        changes.merged.append((into, gone))
        return into

    def _part(self, one: int, other: int) -> None:
        self.apart[one].add(other)
        self.apart[other].add(one)


def _bands(fingerprint: Fingerprint) -> list[tuple[int, bytes]]:
    minhash = fingerprint.minhash
    if len(minhash) != PERMUTATIONS:
        return []
    data = minhash.tobytes()
    width = BAND * minhash.itemsize
    return [(at, data[at : at + width]) for at in range(0, len(data), width)]


def grouped(items: Sequence[Item], known: Knowledge | None = None) -> Counter[int]:
    """Group items that came without an archive (in place); returns how many articles each story has."""
    Grouping((), known=known).add(items)
    return Counter(item.story for item in items if item.story is not None)
