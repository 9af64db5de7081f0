"""RSS and Atom: bytes -> links. feedparser reads the XML; dates, text and damage are handled here.

Every item is kept. feedparser's own dates are not used: it mis-zones four of the seven forms the press serves.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

import feedparser

from crawlers.lists.links import MOST_LINKS, Context, Listing, lead_of, make_link, with_scheme
from crawlers.lists.mending import Kind, mend
from press import Link
from press.text import plain
from press.urls import canonical, is_home, same_site

#: No feed of real articles has more.
MOST_TAGS: Final = 100_000
_FEED: Final = Kind("rss|feed|RDF", "item|entry", "feed", "item", "items", MOST_LINKS, MOST_TAGS)
#: Names an item's own elements have, which the elements of media namespaces must not be taken for.
_OWN_NAMES: Final = "title|description|summary|subtitle|link|category|keywords"
_NAMESPACE: Final = re.compile(r"""xmlns:([A-Za-z_][\w.-]{0,40})\s*=\s*["']([^"'<>]{1,200})""")
_FOREIGN: Final = re.compile(r"mrss|media|itunes|podcast|image|video|georss|googleplay", re.IGNORECASE)
_MOST_PREFIXES: Final = 20
_DATES: Final = ("published", "updated", "created", "date")


def read_feed(body: bytes, context: Context, limit: int) -> Listing:
    """The items of a feed as links, in its order.

    `limit`: bytes a gzipped body may unpack to. `error` says why there is nothing to read: empty, a web page instead
    of a feed, no feed at all, or one built to be expensive. What was odd but readable is in `problems`.
    """
    mended = mend(body, context.content_type, limit, _FEED)
    if mended.error:
        return Listing(error=mended.error)
    parsed = feedparser.parse(
        io.BytesIO(_own_elements(mended.text).encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    problems = list(mended.problems)
    if parsed.bozo and not problems:
        problems.append(f"malformed: {' '.join(str(parsed.bozo_exception).split())[:160]}")
    links, odd = _links(parsed.entries, replace(context, base=_base(parsed.feed, context)), parsed.feed)
    promised = len(_FEED.opening().findall(mended.text))
    if promised > len(parsed.entries):
        odd[f"{promised - len(parsed.entries)} of {promised} items could not be read"] += 1
    return Listing(links, tuple(problems + [f"{words} ({n})" if n > 1 else words for words, n in odd.items()]))


def _own_elements(text: str) -> str:
    """The feed with the titles, descriptions and links of its pictures, films and sounds under names of their own.

    feedparser takes <media:description> or <itunes:summary> for the item's own description where it comes first.
    """
    prefixes = {found[1] for found in _NAMESPACE.finditer(text) if _FOREIGN.search(found[2])} | {"media", "itunes"}
    names = "|".join(map(re.escape, sorted(prefixes)[:_MOST_PREFIXES]))
    return re.sub(rf"(</?(?:{names}):)(?=(?:{_OWN_NAMES})[\s/>])", r"\1other-", text)


def _base(channel: Mapping[str, Any], context: Context) -> str:
    """What relative addresses of a feed are relative to: itself, or the site it speaks for where a service hosts it."""
    for site in (str(channel.get("link") or ""), context.outlet.site):
        if site.lower().startswith(("http://", "https://")):
            return context.base if _authority(site) == _authority(context.base) else site
    return context.base


def _authority(url: str) -> str:
    try:
        return urlsplit(canonical(url)).netloc.removeprefix("www.")
    except ValueError:
        return ""


def _links(entries: list[Any], context: Context, channel: Mapping[str, Any]) -> tuple[tuple[Link, ...], Counter[str]]:
    links: dict[str, Link] = {}
    odd: Counter[str] = Counter()
    addresses = _told_apart(entries, str(channel.get("link") or ""), context)
    for entry, address in zip(entries, addresses, strict=True):
        try:
            link = _link(entry, context, address)
        except ValueError:
            odd["an item without an address"] += 1
            continue
        if is_home(link.url):
            odd["an item with the address of a front page"] += 1
            continue
        if link.published_raw and link.published_at is None:
            odd["an item with an unreadable date"] += 1
        known = links.get(link.url)
        if known and known.title and link.title and known.published_raw != link.published_raw:
            odd["an item with the address of another one"] += 1
        links[link.url] = _merged(known, link) if known else link
    return tuple(links.values()), odd


def _told_apart(entries: list[Any], site: str, context: Context) -> list[str]:
    """The addresses of the items; an identifier that is an address in place of a front page, or of one several share.

    feedparser cannot say whether an RSS identifier is called a permalink, so that one of the same site is tried.
    """
    served = [_address(entry) for entry in entries]
    keys = [_key(address, context) for address in served]
    titles: dict[str, set[str]] = {}
    for key, entry in zip(keys, entries, strict=True):
        titles.setdefault(key, set()).add(str(entry.get("title") or ""))
    fronts = {_key(site, context), _key(context.outlet.site, context)}
    own = [_own_identifier(entry, site, context) for entry in entries]
    return [
        identifier if identifier and (len(titles[key]) > 1 or key in fronts or is_home(key)) else address
        for identifier, key, address in zip(own, keys, served, strict=True)
    ]


def _own_identifier(entry: Mapping[str, Any], site: str, context: Context) -> str:
    """The item's identifier where it is an address of the feed's own site."""
    identifier = str(entry.get("id") or "").strip()
    if not identifier.lower().startswith(("http://", "https://")):
        return ""
    return identifier if any(same_site(identifier, base) for base in (context.base, site, context.outlet.site)) else ""


def _key(address: str, context: Context) -> str:
    try:
        return canonical(with_scheme(address, context), context.base)
    except ValueError:
        return ""


def _link(entry: Mapping[str, Any], context: Context, address: str) -> Link:
    contents = (str(part.get("value") or "") for part in entry.get("content") or ())
    tags = entry.get("tags") or ()
    return make_link(
        context,
        with_scheme(address, context),
        plain(str(entry.get("title") or "")),
        next((str(entry[key]) for key in _DATES if entry.get(key)), ""),
        lead=lead_of(str(entry.get("summary") or "") or next(contents, "") or _others(entry)),
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
    return ""


def _others(entry: Mapping[str, Any]) -> str:
    """What is said of an item's pictures, films and sounds, where nothing is said of itself."""
    names = ("_other-description", "_other-summary")
    return next((str(entry[key]) for key in entry if key.endswith(names) and entry[key]), "")


def _merged(first: Link, again: Link) -> Link:
    """One article listed twice in one feed: the first row, with what only the second one knows."""
    if first.published_at is None and again.published_at is not None:
        first = replace(first, published_at=again.published_at, published_raw=again.published_raw, zone=again.zone)
    return replace(first, title=first.title or again.title, lead=first.lead or again.lead)
