"""Commands beside the register: the units that answer, the press log, deadlines by law."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from cli.common import Commands, Row, add_command, day, instant, json_option, listed, now_of, opened, print_json
from errors import UsageError
from press.matters import FORMS

if TYPE_CHECKING:
    from press.deadlines import Deadline

NO_RULE = "no rule of this kind was in force when the clock started"


def add_commands(commands: Commands) -> None:
    """Add `units`, `press-log` and `deadline`."""
    command = add_command(
        commands,
        "units",
        units,
        "list the units that answer: departments, communes of the area, vertical agencies",
        "The first time the communes come from the gazetteer and the departments from the usual list.",
    )
    json_option(command, "one JSON object a line")
    command = add_command(commands, "press-log", press_log, "note and list press conferences and giao ban")
    command.add_argument("act", choices=("add", "list", "strike"), help="strike ID: entered by mistake")
    command.add_argument("id", nargs="?", type=int, metavar="ID", help="of the entry to strike")
    command.add_argument("--kind", choices=("conference", "giao_ban"), help="of a new entry")
    command.add_argument("--date", type=day, metavar="D", help="of a new entry")
    command.add_argument("--subject", default="", metavar="TEXT", help="of a new entry")
    command.add_argument("--form", choices=FORMS, default="", help="of a new entry, by 244/2026 Đ5")
    command.add_argument("--from", dest="first", type=day, metavar="D", help="list from this day on")
    command.add_argument("--to", dest="last", type=day, metavar="D", help="list up to this day, included")
    json_option(command, "one JSON object a line")
    command = add_command(
        commands,
        "deadline",
        deadline,
        "count a deadline by law: until when an answer is due, by which clause",
        "KIND is what happened, as the register names it. The rule in force at the instant counts. An article alone\n"
        "starts no clock: --from is the instant that the rule names, which only an official can state.",
    )
    command.add_argument("kind", metavar="KIND", help="such as press_request, feedback, major_event")
    command.add_argument(
        "--from", dest="start", type=instant, required=True, metavar="INSTANT", help="when the clock started"
    )
    command.add_argument("--archive", action="store_true", help="by the office's own rules and days off as well")
    json_option(command, "one JSON object")


def units(args: argparse.Namespace) -> int:
    """List the units."""
    from pipeline.register import units as own

    def line(row: Row) -> str:
        span = f"{row['valid_from'] or '…'} – {row['valid_to'] or '…'}"
        return f"{row['id']:>5}  {row['kind']:<10}  {span:<25}  {row['name']}  {row['email']}"

    with opened(args) as (archive, settings):
        return listed(args, own.rows(archive, settings, now_of(args)), line)


def press_log(args: argparse.Namespace) -> int:
    """Note, strike or list press conferences and giao ban."""
    from pipeline.desk.people import TERMINAL
    from pipeline.register import log
    from pipeline.register.acts import Office

    if args.act == "add" and not (args.kind and args.date and args.subject.strip()):
        raise UsageError("`diembao press-log add` needs --kind, --date and --subject")
    if args.act == "strike" and args.id is None:
        raise UsageError("`diembao press-log strike` needs the id of an entry")

    def line(row: Row) -> str:
        return f"{row['id']:>5}  {row['date']}  {row['kind']:<10}  {row['subject']}"

    with opened(args) as (archive, settings):
        office = Office(archive, settings, TERMINAL, now_of(args))
        if args.act == "add":
            return listed(args, [log.add(office, args.kind, args.date, args.subject, args.form)], line)
        if args.act == "strike":
            log.strike(office, args.id)
            return 0
        return listed(args, log.rows(office, args.first, args.last), line)


def deadline(args: argparse.Namespace) -> int:
    """Print until when something of a kind is due; no archive is needed but for the office's own rules."""
    from press import deadlines, workdays

    if args.archive:
        from storage.register import law

        with opened(args) as (archive, settings), archive.read() as db:
            own = law.load(db, settings.area.province)
            if args.kind not in {rule.code for rule in own.rules}:
                raise UsageError(f"no rule for {args.kind!r} in this archive")
            return _tell_deadline(args, _bounded(args.start, lambda: own.due(args.kind, args.start)))
    year = args.start.year
    rules = deadlines.shipped_rules()
    return _tell_deadline(
        args,
        _bounded(args.start, lambda: deadlines.due(rules, args.kind, args.start, workdays.shipped(year - 1, year + 2))),
    )


def _bounded(start: datetime, count: Callable[[], Deadline]) -> Deadline:
    try:
        return count()
    except OverflowError:
        raise UsageError(f"{start.isoformat()}: no calendar reaches as far") from None


def _tell_deadline(args: argparse.Namespace, found: Deadline) -> int:
    if args.json:
        print_json(_object(found))
    else:
        print(_lines(found))
    return 0


def _object(found: Deadline) -> dict[str, object]:
    rule = found.rule
    return {
        "rule": rule.code if rule else None,
        "clause": rule.clause if rule else None,
        "valid_from": rule.valid_from.isoformat() if rule and rule.valid_from else None,
        "unit": rule.unit if rule else None,
        "count": rule.count if rule else None,
        "roll": rule.roll if rule else None,
        "starts": rule.starts_en if rule else None,
        "from": found.start,
        "until": found.until,
        "until_unrolled": found.unrolled,
        "confirmed": found.confirmed,
        "why": _why(found) or None,
    }


def _why(found: Deadline) -> str:
    """Return why there is no date, "" where there is one."""
    return found.rule.why_en if found.rule and found.why else NO_RULE if found.why else ""


def _lines(found: Deadline) -> str:
    """Return the answer for a person: the date, by which rule, from what, and what may still move it."""
    from press.dates import VIETNAM

    rule = found.rule
    if rule is None or found.until is None:
        named = f"{rule.code} ({rule.clause or 'no clause'}): " if rule else ""
        return f"no date: {named}{_why(found)}"
    lines = [f"until {found.until:%Y-%m-%d %H:%M:%S} +07:00"]
    if found.unrolled and found.unrolled != found.until:
        lines.append(f"  ends on {found.unrolled:%Y-%m-%d}, a day off, and so on the next working day")
    unit = str(rule.unit).replace("_", " ")
    lines.append(f"  {rule.code}, {rule.clause}: {rule.count} {unit} from {rule.starts_en}")
    lines.append(f"  counted from {found.start.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S} +07:00")
    if found.confirmed is False:
        lines.append("  not sure yet: the days off of a year it reaches into are not confirmed")
    return "\n".join(lines)
