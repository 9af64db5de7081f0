"""Searching the archive from the command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cli.common import Commands, add_command, json_option, looked, opened, print_json, safe, wrong_query

if TYPE_CHECKING:
    from storage.search import SearchIndex

LANGUAGE = """\
Words are ANDed; "exact phrase"; -word; OR; parentheses; "two words"~5 (up to 5 others between); title: outlet: topic:
place: tone: language: relevance: from:2026-08-01 to:2026-08-31. A word with marks matches with marks, a word without
marks matches folded: dat finds đất. The address of an article finds it. Put the query in single quotes, so that the
shell leaves it as it is; one that begins with - goes after --."""
AROUND = 160  # letters shown around the first match


def add_commands(commands: Commands) -> None:
    """Add `search` and `index`."""
    command = add_command(commands, "search", search, "find articles", LANGUAGE)
    command.add_argument("query", metavar="QUERY", nargs="+")
    command.add_argument("--limit", type=int, default=20, metavar="N", help="hits to show (default: 20)")
    command.add_argument(
        "--sort", choices=("relevance", "newest", "oldest"), default="relevance", help="default: relevance"
    )
    command.add_argument("--after", default="", metavar="NEXT", help='the page after: what "next" said')
    command.add_argument("--facets", action="store_true", help="count outlets, topics, places, tones, … and days")
    command.add_argument("--by", choices=("day", "week", "month"), default="month", help="bars of the histogram")
    json_option(command, "one JSON object: total, took_ms, hits, next")
    command = add_command(
        commands,
        "index",
        index,
        "bring the search index up to the archive",
        "Searching and `serve` do it by themselves. The index may be deleted at any time: it is built anew.",
    )
    command.add_argument("--rebuild", action="store_true", help="build it anew from the first article")


def search(args: argparse.Namespace) -> int:
    """Find articles; exit code 2 and the place of the error for a wrong query."""
    import pipeline.running.search
    from storage.search import QueryError

    query = " ".join(args.query)
    with looked(args) as (archive, settings):
        try:
            found = pipeline.running.search.search(
                archive,
                settings,
                query,
                sort=args.sort,
                limit=args.limit,
                after=args.after,
                facets=args.facets,
                span=args.by,
                told=told,
            )
        except QueryError as error:
            return wrong_query(error)
        if building := found.get("building"):
            print(f"the index is being built: {_progress(building)} articles", file=sys.stderr)
        if args.json:
            print_json(found)
        else:
            _print(found, query, pipeline.running.search.open_index(archive, settings), settings.digest.timezone)
    return 0


def index(args: argparse.Namespace) -> int:
    """Bring the index up to date, or build it anew."""
    import pipeline.running.search

    with opened(args) as (archive, settings):
        own = pipeline.running.search.open_index(archive, settings)
        if args.rebuild:
            own.drop()
        own.catch_up(pipeline.running.search.WAIT, told=told)
        searcher = own.searcher()
    print(f"{searcher.num_docs if searcher else 0} articles in {own.folder}")
    return 0


def told(done: int, of: int) -> None:
    """Say how far a building of the index is."""
    if done < of:  # a small archive is indexed before anybody wonders
        print(f"building the search index: {done} of {of} articles", file=sys.stderr)


def _progress(building: object) -> str:
    return "{done} of {of}".format(**building) if isinstance(building, Mapping) else ""


def _print(found: Mapping[str, Any], query: str, own: SearchIndex, zone: Any) -> None:
    """Print hits for a person: when, where, the title, and the text around the first match."""
    from storage.search import highlight, parse

    wanted = parse(query)
    for hit in found["hits"]:
        when: datetime = hit["published_at"] or hit["fetched_at"]
        print(f"{hit['id']:>6}  {when.astimezone(zone):%Y-%m-%d %H:%M}  {hit['outlet']}")
        print(f"        {_shown(hit['title'], highlight(hit['title'], wanted, own.words, title=True))}")
        if lead := _around(hit["lead"], highlight(hit["lead"], wanted, own.words)):
            print(f"        {lead}")
    for name, rows in found.get("facets", {}).items():
        counts = ", ".join(f"{row.get('label') or row['value']} {row['count']}" for row in rows[:12])
        print(safe(f"{name:<10} {counts}"))
    for bar in found.get("histogram", ()):
        print(f"{bar['from']}  {bar['count']:>6}")
    print(f"{found['total']} found in {found['took_ms']:.0f} ms, {len(found['hits'])} shown")
    if found["next"]:
        print(f"more: --after {found['next']}")


def _around(text: str, spans: list[tuple[int, int]]) -> str:
    """A line's worth of a text from shortly before its first match."""
    start = max(0, spans[0][0] - AROUND // 3) if spans else 0
    start = text.rfind(" ", 0, start) + 1
    end = start + AROUND
    shown = [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]
    return ("… " if start else "") + _shown(text[start:end], shown) + (" …" if end < len(text) else "")


def _shown(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with its matches in bold, where a terminal shows it."""
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return safe(text)
    out, at = "", 0
    for start, end in spans:
        out += safe(text[at:start]) + "\033[1m" + safe(text[start:end]) + "\033[0m"
        at = end
    return out + safe(text[at:])
