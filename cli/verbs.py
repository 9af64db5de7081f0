"""The four verbs, all of them once, and the service that runs them by the clock."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from cli.common import Commands, add_command, instant, json_option, now_of, opened, print_json
from cli.progress import bars
from errors import DiemBaoError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.running.counts import Counts, Progress
    from settings import Settings
    from storage import Archive

VERBS: dict[str, tuple[str, str]] = {
    "collect": (
        "ask the outlets that are due and keep what they published",
        "Feeds, section pages and sitemaps are asked conditionally, articles once and again 6, 24 and 72 hours later.\n"
        "robots.txt, Retry-After and the delay per host are obeyed. What fails is tried later or given up with a\n"
        "reason (`diembao quarantine`); one outlet never stops the rest.",
    ),
    "analyse": (
        "read the collected pages and tag them: language, places, relevance, topics, tone",
        'With [analysis] keep = "area" a page that names no place of the area is settled at once and not kept.\n'
        "With --again the articles of the archive that other models tagged are tagged anew by those in use; it may\n"
        "run beside `serve`, and goes on where it was when it was broken off.",
    ),
    "group": (
        "join reprints, and coverage of one event into stories",
        "Costs what the new articles and the stories of the last days cost, not the archive.",
    ),
    "publish": (
        "send the editions that are due",
        "One edition per subscription and period, recorded in a ledger: composed, claimed, sent, failed or unknown.\n"
        "Nothing is ever sent twice silently.",
    ),
}


def add_commands(commands: Commands) -> None:
    """Add the verbs, `run` and `serve`."""
    for name, (text, details) in VERBS.items():
        command = add_command(commands, name, one_verb, text, details)
        json_option(command, "the counts as one JSON object")
        if name == "collect":
            command.add_argument("outlets", metavar="OUTLET", nargs="*", help="slugs to ask (default: all in use)")
        if name == "analyse":
            command.add_argument(
                "--again", action="store_true", help="tag the archive anew where other models tagged it"
            )
            command.add_argument(
                "--since", type=instant, metavar="TIME", help="with --again: published at or after this"
            )
        command.set_defaults(verb=name)
    command = add_command(commands, "run", run, "collect, analyse, group and publish, once")
    json_option(command, "the counts of the four verbs as one JSON object")
    add_command(
        commands,
        "serve",
        serve,
        "run the four verbs by the clock, and the web side, until stopped",
        "Looks every [schedule] tick for what is due; after downtime it catches up. SIGTERM ends it cleanly.",
    )


def one_verb(args: argparse.Namespace) -> int:
    """Run one verb and print its summary."""
    if args.verb == "analyse" and args.since and not args.again:
        raise UsageError("--since goes with --again: new pages are always analysed all")
    if args.verb == "analyse" and args.again:
        return _again(args)
    with opened(args) as (archive, settings), _shown(args) as progress:
        chosen = {"outlets": tuple(args.outlets)} if args.verb == "collect" and args.outlets else {}
        counts = _verb(args.verb)(archive, settings, now_of(args), progress=progress, **chosen)
        if args.verb in ("collect", "analyse"):
            _watched(archive, settings, now_of(args))
    _tell(args, counts)
    return 0


def _again(args: argparse.Namespace) -> int:
    """Tag the archive anew where other models tagged it."""
    from pipeline.learning.again import again

    with opened(args) as (archive, settings), _shown(args) as progress:
        counts = again(archive, settings, now_of(args), since=args.since, progress=progress)
    _tell(args, counts)
    return 0


def run(args: argparse.Namespace) -> int:
    """Run the four verbs in order and print a summary of each."""
    from pipeline.running.counts import together

    told: list[Counts] = []
    with opened(args) as (archive, settings):
        for name in VERBS:
            with _shown(args) as progress:
                counts = _verb(name)(archive, settings, now_of(args), progress=progress)
            if name == "analyse":
                _watched(archive, settings, now_of(args))
            told.append(counts)
            if not args.json:
                print(counts.line())
    if args.json:
        print_json(together("run", told))
    return 0


def serve(args: argparse.Namespace) -> int:
    """Run the service until it is told to stop."""
    import scheduler

    with opened(args) as (archive, settings):
        scheduler.serve(archive, settings)
    return 0


def _verb(name: str) -> Callable[..., Counts]:
    """Return the function of a verb; its room is imported now, so that other commands do not pay for it."""
    call: Callable[..., Counts] = getattr(import_module(f"pipeline.{name}"), name)
    return call


def _watched(archive: Archive, settings: Settings, now: datetime) -> None:
    """Tell the operator what changed about the outlets; the work that was done stays done whatever comes of it."""
    from pipeline.watching.watch import watch

    try:
        watch(archive, settings, now)
    except DiemBaoError as error:
        logging.getLogger("diembao").warning("the outlets could not be watched: %s", error)


def _tell(args: argparse.Namespace, counts: Counts) -> None:
    if args.json:
        print_json(counts.as_json())
    else:
        print(counts.line())


@contextmanager
def _shown(args: argparse.Namespace) -> Iterator[Progress]:
    with bars(quiet=args.json) as progress:
        yield progress
