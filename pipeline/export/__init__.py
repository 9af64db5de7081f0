"""Handing articles on, one module a format: articles in, bytes out, however many there are.

Every export says what was asked, when, and how many articles it holds. None carries full texts (headline, lead and
link are a quotation) or bylines; only the stored pages of `warc` are whole, and those are evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, Final, NamedTuple

from pipeline.export import atom, book, comma, lines, sheet
from pipeline.export.about import About
from press import Article

CHUNK: Final = 65_536
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
WARC: Final = "warc"  #: made of stored pages, not of articles: see `warc.records`


class Format(NamedTuple):
    """A way to hand articles on: how a file of it is called and made."""

    media: str
    suffix: str
    stream: Callable[[About, Iterable[Article]], Iterator[bytes]] | None = None
    file: Callable[[About, Iterable[Article]], IO[bytes]] | None = None  #: where the whole must be made first


FORMATS: Final[Mapping[str, Format]] = {
    "csv": Format("text/csv; charset=utf-8", "csv", comma.rows),
    "xlsx": Format(f"{_OFFICE}.spreadsheetml.sheet", "xlsx", file=sheet.workbook),
    "jsonl": Format("application/x-ndjson; charset=utf-8", "jsonl", lines.objects),
    "atom": Format("application/atom+xml; charset=utf-8", "atom", atom.feed),
    "docx": Format(f"{_OFFICE}.wordprocessingml.document", "docx", file=book.clippings),
    WARC: Format("application/warc", "warc.gz"),
}


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Give the bytes of a file piece by piece, and close it."""
    with file:
        while piece := file.read(CHUNK):
            yield piece
