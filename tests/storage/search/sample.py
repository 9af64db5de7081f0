"""An index to try, and what is found in it."""

from __future__ import annotations

from pathlib import Path

from analysis.words.khmer import khmer_words
from pipeline.running.search import Units
from press import Place
from storage import Archive
from storage.search import (
    SearchIndex,
    search,
)
from tests.support.archives import at, link, store

UNITS = Units()
TRAN_DE = Place("xã Trần Đề", "31673", "Trần Đề", "unit word", "2025-07-01", 0.9, True)


def index_of(archive: Archive, folder: Path) -> SearchIndex:
    return SearchIndex(archive, folder, khmer_words, UNITS)


def found(index: SearchIndex, query: str, **more: object) -> set[int]:
    index.catch_up()
    return set(search(index, query, **more).ids)  # type: ignore[arg-type]


def fill(archive: Archive, count: int, first: int = 1) -> list[int]:
    return [store(archive, link(first + n), at(n), title=f"Bài {first + n}", body="Tôm cá.") for n in range(count)]
