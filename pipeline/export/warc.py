"""The stored pages as a web archive (WARC 1.1): evidence of what an outlet served, for administrators only."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.export.about import About
from press import Page

#: What was true of the transfer only: bodies are kept decoded.
_TRANSFER: Final = frozenset(("content-encoding", "transfer-encoding", "content-length", "connection"))


def records(about: About, pages: Iterable[Page]) -> Iterator[bytes]:
    """Give the file, each record compressed by itself: a `warcinfo`, then one response a page, with its SHA-256."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    info = {"software": "diembao", "format": "WARC File Format 1.1", "query": " ".join(about.query.split())}
    info |= {"exported_at": about.iso(about.made_at), "articles": str(about.count)}
    writer.write_record(writer.create_warcinfo_record("diem-bao.warc.gz", info))
    for page in pages:
        yield _taken(out)
        writer.write_record(_response(writer, page))
    yield _taken(out)


def _response(writer: WARCWriter, page: Page) -> object:
    headers = [(name, " ".join(value.split())) for name, value in page.headers.items() if name.lower() not in _TRANSFER]
    headers.append(("content-length", str(len(page.body))))
    try:
        words = HTTPStatus(page.status).phrase
    except ValueError:
        words = "Unknown"
    return writer.create_warc_record(
        page.final_url or page.url,
        "response",
        payload=io.BytesIO(page.body),
        length=len(page.body),
        http_headers=StatusAndHeaders(f"{page.status} {words}", headers, protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": _date(page.fetched_at), "X-Page-SHA256": page.sha256},
    )


def _date(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _taken(out: io.BytesIO) -> bytes:
    piece = out.getvalue()
    out.seek(0)
    out.truncate()
    return piece
