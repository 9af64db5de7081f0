"""Section pages of outlets without a feed: the anchors a CSS selector finds, as links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawlers.lists.decoding import decode
from crawlers.lists.links import MOST_LINKS, Context, Listing, make_link
from press import Link
from press.markup import bounded
from press.text import plain
from press.urls import canonical


def read_section(body: bytes, context: Context) -> Listing:
    """The articles a section page lists, in its order, each once, with the words of its anchor as title.

    Only addresses of the page's own site count, unless the selector itself names another ("://" in it).
    A selector that finds nothing is a problem (the layout changed?), one that is not CSS an error.
    """
    text = decode(body, context.content_type)
    if not text.strip():
        return Listing(error="an empty answer instead of a section page")
    try:
        tree = LexborHTMLParser(bounded(text.encode("utf-8", "replace")))
    except ValueError as error:
        return Listing(error=f"too costly: {error}")
    try:
        anchors = list(_anchors(tree, context.feed.links))
    except (SelectolaxError, ValueError) as error:
        return Listing(error=f"the link selector {context.feed.links!r} cannot be used: {error}")
    links = _links(anchors, context)
    return Listing(links, () if links else (f"no article link found by {context.feed.links!r}",))


def _anchors(tree: LexborHTMLParser, selector: str) -> Iterator[LexborNode]:
    for node in tree.css(selector):
        if node.tag == "a":
            yield node
        else:
            yield from node.css("a[href]")


def _links(anchors: list[LexborNode], context: Context) -> tuple[Link, ...]:
    links: dict[str, Link] = {}
    here = canonical(context.base)
    for anchor in anchors:
        try:
            link = make_link(context, anchor.attributes.get("href") or "", _title(anchor), "")
        except ValueError:
            continue  # mailto:, javascript:
        if link.url == here or not ("://" in context.feed.links or _same_site(link.url, context.base)):
            continue
        known = links.setdefault(link.url, link)
        if not known.title and link.title:  # the image comes first and has no words
            links[link.url] = replace(known, title=link.title)
    return tuple(links.values())[:MOST_LINKS]


def _title(anchor: LexborNode) -> str:
    return plain(anchor.text(separator=" ")) or plain(anchor.attributes.get("title") or "")


def _same_site(url: str, base: str) -> bool:
    site = urlsplit(canonical(base)).netloc.removeprefix("www.")
    name = urlsplit(url).netloc
    return name == site or name.endswith("." + site)
