"""Learns relevance from labelled articles of any areas; what comes out is plain arrays (see `tags.relevance`)."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.places.area import area_of
from analysis.places.beside import Survey
from analysis.places.gazetteer import load_gazetteer
from analysis.places.places import survey
from analysis.tags.relevance import NAME, Relevance
from analysis.tags.relevance_features import NAMES, features, look
from analysis.training.evaluate import Figures, compare
from analysis.training.gold import PARTS, part
from press import RELEVANCES
from press import Relevance as Label
from press.dates import parse
from press.text import readable

Arrays = dict[str, NDArray[Any]]
_SUBJECT = ("focus", "mention")


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled article for one area; `group` ties what must not be parted between training and test."""

    id: str
    source: str  #: "articles", "merger", "areas" or "corrected"
    area: str
    title: str
    text: str
    outlet: str
    published_at: datetime | None
    label: int
    group: int = -1


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _sample(row: Mapping[str, Any], source: str, area: str, label: str) -> Sample:
    instant = parse(row["published"]) if row.get("published") else None
    moment = instant.at if instant else None
    title, text = readable(row["title"]), readable(row["text"])
    return Sample(row["id"], source, area, title, text, row.get("outlet", ""), moment, RELEVANCES.index(label))


def load_samples(data: Path, corrected: Sequence[Mapping[str, Any]] = ()) -> list[Sample]:
    """All labelled articles of `data/gold`, one sample per article and area, near-duplicates grouped.

    `corrected` are further records with `area`, those without `relevance` are left out.
    """
    gold = data / "gold"
    samples = [
        _sample(row, "articles", "Sóc Trăng", row["relevance"])
        for row in _lines(gold / "articles.jsonl.gz")
        if row.get("relevance")
    ]
    for row in _lines(gold / "post_merger.jsonl"):
        samples.append(_sample(row, "merger", "Sóc Trăng", row["relevance_soc_trang"]))
        samples.append(_sample(row, "merger", "Cần Thơ", row["relevance_can_tho"]))
    samples += [_sample(row, "areas", row["area"], row["relevance"]) for row in _lines(gold / "areas.jsonl")]
    samples += [_sample(row, "corrected", row["area"], row["relevance"]) for row in corrected if row.get("relevance")]
    return grouped(samples)


def grouped(samples: list[Sample]) -> list[Sample]:
    """Gives one group number to articles that share a fifth of their three-word shingles (headline and beginning)."""
    parent = list(range(len(samples)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    seen: dict[str, list[int]] = {}
    shingles: list[dict[str, None]] = []
    for index, sample in enumerate(samples):
        words = re.findall(r"\w+", f"{sample.title} {sample.text[:600]}".lower())
        mine = dict.fromkeys(" ".join(words[at : at + 3]) for at in range(len(words) - 2))
        shared: dict[int, int] = {}
        for one in mine:
            for other in seen.get(one, ())[:50]:
                shared[other] = shared.get(other, 0) + 1
        for other, number in shared.items():
            if number >= 0.2 * min(len(mine), len(shingles[other])):
                parent[root(index)] = root(other)
        for one in mine:
            seen.setdefault(one, []).append(index)
        shingles.append(mine)
    return [replace(sample, group=root(index)) for index, sample in enumerate(samples)]


def surveys(samples: Sequence[Sample]) -> list[Survey]:
    """What one reading of each article finds, for its area."""
    gazetteer = load_gazetteer()
    areas = {name: area_of(gazetteer, name) for name in {sample.area for sample in samples}}
    return [
        survey(one.title, one.text, area=areas[one.area], published_at=one.published_at, outlet=one.outlet)
        for one in samples
    ]


def matrix(samples: Sequence[Sample], read: Sequence[Survey]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Features (samples × NAMES) of what was read, and whether the prescreen lets the article through at all."""
    rows = np.array([features(look(found)) for found in read]).reshape(-1, len(NAMES))
    named = [found.area.named_in(f"{one.title}\n{one.text}") for one, found in zip(samples, read, strict=True)]
    return rows, np.array(named, dtype=bool)


def learn(rows: NDArray[np.float64], labels: NDArray[np.int64], strength: float = 0.04) -> Arrays:
    """Standardises and fits the multinomial logistic regression; `strength` is the inverse of the L2 penalty."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale[scale < 1e-9] = 1.0
    model = LogisticRegression(C=strength, max_iter=4000).fit((rows - mean) / scale, labels)
    weights = np.zeros((len(RELEVANCES), rows.shape[1]))
    bias = np.full(len(RELEVANCES), -30.0)
    weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return {"mean": mean, "scale": scale, "weights": weights, "bias": bias}


def fit(data_dir: Path, skip: frozenset[str] = frozenset(), corrected: Sequence[Mapping[str, Any]] = ()) -> Arrays:
    """Trains on the gold folder below `data_dir` (without the ids in `skip`): the arrays `tags.relevance` reads."""
    samples = [sample for sample in load_samples(data_dir, corrected) if sample.id not in skip]
    rows, named = matrix(samples, surveys(samples))
    labels = np.array([sample.label for sample in samples])
    arrays = learn(rows[named], labels[named])
    arrays["names"] = np.array(NAMES)
    arrays["id"] = np.array(f"relevance-1-{_digest(samples, arrays)}")
    return {name: one.astype(np.float32) if one.dtype == np.float64 else one for name, one in arrays.items()}


def measure(data: Path) -> tuple[Figures, ...]:
    """Everything labelled, judged by models that saw nothing of its group, then by ones that saw nothing of its area.

    Articles by the four labels; items of today, where few are `passing`, by whether the area is their subject. Nothing
    where too little is labelled for five folds.
    """
    samples = load_samples(data)
    read = surveys(samples)
    rows, named = matrix(samples, read)
    labels = np.array([one.label for one in samples])
    folds = part(samples, [one.group for one in samples])
    if any(len(set(labels[named & (np.array(folds) != fold)].tolist())) < 2 for fold in range(PARTS)):
        return ()
    learned = _Learned(samples, read, rows, named, labels)
    areas = [one.area for one in samples]
    apart = _told(samples, learned.judged(areas), ", learned from other areas")
    return (*_told(samples, learned.judged(folds), ""), *apart)


@dataclass(frozen=True, slots=True)
class _Learned:
    """Everything labelled, read once, to be judged by models of a part of it."""

    samples: Sequence[Sample]
    read: Sequence[Survey]
    rows: NDArray[np.float64]
    named: NDArray[np.bool_]
    labels: NDArray[np.int64]

    def judged(self, folds: Sequence[Hashable]) -> list[Label]:
        """What each article gets from what is neither of its fold nor of a group in it; "none" if that is nothing."""
        said: list[Label] = ["none"] * len(self.read)
        groups = np.array([one.group for one in self.samples])
        for fold in dict.fromkeys(folds):
            mine = np.array([one == fold for one in folds])
            seen = self.named & ~mine & ~np.isin(groups, groups[mine])
            if len(set(self.labels[seen].tolist())) < 2:
                continue
            arrays = learn(self.rows[seen], self.labels[seen])
            model = Relevance("", arrays["mean"], arrays["scale"], arrays["weights"], arrays["bias"])
            for index in np.flatnonzero(mine).tolist():
                said[index] = model.judge(self.read[index]).value
        return said


def _told(samples: Sequence[Sample], said: Sequence[Label], how: str) -> tuple[Figures, ...]:
    """The figures of each source and area."""
    found = []
    for source, area in dict.fromkeys((one.source, one.area) for one in samples):
        chosen = [i for i, one in enumerate(samples) if (one.source, one.area) == (source, area)]
        gold, mine = [RELEVANCES[samples[i].label] for i in chosen], [said[i] for i in chosen]
        if source == "articles":
            what, classes = f"relevance to {area}, articles{how}", list(RELEVANCES)
            found.append(compare(what, [[label] for label in gold], [[label] for label in mine], classes))
        elif any(label in _SUBJECT for label in gold):
            what = f"focus or mention of {area}, items{how}"
            found.append(compare(what, _subjects(gold), _subjects(mine), ["subject"]))
    return tuple(found)


def _subjects(labels: Iterable[str]) -> list[list[str]]:
    return [["subject" if label in _SUBJECT else "no subject"] for label in labels]


def _digest(samples: list[Sample], arrays: Arrays) -> str:
    """Names what was learned from and what came out (rounded: machines differ in the last digits)."""
    digest = hashlib.sha256(repr((NAMES, arrays["weights"].round(2).tolist())).encode())
    for one in sorted(samples, key=lambda one: (one.id, one.area)):
        digest.update(repr((one.id, one.area, one.title, one.text, one.label)).encode())
    return digest.hexdigest()[:8]


def train_relevance(
    data: Path, out: Path, skip: frozenset[str] = frozenset(), corrected: Sequence[Mapping[str, Any]] = ()
) -> Path:
    """Trains on everything labelled and writes `relevance.npz` into `out`, whole or not at all; answers its path."""
    path = out / NAME
    partial = path.with_name(f"{path.name}.part")
    with partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **fit(data, skip, corrected))
    partial.replace(path)
    return path
