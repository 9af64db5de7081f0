"""Twenty thousand matters and two hundred thousand entries of the log: the list, its filters and reports stay quick."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.register import annual, show, weekly
from press.matters import ENDED, STATES, WAITING
from settings import Settings
from storage import Archive, open_archive, register
from storage.people.audit import Act, record
from storage.register.matters import Wanted
from storage.register.units import Unit
from storage.tables.register import matter_units, matters
from tests.support.archives import NOW

pytest_plugins = ["tests.support.databases"]
pytestmark = pytest.mark.long
AREA = "Sóc Trăng"
COUNT, ENTRIES, UNITS = 20_000, 200_000, 60
KINDS = ("press_request", "feedback", "ordered", "major_event", "false_report", "press_question")
MOST = 0.5  #: seconds of the processor for a page of the register, at the 95th of a hundred


def furnish(archive: Archive) -> None:
    """Matters over two years, most of them ended, as the register of a large office holds them."""
    rows, led = [], []
    for number in range(1, COUNT + 1):
        opened = NOW - timedelta(days=730) + timedelta(minutes=52 * number)
        recent = opened > NOW - timedelta(days=60)
        state = STATES[number % len(STATES)] if recent or number % 40 == 0 else "done"
        ended = opened + timedelta(days=9) if state in ENDED else None
        due = opened + timedelta(days=number % 30 + 1)
        rows.append(
            {"id": number, "area": AREA, "year": opened.year, "number": number, "version": 1, "state": state,
             "subject": f"Việc số {number} ở bến phà", "kind": KINDS[number % len(KINDS)], "field": "health",
             "places": [], "received_at": opened, "due_at": due, "until": due, "opened_at": opened,
             "changed_at": ended or opened, "ended_at": ended, "answered_at": ended}
        )  # fmt: skip
        led.append({"matter_id": number, "unit_id": number % UNITS + 1, "area": AREA, "lead": True})
    for row in rows:
        if row["state"] == "merged":
            row["merged_into"] = 1
    keys = {"merged_into": None}
    with archive.begin() as db:
        register.units.add(db, AREA, [Unit(f"Đơn vị {number}", "other") for number in range(UNITS)])
        db.execute(matters.insert(), [keys | row for row in rows])
        db.execute(matter_units.insert(), led)
        acts = [Act("lan@example.vn", "matter changed", f"{n % COUNT}/2026", {"version": 2}) for n in range(ENTRIES)]
        for start in range(0, ENTRIES, 10_000):
            record(db, acts[start : start + 10_000], NOW)


def p95(call: Callable[[int], object], times: int = 100) -> float:
    """Return the 95th of a hundred processor times, in seconds."""
    taken = []
    for number in range(times):
        started = time.process_time()
        call(number)
        taken.append(time.process_time() - started)
    return sorted(taken)[int(times * 0.95) - 1]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path) -> Path:
    file = tmp_path_factory.mktemp("many") / "a.db"
    shutil.copy(empty_sqlite, file)
    with open_archive(f"sqlite:///{file}") as archive:
        furnish(archive)
    return file


def test_the_pages_of_a_large_register_stay_quick(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings()
    with open_archive(f"sqlite:///{many}") as archive, archive.read() as db:

        def page(wanted: Wanted, *, by_deadline: bool = False) -> None:
            law = register.law.load(db, AREA)
            for one in (wanted, Wanted(states=WAITING), Wanted(overdue_at=NOW), Wanted()):
                register.matters.count(db, AREA, one)
            show.soon(law, settings, NOW)
            show.rows(db, settings, register.matters.find(db, AREA, wanted, 50, by_deadline=by_deadline), NOW)

        pages: dict[str, Callable[[int], object]] = {
            "waiting": lambda _: page(Wanted(states=WAITING), by_deadline=True),
            "overdue": lambda _: page(Wanted(overdue_at=NOW)),
            "unit": lambda n: page(Wanted(unit=n % UNITS + 1)),
            "words": lambda n: page(Wanted(words=f"số {n}")),
            "matter": lambda n: register.matters.history(db, register.matters.get(db, n + 1)),
        }
        measured = {name: p95(call) for name, call in pages.items()}
        week: datetime = NOW - timedelta(days=6)
        measured["weekly list"] = p95(lambda _: weekly.tell(db, settings, week.date(), NOW.date(), NOW), 5)
        measured["annual report"] = p95(lambda _: annual.tell(db, AREA, 2026), 3)
        found = weekly.tell(db, settings, date(2026, 7, 30), date(2026, 8, 5), NOW)
    with capsys.disabled():
        print({name: round(seconds, 3) for name, seconds in measured.items()})
    assert sum(figure["count"] for figure in found["figures"]) > 100
    assert all(seconds <= MOST for name, seconds in measured.items() if " " not in name), measured
