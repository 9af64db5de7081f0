"""Vietnamese articles to measure on: real ones where the unpublished data are at hand, else the demo press's own."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from demo.truth.truth import DemoArticle, articles

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("DIEMBAO_SHARED", ROOT.parent / "shared")) / "data"
ANCHOR = datetime(2026, 8, 4, 23, 45, tzinfo=UTC)
SEED = 20250701


def real(n: int) -> list[tuple[str, str]]:
    """Return (title, text) of up to `n` articles, each different; says on standard error what they are."""
    corpus = SHARED / "corpora" / "baomoi_fulltext_2017.jsonl.gz"
    if corpus.is_file():
        with gzip.open(corpus, "rt", encoding="utf-8") as lines:
            records = [json.loads(line) for _, line in zip(range(n), lines, strict=False)]
        print(f"measured on {len(records)} articles of {corpus.name}", file=sys.stderr)
        return [(record["title"], f"{record['lead']}\n{record['text']}") for record in records]
    demo = vietnamese()[:n]
    print(f"{corpus} is not at hand: measured on the {len(demo)} articles of the demo press", file=sys.stderr)
    return [(article.text.title, f"{article.text.lead}\n{article.text.body}") for article in demo]


def headlines(n: int) -> list[tuple[str, str]]:
    """Return (title, lead) of `n` items as feeds serve them, in no order: one in four has a lead.

    Real ones where the unpublished data are at hand, each different up to their number; then they come again with
    another number behind them.
    """
    corpus = SHARED / "corpora" / "baomoi_sections.jsonl.gz"
    if corpus.is_file():
        with gzip.open(corpus, "rt", encoding="utf-8") as lines:
            found = [(record["title"], record["text"][:150]) for record in map(json.loads, lines)]
    else:
        found = [(article.text.title, article.text.lead[:150]) for article in vietnamese()]
    print(f"measured on {len(found)} headlines{'' if corpus.is_file() else ' of the demo press'}", file=sys.stderr)
    random.Random(SEED).shuffle(found)
    made = []
    for number in range(n):
        title, lead = found[number % len(found)]
        again = number // len(found)
        made.append((f"{title} {again}" if again else title, lead if number % 4 == 0 else ""))
    return made


def vietnamese() -> list[DemoArticle]:
    """Return the demo press's Vietnamese articles."""
    return [article for article in articles(ANCHOR) if article.language == "vi"]


def mixed(n: int, about: int) -> list[tuple[str, str, str, bool]]:
    """Return (title, lead, body, relevant) of `n` made-up articles, `about` of them on the area, evenly spread.

    Each is put together from sentences of demo articles that name no place of the area, or all from one that is about
    it, so that lengths and words are those of articles and no two are alike.
    """
    chance = random.Random(SEED)
    own = [article for article in vietnamese() if article.relevance == "focus"]
    other = [article for article in vietnamese() if article.relevance == "none" and not article.places]
    sentences = [part for article in other for part in re.split(r"(?<=[.!?]) ", article.text.body.replace("\n", " "))]
    made = []
    for number in range(n):
        if about and number % max(1, n // about) == 0:
            source = own[(number * about // n) % len(own)]
            made.append((f"{source.text.title} ({number})", source.text.lead, source.text.body, True))
            continue
        chosen = chance.sample(sentences, 18)
        paragraphs = "\n".join(" ".join(chosen[at : at + 3]) for at in range(3, 18, 3))
        made.append((f"{chosen[0][:70]} {number}", " ".join(chosen[1:3]), paragraphs, False))
    return made
