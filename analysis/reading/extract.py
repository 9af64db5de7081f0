"""From a page to a draft: title, lead, body, publication time and language, with what is doubtful said in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.reading import recipes
from analysis.reading.bodies import ENOUGH
from analysis.reading.headlines import article_heading, first_text, lead_of, selected_lead, title_of
from analysis.reading.metadata import Head, head_of
from analysis.reading.pages import tree_of
from analysis.reading.tidy import tidy
from analysis.reading.when.published import published
from analysis.words.language import detect
from errors import Unusable
from press import Draft, Language, Link, Outlet
from press.urls import canonical, host

_SECOND_LEVEL = frozenset(("com", "net", "org", "gov", "edu", "co", "info"))
_NO_RECIPE = Outlet("", "", "vi", "local")
# Letters only Vietnamese writes; English and Khmer have none, other Latin languages hardly any.
_VIETNAMESE = re.compile("[ăđơưĂĐƠƯẠ-ỹ]")
_GLANCE = 800
#: Characters; no article is longer, and what is was built to be expensive for all that comes behind.
MAX_TEXT = 400_000
NO_TITLE = 10_000
MAX_TITLE, MAX_LEAD = 1_000, 5_000


def extract(
    body: bytes,
    url: str,
    *,
    outlet: Outlet | None = None,
    link: Link | None = None,
    content_type: str = "",
    now: datetime | None = None,
) -> Draft:
    """Read an article page; body paragraphs come separated by one newline, authors are never read.

    `outlet` gives selectors where its recipe has any, `link` what its list said. Raises Unusable for what is no page
    (empty, other types, garbage, too large, nested without end), for a page without title and text, and for a text
    or a headline longer than any article's. Title and lead are cut where they are as long.
    """
    tree = tree_of(body, url, content_type)
    head = head_of(tree, url)
    recipe = outlet or _NO_RECIPE
    heading = cache(lambda: article_heading(tree, head))  # a recipe that has every part never needs it
    names = cache(lambda: _names(head, recipe.name, url))
    chosen = first_text(tree, recipe.title)
    title = chosen or title_of(head, heading(), names=names()) or (link.title if link else "")
    when = published(
        tree,
        head,
        url=url,
        selector=recipe.date,
        link=link,
        now=now,
        heading=heading,
        day_first=recipe.dates == "dmy",
    )  # before the body: that changes the tree
    dateline, lead = selected_lead(tree, recipe.lead) or lead_of(tree, head, heading(), names=names())
    paragraphs, by_recipe = _paragraphs(tree, recipe, heading)
    if sum(map(len, paragraphs)) > MAX_TEXT:
        raise Unusable(url, f"too long: more than {MAX_TEXT:,} characters of text")
    if len(title) > NO_TITLE:
        raise Unusable(url, f"no headline: what stands in its place has more than {NO_TITLE:,} characters")
    title, lead = title[:MAX_TITLE], lead[:MAX_LEAD]
    lines = tidy(paragraphs, title=title, lead=lead)
    if not title and not lines:
        raise Unusable(url, "neither a title nor a text was found on the page")
    text = "\n".join(lines)
    missed = (
        recipes.NO_TITLE if recipe.title and title and not chosen else "",
        recipes.NO_BODY if recipe.body and lines and not by_recipe else "",
    )
    return Draft(
        url=url,
        canonical_url=_canonical(head.canonical, url),
        title=title,
        lead=lead,
        body=text,
        language=_language(title, lead, text),
        published_at=when.at,
        published_raw=when.raw,
        date_source=when.source,
        section=head.section or (link.section if link else ""),
        problems=(*_missing(title, text), *filter(None, missed), *when.problems),
        dateline=dateline,
    )


def _paragraphs(
    tree: LexborHTMLParser, recipe: Outlet, heading: Callable[[], LexborNode | None]
) -> tuple[list[str], bool]:
    """The paragraphs of the page, and whether they are those the recipe selects."""
    selected = recipes.selected_lines(tree, recipe)
    if sum(map(len, selected)) >= ENOUGH:
        return selected, True
    generic = recipes.generic_lines(tree, heading())
    return (selected, True) if recipes.are_all(selected, generic) else (generic, False)


def _language(title: str, lead: str, text: str) -> Language:
    glance = text[:_GLANCE]
    if len(glance) == _GLANCE and len(_VIETNAMESE.findall(glance)) * 14 > _GLANCE:
        return "vi"
    return detect(text if len(text) >= ENOUGH else f"{title}\n{lead}\n{text}")


def _names(head: Head, name: str, url: str) -> tuple[str, ...]:
    site = host(url).removeprefix("www.")
    return tuple(filter(None, (name, head.site_name, site, site.partition(".")[0])))


def _missing(title: str, text: str) -> tuple[str, ...]:
    problems = [] if title else ["no title"]
    if not text:
        problems.append("no body")
    elif len(text) < ENOUGH:
        problems.append("short body")
    return tuple(problems)


def _canonical(said: str, url: str) -> str:
    """The page's own canonical address where it stays on the same site and is no home page, else the address itself."""
    own = canonical(url)
    if said in {"", url, own}:
        return own
    try:
        other = canonical(said, url)
    except ValueError:
        return own
    path = other.partition("://")[2].partition("/")[2]
    return other if path and _site(other) == _site(own) else own


def _site(url: str) -> str:
    labels = host(url).split(".")
    if labels[-1].isdigit():
        return host(url)
    return ".".join(labels[-3:] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[-2:])
