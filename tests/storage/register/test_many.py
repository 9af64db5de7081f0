"""Twenty thousand matters and two hundred thousand entries of the log: the list, its filters and reports stay quick."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.web import AREA, UNITS, furnish
from pipeline.register import annual, show, weekly
from press.matters import WAITING
from settings import Settings
from storage import open_archive, register
from storage.register.lists import Wanted
from tests.support.archives import NOW

pytest_plugins = ["tests.support.databases"]
pytestmark = pytest.mark.long
VIEWS: tuple[dict[str, Any], ...] = ({"states": WAITING}, {"overdue_at": NOW}, {})  # counted above every list
MOST = 0.5  #: seconds of the processor for a page of the register, at the 95th of a hundred


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
        furnish(archive, NOW)
    return file


def test_the_pages_of_a_large_register_stay_quick(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings()
    with open_archive(f"sqlite:///{many}") as archive, archive.read() as db:

        def page(wanted: Wanted, *, by_deadline: bool = False) -> None:
            law = register.law.load(db, AREA)
            views = (wanted, *(replace(wanted, **more) for more in VIEWS))
            register.lists.counts(db, AREA, dict(enumerate(views)))
            show.soon(law, settings, NOW)
            show.rows(db, settings, register.lists.find(db, AREA, wanted, 50, by_deadline=by_deadline), NOW)

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
