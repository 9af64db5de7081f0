"""The filters: standard input to standard output, no archive needed, order kept."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from cli.common import Commands, add_command, json_option, now_of, print_json, settings_of
from errors import DiemBaoError, Unusable


def add_commands(commands: Commands) -> None:
    """Add `extract`, `tag`, `stories` and `places`."""
    command = add_command(
        commands,
        "extract",
        extract_page,
        "read one article page: title, lead, body, language, date",
        "Prints one JSON object. The outlet's selectors are used where the catalogue has them for the address's host.",
    )
    command.add_argument("--url", required=True, help="the page's address; decides outlet, canonical URL, own date")
    command.add_argument("file", nargs="?", default="-", metavar="FILE.html", help="the page (default: standard input)")
    command = add_command(
        commands,
        "tag",
        tag,
        "tag texts: relevance, topics, tone, places, each with its evidence",
        'A line {"id","title","text"[,"published_at"][,"outlet"][,"language"]} in, a line of tags out. A bad line\n'
        'gives {"id","error"} in its place and exit code 1 at the end.',
    )
    command.add_argument("file", nargs="?", default="-", metavar="FILE.jsonl", help="default: standard input")
    command.add_argument(
        "--evidence", action="store_true", help="the sentences that decided, each with its weight (slower)"
    )
    command = add_command(
        commands,
        "stories",
        stories,
        "group texts: which cover one event, which reprint another",
        'The same lines as `tag` with "published_at" in, {"id","story","reprint_of"} out.',
    )
    command.add_argument("file", nargs="?", default="-", metavar="FILE.jsonl", help="default: standard input")

    command = add_command(
        commands,
        "places",
        places,
        "explain which places a text names, and why",
        "The first line of the text is its headline. Each place comes with the words it was written by, its unit,\n"
        "code and validity, whether it lies in the area of the settings, and the reason.",
    )
    command.add_argument("file", nargs="?", default="-", metavar="FILE.txt", help="default: standard input")
    command.add_argument(
        "--outlet", default="", metavar="SLUG", help="who published it: its home decides between namesakes"
    )
    json_option(command, "one JSON object a line")


def extract_page(args: argparse.Namespace) -> int:
    """Print what the extractor reads from one page."""
    from pipeline.learning import filters

    body = _bytes(args.file)
    try:
        draft = filters.extract_page(body, args.url, settings_of(args), args.now)
    except ValueError as error:
        raise Unusable(args.url, str(error)) from error
    print_json(draft)
    return 0


def tag(args: argparse.Namespace) -> int:
    """Print the tags of each line; 1 when a line was bad."""
    from pipeline.learning import filters

    judge = filters.judge(settings_of(args), evidence=args.evidence)
    return _line_by_line(args.file, judge)


def stories(args: argparse.Namespace) -> int:
    """Print the story of each line; 1 when a line was bad."""
    from pipeline.learning import filters

    records: list[dict[str, object]] = []
    bad = False
    for record in _records(args.file):
        bad = bad or "error" in record
        records.append(record)
    for answer in filters.stories(records, now_of(args)):
        bad = bad or "error" in answer
        print_json(answer)
    return int(bad)


def places(args: argparse.Namespace) -> int:
    """Print every place a text names with the reason; --now is when it was published."""
    from pipeline.learning import filters

    title, _, text = _bytes(args.file).decode("utf-8-sig", "replace").partition("\n")
    for place in filters.places(title, text, settings_of(args), args.now, args.outlet):
        if args.json:
            print_json(place)
        else:
            where = "in the area" if place["in_area"] else "elsewhere"
            since = f" since {place['valid_from']}" if place["valid_from"] else ""
            print(f"{place['as_written']!s:<28} {place['name']} ({place['code']}{since}), {where}: {place['evidence']}")
    return 0


def _line_by_line(file: str, answer: object) -> int:
    bad = False
    for record in _records(file):
        given = record if "error" in record else answer(record)  # type: ignore[operator]
        bad = bad or "error" in given
        print_json(given)
        sys.stdout.flush()
    return int(bad)


def _records(file: str) -> Iterator[dict[str, object]]:
    """Give each line's object; a line that is none becomes {"id": null, "error": why}."""
    for line in _lines(file):
        text = line.decode("utf-8-sig", "replace").strip()
        if not text:
            continue
        try:
            record = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            yield {"id": None, "error": f"not JSON: {error}"}
            continue
        yield record if isinstance(record, dict) else {"id": None, "error": "not a JSON object"}


def _lines(file: str) -> Iterator[bytes]:
    if file == "-":
        yield from sys.stdin.buffer
        return
    try:
        with Path(file).open("rb") as opened:
            yield from opened
    except OSError as error:
        raise DiemBaoError(f"{file}: cannot be read ({error.strerror})") from error


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise DiemBaoError(f"{file}: cannot be read ({error.strerror})") from error
