"""Sitemaps, news sitemaps first: bytes -> links. A sitemap index gives the recent ones of its sitemaps instead."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from lxml import etree

from crawlers.lists.decoding import decode, gunzip, plain_xml
from crawlers.lists.links import MOST_LINKS, Context, Listing, absolute, instant_of, make_link
from press import Link
from press.text import plain

#: Entries and sitemaps last changed longer ago are of no interest to a daily digest.
RECENT: Final = timedelta(days=7)
#: And so many of the newest sitemaps of an index.
MOST_CHILDREN: Final = 5

_Entry = dict[str, str]


def read_sitemap(body: bytes, context: Context, now: datetime, limit: int) -> Listing:
    """The entries of a sitemap (gzipped or not, up to `limit` bytes unpacked) as links, or the children of an index.

    <news:publication_date> is the date; <lastmod> stands in for it where there is none, and lets old entries be
    passed over. Entities are never expanded, nothing is fetched.
    """
    unpacked, problem = gunzip(body, limit)
    text = plain_xml(decode(unpacked, context.content_type))
    kind, entries, damage = _entries(text)
    if not kind:
        return Listing(error=problem or ("not a sitemap" if text.strip() else "an empty answer instead of a sitemap"))
    problems = tuple(words for words in (problem, damage) if words)
    if kind == "sitemapindex":
        return Listing(children=_children(entries, context, now), problems=problems)
    links, cut = _links(entries, context, now)
    return Listing(links, (*problems, cut) if cut else problems)


def _entries(text: str) -> tuple[str, list[_Entry], str]:
    """The root's name ("" where it is none of a sitemap), its entries by local names, and what was damaged."""
    source = io.BytesIO(text.encode("utf-8", "replace"))
    kind, entries = "", []
    try:
        events = etree.iterparse(
            source, events=("start", "end"), resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
        )
        for event, element in events:
            name = _local(element)
            if event == "start":
                if not kind:
                    if name not in {"urlset", "sitemapindex"}:
                        return "", [], ""
                    kind = name
            elif name in {"url", "sitemap"}:
                entries.append(dict(_fields(element)))
                element.clear()
    except etree.XMLSyntaxError as error:
        return kind, entries, f"malformed: {' '.join(str(error).split())[:160]}"
    return kind, entries, ""


def _fields(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Local name -> text of an entry's parts; of equal names the first in reading order, images' locations apart."""
    seen: set[str] = set()
    for part in element.iter():
        name = _local(part)
        if name not in seen and part.text and not (name == "loc" and part.getparent() is not element):
            seen.add(name)
            yield name, part.text.strip()


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _changed(entry: _Entry, context: Context) -> datetime | None:
    instant = instant_of(entry.get("lastmod", ""), context.outlet)
    return instant.at if instant else None


def _children(entries: list[_Entry], context: Context, now: datetime) -> tuple[str, ...]:
    dated = [(_changed(entry, context), absolute(entry["loc"], context.base)) for entry in entries if "loc" in entry]
    recent = [(at, url) for at, url in dated if at is not None and at >= now - RECENT]
    recent.sort(key=lambda pair: pair[0], reverse=True)
    undated = [url for at, url in dated if at is None]
    return tuple(dict.fromkeys([url for _, url in recent] + undated))[:MOST_CHILDREN]


def _links(entries: list[_Entry], context: Context, now: datetime) -> tuple[tuple[Link, ...], str]:
    links: dict[str, Link] = {}
    broken = 0
    for entry in entries:
        date = entry.get("publication_date", "")
        changed = None if date else _changed(entry, context)
        if changed is not None and changed < now - RECENT:
            continue
        try:
            stamp = date or entry.get("lastmod", "")
            link = make_link(context, entry.get("loc", ""), plain(entry.get("title", "")), stamp)
        except ValueError:
            broken += 1
            continue
        links.setdefault(link.url, link)
    words = f"{broken} entries without an address" if broken else ""
    if len(links) <= MOST_LINKS:
        return tuple(links.values()), words
    oldest = datetime.min.replace(tzinfo=UTC)
    newest = sorted(links.values(), key=lambda link: link.published_at or oldest, reverse=True)
    return tuple(newest[:MOST_LINKS]), f"{len(links)} entries, only the {MOST_LINKS} newest are taken"
