"""JSON lines for programs: a line about the export, then the contract's article objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from pipeline.export.about import About
from pipeline.running import show
from press import Article


def objects(about: About, articles: Iterable[Article]) -> Iterator[bytes]:
    """Give the lines: {"query", "exported_at", "count"} first, then one article a line."""
    yield _line({"query": about.query, "exported_at": about.made_at, "count": about.count})
    for article in articles:
        yield _line(show.article(article))


def _line(value: dict[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_instant).encode(errors="replace") + b"\n"


def _instant(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
