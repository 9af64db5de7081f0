"""Following the archive: a thread that puts every change into the index within a second of its commit."""

from __future__ import annotations

import logging
import threading
from typing import Final

from errors import DiemBaoError
from storage.search.index import AnotherWriterError, SearchIndex

LOG = logging.getLogger("diembao.search")
EVERY: Final = 0.3  # seconds between two looks; a look is one small query


class Follower:
    """Keeps an index up to the archive until `stop`; while another process writes to it, waits for its turn."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="search-follower", daemon=True)
        self._said = ""

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
            except DiemBaoError as error:
                if str(error) != self._said:  # a full disk is said once, not three times a second
                    self._said = str(error)
                    LOG.error("search index: %s", error)
            self._stopping.wait(EVERY * 10)

    def _follow(self) -> None:
        """Hold the right to write for as long as it goes well."""
        with self._index.writing() as writer:
            while not self._stopping.is_set():
                if self._index.is_behind():
                    writer.catch_up(should_stop=self._stopping.is_set)
                self._said = ""
                self._stopping.wait(EVERY)
