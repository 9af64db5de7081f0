"""RSS and Atom: bytes -> links. feedparser reads the XML; dates, text and damage are handled here.

Every item is kept. feedparser's own dates are not used: it mis-zones four of the seven forms the press serves.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, Final

import feedparser

from crawlers.lists.decoding import decode, gunzip, plain_xml
from crawlers.lists.links import MOST_LINKS, Context, Listing, lead_of, make_link
from press import Link
from press.text import plain

_ROOT: Final = re.compile(r"<(?:[A-Za-z_][\w.-]{0,40}:)?(rss|feed|RDF)\b", re.IGNORECASE)
_HTML: Final = re.compile(r"<!doctype\s+html|<html\b|<head\b|<body\b", re.IGNORECASE)
_ITEM_END: Final = re.compile(r"</(?:[A-Za-z_][\w.-]{0,40}:)?(?:item|entry)\s*>", re.IGNORECASE)
_ITEM_START: Final = re.compile(r"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:item|entry)[\s>]", re.IGNORECASE)
#: XML 1.0 forbids these; one of them would stop the strict parser.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: What no feed of real articles has, and what keeps parsers busy for minutes: tags, and characters of one tag.
MOST_TAGS: Final = 100_000
LONGEST_TAG: Final = 256 * 1024
_LONG_TAG: Final = re.compile(rf"<[A-Za-z][^<>]{{{LONGEST_TAG}}}")
_DATES: Final = ("published", "updated", "created", "date")


def read_feed(body: bytes, context: Context, limit: int) -> Listing:
    """The items of a feed as links, in its order.

    `limit`: bytes a gzipped body may unpack to. `error` says why there is nothing to read: empty, a web page instead
    of a feed, no feed at all, or one built to be expensive. What was odd but readable is in `problems`.
    """
    body, problem = gunzip(body, limit)
    text = _FORBIDDEN.sub("", plain_xml(decode(body, context.content_type)))
    if error := _not_a_feed(text):
        return Listing(error=problem or error)
    text, many = _first_items(text)
    text, cut = _mended(text)
    if not text:
        return Listing(error="broken off before the first whole item")
    if text.count("<") > MOST_TAGS:
        return Listing(error=f"too costly: more than {MOST_TAGS:,} tags")
    if _LONG_TAG.search(text):
        return Listing(error=f"too costly: a tag of more than {LONGEST_TAG:,} characters")
    parsed = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    problems = [words for words in (problem, many or cut) if words]
    if parsed.bozo and not cut:
        problems.append(f"malformed: {' '.join(str(parsed.bozo_exception).split())[:160]}")
    links, odd = _links(parsed.entries, context)
    promised = len(_ITEM_START.findall(text))
    if promised > len(parsed.entries):
        odd[f"{promised - len(parsed.entries)} of {promised} items could not be read"] += 1
    return Listing(links, tuple(problems + [f"{words} ({n})" if n > 1 else words for words, n in odd.items()]))


def _not_a_feed(text: str) -> str:
    if not text.strip():
        return "an empty answer instead of a feed"
    if _ROOT.search(text[:8192]):
        return ""
    return "a web page instead of a feed" if _HTML.search(text[:8192]) else "not a feed"


def _first_items(text: str) -> tuple[str, str]:
    """A feed with more items than are taken ends before the first that is not."""
    beyond = next(islice(_ITEM_START.finditer(text), MOST_LINKS, None), None)
    return (text, "") if beyond is None else (text[: beyond.start()], f"only the first {MOST_LINKS} items are read")


def _mended(text: str) -> tuple[str, str]:
    """A feed that breaks off is cut after its last whole item: half an item would have half an address."""
    root = _ROOT.search(text)
    if root is None or re.search(rf"</[\w.:-]*{root[1]}\s*>\s*(?:<!--|\Z)", text[-400:], re.IGNORECASE):
        return text, ""
    ends = [found.end() for found in _ITEM_END.finditer(text)]
    rest = text[ends[-1] if ends else 0 :][:8192]
    why = "followed by a web page" if _HTML.search(rest) else "truncated"
    name = text[root.start() + 1 : root.end()]
    closing = ("</channel>" if root[1].lower() == "rss" else "") + f"</{name}>"
    return (text[: ends[-1]] + closing, f"{why}: {len(ends)} whole items read") if ends else ("", why)


def _links(entries: list[Any], context: Context) -> tuple[tuple[Link, ...], Counter[str]]:
    links: dict[str, Link] = {}
    odd: Counter[str] = Counter()
    for entry in entries:
        try:
            link = _link(entry, context)
        except ValueError:
            odd["an item without an address"] += 1
            continue
        if link.published_raw and link.published_at is None:
            odd["an item with an unreadable date"] += 1
        links[link.url] = _merged(links[link.url], link) if link.url in links else link
    return tuple(links.values()), odd


def _link(entry: Mapping[str, Any], context: Context) -> Link:
    contents = (str(part.get("value") or "") for part in entry.get("content") or ())
    tags = entry.get("tags") or ()
    return make_link(
        context,
        _address(entry),
        plain(str(entry.get("title") or "")),
        next((str(entry[key]) for key in _DATES if entry.get(key)), ""),
        lead=lead_of(str(entry.get("summary") or "") or next(contents, "")),
        section=plain(str((tags[0].get("term") if tags else "") or "")),
    )


def _address(entry: Mapping[str, Any]) -> str:
    """The item's own address: the original behind a feed service, its link, or an identifier that is an address."""
    identifier = str(entry.get("id") or "").strip()
    for key in ("feedburner_origlink", "link", "id"):
        value = str(entry.get(key) or "").strip()
        # feedparser takes an RSS guid for the link where there is none, be it an address or not.
        if value and (value != identifier or value.lower().startswith(("http://", "https://", "/"))):
            return value
    raise ValueError("no address")


def _merged(first: Link, again: Link) -> Link:
    """One article listed twice in one feed: the first row, with what only the second one knows."""
    if first.published_at is None and again.published_at is not None:
        first = replace(first, published_at=again.published_at, published_raw=again.published_raw, zone=again.zone)
    return replace(first, title=first.title or again.title, lead=first.lead or again.lead)
