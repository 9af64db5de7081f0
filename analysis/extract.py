"""From a page to a draft: title, lead, body, publication time and language, with what is doubtful said in words."""

from __future__ import annotations

from datetime import datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.bodies import ENOUGH, by_container, by_selectors, by_trafilatura
from analysis.headlines import article_heading, lead_of, title_of
from analysis.language import detect
from analysis.metadata import Head, head_of
from analysis.pages import tree_of
from analysis.published import published
from analysis.tidy import tidy
from errors import Unusable
from press import Draft, Link, Outlet
from press.urls import canonical, host

_SECOND_LEVEL = frozenset(("com", "net", "org", "gov", "edu", "co", "info"))


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
    (empty, other types, garbage, too large, nested without end) and for a page without title and text.
    """
    tree = tree_of(body, url, content_type)
    head = head_of(tree, url)
    heading = article_heading(tree, head)
    names = _names(head, outlet, url)
    title = title_of(tree, head, heading, selector=outlet.title if outlet else "", names=names) or (
        link.title if link else ""
    )
    when = published(
        tree, head, url=url, selector=outlet.date if outlet else "", link=link, now=now, title=heading
    )  # before the body: that changes the tree
    dateline, lead = lead_of(tree, head, heading, selector=outlet.lead if outlet else "", names=names)
    lines = tidy(_paragraphs(tree, heading, outlet), title=title, lead=lead)
    if not title and not lines:
        raise Unusable(url, "neither a title nor a text was found on the page")
    text = "\n".join(lines)
    return Draft(
        url=url,
        canonical_url=_canonical(head.canonical, url),
        title=title,
        lead=lead,
        body=text,
        language=detect(text if len(text) >= ENOUGH else f"{title}\n{lead}\n{text}"),
        published_at=when.at,
        published_raw=when.raw,
        date_source=when.source,
        section=head.section or (link.section if link else ""),
        problems=(*_missing(title, text), *when.problems),
        dateline=dateline,
    )


def _paragraphs(tree: LexborHTMLParser, heading: LexborNode | None, outlet: Outlet | None) -> list[str]:
    if outlet is not None and outlet.body:
        lines = by_selectors(tree, outlet.body, outlet.drop)
        if sum(map(len, lines)) >= ENOUGH:
            return lines
    return by_container(tree) or by_trafilatura(tree, heading)


def _names(head: Head, outlet: Outlet | None, url: str) -> tuple[str, ...]:
    site = host(url).removeprefix("www.")
    return tuple(filter(None, (outlet.name if outlet else "", head.site_name, site, site.partition(".")[0])))


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
    try:
        other = canonical(said, url) if said else own
    except ValueError:
        return own
    path = other.partition("://")[2].partition("/")[2]
    return other if path and _site(other) == _site(own) else own


def _site(url: str) -> str:
    labels = host(url).split(".")
    if labels[-1].isdigit():
        return host(url)
    return ".".join(labels[-3:] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[-2:])
