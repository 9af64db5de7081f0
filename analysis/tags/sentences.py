"""Which sentences decided: a text is judged again without each of them, and what is lost is the sentence's weight."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from press import Deciding, Judgement

#: A judge for this purpose: a headline and a text -> the log-odds of each named verdict ("tone" or a topic's id).
Odds = Callable[[str, str], Mapping[str, float]]

_MOST: Final = 40  # sentences left out in turn; no text says in its fortieth what it is about
_SHOWN: Final = 3  # sentences given for a verdict
_LEAST: Final = 0.05  # log-odds below which a sentence decided nothing
_SHARE: Final = 0.2  # and what it must weigh beside the strongest
# A stop, the marks that close behind it, and a beginning: but not behind a single capital or a title.
_END: Final = re.compile(
    r"(?<=[.!?…])(?<!\b[A-ZĐ]\.)(?<!\bTP\.)(?<!\bTp\.)(?<!\bTS\.)(?<!\bGS\.)(?<!\bBS\.)(?<!\bDr\.)(?<!\bMr\.)"
    r"[\"”’)\]]*\s+(?=[\"“‘(\[–-]*[^\W_a-zà-ỹđ])|(?<=។)\s*|\n+"
)


@dataclass(frozen=True, slots=True)
class Decided:
    """What decided, strongest first: for the tone, and for each topic by its id."""

    tone: tuple[Deciding, ...] = ()
    topics: Mapping[str, tuple[Deciding, ...]] = field(default_factory=dict)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of a text begins and ends."""
    start = 0
    for match in _END.finditer(text):
        if text[start : match.end()].strip():
            yield start, match.end()
        start = match.end()
    if text[start:].strip():
        yield start, len(text)


def decided(title: str, text: str, judged: Judgement, odds: Odds) -> Decided:
    """The sentences that decided a judgement, each verbatim, with its weight and the deciding words inside it.

    A weight is the log-odds of the verdict that are lost without the sentence; the headline counts as one.
    """
    whole = odds(title, text)
    without: list[tuple[str, Mapping[str, float]]] = []
    if title and text:
        without.append((title, odds("", text)))
    for start, end in list(sentences(text))[:_MOST]:
        rest = text[:start] + text[end:]
        if title or rest.strip():
            without.append((text[start:end].strip(), odds(title, rest)))
    if not without and (only := title or text.strip()):
        without.append((only, dict.fromkeys(whole, 0.0)))

    def of(name: str, words: Sequence[str]) -> tuple[Deciding, ...]:
        if name not in whole:
            return ()
        lost = sorted(((whole[name] - less[name], sentence) for sentence, less in without), key=lambda one: -one[0])
        enough = max(_LEAST, _SHARE * lost[0][0]) if lost else _LEAST
        return tuple(
            Deciding(sentence, round(weight, 3), tuple(word for word in words if word in sentence))
            for weight, sentence in lost[:_SHOWN]
            if weight >= enough
        )

    return Decided(of("tone", judged.tone_evidence), {tag.id: of(tag.id, tag.evidence) for tag in judged.topics})
