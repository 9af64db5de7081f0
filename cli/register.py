"""Commands of the register: by when the law wants an answer."""

from __future__ import annotations

import argparse

from cli.common import Commands, add_command, instant, json_option, print_json
from errors import UsageError
from press import deadlines, workdays
from press.dates import VIETNAM

NO_RULE = "no rule of this kind was in force when the clock started"


def add_commands(commands: Commands) -> None:
    """Add `deadline`."""
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
    json_option(command, "one JSON object")


def deadline(args: argparse.Namespace) -> int:
    """Print until when something of a kind is due; no archive is needed."""
    rules = deadlines.shipped_rules()
    try:
        year = deadlines.local_day(args.start).year
        found = deadlines.due(rules, args.kind, args.start, workdays.shipped(year, year + 2))
    except OverflowError:
        raise UsageError(f"{args.start.isoformat()}: no calendar reaches as far") from None
    if args.json:
        print_json(_object(found))
    else:
        print(_line(found))
    return 0


def _object(found: deadlines.Deadline) -> dict[str, object]:
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


def _why(found: deadlines.Deadline) -> str:
    """Return why there is no date, "" where there is one."""
    return found.rule.why_en if found.rule and found.why else NO_RULE if found.why else ""


def _line(found: deadlines.Deadline) -> str:
    """Return the answer for a person: the date, by which rule, from what, and what may still move it."""
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
