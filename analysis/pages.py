"""From the bytes of a page to a tree: what is no page is refused with one clear reason, nothing takes long."""

from __future__ import annotations

import codecs
import re

import numpy as np
from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from errors import Unusable

MAX_BYTES = 8 * 1024 * 1024
_MAX_DEPTH = 2_000
_MAX_TAGS = 200_000
_MANY_TAGS = 15_000  # below this even the deepest nesting parses at once
_MANY_OPEN = 1_500  # tags that nothing closes; pages have some hundred void elements
_MAX_OPEN_FORMATS = 500  # unclosed <font>, <b> …: the parser opens all of them again in every block
_LONG_TAG = 50_000  # characters of one tag outside quotes: the parser compares every attribute with every other
_MANY_ATTRIBUTES = 20_000
_SAMPLE = 8_000
_BLOCK = 1 << 16

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
_FORMATS = frozenset(("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"))
_MARKUP = re.compile(
    r"<\s*(?:!doctype|html|head|body|meta|title|article|section|main|div|p|h[1-6]|table|amp|span|br)\b", re.I
)
_CONTROL = bytes((*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F))
# A quotation mark opens a value behind an equals sign only, as in the parser.
_INSIDE = r"(?:[^>=]|=\s*\"[^\"]*\"|=\s*'[^']*'|=)*+"
_TAG = re.compile(rf"<(/?)([a-zA-Z][\w:-]*){_INSIDE}")
_OPEN = re.compile(rf"<[a-zA-Z]{_INSIDE}")
_SCRIPT = re.compile(r"<(/?)(script|style)\b([^>]*)>?", re.IGNORECASE)
_QUOTED = re.compile(r"=\s*(?:\"[^\"]*\"|'[^']*')")
# Elements that never hold others, or that the next of their kind closes: they make no depth.
_FLAT = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"),
        *("track", "wbr", "circle", "rect", "line", "g", "script", "style", "html", "head", "body", "use"),
        *("p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot", "rp", "rt", "path"),
    )
)


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
    return LexborHTMLParser(_bounded(page, url), options=LexborDocumentOptions.WO_EVENTS.value)


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
    """The text of a page: byte order mark first, then UTF-8 where the bytes are UTF-8, then the declared charset."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, errors="replace")
    header = _HEADER_CHARSET.search(content_type)
    declared = _codec(header[1]) if header else ""
    if not declared.startswith(("utf-16", "utf-32")):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
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


def _bounded(page: bytes, url: str) -> bytes:
    """The bytes to parse; raises Unusable for what would keep the parser busy without end. Counting bytes is cheap."""
    tags, closing, equals = _counts(page)
    if tags > _MAX_TAGS:
        raise Unusable(url, f"more than {_MAX_TAGS} tags")
    if tags > _MANY_TAGS or tags - 2 * closing > _MANY_OPEN:
        depth, formats = _nesting(page.decode("utf-8", errors="replace"))
        if depth > _MAX_DEPTH or formats > _MAX_OPEN_FORMATS:
            raise Unusable(url, "nested too deep: thousands of elements inside each other")
    if not _may_have_long_tags(page, equals):
        return page
    text = without_scripts(page.decode("utf-8", errors="replace"))  # what is judged is what is parsed
    page = text.encode("utf-8", errors="replace")
    if not _may_have_long_tags(page, page.count(b"=")):
        return page
    long = (found[0] for found in _OPEN.finditer(text) if found.end() - found.start() > _LONG_TAG)
    if any(len(_QUOTED.sub("", tag)) > _LONG_TAG for tag in long):
        raise Unusable(url, "an element with thousands of attributes")
    return page


def _counts(page: bytes) -> tuple[int, int, int]:
    """How many "<", "</" and "=" a page has; a block at a time, so that what is compared stays near the processor."""
    codes = np.frombuffer(page, np.uint8)
    tags = closing = equals = 0
    for start in range(0, len(codes), _BLOCK):
        block = codes[start : start + _BLOCK]
        opening = np.flatnonzero(block == ord("<")) + (start + 1)
        tags += len(opening)
        closing += int(np.count_nonzero(codes[opening[opening < len(codes)]] == ord("/")))
        equals += int(np.count_nonzero(block == ord("=")))
    return tags, closing, equals


def _may_have_long_tags(page: bytes, equals: int) -> bool:
    if equals > _MANY_ATTRIBUTES:
        return True
    codes = np.frombuffer(page, np.uint8)
    start = separators = 0
    while start + _LONG_TAG < len(page):  # from each ">" to the last one in reach: a few steps for a whole page
        last = page.rfind(b">", start, start + _LONG_TAG)
        if last < 0:
            end = page.find(b">", start)
            last = end if end >= 0 else len(page)
            # What an attribute can begin behind; a picture in a value or a script's data have few.
            gap = codes[start:last]
            separators += int(np.count_nonzero((gap <= ord(" ")) | (gap == ord("/")) | (gap == ord("="))))
        start = last + 1
    return separators > _MANY_ATTRIBUTES


def without_scripts(text: str) -> str:
    """The page without its scripts and styles, JSON-LD kept; one pass, whatever is left open."""
    kept: list[str] = []
    start, inside = 0, ""
    for found in _SCRIPT.finditer(text):
        name = found[2].lower()
        if not inside and not found[1] and "ld+json" not in found[3]:
            kept.append(text[start : found.start()])
            inside = name
        elif found[1] and inside == name:
            start, inside = found.end(), ""
    if not inside:
        kept.append(text[start:])
    return "".join(kept)


def _nesting(text: str) -> tuple[int, int]:
    """The deepest nesting of elements, and the most formatting elements left open at once."""
    depth = deepest = formats = most = 0
    for closing, name in _TAG.findall(text):
        name = name.lower()
        if name in _FLAT:
            continue
        step = -1 if closing else 1
        depth = max(0, depth + step)
        deepest = max(deepest, depth)
        if name in _FORMATS:
            formats = max(0, formats + step)
            most = max(most, formats)
    return deepest, most
