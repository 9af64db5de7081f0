"""One of several services acts: the lease on both databases, with clocks that a test turns."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.running import lease
from pipeline.running.lease import ABANDONED, BEAT, VALID, Lease, gone, this_process
from storage import Archive, open_archive
from storage.upkeep.leases import get_lease

pytestmark = pytest.mark.server

pytest_plugins = ["tests.support.databases"]
NOW = datetime(2026, 8, 5, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def holder(archive: Archive) -> str:
    with archive.read() as db:
        row = get_lease(db, lease.NAME)
    assert row is not None
    return row.holder


def test_one_acts_and_the_other_takes_over_what_is_given_up(archive: Archive) -> None:
    one, two = Lease(archive, holder="one"), Lease(archive, holder="two")
    assert not one.held()
    assert (one.beat(NOW), two.beat(NOW)) == (True, False)
    assert (one.held(), two.held()) == (True, False)
    assert two.other is not None
    assert two.other.holder == "one"
    one.release()
    assert not one.held()
    assert two.beat(NOW)
    assert not one.beat(NOW)
    one.release()  # of what is another's: nothing happens
    assert holder(archive) == "two"


def test_a_holder_that_is_silent_stops_before_another_begins(archive: Archive) -> None:
    clock = Clock()
    one, two = Lease(archive, holder="one", clock=clock), Lease(archive, holder="two", clock=clock)
    one.beat(NOW)
    two.beat(NOW)
    waited = 0.0
    while not two.beat(NOW - timedelta(days=waited)):  # its own clock set back again and again: no matter
        assert not (waited >= VALID and one.held())
        clock.at += BEAT
        waited += BEAT
    assert ABANDONED <= waited <= 120 - BEAT
    assert not one.held(), "a paused holder would act beside the new one"
    assert not one.beat(NOW), "it woke up and took back what was lost"
    assert two.held()


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 40)), max_size=60))
def test_never_two_at_a_time(empty: Archive, steps: list[tuple[str, float]]) -> None:
    """Services beat when they like, pause as long as they like: at no instant do two of them hold the lease."""
    clock = Clock()
    services = {name: Lease(empty, holder=name, clock=clock, name="many") for name in "abc"}
    for name, wait in steps:
        clock.at += wait
        services[name].beat(NOW)
        assert sum(service.held() for service in services.values()) <= 1
    for service in services.values():
        service.release()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return open_archive(f"sqlite:///{tmp_path_factory.mktemp('lease')}/a.db")


def test_a_process_that_is_no_more_is_told_from_one_that_lives() -> None:
    assert not gone(this_process())
    code = "from pipeline.running.lease import this_process; print(this_process())"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    name = child.stdout.strip()
    assert gone(name)
    assert not gone(name.replace(":", "-elsewhere:", 1)), "of another machine nothing is known"
    for odd in ("", "x", "host:1:2", "host:x:1:kernel"):
        assert not gone(odd)


def test_a_dead_one_of_this_machine_is_not_waited_for(archive: Archive) -> None:
    code = (
        "import sys; from datetime import UTC, datetime; from pipeline.running.lease import Lease;"
        "from storage import open_archive; print(Lease(open_archive(sys.argv[1])).beat(datetime.now(UTC)))"
    )
    url = archive._engine.url.render_as_string(hide_password=False)
    child = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "True"
    assert Lease(archive).beat(NOW)
