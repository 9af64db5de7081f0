"""What an article is about: text in, judgement out; no network, no database, no clock."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from analysis import model_file, rules, tone, topics
from analysis import words as segmenter
from analysis.area import Area
from analysis.evidence import Evidence
from analysis.features import plain
from analysis.gazetteer import load_gazetteer
from analysis.language import detect
from analysis.places import survey
from analysis.relevance import Relevance
from press import Judgement, Language, TopicTag

MODELS: Final = Path(__file__).parent / "models"
_LONGEST: Final = 200_000  # characters of a text that are judged; no article is longer


class Tagger:
    """Judges texts for one area; loads its models once, may be shared by threads, keeps nothing of what it reads."""

    def __init__(self, area: str, models: Path | None = None) -> None:
        """`area`: a province as settings name it, `models`: folder of the files; ValueError says what is wrong."""
        folder = models or MODELS
        self.area: Final[Area] = load_gazetteer().area(area)
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
        """Language, relevance, topics, tone and places of one article, each with its evidence; any text gets an answer.

        Topics and tone of Vietnamese come from the models; of Khmer and English the topics come from key phrases
        (`model` says "rule:…") and the tone is None.
        """
        title, text = plain(title[:_LONGEST]), plain(text[:_LONGEST])
        language = language or detect(f"{title}\n{text}")
        found = survey(title, text, area=self.area, published_at=published_at, outlet=outlet, language=language)
        relevant = self._relevance.judge(found)
        tags, verdict, model = self._subject(title, text, language)
        return Judgement(
            language=language,
            relevance=relevant.value,
            relevance_score=round(relevant.score, 4),
            relevance_evidence=relevant.evidence,
            topics=tags,
            tone=verdict.value,
            tone_score=verdict.score,
            tone_evidence=verdict.evidence,
            places=found.places,
            model=f"{self._relevance.id} {model}",
        )

    def _subject(self, title: str, text: str, language: Language) -> tuple[tuple[TopicTag, ...], tone.Tone, str]:
        if language != "vi":
            tags, model = rules.judge(title, text, language)
            return tags, tone.Tone(None, 0.0), model
        title_words, text_words = segmenter.words(title), segmenter.words(text)
        known = self._topics.vocabulary.known(title_words, text_words)
        written = Evidence(title, text, title_words, text_words, known.terms)
        tags = topics.judge(self._topics, known, written)
        if self._tone.vocabulary is not self._topics.vocabulary:  # trained apart
            known = self._tone.vocabulary.known(title_words, text_words)
        verdict = tone.judge(self._tone, known, written)
        return tags, verdict, f"{self._topics.id} {self._tone.id}"
