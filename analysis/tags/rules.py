"""Topics of Khmer and English texts by key phrases: no model, a rule one can read, its own accuracy in docs/quality.md.

A phrase of a topic counts 2 (weak: 1) at its first occurrence, a half and a third of that at the next two, and three
times as much where it stands in the headline or the first 200 characters. A topic is given when it reaches `_ENOUGH`
and at least half of the strongest topic's points; two at most in Khmer, three in English. A score is the topic's share
of all points: an order, no probability.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from analysis.words.khmer import spaced_out
from press import TOPICS, Language, TopicTag

FOLDER: Final = Path(__file__).parents[1] / "data"
_HEAD: Final = 200
_ENOUGH: Final = 3.0
_SHARE: Final = 0.5
_MOST: Final = {"km": 2, "en": 3}
_EVIDENCE: Final = 5
_LIMIT: Final = 20_000  # characters read: the beginning of a text decides


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The phrases of one language: for each topic and strength their stems, one pattern of all, their points."""

    id: str
    groups: tuple[tuple[str, tuple[str, ...], re.Pattern[str], float], ...]


@lru_cache(maxsize=4)
def phrasebook(language: Language, folder: Path = FOLDER) -> Phrasebook:
    """Reads `topics_<language>.toml`; ValueError names a topic that is none or a phrase given twice."""
    path = folder / f"topics_{language}.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    groups = []
    for topic, lists in data.items():
        if topic == "version":
            continue
        if topic not in TOPICS:
            raise ValueError(f"{path}: unknown topic {topic!r}")
        for strength, points in (("strong", 2.0), ("weak", 1.0)):
            phrases = dict.fromkeys(lists.get(strength, ()))
            if phrases:
                alternatives = "|".join(_expression(phrase, language) for phrase in sorted(phrases, key=len)[::-1])
                stems = tuple(phrase.removesuffix("*") for phrase in phrases)
                groups.append((topic, stems, re.compile(_bounded(alternatives, language)), points))
    return Phrasebook(f"rule:{language}-{data['version']}", tuple(groups))


def _expression(phrase: str, language: Language) -> str:
    if language == "km":
        return re.escape(phrase)
    return re.escape(phrase.removesuffix("*")).replace("\\ ", r"\s+") + (r"\w*" if phrase.endswith("*") else "")


def _bounded(alternatives: str, language: Language) -> str:
    if language == "km":  # not inside a cluster: no sign or subscript follows or leads in
        return f"(?<!\u17d2)(?:{alternatives})(?![\u17b6-\u17d3])"
    return rf"\b(?:{alternatives})\b"


def judge(title: str, text: str, language: Language) -> tuple[tuple[TopicTag, ...], str]:
    """The topics of a Khmer or English text, strongest first, none where no phrase decides; and the rule's id."""
    book = phrasebook(language)
    whole = f"{title}\n{text}"[:_LIMIT]
    lowered = whole.replace("İ", "I").lower()  # the one capital whose small form is two signs: places stay places
    searched = spaced_out(whole) if language == "km" else lowered
    flat = " ".join(searched.split())
    points: dict[str, float] = {}
    seen: dict[str, dict[str, float]] = {}
    for topic, stems, pattern, worth in book.groups:
        if not any(map(flat.__contains__, stems)):  # of most groups nothing occurs, and this is seen much faster
            continue
        counts: dict[str, int] = {}
        for match in pattern.finditer(searched):
            phrase = match.group(0)
            counts[phrase] = counts.get(phrase, 0) + 1
            if counts[phrase] <= 3:
                gained = worth / counts[phrase] * (3 if match.start() < _HEAD else 1)
                points[topic] = points.get(topic, 0.0) + gained
                found = seen.setdefault(topic, {})
                found[phrase] = found.get(phrase, 0.0) + gained
    total = sum(points.values())
    order = sorted(points, key=lambda topic: (-points[topic], topic))
    given = [t for t in order[: _MOST.get(language, 2)] if points[t] >= max(_ENOUGH, _SHARE * points[order[0]])]
    tags = tuple(TopicTag(t, round(points[t] / total, 4), _evidence(seen[t], whole, lowered)) for t in given)
    return tags, book.id


def _evidence(found: dict[str, float], whole: str, lowered: str) -> tuple[str, ...]:
    """The phrases worth most as the text writes them (capitals, line breaks); left out where signs hide between."""
    written: list[str] = []
    for phrase in sorted(found, key=lambda phrase: (-found[phrase], phrase)):
        at = lowered.find(phrase.lower())
        piece = whole[at : at + len(phrase)]
        if at >= 0 and piece not in written and len(written) < _EVIDENCE:
            written.append(piece)
    return tuple(written)
