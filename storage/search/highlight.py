"""Which parts of a text a query means: places in the text as published, whatever form its letters have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from press.text import fold
from storage.search.query import And, Field, Node, Or, Phrase, Word
from storage.search.words import KHMER, Words, marked

_INVISIBLE: Final = "\u200b-\u200d\u2060\ufeff\u00ad"
#: A word as published: letters may be decomposed, and broken by what cannot be seen.
_WRITTEN: Final = re.compile(f"[^\\W_](?:[^\\W_]|[\u0300-\u036f{_INVISIBLE}])*")
#: The same few thousand syllables make up all texts.
_marked: Final = lru_cache(50_000)(marked)
_folded: Final = lru_cache(50_000)(fold)


def highlight(text: str, query: Node, words: Words, *, title: bool = False) -> list[tuple[int, int]]:
    """The spans (start, end) of `text` that match a word or phrase of the query, in order, none overlapping.

    A word without marks means words with any marks; what a query excludes is not shown. `title` says that the text is
    a title, where `title:` counts too.
    """
    written = [(found.start(), found.end(), _marked(found[0])) for found in _WRITTEN.finditer(text)]
    spans = {span for wanted in _wanted(query, title) for span in _spans(text, written, wanted, words)}
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _wanted(node: Node, title: bool) -> Iterator[Word | Phrase]:
    match node:
        case Word() | Phrase():
            yield node
        case Field("title", value) if title:
            yield value
        case And(parts) | Or(parts):
            for part in parts:
                yield from _wanted(part, title)


def _spans(
    text: str, written: Sequence[tuple[int, int, str]], wanted: Word | Phrase, words: Words
) -> Iterator[tuple[int, int]]:
    if KHMER.search(wanted.text):
        letters = (re.escape(letter) for letter in re.sub(f"[\\s{_INVISIBLE}]", "", wanted.text))
        yield from (found.span() for found in re.finditer(f"[\\s{_INVISIBLE}]*".join(letters), text))
        return
    forms = words.query(wanted.text)
    with_marks = any(form.has_marks for form in forms)
    asked = [form.marked if with_marks else form.folded for form in forms]
    said = [word if with_marks else _folded(word) for _, _, word in written]
    for first, last in _runs(said, asked, wanted.slop if isinstance(wanted, Phrase) else 0):
        yield written[first][0], written[last][1]


def _runs(said: Sequence[str], asked: Sequence[str], slop: int) -> Iterator[tuple[int, int]]:
    """First and last position of each place where the words asked for stand in order, at most `slop` others between."""
    for first, word in enumerate(said):
        if not asked or word != asked[0]:
            continue
        last, room = first, slop
        for wanted in asked[1:]:
            window = said[last + 1 : last + 2 + room]
            if wanted not in window:
                break
            between = window.index(wanted)
            last, room = last + 1 + between, room - between
        else:
            yield first, last
