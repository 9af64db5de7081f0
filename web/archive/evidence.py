"""The words of a text that decided a tag, and what changed between two texts: as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from markupsafe import Markup, escape

from press import Article, Deciding
from web.archive import marking

_PIECE: Final = re.compile(r"\s+|\w+|[^\w\s]")
_KHMER: Final = re.compile("[\u1780-\u17ff]")
_MOST: Final = 4_000_000  # pairs of words that are compared; beyond it a paragraph is shown as wholly new


def sentences(article: Article, shown: str) -> tuple[str, ...]:
    """Return the sentences that decided a topic (`topic:ID`) or the `tone`; none for other tags, none if not kept."""
    kind, _, which = shown.partition(":")
    found = {tag.id: tag.sentences for tag in article.topics}.get(which, ()) if kind == "topic" else ()
    return tuple(one.sentence for one in (article.tone_sentences if shown == "tone" else found) if one.weight > 0)


def phrases(article: Article, shown: str) -> tuple[str, ...]:
    """Return the words of the text behind a tag: `topic:ID`, `tone`, `relevance`, `place:POSITION`."""
    kind, _, which = shown.partition(":")
    if kind == "topic":
        return next((tag.evidence for tag in article.topics if tag.id == which), ())
    if kind == "tone":
        return article.tone_evidence
    if kind == "relevance":
        return tuple(place.as_written for place in article.places if place.in_area)
    if kind == "place" and which.isdecimal() and int(which) < len(article.places):
        return (article.places[int(which)].as_written,)
    return ()


def marked(text: str, wanted: Sequence[str]) -> Markup:
    """Return a text with every occurrence of the phrases in <mark>, whole words only, whatever their case."""
    return marking.marked(text, _spans(text, wanted))


def quoted(one: Deciding) -> Markup:
    """Return a sentence that decided with the deciding words in <mark>, of a long one the part around the first."""
    return Markup("“{}”").format(marking.cut(one.sentence, _spans(one.sentence, one.words)))


def _spans(text: str, wanted: Sequence[str]) -> list[tuple[int, int]]:
    forms = [_form(phrase) for phrase in sorted(wanted, key=len, reverse=True) if phrase.strip()]
    return [found.span() for found in re.finditer("|".join(forms), text, re.IGNORECASE)] if forms else []


def _form(phrase: str) -> str:
    form = r"\s+".join(map(re.escape, phrase.split()))
    return form if _KHMER.search(phrase) else rf"(?<!\w){form}(?!\w)"


def difference(old: str, new: str) -> Markup:
    """Return the paragraphs of both texts, what went in <del>, what came in <ins>; unchanged ones as they are."""
    return Markup().join(Markup("<p>{}</p>").format(part) for part in _paragraphs(old.split("\n"), new.split("\n")))


def _paragraphs(old: Sequence[str], new: Sequence[str]) -> Iterator[Markup]:
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield from map(escape, new[c:d])
            continue
        same = min(b - a, d - c)
        for at in range(same):
            yield words(old[a + at], new[c + at])
        yield from (Markup("<del>{}</del>").format(gone) for gone in old[a + same : b] if gone)
        yield from (Markup("<ins>{}</ins>").format(come) for come in new[c + same : d] if come)


def words(old: str, new: str) -> Markup:
    """Return one line of both texts, word by word."""
    before, after = _PIECE.findall(old), _PIECE.findall(new)
    if len(before) * len(after) > _MOST:
        return Markup().join(_changed((old,), (new,)))
    parts: list[Markup] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        parts += [escape("".join(after[c:d]))] if what == "equal" else _changed(before[a:b], after[c:d])
    return Markup().join(parts)


def _changed(old: Iterable[str], new: Iterable[str]) -> list[Markup]:
    gone, come = "".join(old), "".join(new)
    found = [Markup("<del>{}</del>").format(gone)] if gone else []
    return [*found, Markup("<ins>{}</ins>").format(come)] if come else found
