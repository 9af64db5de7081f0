"""How right the tags are: precision, recall, F1 per class with bootstrap intervals, confusion, the worst examples."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_ROUNDS: Final = 500

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClassFigure:
    """Precision, recall and F1 of one class, and how many of the gold labels are of it."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The quality of one kind of tag on one set; intervals are 95 % of a bootstrap over articles."""

    what: str
    n: int
    micro: float
    macro: float
    micro_interval: tuple[float, float]
    macro_interval: tuple[float, float]
    classes: tuple[ClassFigure, ...]
    confusion: dict[str, dict[str, int]] = field(default_factory=dict)
    undecided: float = 0.0  #: share of None


def _f1(hit: Counts, given: Counts, true: Counts) -> npt.NDArray[np.float64]:
    return np.asarray(np.divide(2.0 * hit, given + true, out=np.zeros(len(hit)), where=(given + true) > 0))


def _summary(gold: Counts, found: Counts, present: npt.NDArray[np.bool_]) -> tuple[float, float]:
    hit, given, true = (gold * found).sum(0), found.sum(0), gold.sum(0)
    total = given.sum() + true.sum()
    return (2.0 * hit.sum() / total if total else 0.0), float(_f1(hit, given, true)[present].mean())


def compare(
    what: str, gold: Sequence[Sequence[Hashable]], found: Sequence[Sequence[Hashable]], classes: Sequence[Hashable]
) -> Figures:
    """Figures of label sets: `gold` and `found` hold each article's labels; macro is over classes that gold uses."""
    if len(gold) != len(found) or not gold:
        raise ValueError(f"{what}: {len(gold)} labelled and {len(found)} judged articles")
    index = {name: i for i, name in enumerate(classes)}
    table = np.zeros((2, len(gold), len(classes)), np.int64)
    for side, lists in enumerate((gold, found)):
        for row, labels in enumerate(lists):
            for label in labels:
                if label in index:
                    table[side, row, index[label]] = 1
    present = table[0].sum(0) > 0
    micro, macro = _summary(table[0], table[1], present)
    random = np.random.default_rng(20261123)
    draws = [random.integers(0, len(gold), len(gold)) for _ in range(_ROUNDS)]
    rounds = np.array([_summary(table[0][rows], table[1][rows], present) for rows in draws])
    low, high = np.percentile(rounds, [2.5, 97.5], axis=0)
    hit, given, true = (table[0] * table[1]).sum(0), table[1].sum(0), table[0].sum(0)
    f1 = _f1(hit, given, true)
    figures = tuple(
        ClassFigure(
            str(name),
            float(hit[i] / given[i]) if given[i] else 0.0,
            float(hit[i] / true[i]) if true[i] else 0.0,
            float(f1[i]),
            int(true[i]),
        )
        for i, name in enumerate(classes)
        if true[i] or given[i]
    )
    return Figures(
        what,
        len(gold),
        float(micro),
        float(macro),
        (float(low[0]), float(high[0])),
        (float(low[1]), float(high[1])),
        figures,
        confusion([g[0] for g in gold if g], [f[0] if f else None for g, f in zip(gold, found, strict=True) if g]),
        sum(not labels for labels in found) / len(found),
    )


def confusion(gold: Sequence[Hashable], found: Sequence[Hashable]) -> dict[str, dict[str, int]]:
    """Gold label -> found label -> how often; for label sets, of their strongest labels."""
    table: dict[str, dict[str, int]] = {}
    for one, other in zip(gold, found, strict=True):
        row = table.setdefault(str(one), {})
        row[str(other)] = row.get(str(other), 0) + 1
    return table


def worst(
    records: Sequence[Any], gold: Sequence[Sequence[Hashable]], judge: Callable[[Any], Sequence[tuple[Hashable, float]]]
) -> list[tuple[Any, tuple[Hashable, ...]]]:
    """Records by how surely they were judged wrong, the surest error first; `judge` gives labels with their scores."""
    errors: list[tuple[float, int, Any, tuple[Hashable, ...]]] = []
    for number, (record, labels) in enumerate(zip(records, gold, strict=True)):
        found = judge(record)
        wrong = [score for label, score in found if label not in labels]
        if wrong:
            errors.append((-max(wrong), number, record, tuple(label for label, _ in found)))
    return [(record, found) for _, _, record, found in sorted(errors, key=lambda error: error[:2])]


def as_text(figures: Figures) -> str:
    """The figures as a Markdown table."""
    head = (
        f"**{figures.what}** (n = {figures.n}): micro-F1 {figures.micro:.3f} "
        f"[{figures.micro_interval[0]:.3f}, {figures.micro_interval[1]:.3f}], macro-F1 {figures.macro:.3f} "
        f"[{figures.macro_interval[0]:.3f}, {figures.macro_interval[1]:.3f}]"
    )
    rows = ["| class | precision | recall | F1 | n |", "|---|---|---|---|---|"]
    rows += [f"| {c.name} | {c.precision:.2f} | {c.recall:.2f} | {c.f1:.2f} | {c.support} |" for c in figures.classes]
    return "\n".join([head, "", *rows])
