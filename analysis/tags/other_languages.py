"""Topics and tone of Khmer and English texts by the net, with the key phrases as one more voice and as evidence."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Final

import numpy as np

from analysis.tags import rules, tone, topics
from analysis.tags.net import Net
from analysis.tags.sentences import Parts
from analysis.tags.vocabulary import Floats
from press import TOPICS, Language, TopicTag

_VOICE: Final = 1.0  # what a topic that key phrases give gains in log-odds
_HEADLINE: Final = 320  # characters below which a text is judged as a headline is
_NAMES: Final = tuple(TOPICS)


def judge(
    net: Net, heard: tuple[Floats, Floats], title: str, text: str, language: Language
) -> tuple[tuple[TopicTag, ...], tone.Tone, str]:
    """Topics, strongest first, at least one; tone; and the names of what judged.

    `heard`: the net's decision values of topics and tones.
    """
    phrased, rule = rules.judge(title, text, language)
    evidence = {tag.id: tag.evidence for tag in phrased}
    chance, threshold = _chances(net, heard, title, text, evidence)
    tags = tuple(
        TopicTag(_NAMES[number], round(float(chance[number]), 4), evidence.get(_NAMES[number], ()))
        for number in topics.chosen(chance, threshold)
    )
    value, score = tone.decided(_table(net, title, text)["tone"], heard[1], float(net.info["alone"]["undecided"]))
    return tags, tone.Tone(value, score), f"{net.id} {rule}"


def odds(
    net: Net, heard: tuple[Floats, Floats], cut: Parts, language: Language
) -> tuple[dict[str, Floats], dict[int, Floats]]:
    """The log-odds of each topic and of each tone, for a text and for it without each part; as `topics.odds`.

    `heard`: the net's decision values of the same texts, (1 + parts, topics) and (1 + parts, tones).
    """
    chances: list[Floats] = []
    tones: list[Floats] = []
    for number, said in enumerate(zip(*heard, strict=True), -1):
        title, text = cut.without(number)
        phrased, _ = rules.judge(title, text, language)
        chances.append(_chances(net, said, title, text, {tag.id for tag in phrased})[0])
        tones.append(tone.chances(_table(net, title, text)["tone"], said[1]))
    chance = np.stack(chances)
    found = np.log(chance / (1 - chance))
    return dict(zip(_NAMES, found.T, strict=True)), tone.log_odds(np.stack(tones))


def _table(net: Net, title: str, text: str) -> Mapping[str, Any]:
    kind: Mapping[str, Any] = net.info["alone"]["short" if len(title) + len(text) < _HEADLINE else "full"]
    return kind


def _chances(
    net: Net, heard: tuple[Floats, Floats], title: str, text: str, phrased: Container[str]
) -> tuple[Floats, Floats]:
    """The chance of each topic by the net and the key phrases, and the chance from which it is given."""
    chance, threshold = topics.chances(_table(net, title, text)["topics"], heard[0])
    odds = np.log(chance / (1 - chance)) + _VOICE * np.array([name in phrased for name in _NAMES], np.float32)
    return (1 / (1 + np.exp(-odds))).astype(np.float32), threshold
