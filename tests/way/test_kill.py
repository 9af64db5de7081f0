"""Killed at any moment of any verb and run again: the archive of an undisturbed run, and nobody gets two mails."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.wholeway import READER, House, MailServer, Stages, Stall, differences, kill_when, state, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.server]
SECOND = "second@example.vn"
CAMPAIGN = (pytest.mark.long, pytest.mark.kill)
WITH_WORKERS = (
    "-c",
    "import sys, cli, pipeline.analyse as at\n"
    "at.WORTH_WORKERS = at.WORTH_WITH_NET = 1; at.BATCH = 16\n"
    "sys.exit(cli.main())",
)


def is_whole(house: House, stages: Stages, mail: MailServer) -> None:
    """Run once more at the same instant, then compare with the undisturbed run; every reader has one mail."""
    house.run("run")
    assert not differences(stages.final, state(house))
    assert Counter(mail.recipients for mail in mail.messages) == {(READER,): 1, (SECOND,): 1}


@pytest.mark.long
@pytest.mark.kill
def test_collect_killed_again_and_again(stages: Stages, tmp_path: Path) -> None:
    with MailServer() as mail:
        house = stages.house(tmp_path, "collect", mail.port)
        killed = 0
        for more in (1, 25, 60):
            seen = len(stages.press.requests())
            killed += kill_when(house.start("collect"), lambda: len(stages.press.requests()) > seen + more)  # noqa: B023
        assert killed >= 2
        assert 0 < house.count("pages") < 121, "the kills hit nothing"
        is_whole(house, stages, mail)


@pytest.mark.long
@pytest.mark.kill
def test_collect_killed_while_its_child_starts(stages: Stages, tmp_path: Path) -> None:
    with MailServer() as mail:
        house = stages.house(tmp_path, "collect", mail.port)
        for delay in (0.0, 0.3):
            process = house.start("collect")
            wait_for(lambda: _held(house, "collect", process.pid))  # noqa: B023
            time.sleep(delay)
            kill_when(process, lambda: True)
        started = time.monotonic()
        house.run("collect")
        assert time.monotonic() - started < 40, "a killed command held up the next one"
        is_whole(house, stages, mail)


@pytest.mark.long
@pytest.mark.kill
def test_analyse_killed_again_and_again(stages: Stages, tmp_path: Path) -> None:
    with MailServer() as mail:
        house = stages.house(tmp_path, "analyse", mail.port)
        for least in (0, 17, 64):
            process = house.start("analyse", program=WITH_WORKERS)
            assert kill_when(process, lambda: house.count("articles") >= least)  # noqa: B023
        assert 0 < house.count("articles") < 120, "the kills hit nothing"
        is_whole(house, stages, mail)


@pytest.mark.long
@pytest.mark.kill
def test_group_killed_again_and_again(stages: Stages, tmp_path: Path) -> None:
    with MailServer() as mail:
        house = stages.house(tmp_path, "group", mail.port)
        for delay in (0.0, 0.03, 0.06):
            process = house.start("group")
            kill_when(process, _after(lambda: _held(house, "group", process.pid), delay))  # noqa: B023
        is_whole(house, stages, mail)


@pytest.mark.long
@pytest.mark.kill
def test_group_killed_while_another_writes(stages: Stages, tmp_path: Path) -> None:
    with MailServer() as mail:
        house = stages.house(tmp_path, "group", mail.port)
        with contextlib.closing(sqlite3.connect(house.archive, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            process = house.start("group")
            assert kill_when(process, lambda: _held(house, "group", process.pid))
            other.execute("ROLLBACK")
        assert house.sql("SELECT count(*) FROM articles WHERE story_id IS NOT NULL") == [(0,)]
        is_whole(house, stages, mail)


@pytest.mark.parametrize("stage", [pytest.param("connect", marks=CAMPAIGN), "rcpt"])
def test_publish_killed_before_the_mail_goes_out_sends_it_once(stage: str, stages: Stages, tmp_path: Path) -> None:
    stall = Stall(stage)
    with MailServer(stall) as mail:
        house = stages.house(tmp_path, "publish", mail.port)
        assert kill_when(house.start("publish"), stall.reached.is_set)
        assert house.sql("SELECT DISTINCT state FROM editions ORDER BY 1") == [("claimed",), ("composed",)]
        stall.let_go.set()
        is_whole(house, stages, mail)
        assert len(mail.received) == 2


@pytest.mark.parametrize(("stage", "came"), [pytest.param("data", 0, marks=CAMPAIGN), ("body", 1)])
def test_publish_killed_while_the_mail_goes_out_is_unknown(
    stage: str, came: int, stages: Stages, tmp_path: Path
) -> None:
    stall = Stall(stage)
    with MailServer(stall) as mail:
        house = stages.house(tmp_path, "publish", mail.port)
        house.configure("operator", email="truc@example.vn")
        assert kill_when(house.start("publish"), stall.reached.is_set)
        stall.let_go.set()
        house.run("run")
        house.run("run")
        states = {row["email"]: row["state"] for row in house.rows("editions")}
        assert states == {READER: "unknown", SECOND: "sent"}
        assert Counter(mail.recipients for mail in mail.received)[(READER,)] == came
        assert Counter(mail.recipients for mail in mail.messages)[(SECOND,)] == 1
        (told,) = [mail for mail in mail.messages if mail.recipients == ("truc@example.vn",)]
        assert "chưa rõ" in told.message["Subject"]
        rest = {part: rows for part, rows in state(house).items() if part != "editions"}
        assert not differences(rest, stages.final)


@pytest.mark.long
@pytest.mark.kill
def test_publish_killed_between_two_readers_serves_the_second_once(stages: Stages, tmp_path: Path) -> None:
    with MailServer() as mail:
        house = stages.house(tmp_path, "publish", mail.port)
        assert kill_when(house.start("publish"), lambda: _sent(house) == 1) or len(mail.messages) == 2
        house.run("run")
        got = Counter(mail.recipients for mail in mail.received)
        for row in house.rows("editions"):
            assert got[(row["email"],)] <= 1
            assert row["state"] == "sent" or row["state"] == "unknown"
        assert got[(READER,)] == 1


def test_a_stopped_command_blocks_the_next_one_no_longer_than_it_lives(stages: Stages, tmp_path: Path) -> None:
    stall = Stall("connect")
    with MailServer(stall) as mail:
        house = stages.house(tmp_path, "publish", mail.port)
        first = house.start("publish")
        assert wait_for(stall.reached.is_set)
        second = house.start("publish")
        assert not wait_for(lambda: second.poll() is not None, 3), "two of them sent at one time"
        os.kill(first.pid, signal.SIGKILL)
        first.communicate(timeout=20)
        stall.let_go.set()
        out, err = second.communicate(timeout=60)
        assert (second.returncode, err) == (0, ""), out
        is_whole(house, stages, mail)


def _held(house: House, lock: str, pid: int) -> bool:
    """Whether that process has taken the lock."""
    file = house.archive.with_name(f"{house.archive.name}.{lock}.lock")
    return file.exists() and file.read_text() == str(pid)


def _after(what: Callable[[], bool], delay: float) -> Callable[[], bool]:
    """True that many seconds after something has become true."""
    since: list[float] = []

    def reached() -> bool:
        if not since and what():
            since.append(time.monotonic())
        return bool(since) and time.monotonic() >= since[0] + delay

    return reached


def _sent(house: House) -> int:
    return int(house.sql("SELECT count(*) FROM editions WHERE state = 'sent'")[0][0])
