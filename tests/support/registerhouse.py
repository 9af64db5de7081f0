"""A register with matters of every kind over a data year that stands across two laws, for tests of reports."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import settings as settings_module
from pipeline.register import acts, log
from pipeline.register.acts import Office, Opening
from press.dates import VIETNAM
from storage import Archive
from storage.register.matters import Letter

KINDS = (
    "press_request", "old_request", "press_question", "major_event", "divided_opinion", "cross_area", "false_report",
    "old_event", "feedback", "complaint", "ordered", "old_feedback",
)  # fmt: skip
LAN = "lan@example.vn"


def office(archive: Archive, folder: Path, now: str) -> Office:
    """Return the office of the default area at a local time."""
    text = '[storage]\nurl = "sqlite:///a.db"\n[crawl]\noutlets = []\ncontact = "x@example.vn"\n'
    settings = settings_module.parse(text, folder / "settings.toml")
    return Office(archive, settings, LAN, moment(now))


def moment(text: str) -> datetime:
    """Return the instant of a local time."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def furnished(archive: Archive, folder: Path, count: int = 72) -> None:
    """Open matters of every kind, four weeks apart and less, some answered in time, some late, some merged."""
    first = moment("2025-12-10T09:00")
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        came = first + timedelta(days=number * 373 // count, hours=number % 5)
        desk = office(archive, folder, f"{came:%Y-%m-%dT%H:%M}")
        stated = came - timedelta(hours=2) if number % 5 else None
        name = str(acts.open_matter(desk, Opening(kind, f"Việc {number}", received=stated))["number"])
        if number % 3:
            later = desk.now + timedelta(hours=(3, 20, 40, 400)[number % 4])
            form = ("written", "conference", "interview")[number % 3]
            then = office(archive, folder, f"{later.astimezone(VIETNAM):%Y-%m-%dT%H:%M}")
            acts.answer(then, name, letter=Letter("answer", f"{number}/TL"), form=form)
        if number % 17 == 16:
            acts.merge(desk, name, _before(name))
    desk = office(archive, folder, "2026-12-16T09:00")
    for kind, day in (
        ("conference", "2025-12-14"), ("conference", "2025-12-15"), ("giao_ban", "2026-06-30"),
        ("conference", "2026-07-01"),
        ("giao_ban", "2026-12-14"), ("giao_ban", "2026-12-15"),
    ):  # fmt: skip
        log.add(desk, kind, date.fromisoformat(day), "Họp")


def _before(name: str) -> str:
    number, _, year = name.partition("/")
    return f"{int(number) - 1}/{year}"
