"""From what a list serves to `Link`: the parts that feeds, section pages and sitemaps share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from press import Feed, Link, Outlet
from press.dates import Instant, parse
from press.text import plain, split_dateline
from press.urls import canonical, join, same_site

#: So many entries of one list are taken: sitemaps may list 50,000 pages, and hostile lists have no end.
MOST_LINKS: Final = 1000
#: No lead is longer; a feed that serves whole articles as summaries is cut here.
LEAD_CHARS: Final = 3000

_HALF_SCHEME: Final = re.compile(r"\A(https?)(?::{2,3}//|//|:/(?=[\w-]+\.[\w.-]+/))", re.IGNORECASE)
_HOST: Final = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}(?::\d{1,5})?")
_DOMAIN: Final = re.compile(r"\.(?:vn|kh|com|net|org|info|edu|gov|asia|news)(?::\d+)?\Z")


@dataclass(frozen=True, slots=True)
class Listing:
    """What was read from one list: its links in order, what was odd, and `error` where it was no list at all."""

    links: tuple[Link, ...] = ()
    problems: tuple[str, ...] = ()
    error: str = ""
    children: tuple[str, ...] = ()  #: sitemap index only: the sitemaps to read as well


@dataclass(frozen=True, slots=True)
class Context:
    """What a list's bytes are read with: the list, its outlet, where it really came from."""

    feed: Feed
    outlet: Outlet
    base: str  #: final URL, for relative addresses
    content_type: str = ""


def lead_of(summary: str) -> str:
    """The lead in a list's summary: without tags, image and dateline."""
    return split_dateline(plain(summary))[1][:LEAD_CHARS]


def make_link(context: Context, served: str, title: str, date: str, **texts: str) -> Link:
    """One link; `texts` are `lead` and `section`, already plain. Raises ValueError without an http(s) address."""
    if not served.strip():
        raise ValueError("no address")
    url = canonical(served, context.base)
    instant = instant_of(date, context.outlet)
    zone: Literal["served", "assumed", "none"] = instant.zone if instant else "none"
    return Link(
        url=url,
        served_url=absolute(served, context.base),
        outlet=context.outlet.slug,
        title=title,
        published_at=instant.at if instant else None,
        published_raw=date,
        zone=zone,
        **texts,
    )


def instant_of(date: str, outlet: Outlet) -> Instant | None:
    """The instant a list's date means by the outlet's rule."""
    return parse(date, day_first={"dmy": True, "mdy": False}.get(outlet.dates)) if date.strip() else None


def absolute(served: str, base: str) -> str:
    """The address to ask for: absolute, as served otherwise, without fragment."""
    return join(base, served).partition("#")[0]


def with_scheme(served: str, context: Context) -> str:
    """An address in XML with the scheme it lacks: "www.bao.vn/tin" is a host there, never a path."""
    served = served.strip()
    served = _HALF_SCHEME.sub(r"\1://", served)
    name = served.partition("/")[0].partition("?")[0].lower()
    if not _HOST.fullmatch(name):
        return served
    for base in (context.base, context.outlet.site):
        if same_site(f"//{name}", base):
            return f"{base.partition(':')[0]}://{served}"
    return f"https://{served}" if name.startswith("www.") or (_DOMAIN.search(name) and "/" in served) else served
