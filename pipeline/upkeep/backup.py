"""Backup and restore: the archive's database and the models of one's own in one file, checked before it counts.

A backup is a zip file: `backup.json` says what is in it, `archive.db` (or `archive.dump`) is the database, `models/`
the folder beside it. It is made in a folder of its own beside its target and gets its name as the last thing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from errors import DiemBaoError
from pipeline.running import models, search
from pipeline.running.counts import Counts, never_stop
from pipeline.running.mail import tell_now
from settings import Settings
from storage import Archive, open_archive
from storage.upkeep.backup import Contents, copy_database, restore_database
from storage.upkeep.leases import clear_leases

NAME = re.compile(r"diembao-\d{8}-\d{6}\.zip")
ABOUT, MODELS = "backup.json", "models/"
FILES = {"sqlite": "archive.db", "postgresql": "archive.dump"}
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Backup:
    """One finished backup: the file, its bytes, what the database in it holds, which models were in use."""

    file: Path
    bytes: int
    made: str
    contents: Contents
    models: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the backup it took, where the archive of before is kept ("" where none was)."""

    backup: Backup
    aside: str


def backup(archive: Archive, settings: Settings, now: datetime, target: Path | None = None) -> Backup:
    """Make a backup while everything runs. `target`: its file or folder, else `[storage] backup_dir`, else here.

    Raises DiemBaoError where the target exists, the disk is too small, or the copy is not found whole.
    """
    file = _target(settings, now, target)
    with archive.lock("backup"), _workroom(file) as room:
        _enough(archive, file)
        database = room / FILES["sqlite" if archive.file else "postgresql"]
        contents = copy_database(archive, database)
        packed = room / "backup.zip"
        about = {"format": FORMAT, "made": now.isoformat(), "models": models.current(settings), **asdict(contents)}
        _pack(packed, about, database, models.folder(settings))
        opened(packed)
        _name(packed, file)
    return opened(file, thoroughly=False)


def backups(
    archive: Archive, settings: Settings, now: datetime, *, should_stop: Callable[[], bool] = never_stop
) -> Counts:
    """Make the nightly backup where `[storage] backup_dir` asks for it, then let the oldest go that are too many.

    Raises DiemBaoError where it cannot be made; the operator is told.
    """
    counts = Counts("backup")
    if settings.storage.backup_dir and not should_stop():
        try:
            made = backup(archive, settings, now)
        except DiemBaoError as error:
            lines = [f"Không sao lưu được kho lưu đêm qua: {error}", "Sửa xong, làm ngay một bản: diembao backup"]
            tell_now(archive, settings, "Điểm báo: chưa sao lưu được", lines, now)
            raise
        counts.due = counts.done = 1
        counts.extra |= {"file": str(made.file), "bytes": made.bytes}
        for old in outdated(made.file.parent, settings.storage.backups_kept):
            old.unlink(missing_ok=True)
    return counts


def newest(settings: Settings) -> Path | None:
    """Return the newest nightly backup, None where there is none."""
    folder = Path(settings.storage.backup_dir)
    found = outdated(folder, 0) if settings.storage.backup_dir and folder.is_dir() else []
    return found[-1] if found else None


def opened(file: Path, *, thoroughly: bool = True) -> Backup:
    """Read what a backup says of itself, and (thoroughly) every byte of it; DiemBaoError where it is none or broken."""
    try:
        with zipfile.ZipFile(file) as packed:
            about = json.loads(packed.read(ABOUT))
            if about["format"] != FORMAT:
                raise DiemBaoError(f"{file} was made by a newer version of this program: update the program")
            contents = Contents(str(about["database"]), str(about["schema"]), dict(about["rows"]))
            packed.getinfo(FILES[contents.database])
            if thoroughly and (broken := packed.testzip()):
                raise DiemBaoError(f"{file} is damaged (in {broken}): take another backup")
            return Backup(file, file.stat().st_size, str(about["made"]), contents, str(about["models"]))
    except OSError as error:
        raise DiemBaoError(f"{file}: cannot be read ({error.strerror or error})") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise DiemBaoError(f"{file} is no backup of this program, or was cut off ({error})") from error


def restore(settings: Settings, file: Path, now: datetime) -> Restored:
    """Put a backup in the archive's place; the archive of before is kept beside it under another name.

    Nobody may have the archive open. Models of the backup are added, none is removed, and those it used are in use
    again. Raises DiemBaoError where that cannot be; killed at any moment, it can be done again.
    """
    taken = opened(file)
    home = models.folder(settings)
    home.parent.mkdir(parents=True, exist_ok=True)
    with _workroom(home.parent / "restore") as room, zipfile.ZipFile(file) as packed:
        try:
            packed.extractall(room, [name for name in packed.namelist() if _ours(name, taken)])
        except OSError as error:
            raise DiemBaoError(f"{file} cannot be unpacked in {room.parent} ({error.strerror}): make room") from error
        _add_models(room / MODELS, home)
        aside = restore_database(settings.storage.url, room / FILES[taken.contents.database], taken.contents, now)
        with open_archive(settings.storage.url) as archive, archive.begin() as db:
            clear_leases(db)  # else the next service waits for one that is gone
        shutil.rmtree(search.folder(settings), ignore_errors=True)  # it follows the archive of before
        chosen = room / MODELS / models.CHOICES
        if chosen.is_file() or (home / models.CHOICES).is_file():
            models.choose(settings, chosen.read_text(encoding="utf-8").split() if chosen.is_file() else [])
    return Restored(taken, aside)


def outdated(folder: Path, keep: int) -> list[Path]:
    """Return the backups by date in a folder, oldest first, but for the `keep` newest."""
    found = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
    return found[: max(len(found) - keep, 0)]


def _target(settings: Settings, now: datetime, target: Path | None) -> Path:
    name = f"diembao-{now.astimezone(settings.digest.timezone):%Y%m%d-%H%M%S}.zip"
    chosen = target or Path(settings.storage.backup_dir or ".")
    file = (chosen / name if chosen.is_dir() or target is None else chosen).absolute()
    try:
        file.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise DiemBaoError(f"{file.parent}: cannot be made ({error.strerror}); make it, or name another") from error
    if file.exists():
        raise DiemBaoError(f"{file} exists: a backup never replaces a file; name another, or move it away")
    return file


@contextmanager
def _workroom(file: Path) -> Iterator[Path]:
    """Give an empty folder beside `file` that only this user may read; what killed ones left there goes first."""
    room = file.with_name(f".{file.name}.part")
    left = [path for path in file.parent.glob(".*.zip.part") if NAME.fullmatch(path.name[1:-5])]
    for path in {room, *left}:
        shutil.rmtree(path, ignore_errors=True)
    try:
        room.mkdir(mode=0o700)
    except OSError as error:
        raise DiemBaoError(f"{file.parent}: this user may not write there ({error.strerror}); name another") from error
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _enough(archive: Archive, file: Path) -> None:
    """Raise DiemBaoError where the disk surely has no room for the copy and the packed copy of it."""
    if archive.file is None:
        return
    needed, free = 2 * archive.file.stat().st_size, shutil.disk_usage(file.parent).free
    if free < needed:
        words = f"about {needed >> 20} MB are needed for a moment, {free >> 20} MB are free"
        raise DiemBaoError(f"{file.parent} has no room for a backup: {words}; make room, or name another folder")


def _pack(packed: Path, about: dict[str, object], database: Path, home: Path) -> None:
    """Write the zip file and see it onto the disk."""
    try:
        packed.touch(0o600, exist_ok=False)  # readers' addresses stand in it
        with packed.open("r+b") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
                file.writestr(ABOUT, json.dumps(about, indent=1))
                for path in _model_files(home):  # first `current`: whatever is promoted later is not in it
                    file.write(path, MODELS + str(path.relative_to(home)))
                file.write(database, database.name)
            raw.flush()
            os.fsync(raw.fileno())
    except OSError as error:
        raise DiemBaoError(f"{packed.parent.parent}: {error.strerror}; make room, or name another folder") from error


def _model_files(home: Path) -> Iterator[Path]:
    """Give the file of the choices, then those of every whole version: one without a card is being made."""
    if (home / models.CHOICES).is_file():
        yield home / models.CHOICES
    for card in sorted(home.glob(f"*/{models.CARD}")):
        yield from sorted(path for path in card.parent.iterdir() if path.is_file())


def _name(packed: Path, file: Path) -> None:
    """Give a finished backup its name, which nobody has meanwhile."""
    try:
        os.link(packed, file)
    except FileExistsError:
        raise DiemBaoError(f"{file} exists: a backup never replaces a file; name another, or move it away") from None
    except OSError:  # a file system without links
        packed.rename(file)
    fd = os.open(file.parent, os.O_RDONLY)
    with suppress(OSError):  # a network disk may not know how
        os.fsync(fd)
    os.close(fd)


def _ours(name: str, taken: Backup) -> bool:
    """Whether a member is one that a backup has: what somebody else put into the file is not unpacked."""
    plain = re.fullmatch(r"models/(?:current|[\w-]+/[\w.-]+)", name) is not None
    return name == FILES[taken.contents.database] or plain


def _add_models(unpacked: Path, home: Path) -> None:
    """Add the versions that are not there; each appears whole."""
    for card in sorted(unpacked.glob(f"*/{models.CARD}")):
        if not (home / card.parent.name / models.CARD).is_file():
            home.mkdir(exist_ok=True)
            shutil.rmtree(home / card.parent.name, ignore_errors=True)
            card.parent.rename(home / card.parent.name)
