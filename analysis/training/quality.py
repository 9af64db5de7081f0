"""The quality page: what `diembao train` measured goes into docs/quality.md, and any gold file can be judged anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from analysis.training.evaluate import Figures, as_text, compare
from analysis.training.gold import records
from press import RELEVANCES, TOPICS, Judgement
from press.dates import parse

if TYPE_CHECKING:
    from analysis import Tagger
    from analysis.training.train import Report

BEGIN: Final = "<!-- figures of the last training: begin -->"
END: Final = "<!-- figures of the last training: end -->"
RELEVANCE: Final = "### Relevance"  #: how the last heading between the marks begins
_TONES: Final = (-1, 0, 1)


def refresh(page: Path, report: Report) -> bool:
    """Puts the figures of a training between the page's marks; False where there is no such page or no marks.

    A training of relevance alone changes its figures only: the others stay as they are.
    """
    if not page.is_file():
        return False
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        return False
    if not report.gate:
        head, _, rest = text.partition(RELEVANCE)
        page.write_text(f"{head}{report.text()}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
        return bool(rest)
    figures = f"{BEGIN}\n\nModels: {', '.join(f'`{name}`' for name in report.models)}.\n\n{report.text()}\n\n{END}"
    whole = re.sub(re.escape(BEGIN) + r".*?" + re.escape(END), lambda _: figures, text, flags=re.DOTALL)
    page.write_text(whole, encoding="utf-8")
    return True


def evaluate(
    make: Callable[[str], Tagger], files: Iterable[Path], area: str = "Sóc Trăng"
) -> tuple[tuple[Figures, ...], tuple[str, ...]]:
    """Judges every record of the gold files and compares: figures per file and tag, and the worst errors in words.

    A record's labels are `topics`, `tone` and `relevance`, each optional; `area` of a record overrides `area`. `make`
    gives the tagger of an area. ValueError names a file that cannot be read or has no labels.
    """
    taggers: dict[str, Tagger] = {}
    figures: list[Figures] = []
    errors: list[tuple[float, str]] = []
    for path in files:
        rows: list[tuple[Mapping[str, Any], Judgement]] = []
        for record in records(path):
            name = str(record.get("area") or area)
            if name not in taggers:
                taggers[name] = make(name)
            judged = _judge(taggers[name], record)
            rows.append((record, judged))
            errors += _errors(record, judged)
        found = _figures(path.name, rows)
        if not found:
            raise ValueError(f"{path}: no labels (topics, tone, relevance) in it")
        figures += found
    worst = tuple(said for _, said in sorted(errors, key=lambda error: -error[0])[:20])
    return tuple(figures), worst


def _judge(tagger: Tagger, record: Mapping[str, Any]) -> Judgement:
    served = parse(str(record["published"])) if record.get("published") else None
    at: datetime | None = served.at if served else None
    title, text = str(record.get("title") or ""), str(record.get("text") or "")
    return tagger.judge(title, text, published_at=at, outlet=str(record.get("outlet") or ""))


def _figures(name: str, rows: list[tuple[Mapping[str, Any], Judgement]]) -> list[Figures]:
    found: list[Figures] = []
    topics = [(record["topics"], [tag.id for tag in judged.topics]) for record, judged in rows if record.get("topics")]
    if topics:
        found.append(compare(f"topics, {name}", [a for a, _ in topics], [b for _, b in topics], list(TOPICS)))
    tones = [
        ([record["tone"]], [] if judged.tone is None else [judged.tone])
        for record, judged in rows
        if record.get("tone") in _TONES and judged.language == "vi"
    ]
    if tones:
        found.append(compare(f"tone, {name}", [a for a, _ in tones], [b for _, b in tones], _TONES))
    near = [([record["relevance"]], [judged.relevance]) for record, judged in rows if record.get("relevance")]
    if near:
        found.append(compare(f"relevance, {name}", [a for a, _ in near], [b for _, b in near], RELEVANCES))
    return found


def _errors(record: Mapping[str, Any], judged: Judgement) -> list[tuple[float, str]]:
    """The wrong tags of one record with how sure they were."""
    said: list[tuple[float, str]] = []
    name = f"{record.get('id')} “{str(record.get('title') or record.get('text') or '')[:80]}”"
    if record.get("topics"):
        for tag in judged.topics:
            if tag.id not in record["topics"]:
                said.append((tag.score, f"{name}: topic {tag.id} {tag.score:.2f}, labelled {record['topics']}"))
    if record.get("tone") in _TONES and judged.tone not in (None, record["tone"]):
        said.append((judged.tone_score, f"{name}: tone {judged.tone} {judged.tone_score:.2f}, is {record['tone']}"))
    if record.get("relevance") and record["relevance"] != judged.relevance:
        score = judged.relevance_score
        said.append((score, f"{name}: relevance {judged.relevance} {score:.2f}, labelled {record['relevance']}"))
    return said


def evaluation_text(figures: Iterable[Figures], worst: Iterable[str]) -> str:
    """What `diembao evaluate` prints: tables, confusion of the strongest labels, the surest errors."""
    parts = []
    for one in figures:
        parts.append(as_text(one))
        parts += [
            f"    {gold} -> " + ", ".join(f"{k}: {v}" for k, v in row.items()) for gold, row in one.confusion.items()
        ]
    return "\n".join([*parts, "", "Surest errors:", *(f"- {said}" for said in worst)])
