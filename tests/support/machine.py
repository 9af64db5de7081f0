"""State machines over an archive: each has a copy of an empty one to itself."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis.stateful import RuleBasedStateMachine

from storage import open_archive


class ArchiveMachine(RuleBasedStateMachine):
    """A state machine with an archive of its own; its test case uses the fixture `empty_machine`."""

    empty: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        shutil.copy(self.empty, self.home / "x.db")
        self.archive = open_archive(f"sqlite:///{self.home}/x.db")

    def teardown(self) -> None:
        self.archive.close()
        shutil.rmtree(self.home)


@pytest.fixture
def empty_machine(empty_sqlite: Path) -> None:
    """Give the machines their empty archive."""
    ArchiveMachine.empty = empty_sqlite
