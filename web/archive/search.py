"""The search page: one box in the query language, hits, facets and a histogram that are links to other queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from errors import UsageError
from press import Article
from storage import coverage
from storage.search import Found, QueryError, Sort, Span, complete, parse, search
from storage.search.query import Node
from web.archive import asking, marking
from web.site.access import Reader
from web.site.site import HEADERS, Site, show, site_of
from web.site.visitor import Visitor
from web.site.words import label, mistake

router = APIRouter()
PAGE = 20
SPANS: tuple[Span, ...] = get_args(Span)
SORTS: tuple[Sort, ...] = get_args(Sort)
FEWER = 8  #: words of a query that finds nothing, of which one is left out


@dataclass(frozen=True, slots=True)
class Hit:
    """An article as the list shows it."""

    article: Article
    title: Markup
    passage: Markup


@router.get("/search")
def page(
    request: Request, visitor: Reader, q: str = "", sort: str = "", span: str = "", after: str = "",
    since: str | None = None, until: str | None = None,
) -> Response:  # fmt: skip
    """Answer a query; htmx gets the part that changes only. The days of the form become part of the query."""
    site, part = site_of(request), _part(request, after)
    try:
        node = parse(q)
        if since is not None or until is not None:
            dated = asking.between(node, since or "", until or "")
            return RedirectResponse(_form(dated, sort, span)["link"](), status_code=303, headers=HEADERS)
        by = _order(sort, node)
        found, bar = _find(site, q, node, by, span, after, counted=part != "archive/search_hits.html.j2")
    except QueryError as wrong:
        context: dict[str, Any] = {"wrong": wrong, "mistake": mistake(wrong, visitor.account.language)}
        return show(request, part, visitor, 200 if _is_part(part) else 422, **_form(q, sort, span) | context)
    except UsageError:  # a page that cannot be: from an old link, or by another order
        return RedirectResponse(f"/search?{urlencode({'q': q, 'sort': sort})}", status_code=303, headers=HEADERS)
    site.note(visitor, "searched", q, total=found.total, sort=by, **({"after": after} if after else {}))
    context = _shown(site, visitor, node, found, bar) | {"by": by, "after": after, "mistake": ""}
    return show(request, part, visitor, **_form(q, sort, span) | context)


@router.get("/search/complete")
def ways_on(request: Request, visitor: Reader, q: str = "") -> Response:
    """Answer with the options to finish the last word with."""
    site = site_of(request)
    ways = complete(site.index, q, outlets=site.outlet_names)
    name = q.rpartition(" ")[2].partition(":")[0].lstrip("-(")
    shown = [(way.query, label(name, way.label, visitor.account.language), way.count) for way in ways]
    return show(request, "archive/search_complete.html.j2", visitor, ways=shown)


def _order(sort: str, node: Node) -> Sort:
    """Return the order asked for; else the best hits first where a query has words to be found better or worse."""
    return next((one for one in SORTS if one == sort), "relevance" if asking.has_words(node) else "newest")


def _part(request: Request, after: str) -> str:
    if "hx-request" not in request.headers or "hx-history-restore-request" in request.headers:
        return "archive/search.html.j2"
    return "archive/search_hits.html.j2" if after else "archive/search_results.html.j2"


def _is_part(template: str) -> bool:
    return template != "archive/search.html.j2"


def _form(q: str, sort: str, span: str) -> dict[str, Any]:
    """Return what every part of the page needs to link to other queries."""

    def link(query: str = q, **more: str) -> str:
        asked = {"q": query, "sort": sort, "span": span, **more}
        return "/search?" + urlencode({name: value for name, value in asked.items() if value})

    return {"q": q, "sort": sort, "span": span, "link": link}


def _find(site: Site, q: str, node: Node, by: Sort, span: str, after: str, *, counted: bool) -> tuple[Found, Span]:
    """Search, with bars of days, weeks or months: as asked, else by how long the coverage goes on."""
    bar = next((one for one in SPANS if one == span), None)
    zone = site.settings.digest.timezone
    first = bar or asking.span_of(node, site.clock().astimezone(zone).date())

    def ask(of: Span) -> Found:
        names = site.outlet_names
        return search(site.index, q, outlets=names, sort=by, limit=PAGE, after=after, facets=counted, span=of)

    found = ask(first)
    if bar is None and first == "month" and 0 < len(found.bars) <= 3:
        return ask("day"), "day"
    return found, first


def _shown(site: Site, visitor: Visitor, node: Node, found: Found, bar: Span) -> dict[str, Any]:
    with site.archive.read() as db:
        articles = coverage.articles.load_articles(db, found.ids)
        copied = {article.reprint_of for article in articles if article.reprint_of is not None}
        originals = {one.id: one for one in coverage.articles.load_articles(db, copied)}
    language, names = visitor.account.language, site.outlet_names
    return {
        "found": found,
        "originals": originals,
        "days": asking.days(node),
        "fewer": _fewer(site, node) if not found.total and not found.building else (),
        "hits": [_hit(article, node, site) for article in articles],
        "facets": asking.facets(node, found, site.index.places, names, language),
        "bars": asking.bars(node, found.bars, bar),
        "bar": bar,
        "left_out": max(len(found.bars) - asking.MOST_BARS, 0),
        "chips": list(asking.chips(node, names, language)),
    }


def _fewer(site: Site, node: Node) -> list[tuple[str, int]]:
    """Return queries with one word less, and with any of the words, that find something: the query, how much."""
    counted = []
    for query in asking.looser(node, FEWER):
        total = search(site.index, query, outlets=site.outlet_names, limit=0).total
        if total:
            counted.append((query, total))
    return counted


def _hit(article: Article, node: Node, site: Site) -> Hit:
    words = site.index.words
    return Hit(article, marking.title(article, node, words), marking.passage(article, node, words))
