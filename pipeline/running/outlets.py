"""Which outlets are in use: the shipped catalogue, what the settings choose of it, and the settings' own rows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from functools import cache

from crawlers import load_catalogue
from errors import SettingsError
from press import Feed, Outlet
from press.urls import host
from settings import Settings


@cache
def catalogue() -> tuple[Outlet, ...]:
    """Return the shipped catalogue (read once)."""
    return load_catalogue()


def known(settings: Settings) -> dict[str, Outlet]:
    """Return every outlet there is, by slug: the settings' rows replace the catalogue's."""
    return {outlet.slug: outlet for outlet in (*catalogue(), *settings.outlets)}


def in_use(settings: Settings) -> tuple[Outlet, ...]:
    """Return the outlets to read; SettingsError where the settings choose one that does not exist."""
    every = known(settings)
    if settings.crawl.outlets == "all":
        chosen: Iterable[str] = every
    else:
        chosen = dict.fromkeys([*settings.crawl.outlets, *(outlet.slug for outlet in settings.outlets)])
    for slug in chosen:
        if slug not in every:
            raise SettingsError(f"{settings.file}: [crawl] outlets: {unknown_slug(slug, every)}")
    return tuple(every[slug] for slug in chosen if not every[slug].disabled)


def unknown_slug(slug: str, among: Iterable[str]) -> str:
    """Return the words for a slug nobody knows, with the nearest one that exists."""
    near = difflib.get_close_matches(slug, list(among), n=1)
    return f"no outlet has the slug {slug!r}" + (
        f"; did you mean {near[0]}?" if near else "; `diembao outlets` lists them"
    )


def feeds_of(outlets: Sequence[Outlet]) -> list[Feed]:
    """Return every list the outlets are read by."""
    lists: list[Feed] = []
    for outlet in outlets:
        lists += [Feed(outlet.slug, "feed", url) for url in outlet.feeds]
        lists += [Feed(outlet.slug, "section", section.url, section.links) for section in outlet.sections]
        lists += [Feed(outlet.slug, "sitemap", url) for url in outlet.sitemaps]
    return lists


def outlet_of(url: str, settings: Settings) -> Outlet | None:
    """Return the outlet whose own host (or a host above it) serves an address, None where it is nobody's."""
    name = _bare(host(url))
    best: Outlet | None = None
    longest = 0
    for outlet in known(settings).values():
        for address in (outlet.site, *outlet.feeds, *(section.url for section in outlet.sections)):
            own = _bare(host(address)) if address else ""
            if own and (name == own or name.endswith("." + own)) and len(own) > longest:
                best, longest = outlet, len(own)
    return best


def _bare(name: str) -> str:
    return name.removeprefix("www.")
