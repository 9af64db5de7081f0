"""Makes the shipped net: every stage is kept in a folder, so that a run that was stopped goes on where it was.

Two nets that share their first stage each learn on two thirds of the labelled articles and are measured on the rest;
the mean of their weights is shipped. The gate set is never learned on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.tags import net as shipped
from analysis.tags.tone import TONES
from analysis.training.calibration import UNDECIDED, by_kind, learn_tone, learn_topics
from analysis.training.gold import Example
from analysis.training.net import e5, graph, learn, texts, tokens, values
from analysis.training.net.heads import spread_of
from analysis.training.net.texts import KHMER, Labelled
from press import TOPICS

Say = Callable[[str], None]
Floats = npt.NDArray[np.float32]

_NETS: Final = 2  # of the folds: each costs half an hour, two thirds of the articles are enough to calibrate on
_TAUGHT: Final = 12_000  # texts the teacher labelled that are read first
_SPREAD: Final = 4  # of so many labelled articles one tells how the net's vectors spread
_TOPICS: Final = len(TOPICS)


@dataclass(frozen=True, slots=True)
class Stage:
    """What the folds learn from: the labelled articles as pieces, and what the lower layers made of them."""

    pieces: str
    known: Labelled
    examples: list[Example]
    read: list[Any]
    net: dict[str, Any]


def make(data: Path, out: Path, kept: Path, keep: Path, say: Say) -> None:
    """Trains the net on `data`, writes graph and heads into `out` and its values of the labelled articles to `kept`.

    Stages stay in `keep`. Raises ValueError where the data or what is kept cannot be used, ImportError without the
    extra `train`.
    """
    keep.mkdir(parents=True, exist_ok=True)
    stage = prepared(data, keep, say)
    nets = [fold(stage, keep, number, say) for number in range(_NETS)]
    out.mkdir(parents=True, exist_ok=True)
    written(stage, nets, out, kept, say)


def prepared(data: Path, keep: Path, say: Say) -> Stage:
    """The pieces that stay, the net after the texts the teacher labelled, and the labelled articles half read."""
    import torch

    torch.set_num_threads(1)
    say("reading the labelled articles")
    known, examples = texts.labelled(data)
    if not (keep / "begun.pt").is_file():
        say("choosing the pieces that stay")
        every, tensors = e5.read()
        stays = tokens.kept(every, texts.press(data, examples))
        (keep / "pieces.json").write_text(tokens.cut(every, stays), encoding="utf-8")
        learn.keep(learn.begun(tensors, stays), keep / "begun.pt")
    pieces = (keep / "pieces.json").read_text(encoding="utf-8")
    begun = torch.load(keep / "begun.pt", weights_only=True)
    read = learn.lower(begun, tokens.numbers(pieces, known.passages, learn.READ), keep / "lower.pt", say)
    if not (keep / "taught.pt").is_file():
        passages, labels = texts.taught(data, examples, _TAUGHT)
        say(f"once over {len(passages)} texts that the teacher labelled")
        learn.keep(learn.skim(begun, tokens.numbers(pieces, passages, learn.SKIMMED), labels, say), keep / "taught.pt")
    return Stage(pieces, known, examples, read, torch.load(keep / "taught.pt", weights_only=True))


def fold(stage: Stage, keep: Path, number: int, say: Say) -> dict[str, Any]:
    """The net that never saw fold `number`."""
    import torch

    path = keep / f"fold{number}.pt"
    if not path.is_file():
        seen = [i for i, own in enumerate(stage.known.folds) if own not in (-1, number)]
        say(f"fold {number}: {len(seen)} labelled articles")
        net = {name: value.clone() for name, value in stage.net.items()}
        learn.settle(net, stage.read, stage.known.labels, seen, number, say)
        learn.keep(net, path)
    found: dict[str, Any] = torch.load(path, weights_only=True)
    return found


def out_of_fold(stage: Stage, nets: Sequence[dict[str, Any]]) -> Floats:
    """Decision values (texts, topics + tones) of the labelled articles that a net never saw, by that net; else 0."""
    found = np.zeros((len(stage.known.ids), _TOPICS + len(TONES)), np.float32)
    for number, net in enumerate(nets):
        rows = np.flatnonzero(stage.known.folds == number).tolist()
        found[rows] = learn.vectors(net, stage.read, rows) @ net["head.w"].numpy().T + net["head.b"].numpy()
    return found


def mean(nets: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The mean of nets that began alike."""
    return {name: sum(net[name] for net in nets) / len(nets) for name in nets[0]}


def written(stage: Stage, nets: Sequence[dict[str, Any]], out: Path, kept: Path, say: Say) -> None:
    """Writes graph, heads with the net's own calibrations, and the values by which linear models learn theirs."""
    said = out_of_fold(stage, nets)
    net = mean(nets)
    drawn, heads = out / shipped.GRAPH, out / shipped.HEADS
    say("writing the graph")
    graph.write(net, drawn)
    digest = hashlib.sha256(drawn.read_bytes()).hexdigest()
    name = f"net-{shipped.FORM}-{digest[:8]}"
    info = {
        "id": name,
        "graph": digest,
        "read": learn.READ,
        "alone": {**_alone(stage, said, len(nets)), "undecided": UNDECIDED},
    }
    learned = np.flatnonzero(stage.known.folds >= 0)[::_SPREAD].tolist()
    spread = spread_of(learn.vectors(net, stage.read, learned).astype(np.float64)).astype(np.float32)
    shipped.save(heads, stage.pieces, (net["head.w"].numpy(), net["head.b"].numpy(), spread), info)
    rows = [i for i in range(len(stage.examples)) if 0 <= stage.known.folds[i] < len(nets)]
    values.save(kept, name, [values.key(stage.examples[i]) for i in rows], said[rows])


def _alone(stage: Stage, said: Floats, nets: int) -> dict[str, Any]:
    """Calibrations of the net alone, by kind of text: what Khmer and English are judged by."""
    rows = [i for i, kind in enumerate(stage.known.kinds) if kind != KHMER and 0 <= stage.known.folds[i] < nets]
    found, labels = said[rows].astype(np.float64), stage.known.labels[rows].astype(np.float64)

    def learned(some: list[int]) -> dict[str, Any]:
        return {
            "topics": learn_topics([found[some, :_TOPICS]], labels[some, :_TOPICS]),
            "tone": learn_tone([found[some, _TOPICS:]], labels[some, _TOPICS:]),
        }

    return by_kind([stage.examples[i].terms.short for i in rows], learned)
