"""What every test shares: where things lie, and the unpublished data where it is at hand."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.support import ROOT, SHARED, forked
from tests.support.wholeway import stages

__all__ = ["shared_data", "stages"]

hypothesis.settings.register_profile("shared machine", deadline=None)  # a busy neighbour is no failure
hypothesis.settings.register_profile("quick", deadline=None, max_examples=20)  # the whole hundred in `make test`
hypothesis.settings.load_profile("shared machine")


SHORT_TWINS = "tests/storage/test_archive.py"  #: the one file whose PostgreSQL twins `make test` runs too


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a PostgreSQL server, before the marks choose what runs."""
    for item in items:
        if "postgresql" in getattr(getattr(item, "callspec", None), "params", {}).values():
            item.add_marker("postgres")
            if not item.nodeid.startswith(SHORT_TWINS):
                item.add_marker("long")


#: The files that begin with the undisturbed run of `stages`: one worker takes them all, so that it is made once.
STAGED = (
    "tests/web/test_browser.py", "tests/way/test_kill.py", "tests/way/test_kill_commits.py",
    "tests/way/test_run_mail.py", "tests/cli/test_cli.py", "tests/cli/test_search_command.py",
    "tests/pipeline/running/test_disk.py",
)  # fmt: skip


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share the tests out by file, as `--dist loadfile` does, the files of `STAGED` as if they were one."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return STAGED[0] if file in STAGED else file

    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


#: The files that take most of a whole run, longest first: a worker that met one last would keep the others waiting.
LONGEST = tuple(
    ROOT / "tests" / name
    for name in (
        "web/test_browser.py", "web/site/test_hostile.py", "pipeline/learning/test_models.py", "way/test_run.py",
        "crawlers/test_hostile.py", "way/test_serve.py", "storage/test_migrations.py",
        "storage/upkeep/test_archive_check.py", "analysis/training/test_train.py", "pipeline/export/test_exports.py",
        "web/api/test_api.py", "crawlers/lists/test_lists.py",
    )
)  # fmt: skip


class Order:
    """Puts the longest files first, then those with slow tests in their random order: all workers end at one time."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        rank = {path: number for number, path in enumerate(LONGEST)}
        items.sort(key=lambda item: (rank.get(item.path, len(rank)), item.path not in slow))


def pytest_configure(config: pytest.Config) -> None:
    """Have the order made last."""
    config.pluginmanager.register(Order())


@pytest.fixture
def forked_crawls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have collects that a test calls fork their crawl, as those of `diembao` do: a fresh start costs two seconds."""
    monkeypatch.setattr("pipeline.collect.PROCESSES", forked.CONTEXT)
    monkeypatch.setattr("pipeline.collect._child", partial(forked.crawl, None))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of the unpublished data; the test is skipped, loudly, where it is absent."""
    data = SHARED / "data"
    if not data.is_dir():
        pytest.skip(f"NOT RUN: needs the data folder {data} (set DIEMBAO_SHARED to point at it)")
    return data
