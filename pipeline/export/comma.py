"""CSV for spreadsheets and programs: UTF-8 with its mark, an article a row, no cell that a spreadsheet computes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from pipeline.export.about import TONES, About, places
from press import Article

#: The contract's names; the last three say on every row what it was exported of, so that files can be put together.
COLUMNS: Final = (
    *("id", "url", "outlet", "outlet_name", "title", "lead", "language", "published_at", "fetched_at", "relevance"),
    *("topics", "tone", "places", "story", "reprint_of", "versions", "query", "exported_at", "count"),
)
_COMPUTED: Final = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # as the beginning of a formula
_FULL: Final = 65_536  # letters


def rows(about: About, articles: Iterable[Article]) -> Iterator[bytes]:
    """Give the file in pieces; instants are ISO 8601 in the settings' zone, several values are separated by "; "."""
    text = io.StringIO(newline="")
    write = csv.writer(text).writerow
    text.write("\ufeff")
    write(COLUMNS)
    for article in articles:
        write([plain(value) for value in _row(about, article)])
        if text.tell() > _FULL:
            yield text.getvalue().encode(errors="replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode(errors="replace")


def plain(value: object) -> object:
    """Return a cell no spreadsheet computes: an apostrophe before what would begin a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_COMPUTED) else value


def _row(about: About, article: Article) -> Iterator[object]:
    yield from (article.id, article.url, article.outlet, about.outlet(article), article.title, article.lead)
    yield from (article.language, about.iso(article.published_at), about.iso(article.fetched_at), article.relevance)
    yield from ("; ".join(topic.id for topic in article.topics), TONES[article.tone], places(article))
    yield from (article.story or "", article.reprint_of or "", article.versions)
    yield from (about.query, about.iso(about.made_at), about.count)
