"""The floors the analysis must not fall under: `python -m tests.analysis.floors` measures, `--update` moves them.

tests/analysis/floors.json holds, for the labelled articles of the demo press, the sets written for this project
(`written.py`) and (where the shared data are at hand) the gate set, what was measured at the last update less a small
tolerance; and which articles the gate set has, as finding that out takes longer than judging them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from analysis import Tagger
from analysis.grouping.fingerprints import fingerprint
from analysis.grouping.stories import Item, grouped
from analysis.training.candidates import AREA, answers, figures, gate_set, labels
from analysis.training.evaluate import compare
from analysis.training.gold import records
from demo.truth.truth import DemoArticle, articles
from press import RELEVANCES, TOPICS
from tests.analysis import written
from tests.support import ROOT

FLOORS: Final = Path(__file__).with_name("floors.json")
NOW: Final = datetime(2026, 8, 5, 6, 45, tzinfo=UTC)
#: one article of the demo press or the English ones moves a figure by about 0.01, one of the gate set by 0.001; of the
#: pairs none may be lost: theirs is for the rounding
TOLERANCE: Final = {"demo": 0.02, "challenge": 0.001, "english": 0.02, "gate": 0.01}
Found = dict[str, float]


def demo() -> Found:
    """The figures of the demo press: Vietnamese articles for tone and topics, all languages for relevance."""
    tagger, truth = Tagger(AREA), articles(NOW)
    judged = [
        tagger.judge(
            one.text.title, _text(one), published_at=one.published_at, outlet=one.outlet, language=one.language
        )
        for one in truth
    ]
    own = [(one, said) for one, said in zip(truth, judged, strict=True) if one.language == "vi"]
    others = [(one, said) for one, said in zip(truth, judged, strict=True) if one.language != "vi"]
    near = compare("relevance", [[one.relevance] for one in truth], [[said.relevance] for said in judged], RELEVANCES)
    tone = compare(
        "tone",
        [[one.tone] for one, _ in own],
        [[said.tone] if said.tone is not None else [] for _, said in own],
        (-1, 0, 1),
    )
    return {
        "topics micro-F1": _topics(own),
        "topics micro-F1, Khmer and English": _topics(others),
        "tone macro-F1": tone.macro,
        "relevance F1 of focus": next(one.f1 for one in near.classes if one.name == "focus"),
        "relevance macro-F1": near.macro,
        "stories B³ F1": _stories([one for one, _ in own]),
    }


def gate(data: Path, ids: str) -> Found:
    """The figures of topics and tone on articles of the shared data; LookupError where some of them are not there."""
    wanted = set(ids.split())
    rows = [row for row in records(data / "gold" / "articles.jsonl.gz") if row["id"] in wanted]
    if len(rows) != len(wanted):
        raise LookupError(f"{data}: {len(wanted) - len(rows)} articles of the gate set are missing")
    found = figures(labels(rows), answers(Tagger(AREA).judge, rows))
    return {name: value for name, value in found.items() if not name.startswith("relevance")}


def stored() -> dict[str, Any]:
    """The floors, by set and figure, and the ids of the gate set."""
    found: dict[str, Any] = json.loads(FLOORS.read_text(encoding="utf-8"))
    return found


def below(found: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    """Which figures have fallen under their floor, in words; a floor nobody measured any more is one of them."""
    return [
        f"{name}: {found.get(name, 0.0):.3f}, floor {floor:.3f}"
        for name, floor in floors.items()
        if found.get(name, 0.0) < floor
    ]


def moved(floors: Mapping[str, float], found: Mapping[str, float], tolerance: float, lower: bool) -> Found:
    """The new floors: what was found less the tolerance; an old one is lowered with `lower` only."""
    new = {name: round(value - tolerance, 3) for name, value in found.items()}
    return new if lower else {name: max(value, floors.get(name, 0.0)) for name, value in new.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, compare, and with --update move the floors; 1 where a figure is under its floor and stays there."""
    asked = argparse.ArgumentParser(prog="python -m tests.analysis.floors", description=__doc__)
    asked.add_argument("--update", action="store_true", help="raise the floors to what is measured")
    asked.add_argument("--lower", action="store_true", help="with --update: let them sink, too")
    args = asked.parse_args(arguments)
    floors: dict[str, Any] = {name: {} for name in TOLERANCE} | {"gate_ids": ""}
    floors |= stored() if FLOORS.is_file() else {}
    data = Path(os.environ.get("DIEMBAO_SHARED", ROOT.parent / "shared")) / "data"
    measured = {"demo": demo(), "challenge": written.challenge(), "english": written.english()}
    if data.is_dir():
        if args.update:
            floors["gate_ids"] = " ".join(sorted(str(row["id"]) for row in gate_set(data)))
        measured["gate"] = gate(data, floors["gate_ids"])
    else:
        print(f"not measured: the gate set, there is no {data}", file=sys.stderr)
    sunk: list[str] = []
    for name, found in measured.items():
        sunk += [f"{name}: {one}" for one in below(found, floors[name])]
        for figure, value in found.items():
            print(f"{name:<9} {figure:<36} {value:.3f}  floor {floors[name].get(figure, 0):.3f}")
    if sunk and not (args.update and args.lower):
        print("under the floor (--update --lower accepts that):", *sunk, sep="\n  ", file=sys.stderr)
        return 1
    if args.update:
        floors |= {name: moved(floors[name], found, TOLERANCE[name], args.lower) for name, found in measured.items()}
        FLOORS.write_text(json.dumps(floors, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def _text(one: DemoArticle) -> str:
    return f"{one.text.lead}\n{one.text.body}"


def _topics(pairs: Sequence[tuple[DemoArticle, Any]]) -> float:
    found = [[tag.id for tag in said.topics] for _, said in pairs]
    return compare("topics", [one.topics for one, _ in pairs], found, list(TOPICS)).micro


def _stories(truth: Sequence[DemoArticle]) -> float:
    """B³: the mean share of each article's companions that are rightly there, and of its true ones that are."""
    items = [
        Item(n, one.published_at, one.url, fingerprint(one.text.title, _text(one), one.language))
        for n, one in enumerate(truth)
    ]
    grouped(items)
    gold, found = [one.story or one.key for one in truth], [item.story for item in items]
    precision = recall = 0.0
    for mine, given in zip(gold, found, strict=True):
        both = sum(a == mine and b == given for a, b in zip(gold, found, strict=True))
        precision, recall = precision + both / found.count(given), recall + both / gold.count(mine)
    return 2 * precision * recall / (precision + recall) / len(truth)


if __name__ == "__main__":
    sys.exit(main())
