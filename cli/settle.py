"""What a person decides about what the service gave up: the quarantine, and editions nobody knows the fate of."""

from __future__ import annotations

import argparse
import getpass

from cli.common import Commands, Row, add_command, json_option, listed, local, looked, now_of, opened, print_json, safe
from errors import UsageError


def add_commands(commands: Commands) -> None:
    """Add `quarantine` and `edition`."""
    command = add_command(
        commands,
        "quarantine",
        quarantine,
        "list what was given up, with the reason; read it once more, or drop it",
        "Lists, article addresses and pages that are not tried again by themselves.",
    )
    json_option(command, "one JSON object a line")
    command.add_argument("--dropped", action="store_true", help="list what was dropped, by whom and when")
    actions = command.add_subparsers(title="actions", metavar="ACTION")
    _add_decision(actions, "retry", "make things due again, as if they had never failed")
    _add_decision(actions, "drop", "leave things alone for good: they leave the list, their addresses stay known")
    command = add_command(commands, "edition", close, "settle an edition: send it again, or close it")
    actions = command.add_subparsers(title="actions", metavar="ACTION", required=True)
    action = add_command(
        actions,
        "resend",
        resend,
        "send an edition that is `unknown` or was refused once more, now",
        "The same mail with the same Message-ID. Refused where a later edition tells its news already.",
    )
    _who(action)
    action = add_command(
        actions,
        "close",
        close,
        "say what became of an edition that is `unknown`",
        "--sent: the reader has it, the next edition begins where it ended. --lost: the next edition tells its news.",
    )
    _who(action)
    how = action.add_mutually_exclusive_group(required=True)
    how.add_argument("--sent", action="store_true", help="it arrived")
    how.add_argument("--lost", action="store_true", help="it did not arrive")


def _add_decision(actions: Commands, name: str, text: str) -> None:
    action = add_command(actions, name, decide, text)
    action.add_argument("items", metavar="ID|URL", nargs="*", help="as `diembao quarantine` lists them")
    action.add_argument("--outlet", metavar="SLUG", help="everything of this outlet")
    action.add_argument("--reason", metavar="TEXT", help="everything whose reason has this text in it")
    action.add_argument("--all", action="store_true", help="everything that is listed")
    action.add_argument("--by", metavar="NAME", help="who decides (default: who is logged in)")
    json_option(action, "what was decided, one JSON object a line")
    action.set_defaults(act=name)


def _who(action: argparse.ArgumentParser) -> None:
    action.add_argument("edition", metavar="ID", type=int, help="as `diembao editions` lists it")
    action.add_argument("--by", metavar="NAME", help="who decides (default: who is logged in)")
    json_option(action, "the edition as one JSON object")


def quarantine(args: argparse.Namespace) -> int:
    """List what was given up, or what was dropped."""
    from pipeline.running import show

    with looked(args) as (archive, settings):

        def line(row: Row) -> str:
            since = local(row["dropped_at"] or row["since"], settings.digest.timezone)
            by = f" (dropped by {row['dropped_by']})" if row["dropped_at"] else ""
            return f"{row['id']:<14} {since}  {row['outlet']:<20} {row['reason']}{by}  {row['url']}"

        return listed(args, show.quarantine(archive, dropped=args.dropped), line)


def decide(args: argparse.Namespace) -> int:
    """Retry or drop what is chosen."""
    from dataclasses import asdict

    from pipeline.desk import settle

    if not (args.items or args.outlet or args.reason or args.all):
        raise UsageError(f"quarantine {args.act} needs ids or addresses, --outlet, --reason, or --all")
    with opened(args) as (archive, _):
        wanted = {"items": args.items, "outlet": args.outlet, "reason": args.reason}
        rows = settle.decide(archive, args.act, _name(args), now_of(args), **wanted)
    word = "due again" if args.act == "retry" else "dropped"
    listed(args, map(asdict, rows), lambda row: f"{word}: {row['id']}  {row['outlet']}  {row['url']}")
    if not rows and not args.json:
        print("nothing in the quarantine is of that kind")
    return 0


def resend(args: argparse.Namespace) -> int:
    """Send one edition again."""
    from pipeline.desk import settle

    with opened(args) as (archive, settings):
        edition = settle.resend(archive, settings, args.edition, _name(args), now_of(args))
    return _tell(args, edition.id, edition.state, edition.subject)


def close(args: argparse.Namespace) -> int:
    """Close one edition by a person's word."""
    from pipeline.desk import settle

    with opened(args) as (archive, _):
        edition = settle.close(archive, args.edition, _name(args), now_of(args), arrived=args.sent)
    return _tell(args, edition.id, edition.state, edition.subject)


def _tell(args: argparse.Namespace, number: int, state: str, subject: str) -> int:
    if args.json:
        print_json({"id": number, "state": state, "subject": subject})
    else:
        print(safe(f"edition {number}: {state} ({subject})"))
    return 0


def _name(args: argparse.Namespace) -> str:
    if args.by:
        return str(args.by)
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "the operator"
