"""Trains topics and tone from the labelled articles and measures them: the same data give the same files.

A fifth of the gold groups (near-duplicates stay together) is the gate set: never trained on, only measured. Thresholds
and calibration come from out-of-fold scores of the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis import model_file, silver, tone, topics
from analysis.evaluate import Figures, as_text, compare
from analysis.features import Terms
from analysis.gold import PARTS, Example, example, groups, part, records
from analysis.relevance_train import train_relevance
from press import TOPICS

GATE: Final = 0  #: the part of the gold set that is never trained on
_TOPIC_C: Final = 1.0
_TONE_C: Final = 1.0
_OWN: Final = 2  # labelled texts a term must occur in, or
_ALL: Final = 8  # texts of any kind
_SILVER: Final = 0.35  # what a label of the teacher counts beside a reader's
_SURE: Final = 0.8  # distance from the decision from which the teacher counts fully
_LENIENT: Final = -0.5  # the teacher's threshold
_TOLERANCE: Final = 1e-3
_UNDECIDED: Final = 0.36  # chance of the likeliest tone below which none is given
_KINDS: Final = ("full", "short")
Array = npt.NDArray[np.float64]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a training gave: the files, their ids, and the figures by kind of text."""

    files: tuple[Path, ...]
    models: tuple[str, ...]
    gate: tuple[Figures, ...]

    def __str__(self) -> str:
        return self.text()

    def text(self) -> str:
        """The figures in Markdown."""
        return "\n\n".join(["### Gate set (never trained on)", *map(as_text, self.gate)])


@dataclass(frozen=True, slots=True)
class Vectors:
    """The terms a model knows and their weight; turns texts into rows of unit length, as `LinearModel` does."""

    names: tuple[str, ...]
    index: dict[str, int]
    idf: Array

    def rows(self, texts: Sequence[Terms]) -> Any:
        """A sparse matrix, a row per text."""
        from scipy import sparse

        starts: list[int] = [0]
        columns: list[int] = []
        counts: list[int] = []
        for text in texts:
            known = [(self.index[name], count) for name, count in text.counts.items() if name in self.index]
            columns.extend(column for column, _ in known)
            counts.extend(count for _, count in known)
            starts.append(len(columns))
        at = np.array(columns, np.int32)
        values = (1 + np.log(np.array(counts, np.float64))) * self.idf[at]
        matrix = sparse.csr_matrix((values, at, starts), shape=(len(texts), len(self.names)))
        lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        return sparse.diags(1 / np.maximum(lengths, 1e-9)) @ matrix


def vectors(texts: Sequence[Terms], more: Sequence[Terms] = ()) -> Vectors:
    """Learns the terms of at least two of `texts`, or of eight texts with the unlabelled `more`; with their rarity."""
    own: dict[str, int] = {}
    for text in texts:
        for name in text.counts:
            own[name] = own.get(name, 0) + 1
    every = dict(own)
    for text in more:
        for name in text.counts:
            every[name] = every.get(name, 0) + 1
    names = tuple(sorted(n for n, count in every.items() if own.get(n, 0) >= _OWN or count >= _ALL))
    size = len(texts) + len(more)
    idf = np.array([1 + np.log((1 + size) / (1 + every[name])) for name in names]).astype(np.float16)
    return Vectors(names, {name: i for i, name in enumerate(names)}, idf.astype(np.float64))


@dataclass(frozen=True, slots=True)
class Weights:
    """What a linear fit gave: (terms, classes) and (classes,)."""

    vectors: Vectors
    weights: Array
    bias: Array

    def decide(self, texts: Sequence[Terms]) -> Array:
        """Decision values, a row per text."""
        found: Array = np.asarray(self.vectors.rows(texts) @ self.weights) + self.bias
        return found


@dataclass(frozen=True, slots=True)
class Silver:
    """The teacher's labels of unlabelled texts, -1 or 1 per class, and what each counts."""

    texts: tuple[Terms, ...]
    labels: Array
    weights: Array


def fit_topics(texts: Sequence[Terms], labels: Array, silver: Silver | None = None) -> Weights:
    """One linear support vector machine per topic."""
    from sklearn.svm import LinearSVC

    more = silver.texts if silver else ()
    known = vectors(texts, more)
    rows = known.rows([*texts, *more])
    weights, bias = np.zeros((len(known.names), labels.shape[1])), np.full(labels.shape[1], -1.0)
    for number in range(labels.shape[1]):
        truth, count = labels[:, number], np.ones(len(texts))
        if silver:
            truth = np.concatenate([truth, silver.labels[:, number] > 0])
            count = np.concatenate([count, silver.weights[:, number]])
        if 0 < labels[:, number].sum() < len(labels):
            machine = LinearSVC(C=_TOPIC_C, random_state=0, tol=_TOLERANCE, max_iter=3000)
            fitted = machine.fit(rows, truth, sample_weight=count)
            weights[:, number], bias[number] = fitted.coef_[0], fitted.intercept_[0]
    return Weights(known, weights, bias)


def fit_tone(texts: Sequence[Terms], labels: Array, silver: Silver | None = None) -> Weights:
    """One linear support vector machine per tone, classes balanced; `labels` has a column per tone."""
    from sklearn.svm import LinearSVC

    more = silver.texts if silver else ()
    known = vectors(texts, more)
    truth, count = labels.argmax(axis=1), np.ones(len(texts))
    if silver:
        truth = np.concatenate([truth, silver.labels.argmax(axis=1)])
        count = np.concatenate([count, silver.weights.max(axis=1)])
    machine = LinearSVC(C=_TONE_C, class_weight="balanced", random_state=0, tol=_TOLERANCE, max_iter=3000)
    fitted = machine.fit(known.rows([*texts, *more]), truth, sample_weight=count)
    return Weights(known, fitted.coef_.T, fitted.intercept_)


@dataclass(frozen=True, slots=True)
class Teacher:
    """What the teacher needs of the unlabelled texts: their terms and their vectors, and those of the gold articles."""

    texts: tuple[Terms, ...]
    vectors: npt.NDArray[np.float32]
    gold: npt.NDArray[np.float32]

    def silver(self, rows: list[int], linear: Weights, labels: Array, one_each: bool) -> Silver:
        """Labels all texts by linear model plus kernel ridge, both knowing only the gold articles `rows`."""
        targets = 2.0 * labels[rows] - 1
        balance = np.zeros(labels.shape[1]) if one_each else np.full(labels.shape[1], silver.PRIOR)
        values = linear.decide(self.texts) + silver.ridge(self.gold[rows], targets, balance)(self.vectors)
        if one_each:
            ordered = np.sort(values, axis=1)
            sure = np.minimum(1, (ordered[:, -1] - ordered[:, -2]) / _SURE)
            return Silver(self.texts, values, _SILVER * np.repeat(sure[:, None], values.shape[1], axis=1))
        given = np.full(values.shape, -1.0)
        for row, over in enumerate(values - _LENIENT):
            order = np.argsort(-over, kind="stable")[: topics.MOST]
            given[row, [i for n, i in enumerate(order) if n == 0 or over[i] > 0]] = 1
        return Silver(self.texts, given, _SILVER * np.minimum(1, np.abs(values - _LENIENT) / _SURE))


def teach(data: Path, examples: Sequence[Example], known: Sequence[Example], progress: Say) -> Teacher | None:
    """Reads the unlabelled texts and learns their vectors; None where there are too few (below a thousand)."""
    progress("reading and segmenting unlabelled press")
    found = silver.read(data, known)
    if len(found.labelled) < 1000:
        return None
    progress(
        f"vectors of {len(found.labelled) + len(found.others)} texts, {len(found.labelled)} of them to be labelled"
    )
    own = [[*one.title_words, *one.text_words] for one in examples]
    space = silver.vectorise([*(t + x for t, x in found.labelled_words), *found.others, *own])
    vectors_ = np.array([space.text(*pair) for pair in found.labelled_words])
    return Teacher(found.labelled, vectors_, np.array([space.text(e.title_words, e.text_words) for e in examples]))


def out_of_fold(examples: Sequence[Example], parts: Sequence[int], fit: Callable[[list[int]], Weights]) -> Array:
    """Decision values of each example by a model that saw none of its part; `fit` takes the numbers it may see."""
    found: Array | None = None
    for held in sorted(set(parts)):
        seen = [i for i, number in enumerate(parts) if number != held]
        tested = [i for i, number in enumerate(parts) if number == held]
        values = fit(seen).decide([examples[i].terms for i in tested])
        found = np.zeros((len(examples), values.shape[1])) if found is None else found
        found[tested] = values
    if found is None:
        raise ValueError("nothing to train on")
    return found


def calibrate_topics(decisions: Array, labels: Array) -> dict[str, Any]:
    """Per topic: the logistic curve from decision value to chance, and the threshold with the best F1 (shrunk)."""
    from sklearn.linear_model import LogisticRegression

    size = labels.shape[1]
    slope, offset, threshold = np.ones(size), np.zeros(size), np.full(size, 0.5)
    for number in range(size):
        truth = labels[:, number]
        if not 0 < truth.sum() < len(truth):
            offset[number] = -2.0
            continue
        curve = LogisticRegression(C=10.0).fit(decisions[:, [number]], truth)
        slope[number], offset[number] = max(float(curve.coef_[0, 0]), 0.1), float(curve.intercept_[0])
        chance = 1 / (1 + np.exp(-(slope[number] * decisions[:, number] + offset[number])))
        trust = truth.sum() / (truth.sum() + 15.0)
        threshold[number] = trust * best_threshold(chance, truth) + (1 - trust) * 0.4
    return topics.table(slope.astype(np.float32), offset.astype(np.float32), threshold.astype(np.float32))


def best_threshold(chance: Array, truth: Array) -> float:
    """The score above which calling it a hit gives the best F1, kept within 0.1 and 0.9."""
    order = np.argsort(-chance, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    best = int(np.argmax(f1))
    after = chance[order[min(best + 1, len(order) - 1)]]
    return float(np.clip((chance[order[best]] + after) / 2, 0.1, 0.9))


def calibrate_tone(decisions: Array, labels: Array) -> dict[str, Any]:
    """A small multinomial logistic map from the three decision values to three chances."""
    from sklearn.linear_model import LogisticRegression

    curve = LogisticRegression(C=1.0, class_weight="balanced").fit(decisions, labels.argmax(axis=1))
    return {
        "matrix": [[round(float(x), 5) for x in row] for row in curve.coef_],
        "offset": [round(float(x), 5) for x in curve.intercept_],
    }


def _by_kind(examples: Sequence[Example], make: Callable[[list[int]], dict[str, Any]]) -> dict[str, Any]:
    """A calibration for each kind of text; a kind with few examples takes that of all."""
    found: dict[str, Any] = {}
    for kind in _KINDS:
        chosen = [i for i, one in enumerate(examples) if one.terms.short == (kind == "short")]
        found[kind] = make(chosen if len(chosen) >= 200 else list(range(len(examples))))
    return found


def _id(what: str, examples: Sequence[Example], teacher: Teacher | None) -> str:
    """Name, form and a digest of what was learned from."""
    digest = hashlib.sha256()
    for one in sorted(examples, key=lambda one: one.id):
        digest.update(repr((one.id, one.title, one.text, one.topics, one.tone)).encode())
    digest.update(repr(len(teacher.texts) if teacher else 0).encode())
    return f"{what}-{model_file.FORM}-{digest.hexdigest()[:8]}"


def _save(out: Path, what: str, fitted: Weights, info: dict[str, Any]) -> Path:
    path = out / f"{what}.npz"
    arrays = fitted.vectors.idf.astype(np.float32), fitted.weights.astype(np.float32), fitted.bias.astype(np.float32)
    model_file.save(path, fitted.vectors.names, arrays, info)
    return path


def _topic_labels(examples: Sequence[Example], names: Sequence[str]) -> Array:
    return np.array([[float(name in one.topics) for name in names] for one in examples])


def _fitter(
    texts: list[Terms], labels: Array, teacher: Teacher | None, fit: Callable[..., Weights], one_each: bool
) -> Callable[[list[int]], Weights]:
    """How to fit on some rows of the gold articles: alone, or with what the teacher makes of them."""

    def fitted(rows: list[int]) -> Weights:
        linear = fit([texts[i] for i in rows], labels[rows])
        if teacher is None:
            return linear
        return fit([texts[i] for i in rows], labels[rows], teacher.silver(rows, linear, labels, one_each))

    return fitted


def train_topics(examples: Sequence[Example], parts: Sequence[int], teacher: Teacher | None, out: Path) -> Path:
    """Fits, calibrates and writes the topic model."""
    names = tuple(TOPICS)
    labels = _topic_labels(examples, names)
    fit = _fitter([one.terms for one in examples], labels, teacher, fit_topics, False)
    decisions = out_of_fold(examples, parts, fit)
    info = {
        "id": _id("topics", examples, teacher),
        "classes": names,
        "trained_on": _origin(examples, teacher),
        **_by_kind(examples, lambda rows: calibrate_topics(decisions[rows], labels[rows])),
    }
    return _save(out, "topics", fit(list(range(len(examples)))), info)


def train_tone(examples: Sequence[Example], parts: Sequence[int], teacher: Teacher | None, out: Path) -> Path:
    """Fits, calibrates and writes the tone model; every example needs a tone."""
    labels = np.array([[float(one.tone == value) for value in tone.TONES] for one in examples])
    fit = _fitter([one.terms for one in examples], labels, teacher, fit_tone, True)
    decisions = out_of_fold(examples, parts, fit)
    info = {
        "id": _id("tone", examples, teacher),
        "classes": tuple(str(value) for value in tone.TONES),
        "trained_on": _origin(examples, teacher),
        "undecided": _UNDECIDED,
        **_by_kind(examples, lambda rows: calibrate_tone(decisions[rows], labels[rows])),
    }
    return _save(out, "tone", fit(list(range(len(examples)))), info)


def _origin(examples: Sequence[Example], teacher: Teacher | None) -> str:
    said = f"{len(examples)} labelled articles"
    return said if teacher is None else f"{said}, {len(teacher.texts)} unlabelled ones with a teacher's labels"


def measure(examples: Sequence[Example], topic_path: Path, tone_path: Path, where: str) -> tuple[Figures, ...]:
    """Topics and tone of `examples` by the written files, per kind of article."""
    topic_model, tone_model = model_file.load(topic_path), model_file.load(tone_path)
    figures = []
    for kind in sorted({one.kind for one in examples}):
        chosen = [one for one in examples if one.kind == kind]
        found = [topics.judge(topic_model, one.terms, "", "", {}) for one in chosen]
        tones = [tone.judge(tone_model, one.terms, "", "", {}).value for one in chosen]
        named = [[tag.id for tag in tags] for tags in found]
        figures.append(compare(f"topics, {kind}, {where}", [one.topics for one in chosen], named, list(TOPICS)))
        figures.append(
            compare(
                f"tone, {kind}, {where}",
                [[one.tone] for one in chosen],
                [[] if value is None else [value] for value in tones],
                tone.TONES,
            )
        )
    return tuple(figures)


def train(data: Path, out: Path, progress: Say) -> Report:
    """Trains on `data` (the labelled articles of its `gold/`), writes the files into `out`, measures them.

    Raises ValueError with the reason where the data cannot be used; nothing is written then.
    """
    gold = data / "gold" / "articles.jsonl.gz"
    if not gold.is_file():
        raise ValueError(f"{gold}: no such file; --data names the folder that holds gold/articles.jsonl.gz")
    progress("reading and segmenting the labelled articles")
    examples = [one for one in map(example, records(gold)) if one.topics and one.tone in tone.TONES]
    parts = part(examples, groups(examples))
    seen = [i for i, number in enumerate(parts) if number != GATE]
    held = [one for one, number in zip(examples, parts, strict=True) if number == GATE]
    training, training_parts = [examples[i] for i in seen], [parts[i] for i in seen]
    out.mkdir(parents=True, exist_ok=True)
    teacher = teach(data, training, examples, progress)
    progress(f"topics: {len(training)} articles, {len(held)} kept for the gate, {PARTS - 1} folds")
    topic_path = train_topics(training, training_parts, teacher, out)
    progress("tone")
    tone_path = train_tone(training, training_parts, teacher, out)
    progress("relevance")
    relevance_path = train_relevance(data, out, frozenset(one.id for one in held))
    progress("measuring on the gate set")
    figures = measure(held, topic_path, tone_path, "gate set")
    ids = tuple(model_file.load(path).id for path in (topic_path, tone_path))
    return Report((topic_path, tone_path, relevance_path), ids, figures)
