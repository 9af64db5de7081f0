"""What an article is about: text in, judgement out; no network, no database, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from analysis.places.area import Area, Merged, area_of
from analysis.places.gazetteer import load_gazetteer
from analysis.places.places import survey
from analysis.tags import model_file, rules, tone, topics
from analysis.tags.evidence import Evidence
from analysis.tags.relevance import Relevance
from analysis.words import segmenter
from analysis.words.language import detect
from press import Judgement, Language, TopicTag
from press.text import readable

MODELS: Final = Path(__file__).parent / "models"
_LONGEST: Final = 200_000  # characters of a text that are judged; no article is longer
#: Topics, tone, and what names the models.
Subject = tuple[tuple[TopicTag, ...], tone.Tone, str]


class Text(NamedTuple):
    """What is judged of an article; a language of None is found out."""

    title: str
    text: str
    published_at: datetime | None = None
    outlet: str = ""
    language: Language | None = None


class Tagger:
    """Judges texts for one area; loads its models once, may be shared by threads, keeps nothing of what it reads."""

    def __init__(
        self, area: str, models: Path | None = None, *, landmarks: Path | None = None, merged: Merged = "weigh"
    ) -> None:
        """`area`: a province as settings name it, `models`: folder of the files; ValueError says what is wrong.

        `landmarks`: a file with more of them (SettingsError where it cannot be), `merged`: see `area_of`.
        """
        folder = models or MODELS
        self.area: Final[Area] = area_of(load_gazetteer(landmarks=landmarks), area, merged)
        self._relevance = Relevance.load(folder)
        self._topics = model_file.load(folder / "topics.npz")
        self._tone = model_file.load(folder / "tone.npz")

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

    def judge_all(self, texts: Sequence[Text]) -> list[Judgement]:
        """Language, relevance, topics, tone and places of articles, each with its evidence; any text gets an answer.

        Topics and tone of Vietnamese come from the models; of Khmer and English the topics come from key phrases
        (`model` says "rule:…") and the tone is None. Each step is taken for all texts before the next, so that what it
        looks things up in stays near the processor (docs/quality.md, Speed).
        """
        read = [_cleaned(one) for one in texts]
        found = [
            survey(title, text, area=self.area, published_at=at, outlet=outlet, language=language)
            for title, text, at, outlet, language in read
        ]
        relevant = [self._relevance.judge(one) for one in found]
        return [
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
            for one, seen, near, (tags, verdict, model) in zip(read, found, relevant, self._subjects(read), strict=True)
        ]

    def _subjects(self, texts: Sequence[Text]) -> list[Subject]:
        """Topics, tone and the models' names of each text."""
        modelled = iter(self._by_models([one for one in texts if one.language == "vi"]))
        return [next(modelled) if one.language == "vi" else self._by_rules(one) for one in texts]

    def _by_rules(self, one: Text) -> Subject:
        tags, model = rules.judge(one.title, one.text, one.language or "en")
        return tags, tone.Tone(None, 0.0), model

    def _by_models(self, texts: Sequence[Text]) -> list[Subject]:
        cut = [(segmenter.words(one.title), segmenter.words(one.text)) for one in texts]
        known = [self._topics.vocabulary.known(*words) for words in cut]
        written = [
            Evidence(one.title, one.text, *words, seen.terms)
            for one, words, seen in zip(texts, cut, known, strict=True)
        ]
        tags = [topics.judge(self._topics, *pair) for pair in zip(known, written, strict=True)]
        if self._tone.vocabulary is not self._topics.vocabulary:  # trained apart
            known = [self._tone.vocabulary.known(*words) for words in cut]
        verdicts = [tone.judge(self._tone, *pair) for pair in zip(known, written, strict=True)]
        model = f"{self._topics.id} {self._tone.id}"
        return [(given, verdict, model) for given, verdict in zip(tags, verdicts, strict=True)]


def _cleaned(one: Text) -> Text:
    title, text = readable(one.title[:_LONGEST]), readable(one.text[:_LONGEST])
    return one._replace(title=title, text=text, language=one.language or detect(f"{title}\n{text}"))
