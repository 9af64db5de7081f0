"""The sets written for this project: pairs of Vietnamese reports that differ little, and English articles of the delta.

`tags/challenge.jsonl`: two lines a pair, `…a` and `…b`, the second a small change of the first. Each says what holds of
it: `tone`, `has` (topics it must get), `lacks` (topics it must not get). A pair behaves when all of that holds of both.
`gold/english.jsonl`: records as in the shared gold, `second` = the labels of a second reading. `diembao evaluate` reads
both: topics, tone and relevance of the English, the tone of every text of the pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from analysis import Tagger
from analysis.training.candidates import AREA
from analysis.training.evaluate import Figures, compare
from analysis.training.gold import records
from press import RELEVANCES, TOPICS, Judgement

FOLDER: Final = Path(__file__).parent
CHALLENGE: Final = FOLDER / "tags" / "challenge.jsonl"
ENGLISH: Final = FOLDER / "gold" / "english.jsonl"
TONES: Final = (-1, 0, 1)

Record = Mapping[str, Any]
Judge = Callable[[str, str], Judgement]


class Pair(NamedTuple):
    """Two texts that differ little, with what must hold of each."""

    kind: str
    before: Record
    after: Record


class Score(NamedTuple):
    """How many pairs of a kind there are, how many behave, and of how many each side alone is right."""

    pairs: int
    behave: int
    before: int
    after: int


@cache
def tagger() -> Tagger:
    """The models that ship and the net, as they judge what concerns the area; loaded once."""
    return Tagger(AREA, net="all")


def pairs(path: Path = CHALLENGE) -> list[Pair]:
    """The pairs in the order of the file; ValueError where two lines that follow each other are none."""
    rows = list(records(path))
    found = []
    for one, other in zip(rows[::2], rows[1::2], strict=True):
        if (one["kind"], f"{one['id'][:-1]}b") != (other["kind"], other["id"]):
            raise ValueError(f"{path}: {one['id']} and {other['id']} are no pair")
        found.append(Pair(one["kind"], one, other))
    return found


def right(record: Record, said: Judgement) -> bool:
    """Whether all that must hold of a text holds of its judgement."""
    given = {tag.id for tag in said.topics}
    tone = record.get("tone", said.tone)
    return said.tone == tone and given.issuperset(record.get("has", ())) and given.isdisjoint(record.get("lacks", ()))


def verdicts(asked: Sequence[Pair], judge: Judge) -> list[tuple[bool, bool]]:
    """For each pair whether its first and its second text are judged right."""
    return [
        (
            right(one.before, judge(one.before["title"], one.before["text"])),
            right(one.after, judge(one.after["title"], one.after["text"])),
        )
        for one in asked
    ]


def by_kind(asked: Sequence[Pair], sides: Sequence[tuple[bool, bool]]) -> dict[str, Score]:
    """Kind of pair -> its score, in the order of the file."""
    found: dict[str, Score] = {}
    for pair, (before, after) in zip(asked, sides, strict=True):
        old = found.get(pair.kind, Score(0, 0, 0, 0))
        new = (1, before and after, before, after)
        found[pair.kind] = Score(*(a + int(b) for a, b in zip(old, new, strict=True)))
    return found


def share(sides: Sequence[tuple[bool, bool]]) -> Figures:
    """The share of pairs that behave (`micro`) with its bootstrap interval over the pairs."""
    said = [["behaves" if before and after else "fails"] for before, after in sides]
    return compare("pairs", [["behaves"]] * len(said), said, ("behaves", "fails"))


def table(scores: Mapping[str, Score]) -> str:
    """The scores as a Markdown table."""
    rows = ["| kind | pairs | behave | first right | second right |", "|---|---|---|---|---|"]
    rows += [f"| {kind} | {one.pairs} | {one.behave} | {one.before} | {one.after} |" for kind, one in scores.items()]
    return "\n".join(rows)


def shares(asked: Sequence[Pair], sides: Sequence[tuple[bool, bool]]) -> dict[str, float]:
    """The share of pairs that behave, of each kind and of all, as the floors hold it."""
    found = {kind: one.behave / one.pairs for kind, one in by_kind(asked, sides).items()}
    return found | {"all kinds": share(sides).micro}


def challenge() -> dict[str, float]:
    """The shares of the models that ship."""
    asked = pairs()
    return shares(asked, verdicts(asked, tagger().judge))


def english_figures(judge: Judge) -> tuple[Figures, Figures, Figures]:
    """Topics, tone and relevance of the English articles; what is not decided counts as wrong."""
    rows = list(records(ENGLISH))
    said = [judge(row["title"], row["text"]) for row in rows]
    tones = [[] if one.tone is None else [one.tone] for one in said]
    return (
        compare("topics", [row["topics"] for row in rows], [[tag.id for tag in one.topics] for one in said], TOPICS),
        compare("tone", [[row["tone"]] for row in rows], tones, TONES),
        compare("relevance", [[row["relevance"]] for row in rows], [[one.relevance] for one in said], RELEVANCES),
    )


def english() -> dict[str, float]:
    """The figures of the English articles, as the floors hold them."""
    topics, tone, near = english_figures(tagger().judge)
    return {
        "topics micro-F1": topics.micro,
        "topics macro-F1": topics.macro,
        "tone macro-F1": tone.macro,
        "relevance F1 of focus": next(one.f1 for one in near.classes if one.name == "focus"),
    }
