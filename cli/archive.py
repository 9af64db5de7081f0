"""The archive from the command line: what is in it, who gets what of it, how its outlets do."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import get_args

from cli.common import (
    Commands,
    Row,
    add_command,
    instant,
    json_option,
    listed,
    local,
    looked,
    now_of,
    opened,
    print_json,
)
from press import TOPICS, Days


def add_commands(commands: Commands) -> None:
    """Add the commands that read the archive, and those that keep its subscriptions."""
    command = add_command(commands, "add", add, "read one article by hand, now, whatever outlet it is of")
    command.add_argument("url", metavar="URL")
    command = add_command(commands, "articles", articles, "list the articles of the archive, newest first")
    command.add_argument("--since", type=instant, metavar="TIME", help="published at or after this instant")
    command.add_argument("--until", type=instant, metavar="TIME", help="published before this instant")
    json_option(command, "one JSON object a line")
    for name, call, text in (
        ("story-list", stories, "list the stories: coverage of one event by several articles and outlets"),
        ("editions", editions, "list the editions: what was sent to whom for which period, and how that ended"),
        ("outlets", outlets, "list the outlets with their health"),
        ("subscriptions", subscriptions, "list who gets the digest"),
    ):
        json_option(add_command(commands, name, call, text), "one JSON object a line")
    command = add_command(
        commands,
        "runs",
        runs,
        "list the last runs: which job, planned and really started, what it counted, its error",
        "A look that found nothing due is no run.",
    )
    command.add_argument("--limit", type=_count, default=20, metavar="N", help="how many, newest first (default: 20)")
    json_option(command, "one JSON object a line")
    command = add_command(
        commands,
        "subscribe",
        subscribe,
        "send the digest to an address",
        "An address that has a subscription keeps the wishes that are not named anew. The first edition covers the 24\n"
        "hours before its due time; each next one begins where the last delivered one ended.",
    )
    command.add_argument("email", metavar="EMAIL")
    command.add_argument("--name", help="the reader's name")
    command.add_argument("--at", type=_clock, metavar="HH:MM", help="when it is due (default: [digest] at)")
    command.add_argument("--days", choices=get_args(Days), help="workdays: no public holidays (default: daily)")
    command.add_argument("--topics", type=_topics, metavar="X,Y", help=f"only these: {', '.join(TOPICS)}; '' = all")
    command.add_argument("--places", type=_words, metavar="X,Y", help="only these places of the area; '' = all")
    command.add_argument("--language", choices=("vi", "en"), help="default: vi")
    command = add_command(commands, "unsubscribe", unsubscribe, "stop sending the digest to an address")
    command.add_argument("email", metavar="EMAIL")


def add(args: argparse.Namespace) -> int:
    """Fetch, analyse and group one address, and print the article."""
    from pipeline.desk.add import add as added

    with opened(args) as (archive, settings):
        article = added(archive, settings, args.url, now_of(args))
    print_json(article)
    return 0


def articles(args: argparse.Namespace) -> int:
    """List articles."""
    from pipeline.running import show

    with looked(args) as (archive, settings):

        def line(article: Row) -> str:
            tone = {-1: "−", 0: "=", 1: "+"}.get(article["tone"], " ")
            when = local(article["published_at"], settings.digest.timezone)
            return f"{when}  {article['outlet']:<14.14} {article['relevance']:<8} {tone} {article['title']}"

        return listed(args, show.articles(archive, args.since, args.until), line)


def stories(args: argparse.Namespace) -> int:
    """List stories."""
    from pipeline.running import show

    with looked(args) as (archive, settings):

        def line(story: Row) -> str:
            size = f"{len(story['articles'])} articles, {len(story['outlets'])} outlets"
            return f"{story['id']:>6}  {local(story['last_at'], settings.digest.timezone)}  {size:<24} {story['title']}"

        return listed(args, show.stories(archive), line)


def editions(args: argparse.Namespace) -> int:
    """List editions."""
    from pipeline.running import show

    with looked(args) as (archive, settings):

        def line(edition: Row) -> str:
            until = local(edition["period_end"], settings.digest.timezone)
            error = f" ({edition['error']})" if edition["error"] else ""
            return f"{edition['id']:>6}  {until}  {edition['state']:<9} {edition['email']}: {edition['subject']}{error}"

        return listed(args, show.editions(archive), line)


def outlets(args: argparse.Namespace) -> int:
    """List outlets with their health."""
    from pipeline.running import show

    with looked(args) as (archive, settings):

        def line(health: Row) -> str:
            since, last = (local(health[key], settings.digest.timezone) for key in ("since", "last_ok"))
            words = "; to do: ".join(filter(None, (health["last_error"], health["advice"])))
            fresh = f"{health['articles_24h']:>4}"
            return f"{health['slug']:<20} {health['state']:<15} {since:<17} {last:<17} {fresh}  {words}"

        if not args.json:
            print(f"{'outlet':<20} {'state':<15} {'since':<17} {'last read':<17} 24 h")
        code = listed(args, show.outlets(archive, settings, now_of(args)), line)
        for slug, why in () if args.json else show.never_read(settings):
            print(f"{slug:<20} not read: {why}")
    return code


def runs(args: argparse.Namespace) -> int:
    """List the last runs."""
    from pipeline.running import show

    with looked(args) as (archive, settings):

        def line(run: Row) -> str:
            zone = settings.digest.timezone
            seconds = (run["ended_at"] - run["started_at"]).total_seconds()
            told = ", ".join(
                f"{run['counts'][k]} {k}" for k in ("due", "done", "later", "never") if run["counts"].get(k)
            )
            when = f"{run['started_at'].astimezone(zone):%Y-%m-%d %H:%M:%S}"
            return f"{when}  {run['job']:<10} {seconds:>7.1f} s  {told}{'  ERROR ' * bool(run['error'])}{run['error']}"

        return listed(args, show.runs(archive, args.limit), line)


def subscriptions(args: argparse.Namespace) -> int:
    """List the active subscriptions."""
    from pipeline.desk import readers

    def line(row: Row) -> str:
        wishes = ", ".join((*row["topics"], *row["places"])) or "everything"
        return f"{row['id']:>4}  {row['at']} {row['days']:<8} {row['language']}  {row['email']:<32} {wishes}"

    with looked(args) as (archive, _):
        return listed(args, map(asdict, readers.active(archive)), line)


def subscribe(args: argparse.Namespace) -> int:
    """Make or change a subscription."""
    from pipeline.desk import readers

    with opened(args) as (archive, settings):
        at = f"{args.at:%H:%M}" if args.at else None
        wishes = readers.Wishes(args.name, at, args.days, args.topics, args.places, args.language)
        row = readers.subscribe(archive, settings, args.email, wishes, now_of(args))
        first = readers.next_due(row, settings, now_of(args))
    print(f"{row.email}: {row.days} at {row.at}, next {local(first, settings.digest.timezone)}")
    return 0


def unsubscribe(args: argparse.Namespace) -> int:
    """End a subscription."""
    from pipeline.desk import readers

    with opened(args) as (archive, _):
        readers.unsubscribe(archive, args.email, now_of(args))
    print(f"{args.email}: no further editions")
    return 0


def _clock(text: str) -> object:
    from settings import clock_time

    try:
        return clock_time(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _topics(text: str) -> tuple[str, ...]:
    for topic in _words(text):
        if topic not in TOPICS:
            raise argparse.ArgumentTypeError(f"no topic {topic!r}; the topics are {', '.join(TOPICS)}")
    return _words(text)
