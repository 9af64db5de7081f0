"""What a server says of a body's packing, and what the body is: the bytes decide, as in every browser."""

from __future__ import annotations

from typing import Any, Final

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Request, Response
from scrapy.utils.gz import gunzip

#: The name under which the settings of a crawl find the middleware.
UNPACKING: Final = "crawlers.fetching.unpacking.Unpacking"
_GZIP: Final = b"\x1f\x8b"
_MAGIC: Final = {b"gzip": _GZIP, b"x-gzip": _GZIP, b"zstd": b"\x28\xb5\x2f\xfd"}


class Unpacking(HttpCompressionMiddleware):
    """Scrapy's middleware, which takes every claim for true: here plain bytes stay as they are, whatever is claimed."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """Unpack a body as often as it is packed and said to be; a page that is packed without a word as well."""
        answer = super().process_response(request, response)
        if not isinstance(answer, Response) or not answer.body.startswith(_GZIP) or not _is_page(request, answer):
            return answer
        return answer.replace(body=gunzip(answer.body, max_size=self._max_size))

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        magic = _MAGIC.get(encoding)
        plain = body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        if plain if magic is None else not body.startswith(magic):
            return body
        return HttpCompressionMiddleware._decode(body, encoding, max_size)


def _is_page(request: Request, response: Response) -> bool:
    """Lists come as .gz files too, and are unpacked where they are read."""
    return request.meta.get("wanted") == "page" and b"html" in (response.headers.get("Content-Type") or b"").lower()
