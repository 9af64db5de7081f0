"""Which sentences decided: a text is judged again without each of them, and what is lost is the sentence's weight."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import Final, NamedTuple

import numpy as np

from analysis.words import segmenter
from press import Deciding, Judgement

_MOST: Final = 40  # sentences left out in turn; no text says in its fortieth what it is about
_SHOWN: Final = 3  # sentences given for a verdict
_LEAST: Final = 0.05  # log-odds below which a sentence decided nothing
_SHARE: Final = 0.2  # and what it must weigh beside the strongest
_AGAINST: Final = 0.5  # the same for a sentence against the verdict
_LONGEST: Final = 600  # characters of a sentence: lists and tables have no stops
# A stop, the marks that close behind it, and a beginning: but not behind a single capital or a title.
_END: Final = re.compile(
    r"(?<=[.!?…])(?<!\b[A-ZĐ]\.)(?<!\bTP\.)(?<!\bTp\.)(?<!\bTS\.)(?<!\bGS\.)(?<!\bBS\.)(?<!\bDr\.)(?<!\bMr\.)"
    r"[\"”’)\]]*\s+(?=[\"“‘(\[–-]*[^\W_a-zà-ỹđ])|(?<=។)\s*|\n+"
)


class Parts(NamedTuple):
    """A text cut into what is left out in turn; its sentences keep the white space between them."""

    title: str
    sentences: tuple[str, ...]
    rest: str  #: behind the last of them, never left out alone for its own sake

    def each(self) -> tuple[str, ...]:
        """All parts in their order: headline and text together, nothing else."""
        return self.title, *self.sentences, self.rest

    def without(self, number: int) -> tuple[str, str]:
        """Headline and text without one of `each`."""
        kept = ["" if at == number else part for at, part in enumerate(self.each())]
        return kept[0], "".join(kept[1:])

    def words(self, title: Sequence[str], text: Sequence[str]) -> list[Sequence[str]]:
        """The words of `each`, from those of headline and text; a word is of the part it begins in.

        Where a segmenter writes a word longer or shorter than the text does, each part is cut into words by itself.
        """
        ends = np.cumsum([len("".join(part.split())) for part in self.each()[1:]])
        letters = np.array([len(word) - word.count(" ") for word in text], np.int64)
        after = np.cumsum(letters)
        if (after[-1] if len(after) else 0) != ends[-1]:
            return [segmenter.words(part) for part in self.each()]
        bounds = np.searchsorted(after - letters, [0, *ends]).tolist()
        return [title, *(text[start:end] for start, end in pairwise(bounds))]


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of a text begins and ends; one that does not end in time is cut between words."""
    start = 0
    for end in (*(match.end() for match in _END.finditer(text)), len(text)):
        while end - start > _LONGEST:
            cut = text.rfind(" ", start + 1, start + _LONGEST) + 1 or start + _LONGEST
            if text[start:cut].strip():
                yield start, cut
            start = cut
        if text[start:end].strip():
            yield start, end
        start = end


def parts(title: str, text: str) -> Parts:
    """The headline, the first forty sentences of a text, and what is behind them."""
    ends = [end for _, end in islice(sentences(text), _MOST)]
    found = tuple(text[start:end] for start, end in pairwise([0, *ends]))
    return Parts(title, found, text[ends[-1] :] if ends else text)


def loudest(odds: Mapping[str, Sequence[float]], most: int) -> list[int]:
    """The numbers of the parts that weigh most for or against any verdict, at most `most`; `odds` as `decided`."""
    if not odds:
        return []
    lost = np.max([np.abs(np.subtract(less[1:], less[0])) for less in odds.values()], axis=0)
    found: list[int] = np.argsort(-lost, kind="stable")[:most].tolist()
    return found


def decided(cut: Parts, judged: Judgement, odds: Mapping[str, Sequence[float]]) -> Judgement:
    """A judgement with the sentences that decided it, each verbatim, with its weight and the deciding words inside it.

    `odds`: the log-odds of each verdict ("tone" or a topic's id), of the whole text first, then without each part. A
    weight is what is lost without the sentence; the headline counts as one. Where a sentence speaks against the tone
    at least half as loudly as the strongest for it, it stands last: a report has two sides.
    """
    shown = [part.strip() for part in cut.each()[:-1]]
    alone = sum(map(bool, shown)) + bool(cut.rest.strip()) == 1

    def lost(name: str) -> list[tuple[float, str]]:
        if name not in odds:
            return []
        whole, *without = odds[name]
        weights = [(whole - (0.0 if alone else less), one) for less, one in zip(without, shown, strict=False) if one]
        return sorted(weights, key=lambda one: -one[0])

    def speaking(weights: Sequence[tuple[float, str]], words: Sequence[str]) -> tuple[Deciding, ...]:
        enough = max(_LEAST, _SHARE * weights[0][0]) if weights else _LEAST
        return tuple(
            Deciding(sentence, round(weight, 3), tuple(word for word in words if word in sentence))
            for weight, sentence in weights[:_SHOWN]
            if weight >= enough
        )

    tones = lost("tone")
    for_tone = speaking(tones, judged.tone_evidence)
    against = tuple(
        Deciding(sentence, round(weight, 3))
        for weight, sentence in tones[-1:]
        if for_tone and -weight >= max(_LEAST, _AGAINST * for_tone[0].weight)
    )
    tags = [replace(tag, sentences=speaking(lost(tag.id), tag.evidence)) for tag in judged.topics]
    return replace(judged, topics=tuple(tags), tone_sentences=for_tone + against)
