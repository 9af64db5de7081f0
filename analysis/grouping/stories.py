"""Reprints of one text, and stories: the coverage of one event over outlets and days. Incremental and pure.

An article is compared with the active window only, through an index of rare terms (stories) and of MinHash bands
(reprints): what it costs does not grow with the archive. Articles are taken in order of publication, so the same
articles give the same stories whatever the batches they come in.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analysis.grouping.fingerprints import PERMUTATIONS, Fingerprint, likeness, shared

ALIKE = 0.42  # likeness of two heads that tell one event; swept 0.36..0.48 on the labelled day, best there
STORY_ALIKE = 0.8 * ALIKE  # and of the story's closest three on average: a chance likeness to one is not enough
MERGE = 0.75 * ALIKE  # mean likeness across two stories that are one; a single bridge (a roundup) never joins them
REPRINT = 0.6  # part of the shorter text that the longer one has too; below it texts share quotations only
WINDOW = timedelta(days=4)  # an event's coverage pauses at most so long
PROBES = 10  # heaviest terms of a head that are looked up; more find nothing more on the labelled day
CROWD = 400  # a term that so many active articles have tells no event
GLIMPSE = 0.16  # of likeness by the looked-up terms alone, below which no pair of the labelled day reached ALIKE
BAND = 2  # MinHash values a band: a pair with 0.3 in common is found with 95 %


@dataclass(slots=True)
class Item:
    """One article for grouping; `story` and `reprint_of` are None until it is placed."""

    id: int
    at: datetime  #: published, else first read
    key: str  #: its address: decides between articles of one instant
    fingerprint: Fingerprint
    story: int | None = None
    reprint_of: int | None = None

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

    def __init__(self, active: Iterable[Item], apart: Iterable[tuple[int, int]] = ()) -> None:
        """Take the articles that are placed already, and the pairs of stories that a person parted."""
        self.items: dict[int, Item] = {}
        self.stories: dict[int, list[Item]] = defaultdict(list)
        self.terms: dict[int, list[tuple[int, float]]] = defaultdict(list)
        self.bands: dict[tuple[int, bytes], list[Item]] = defaultdict(list)
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
            original = self._original(item)
            if original is not None and item.story is None:
                item.story = original.story
            if item.story is None:
                item.story = self._story_of(item, changes)
            self._enter(item)
            changes.placed[item.id] = item
            if original is not None:
                self._chain(item, original, changes)
        return changes

    def _enter(self, item: Item) -> None:
        self.items[item.id] = item
        if item.story is not None:
            self.stories[item.story].append(item)
        for term, weight in _rarest(item.fingerprint):
            self.terms[term].append((item.id, weight))
        for band in _bands(item.fingerprint):
            self.bands[band].append(item)

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

    def _story_of(self, item: Item, changes: Changes) -> int:
        scores = self._scores(item)
        joined = [
            (best[0], -story)
            for story, best in scores.items()
            if best[0] >= ALIKE and sum(best) / len(best) >= STORY_ALIKE
        ]
        if not joined:
            self.founded -= 1
            return self.founded
        chosen = -max(joined)[1]
        for _, negative in sorted(joined, reverse=True):
            if -negative not in (chosen, *self.apart.get(chosen, ())) and self._one_event(chosen, -negative):
                chosen = self._merge(chosen, -negative, changes)
        return chosen

    def _scores(self, item: Item) -> dict[int, list[float]]:
        """Return the likenesses of an item to each story that has an article like it: of its three closest, best first.

        What the rarest terms of both share is added up through the index; only stories that have much of it are
        compared whole.
        """
        reached: dict[int, float] = defaultdict(float)
        for term, weight in _rarest(item.fingerprint):
            having = self.terms.get(term, ())
            if len(having) <= CROWD:
                for number, other_weight in having:
                    reached[number] += weight * other_weight
        found: dict[int, list[Item]] = defaultdict(list)
        near: set[int] = set()
        for number, part in reached.items():
            other = self.items[number]
            if other.story is None or number == item.id or abs(other.at - item.at) > WINDOW:
                continue
            found[other.story].append(other)
            if part >= GLIMPSE:
                near.add(other.story)
        return {
            story: heapq.nlargest(3, (likeness(item.fingerprint, other.fingerprint) for other in found[story]))
            for story in near
        }

    def _one_event(self, one: int, other: int) -> bool:
        pairs = [
            likeness(a.fingerprint, b.fingerprint) for a in self.stories[one][-8:] for b in self.stories[other][-8:]
        ]
        return sum(pairs) / len(pairs) >= MERGE

    def _merge(self, one: int, other: int, changes: Changes) -> int:
        """Move the younger story into the older one, whose id lasts; the age is its first article's."""
        into, gone = sorted((one, other), key=lambda story: min(item.order for item in self.stories[story]))
        for item in self.stories.pop(gone):
            item.story = into
            self.stories[into].append(item)
            changes.placed[item.id] = item
        for parted in self.apart.pop(gone, ()):
            self._part(into, parted)
        changes.merged.append((into, gone))
        return into

    def _part(self, one: int, other: int) -> None:
        self.apart[one].add(other)
        self.apart[other].add(one)


def _rarest(fingerprint: Fingerprint) -> list[tuple[int, float]]:
    return heapq.nlargest(PROBES, fingerprint.terms.items(), key=lambda pair: (pair[1], pair[0]))


def _bands(fingerprint: Fingerprint) -> list[tuple[int, bytes]]:
    minhash = fingerprint.minhash
    if len(minhash) != PERMUTATIONS:
        return []
    data = minhash.tobytes()
    width = BAND * minhash.itemsize
    return [(at, data[at : at + width]) for at in range(0, len(data), width)]


def grouped(items: Sequence[Item]) -> Counter[int]:
    """Group items that came without an archive (in place); returns how many articles each story has."""
    Grouping(()).add(items)
    return Counter(item.story for item in items if item.story is not None)
