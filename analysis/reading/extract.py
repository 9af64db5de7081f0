"""From a page to a draft: title, lead, body, publication time and language, with what is doubtful said in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.reading import kinds, recipes
from analysis.reading.bodies import ENOUGH, prose_of
from analysis.reading.headlines import (
    article_heading,
    home_names,
    is_addressed,
    lead_of,
    overlap,
    selected_lead,
    selected_title,
    title_of,
)
from analysis.reading.metadata import Head, head_of
from analysis.reading.pages import tree_of
from analysis.reading.pieces import LINKED, shown_in
from analysis.reading.sites import is_site_name
from analysis.reading.stated import stated
from analysis.reading.tidy import tidy
from analysis.reading.when.published import published
from analysis.words.language import detect
from errors import NotArticle, Unusable
from press import Draft, Language, Link, Outlet
from press.urls import canonical, host, site_of

_NO_RECIPE = Outlet("", "", "vi", "local")
# Letters only Vietnamese writes; English and Khmer have none, other Latin languages hardly any.
_VIETNAMESE = re.compile("[ăđơưĂĐƠƯẠ-ỹ]")
_GLANCE = 400
_NOTICE = 100  # characters of running text below which a page may only say that its article was taken down
_NOT_SHOWN = frozenset(("", "url", "feed", "feed-unzoned"))  # sources of a date that are not the page
_ALIKE = 0.5  # of the words of two titles
_LITTLE = 600  # characters of HTML that may be a mere teaser of what the page states elsewhere
_TEASER = 1_500  # characters a teaser has at most
_ASKING = tuple(map(str.encode, ("đọc tiếp", "tiếp tục đọc", "đọc toàn bộ", "đọc đầy đủ", "continue reading")))
_STATES = (b"__NEXT", b"__next_f", b"__NUXT", b"_STATE__", b"_DATA__", b"_PROPS__", b"application/json")
_SCRIPTS = "script:not([type*=ld]):not([src])"
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
    heading = cache(lambda: article_heading(tree, head, url))  # a recipe that has every part never needs it
    names = cache(lambda: _names(tree, head, recipe.name, url))
    spot, chosen = selected_title(tree, recipe.title)
    known = head.is_article or bool(chosen and recipes.selects_body(tree, recipe))
    if not known:
        nothing = kinds.no_article(tree, head, heading(), url)
        if nothing:
            raise NotArticle(url, nothing)
    title = chosen or title_of(head, heading(), url, names=names()) or (link.title if link else "")
    when = published(
        tree,
        head,
        url=url,
        selector=recipe.date,
        link=link,
        now=now,
        heading=heading,
        title=spot,
        day_first=recipe.dates == "dmy",
    )  # before the body: that changes the tree
    known = known or when.source not in _NOT_SHOWN or _is_announced(link, title) or is_addressed(title, url)
    if not known and kinds.lists(tree, heading()):
        raise NotArticle(url, kinds.LIST)
    seen = "" if head.is_article else chosen or shown_in(heading())
    more = kinds.other_pages(tree, body, url)
    dateline, lead = selected_lead(tree, recipe.lead, spot, names()) or lead_of(tree, head, heading(), names=names())
    paragraphs, by_recipe = _paragraphs(tree, recipe, heading, site_of(url))
    size = sum(map(len, paragraphs))
    if size < _LITTLE and head.is_free and (head.body or any(map(body.__contains__, _STATES))):
        paragraphs, said = _or_stated(paragraphs, head, body, url, content_type)
        lead, size = lead or said, sum(map(len, paragraphs))
    if size > MAX_TEXT:
        raise Unusable(url, f"too long: more than {MAX_TEXT:,} characters of text")
    if len(title) > NO_TITLE:
        raise Unusable(url, f"no headline: what stands in its place has more than {NO_TITLE:,} characters")
    title, lead = title[:MAX_TITLE], lead[:MAX_LEAD]
    told = [line for line in paragraphs if not line.startswith(LINKED)]
    left_out = len(told) < len(paragraphs)
    told, teaser = kinds.without_wall(head, told)
    lines = tidy(told, title=title, lead=lead)
    if not lines and not lead and (not title or (not _is_told(head, heading()) and is_site_name(title, names()))):
        raise NotArticle(url, kinds.NOTHING)
    little = sum(map(len, lines)) < _NOTICE
    notices = kinds.notices(tree_of(body, url, content_type)) if little else []  # read anew: the tree was changed
    if instead := kinds.stands_instead(head, seen, [*notices, *lines]):
        raise NotArticle(url, instead)
    if not teaser and size < _TEASER and any(map(body.__contains__, _ASKING)):
        teaser = kinds.is_walled(tree_of(body, url, content_type))
    if not (known or teaser) and kinds.is_bare(min(title, head.doc_title or title, key=len), (lead, *lines)):
        raise NotArticle(url, kinds.BARE)
    text = "\n".join(lines)
    missed = (
        recipes.NO_TITLE if recipe.title and title and not chosen else "",
        recipes.NO_BODY if recipe.body and lines and not by_recipe else "",
        kinds.PAYWALL if teaser else "",
        kinds.LEFT_OUT if left_out else "",
        kinds.CONTINUED + " ".join(more) if more else "",
    )
    return Draft(
        url=url,
        canonical_url=_canonical(head, url),
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
    tree: LexborHTMLParser, recipe: Outlet, heading: Callable[[], LexborNode | None], site: str
) -> tuple[list[str], bool]:
    """The paragraphs of the page, and whether they are those the recipe selects."""
    selected = recipes.selected_lines(tree, recipe, site)
    if sum(map(len, selected)) >= ENOUGH:
        return selected, True
    generic = recipes.generic_lines(tree, heading(), site)
    return (selected, True) if recipes.are_all(selected, generic) else (generic, False)


def _or_stated(paragraphs: list[str], head: Head, body: bytes, url: str, content_type: str) -> tuple[list[str], str]:
    """What the page says of its text and lead beside the HTML, where that is more; read anew: the tree was changed."""
    scripts = (node.text() or "" for node in tree_of(body, url, content_type).css(_SCRIPTS))
    lines, lead = stated(scripts, head.body)
    return (lines, lead) if prose_of(lines) > 2 * sum(map(len, paragraphs)) else (paragraphs, "")


def _language(title: str, lead: str, text: str) -> Language:
    glance = text[:_GLANCE]
    if len(glance) >= ENOUGH and len(_VIETNAMESE.findall(glance)) * 14 > len(glance):
        return "vi"
    return detect(text if len(text) >= ENOUGH else f"{title}\n{lead}\n{text}")


def _names(tree: LexborHTMLParser, head: Head, name: str, url: str) -> tuple[str, ...]:
    site = host(url).removeprefix("www.")
    own = (head.site_name,) if head.site_name else home_names(tree, url)
    return tuple(filter(None, (name, *own, site, site.partition(".")[0])))


def _is_told(head: Head, heading: LexborNode | None) -> bool:
    """Whether anything but the title of the document says what an article is called."""
    return heading is not None or bool(head.headline or head.og_title)


def _is_announced(link: Link | None, title: str) -> bool:
    """Whether a list announced the page under the title it has; one without titles says nothing against it."""
    return link is not None and (not link.title or overlap(link.title, title) >= _ALIKE)


def _missing(title: str, text: str) -> tuple[str, ...]:
    problems = [] if title else ["no title"]
    if not text:
        problems.append("no body")
    elif len(text) < ENOUGH:
        problems.append("short body")
    return tuple(problems)


def _canonical(head: Head, url: str) -> str:
    """The page's own canonical address where it stays on the same site and is no home page, else the address itself."""
    own = canonical(url)
    if head.canonical in {"", url, own}:
        return own
    try:
        other = canonical(head.canonical, urljoin(url, head.base))
    except ValueError:
        return own
    path = other.partition("://")[2].partition("/")[2]
    return other if path and site_of(other) == site_of(own) else own
