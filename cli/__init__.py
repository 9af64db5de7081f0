"""`diembao …`: parse, call, print. What a command does is in the packages below; here is how a person asks for it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import logs
from cli import (
    archive,
    care,
    demo,
    export,
    filters,
    matter,
    models,
    people,
    register,
    report,
    search,
    service,
    settle,
    status,
    verbs,
)
from cli.common import common_options
from errors import DiemBaoError, UsageError

ROOMS = (
    verbs, service, status, filters, archive, search, export, settle, models, care, people, matter, register, report,
    demo,
)  # fmt: skip
DESCRIPTION = """\
Press monitoring and a daily digest for a province of Vietnam: collects the published press politely, tags
Vietnamese text with places, topics and tone, groups coverage of one event, and mails a digest every morning."""

EPILOG = """\
exit codes: 0 done (an outlet or article that fails is an outcome, not an exit code) · 1 the command itself could not
be done, said on standard error · 2 wrong usage. `diembao COMMAND --help` explains each command."""


def parser() -> argparse.ArgumentParser:
    """Return the whole command line; every command's function is in its `call`."""
    top = argparse.ArgumentParser(
        prog="diembao", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    common_options(top, top=True)
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for room in ROOMS:
        room.add_commands(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code of the contract."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    args = parser().parse_args(argv)
    logs.start(logs.Setup())  # as the settings say once they are read
    try:
        code: int = args.call(args)
        sys.stdout.flush()
        return code
    except DiemBaoError as error:
        print(f"diembao: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        print("diembao: interrupted; nothing is lost, run it again", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output went away (`| head`): not an error, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
