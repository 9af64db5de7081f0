"""The sentences that decided a judgement, as a row of `articles` keeps them: shown while the verdict they made stands.

A correction leaves them where they are: what it changed shows none, and undone it shows them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from press import Deciding, Judgement

#: {"tone": the verdict, "sentences": those of the tone, "topics": {id: sentences}}; a sentence: [text, weight, words]
Row = Mapping[str, Any]


def row(judgement: Judgement) -> dict[str, Any] | None:
    """What is kept of a judgement; None where it came without sentences."""
    topics = {tag.id: _written(tag.sentences) for tag in judgement.topics if tag.sentences}
    if not topics and not judgement.tone_sentences:
        return None
    return {"tone": judgement.tone, "sentences": _written(judgement.tone_sentences), "topics": topics}


def of_tone(kept: Row | None, tone: int | None) -> tuple[Deciding, ...]:
    """The sentences that decided a tone; none for another tone than the one they made."""
    return _read(kept["sentences"]) if kept is not None and kept["tone"] == tone else ()


def of_topic(kept: Row | None, topic: str) -> tuple[Deciding, ...]:
    """The sentences that decided a topic."""
    return _read(kept["topics"].get(topic, ())) if kept is not None else ()


def _written(found: Sequence[Deciding]) -> list[list[Any]]:
    return [[one.sentence, one.weight, list(one.words)] for one in found]


def _read(found: Sequence[Sequence[Any]]) -> tuple[Deciding, ...]:
    return tuple(Deciding(sentence, weight, tuple(words)) for sentence, weight, words in found)
