"""Trains topics, tone and relevance from labelled articles and measures them: the same data give the same files.

A fifth of the gold groups (near-duplicates stay together) is the gate set: never trained on, only measured. Thresholds
and calibration come from out-of-fold scores of the rest. Relevance, which has few labels, is measured by folds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from analysis import MODELS, net_of
from analysis.tags import model_file, tone, topics
from analysis.tags.evidence import Evidence
from analysis.tags.net import HEADS, Net, NoNetError, Vectors
from analysis.training.calibration import UNDECIDED, by_kind, learn_tone, learn_topics
from analysis.training.corrected import KIND, Admitted, admit
from analysis.training.evaluate import Figures, as_text, compare
from analysis.training.fitting import Array, Silver, Weights, fit, ground
from analysis.training.gold import PARTS, Example, example, groups, part, records
from analysis.training.net import values as net_values
from analysis.training.net.heads import learned
from analysis.training.net.values import Values
from analysis.training.relevance_train import measure as measure_relevance
from analysis.training.relevance_train import train_relevance
from analysis.training.silver import read as read_silver
from analysis.training.silver import unread
from press import TOPICS

GATE: Final = 0  #: the part of the gold set that is never trained on
READERS: Final = 3.0  #: what a reader's topics count beside a teacher's; a reader's tones count once
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a training gave: the files, their ids, the figures by kind of text and those of relevance by area."""

    files: tuple[Path, ...]
    models: tuple[str, ...]
    gate: tuple[Figures, ...]
    relevance: tuple[Figures, ...] = ()

    def __str__(self) -> str:
        return self.text()

    def text(self) -> str:
        """The figures in Markdown."""
        parts = ["### Gate set (never trained on)", *map(as_text, self.gate)] if self.gate else []
        if self.relevance:
            parts += ["### Relevance (five folds over everything labelled)", *map(as_text, self.relevance)]
        return "\n\n".join(parts)


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


def short(examples: Sequence[Example]) -> list[bool]:
    """Of each example whether it is only a headline: the kinds that are calibrated apart."""
    return [one.terms.short for one in examples]


def _id(what: str, examples: Sequence[Example], taught: Silver | None, fitted: Weights) -> str:
    """Name, form and a digest of what was learned from and what came out (rounded: machines differ in last digits)."""
    digest = hashlib.sha256(np.round(fitted.weights, 1).tobytes())
    for one in sorted(examples, key=lambda one: one.id):
        digest.update(repr((one.id, one.title, one.text, one.topics, one.tone)).encode())
    if taught:
        digest.update(taught.chances.astype(np.float32).tobytes())
    return f"{what}-{model_file.FORM}-{digest.hexdigest()[:8]}"


def _save(out: Path, what: str, fitted: Weights, info: dict[str, Any]) -> Path:
    path = out / f"{what}.npz"
    arrays = fitted.vectors.idf.astype(np.float32), fitted.weights.astype(np.float32), fitted.bias.astype(np.float32)
    model_file.save(path, fitted.vectors.names, arrays, info)
    return path


def _topic_labels(examples: Sequence[Example], names: Sequence[str]) -> Array:
    return np.array([[float(name in one.topics) for name in names] for one in examples])


def _fitter(
    examples: Sequence[Example], labels: Array, taught: Silver | None, readers: float = 1.0
) -> Callable[[list[int]], Weights]:
    """How to fit on some rows of the labelled articles, with what the teacher said of unlabelled ones, if it did."""
    on = ground([one.terms for one in examples], taught)
    return lambda rows: fit(on, labels, rows, readers)


def train_topics(
    examples: Sequence[Example], parts: Sequence[int], taught: Silver | None, out: Path, said: Values | None = None
) -> Path:
    """Fits, calibrates and writes the topic model; with what the net `said` also the calibration of both."""
    names = tuple(TOPICS)
    labels = _topic_labels(examples, names)
    learn = _fitter(examples, labels, taught, READERS)
    decisions = out_of_fold(examples, parts, learn)
    fitted = learn(list(range(len(examples))))
    info = {
        "id": _id("topics", examples, taught, fitted),
        "classes": names,
        "trained_on": _origin(examples, taught),
        **by_kind(short(examples), lambda rows: learn_topics([decisions[rows]], labels[rows])),
        **_with_net(
            examples,
            said,
            slice(len(names)),
            lambda rows, net: learn_topics([decisions[rows], net], labels[rows]),
            range(len(examples)),
        ),
    }
    return _save(out, "topics", fitted, info)


def train_tone(
    examples: Sequence[Example], parts: Sequence[int], taught: Silver | None, out: Path, said: Values | None = None
) -> Path:
    """Fits, calibrates and writes the tone model; every example needs a tone. `said` as in `train_topics`."""
    labels = np.array([[float(one.tone == value) for value in tone.TONES] for one in examples])
    learn = _fitter(examples, labels, taught)
    decisions = out_of_fold(examples, parts, learn)
    fitted = learn(list(range(len(examples))))
    info = {
        "id": _id("tone", examples, taught, fitted),
        "classes": tuple(str(value) for value in tone.TONES),
        "trained_on": _origin(examples, taught),
        "undecided": UNDECIDED,
        **by_kind(short(examples), lambda rows: learn_tone([decisions[rows]], labels[rows])),
        **_with_net(
            examples,
            said,
            slice(len(TOPICS), None),
            lambda rows, net: learn_tone([decisions[rows], net], labels[rows]),
            unread(examples, parts) if taught else range(len(examples)),
        ),
    }
    return _save(out, "tone", fitted, info)


def _with_net(
    examples: Sequence[Example],
    said: Values | None,
    columns: slice,
    learn: Callable[[list[int], Array], dict[str, Any]],
    among: Iterable[int],
) -> dict[str, Any]:
    """Calibrations of the linear model and the net together, from those `among` that the net has said something of.

    `learn` takes numbers of examples and the net's values of them, those of the `columns`.
    """
    found = {i: values for i in among if said and (values := said.of(examples[i])) is not None}
    if not said or not found:
        return {}
    rows = list(found)
    values = np.array([found[i][columns] for i in rows])

    def learned(some: list[int]) -> dict[str, Any]:
        return learn([rows[i] for i in some], values[some])

    return {"with_net": {"net": said.net, **by_kind(short([examples[i] for i in rows]), learned)}}


def _origin(examples: Sequence[Example], taught: Silver | None) -> str:
    said = f"{len(examples)} labelled articles"
    if corrected := sum(one.kind == KIND for one in examples):
        said += f" ({corrected} of them corrected by officers)"
    return said if taught is None else f"{said}, {len(taught.texts)} unlabelled ones with a teacher's labels"


def with_own_heads(
    said: Values | None, labelled: Sequence[Example], more: Admitted, out: Path, known: Vectors
) -> Values | None:
    """What the net that ships `said`, or with heads refitted on corrected articles says: these are written into `out`.

    They are not refitted where the net does not run, or has said nothing of these `labelled` articles.
    """
    rows = [i for i, one in enumerate(more.examples) if one.topics or one.tone in tone.TONES]
    if said is None or not rows or all(said.of(one) is None for one in labelled):
        return said
    try:
        net = net_of(MODELS, known)
    except NoNetError:
        return said
    if said.net != net.id:
        return said
    net, said = learned(net, said, *_some(rows, more.examples, more.parts))
    net.save(out / HEADS)
    return said


def joined(*paths: Path, known: Vectors | None = None) -> Net | None:
    """The net of the model files' folder, where it runs here and every one of them was calibrated with it."""
    try:
        net = net_of(paths[0].parent, known)
    except NoNetError:
        return None
    names = {model_file.load(path).info.get("with_net", {}).get("net") for path in paths}
    return net if names == {net.id} else None


def measure(
    examples: Sequence[Example], topic_path: Path, tone_path: Path, where: str, net: Net | None = None
) -> tuple[Figures, ...]:
    """Topics and tone of `examples` by the written files, alone or joined with the net, per kind of article."""
    topic_model, tone_model = model_file.load(topic_path), model_file.load(tone_path)
    unasked = Evidence("", "", (), (), ())
    figures = []
    for kind in sorted({one.kind for one in examples}):
        chosen = [one for one in examples if one.kind == kind]
        read = [(one.title_words, one.text_words) for one in chosen]
        heard = [net.values(net.read(one.title, one.text)) if net else (None, None) for one in chosen]
        found = [
            topics.judge(topic_model, topic_model.vocabulary.known(*words), unasked, said)
            for words, (said, _) in zip(read, heard, strict=True)
        ]
        tones = [
            tone.judge(tone_model, tone_model.vocabulary.known(*words), unasked, said).value
            for words, (_, said) in zip(read, heard, strict=True)
        ]
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


def train(
    data: Path,
    out: Path,
    progress: Say,
    corrected: Sequence[Mapping[str, Any]] = (),
    values: Path = net_values.SHIPPED,
    known: Vectors | None = None,
) -> Report:
    """Trains on `data` (the labelled articles of its `gold/`), writes the files into `out`, measures them.

    `corrected` are records of corrected articles, each labelled in what was corrected, with `area` for relevance; they
    count like the labelled ones and are never measured on. `values`: the file of what the net said of the labelled
    ones. `known`: where the net's vectors are kept; with it the net's heads learn from corrected articles too. Raises
    ValueError with the reason where the data cannot be used; nothing is written then.
    """
    gold = data / "gold" / "articles.jsonl.gz"
    if not gold.is_file():
        raise ValueError(f"{gold}: no such file; --data names the folder that holds gold/articles.jsonl.gz")
    progress("reading and segmenting the labelled articles")
    examples = [one for one in map(example, records(gold)) if one.topics and one.tone in tone.TONES]
    parts = part(examples, groups(examples))
    seen = [i for i, number in enumerate(parts) if number != GATE]
    held = [one for one, number in zip(examples, parts, strict=True) if number == GATE]
    more = admit(examples, parts, corrected, GATE)
    training = [*(examples[i] for i in seen), *more.examples]
    training_parts = [*(parts[i] for i in seen), *more.parts]
    out.mkdir(parents=True, exist_ok=True)
    said = net_values.load(values)
    if known is not None:
        progress(f"the net's heads: {len(more.examples)} corrected articles")
        said = with_own_heads(said, training, more, out, known)
    progress("reading and segmenting unlabelled press")
    taught = read_silver(data, [*examples, *more.examples])
    progress(f"topics: {len(training)} articles, {len(held)} kept for the gate, {PARTS - 1} folds")
    rows = [i for i, one in enumerate(training) if one.topics]
    topic_path = train_topics(*_some(rows, training, training_parts), taught.topics if taught else None, out, said)
    progress("tone")
    rows = [i for i, one in enumerate(training) if one.tone in tone.TONES]
    tone_path = train_tone(*_some(rows, training, training_parts), taught.tones if taught else None, out, said)
    progress("relevance")
    relevance_path = train_relevance(data, out, frozenset(one.id for one in held), more.records)
    progress("measuring on the gate set")
    figures = measure(held, topic_path, tone_path, "gate set, linear models alone")
    if net := joined(topic_path, tone_path, known=known):
        figures = (*measure(held, topic_path, tone_path, "gate set, with the net", net), *figures)
    progress("measuring relevance in five folds")
    near = measure_relevance(data)
    ids = tuple(model_file.load(path).id for path in (topic_path, tone_path))
    return Report((topic_path, tone_path, relevance_path), ids, figures, near)


def _some(rows: Sequence[int], examples: Sequence[Example], parts: Sequence[int]) -> tuple[list[Example], list[int]]:
    """Those of the examples that are labelled in what is trained, with their parts."""
    return [examples[i] for i in rows], [parts[i] for i in rows]
