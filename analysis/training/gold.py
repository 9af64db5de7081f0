"""The labelled articles: read, cut into words, grouped so that near-duplicates never stand on both sides of a split."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final, Protocol

from analysis.tags.features import Terms, term, terms
from analysis.words.segmenter import words
from press import TOPICS
from press.text import readable

PARTS: Final = 5  #: of which one is the gate set
_COMMON: Final = 30  # a run of three terms found in more texts than this says nothing of two of them
_SHARED: Final = 0.2  # share of the shorter text's runs that makes two texts one group
_HEAD: Final = 200  # words of a text compared


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled article with its words; `kind` tells the corpora's articles from items of feeds."""

    id: str
    title: str
    text: str
    title_words: tuple[str, ...]
    text_words: tuple[str, ...]
    terms: Terms
    topics: tuple[str, ...]
    tone: int | None
    kind: str
    doc: str = ""  #: address or number in its corpus


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a .jsonl or .jsonl.gz file; ValueError names the file and line that is none."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: not JSON ({error})") from error
            if not isinstance(record, dict):
                raise ValueError(f"{path}, line {number}: not an object")
            yield record


def example(record: Mapping[str, Any]) -> Example:
    """A labelled record with its words; topics not of the codebook are an error."""
    title, text = readable(str(record.get("title") or "")), readable(str(record.get("text") or ""))
    topics = tuple(str(topic) for topic in record.get("topics") or ())
    unknown = [topic for topic in topics if topic not in TOPICS]
    if unknown:
        raise ValueError(f"{record.get('id')}: unknown topic {unknown[0]!r}")
    title_words, text_words = tuple(words(title)), tuple(words(text))
    kind = "items" if str(record.get("corpus", "")).startswith("feeds") else "articles"
    found = terms(title_words, text_words)
    labels = (topics, record.get("tone"), kind, str(record.get("doc") or ""))
    return Example(str(record["id"]), title, text, title_words, text_words, found, *labels)


def groups(examples: Sequence[Example]) -> list[int]:
    """For each example the number of its group: texts that share a fifth of their three-word runs, transitively."""
    runs: list[set[tuple[str, str, str]]] = []
    for one in examples:
        now = [form for word in (*one.title_words, *one.text_words[:_HEAD]) if (form := term(word))]
        runs.append(set(zip(now, now[1:], now[2:], strict=False)))
    holders: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, found in enumerate(runs):
        for run in found:
            holders[run].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for held in holders.values():
        if 1 < len(held) <= _COMMON:
            shared.update(combinations(held, 2))
    parent = list(range(len(examples)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for (left, right), count in sorted(shared.items()):
        if count >= 3 and count >= _SHARED * min(len(runs[left]), len(runs[right])):
            parent[root(right)] = root(left)
    return [root(number) for number in range(len(examples))]


def order(name: str) -> tuple[tuple[tuple[str, int, str], ...], str]:
    """The key ids are sorted by: their numbers as numbers, so that g9950 stands before g10000 as it came before it."""
    pieces = re.findall(r"([^0-9]*)0*([0-9]*)", name)
    return tuple((word, len(digits), digits) for word, digits in pieces), name


class Named(Protocol):
    """What has an id: an example, a sample for relevance."""

    @property
    def id(self) -> str: ...


def part(examples: Sequence[Named], grouped: Sequence[int]) -> list[int]:
    """For each example the part (0..4) of its group, by a digest of the group's first id: stable when later ones come.

    Texts that make two groups one move the one that came later, as do those that make a run of words a common one.
    """
    first: dict[int, str] = {}
    for one, group in zip(examples, grouped, strict=True):
        first[group] = min(first.get(group, one.id), one.id, key=order)
    digests = {group: int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) for group, name in first.items()}
    return [digests[group] % PARTS for group in grouped]
