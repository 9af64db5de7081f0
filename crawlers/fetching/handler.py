"""Scrapy's downloader with a cap on what comes before a body: a server may send headers without end."""

from __future__ import annotations

from typing import Any, Final

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

#: The name under which the settings of a crawl find the handler.
HANDLER: Final = "crawlers.fetching.handler.CappedHandler"
#: Bytes of status line and headers; browsers stop at as many.
HEAD_BYTES: Final = 256 * 1024
#: Bytes of one header line.
LINE_BYTES: Final = 64 * 1024


class OversizedHead(Exception):
    """An answer whose headers do not end."""


class CappedHandler(HTTP11DownloadHandler):
    """Scrapy's handler of http and https, its connections capped."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._pool._factory = _CappedFactory


class _CappedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _CappedProtocol:  # noqa: N802 - Twisted's interface
        return _CappedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _CappedProtocol(_LenientHTTP11ClientProtocol):
    """One connection; counts the bytes that come while no body does."""

    _head = 0

    def request(self, request: Any) -> Any:
        """Send a request; an answer with a line that does not end is given up as well."""
        answer = super().request(request)
        parser: Any = self._parser
        if parser is not None:
            parser.MAX_LENGTH = LINE_BYTES
            parser.lineLengthExceeded = lambda line: self._too_much(f"{LINE_BYTES:,} bytes in one header")
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's interface
        """Take bytes; end the connection where the headers do not end."""
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        before_body = self._parser is not None and self._parser.state in {STATUS, HEADER}
        self._head = self._head + len(data) if before_body else 0
        if self._head > HEAD_BYTES:
            self._too_much(f"{HEAD_BYTES:,} bytes of headers")

    def _too_much(self, what: str) -> None:
        self._giveUp(Failure(OversizedHead(f"more than {what}")))  # type: ignore[no-untyped-call]
