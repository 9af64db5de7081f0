"""Care of the data: copies, putting one back, letting old things go, looking for faults."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cli.common import NO_SETTINGS, Commands, add_command, json_option, now_of, opened, print_json, safe, settings_of
from errors import SettingsError

if TYPE_CHECKING:
    from pipeline.upkeep.backup import Backup


def add_commands(commands: Commands) -> None:
    """Add `backup`, `restore`, `retention`, `move` and `archive check`."""
    command = add_command(
        commands,
        "backup",
        backup,
        "copy the archive and the models of one's own into one file, while everything runs",
        "The file is found whole before it gets its name; a file that exists is never replaced. TARGET is a file or a\n"
        "folder (default: [storage] backup_dir, else here). On PostgreSQL pg_dump is needed.",
    )
    command.add_argument("target", metavar="TARGET", type=Path, nargs="?")
    json_option(command, "one JSON object")
    command = add_command(
        commands,
        "restore",
        restore,
        "put a backup in the archive's place; the archive of before is kept beside it",
        "Refuses while anybody has the archive open: stop `diembao serve` first. Editions sent after the backup are\n"
        "not known to it: what they told is told again.",
    )
    command.add_argument("file", metavar="FILE", type=Path)
    json_option(command, "one JSON object")
    command = add_command(
        commands,
        "retention",
        retention,
        "let go what is older than [retention] keeps; `serve` does so every night",
        "Texts that articles show, what belongs to corrected articles, editions and addresses are never let go. The\n"
        "file of a SQLite archive does not shrink: the room is used again.",
    )
    command.add_argument("--dry-run", action="store_true", help="only say what would go")
    json_option(command, "one JSON object")
    command = add_command(
        commands,
        "move",
        move,
        "move an archive into another database: SQLite to PostgreSQL, or back",
        "Both are addresses as [storage] url has them. The new one is empty, or was begun by a move that was ended:\n"
        "then it goes on. Every row is compared in the end; the old archive stays. Stop `diembao serve` first;\n"
        "afterwards name the new address in settings.toml.",
    )
    command.add_argument("source", metavar="FROM")
    command.add_argument("target", metavar="TO")
    json_option(command, "one JSON object")
    things = add_command(commands, "archive", check, "look for faults in the archive: `archive check`")
    command = add_command(
        things.add_subparsers(title="what to do", metavar="WHAT", required=True),
        "check",
        check,
        "look for faults in the archive, and mend them with --repair",
        "Reads all of it: damage, rows that name others that are not there, numbers, pages, texts, stories. Exit code\n"
        "1 when a fault is left. Take a backup before --repair; each kind is mended whole or not at all.",
    )
    command.add_argument("--repair", action="store_true", help="mend what can be mended")
    json_option(command, "one JSON object a line")


def backup(args: argparse.Namespace) -> int:
    """Make a backup."""
    import pipeline.upkeep.backup

    with opened(args) as (archive, settings):
        made = pipeline.upkeep.backup.backup(archive, settings, now_of(args), args.target)
    if args.json:
        print_json({"file": str(made.file), "bytes": made.bytes, **_of(made)})
    else:
        print(f"{made.file}: {_size(made.bytes)}, {_words(made)}")
    return 0


def restore(args: argparse.Namespace) -> int:
    """Put a backup in the archive's place."""
    import pipeline.upkeep.backup

    settings = settings_of(args)
    if settings.file is None:
        raise SettingsError(NO_SETTINGS)
    done = pipeline.upkeep.backup.restore(settings, args.file, now_of(args))
    if args.json:
        print_json({"file": str(args.file), "kept": done.aside, **_of(done.backup)})
        return 0
    print(f"restored the backup of {done.backup.made}: {_words(done.backup)}")
    if done.aside:
        print(f"what was there before is kept as {done.aside}; remove it when all is well")
    return 0


def move(args: argparse.Namespace) -> int:
    """Move an archive into another database."""
    from storage.upkeep import move as moving

    def told(table: str, rows: int) -> None:
        if rows and not args.json:
            print(f"{table:<18} {rows:>9} rows", flush=True)

    settings_of(args)
    moved = moving.move(args.source, args.target, told)
    if args.json:
        print_json({"rows": moved.rows, "sha256": moved.sha256})
    else:
        print(f"equal on both sides: {sum(moved.rows.values())} rows; name the new address in [storage] url")
    return 0


def retention(args: argparse.Namespace) -> int:
    """Let old things go, or say what would go."""
    import pipeline.upkeep.retention

    with opened(args) as (archive, settings):
        act = pipeline.upkeep.retention.foreseen if args.dry_run else pipeline.upkeep.retention.retention
        told = act(archive, settings, now_of(args)).as_json()
        rules = pipeline.upkeep.retention.keeping(settings.retention)
    if args.json:
        print_json({**told, "dry_run": args.dry_run})
        return 0
    for kind, kept in rules.items():
        weight = told[kind]
        words = f"{weight['rows']:>8} rows, {_size(weight['bytes'])}" if kept else "-"  # type: ignore[index]
        print(f"{kind:<10} {f'kept {kept.days} days' if kept else 'kept for ever':<16} {words}")
    print("nothing was let go: this was a dry run" if args.dry_run else "let go")
    return 0


def check(args: argparse.Namespace) -> int:
    """Look for faults in the archive, and mend them where that is asked for."""
    from pipeline.upkeep import inspect

    left = 0
    with opened(args) as (archive, settings):
        for finding in inspect.inspect(archive, settings, now_of(args), repair=args.repair):
            left += finding.left
            if args.json:
                print_json(asdict(finding))
                continue
            if not finding.found:
                print(f"ok   {finding.name}")
                continue
            mended = f", {finding.found - finding.left} mended" if args.repair else ""
            print(f"{'NOT' if finding.left else 'ok '}  {finding.name:<12} {finding.found} {finding.wrong}{mended}")
            for example in finding.examples:
                print(safe(f"{'':18}{example}"))
            if finding.left:
                print(f"{'':18}→ {finding.mending}")
    if left and not args.repair and not args.json:
        print("take a backup (`diembao backup`), then mend with `diembao archive check --repair`")
    return 1 if left else 0


def _of(made: Backup) -> dict[str, object]:
    contents = made.contents
    return {"made": made.made, "schema": contents.schema, "models": made.models, "rows": dict(contents.rows)}


def _words(made: Backup) -> str:
    rows = made.contents.rows
    told = ", ".join(f"{rows.get(name, 0)} {name}" for name in ("articles", "pages", "subscriptions", "editions"))
    return f"{told}; models: {made.models}"


def _size(n: int) -> str:
    return f"{n / 2**20:.1f} MB"
