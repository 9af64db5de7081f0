"""XML as it is served -> XML that every parser takes whole: feeds and sitemaps meet the same dirt.

What XML forbids goes, entities of HTML become letters, a bare "&" or "<" becomes text, what is broken off ends after
its last whole entry: half an entry would have half an address.
"""

from __future__ import annotations

import html.entities
import re
from dataclasses import dataclass
from itertools import islice
from typing import Final

from crawlers.lists.decoding import decode, gunzip

#: Characters of one tag.
LONGEST_TAG: Final = 256 * 1024
_LONG_TAG: Final = re.compile(rf"<[A-Za-z][^<>]{{{LONGEST_TAG}}}")
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_DOCTYPE: Final = re.compile(r"<!DOCTYPE[^\[>]{0,1000}(\[)?", re.IGNORECASE)
_SUBSET_END: Final = re.compile(r"\]\s*>")
#: XML 1.0 forbids these; one of them would stop the strict parser.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ODD: Final = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"  # nothing in these is markup
    r"|&(?:#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));|([A-Za-z][A-Za-z0-9]{1,31});)?"
    r"|<(?![A-Za-z_:!?/])",
    re.DOTALL,
)
_KEPT: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
_ESCAPED: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HTML: Final = re.compile(r"<!doctype\s+html|<html\b|<head\b|<body\b", re.IGNORECASE)
_PREFIX: Final = r"(?:[A-Za-z_][\w.-]{0,40}:)?"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a list of XML is made of: the names of its root, of its entries, and what it is called in words."""

    roots: str  #: alternatives of a regular expression
    entries: str
    words: str
    entry: str
    plural: str
    most: int  #: entries that are read, from the first on; 0: all of them
    most_tags: int  #: what no list of real articles has, and what keeps parsers busy for minutes

    def start(self, text: str) -> re.Match[str] | None:
        """The root's start tag as far as its name, in group 1 without prefix; None where it is not near the start."""
        return re.compile(rf"<{_PREFIX}({self.roots})\b", re.IGNORECASE).search(text[:8192])

    def opening(self) -> re.Pattern[str]:
        """The start of an entry."""
        return re.compile(rf"<{_PREFIX}(?:{self.entries})[\s>]", re.IGNORECASE)

    def closing(self) -> re.Pattern[str]:
        """The end of an entry."""
        return re.compile(rf"</{_PREFIX}(?:{self.entries})\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mended:
    """XML from its root to the root's end; `root`: its name, `problems`: what was odd, `error`: why there is none."""

    text: str = ""
    root: str = ""
    problems: tuple[str, ...] = ()
    error: str = ""
    cut: bool = False


def mend(body: bytes, content_type: str, limit: int, kind: Kind) -> Mended:
    """The XML of a list of this kind, gzipped or not (up to `limit` bytes unpacked)."""
    unpacked, problem = gunzip(body, limit)
    text = plain_xml(decode(unpacked, content_type))
    found = kind.start(text)
    if found is None:
        return Mended(error=problem or _not_one(text, kind))
    text, many = _first_entries(text[found.start() :], kind)
    if text.count("<") > kind.most_tags:
        return Mended(error=f"too costly: more than {kind.most_tags:,} tags")
    if _LONG_TAG.search(text):
        return Mended(error=f"too costly: a tag of more than {LONGEST_TAG:,} characters")
    text, odd = _without_dirt(text)
    text, cut = _whole(text, kind)
    damage = f"malformed: {odd} characters that are no XML, mended" if odd else ""
    problems = tuple(words for words in (problem, many or cut, damage) if words)
    if not text:
        return Mended(error=f"broken off before the first whole {kind.entry}")
    return Mended(text, found[1].lower(), problems, cut=bool(cut))


def _first_entries(text: str, kind: Kind) -> tuple[str, str]:
    """A list with more entries than are read ends before the first that is not."""
    beyond = next(islice(kind.opening().finditer(text), kind.most, None), None) if kind.most else None
    return (
        (text, "") if beyond is None else (text[: beyond.start()], f"only the first {kind.most} {kind.plural} are read")
    )


def _not_one(text: str, kind: Kind) -> str:
    if not text.strip():
        return f"an empty answer instead of a {kind.words}"
    return f"a web page instead of a {kind.words}" if _HTML.search(text[:8192]) else f"not a {kind.words}"


def plain_xml(text: str) -> str:
    """XML text without its declaration (its charset is no longer true) and without DOCTYPE (nothing to expand)."""
    text = _DECLARATION.sub("", text.lstrip("\ufeff"), count=1).lstrip()
    found = _DOCTYPE.search(text[:4096])
    if found is None:
        return text
    if not found[1]:
        end = text.find(">", found.end())
        return text[: found.start()] + text[end + 1 :] if end >= 0 else text[: found.start()]
    subset = _SUBSET_END.search(text, found.end())
    return text[: found.start()] + (text[subset.end() :] if subset else "")


def _without_dirt(text: str) -> tuple[str, int]:
    """The text without what is no XML, and how much of that there was."""
    text, odd = _FORBIDDEN.subn("", text)

    def mended(found: re.Match[str]) -> str:
        nonlocal odd
        whole, number, hexadecimal, name = found[0], found[1], found[2], found[3]
        if len(whole) > 1 and whole[0] == "<":
            return whole
        if name in _KEPT:
            return whole
        if (number or hexadecimal) and _allowed(int(number) if number else int(hexadecimal, 16)):
            return whole
        odd += 1
        if number or hexadecimal:
            return ""
        letters = html.entities.html5.get(f"{name};") if name else None
        if letters is None:
            return _ESCAPED[whole[0]] + whole[1:]
        return "".join(_ESCAPED.get(letter, letter) for letter in letters)

    return _ODD.sub(mended, text), odd


def _allowed(code: int) -> bool:
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return False
    return code in {9, 10, 13} or (code >= 32 and code not in {0xFFFE, 0xFFFF})


def _whole(text: str, kind: Kind) -> tuple[str, str]:
    """A list that breaks off, or goes on behind its end, up to its last whole entry and its end."""
    root = kind.start(text)
    if root is None:
        return text, ""
    ends = [found.end() for found in kind.closing().finditer(text)]
    last = ends[-1] if ends else root.end()
    end = re.compile(rf"</{_PREFIX}{root[1]}\s*>", re.IGNORECASE).search(text, last)
    half = kind.opening().search(text, last)
    if end is not None and (half is None or half.start() > end.start()):
        return text[: end.end()], ""
    why = "followed by a web page" if _HTML.search(text[last : last + 8192]) else "truncated"
    name = text[root.start() + 1 : root.end()]
    closing = ("</channel>" if root[1].lower() == "rss" else "") + f"</{name}>"
    return (text[: ends[-1]] + closing, f"{why}: {len(ends)} whole {kind.plural} read") if ends else ("", why)
