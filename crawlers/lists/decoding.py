"""Bytes of a list -> text: by byte-order mark, then by what the bytes are, then by what they claim to be."""

from __future__ import annotations

import codecs
import re
import zlib
from typing import Final

from press.text import nearly_utf8

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"""(?:<\?xml[^>]{0,200}?encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""")
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a list, never failing; a byte that fits no charset becomes U+FFFD.

    What is UTF-8, but for a few bytes, is UTF-8 whatever the headers claim: text of another charset never looks so.
    """
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(charset, "replace")
    if body[:2] in {b"<\0", b"\0<"}:
        return body.decode("utf-16-le" if body[0] else "utf-16-be", "replace")
    text = nearly_utf8(body)
    if text is not None:
        return text
    for charset in (_declared(body), _served(content_type), "utf-8"):
        if charset and not charset.lower().startswith(("utf-16", "utf-32", "ucs")):
            try:
                return body.decode(charset, "replace")
            except (LookupError, ValueError):
                continue
    return body.decode("utf-8", "replace")


def _declared(body: bytes) -> str:
    found = _DECLARED.search(body[:2048])
    return found[1].decode("ascii") if found else ""


def _served(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return found[1] if found else ""


def gunzip(body: bytes, limit: int) -> tuple[bytes, str]:
    """A gzip body unpacked up to `limit` bytes, and "" or what was wrong with it; other bytes come back as they are."""
    if not body.startswith(b"\x1f\x8b"):
        return body, ""
    unpacker = zlib.decompressobj(31)
    try:
        unpacked = unpacker.decompress(body, limit)
    except zlib.error as error:
        return b"", f"broken gzip: {error}"
    if unpacker.unconsumed_tail:
        return unpacked, f"too large: more than {limit:,} bytes unpacked"
    return unpacked, "" if unpacker.eof else "truncated gzip"
