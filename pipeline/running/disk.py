"""A disk that is nearly full: collection pauses before the archive cannot be written, and the operator is told.

What is collected later is not lost: lists and articles stay due. Editions still go out, since they need little room.
Only the disk of a SQLite archive can be seen from here; a database server looks after its own.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime

import logs
from pipeline.running.mail import tell_now
from settings import Settings
from storage import Archive
from storage.facts import drop_fact, get_fact, set_fact

LOG = logs.logger()
SINCE = "disk_short_since"
MARGIN = 1.1  # a pause ends only with a tenth more than it began at, so that it does not begin anew at once

_told: set[str] = set()  # archives that could not even note that their operator was told


@dataclass(frozen=True, slots=True)
class Room:
    """The free bytes of the archive's disk, and whether they are too few to collect."""

    free: int
    least: int
    short: bool

    @property
    def words(self) -> str:
        """Say it in a line."""
        return f"{self.free >> 20} MB free, [storage] min_free is {self.least >> 20} MB"


def too_short(free: int, least: int, *, paused: bool) -> bool:
    """Whether nothing is to be collected with so many bytes free, knowing whether it is paused already."""
    return free < (least * MARGIN if paused else least)


def room(archive: Archive, settings: Settings) -> Room | None:
    """Look at the archive's disk; None where it cannot be seen from here."""
    if archive.file is None:
        return None
    with archive.read() as db:
        paused = get_fact(db, SINCE) is not None
    free, least = shutil.disk_usage(archive.file.parent).free, settings.storage.min_free
    return Room(free, least, too_short(free, least, paused=paused))


def paused(archive: Archive, settings: Settings, now: datetime) -> str:
    """Return why nothing is to be collected now, "" where there is room; tells the operator once when that begins."""
    found = room(archive, settings)
    if found is None:
        return ""
    with archive.read() as db:
        since = get_fact(db, SINCE)
    if not found.short:
        if since is not None:
            with archive.begin() as db:
                drop_fact(db, SINCE)
            LOG.info("disk has room again, collecting goes on", free=found.free)
        _told.discard(archive.name)
        return ""
    if since is None and archive.name not in _told:
        _told.add(archive.name)
        _begin(archive, settings, found, now)
    return f"the disk is nearly full: {found.words}"


def _begin(archive: Archive, settings: Settings, found: Room, now: datetime) -> None:
    LOG.error("disk nearly full, nothing is collected", free=found.free, min_free=found.least)
    lines = [
        f"Ổ đĩa chứa kho lưu còn {found.free >> 20} MB, ít hơn mức [storage] min_free ({found.least >> 20} MB).",
        "Chương trình tạm dừng thu thập tin; không mất gì, có chỗ là tự đọc bù. Thư điểm báo vẫn gửi.",
        "Xin dọn chỗ, hoặc để kho lưu ở ổ đĩa lớn hơn. Kho lưu có thể bớt gì: diembao retention --dry-run",
        f"Kho lưu: {archive.name}",
    ]
    subject = "Điểm báo: ổ đĩa sắp đầy, tạm dừng thu thập"
    # Where there is no room even for the mark, this process remembers that the operator was told.
    tell_now(archive, settings, subject, lines, now, lambda db: set_fact(db, SINCE, now.isoformat()))
