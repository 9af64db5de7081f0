"""A disk that is nearly full stops the collecting only, once told; a full one loses nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.running.disk import MARGIN, too_short
from tests.support.wholeway import ANCHOR, HOUR, MailServer, Stages, differences, state

pytestmark = pytest.mark.server

GB = 1 << 30


@pytest.mark.parametrize(
    ("free", "paused", "short"),
    [
        (GB, False, False),
        (GB - 1, False, True),
        (0, False, True),
        (GB, True, True),
        (int(GB * MARGIN) - 1, True, True),
        (int(GB * MARGIN) + 1, True, False),
    ],
)
def test_when_collecting_pauses(free: int, paused: bool, short: bool) -> None:
    assert too_short(free, GB, paused=paused) == short
    assert not too_short(free, 0, paused=paused), "0 never pauses"


@pytest.mark.slow
def test_little_room_pauses_collecting_and_nothing_else(stages: Stages, tmp_path: Path) -> None:
    with MailServer() as mail:
        house = stages.house(tmp_path, "publish", mail.port)
        house.configure("storage", min_free="900T")
        house.configure("operator", email="it@example.vn")
        asked = len(stages.press.requests())
        for hours in (24, 25):
            told = house.run("collect", "--json", now=ANCHOR + hours * HOUR).json
            assert told["due"] == 0
            assert "nearly full" in told["paused"]
        assert len(stages.press.requests()) == asked
        assert [m.recipients for m in mail.messages] == [("it@example.vn",)], "told once, however often it is tried"
        assert "ổ đĩa sắp đầy" in mail.messages[0].message["Subject"]
        (disk,) = [row for row in house.run("check", "--json", code=None).rows if row["what"] == "disk"]
        assert not disk["ok"]
        house.run("publish")
        assert len(mail.messages) == 3, "editions go out"
        house.configure("storage", min_free="1M")
        assert house.run("collect", "--json", now=ANCHOR + 26 * HOUR).json["due"] > 0
        house.configure("storage", min_free="900T")
        house.run("collect", now=ANCHOR + 27 * HOUR)
        assert len(mail.messages) == 4, "told again when it begins again"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with very little room."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("NOT RUN ON A FULL DISK: only root may mount a small one")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.long
@pytest.mark.slow
def test_a_disk_that_fills_up_loses_nothing(stages: Stages, small_disk: Path) -> None:
    with MailServer() as mail:
        house = stages.house(small_disk, "collect", mail.port)
        house.configure("storage", min_free="0")
        ended = house.run("collect", code=1)
        assert "is full" in ended.err
        assert "make room" in ended.err
        assert house.run("backup", small_disk / "one.zip", code=1).err.count("\n") == 1
        assert not list(small_disk.glob("*.zip")), "nothing half-written"
        assert house.sql("PRAGMA integrity_check") == [("ok",)]
        subprocess.run(["mount", "-o", "remount,size=100m", str(small_disk)], check=True)
        house.run("run")
        assert not differences(stages.final, state(house))
