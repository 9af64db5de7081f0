"""Teaches the net in two stages, each kept on disk: what the teacher said of the press, then a fold's gold articles.

The word vectors and the lower half of the layers stay as published, so what they make of the labelled articles is
computed once. Every stage is one thread's work; folds may run beside each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.tags.tone import TONES
from analysis.training.net import e5
from press import TOPICS

Floats = npt.NDArray[np.float32]
Say = Callable[[str], None]
Pieces = Sequence[Sequence[int]]

FROZEN: Final = 6  #: layers that stay as published
SKIMMED: Final = 112  #: pieces read of a text the teacher labelled
READ: Final = 224  #: and of a labelled article
_ROUNDS: Final = 3
_BATCH: Final = 16
_RATE: Final = 8e-5  # of the layers; the heads, new, learn faster
_HEADS: Final = 2e-3
_DROPPED: Final = 0.1
_TOPICS: Final = len(TOPICS)


def begun(tensors: dict[str, Any], kept: Sequence[int]) -> dict[str, Any]:
    """The published net with the vectors of the pieces that stay and heads that know nothing."""
    import torch

    torch.manual_seed(0)
    net = {**tensors, "emb.word": tensors["emb.word"][torch.tensor(kept)].clone()}
    net["head.w"] = torch.randn(_TOPICS + len(TONES), e5.WIDTH) * 0.02
    net["head.b"] = torch.cat([torch.full((_TOPICS,), -2.0), torch.zeros(len(TONES))])
    return net


def skim(net: dict[str, Any], texts: Pieces, labels: Floats, say: Say) -> dict[str, Any]:
    """The net after one round over the texts the teacher labelled."""
    chance = np.random.default_rng(0)
    plan = list(_batches(texts, chance))

    def read(rows: Sequence[int]) -> tuple[Any, Any]:
        numbers, taken = e5.padded([texts[i] for i in rows])
        return e5.lower(net, numbers, taken, FROZEN), taken

    _learn(net, plan, read, labels, say)
    return net


def lower(net: dict[str, Any], texts: Pieces, path: Path, say: Say) -> list[Any]:
    """What the frozen layers make of each text: (pieces, width) in half precision, kept in `path`."""
    import torch

    if path.is_file():
        found: list[Any] = torch.load(path, weights_only=True)
        return found
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    found = [None] * len(texts)
    with torch.no_grad():
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            values = e5.lower(net, *e5.padded([texts[i] for i in rows]), FROZEN)
            for row, i in zip(values, rows, strict=True):
                found[i] = row[: len(texts[i])].half()
            if start // _BATCH % 100 == 0:
                say(f"lower layers: {start} of {len(order)}")
    keep(found, path)
    return found


def settle(net: dict[str, Any], read: Sequence[Any], labels: Floats, seen: Sequence[int], seed: int, say: Say) -> None:
    """Teaches the upper layers on the labelled articles `seen`, given what the lower ones made of them."""
    import torch

    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    lengths = [len(one) for one in read]
    plan = [[seen[i] for i in batch] for _ in range(_ROUNDS) for batch in _lots([lengths[i] for i in seen], chance)]
    _learn(net, plan, lambda rows: _gathered([read[i] for i in rows]), labels, say)


def vectors(net: dict[str, Any], read: Sequence[Any], rows: Sequence[int]) -> Floats:
    """The net's vector of each of the texts `rows`."""
    import torch

    order = sorted(rows, key=lambda i: len(read[i]))
    found: dict[int, Any] = {}
    with torch.no_grad():
        for start in range(0, len(order), _BATCH):
            some = order[start : start + _BATCH]
            found.update(zip(some, e5.upper(net, *_gathered([read[i] for i in some]), FROZEN).numpy(), strict=True))
    return np.stack([found[i] for i in rows])


def _gathered(read: Sequence[Any]) -> tuple[Any, Any]:
    import torch

    longest = max(map(len, read))
    values = torch.zeros(len(read), longest, e5.WIDTH)
    taken = torch.zeros(len(read), longest, dtype=torch.bool)
    for n, one in enumerate(read):
        values[n, : len(one)] = one.float()
        taken[n, : len(one)] = True
    return values, taken


def _batches(texts: Pieces, chance: np.random.Generator) -> Iterator[list[int]]:
    return _lots([len(one) for one in texts], chance)


def _lots(lengths: Sequence[int], chance: np.random.Generator) -> Iterator[list[int]]:
    """Numbers of texts of like length together, the batches in any order."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i] + chance.uniform(-4, 4))
    found = [order[i : i + _BATCH] for i in range(0, len(order), _BATCH)]
    chance.shuffle(found)
    yield from found


def _learn(
    net: dict[str, Any],
    plan: Sequence[Sequence[int]],
    read: Callable[[Sequence[int]], tuple[Any, Any]],
    labels: Floats,
    say: Say,
) -> None:
    """AdamW over the batches of the plan, its step rising at first and then falling to nothing."""
    import torch

    layers = [value for name, value in net.items() if name[0] == "l" and int(name[1:].split(".")[0]) >= FROZEN]
    heads = [net["head.w"], net["head.b"]]
    for value in (*layers, *heads):
        value.requires_grad_()
    learner = torch.optim.AdamW([{"params": layers, "lr": _RATE}, {"params": heads, "lr": _HEADS}], weight_decay=0.01)
    size = len(plan)
    pace = torch.optim.lr_scheduler.LambdaLR(learner, lambda n: min((n + 1) / 60, (size - n) / size))
    share = np.concatenate([labels[rows, _TOPICS:] for rows in plan]).mean(axis=0)
    rarity = torch.tensor(share**-0.5 / (share**-0.5).mean(), dtype=torch.float32)
    average = 0.0
    for number, rows in enumerate(plan, 1):
        loss = _loss(net, *read(rows), torch.from_numpy(labels[rows]), rarity)
        learner.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*layers, *heads], 1.0)
        learner.step()
        pace.step()
        average += (loss.item() - average) / min(number, 50)
        if number % 50 == 0:
            say(f"batch {number} of {size}: loss {average:.3f}")
    for value in (*layers, *heads):
        value.requires_grad_(False)


def _loss(net: dict[str, Any], values: Any, taken: Any, wanted: Any, rarity: Any) -> Any:
    """Logistic loss summed over the topics, and cross-entropy of the tones by their rarity."""
    from torch.nn import functional

    read = e5.upper(net, values, taken, FROZEN, drop=_DROPPED)
    said = functional.linear(functional.dropout(read, _DROPPED), net["head.w"], net["head.b"])
    topics = functional.binary_cross_entropy_with_logits(said[:, :_TOPICS], wanted[:, :_TOPICS], reduction="sum")
    tones = functional.cross_entropy(said[:, _TOPICS:], wanted[:, _TOPICS:], weight=rarity, label_smoothing=0.05)
    return topics / len(values) + tones


def keep(found: Any, path: Path) -> None:
    """Writes a stage whole or not at all."""
    import torch

    partial = path.with_name(path.name + ".part")
    torch.save(found, partial)
    partial.replace(path)
