"""The soak in its short form: two days of all that the long one (`make soak`) has, but for sleep and wrong days."""

from __future__ import annotations

import random
import threading
import time
from multiprocessing import forkserver
from pathlib import Path

import pytest

from tests.support.forked import CONTEXT
from tests.support.killing import ended
from tests.way.soak import Moody, soak

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.server]


@pytest.mark.long
def test_two_days_of_faults_and_kills_lose_and_repeat_nothing(tmp_path: Path) -> None:
    told = soak(tmp_path, days=2, seed=20260805, per_day=4)
    assert int(str(told["kills"])) >= 1
    assert int(str(told["articles"])) > 150


def test_whom_the_mail_server_kills_is_seen_as_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = forkserver.read_signed

    def late(sentinel: int) -> int:  # whoever else reads the exit code has read it before us
        if threading.current_thread() is threading.main_thread():
            time.sleep(0.3)
        return int(read(sentinel))

    monkeypatch.setattr(forkserver, "read_signed", late)
    process = CONTEXT.Process(target=time.sleep, args=(60,))
    process.start()
    (tmp_path / "commits.txt").write_text("0")
    mood = Moody(random.Random(1), doomed=process, stage="data")
    server = threading.Timer(0.2, mood, ("data", ""))
    server.start()
    assert ended(process, tmp_path).killed
    server.join()
    assert mood.moods == {"client killed at data": 1}
