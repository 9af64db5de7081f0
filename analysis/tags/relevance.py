"""How much an article is about an area: focus, mention, passing or none, with the reasons in words.

A multinomial logistic regression on the named features of `relevance_features`; the file holds plain arrays only
(feature names, mean, scale, coefficients), read without running any code from it.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from analysis.places.beside import Survey
from analysis.places.gazetteer import PROVINCE
from analysis.places.mentions import Mention
from analysis.tags.relevance_features import NAMES, Look, features, look, says_little
from press import RELEVANCES
from press import Relevance as Label

NAME = "relevance.npz"
_ROLE_WORDS = {
    "origin": "chỉ nêu quê quán, nơi ở",
    "delegate": "chỉ nêu đoàn đại biểu",
    "address": "chỉ nêu trong địa chỉ",
    "list": "chỉ nêu trong danh sách nhiều tỉnh, thành",
    "route": "chỉ nêu trong tên tuyến đường",
    "tail": "chỉ nêu ở đoạn cuối dở dang",
}
#: `[area] merged` in the words of a reader.
_MERGED_WORDS = {
    "weigh": "tính theo nội dung bài",
    "mention": "theo thiết đặt, được tính là có nội dung về địa bàn",
    "none": "theo thiết đặt, không được tính",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The label, its probability (0..1), and the reasons in words, strongest first."""

    value: Label
    score: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relevance:
    """A trained model; `weights` is classes × features, applied to standardised features."""

    id: str
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    @classmethod
    def load(cls, folder: Path) -> Relevance:
        """Reads the arrays from a folder of models; raises ValueError where they were made for other features."""
        path = folder / NAME
        try:
            with np.load(path, allow_pickle=False) as stored:
                names = tuple(str(name) for name in stored["names"])
                arrays = [stored[key].astype(np.float64) for key in ("mean", "scale", "weights", "bias")]
                found = cls(str(stored["id"]), *arrays)
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
            raise ValueError(f"{path}: no readable model ({error}); restore it or run diembao train") from error
        if names != NAMES or found.weights.shape != (len(RELEVANCES), len(NAMES)):
            raise ValueError(f"{path}: trained for other features; restore it or run diembao train")
        return found

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of each class of RELEVANCES, row by row (samples × 4)."""
        logits = ((rows - self.mean) / self.scale) @ self.weights.T + self.bias
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def judge(self, found: Survey) -> Verdict:
        """What a text read by `places.survey` is to its area; one the prescreen settles is always "none"."""
        seen = look(found)
        whole = bool(seen.wider) and not seen.inside
        if whole and found.area.merged == "none":
            return Verdict("none", 1.0, (_whole(seen),))
        if not (seen.inside or seen.wider or seen.weak) or not _named(found, seen.inside):
            words = f"không nêu địa danh nào của {found.area.name}"
            if seen.sibling:
                words = f"nơi xảy ra là {_name(found, seen.sibling[0])}, ngoài địa bàn {found.area.name}"
            return Verdict("none", 1.0, (words,))
        shares = self.probabilities(np.array([features(seen)]))[0]
        if says_little(seen):
            shares[: RELEVANCES.index("passing")] = 0.0
            shares /= shares.sum()
        if whole and found.area.merged == "mention" and _of_the_whole(seen):
            shares[RELEVANCES.index("mention") + 1 :] = 0.0
            shares /= shares.sum()
        best = int(shares.argmax())
        return Verdict(RELEVANCES[best], round(float(shares[best]), 3), reasons(seen))


def _named(found: Survey, inside: list[Mention]) -> bool:
    """Whether the prescreen keeps the text: a sure name among the mentions settles it, else the whole is searched."""
    flat, strong = found.flat, found.area.strong
    return any(
        flat[m.start : m.end] in strong
        and not any(map(str.isalnum, flat[max(0, m.start - 1) : m.start] + flat[m.end : m.end + 1]))
        for m in inside
    ) or found.area.named_in(flat)


def reasons(seen: Look) -> tuple[str, ...]:
    """What an officer would point at, strongest first: where and how often the area stands, what else is named."""
    found = seen.survey
    solid = [m for m in seen.inside if not seen.roles[m.start]]
    words = [f"{_name(found, m)} ở tiêu đề" for m in _first_of_each([m for m in solid if m.in_title])[:2]]
    lead = [m for m in solid if not m.in_title and m.start <= found.title_length + 221]
    words += [f"{_name(found, m)} ở đoạn mở đầu" for m in _first_of_each(lead)[: 1 if words else 2]]
    if len(seen.inside) > 1:
        words.append(f"nêu {len(seen.inside)} lần trong bài")
    elif solid and not words:
        words.append(f"nêu {_name(found, solid[0])} một lần")
    if seen.inside and not solid:
        role = Counter(seen.roles.values()).most_common(1)[0][0]
        words.append(_ROLE_WORDS[role])
    if not seen.inside and seen.wider:
        words.append(_whole(seen))
    if not seen.inside and not seen.wider and seen.weak:
        words.append(f"“{seen.weak[0].written}” chỉ là một phần của tên khác")
    if seen.sibling and not seen.inside:
        words.append(f"nơi xảy ra là {_name(found, seen.sibling[0])}, ngoài địa bàn")
    others = {found.gazetteer.units[found.gazetteer.top(m.unit)].name for m in seen.outside}
    if len(others) > 3:
        words.append(f"còn nêu {len(others)} tỉnh, thành khác")
    return tuple(words)


def _name(found: Survey, mention: Mention) -> str:
    unit = found.gazetteer.units[mention.unit]
    return unit.name if unit.level == PROVINCE and not mention.word else unit.title


def _of_the_whole(seen: Look) -> bool:
    """Whether a text speaks of the whole province, not of another part of it nor of it among others."""
    head = seen.survey.title_length + 221
    plain = [m for m in seen.wider if m.start not in seen.lists]
    return not seen.sibling and any(m.start < head for m in plain)


def _whole(seen: Look) -> str:
    """What was said of the whole province an area lies in today, and what the settings make of it."""
    found = seen.survey
    rule = _MERGED_WORDS[found.area.merged]
    return f"nói về {_name(found, seen.wider[0])} nói chung, nơi có địa bàn {found.area.name} ({rule})"


def _first_of_each(mentions: list[Mention]) -> list[Mention]:
    return list({mention.unit: mention for mention in reversed(mentions)}.values())[::-1]
