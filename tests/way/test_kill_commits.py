"""Killed right before and right after commits, verb by verb, and run again: the archive of an undisturbed run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.support.killing import Kill, run
from tests.support.wholeway import ANCHOR, READER, House, MailServer, Stages, differences, state

pytestmark = [pytest.mark.slow, pytest.mark.server]
SECOND = "second@example.vn"
CAMPAIGN = (pytest.mark.long, pytest.mark.kill)
FAR = 10_000  # more commits than any command makes


def killed(house: House, verb: str, kill: Kill) -> bool:
    """Whether the kill hit: the command is dead, or says that the child which crawls for it is."""
    ended = run(house.arguments((verb,), ANCHOR), house.folder, kill)
    return ended.code == 1 and "run it again" in ended.said if kill.alone else ended.killed


def once_more(house: House, verb: str) -> None:
    ended = run(house.arguments((verb,), ANCHOR), house.folder)
    assert ended.code == 0, ended.said


def commits(house: House, verb: str) -> int:
    return run(house.arguments((verb,), ANCHOR), house.folder, Kill(FAR)).commits


@pytest.mark.long
@pytest.mark.kill
def test_publish_killed_at_every_commit(stages: Stages, tmp_path: Path) -> None:
    """One mail for each reader; `unknown` where the kill hit between the mark and the record, and nowhere else."""
    with MailServer() as mail:
        every = commits(stages.house(tmp_path / "whole", "publish", mail.port), "publish")
    assert every >= 9, "two editions: composed twice, then claimed, marked and sent each, and the run"
    left_open = 0
    # Before a commit all is done that follows the one before it, so that both sides of each are seen.
    for kill in [*(Kill(number, False) for number in range(1, every + 1)), Kill(every, True)]:
        with MailServer() as mail:
            house = stages.house(tmp_path / str(kill), "publish", mail.port)
            assert killed(house, "publish", kill), kill
            began = "state = 'claimed' AND sending_started_at IS NOT NULL"
            lost = {row[0] for row in house.sql(f"SELECT id FROM editions WHERE {began}")}
            left_open += len(lost)
            once_more(house, "publish")
            if lost:
                once_more(house, "publish")
            states = dict(house.sql("SELECT id, state FROM editions"))
            assert len(states) == 2, kill
            assert states == {number: "unknown" if number in lost else "sent" for number in states}, kill
            got = Counter(mail.recipients[0] for mail in mail.received)
            assert all(count == 1 for count in got.values()), kill
            assert len(got) >= 2 - len(lost), kill
            rest = {part: rows for part, rows in state(house).items() if part != "editions"}
            assert not differences(rest, stages.final), kill
    assert left_open == 2, "the open window is from the mark to the record, once for each of two readers"


KILLS = {
    "collect": (Kill(1, False, "crawl"), Kill(3, True, "crawl"), Kill(2, False, "crawl", alone=True), Kill(1, True)),
    "analyse": (Kill(1, False), Kill(2, True)),
    "group": (Kill(1, False), Kill(1, True)),
}


@pytest.mark.parametrize("verb", [pytest.param(verb, marks=() if verb == "group" else CAMPAIGN) for verb in KILLS])
def test_a_verb_killed_at_commits(verb: str, stages: Stages, tmp_path: Path) -> None:
    """At one commit after the other, each time going on with what the kill before left; then to the end."""
    with MailServer() as mail:
        house = stages.house(tmp_path, verb, mail.port)
        hits = [killed(house, verb, kill) for kill in KILLS[verb]]
        assert all(hits), (hits, (tmp_path / "said.txt").read_text())
        for rest in ("collect", "analyse", "group", "publish"):
            once_more(house, rest)
        assert not differences(stages.final, state(house))
        assert Counter(mail.recipients for mail in mail.messages) == {(READER,): 1, (SECOND,): 1}
