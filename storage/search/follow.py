"""Following the archive: a thread that puts every change into the index within a second of its commit; how it does."""

from __future__ import annotations

import json
import logging
import platform
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection

from errors import DiemBaoError
from storage.archive import Archive
from storage.coverage import articles
from storage.facts import drop_fact, get_fact, last_number, set_fact
from storage.search.index import AnotherWriterError, SearchIndex, mark_of

LOG = logging.getLogger("diembao.search")
EVERY: Final = 0.3  # seconds between two looks; a look is one small query
_FACT: Final = f"index of {platform.node()}"  # each machine has an index of its own


Following = Literal["following", "behind", "building", "cannot"]


@dataclass(frozen=True, slots=True)
class IndexState:
    """How the index of this machine does: `left` is what of the archive it does not hold yet.

    Articles while it is being built, changes while it follows; `error` why it cannot be written, since when.
    """

    state: Following
    left: int = 0
    error: str = ""
    since: datetime | None = None


def index_state(db: Connection, folder: Path) -> IndexState:
    """How the index in a folder of this machine does."""
    mark = mark_of(folder)
    if mark is None or mark.phase == "build":
        building, left = True, articles.count(db, mark.id if mark else 0)
    else:
        building, left = False, last_number(db, "articles") - mark.seq
    if told := json.loads(get_fact(db, _FACT) or "null"):
        return IndexState("cannot", left, told["error"], datetime.fromisoformat(told["since"]))
    if building and left:
        return IndexState("building", left)
    return IndexState("behind", left) if left > 0 else IndexState("following")


class Follower:
    """Keeps an index up to the archive until `stop`; while another process writes to it, waits for its turn."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="search-follower", daemon=True)
        self._said: str | None = None  #: what is wrong as the archive knows it, None: not looked yet
        self._logged = ""

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self, wait: float = 60.0) -> None:
        """End after the batch in hand."""
        self._stopping.set()
        self._thread.join(wait)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._follow()
            except AnotherWriterError:
                pass  # a command brings it up to date just now
            except (DiemBaoError, OSError) as error:
                self._say(str(error))
            self._stopping.wait(EVERY * 10)

    def _follow(self) -> None:
        """Hold the right to write for as long as it goes well."""
        with self._index.writing() as writer:
            while not self._stopping.is_set():
                if self._index.is_behind():
                    writer.catch_up(should_stop=self._stopping.is_set)
                self._say("")
                self._stopping.wait(EVERY)

    def _say(self, error: str) -> None:
        """Note what is wrong in the log and in the archive, once: a full disk is not said three times a second."""
        if error and error != self._logged:
            LOG.error("search index: %s", error)
        self._logged = error
        if error == self._said:
            return
        with suppress(DiemBaoError):  # an archive that does not answer: the next look tries again
            _note(self._index.archive, error)
            self._said = error


def _note(archive: Archive, error: str) -> None:
    with archive.begin() as db:
        if error:
            set_fact(db, _FACT, json.dumps({"error": error, "since": datetime.now(UTC).isoformat()}))
        else:
            drop_fact(db, _FACT)
