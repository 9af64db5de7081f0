"""Corrected articles as further labelled ones: which may be learned from, without touching what is measured."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from analysis.training.gold import PARTS, Example, example, groups
from analysis.words.language import detect

KIND: Final = "corrected"  #: `Example.kind` of a corrected article


@dataclass(frozen=True, slots=True)
class Admitted:
    """Corrected articles that may be learned from, the fold of each, and the records of all that may."""

    examples: tuple[Example, ...] = ()
    parts: tuple[int, ...] = ()
    records: tuple[Mapping[str, Any], ...] = ()


def admit(gold: Sequence[Example], parts: Sequence[int], records: Iterable[Mapping[str, Any]], gate: int) -> Admitted:
    """Leaves out what is near-duplicate to an article of the part `gate`: that part must stay unseen.

    The labelled articles keep their parts; a near-duplicate of one of them goes where it is, others by their digest.
    A record is as in `gold/articles.jsonl.gz`, with labels only for what was corrected. Only Vietnamese ones are
    admitted: topics of other languages come from key phrases, which are not learned.
    """
    given = list(records)
    found = [replace(example(record), kind=KIND) for record in given]
    grouped = groups([*gold, *found])
    of_group: dict[int, set[int]] = {}
    for group, part in zip(grouped, parts, strict=False):
        of_group.setdefault(group, set()).add(part)
    kept = [i for i in range(len(found)) if gate not in of_group.get(grouped[len(gold) + i], ())]
    kept = [i for i in kept if detect(f"{found[i].title}\n{found[i].text}") == "vi"]
    every = [*gold, *found]
    folds = []
    for group in (grouped[len(gold) + i] for i in kept):
        folds.append(min(of_group.get(group) or {_fold(every[group].id, gate)}))
    return Admitted(tuple(found[i] for i in kept), tuple(folds), tuple(given[i] for i in kept))


def _fold(name: str, gate: int) -> int:
    """A part that is not the gate, the same for all of the group that `name` stands for."""
    others = [number for number in range(PARTS) if number != gate]
    return others[int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % len(others)]
