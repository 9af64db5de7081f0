"""An archive with its index: empty, of a small press, of two articles."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from press import TopicTag
from storage import Archive, open_archive
from storage.search import (
    SearchIndex,
)
from tests.storage.search.sample import TRAN_DE, fill, index_of
from tests.support.archives import at, judgement, link, store


@pytest.fixture
def index(archive: Archive, tmp_path: Path) -> SearchIndex:
    """The index of an empty archive."""
    return index_of(archive, tmp_path / "index")


@pytest.fixture
def press(archive: Archive, index: SearchIndex) -> dict[str, int]:
    """A small press: name -> article."""
    made = {
        "salt": store(
            archive,
            link("salt", "bao-mot"),
            title="Trần Đề lo hạn mặn",
            lead="Nước mặn vào sâu.",
            body="Người dân mất đất. Cống hòa bình đóng.",
            judged=judgement(places=(TRAN_DE,)),
        ),
        "health": store(
            archive,
            link("health", "bao-hai"),
            at(1),
            title="Thẻ cho dân",
            lead="Hội nghị.",
            body=unicodedata.normalize("NFD", "Bảo hiểm y tế toàn dân, hoà bình."),
            judged=judgement(topics=(TopicTag("health", 0.9),), tone=1, relevance="mention", places=()),
        ),
        "khmer": store(
            archive,
            link("khmer", "bao-km"),
            at(2),
            title="កសិករដាំខ្ទឹមក្រហមនៅខេត្តឃ្លាំង",
            lead="",
            body="ព្រួយបារម្ភពីតម្លៃធ្លាក់ចុះ ២០២៦",
            language="km",
            judged=judgement(language="km", topics=(TopicTag("agriculture", 0.9),), tone=None, places=()),
        ),
        "english": store(
            archive,
            link("english", "paper"),
            at(3),
            title="Salt water reaches Tran De",
            lead="",
            body="The COVID-19 Bank of Vietnam.",
            language="en",
            judged=judgement(language="en", topics=(TopicTag("economy", 0.9),), tone=0, places=()),
        ),
    }
    index.catch_up()
    return made


@pytest.fixture
def small(empty_sqlite: Path, tmp_path: Path) -> Iterator[SearchIndex]:
    """The index of an archive of two articles, on SQLite."""
    shutil.copy(empty_sqlite, tmp_path / "small.db")
    with open_archive(f"sqlite:///{tmp_path / 'small.db'}") as archive:
        fill(archive, 2)
        index = index_of(archive, tmp_path / "small")
        index.catch_up()
        yield index
