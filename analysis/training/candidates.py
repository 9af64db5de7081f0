"""Is a newly trained set of models at least as good as the one in use? Both answer the gate set, which neither saw.

The answers are kept with the models, so that two sets can be weighed against each other later, without the labelled
data. "Not worse" = for no figure of topics and tone does the lower end of the 90 % interval of the difference (new less
old, paired bootstrap over the articles) lie under its margin. Relevance is told, but does not decide: too few articles
of the set are labelled for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from analysis.tags.tone import TONES
from analysis.training.gold import example, groups, part, records
from analysis.training.train import GATE
from press import RELEVANCES, TOPICS, Judgement

#: A little more than the half-width of the interval between versions that are taught otherwise, yet equally good.
MARGINS: Final = {"topics micro-F1": 0.01, "topics macro-F1": 0.015, "tone macro-F1": 0.02}
ROUNDS: Final = 1000
AREA: Final = "Sóc Trăng"  #: the area of the labelled articles
Row = tuple[tuple[Hashable, ...], ...]  #: topics, tone and relevance of one article, () where not labelled or given
Sheet = Mapping[str, Row]  #: by the article's id
Counts = npt.NDArray[np.int64]
_KINDS: Final[tuple[tuple[str, tuple[Hashable, ...]], ...]] = (
    ("topics", tuple(TOPICS)),
    ("tone", TONES),
    ("relevance", RELEVANCES),
)
#: what is weighed: which tag, and micro- or macro-F1
WEIGHED: Final = (("topics", "micro"), ("topics", "macro"), ("tone", "macro"), ("relevance", "macro"))


class Judge(Protocol):
    """What answers the gate set: `analysis.Tagger.judge`."""

    def __call__(self, title: str, text: str, *, language: Any = None) -> Judgement: ...


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of both sets of models, and the 90 % interval of new less old."""

    what: str
    n: int
    old: float
    new: float
    low: float
    high: float

    @property
    def worse(self) -> bool:
        """Whether the new models may well be worse in this, so that they are not to be used."""
        return self.what in MARGINS and self.low <= -MARGINS[self.what]

    def __str__(self) -> str:
        said = f"{self.what}: {self.old:.3f} -> {self.new:.3f}, difference [{self.low:+.3f}, {self.high:+.3f}]"
        return f"{said} (n = {self.n})" + (" WORSE" if self.worse else "")


def gate_set(data: Path) -> list[dict[str, Any]]:
    """The records of the gate set of `data`, those that no training on it sees."""
    rows = [
        row for row in records(data / "gold" / "articles.jsonl.gz") if row.get("topics") and row.get("tone") in TONES
    ]
    examples = [example(row) for row in rows]
    return [row for row, number in zip(rows, part(examples, groups(examples)), strict=True) if number == GATE]


def labels(rows: Sequence[Mapping[str, Any]]) -> Sheet:
    """What readers said of labelled records."""
    return {
        str(row["id"]): (
            tuple(row.get("topics") or ()),
            (row["tone"],) if row.get("tone") in TONES else (),
            (row["relevance"],) if row.get("relevance") else (),
        )
        for row in rows
    }


def answers(judge: Judge, rows: Sequence[Mapping[str, Any]]) -> Sheet:
    """What models say of Vietnamese records."""
    found: dict[str, Row] = {}
    for row in rows:
        said = judge(str(row.get("title") or ""), str(row.get("text") or ""), language="vi")
        tone = () if said.tone is None else (said.tone,)
        found[str(row["id"])] = (tuple(tag.id for tag in said.topics), tone, (said.relevance,))
    return found


def digest(gate: Sheet) -> str:
    """Tells one labelled gate set from another."""
    return hashlib.sha256(repr(sorted(gate.items())).encode()).hexdigest()[:12]


def figures(gate: Sheet, said: Sheet) -> dict[str, float]:
    """The figures that are weighed, of one set of models, by name: "topics micro-F1", …"""
    return {name: measure(np.arange(len(ids))) for name, ids, _, measure in _measures(gate, said, said)}


def weigh(gate: Sheet, old: Sheet, new: Sheet) -> tuple[Difference, ...]:
    """Each figure of both, with the interval of its difference; articles are drawn for both alike."""
    random = np.random.default_rng(20261123)
    weighed = []
    for name, rows, before, after in _measures(gate, old, new):
        size = len(rows)
        draws = (random.integers(0, size, size) for _ in range(ROUNDS))
        apart = [after(drawn) - before(drawn) for drawn in draws]
        low, high = np.percentile(apart, [5, 95])
        every = np.arange(size)
        weighed.append(Difference(name, size, before(every), after(every), float(low), float(high)))
    return tuple(weighed)


Measure = Callable[[npt.NDArray[np.int64]], float]


def _measures(gate: Sheet, old: Sheet, new: Sheet) -> list[tuple[str, list[str], Measure, Measure]]:
    """For each figure its name, the articles labelled in it, and how to compute it for old and new on drawn ones."""
    found = []
    for number, (tag, classes) in enumerate(_KINDS):
        ids = [name for name in sorted(gate) if gate[name][number] and name in old and name in new]
        if not ids:
            continue
        truth, before, after = (_table([sheet[name][number] for name in ids], classes) for sheet in (gate, old, new))
        for what, mean in WEIGHED:
            if what == tag:
                micro = mean == "micro"
                pair = (_measure(truth, before, micro), _measure(truth, after, micro))
                found.append((f"{tag} {mean}-F1", ids, *pair))
    return found


def _measure(truth: Counts, said: Counts, micro: bool) -> Measure:
    both, either, present = truth * said, truth + said, truth.sum(0) > 0

    def measure(drawn: npt.NDArray[np.int64]) -> float:
        hit, all_ = both[drawn].sum(0), either[drawn].sum(0)
        if micro:
            return float(2 * hit.sum() / max(all_.sum(), 1))
        return float((2 * hit / np.maximum(all_, 1))[present].mean())

    return measure


def _table(lists: Sequence[Sequence[Hashable]], classes: Sequence[Hashable]) -> Counts:
    table = np.zeros((len(lists), len(classes)), np.int64)
    for row, given in enumerate(lists):
        for label in given:
            table[row, classes.index(label)] = 1
    return table
