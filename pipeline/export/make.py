"""From a question to an export: which articles it means, how many, and their bytes."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import quote

from errors import RetryLater, UsageError
from pipeline.export import FORMATS, WARC, Format, pieces, warc
from pipeline.export.about import About
from pipeline.running.search import outlet_names
from press import Article, Page
from settings import Settings
from storage import Archive, collecting, coverage
from storage.search import DEEPEST, SearchIndex, Sort, search

_PAGE: Final = 1000  # ids asked of the index at once
_SOON: Final = timedelta(minutes=1)  # to ask again while the index is being built
_BATCH: Final = 200  # articles read in one transaction


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be exported: the articles of a query, or of a story; and how."""

    form: str  #: one of FORMATS
    query: str = ""
    story: int | None = None
    sort: Sort = "newest"
    language: Literal["vi", "en"] = "vi"


@dataclass(frozen=True, slots=True)
class Export:
    """An export whose articles are known; nothing of it is made yet."""

    about: About
    format: Format
    archive: Archive
    ids: Sequence[int]

    @property
    def filename(self) -> str:
        """Return the name of its file: when it was made."""
        return f"diem-bao-{self.about.made_at.astimezone(self.about.zone):%Y%m%d-%H%M}.{self.format.suffix}"

    def open(self, told: Callable[[int], None] = lambda done: None) -> tuple[Iterator[bytes], int | None]:
        """Return its bytes, and their number where that is known before they go out; `told` hears articles done."""
        if self.format.file:
            file = self.format.file(self.about, self._articles(told))
            return pieces(file), os.fstat(file.fileno()).st_size
        if self.format.stream:
            return self.format.stream(self.about, self._articles(told)), None
        return warc.records(self.about, self._pages(told)), None

    def _articles(self, told: Callable[[int], None]) -> Iterator[Article]:
        for start, batch in self._batches():
            with self.archive.read() as db:  # one a batch: a long reader keeps the log from shrinking
                rows = coverage.articles.load_articles(db, batch)
            yield from rows
            told(start + len(batch))

    def _pages(self, told: Callable[[int], None]) -> Iterator[Page]:
        for start, batch in self._batches():
            for done, article in enumerate(batch, start + 1):
                with self.archive.read() as db:
                    pages = list(collecting.pages.pages_of(db, [article]))
                yield from pages
                told(done)

    def _batches(self) -> Iterator[tuple[int, Sequence[int]]]:
        for start in range(0, len(self.ids), _BATCH):
            yield start, self.ids[start : start + _BATCH]


def prepare(archive: Archive, index: SearchIndex, settings: Settings, asked: Asked, now: datetime) -> Export:
    """Find what is to be exported.

    Raises QueryError for a query, UsageError for a story that is not there, RetryLater while the index is being built:
    an export that leaves articles out without saying so would be wrong.
    """
    names = outlet_names(settings)
    if asked.form not in FORMATS:
        raise UsageError(f"no format {asked.form!r}: one of {', '.join(FORMATS)}")
    if asked.story is not None:
        query, ids = _of_story(archive, asked.story)
    else:
        query, ids = asked.query, _found(index, asked, names, now)
    what = f"story={asked.story}" if asked.story is not None else f"q={quote(query)}&sort={asked.sort}"
    address = f"{settings.web.public_url}/export.{asked.form}?{what}"
    about = About(query, now, len(ids), settings.digest.timezone, names, asked.language, address)
    return Export(about, FORMATS[asked.form], archive, ids)


def _found(index: SearchIndex, asked: Asked, outlets: Mapping[str, str], now: datetime) -> Sequence[int]:
    """Ids of all articles of a query, eight bytes each: the count is exact before the first of them goes out."""
    ids, after = array("q"), ""
    while True:
        found = search(index, asked.query, outlets=outlets, sort=asked.sort, limit=_PAGE, after=after)
        if found.building is not None:
            done, of = found.building
            said = f"the search index is being built, {done} of {of} articles: export when it is whole"
            raise RetryLater(said, now + _SOON)
        if asked.sort == "relevance" and found.total > DEEPEST:
            raise UsageError(f"{found.total} articles: more than {DEEPEST} are exported by sort=newest only")
        ids.extend(found.ids)
        if not (after := found.next):
            return ids


def _of_story(archive: Archive, story: int) -> tuple[str, Sequence[int]]:
    with archive.read() as db:
        current = coverage.stories.current_story(db, story)
        rows = coverage.stories.stories(db, ids=[current]) if current is not None else []
    if not rows:
        raise UsageError(f"there is no story {story}")
    return f"story {rows[0].id}: {rows[0].title}", rows[0].articles


__all__ = ["WARC", "Asked", "Export", "prepare"]
