"""`diembao report …`: the weekly list and the annual report of the register, kept as they were made."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from cli.common import (
    Commands,
    add_command,
    day,
    json_line,
    json_option,
    listed,
    looked,
    now_of,
    opened,
    print_json,
    written,
)
from errors import UsageError

FORMATS = ("json", "docx", "xlsx")


def add_commands(commands: Commands) -> None:
    """Add `report`."""
    command = add_command(commands, "report", list_reports, "make reports from the register, kept as they were made")
    actions = command.add_subparsers(title="actions", metavar="ACTION", required=True)
    action = add_command(
        actions, "weekly", weekly, "the list of matters of some days: new, in progress, done, late by unit"
    )
    action.add_argument("--from", dest="first", type=day, metavar="D", help="default: six days before the last")
    action.add_argument("--to", dest="last", type=day, metavar="D", help="the last day, included (default: today)")
    _options(action)
    action = add_command(
        actions,
        "annual",
        annual,
        "the annual report on statements to the press, by Decree 244/2026",
        "Data from 15 December of the year before to 14 December; it is due before 20 December.",
    )
    action.add_argument("--year", type=int, metavar="Y", help="default: this year")
    action.add_argument("--difficulties", default="", metavar="TEXT", help="part II, in the office's words")
    _options(action)
    action = add_command(actions, "show", show, "a report as it was made")
    action.add_argument("id", type=int, metavar="ID")
    _file_options(action)
    action = add_command(actions, "list", list_reports, "reports that were made, newest first")
    json_option(action, "one JSON object a line")
    action = add_command(actions, "template", template, "the Word template that came with the program, to be changed")
    action.add_argument("kind", choices=("weekly", "annual"))
    action.add_argument("--out", metavar="FILE", type=Path, required=True, help="where to")


def _options(action: argparse.ArgumentParser) -> None:
    action.add_argument("--proposals", default="", metavar="TEXT", help="the last part, in the office's words")
    _file_options(action)


def _file_options(action: argparse.ArgumentParser) -> None:
    action.add_argument("--format", choices=FORMATS, default="json", help="default: json")
    action.add_argument("--out", metavar="FILE", type=Path, help="where to (default: standard output)")
    action.add_argument("--issuer", default="", metavar="NAME", help="whose Word template (default: the shipped one)")
    json_option(action, "the report as one JSON object, as --format json does")


def weekly(args: argparse.Namespace) -> int:
    """Make the list of some days."""
    return _make(args, kind="weekly", first=args.first, last=args.last, proposals=args.proposals)


def annual(args: argparse.Namespace) -> int:
    """Make the report of a year."""
    given = {"difficulties": args.difficulties, "proposals": args.proposals}
    return _make(args, kind="annual", year=args.year, **given)


def _make(args: argparse.Namespace, **asked: Any) -> int:
    from pipeline.desk.people import TERMINAL
    from pipeline.register import reports
    from pipeline.register.acts import Office

    _check(args)
    with opened(args) as (archive, settings):
        office = Office(archive, settings, TERMINAL, now_of(args))
        return _hand_out(args, office, reports.make(office, reports.Asked(**asked)))


def show(args: argparse.Namespace) -> int:
    """Hand a kept report out again."""
    from pipeline.desk.people import TERMINAL
    from pipeline.register.acts import Office
    from storage.register import reports

    _check(args)
    with looked(args) as (archive, settings):
        office = Office(archive, settings, TERMINAL, now_of(args))
        with archive.read() as db:
            found = reports.get(db, office.area, args.id)
        return _hand_out(args, office, found)


def list_reports(args: argparse.Namespace) -> int:
    """List the reports that were made."""
    from press.dates import VIETNAM
    from storage.register import reports

    with looked(args) as (archive, settings), archive.read() as db:
        found = reports.all_reports(db, settings.area.province)
    rows = [
        {
            "id": one.id,
            "report": one.kind,
            "from": one.first,
            "to": one.last,
            "made_at": one.made_at.astimezone(VIETNAM),
        }
        for one in found
    ]
    return listed(
        args,
        rows,
        lambda row: f"{row['id']:>5}  {row['report']:<7}  {row['from']} – {row['to']}  {row['made_at']:%Y-%m-%d %H:%M}",
    )


def template(args: argparse.Namespace) -> int:
    """Write the template that came with the program."""
    from pipeline.export.report_layout import shipped

    written(args.out, [shipped(args.kind)])
    return 0


def _check(args: argparse.Namespace) -> None:
    if args.out is None and args.format != "json" and sys.stdout.isatty():
        raise UsageError(f"{args.format} is nothing for a terminal: name a file with --out FILE")


def _hand_out(args: argparse.Namespace, office: Any, report: Any) -> int:
    """Give a report as it is asked for, to a file or to standard output."""
    from pipeline.register import reports

    if args.format == "json":
        if args.out is None:
            print_json(reports.shown(report, office.now))
            return 0
        body = json_line(reports.shown(report, office.now)).encode()
    else:
        from pipeline.desk.people import note
        from pipeline.export.reports import made

        body = made(office, report, args.format, args.issuer)
        note(office.archive, "report exported", str(report.id), {"format": args.format}, office.now)
    if args.out is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
    else:
        written(args.out, [body])
    return 0
