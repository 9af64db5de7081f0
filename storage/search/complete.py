"""What a query being typed may go on with: fields, their values, words of the archive."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import tantivy

from press import RELEVANCES, TOPICS
from press.spelling import spelt_text
from press.text import fold
from storage.search.find import known_outlets
from storage.search.index import SearchIndex
from storage.search.pasted import straight
from storage.search.plan import LANGUAGES, TONES
from storage.search.query import FIELDS
from storage.search.shape import ABOVE, NONE, PLACES
from storage.search.words import plain

_LAST: Final = re.compile(r'(?:^|[\s(])(-?)(?:([^\W\d_]+):)?("[^"]*|[^\s()":]*)$')
_GAP: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Completion:
    """One way to go on: the whole query with it, the words for a person, how many articles it has (where known)."""

    query: str
    label: str
    count: int | None = None


def complete(
    index: SearchIndex, typed: str, *, outlets: Mapping[str, str] | None = None, limit: int = 10
) -> list[Completion]:
    """Ways to finish the last word of a query: fields, values of a field, words of the archive; most used first."""
    typed = straight(typed)
    found = _LAST.search(typed)
    if not found:
        return []
    sign, name, begun = found[1], (found[2] or "").lower(), found[3].lstrip('"')
    head = typed[: found.start(3)]
    searcher = index.searcher()
    if name == "place":
        units = sorted(_places(index, searcher, begun), key=lambda unit: -unit[1])
        return [Completion(head + _quoted(title), title, count) for title, count in units[:limit]]
    if name:
        values = _values(index, searcher, name, outlets or {})
        chosen = ((value, label) for value, label in values if _begins(begun, value, label))
        ways = [Completion(head + _quoted(value), label, _count(searcher, name, value)) for value, label in chosen]
        return sorted(ways, key=lambda way: -(way.count or 0))[:limit]
    fields = [
        Completion(f"{typed[: found.start(1)]}{sign}{known}:", f"{known}:")
        for known in FIELDS
        if begun and known.startswith(begun.lower())
    ]
    said = [Completion(head + word, word, count) for word, count in _said(index, searcher, begun, limit)]
    return [*fields, *said][:limit]


def _values(
    index: SearchIndex, searcher: tantivy.Searcher | None, name: str, outlets: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    """Values of a field with their words for a person."""
    match name:
        case "outlet":
            return sorted({**known_outlets(searcher), **outlets}.items())
        case "topic":
            return [(topic, labels[0]) for topic, labels in TOPICS.items()]
        case "tone":
            return [(tone, tone) for tone in TONES]
        case "language":
            return [(language, language) for language in LANGUAGES]
        case "relevance":
            return [(relevance, relevance) for relevance in RELEVANCES]
    return []


def _places(index: SearchIndex, searcher: tantivy.Searcher | None, begun: str) -> Iterator[tuple[str, int]]:
    """Units the archive has articles of, by their names."""
    counts = Counter[str]()
    for column in (*PLACES, *ABOVE) if searcher else ():
        counts.update(dict(searcher.terms_with_prefix(column, "")) if searcher else {})
    del counts[NONE]
    for key, count in counts.items():
        title = index.places.title(key)
        if _begins(begun, title):
            yield title, count


def _begins(begun: str, *names: str) -> bool:
    """Whether a value or a word of it begins so; without marks folded, with them as they are.

    In the spelling typed or the other one: "mi" is the beginning of "Miền" and, whole, of "Mỹ Xuyên".
    """
    begun = _GAP.sub(" ", begun.lower())
    if fold(begun) == begun:
        names = tuple(fold(form) for name in names for form in (name, spelt_text(name)))
    forms = {f" {begun}", f" {spelt_text(begun)}"}
    texts = [_GAP.sub(" ", f" {form.lower()}") for name in names for form in {name, spelt_text(name)}]
    return any(form in text for form in forms for text in texts)


def _count(searcher: tantivy.Searcher | None, name: str, value: str) -> int | None:
    return searcher.doc_freq(name, value) if searcher else None


def _said(index: SearchIndex, searcher: tantivy.Searcher | None, begun: str, limit: int) -> Iterator[tuple[str, int]]:
    """Words of the archive that begin so, typed with marks or without."""
    forms = index.words.query(begun)
    if searcher is None or len(forms) != 1 or len(begun) < 2:
        return
    marks = forms[0].has_marks
    typed = plain(begun) if marks else fold(plain(begun))
    found: dict[str, int] = {}
    for prefix in {typed, forms[0].marked if marks else forms[0].folded}:
        found.update(searcher.terms_with_prefix("text" if marks else "text_folded", prefix, limit=limit))
    yield from sorted(found.items(), key=lambda word: -word[1])[:limit]


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"\s", value) else value
