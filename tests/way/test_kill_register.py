"""The register killed before and after every commit: opened, changed, reminded, reported, then run again."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from pipeline.upkeep.inspect import inspect
from settings import load
from storage import open_archive, register
from storage.people import accounts, audit
from tests.support.killing import Ended, Kill, run
from tests.support.registerhouse import moment
from tests.support.webhouse import HASH
from tests.support.wholeway import MailServer

pytest_plugins = ["tests.support.databases"]
pytestmark = [pytest.mark.long, pytest.mark.kill, pytest.mark.server]
NOW = "2026-08-05T10:00:00+07:00"
LATER = "2026-08-25T10:00:00+07:00"
OPEN = (
    "matter",
    "open",
    "--subject",
    "Phà Đại Ngãi ngừng chạy",
    "--kind",
    "feedback",
    "--received",
    "2026-08-03T09:00+07:00",
)
#: acts in their order, with the instant of each; each may be killed anywhere and is then run again
ACTS = {
    "open": (OPEN, NOW),
    "assign": (("matter", "assign", "1", "--lead", "xã Đại Ngãi", "--letter", "9/UBND", "--until", "2026-08-20"), NOW),
    "remind": (("matter", "remind"), LATER),
    "report": (("report", "weekly", "--to", "2026-08-25"), LATER),
    "answer": (("matter", "answer", "1", "--letter", "5/TL"), LATER),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_killed_at_every_commit_leaves_the_register_whole(act: str, tmp_path: Path, empty_sqlite: Path) -> None:
    before = [name for name in ACTS if list(ACTS).index(name) < list(ACTS).index(act)]
    ready = tmp_path / "ready"
    ready.mkdir()
    shutil.copy(empty_sqlite, ready / "a.db")
    with open_archive(f"sqlite:///{ready / 'a.db'}") as archive, archive.begin() as db:
        accounts.add_account(db, "lan@example.vn", name="", role="admin", password=HASH, now=moment("2026-08-01T08:00"))
    with MailServer() as mail:
        furnish(ready, mail.port)
        for name in before:
            assert did(ready, name).code == 0
        commits = 0
        whole = copied(ready, tmp_path / "whole", mail.port)
        commits = did(whole, act).commits
        assert commits >= 1
    for kill in [Kill(n, after) for n in range(1, commits + 1) for after in (False, True)]:
        with MailServer() as mail:
            folder = copied(ready, tmp_path / str(kill).replace(" ", "-"), mail.port)
            assert did(folder, act, kill).killed, kill
            look(folder, act, mail, again=False)
            ended = did(folder, act)
            assert ended.code in (0, 1), ended.said
            look(folder, act, mail, again=True)


def look(folder: Path, act: str, mail: MailServer, *, again: bool) -> None:
    """The register is whole, the chain of the log holds, and nobody was told twice."""
    settings = load(folder / "settings.toml")
    with open_archive(settings.storage.url) as archive:
        found = [finding.name for finding in inspect(archive, settings, moment("2026-08-25T10:00")) if finding.found]
        assert found == []
        with archive.read() as db:
            assert audit.broken(db) is None
            matters = register.lists.find(db, settings.area.province, register.lists.Wanted())
            history = {one.id: register.matters.history(db, one) for one in matters}
    for matter in matters:
        assert [entry.details["version"] for entry in history[matter.id]] == list(range(1, matter.version + 1))
    if again and act == "open":
        assert 1 <= len(matters) <= 2, "one that was committed before the kill is there, and one more was asked for"
    told = Counter(one.recipients[0] for one in mail.received)
    assert all(count == 1 for count in told.values()), told


NOTHING = Kill()


def did(folder: Path, act: str, kill: Kill = NOTHING) -> Ended:
    words, now = ACTS[act]
    return run([*words, "--json", "--settings", folder / "settings.toml", "--now", now], folder, kill)


def furnish(folder: Path, port: int) -> None:
    (folder / "settings.toml").write_text(
        '[storage]\nurl = "sqlite:///a.db"\n[crawl]\ncontact = "https://example.vn/"\n'
        f'[mail]\nhost = "127.0.0.1"\nport = {port}\n',
        "utf-8",
    )


def copied(ready: Path, folder: Path, port: int) -> Path:
    folder.mkdir()
    shutil.copy(ready / "a.db", folder / "a.db")
    furnish(folder, port)
    return folder
