"""Days of the press grouped by readers: read, made into pairs, and how well a grouping agrees with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.grouping.fingerprints import fingerprint
from analysis.grouping.knowledge import Knowledge
from analysis.grouping.pairs import FEATURES, Table
from analysis.grouping.stories import COMMON, Item, grouped
from analysis.training.gold import records
from press.dates import parse
from press.text import clean_lines, plain, readable, split_dateline

PATTERN: Final = "stories_*.jsonl"
MEANING: Final = 0.35  # likeness by meaning of what is learned from although it shares nothing rare
RAREST, MEANT = FEATURES.index("rarest_text"), FEATURES.index("meaning_title_text")


@dataclass(frozen=True, slots=True)
class Day:
    """The articles of one day in order of publication, and the story a reader put each into."""

    name: str
    items: list[Item]
    stories: list[str]

    @property
    def addresses(self) -> set[str]:
        """Return where the articles lie."""
        return {item.key for item in self.items}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a grouping agrees with readers: B³ and pairs, each F1 with precision and recall."""

    b3: float
    pairs: float
    b3_parts: tuple[float, float]
    pair_parts: tuple[float, float]


def addresses(data: Path) -> set[str]:
    """Return the addresses of all labelled articles."""
    return {str(row["url"]) for path in _files(data) for row in records(path)}


def days(data: Path, known: Knowledge) -> list[Day]:
    """Read every labelled day below a folder; fingerprints are made by what is known."""
    return [_day(path, known) for path in _files(data)]


def _files(data: Path) -> list[Path]:
    found = sorted((data / "gold").glob(PATTERN))
    if not found:
        raise ValueError(f"{data / 'gold'}: no {PATTERN}")
    return found


def _day(path: Path, known: Knowledge) -> Day:
    found = []
    for number, row in enumerate(records(path)):
        published = parse(str(row["published"]))
        if published is None:
            raise ValueError(f"{path}: {row['id']} has no time")
        text = split_dateline(clean_lines(readable(str(row["text"]))))[1]
        made = fingerprint(plain(str(row["title"])), text, known=known)
        item = Item(number, published.at, str(row["url"]), made, outlet=str(row["outlet"]))
        found.append((item, str(row["story"])))
    found.sort(key=lambda pair: pair[0].order)
    return Day(path.stem.removeprefix("stories_"), [item for item, _ in found], [story for _, story in found])


def one_stream(given: Sequence[Day]) -> Day:
    """Return several days as if each followed the one before: stories that readers called the same on two are one."""
    items: list[Item] = []
    for day in given:
        shift = timedelta(0)
        if items:
            shift = timedelta(days=-((day.items[0].at - items[-1].at) // timedelta(days=1)))
        items += [replace(item, at=item.at + shift) for item in day.items]
    return Day(" + ".join(day.name for day in given), items, [story for day in given for story in day.stories])


def halves(day: Day) -> list[Day]:
    """Return a day as two: the stories in the order of their names, one here and one there."""
    number = {story: n for n, story in enumerate(sorted(set(day.stories)))}
    return [
        Day(
            f"{day.name}, half {half + 1}",
            [item for item, story in zip(day.items, day.stories, strict=True) if number[story] % 2 == half],
            [story for story in day.stories if number[story] % 2 == half],
        )
        for half in (0, 1)
    ]


def pairs(day: Day, known: Knowledge) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float64]]:
    """Return features, answers and weights of all pairs of a day.

    Those that share nothing rare and mean nothing alike are left out. A pair of a great story weighs less: else the
    day's greatest is all that is learned.
    """
    table = Table(known)
    outlets: dict[str, int] = {"": 0}
    for item in day.items:
        number = outlets.setdefault(item.outlet, len(outlets))
        table.add(item.fingerprint, item.at.timestamp(), number)
    size = Counter(day.stories)
    features, same, weight = [], [], []
    for row in range(len(day.items) - 1):
        others = np.arange(row + 1, len(day.items))
        others = others[~table.never(row, others)]
        found = table.features(row, others)
        telling = (found[:, RAREST] >= COMMON / 5) | (found[:, MEANT] >= MEANING)
        answers = np.array([day.stories[other] == day.stories[row] for other in others[telling].tolist()], bool)
        features.append(found[telling])
        same.append(answers)
        weight.append(np.where(answers, 2 / size[day.stories[row]] ** 0.5, 1.0))
    return np.concatenate(features), np.concatenate(same), np.concatenate(weight)


def regrouped(day: Day, known: Knowledge) -> list[int | None]:
    """Group a day anew with some knowledge; returns the story of each article."""
    fresh = [Item(n, item.at, item.key, item.fingerprint, outlet=item.outlet) for n, item in enumerate(day.items)]
    grouped(fresh, known)
    return [item.story for item in fresh]


def agreement(
    gold: Sequence[Hashable], found: Sequence[Hashable], times: NDArray[np.float64] | None = None
) -> Agreement:
    """Compare a grouping with a reader's; `times`: how often each article counts (a story's articles the same)."""
    often = np.ones(len(gold)) if times is None else times
    cells: dict[tuple[Hashable, Hashable], list[float]] = {}
    rows: dict[Hashable, list[float]] = {}
    columns: dict[Hashable, list[float]] = {}
    for one, other, count in zip(gold, found, often.tolist(), strict=True):
        cells.setdefault((one, other), []).append(count)
        rows.setdefault(one, []).append(count)
        columns.setdefault(other, []).append(count)
    precision = recall = 0.0
    for (one, other), counts in cells.items():
        weight = sum(counts) * len(counts)
        precision += weight / len(columns[other])
        recall += weight / len(rows[one])
    both, given, true = (
        sum((len(counts) - 1) * sum(counts) for counts in table)
        for table in (cells.values(), columns.values(), rows.values())
    )
    total = float(often.sum())
    parts = both / given if given else 1.0, both / true if true else 1.0
    b3 = precision / total, recall / total
    return Agreement(_f1(*b3), _f1(*parts), b3, parts)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
