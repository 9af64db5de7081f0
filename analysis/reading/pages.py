"""From the bytes of a page to a tree: what is no page is refused with one clear reason, nothing takes long."""

from __future__ import annotations

import codecs
import re

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from errors import Unusable
from press.markup import bounded
from press.text import nearly_utf8

MAX_BYTES = 8 * 1024 * 1024
_SAMPLE = 8_000
# The tree of a page takes and frees some hundred kilobytes. Where the heap happens to end with them, glibc gives them
# back to the system after every page and has them zeroed again for the next: a fifth of the time of reading it. One
# large block that is freed at once teaches it to keep up to twice as much (mallopt(3): the thresholds are dynamic).
_KEPT = len(bytes(4 * 1024 * 1024))

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "compressed data"),
)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,30})""", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.IGNORECASE)
_MARKUP = re.compile(
    r"<\s*(?:!doctype|html|head|body|meta|title|article|section|main|div|p|h[1-6]|table|amp|span|br)\b", re.I
)
_CONTROL = bytes((*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F))


def tree_of(body: bytes, url: str, content_type: str = "") -> LexborHTMLParser:
    """The parsed page; raises Unusable for what is empty, no HTML, garbage, larger than 8 MiB or nested without end."""
    if not body or body.isspace():
        raise Unusable(url, "the page is empty")
    if len(body) > MAX_BYTES:
        raise Unusable(url, f"the page is larger than {MAX_BYTES // 1024 // 1024} MiB")
    kind = content_type.partition(";")[0].strip().lower()
    if kind and not any(word in kind for word in ("html", "xml", "text/plain", "octet-stream")):
        raise Unusable(url, f"not an HTML page ({kind})")
    for magic, what in _MAGIC:
        if body.startswith(magic):
            raise Unusable(url, f"not an HTML page ({what})")
    page = _utf8(body, content_type)
    served = page[:_SAMPLE]
    sample = served.decode("utf-8", errors="replace")
    odd = len(served) - len(served.translate(None, _CONTROL)) + sample.count("\ufffd")
    if odd > max(8, len(sample) // 20):
        raise Unusable(url, "not text: the bytes are no known encoding")
    if not (_MARKUP.search(sample) or _MARKUP.search(page.decode("utf-8", errors="replace"))):
        raise Unusable(url, "not an HTML page (no markup in it)")
    try:
        page = bounded(page)
    except ValueError as error:
        raise Unusable(url, str(error)) from error
    return LexborHTMLParser(page, options=LexborDocumentOptions.WO_EVENTS.value)


def _utf8(body: bytes, content_type: str) -> bytes:
    """The page as UTF-8; what claims nothing else stays as it is: the parser replaces what it cannot read."""
    if body.startswith(codecs.BOM_UTF8):
        return body[len(codecs.BOM_UTF8) :]
    header = _HEADER_CHARSET.search(content_type)
    found = None if header else _CHARSET.search(body[:4096])
    declared = _codec(header[1]) if header else _codec(found[1].decode("ascii", errors="replace")) if found else ""
    if declared in {"", "utf-8"} and not body.startswith(
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
    ):
        return body
    return decode(body, content_type).encode("utf-8", errors="replace")


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a page: byte order mark, then UTF-8 where all but a few bytes are it, then the declared charset."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, errors="replace")
    header = _HEADER_CHARSET.search(content_type)
    declared = _codec(header[1]) if header else ""
    if not declared.startswith(("utf-16", "utf-32")):
        text = nearly_utf8(body)
        if text is not None:
            return text
    if not declared:
        found = _CHARSET.search(body[:4096])
        declared = _codec(found[1].decode("ascii", errors="replace")) if found else ""
    return body.decode(declared or "utf-8", errors="replace")


def _codec(name: str) -> str:
    try:
        info = codecs.lookup(name)
    except LookupError:
        return ""
    if not getattr(info, "_is_text_encoding", True):
        return ""
    # As browsers do: who says Latin-1 or ASCII means Windows-1252.
    return "cp1252" if info.name in {"iso8859-1", "ascii"} else info.name
