"""Weak supervision: unlabelled press with a slower teacher's labels, so that the shipped models learn its words too.

The teacher (docs/quality.md says what it is and how it was made) is needed only to make `data/silver_labels.npz`: for
each text the number of its record in its corpus, a digest of how it begins, and the chance of each topic and tone. The
texts themselves stay with the data; without them, or with others, training goes on from the labelled articles alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile
from zlib import crc32

import numpy as np
import numpy.typing as npt

from analysis.tags.features import Terms, terms
from analysis.tags.tone import TONES
from analysis.training.corrected import KIND
from analysis.training.fitting import Silver
from analysis.training.gold import Example, order, records
from analysis.words.segmenter import words
from press import TOPICS
from press.text import readable

Floats = npt.NDArray[np.float32]

LABELS: Final = Path(__file__).parents[1] / "data" / "silver_labels.npz"
HELD: Final = 1  #: the part of the labelled articles that the teacher has never seen,
FIRST_AFTER: Final = "g9950"  #: nor the rows from this one on
_ENOUGH: Final = 500  # labelled articles that calibrate well enough
STEPS: Final = 20  #: a stored chance is so many parts of one
#: corpus -> its file below the data folder, and the field of its text
CORPORA: Final[Mapping[str, tuple[str, str]]] = {
    "feeds_2026": ("feeds_2026.jsonl.gz", "summary"),
    "baomoi_sections": ("corpora/baomoi_sections.jsonl.gz", "text"),
    "baomoi_fulltext_2017": ("corpora/baomoi_fulltext_2017.jsonl.gz", "text"),
    "vntc_train": ("corpora/vntc_train.jsonl.gz", "text"),
}


@dataclass(frozen=True, slots=True)
class Taught:
    """What the teacher said of the unlabelled texts: the chance of each topic, and of each tone (these sum to one)."""

    topics: Silver
    tones: Silver


def read(data: Path, known: Sequence[Example], labels: Path = LABELS) -> Taught | None:
    """The texts below `data` the teacher labelled, without any that begins like one of `known` or has its address.

    None where there is no such text; ValueError names a label file that cannot be read.
    """
    texts: list[Terms] = []
    chances: list[Any] = []
    for corpus, wanted in load(labels).items():
        if not (data / CORPORA[corpus][0]).is_file():
            continue
        for number, title, text in unlabelled(data, known, corpus, wanted):
            check, chance = wanted[number]
            if check == digest(title, text):
                texts.append(terms(words(title), words(text)))
                chances.append(chance)
    if not texts:
        return None
    found, every = np.array(chances, np.float64) / STEPS, tuple(texts)
    topics, tones = found[:, : len(TOPICS)], found[:, len(TOPICS) :]
    tones /= np.maximum(tones.sum(axis=1, keepdims=True), 1e-9)
    return Taught(Silver(every, topics), Silver(every, tones))


def unlabelled(
    data: Path, known: Sequence[Example], corpus: str, wanted: Container[int] | None = None
) -> Iterator[tuple[int, str, str]]:
    """Number, headline and text of the records of a corpus that are none of `known`; of those `wanted`, if told."""
    heads = {head(text) for one in known for text in (one.title, one.text, f"{one.title} {one.text}")} - {""}
    addresses = {one.doc for one in known if one.doc}
    file, field = CORPORA[corpus]
    for number, record in enumerate(records(data / file)):
        if (wanted is not None and number not in wanted) or str(record.get("link") or record.get("id")) in addresses:
            continue
        title, text = readable(str(record.get("title") or "")), readable(str(record.get(field) or ""))
        if head(title or text) not in heads:
            yield number, title, text


def head(text: str) -> str:
    """By what two copies of a text are known: their first letters and digits, without case and spacing."""
    return "".join(text.lower().split())[:60]


def digest(title: str, text: str) -> int:
    """Sixteen bits by which a record is known to be the one the teacher read."""
    return crc32(f"{head(title)} {head(text)}".encode()) & 0xFFFF


def unread(examples: Sequence[Example], parts: Sequence[int]) -> list[int]:
    """Numbers of the labelled articles that the teacher has never seen: a student's values of the others are too good.

    `parts` as `gold.part` gives them. Officers' corrections are among them. All, where too few are left to learn from.
    """
    after = order(FIRST_AFTER)
    found = [
        i
        for i, (one, number) in enumerate(zip(examples, parts, strict=True))
        if number == HELD or one.kind == KIND or order(one.id) >= after
    ]
    return found if len(found) >= _ENOUGH else list(range(len(examples)))


def save(path: Path, rows: Mapping[str, Sequence[tuple[int, int, Floats]]]) -> None:
    """Writes the teacher's labels: for each corpus the number, digest and chances (topics, then tones) of its texts."""
    tables = {}
    for corpus, found in rows.items():
        ordered = sorted(found, key=lambda row: row[0])
        tables[f"{corpus}.gap"] = np.diff([n for n, _, _ in ordered], prepend=0).astype(np.uint16)
        tables[f"{corpus}.check"] = np.array([check for _, check, _ in ordered], np.uint16)
        chances = np.array([chance for _, _, chance in ordered], np.float32)
        tables[f"{corpus}.chance"] = np.ascontiguousarray(np.round(chances * STEPS).astype(np.uint8).T)
    np.savez_compressed(path, allow_pickle=False, **tables)


def load(path: Path) -> dict[str, dict[int, tuple[int, Any]]]:
    """For each corpus the texts' digests and chances by number; nothing where there is no file."""
    if not path.is_file():
        return {}
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            tables = {name: data[name] for name in data.files}
            found = {}
            for corpus in CORPORA:
                if f"{corpus}.gap" in tables:
                    numbers = np.cumsum(tables[f"{corpus}.gap"], dtype=np.int64)
                    rows = zip(tables[f"{corpus}.check"].tolist(), tables[f"{corpus}.chance"].T, strict=True)
                    found[corpus] = dict(zip(numbers.tolist(), rows, strict=True))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise ValueError(f"{path}: no readable labels ({error}); restore it") from error
    if any(len(chance) != len(TOPICS) + len(TONES) for rows in found.values() for _, chance in rows.values()):
        raise ValueError(f"{path}: labels of other topics; make it anew")
    return found
