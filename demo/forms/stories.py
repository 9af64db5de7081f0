"""What a page tells: an article of the demo press, cut into blocks and filled up with what such pages hold."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from demo.truth.truth import VIETNAM, DemoArticle, Text, articles
from press import Language
from press.text import clean

_ANCHOR = datetime(2026, 8, 5, 6, 45, tzinfo=VIETNAM)
#: Kinds of blocks whose words are no part of the text.
BESIDE = frozenset({"photo", "related", "time", "pull again"})


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a text as it stands on the page: `text`, or `items` of a list, cells of a row, words of a box."""

    kind: str
    text: str = ""
    items: tuple[tuple[str, ...], ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """What it gives to the body, a line each, clean."""
        if self.kind in BESIDE:
            return ()
        rows = (" ".join(row) for row in self.items) if self.items else (self.text,)
        return tuple(filter(None, map(clean, rows)))


@dataclass(frozen=True, slots=True)
class Story:
    """Headline, lead and text of one page, clean, with the article whose they are."""

    key: str
    title: str
    lead: str
    section: str
    blocks: tuple[Block, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the body."""
        return tuple(line for block in self.blocks for line in block.lines)

    @property
    def either(self) -> tuple[str, ...]:
        """Lines that a careful reader may count as text or not: the clock beside each entry of a live report."""
        return tuple(block.text for block in self.blocks if block.kind == "time")


@cache
def texts(language: Language) -> Mapping[str, Any]:
    """Return what stands on pages beside articles, in a language."""
    found: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("texts.toml").read_text("utf-8"))[language]
    return found


@cache
def pool(language: Language) -> tuple[DemoArticle, ...]:
    """Return the articles of the demo press in a language."""
    return tuple(article for article in articles(_ANCHOR) if article.language == language)


def story(article: DemoArticle, kind: str, draw: random.Random) -> Story:
    """Return what a page of that kind tells of an article; KeyError for an unknown kind."""
    said = texts(article.language)
    paragraphs = [Block("p", line) for line in article.text.body.split("\n")]
    blocks = _KINDS[kind](paragraphs, said, draw)
    return Story(article.key, clean(article.text.title), clean(article.text.lead), article.section, tuple(blocks))


def _plain(paragraphs: list[Block], said: Mapping[str, Any], draw: random.Random) -> list[Block]:
    blocks = list(paragraphs)
    for text in draw.sample(said["paragraphs"], min(draw.choice((0, 2, 4, 6)), len(said["paragraphs"]))):
        blocks.insert(draw.randint(1, len(blocks)), Block("p", text))
    if draw.random() < 0.3:
        place = draw.randint(1, len(blocks))
        rows = tuple((text,) for text in said["bullets"])
        kind = draw.choice(("list", "dashes"))
        blocks[place:place] = [Block("p", said["bullet_intro"]), Block(kind, items=rows)]
    if draw.random() < 0.25:
        blocks.insert(draw.randint(2, len(blocks)), Block("quote", draw.choice(said["quotes"])))
    for text in draw.sample(said["subheads"], draw.choice((0, 0, 1, min(2, len(said["subheads"]))))):
        # a subheading stands before a paragraph: never first, last, or before another one
        places = [n for n in range(1, len(blocks)) if blocks[n].kind == blocks[n - 1].kind == "p"]
        if places:
            blocks.insert(draw.choice(places), Block("sub", text))
    if said["named"] and draw.random() < 0.15:
        blocks += [Block("p", said["named_intro"]), Block("list", items=tuple((text,) for text in said["named"]))]
    return _furnished(blocks, said, draw)


def _furnished(blocks: list[Block], said: Mapping[str, Any], draw: random.Random) -> list[Block]:
    """Pictures with their captions, and boxes of other articles, between the paragraphs."""
    blocks = list(blocks)
    for text in draw.sample(said["captions"], draw.choice((0, 1, 1, 2))):
        blocks.insert(draw.randint(0, len(blocks) - 1), Block("photo", text))
    for _ in range(draw.choice((0, 1, 1, 2))):
        blocks.insert(draw.randint(1, len(blocks)), Block("related", draw.choice(said["more"])))
    return blocks


def as_told(article: DemoArticle, text: Text) -> Story:
    """Return a text of an article as it is, with one picture in it: for pages that are served."""
    first, *rest = (Block("p", line) for line in text.body.split("\n"))
    picture = Block("photo", texts(article.language)["captions"][0])
    return Story(article.key, text.title, text.lead, article.section, (first, picture, *rest))


def _photos(paragraphs: list[Block], said: Mapping[str, Any], draw: random.Random) -> list[Block]:
    return [Block("shot", text) for text in draw.sample(said["photos"], 5)]


def _short(paragraphs: list[Block], said: Mapping[str, Any], draw: random.Random) -> list[Block]:
    return paragraphs[:1]


def _two(paragraphs: list[Block], said: Mapping[str, Any], draw: random.Random) -> list[Block]:
    return paragraphs[:2]


def _interview(paragraphs: list[Block], said: Mapping[str, Any], draw: random.Random) -> list[Block]:
    blocks = [paragraphs[0]]
    for question, answer in said["interview"]:
        blocks.append(Block("question", question))
        if answer:
            blocks.append(Block("answer", answer))
    return _furnished(blocks, said, draw)


def _live(paragraphs: list[Block], said: Mapping[str, Any], draw: random.Random) -> list[Block]:
    blocks = [paragraphs[0]]
    for clock, text in said["live"]:
        blocks += [Block("time", clock), Block("p", text)]
    return blocks


def _table(paragraphs: list[Block], said: Mapping[str, Any], draw: random.Random) -> list[Block]:
    rows = Block("table", items=tuple(map(tuple, said["table"])))
    return _furnished([*paragraphs[:2], rows, *paragraphs[2:]], said, draw)


def _document(paragraphs: list[Block], said: Mapping[str, Any], draw: random.Random) -> list[Block]:
    return [*(Block("p", text) for text in said["document"]), Block("file", said["attachment"])]


def _pulled(paragraphs: list[Block], said: Mapping[str, Any], draw: random.Random) -> list[Block]:
    """With a pull quote of its own and one that repeats a sentence of the text."""
    sentence = next((one for block in paragraphs for one in block.text.split(". ") if 50 < len(one) < 160), "")
    blocks = [*paragraphs[:2], Block("pull", draw.choice(said["quotes"])), *paragraphs[2:]]
    if sentence:
        blocks.insert(4, Block("pull again", sentence))
    return _furnished(blocks, said, draw)


def _named(paragraphs: list[Block], said: Mapping[str, Any], draw: random.Random) -> list[Block]:
    return [*paragraphs, Block("p", said["named_intro"]), *(Block("p", text) for text in said["named"])]


_KINDS: Mapping[str, Callable[[list[Block], Mapping[str, Any], random.Random], Sequence[Block]]] = {
    "plain": _plain,
    "photos": _photos,
    "short": _short,
    "two": _two,
    "interview": _interview,
    "live": _live,
    "table": _table,
    "document": _document,
    "pulled": _pulled,
    "named": _named,
    "none": lambda paragraphs, said, draw: [],
}
