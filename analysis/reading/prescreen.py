"""The cheap first look at a page: its text without tags, good enough to see whether it names a place at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis.reading.metadata import STATE, state_strings
from analysis.reading.pages import decode
from analysis.reading.pieces import BLOCKS
from press.markup import without_scripts
from press.text import clean

_TAG = re.compile(r"<[^<>]*>")
_META = re.compile(r"<meta\b[^<>]*\b(?:title|description|headline)\b[^<>]*", re.IGNORECASE)
_CONTENT = re.compile(r"\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b([^<>]*)>(.*?)</script", re.IGNORECASE | re.DOTALL)
_FRAMED = re.compile(r"<(?:iframe|object|embed)\b[^<>]*", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")


def visible(body: bytes, content_type: str = "") -> str:
    """Return all the text of a page that its article may be made of, cleaned as the article's is; never raises.

    The page without tags, its frame (menus, related headlines) with it, what its meta elements and its scripts say of
    title and text. What it does not contain, the article does not contain either.
    """
    page = decode(body, content_type)
    return clean(" ".join(_texts(page)))


def _texts(page: str) -> Iterator[str]:
    # A title or a text may stand in JSON-LD alone, so scripts go only after they were kept where they hold any.
    text = _TAG.sub("", BLOCKS.sub(" ", without_scripts(page)))
    yield text
    if "\\" in text:
        yield _ESCAPED.sub(_unescaped, text)
    for found in _META.finditer(page):
        value = _CONTENT.search(found[0])
        if value:
            yield next(filter(None, value.groups()), "")
    yield from _FRAMED.findall(page)
    if STATE.search(page):
        for found in _SCRIPT.finditer(page):
            if "ld+json" not in found[1]:
                for strings in state_strings([found[2]]):
                    yield from (_TAG.sub("", BLOCKS.sub(" ", string)) for _, string in strings)


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else " " if found[2] in "nrt" else found[2]
