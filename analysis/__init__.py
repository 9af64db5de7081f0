"""What an article is about: text in, judgement out; no network, no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np

from analysis.places.area import Area, Merged, area_of
from analysis.places.gazetteer import load_gazetteer
from analysis.places.places import survey
from analysis.tags import model_file, other_languages, rules, tone, topics
from analysis.tags.evidence import Evidence
from analysis.tags.net import GRAPH, HEADS, Net, NoNetError, Vectors
from analysis.tags.relevance import Relevance
from analysis.tags.sentences import Parts, decided, loudest, parts
from analysis.tags.vocabulary import Floats
from analysis.words import segmenter
from analysis.words.language import detect
from press import Judgement, Language, TopicTag
from press.text import readable

MODELS: Final = Path(__file__).parent / "models"
_ASKED: Final = 2  # sentences without which the net is asked: each costs what judging an article does
_LONGEST: Final = 200_000  # characters of a text that are judged; no article is longer
#: What the net said, by the pieces it read.
Values = dict[tuple[int, ...], tuple[Floats, Floats]]
#: The words of a headline and of a text.
Words = tuple[Sequence[str], Sequence[str]]
#: Topics, tone, what names the models; the words of a Vietnamese text.
Subject = tuple[tuple[TopicTag, ...], tone.Tone, str, Words | None]
#: The net's decision values of the topics and of the tones; None where it was not asked.
Heard = tuple[Floats, Floats] | None
#: What the net is asked about: texts that concern the area, all, none.
Asked = Literal["area", "all", "off"]


class Text(NamedTuple):
    """What is judged of an article; a language of None is found out."""

    title: str
    text: str
    published_at: datetime | None = None
    outlet: str = ""
    language: Language | None = None


def net_of(folder: Path, known: Vectors | None = None) -> Net:
    """The net that judges with the models of a folder: by its own heads and graph, else by those that ship.

    `known`: where vectors are kept; errors as `Net.load`.
    """
    if not (folder / HEADS).is_file() or folder == MODELS:
        return Net.load(MODELS, known=known)
    return Net.load(folder, None if (folder / GRAPH).is_file() else MODELS, known)


class Tagger:
    """Judges texts for one area; loads its models once, may be shared by threads, keeps nothing of what it reads."""

    def __init__(
        self,
        area: str,
        models: Path | None = None,
        *,
        landmarks: Path | None = None,
        merged: Merged = "weigh",
        net: Asked = "off",
        known: Vectors | None = None,
    ) -> None:
        """`area`: a province as settings name it, `models`: folder of the files; ValueError says what is wrong.

        `landmarks`: a file with more of them (SettingsError where it cannot be), `merged`: see `area_of`. `net`: what
        the language net is asked about; where it cannot run here `no_net` says why, and the linear models judge.
        `known`: where the net's vectors are kept, nowhere otherwise.
        """
        folder = models or MODELS
        self.area: Final[Area] = area_of(load_gazetteer(landmarks=landmarks), area, merged)
        self._relevance = Relevance.load(folder)
        self._topics = model_file.load(folder / "topics.npz")
        self._tone = model_file.load(folder / "tone.npz")
        self._asked: Final = net
        self._net, self.no_net = (None, "") if net == "off" else self._loaded(folder, known)

    def _loaded(self, folder: Path, known: Vectors | None) -> tuple[Net | None, str]:
        """The net of the folder, or None and why there is none."""
        try:
            net = net_of(folder, known)
        except NoNetError as error:
            return None, str(error)
        for model in (self._topics, self._tone):
            if model.info.get("with_net", {}).get("net") != net.id:
                return None, f"{model.id} was not calibrated with {net.id}: train it again with `diembao train`"
        return net, ""

    def names_area(self, text: str) -> bool:
        """Whether a name of the area occurs in the text at all: a fast look before anything else."""
        return self.area.named_in(text)

    def judge(
        self,
        title: str,
        text: str,
        *,
        published_at: datetime | None = None,
        outlet: str = "",
        language: Language | None = None,
    ) -> Judgement:
        """Judge one article: `judge_all` for a single text."""
        return self.judge_all([Text(title, text, published_at, outlet, language)])[0]

    def judge_all(self, texts: Sequence[Text], *, explained: bool = False) -> list[Judgement]:
        """Language, relevance, topics, tone and places of articles, each with its evidence; any text gets an answer.

        Topics and tone come from linear models and the net together where the net is asked, else from the linear
        models in Vietnamese and, without a tone, from key phrases in Khmer and English (`model` names what judged).
        Each step is taken for all texts before the next, so that what it looks things up in stays near the processor
        (docs/quality.md, Speed). `explained`: what concerns the area comes with the sentences that decided.
        """
        read = [_cleaned(one) for one in texts]
        found = [
            survey(title, text, area=self.area, published_at=at, outlet=outlet, language=language)
            for title, text, at, outlet, language in read
        ]
        relevant = [self._relevance.judge(one) for one in found]
        heard = [self._hears(one, near.value) for one, near in zip(read, relevant, strict=True)]
        subjects = self._subjects(read, heard)
        judged = [
            Judgement(
                language=one.language or "vi",
                relevance=near.value,
                relevance_score=round(near.score, 4),
                relevance_evidence=near.evidence,
                topics=tags,
                tone=verdict.value,
                tone_score=verdict.score,
                tone_evidence=verdict.evidence,
                places=seen.places,
                model=f"{self._relevance.id} {model}",
            )
            for one, seen, near, (tags, verdict, model, _) in zip(read, found, relevant, subjects, strict=True)
        ]
        if not explained:
            return judged
        return [
            said if said.relevance == "none" else self._explained(one, said, words, known)
            for one, said, (_, _, _, words), known in zip(read, judged, subjects, heard, strict=True)
        ]

    def models(self, language: Language) -> tuple[str, str]:
        """What names the models at a text of this language that does not concern the area, and at one that does."""
        alone = f"{self._topics.id} {self._tone.id}" if language == "vi" else rules.phrasebook(language).id
        both = alone
        if self._net is not None:
            both = f"{alone} {self._net.id}" if language == "vi" else f"{self._net.id} {alone}"
        far, near = both if self._asked == "all" else alone, both
        return f"{self._relevance.id} {far}", f"{self._relevance.id} {near}"

    def explain(self, text: Text, judged: Judgement) -> Judgement:
        """A judgement of this very text, with the sentences that decided its topics and tone.

        By the linear models alone that costs less than judging did; where the net judged too, it is asked without each
        of the two sentences that weigh most by them (of a text in another language: the first two). Its voice is held
        for the others.
        """
        one = _cleaned(text._replace(language=judged.language))
        words = (segmenter.words(one.title), segmenter.words(one.text)) if judged.language == "vi" else None
        return self._explained(one, judged, words, None)

    def _explained(self, one: Text, judged: Judgement, words: Words | None, heard: Heard) -> Judgement:
        """`heard`: what the net said of the text, None where that is not known any more."""
        net = self._net if self._net is not None and self._net.id in judged.model else None
        cut = parts(one.title, one.text)
        asked: Values = {} if net is None or heard is None else {net.read(one.title, one.text): heard}
        if words is not None:
            split = cut.words(*words)
            said = _of(judged, *self._odds(split, None if net is None else _without(net, cut, (), asked)))
            if net is not None:
                said = _of(judged, *self._odds(split, _without(net, cut, loudest(said, _ASKED), asked)))
        elif net is not None:
            without = _without(net, cut, range(min(_ASKED, len(cut.each()))), asked)
            said = _of(judged, *other_languages.odds(net, without, cut, judged.language))
        else:
            return judged
        return decided(cut, judged, said)

    def _odds(self, words: Sequence[Sequence[str]], heard: Heard) -> tuple[dict[str, Floats], dict[int, Floats]]:
        """The log-odds of all topics and tones of a Vietnamese text and of it without each part, given as words."""
        apart = self._topics.vocabulary.apart(words)
        found = topics.odds(self._topics, apart, heard and heard[0])
        if self._tone.vocabulary is not self._topics.vocabulary:  # trained apart
            apart = self._tone.vocabulary.apart(words)
        return found, tone.odds(self._tone, apart, heard and heard[1])

    def _hears(self, one: Text, relevance: str) -> Heard:
        """What the net says of a text, None where it is not asked."""
        if self._net is None or (self._asked == "area" and relevance == "none"):
            return None
        return self._net.values(self._net.read(one.title, one.text))

    def _subjects(self, texts: Sequence[Text], heard: Sequence[Heard]) -> list[Subject]:
        """Topics, tone and the models' names of each text."""
        both = list(zip(texts, heard, strict=True))
        modelled = iter(self._by_models([pair for pair in both if pair[0].language == "vi"]))
        return [next(modelled) if one.language == "vi" else self._in_other_languages(one, said) for one, said in both]

    def _in_other_languages(self, one: Text, heard: Heard) -> Subject:
        if heard is None or self._net is None:
            tags, model = rules.judge(one.title, one.text, one.language or "en")
            return tags, tone.Tone(None, 0.0), model, None
        return *other_languages.judge(self._net, heard, one.title, one.text, one.language or "en"), None

    def _by_models(self, texts: Sequence[tuple[Text, Heard]]) -> list[Subject]:
        cut = [(segmenter.words(one.title), segmenter.words(one.text)) for one, _ in texts]
        known = [self._topics.vocabulary.known(*words) for words in cut]
        written = [
            Evidence(one.title, one.text, *words, seen.terms)
            for (one, _), words, seen in zip(texts, cut, known, strict=True)
        ]
        said = [heard or (None, None) for _, heard in texts]
        tags = [
            topics.judge(self._topics, seen, words, heard)
            for seen, words, (heard, _) in zip(known, written, said, strict=True)
        ]
        if self._tone.vocabulary is not self._topics.vocabulary:  # trained apart
            known = [self._tone.vocabulary.known(*words) for words in cut]
        verdicts = [
            tone.judge(self._tone, seen, words, heard)
            for seen, words, (_, heard) in zip(known, written, said, strict=True)
        ]
        model = f"{self._topics.id} {self._tone.id}"
        models = [f"{model} {self._net.id}" if self._net and heard else model for _, heard in texts]
        return list(zip(tags, verdicts, models, cut, strict=True))


def _without(net: Net, cut: Parts, numbers: Iterable[int], asked: Values) -> tuple[Floats, Floats]:
    """What the net says of a text and of it without each part: (1 + parts, topics), (1 + parts, tones).

    It is asked without the parts of these numbers; without the others it says what it says of the whole. `asked`: what
    it said of this text already, added to; behind what it reads, all texts are the same.
    """
    found = []
    for number in (-1, *numbers):
        if (pieces := net.read(*cut.without(number))) not in asked:
            asked[pieces] = net.values(pieces)
        found.append((number, asked[pieces]))
    said = [found[0][1]] * (1 + len(cut.each()))
    for number, values in found:
        said[1 + number] = values
    return np.stack([one for one, _ in said]), np.stack([other for _, other in said])


def _of(judged: Judgement, found: dict[str, Floats], tones: dict[int, Floats]) -> dict[str, list[float]]:
    """The log-odds of what was judged alone: of its topics by their ids, and of its "tone"."""
    kept = {tag.id: found[tag.id].tolist() for tag in judged.topics}
    return kept if judged.tone is None else {**kept, "tone": tones[judged.tone].tolist()}


def _cleaned(one: Text) -> Text:
    title, text = readable(one.title[:_LONGEST]), readable(one.text[:_LONGEST])
    return one._replace(title=title, text=text, language=one.language or detect(f"{title}\n{text}"))
