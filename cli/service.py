"""The operator's commands: is everything usable, does mail arrive, how right are the tags."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.common import Commands, add_command, json_option, now_of, opened, print_json, settings_of
from errors import UsageError


def add_commands(commands: Commands) -> None:
    """Add `check`, `mail-test` and `evaluate`."""
    command = add_command(
        commands,
        "check",
        check,
        "say whether settings, storage, mail server, models and outlets are usable",
        "Each line is one thing, with how to mend it where it is not usable; exit code 1 when one is not.",
    )
    json_option(command, "one JSON object a line")
    command = add_command(commands, "mail-test", mail_test, "send a test mail through the configured server")
    command.add_argument("email", metavar="EMAIL")
    command = add_command(
        commands,
        "evaluate",
        evaluate,
        "measure the models on labelled articles",
        "Prints precision, recall and F1 per class with bootstrap intervals, the confusion, and the surest errors. A\n"
        'line of FILE is {"id","title","text"} with "topics", "tone" or "relevance" as a person labelled it.\n'
        "With --protocol the training itself is measured on texts it did not see: folds over the labelled articles of\n"
        "--data, in which whatever is chosen by looking is chosen inside the fold. Takes long; a run that was ended\n"
        "goes on from what --keep holds.",
    )
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--gold", nargs="+", type=Path, metavar="FILE", help="JSONL, also .gz")
    what.add_argument("--protocol", action="store_true", help="estimate what articles that nobody has seen will get")
    command.add_argument("--data", type=Path, metavar="FOLDER", help="the folder with gold/ and corpora/ (needed)")
    command.add_argument("--keep", type=Path, metavar="FOLDER", help="where results of folds are kept (needed)")
    command.add_argument("--before", metavar="ID", help="learn from earlier rows only, measure those from ID on, too")
    command.add_argument("--net-values", type=Path, metavar="FILE", help="out-of-fold values of a net (.npz)")
    command.add_argument("--labelled", action="store_true", help="learn from the labelled articles alone: minutes")
    command.add_argument("--quick", action="store_true", help="five fits instead of fifteen; a little too good")
    command.add_argument(
        "--stories", action="store_true", help="stories alone, whole days left out: minutes, no --keep"
    )


def check(args: argparse.Namespace) -> int:
    """Print what is usable and how to mend what is not."""
    import pipeline.upkeep.check

    findings = pipeline.upkeep.check.check(settings_of(args), now_of(args))
    good = True
    for finding in findings:
        good = good and finding.ok
        if args.json:
            print_json({"what": finding.what, "ok": finding.ok, "found": finding.found, "mend": finding.mend})
        else:
            print(f"{'ok ' if finding.ok else 'NOT'}  {finding.what:<12} {finding.found}")
            if finding.mend:
                print(f"{'':18}→ {finding.mend}")
    return 0 if good else 1


def mail_test(args: argparse.Namespace) -> int:
    """Send one test mail."""
    from pipeline.running import mail

    with opened(args) as (_, settings):
        mail.send_test(settings, args.email, now_of(args))
    print(f"accepted by {settings.mail.host}:{settings.mail.port} for {args.email}")
    return 0


def evaluate(args: argparse.Namespace) -> int:
    """Measure the models and print the figures."""
    from pipeline.learning import training

    if args.protocol:
        if args.stories and args.data:
            print(training.story_protocol(args.data))
            return 0
        if args.data is None or args.keep is None:
            raise UsageError("--protocol needs --data FOLDER, the labelled articles, and --keep FOLDER for its results")
        options = training.Protocol(args.before, args.net_values, weak=not args.labelled, quick=args.quick)
        print(training.protocol(args.data, args.keep, settings_of(args), options))
        return 0
    if args.data or args.keep or args.before or args.net_values or args.labelled or args.quick or args.stories:
        raise UsageError("--data, --keep, --before, --net-values, --labelled, --quick and --stories go with --protocol")
    print(training.evaluate(args.gold, settings_of(args)))
    return 0
