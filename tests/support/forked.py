"""Commands in processes of their own that cost no start: forked from a server which has imported the program once."""

from __future__ import annotations

import multiprocessing
import multiprocessing.forkserver
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [
        "tests.support.killing", "alembic.command", "cli.verbs", "pipeline.desk.add", "pipeline.analyse",
        "pipeline.figures.area", "pipeline.upkeep.backup", "pipeline.collect", "pipeline.group",
        "crawlers.spider", "pipeline.upkeep.inspect", "pipeline.publish",
        "pipeline.running.search", "pipeline.desk.settle", "pipeline.watching.watch", "storage.migrate",
    ]
)  # fmt: skip


def run(
    args: Sequence[str], cwd: Path, env: Mapping[str, str], given: str | None, seconds: float
) -> tuple[int, str, str]:
    """Run one command to its end; returns its exit code, what it printed, and what it said on standard error."""
    with tempfile.TemporaryDirectory(prefix="command-") as folder:
        streams = [Path(folder, name) for name in ("in", "out", "err")]
        streams[0].write_text(given or "", "utf-8")
        process = CONTEXT.Process(target=_command, args=(args, cwd, dict(env), streams))
        process.start()
        process.join(seconds)
        late = process.is_alive()
        if late:
            process.kill()
            process.join()
        _, out, err = (stream.read_text("utf-8") if stream.exists() else "" for stream in streams)
        assert not late, f"{args} did not end within {seconds} s: {out}{err}"
        assert process.exitcode is not None
        return process.exitcode, out, err


def crawl(said: Path | None, *args: Any) -> None:
    """Be the child that crawls, forked: the whole of it but that it dies with who wants the crawl, no parent of it."""
    import pipeline.collect

    if said is not None:
        os.dup2(os.open(said, os.O_WRONLY | os.O_APPEND), 2)
    pipeline.collect.die_with_parent = lambda: None
    pipeline.collect._child(*args)


def _command(args: Sequence[str], cwd: Path, env: Mapping[str, str], streams: Sequence[Path]) -> None:
    import cli
    import pipeline.collect

    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for number, stream in enumerate(streams):
        os.dup2(os.open(stream, os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process lives
    multiprocessing.forkserver._forkserver.ensure_running = lambda: None  # it runs: it has forked us
    pipeline.collect.PROCESSES, pipeline.collect._child = CONTEXT, partial(crawl, streams[2])
    sys.exit(cli.main(args))
