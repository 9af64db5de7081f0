"""HTML that would keep a parser busy without end: found by counting, before anything is parsed."""

from __future__ import annotations

import re

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from press.urls import join

_MAX_DEPTH = 2_000
_MAX_TAGS = 200_000
_MANY_TAGS = 15_000  # below this even the deepest nesting parses at once
_MANY_OPEN = 1_500  # tags that nothing closes; pages have some hundred void elements
_MAX_OPEN_FORMATS = 500  # unclosed <font>, <b> …: the parser opens all of them again in every block
_LONG_TAG = 50_000  # characters of one tag outside quotes: the parser compares every attribute with every other
_MANY_ATTRIBUTES = 20_000
_BLOCK = 1 << 16
_TAIL = 2048
_WHOLE = re.compile(rb"</(?:html|rss|feed|rdf:rdf|urlset|sitemapindex)\s*>", re.IGNORECASE)
_FORMATS = frozenset(("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"))
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


def is_whole(body: bytes) -> bool:
    """Whether a document ends as documents do, whatever was said of its length."""
    return bool(_WHOLE.search(body[-_TAIL:]))


def base_of(tree: LexborHTMLParser, url: str) -> str:
    """What relative addresses of a page are relative to: its first <base href>, itself relative to the page."""
    node = tree.css_first("base[href]")
    base = join(url, node.attributes.get("href") or "") if node is not None else url
    return base if base.lower().startswith(("http://", "https://")) else url


def bounded(page: bytes) -> bytes:
    """The bytes to parse; raises ValueError with the reason where a parser would be busy without end."""
    tags, equals = _count(page, "<"), _count(page, "=")
    if tags > _MAX_TAGS:
        raise ValueError(f"more than {_MAX_TAGS} tags")
    if tags > _MANY_TAGS or (tags > _MANY_OPEN and tags - 2 * _count(page, "</") > _MANY_OPEN):
        depth, formats = _nesting(page.decode("utf-8", errors="replace"))
        if depth > _MAX_DEPTH or formats > _MAX_OPEN_FORMATS:
            raise ValueError("nested too deep: thousands of elements inside each other")
    if not _may_have_long_tags(page, equals):
        return page
    text = without_scripts(page.decode("utf-8", errors="replace"))  # what is judged is what is parsed
    page = text.encode("utf-8", errors="replace")
    if not _may_have_long_tags(page, _count(page, "=")):
        return page
    long = (found[0] for found in _OPEN.finditer(text) if found.end() - found.start() > _LONG_TAG)
    if any(len(_QUOTED.sub("", tag)) > _LONG_TAG for tag in long):
        raise ValueError("an element with thousands of attributes")
    return page


def _count(page: bytes, signs: str) -> int:
    """How often a page has one or two ASCII signs; a block at a time: what is compared stays near the processor."""
    codes = np.frombuffer(page, np.uint8)
    found = 0
    for start in range(0, len(codes), _BLOCK):
        here = codes[start : start + _BLOCK] == ord(signs[0])
        for step, sign in enumerate(signs[1:], 1):
            behind = codes[start + step : start + step + len(here)] == ord(sign)
            here = here[: len(behind)] & behind
        found += int(np.count_nonzero(here))
    return found


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
