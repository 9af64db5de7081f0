"""What of an article a search shows: title and a passage, with what the query means marked in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

from press import Article
from storage.search import highlight
from storage.search.query import Node
from storage.search.words import Words

PASSAGE: Final = 260  #: letters
_BEFORE: Final = 90  # letters of a passage before the first mark
_GAP: Final = re.compile(r"\s")

Spans = Sequence[tuple[int, int]]


def title(article: Article, query: Node, words: Words) -> Markup:
    """Return the title with its marks."""
    return marked(article.title, highlight(article.title, query, words, title=True))


def passage(article: Article, query: Node, words: Words) -> Markup:
    """Return the lead; where only the body has what is looked for, the place there."""
    spans = highlight(article.lead, query, words)
    if not spans:
        for paragraph in article.body.split("\n"):
            if found := highlight(paragraph, query, words):
                return cut(paragraph, found)
    return cut(article.lead, spans)


def cut(text: str, spans: Spans) -> Markup:
    """Return a passage of a text around its first mark, cut between words, with its marks."""
    start = 0
    if spans and spans[0][1] > PASSAGE:
        start = max(0, spans[0][0] - _BEFORE)
        gap = _GAP.search(text, start, spans[0][0])
        start = gap.end() if gap else spans[0][0]
    end = start + PASSAGE
    if end < len(text):
        end = next((at for at in range(end, start + PASSAGE // 2, -1) if text[at].isspace()), end)
    inside = [(a - start, b - start) for a, b in spans if a >= start and b <= end]
    shown = marked(text[start:end].rstrip(), inside)
    return (Markup("… ") if start else Markup()) + shown + (Markup(" …") if end < len(text) else Markup())


def marked(text: str, spans: Spans) -> Markup:
    """Return a text as HTML with <mark> around its spans."""
    parts, at = [], 0
    for start, end in spans:
        parts += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        at = end
    return Markup().join([*parts, escape(text[at:])])
