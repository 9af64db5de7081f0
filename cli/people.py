"""The operator's commands for the web archive: accounts and the audit log."""

from __future__ import annotations

import argparse

from cli.common import Commands, add_command, json_option, now_of, opened, print_json, safe

ROLES = ("reader", "analyst", "editor", "admin")


def add_commands(commands: Commands) -> None:
    """Add `account` and `audit`."""
    command = add_command(
        commands,
        "account",
        account,
        "list, invite and end the accounts of the web archive",
        "list: who may log in · invite EMAIL: a one-time link, for a new account or a forgotten password · end EMAIL:\n"
        "no more log-in. Roles, each with the rights of those before: reader reads, analyst exports and saves\n"
        "searches, editor corrects, admin manages people.",
    )
    command.add_argument("act", choices=("list", "invite", "end"))
    command.add_argument("email", nargs="?", default="", metavar="EMAIL")
    command.add_argument("--role", choices=ROLES, default="reader", help="of a new account (default: reader)")
    json_option(command, "one JSON object an account")
    command = add_command(
        commands,
        "audit",
        audit,
        "show who read, searched, exported, corrected and logged in; check that nothing was changed",
        "show: the log, newest first · verify: whether the chain of hashes holds; exit code 1 where it does not.",
    )
    command.add_argument("act", choices=("show", "verify"), nargs="?", default="show")
    command.add_argument("--who", default="", metavar="EMAIL", help="only this account")
    command.add_argument("--action", default="", metavar="NAME", help="only acts of this kind")
    command.add_argument("--limit", type=int, default=100, metavar="N", help="entries at most (default: 100)")
    json_option(command, "one JSON object an entry")


def account(args: argparse.Namespace) -> int:
    """List, invite or end."""
    from errors import UsageError
    from pipeline.desk import people

    if args.act != "list" and "@" not in args.email:
        raise UsageError(f"`diembao account {args.act}` needs an e-mail address")
    with opened(args) as (archive, settings):
        if args.act == "invite":
            print(people.invite(archive, settings, args.email, args.role, now_of(args)))
        elif args.act == "end":
            if people.withdraw(archive, args.email, now_of(args)):
                print(f"the link that {args.email} was invited with is ended")
            else:
                people.change(archive, args.email, now_of(args), ended=True)
                print(f"{args.email} can no longer log in")
        else:
            for row in people.rows(archive):
                if args.json:
                    print_json(row)
                else:
                    print(f"{row['role']!s:<8} {'ended' if row['ended_at'] else '':<6} {row['email']}  {row['name']}")
    return 0


def audit(args: argparse.Namespace) -> int:
    """Show or verify the log."""
    from pipeline.desk import people

    with opened(args) as (archive, _):
        if args.act == "verify":
            print(f"the audit log holds: {people.verify(archive)} entries, none changed, none missing")
            return 0
        for row in people.log(archive, args.who, args.action, args.limit):
            if args.json:
                print_json(row)
            else:
                said = (row["who"] or "-", row["action"], row["target"])
                print(safe(f"{row['id']:>7}  {row['at']:%Y-%m-%d %H:%M:%S}  {'  '.join(map(str, said))}"))
    return 0
