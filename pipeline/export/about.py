"""What an export says of itself, and how it writes what every format shares."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from press import TOPICS, Article

TONES: Final = {-1: "negative", 0: "neutral", 1: "positive", None: "none"}  #: as the query language calls them
_TONE_WORDS: Final[Mapping[int | None, tuple[str, str]]] = {
    1: ("▲ tích cực", "▲ positive"),
    0: ("● trung tính", "● neutral"),
    -1: ("▼ tiêu cực", "▼ negative"),
    None: ("○ chưa rõ", "○ undecided"),
}
_RELEVANCES: Final[Mapping[str, tuple[str, str]]] = {
    "focus": ("nói riêng về địa bàn", "about the area"),
    "mention": ("có nội dung về địa bàn", "says something of the area"),
    "passing": ("chỉ nhắc tên", "only names it"),
    "none": ("không về địa bàn", "not about the area"),
}
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class About:
    """What was asked, when, and how many articles there are; how instants and labels are written."""

    query: str
    made_at: datetime
    count: int
    zone: ZoneInfo
    outlets: Mapping[str, str] = field(default_factory=dict)  #: slug -> name
    language: Literal["vi", "en"] = "vi"
    address: str = ""  #: where the archive answers this query

    def say(self, words: tuple[str, str]) -> str:
        """Return the Vietnamese or the English of two."""
        return words[self.language == "en"]

    def outlet(self, article: Article) -> str:
        """Return the name of an article's outlet."""
        return self.outlets.get(article.outlet, article.outlet)

    def topics(self, article: Article) -> str:
        """Return an article's topics as a person reads them."""
        return "; ".join(self.topic(topic.id) for topic in article.topics)

    def topic(self, name: str) -> str:
        """Return the label of a topic."""
        return self.say(TOPICS[name]) if name in TOPICS else name

    def tone(self, tone: int | None) -> str:
        """Return a tone with its sign."""
        return self.say(_TONE_WORDS[tone])

    def relevance(self, article: Article) -> str:
        """Return in words how much an article is about the area."""
        return self.say(_RELEVANCES[article.relevance])

    def iso(self, at: datetime | None) -> str:
        """Return an instant in the settings' zone, "" for none."""
        return at.astimezone(self.zone).isoformat(timespec="seconds") if at else ""

    def moment(self, at: datetime) -> str:
        """Return an instant as a person writes it."""
        local = at.astimezone(self.zone)
        return f"{local:%H:%M}, {local.day}/{local.month}/{local.year}"


def dated(article: Article) -> datetime:
    """Return the instant an article counts by: published, else read."""
    return article.published_at or article.fetched_at


def places(article: Article) -> str:
    """Return the names of an article's places, each once."""
    return "; ".join(dict.fromkeys(place.name for place in article.places))


def xml_text(text: str) -> str:
    """Return text without the letters XML cannot hold."""
    return _NOT_XML.sub("", text)


@dataclass(slots=True)
class Tally:
    """Counts what goes by."""

    outlets: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    tones: Counter[int | None] = field(default_factory=Counter)

    def over(self, articles: Iterable[Article]) -> Iterator[Article]:
        """Give the articles, counted."""
        for article in articles:
            self.outlets[article.outlet] += 1
            self.topics.update(topic.id for topic in article.topics)
            self.tones[article.tone] += 1
            yield article

    def tables(self, about: About) -> Iterator[tuple[str, list[tuple[str, int]]]]:
        """Give the counts as tables for a person, the highest numbers first."""
        outlets = [(about.outlets.get(slug, slug), count) for slug, count in self.outlets.most_common()]
        yield about.say(("Theo báo", "By outlet")), outlets
        several = ("Theo lĩnh vực (một bài có thể thuộc nhiều lĩnh vực)", "By topic (an article may have several)")
        yield about.say(several), [(about.topic(name), count) for name, count in self.topics.most_common()]
        tones = [(about.tone(tone), self.tones[tone]) for tone in (1, 0, -1, None) if self.tones[tone]]
        yield about.say(("Theo sắc thái", "By tone")), tones
