"""The schedule without its clockwork: what a look does, once a day or always, acting or standing by."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

import pytest

import scheduler
from errors import DiemBaoError, StorageError
from pipeline.running.counts import Counts
from pipeline.running.due import last_daily
from pipeline.running.lease import Lease
from scheduler import Job, Service
from settings import VIETNAM, Settings
from storage import Archive, open_archive
from storage.upkeep.runs import last_runs, record_run


class Step:
    """A step that counts its calls."""

    __name__ = "step"

    def __init__(self, error: str = "") -> None:
        self.calls: list[datetime] = []
        self.error = error

    def __call__(
        self, archive: Archive, settings: Settings, now: datetime, *, should_stop: Callable[[], bool]
    ) -> Counts:
        self.calls.append(now)
        if self.error:
            raise DiemBaoError(self.error)
        return Counts("step", due=1, done=1)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        made = Service(archive, Settings())
        made.renew()
        yield made


def test_a_standby_does_nothing_until_it_acts(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    other, step = Service(service.archive, Settings()), Step()
    other.lease = Lease(service.archive, holder="elsewhere:7:1:x")
    other.renew()
    assert "standing by" in caplog.text
    other.renew()
    assert caplog.text.count("standing by") == 1, "said when it changes, not every time"
    other.look(Job("x", (step,)))
    assert step.calls == []
    service.lease.release()
    other.renew()
    other.look(Job("x", (step,)))
    assert len(step.calls) == 1
    service.renew()
    service.look(Job("x", (step,)))
    assert len(step.calls) == 1


def test_editions_wait_for_the_press_only_while_this_service_acts(service: Service) -> None:
    step = Step()
    service.lease.release()
    started = time.monotonic()
    service.look(Job("editions", (step,), after_press=True))
    assert time.monotonic() - started < 1
    service.renew()
    service.caught_up.set()
    service.look(Job("editions", (step,), after_press=True))
    assert len(step.calls) == 1


def test_a_daily_job_is_done_once_whatever_happens(service: Service) -> None:
    at = (datetime.now(VIETNAM) - timedelta(hours=3)).time().replace(microsecond=0)
    step = Step()
    job = Job("nightly", (step,), daily=at)
    for _ in range(3):
        service.look(job)
    assert len(step.calls) == 1, "missed at its hour, done at the next look, and once"
    again = Service(service.archive, Settings())
    again.renew()
    again.look(job)
    assert len(step.calls) == 1, "a new start did it again"
    with service.archive.read() as db:
        (run,) = last_runs(db)
    assert (run.verb, run.now) == ("nightly", last_daily(at, datetime.now(UTC), VIETNAM))
    assert run.counts["step"]["done"] == 1


def test_a_daily_job_that_was_broken_off_is_due_again_and_one_that_failed_is_told(service: Service) -> None:
    at = datetime.now(VIETNAM).time().replace(microsecond=0)
    step = Step()

    def broken_off(*_: object, should_stop: Callable[[], bool]) -> Counts:
        service.stopping.set()
        return Counts("broken_off")

    service.look(Job("nightly", (broken_off,), daily=at))
    service.stopping.clear()
    service.look(Job("nightly", (step,), daily=at))
    assert len(step.calls) == 1
    bad = Step("no room on the disk")
    service.look(Job("other", (bad, step), daily=at))
    with service.archive.read() as db:
        assert last_runs(db, "other")[0].error == "no room on the disk"
    assert len(step.calls) == 1


def test_an_archive_that_is_away_is_said_once_and_once_when_it_is_back(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> None:
        raise StorageError("archive a: connection refused")

    caplog.set_level("INFO")
    jobs = (Job("press", (Step(),)), Job("nightly", (Step(),), daily=datetime.now(VIETNAM).time()))
    with monkeypatch.context() as broken:
        broken.setattr(service.archive, "read", away)
        broken.setattr(service.archive, "begin", away)
        for _ in range(3):
            for job in jobs:
                service.look(Job(job.name, (Step("archive a: connection refused"),), job.daily))
            service.renew()
    service.look(jobs[0])
    said = [record.getMessage() for record in caplog.records if "the archive" in record.getMessage()]
    assert ["does not answer" in one for one in said] == [True, False], said
    assert not [record for record in caplog.records if record.exc_info]


def test_a_run_of_a_clock_that_was_ahead_holds_nothing_up(service: Service) -> None:
    now, step = datetime.now(UTC), Step()
    with service.archive.begin() as db:
        later = now + timedelta(days=300)
        record_run(db, "nightly", later, later, later, {})
    service.look(Job("nightly", (step,), daily=time_of_day(3)))
    assert len(step.calls) == 1


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2026-08-05T02:59:59+07:00", "2026-08-04T03:00:00+07:00"),
        ("2026-08-05T03:00:00+07:00", "2026-08-05T03:00:00+07:00"),
        ("2026-08-04T23:30:00+00:00", "2026-08-05T03:00:00+07:00"),
    ],
)
def test_the_last_time_of_day_is_told_in_the_zone(now: str, last: str) -> None:
    found = last_daily(time_of_day(3), datetime.fromisoformat(now), VIETNAM)
    assert found == datetime.fromisoformat(last)


def test_a_clock_that_is_set_makes_it_look(monkeypatch: pytest.MonkeyPatch) -> None:
    real, told, looks = time.time, [], []
    times = iter([0.0, 0.0, -7200.0, -7200.0, -7199.0, 90000.0])
    offset = [0.0]

    def sleep(_: float) -> None:
        try:
            offset[0] = next(times)
        except StopIteration:
            told.append(15)

    monkeypatch.setattr(scheduler.time, "sleep", sleep)
    monkeypatch.setattr(scheduler.time, "time", lambda: real() + offset[0])
    scheduler._wait(told, lambda: looks.append(offset[0]))
    assert looks == [-7200.0, 90000.0]
