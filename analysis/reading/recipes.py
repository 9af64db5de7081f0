"""Recipes: an outlet's own selectors, what they miss on a page, and the sampled check against the generic reading."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from analysis.reading.bodies import ENOUGH, by_container, by_density, by_selectors, is_article, prose_of
from analysis.reading.headlines import article_heading
from analysis.reading.metadata import head_of
from analysis.reading.pages import tree_of
from analysis.reading.tidy import tidy
from errors import Unusable
from press import Draft, Outlet
from press.urls import site_of

NO_TITLE = "recipe: no title"
NO_BODY = "recipe: no body"
DIFFERS = "recipe: differs from the generic reading"
EVERY = 50  # one page of so many is read a second time, the generic way
AGREED = 0.6


def selects_body(tree: LexborHTMLParser, outlet: Outlet) -> bool:
    """Whether an outlet's recipe finds the place of the text on a page."""
    try:
        return bool(outlet.body) and tree.css_first(outlet.body) is not None
    except SelectolaxError:
        return False


def selected_lines(tree: LexborHTMLParser, outlet: Outlet, site: str = "") -> list[str]:
    """The paragraphs an outlet's recipe selects, untidied; empty where it has none or they are not there."""
    return by_selectors(tree, outlet.body, outlet.drop, site) if outlet.body else []


def generic_lines(tree: LexborHTMLParser, heading: LexborNode | None, site: str = "") -> list[str]:
    """The paragraphs by the known containers, else where the running text is; the tree is changed."""
    known = by_container(tree, site)
    return known if is_article(known) else max(by_density(tree, heading, site), known, key=prose_of)


def are_all(selected: Sequence[str], generic: Sequence[str]) -> bool:
    """Whether the few lines a recipe selects are the article all the same: a notice, found the generic way too."""
    if not selected:
        return False
    return sum(map(len, generic)) < ENOUGH or set(selected) <= set(generic)


def cross_check(draft: Draft, body: bytes, url: str, content_type: str = "") -> float:
    """How far a draft's body agrees with the generic reading of the same page: F1 of their words, 0..1.

    1.0 where the generic reading finds nothing to compare with.
    """
    try:
        tree = tree_of(body, url, content_type)
    except Unusable:
        return 1.0
    heading = article_heading(tree, head_of(tree, url), url)
    lines = tidy(generic_lines(tree, heading, site_of(url)), title=draft.title, lead=draft.lead)
    if sum(map(len, lines)) < ENOUGH:
        return 1.0
    one, two = Counter(draft.body.split()), Counter(" ".join(lines).split())
    return 2 * (one & two).total() / max(one.total() + two.total(), 1)


def sampled(url: str, every: int = EVERY) -> bool:
    """Whether a page is one of those read twice: one in `every`, the same pages on every run and machine."""
    return int.from_bytes(hashlib.sha256(url.encode("utf-8", errors="replace")).digest()[:8], "big") % every == 0


def checked(draft: Draft, body: bytes, outlet: Outlet | None, content_type: str = "") -> Draft:
    """The draft, with a problem noted where its page is in the sample and its recipe's body is not the generic one."""
    if outlet is None or not outlet.body or not sampled(draft.url):
        return draft
    if cross_check(draft, body, draft.url, content_type) >= AGREED:
        return draft
    return replace(draft, problems=(*draft.problems, DIFFERS))
