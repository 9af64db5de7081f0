"""What every command shares: its options, the open archive, how values are printed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import logs
from errors import DiemBaoError, SettingsError

if TYPE_CHECKING:
    from settings import Settings
    from storage import Archive
    from storage.search import QueryError

Commands = Any  # argparse's own type for a group of subcommands is private
Call = Callable[[argparse.Namespace], int]
Row = Mapping[str, Any]
NO_SETTINGS = "there is no settings.toml here: go to its folder, or name it with --settings FILE"


def common_options(command: argparse.ArgumentParser, *, top: bool = False) -> None:
    """Add --settings and --now, which may stand before or after the command's name."""
    default = None if top else argparse.SUPPRESS
    command.add_argument(
        "--settings",
        metavar="FILE",
        default=default,
        help="settings file (default: $DIEMBAO_SETTINGS, ./settings.toml)",
    )
    command.add_argument(
        "--now",
        metavar="TIME",
        type=instant,
        default=default,
        help="act as at this instant, such as 2026-08-05T06:45:00+07:00 (default: the clock)",
    )


def add_command(commands: Commands, name: str, call: Call, text: str, details: str = "") -> argparse.ArgumentParser:
    """Add a subcommand with its help (first line `text`, then `details`)."""
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}." + (f"\n\n{details}" if details else ""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common_options(command)
    command.set_defaults(call=call)
    return command


def json_option(command: argparse.ArgumentParser, what: str) -> None:
    """Add --json with the words for what it prints."""
    command.add_argument("--json", action="store_true", help=f"print {what}")


def instant(text: str) -> datetime:
    """Return the UTC instant of an ISO 8601 text with offset; ArgumentTypeError otherwise."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 2026-08-05T06:45:00+07:00") from None
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no offset: write {text}+07:00")
    return at.astimezone(UTC)


def day(text: str) -> date:
    """Return the day of a text such as 2026-08-05; ArgumentTypeError otherwise."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-08-05") from None


def now_of(args: argparse.Namespace) -> datetime:
    """Return the instant the command acts at: --now, else the clock."""
    return args.now or datetime.now(UTC)


def settings_of(args: argparse.Namespace) -> Settings:
    """Return the settings the command works with; from here on it logs as they say."""
    from settings import load  # a help or a wrong option needs none

    settings = load(args.settings)
    logs.start(logs.Setup(settings.log.format, settings.secrets()))
    return settings


@contextmanager
def opened(args: argparse.Namespace) -> Iterator[tuple[Archive, Settings]]:
    """Open the archive the settings name, and close it; commands that keep something need a settings file."""
    from storage import open_archive  # the database library takes a second: only commands that need it pay

    settings = settings_of(args)
    if settings.file is None:
        raise SettingsError(NO_SETTINGS)
    archive = open_archive(settings.storage.url)
    try:
        yield archive, settings
    finally:
        archive.close()


@contextmanager
def looked(args: argparse.Namespace) -> Iterator[tuple[Archive, Settings]]:
    """As `opened`, for commands that only look: an archive that is not there yet looks empty, and is not made."""
    settings = settings_of(args)
    if settings.file is None or settings.archive_file is None or settings.archive_file.exists():
        with opened(args) as both:
            yield both
        return
    from dataclasses import replace
    from tempfile import TemporaryDirectory

    from storage import open_archive

    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/{settings.archive_file.name}"
        with open_archive(url) as archive:
            yield archive, replace(settings, storage=replace(settings.storage, url=url, data=""))


def json_line(value: Mapping[str, object] | list[object]) -> str:
    """Return one JSON document on one line, Vietnamese unescaped, times as ISO 8601 with offset."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    # Lone surrogates of a hostile page cannot be written as UTF-8: escape them, keep the line whole.
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def print_json(value: Mapping[str, object] | list[object]) -> None:
    """Print one JSON document on one line."""
    sys.stdout.write(json_line(value))


def written(path: Path, body: Iterable[bytes]) -> None:
    """Write a file whole or not at all; DiemBaoError where it cannot be."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            file.writelines(body)
        partial.replace(path)
    except OSError as error:
        raise DiemBaoError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def safe(text: str) -> str:
    """Return text fit for a terminal: what came from a page must not move the cursor or ring the bell."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def wrong_query(error: QueryError) -> int:
    """Point at what is wrong with a query, and say how it may have been meant; returns the exit code of wrong usage."""
    tried = f" – perhaps: {safe(error.mended)}" if error.mended else ""
    print(f"diembao: {error}\n{error.pointed()}{tried}", file=sys.stderr)
    return 2


def listed(args: argparse.Namespace, rows: Iterable[Row], line: Callable[[Row], str]) -> int:
    """Print each row: its object with --json, else its line, made fit for a terminal."""
    for row in rows:
        if args.json:
            print_json(row)
        else:
            print(safe(line(row)))
    return 0


def local(at: object, zone: ZoneInfo) -> str:
    """Return an instant for a person, in a zone; a dash where there is none."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if isinstance(at, datetime) else "–"
