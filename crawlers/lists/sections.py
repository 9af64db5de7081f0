"""Section pages of outlets without a feed: the anchors a CSS selector finds, or else what looks like articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawlers.lists.decoding import decode
from crawlers.lists.links import MOST_LINKS, Context, Listing, make_link
from press import Link
from press.markup import base_of, bounded
from press.text import plain
from press.urls import canonical, is_article, is_home, same_site

#: A headline has so many letters at least; the names in a menu are shorter.
_HEADLINE: Final = 20
#: So many links of one form make a list.
_MANY: Final = 3
_ANCHORS: Final = 5_000  # of one page that are looked at
#: The share of a list that a selector must find to be trusted with the rest; one a person tried may find less.
_TRUSTED: Final = 0.75
_VERIFIED: Final = 1 / 3
_LONG_NUMBER: Final = re.compile(r"\d{3,}")


def read_section(body: bytes, context: Context) -> Listing:
    """The articles a section page lists, in its order, each once, with the words of its anchor as title.

    Only addresses of the page's own site count, unless the selector itself names another ("://" in it). Where the
    selector finds nothing, or only some of a list, our own judgement of addresses and headlines finds the others, and
    a problem says so; where that finds nothing either the layout changed. A selector that is not CSS is an error.
    """
    text = decode(body, context.content_type)
    if not text.strip():
        return Listing(error="an empty answer instead of a section page")
    try:
        tree = LexborHTMLParser(bounded(text.encode("utf-8", "replace")))
    except ValueError as error:
        return Listing(error=f"too costly: {error}")
    context = replace(context, base=base_of(tree, context.base))
    try:
        anchors = list(_anchors(tree, context.feed.links))
    except (SelectolaxError, ValueError) as error:
        return Listing(error=f"the link selector {context.feed.links!r} cannot be used: {error}")
    selected = _links(anchors, context)
    own = _judged(tree, anchors, selected, context)
    if not own:
        return Listing(selected, () if selected else (f"no article link found by {context.feed.links!r}",))
    links = tuple({link.url: link for link in (*selected, *own)}.values())[:MOST_LINKS]
    found = f"{len(selected)} of {len(links)}" if selected else "no"
    words = f"{found} article links found by {context.feed.links!r}: {len(links) - len(selected)} more by their form"
    return Listing(links, (words,))


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
        if link.url == here or is_home(link.url):
            continue
        if not ("://" in context.feed.links or same_site(link.url, context.base)):
            continue
        known = links.setdefault(link.url, link)
        if not known.title and link.title:  # the image comes first and has no words
            links[link.url] = replace(known, title=link.title)
    return tuple(links.values())[:MOST_LINKS]


def _title(anchor: LexborNode) -> str:
    return plain(anchor.text(separator=" ")) or plain(anchor.attributes.get("title") or "")


def _judged(
    tree: LexborHTMLParser, anchors: list[LexborNode], selected: tuple[Link, ...], context: Context
) -> tuple[Link, ...]:
    """What looks like articles and was not selected: addresses of a form that several share, with headlines for words.

    Nothing where the selector found most of them. Beside selected ones only addresses of their forms count, and of
    the list they stand in where there are enough to know it.
    """
    around = _around(anchors) if len(selected) >= _MANY else tree.body
    if around is None:
        return ()
    everywhere = replace(context, feed=replace(context.feed, links=""))
    found = _links(list(around.css("a[href]"))[:_ANCHORS], everywhere)
    known = {link.url for link in selected}
    likely = [link for link in found if link.url not in known and len(link.title) >= _HEADLINE and is_article(link.url)]
    forms = Counter(_form(link.url) for link in (*likely, *selected))
    if selected:
        common = {_form(link.url) for link in selected}
    else:
        many = {form for form, count in forms.items() if count >= _MANY}
        common = {form for form in many if "#" in form} or many  # who numbers his articles numbers all of them
    own = tuple(link for link in likely if _form(link.url) in common)
    trusted = _VERIFIED if context.outlet.verified else _TRUSTED
    return () if len(selected) >= trusted * (len(selected) + len(own)) else own


def _around(anchors: list[LexborNode]) -> LexborNode | None:
    """The smallest element that holds the first and the last that the selector found: the list they are of."""
    last = {node.mem_id for node in _above(anchors[-1])}
    return next((node for node in _above(anchors[0]) if node.mem_id in last), None)


def _above(node: LexborNode) -> Iterator[LexborNode]:
    while (parent := node.parent) is not None:
        yield parent
        node = parent


def _form(url: str) -> str:
    """The form of an address: its host, and how its name ends, with # for a number."""
    parts = urlsplit(url)
    name = parts.path.rstrip("/").rpartition("/")[2] or parts.query
    number = "#" if _LONG_NUMBER.search(name) else ""
    return f"{parts.netloc.removeprefix('www.')} {number}{name.rpartition('.')[2] if '.' in name else ''}"
