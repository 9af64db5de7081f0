"""Handing articles on from the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cli.common import Commands, add_command, looked, now_of, written, wrong_query
from cli.search import LANGUAGE, told
from errors import UsageError

FORMATS = ("csv", "xlsx", "jsonl", "atom", "docx", "warc")


def add_commands(commands: Commands) -> None:
    """Add `export`."""
    command = add_command(
        commands,
        "export",
        export,
        "hand articles on: CSV, Excel, JSON lines, Atom, a Word clipping book, stored pages (WARC)",
        f"Each names the query, the time and the counts; the audit log notes it.\n\n{LANGUAGE}",
    )
    command.add_argument("query", metavar="QUERY", nargs="*", help="nothing = every article")
    command.add_argument("--format", choices=FORMATS, required=True)
    command.add_argument("--output", metavar="FILE", type=Path, help="where to (default: standard output)")
    command.add_argument("--story", type=int, metavar="ID", help="the articles of this story instead of a query")
    command.add_argument("--sort", choices=("newest", "oldest", "relevance"), default="newest", help="default: newest")
    command.add_argument("--language", choices=("vi", "en"), default="vi", help="of headings (default: vi)")


def export(args: argparse.Namespace) -> int:
    """Write an export; exit code 2 and the place of the error for a wrong query."""
    from pipeline.desk.people import note
    from pipeline.export.make import Asked, prepare
    from pipeline.running import search
    from storage.search import QueryError

    if args.story is not None and args.query:
        raise UsageError("export takes a query or --story, not both")
    if args.output is None and sys.stdout.isatty() and args.format in ("xlsx", "docx", "warc"):
        raise UsageError(f"{args.format} is nothing for a terminal: name a file with --output FILE")
    asked = Asked(args.format, " ".join(args.query), args.story, args.sort, args.language)
    with looked(args) as (archive, settings):
        index = search.open_index(archive, settings)
        index.catch_up(search.WAIT, told=told)
        try:
            made = prepare(archive, index, settings, asked, now_of(args))
        except QueryError as error:
            return wrong_query(error)
        details = {"format": args.format, "count": made.about.count}
        note(archive, "exported", made.about.query, details, now_of(args))
        body, _ = made.open()
        if args.output is None:
            for piece in body:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        else:
            written(args.output, body)
    print(f"{made.about.count} articles exported", file=sys.stderr)
    return 0
