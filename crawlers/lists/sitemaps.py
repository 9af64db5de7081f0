"""Sitemaps, news sitemaps first: bytes -> links. A sitemap index gives the recent ones of its sitemaps instead."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import Final

from lxml import etree

from crawlers.lists.links import MOST_LINKS, Context, Listing, absolute, instant_of, make_link, with_scheme
from crawlers.lists.mending import Kind, mend
from press import Link
from press.text import plain
from press.urls import is_home

#: Entries and sitemaps last changed longer ago are of no interest to a daily digest.
RECENT: Final = timedelta(days=7)
#: And so many of the newest sitemaps of an index.
MOST_CHILDREN: Final = 5
_SITEMAP: Final = Kind("urlset|sitemapindex", "url|sitemap", "sitemap", "entry", "entries", 0, 1_000_000)
_MEDIA: Final = re.compile("image|video|mobile|geo|xhtml", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d+")
_YEARS: Final = (1990, 2100)
_NO_ARTICLES: Final = re.compile(
    r"categor|taxonom|\b(?:users?|tags?|pages?)\b|author|image|video|gallery|product|chuyen-?muc|danh-?muc|tac-?gia",
    re.IGNORECASE,
)

_Entry = dict[str, str]


def read_sitemap(body: bytes, context: Context, now: datetime, limit: int) -> Listing:
    """The entries of a sitemap (gzipped or not, up to `limit` bytes unpacked) as links, or the children of an index.

    <news:publication_date> is the date; <lastmod> stands in for it where there is none, and lets old entries be
    passed over. Entities are never expanded, nothing is fetched.
    """
    mended = mend(body, context.content_type, limit, _SITEMAP)
    if mended.error:
        return Listing(error=mended.error)
    entries = _entries(mended.text)
    promised = len(_SITEMAP.opening().findall(mended.text))
    lost = (f"{promised - len(entries)} of {promised} entries could not be read",) if promised > len(entries) else ()
    if mended.root == "sitemapindex":
        children, left = _children(entries, context, now)
        return Listing(children=children, problems=(*mended.problems, *lost, *left))
    links, odd = _links(entries, context, now)
    return Listing(links, (*mended.problems, *lost, *odd))


def _entries(text: str) -> list[_Entry]:
    """The entries by names of their parts; a parser that recovers takes what is left of damage."""
    source = io.BytesIO(text.encode("utf-8", "replace"))
    entries: list[_Entry] = []
    events = etree.iterparse(
        source, events=("end",), resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=True
    )
    try:
        for _, element in events:
            if _name(element)[1] in {"url", "sitemap"}:
                entries.append(dict(_fields(element)))
                element.clear()
    except etree.XMLSyntaxError:
        pass  # beyond recovery from here on: what was promised and is missing is counted
    return entries


def _fields(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Name -> text of an entry's parts: its own and those of its news, never those of its pictures and films."""
    seen: set[str] = set()
    for part in element:
        family, name = _name(part)
        if _MEDIA.search(family):
            continue
        for one in part if name == "news" else (part,):
            name = _name(one)[1]
            if name not in seen and one.text and one.text.strip():
                seen.add(name)
                yield name, one.text.strip()


def _name(element: etree._Element) -> tuple[str, str]:
    """Namespace (or the prefix that stands for none) and local name, in lower case; ("", "") for a comment."""
    if not isinstance(element.tag, str):
        return "", ""
    space, _, name = element.tag.rpartition("}")
    prefix, _, local = name.rpartition(":")
    return space or prefix, local.lower()


def _changed(entry: _Entry, context: Context) -> datetime | None:
    instant = instant_of(entry.get("lastmod", ""), context.outlet)
    return instant.at if instant else None


def _children(entries: list[_Entry], context: Context, now: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sitemaps of an index to read, the newest first, and what is to be said of those left out.

    What is dated lately comes first, then what has no date, by the dates or numbers of its name. Where all is said to
    be old, the newest and the last one are read nevertheless: many an index keeps the dates it was made with.
    """
    dated = {absolute(entry["loc"], context.base): _changed(entry, context) for entry in entries if "loc" in entry}
    dated.pop("", None)
    names = newest_first(list(dated))
    by_date = sorted((url for url in names if dated[url]), key=lambda url: dated[url] or now, reverse=True)
    fresh = [url for url in by_date if (dated[url] or now) >= now - RECENT]
    wanted = fresh + [url for url in names if dated[url] is None]
    if not wanted and by_date:
        stale = tuple(dict.fromkeys((by_date[0], list(dated)[-1], *by_date)))[:MOST_CHILDREN]
        stale_words = (
            f"no sitemap of the index is said to be newer than {RECENT.days} days: {len(stale)} read nevertheless"
        )
        return stale, (stale_words,)
    left = len(wanted) - MOST_CHILDREN
    words = (f"{len(wanted)} sitemaps, only the {MOST_CHILDREN} newest are read",) if left > 0 else ()
    return tuple(wanted[:MOST_CHILDREN]), words


def newest_first(urls: Sequence[str]) -> list[str]:
    """Sitemaps of an index in the order they are likely to be new in, by dates and numbers in their names.

    Each series (names alike but for their numbers) begins with its highest number; the series take turns, those with a
    year first. Names without numbers: the first, the last, then inwards. Those of categories, tags and pages come last.
    """
    articles = _by_turns([url for url in urls if not _NO_ARTICLES.search(url)])
    return articles + _by_turns([url for url in urls if _NO_ARTICLES.search(url)])


def _by_turns(urls: Sequence[str]) -> list[str]:
    series: dict[str, list[str]] = {}
    for url in urls:
        series.setdefault(_NUMBER.sub("#", url), []).append(url)
    numbered = [sorted(members, key=_numbers, reverse=True) for name, members in series.items() if "#" in name]
    numbered.sort(key=lambda members: not _dated_name(members[0]))
    plain = [url for name, members in series.items() if "#" not in name for url in members]
    inwards = [plain[n // 2] if n % 2 == 0 else plain[-1 - n // 2] for n in range(len(plain))]
    return [url for turn in zip_longest(*numbered, inwards) for url in turn if url is not None]


def _numbers(url: str) -> tuple[int, ...]:
    """The numbers of a name, a year before its month and day wherever it stands."""
    numbers = [int(number) for number in _NUMBER.findall(url)]
    year = next((at for at, number in enumerate(numbers) if _YEARS[0] <= number <= _YEARS[1]), None)
    if year is not None and all(number <= 31 for number in numbers[max(year - 2, 0) : year]):
        before = numbers[max(year - 2, 0) : year]
        numbers = [*numbers[: max(year - 2, 0)], numbers[year], *reversed(before), *numbers[year + 1 :]]
    return tuple(numbers)


def _dated_name(url: str) -> bool:
    return any(_YEARS[0] <= int(number[:4]) <= _YEARS[1] for number in _NUMBER.findall(url) if len(number) in {4, 6, 8})


def _links(entries: list[_Entry], context: Context, now: datetime) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    links: dict[str, Link] = {}
    broken = old = 0
    for entry in entries:
        date = entry.get("publication_date", "")
        changed = None if date else _changed(entry, context)
        if changed is not None and changed < now - RECENT:
            old += 1
            continue
        try:
            stamp = date or entry.get("lastmod", "")
            served = with_scheme(entry.get("loc", ""), context)
            link = make_link(context, served, plain(entry.get("title", "")), stamp)
        except ValueError:
            broken += 1
            continue
        if not is_home(link.url):  # sitemaps name the front page among the articles
            links.setdefault(link.url, link)
    odd = [f"{broken} entries without an address"] if broken else []
    if old and not links:
        odd.append(f"no entry is newer than {RECENT.days} days: {old} old ones")
    if len(links) <= MOST_LINKS:
        return tuple(links.values()), tuple(odd)
    oldest = datetime.min.replace(tzinfo=UTC)
    newest = sorted(links.values(), key=lambda link: link.published_at or oldest, reverse=True)
    return tuple(newest[:MOST_LINKS]), (*odd, f"{len(links)} entries, only the {MOST_LINKS} newest are taken")
