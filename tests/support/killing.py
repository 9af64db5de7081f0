"""Commands that kill themselves at a commit of their choice: every point at which an archive can be left half-way.

Nothing of this is in the product: the commits are counted where SQLAlchemy hands them to the database.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal

from sqlalchemy.engine.default import DefaultDialect

from tests.support.forked import CONTEXT


@dataclass(frozen=True)
class Kill:
    """Die right before or right after the N-th commit that changed something (0: never).

    `where`: in the command's own process, or in the child that crawls; `alone` leaves the command alive then.
    """

    commit: int = 0
    after: bool = False
    where: Literal["command", "crawl"] = "command"
    alone: bool = False

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} commit {self.commit}"


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (-9: killed), how many commits it made, what it said."""

    code: int
    commits: int
    said: str

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


def run(args: Sequence[object], folder: Path, kill: Kill = Kill(), seconds: float = 120) -> Ended:
    """Run one command to its end, or to its death."""
    return ended(start(args, folder, kill), folder, seconds)


def start(args: Sequence[object], folder: Path, kill: Kill = Kill()) -> BaseProcess:
    """Start one command, to be killed from outside or waited for by `ended`."""
    (folder / "commits.txt").write_text("0")
    process = CONTEXT.Process(target=_command, args=([str(arg) for arg in args], folder, kill))
    process.start()
    return process


def ended(process: BaseProcess, folder: Path, seconds: float = 120) -> Ended:
    """Wait for a command's end; AssertionError where it does not come."""
    process.join(seconds)
    said = (folder / "said.txt").read_text() if (folder / "said.txt").exists() else ""
    if process.is_alive():
        process.kill()
        process.join()
        raise AssertionError(f"a command did not end within {seconds} s: {said}")
    assert process.exitcode is not None
    return Ended(process.exitcode, int((folder / "commits.txt").read_text() or 0), said)


def strike(process: BaseProcess, seconds: float = 20) -> None:
    """Kill a command for which another thread waits in `ended`, and see it dead.

    Its exit code can be read once only: it is left to the one who waits.
    """
    process.kill()
    assert wait([process.sentinel], seconds), "a killed command did not die"


def _command(args: list[str], folder: Path, kill: Kill) -> None:
    import cli

    os.chdir(folder)
    out = os.open(folder / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(out, stream)
    if kill.where == "crawl":
        import pipeline.collect

        pipeline.collect._child = partial(_crawl, kill)
    count_commits(kill if kill.where == "command" else Kill(), folder / "commits.txt")
    sys.exit(cli.main(args))


def _crawl(kill: Kill, *args: Any) -> None:
    from pipeline.collect import _child

    count_commits(kill, None)
    _child(*args)


def count_commits(kill: Kill, file: Path | None) -> None:
    """Have this process count what it commits to a SQLite file, and die where `kill` says."""
    commit = DefaultDialect.do_commit
    changes: dict[int, int] = {}
    made = 0

    def counted(self: DefaultDialect, connection: Any) -> None:
        nonlocal made
        driver = connection.driver_connection if hasattr(connection, "driver_connection") else connection
        changed = driver.total_changes != changes.get(id(driver), 0)
        made += changed
        hit = changed and made == kill.commit
        if hit and not kill.after:
            _die(kill)
        commit(self, connection)
        changes[id(driver)] = driver.total_changes
        if file is not None and changed:
            file.write_text(str(made))
        if hit:
            _die(kill)

    DefaultDialect.do_commit = counted  # type: ignore[method-assign]


def _die(kill: Kill) -> None:
    if kill.where == "crawl" and not kill.alone:
        with contextlib.suppress(ProcessLookupError):
            os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
