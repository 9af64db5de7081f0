"""What the net learns from: labelled articles in folds beside the gate, Khmer ones, and texts a teacher labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from analysis.tags.net import passage
from analysis.tags.tone import TONES
from analysis.training import silver
from analysis.training.gold import Example, example, groups, part, records
from analysis.training.train import GATE
from press import TOPICS
from press.text import readable

Floats = npt.NDArray[np.float32]

FOLDS: Final = 3
KHMER: Final = "khmer"  #: kind of the labelled Khmer articles, beside the kinds of `gold`


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts as the net reads them with their labels (topics as 0 or 1, then tones); a fold of -1 is the gate's."""

    ids: tuple[str, ...]
    passages: tuple[str, ...]
    labels: Floats  #: (texts, topics + tones)
    kinds: tuple[str, ...]
    folds: npt.NDArray[np.int8]


def labelled(data: Path) -> tuple[Labelled, list[Example]]:
    """The labelled articles below `data`, Vietnamese and Khmer, and the Vietnamese ones as `gold` reads them.

    A fold is that of the text's group, so that near-copies never stand on both sides; Khmer ones take turns.
    """
    examples = [
        one for one in map(example, records(data / "gold" / "articles.jsonl.gz")) if one.topics and one.tone in TONES
    ]
    grouped = groups(examples)
    first = {group: i for i, group in reversed(list(enumerate(grouped)))}
    folds = [
        -1 if number == GATE else crc32(examples[first[group]].id.encode()) % FOLDS
        for group, number in zip(grouped, part(examples, grouped), strict=True)
    ]
    ids, kinds = [one.id for one in examples], [one.kind for one in examples]
    passages = [passage(one.title, one.text) for one in examples]
    labels = [_row(one.topics, one.tone) for one in examples]
    khmer = data / "gold" / "khmer.jsonl"
    for number, record in enumerate(records(khmer) if khmer.is_file() else ()):
        ids.append(str(record["id"]))
        kinds.append(KHMER)
        passages.append(passage(readable(str(record.get("title") or "")), readable(str(record["text"]))))
        labels.append(_row(record["topics"], record["tone"]))
        folds.append(number % FOLDS)
    found = Labelled(tuple(ids), tuple(passages), np.stack(labels), tuple(kinds), np.array(folds, np.int8))
    return found, examples


def _row(topics: Sequence[str], tone: Any) -> Floats:
    return np.array([name in topics for name in TOPICS] + [tone == value for value in TONES], np.float32)


def taught(data: Path, examples: Sequence[Example], most: int) -> tuple[list[str], Floats]:
    """At most `most` texts with the chances the teacher gave them, evenly spread over the corpora."""
    known = silver.load(silver.LABELS)
    step = max(1, -(-sum(map(len, known.values())) // most))
    passages, labels = [], []
    for corpus, rows in known.items():
        wanted = sorted(rows)[::step]
        for number, title, text in silver.unlabelled(data, examples, corpus, set(wanted)):
            check, chance = rows[number]
            if check == silver.digest(title, text):
                passages.append(passage(title, text))
                labels.append(np.asarray(chance, np.float32) / silver.STEPS)
    return passages, np.array(labels, np.float32)


def press(data: Path, examples: Sequence[Example]) -> list[str]:
    """What the pieces that stay are chosen by: beginnings of the labelled and unlabelled press, Khmer included."""
    found = [passage(one.title, one.text)[:2_000] for one in examples]
    for file, field in (
        *silver.CORPORA.values(),
        ("gold/khmer.jsonl", "text"),
        ("khmer/accident_news.jsonl.gz", "text"),
    ):
        if (data / file).is_file():
            found += [
                passage(str(record.get("title") or ""), _joined(file, record.get(field)))[:2_000]
                for record in records(data / file)
            ]
    return found


def _joined(file: str, text: Any) -> str:
    text = str(text or "")
    return "".join(text.split()) if file.startswith("khmer/") else text
