"""The index as files: what of the archive it holds, bringing it up to date, rebuilding it, opening it to search.

It lives in a folder that may be deleted at any time. The file `mark.json` says how far it follows the archive; it is
written after each commit of the index, so that after a kill the last batch is read again, which changes nothing.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Literal

import tantivy
from sqlalchemy import Connection

from errors import StorageError
from storage.archive import Archive
from storage.coverage import articles as stored
from storage.facts import last_number
from storage.locks import file_lock
from storage.search import rows
from storage.search.pasted import addresses
from storage.search.shape import VERSION, Places, Row, entry, open_folder, schema
from storage.search.words import Segment, Words

LOG = logging.getLogger("diembao.search")
LOCK: Final = "index"
MARK: Final = "mark.json"
BATCH: Final = 1000  # articles read at once
_SAFE_EVERY: Final = 20.0  # seconds of building that a kill can cost
_BUILD_HEAP: Final = 400_000_000  # bytes; large segments need few merges
_FOLLOW_HEAP: Final = 30_000_000
Covered = Callable[[Connection, str], Sequence[int] | None]
_BROKEN: Final = (ValueError, OSError)  # what tantivy raises for files it cannot read


@dataclass(frozen=True, slots=True)
class Mark:
    """How far an index follows: up to which id, and once it is built up to which change number.

    `last` is the article of that change number: where the archive has it with a lower one, a backup was put back.
    """

    version: int
    born: str  #: differs for each build
    phase: Literal["build", "follow"]
    id: int
    seq: int
    last: int = 0


def mark_of(folder: Path) -> Mark | None:
    """How far the index in a folder follows its archive; None where there is none of this version."""
    try:
        found = Mark(**json.loads((folder / MARK).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.version == VERSION else None


class SearchIndex:
    """The search index of an archive, in a folder of its own. Threads may share it for searching."""

    def __init__(
        self, archive: Archive, folder: Path, segment: Segment, places: Places, covered: Covered = lambda db, text: None
    ) -> None:
        """`covered` answers which articles a matter has, by its number; None for no such matter."""
        self.archive = archive
        self.folder = folder
        self.places = places
        self.covered = covered
        self.segment = segment
        self.words = Words(segment)  #: of queries
        self._opening = threading.Lock()
        self._open: tuple[Mark, tantivy.Index] | None = None
        self._newest: tuple[Mark | None, int] = (None, 0)

    def mark(self) -> Mark | None:
        """How far the index follows; None where there is none of this version."""
        return mark_of(self.folder)

    def building(self) -> tuple[int, int] | None:
        """How many articles of how many are in it while it is being built; None when it is whole."""
        mark = self.mark()
        if mark is not None and mark.phase == "follow":
            return None
        with self.archive.read() as db:
            count = stored.count(db)
        if mark is None:
            return (0, count) if count else None
        searcher = self.searcher()
        return (searcher.num_docs if searcher else 0), count

    def newest_id(self) -> int:
        """The highest id of an article in it, 0 for none."""
        mark = self.mark()
        return mark.id if mark else 0

    def newest_rank(self, searcher: tantivy.Searcher) -> int:
        """About the rank of the newest article, as it is since the index changed last; to begin looking at."""
        mark = self.mark()
        if self._newest[0] != mark:
            found = searcher.aggregate(tantivy.Query.all_query(), {"rank": {"max": {"field": "rank"}}})
            self._newest = (mark, int(found["rank"]["value"] or 0))
        return self._newest[1]

    def article_at(self, text: str) -> int | None:
        """The article of the archive that a text is an address of, None for none."""
        if not addresses(text):
            return None
        with self.archive.read() as db:
            return rows.article_at(db, text)

    def matter(self, number: str) -> Sequence[int] | None:
        """The coverage of a matter; None where no matter has this number."""
        with self.archive.read() as db:
            return self.covered(db, number)

    def is_behind(self) -> bool:
        """Whether the archive holds what the index does not."""
        mark = self.mark()
        with self.archive.read() as db:
            return mark is None or mark.phase == "build" or mark.seq != last_number(db, "articles")

    def searcher(self) -> tantivy.Searcher | None:
        """The newest state to search in; None where there is no index yet."""
        mark = self.mark()
        if mark is None:
            return None
        with self._opening:
            try:
                if self._open is None or self._open[0].born != mark.born:
                    self._open = (mark, open_folder(self.folder))
                elif self._open[0] != mark:
                    self._open[1].reload()
                    self._open = (mark, self._open[1])
            except _BROKEN:
                self._open = None
                return None
            return self._open[1].searcher()

    def catch_up(
        self,
        wait: float = 0.0,
        *,
        told: Callable[[int, int], None] | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Bring the index up to the archive; False where another process is at it and not done in `wait` seconds.

        `told` hears now and then how many of how many articles are in it.
        """
        deadline = time.monotonic() + wait
        while self.is_behind():
            try:
                with self.writing() as writer:
                    writer.catch_up(told, should_stop)
                    return not should_stop()
            except AnotherWriterError:
                if time.monotonic() >= deadline or should_stop():
                    return False
                time.sleep(0.05)
        return True

    def drop(self) -> None:
        """Throw the index away, as deleting its folder does; the next `catch_up`, here or elsewhere, builds it anew."""
        with suppress(OSError):
            (self.folder / MARK).unlink()  # first: what is left without it is no index
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[IndexWriter]:
        """Hold the right to change the index; AnotherWriterError where another process or thread has it.

        The lock is the folder's, not the archive's: two machines on one PostgreSQL each have an index.
        """
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"search index {self.folder}: its folder cannot be made ({error.strerror})") from error
        try:
            held = file_lock(self.folder.with_name(f"{self.folder.name}.lock"), LOCK, 0.0)
            held.__enter__()
        except StorageError as error:
            if "is running" in str(error):
                raise AnotherWriterError(str(error)) from error
            raise
        try:
            writer = IndexWriter(self)
            try:
                yield writer
            finally:
                writer.close()
        finally:
            held.__exit__(None, None, None)

    def differences(self) -> list[str]:
        """What the index holds otherwise than the archive, in words; an index that is still to be built is no fault."""
        mark, searcher = self.mark(), self.searcher()
        if mark is None or searcher is None or mark.phase == "build":
            return []
        aggregations = {name: {"sum": {"field": name}} for name in ("id", "seq")}
        found = searcher.aggregate(tantivy.Query.all_query(), aggregations)
        ours = (searcher.num_docs, *(int(found[name]["value"] or 0) for name in ("id", "seq")))
        with self.archive.read() as db:
            theirs, ahead = rows.sums(db, mark.seq), last_number(db, "articles") - mark.seq
        if ahead > 0:
            return []  # changes are on their way; only what was followed can be compared, and those rows moved on
        names = ("articles", "sum of ids", "sum of change numbers")
        pairs = zip(names, ours, theirs, strict=True)
        return [f"{name}: {a} in the index, {b} in the archive" for name, a, b in pairs if a != b]


class AnotherWriterError(StorageError):
    """Another process is bringing the index up to date."""


class IndexWriter:
    """The right to change an index, in hand until `close`; merges of its files go on in the background meanwhile."""

    def __init__(self, index: SearchIndex) -> None:
        self._of = index
        self._words = Words(index.segment)
        self._writer: tantivy.IndexWriter | None = None
        self._mark: Mark | None = None

    def catch_up(
        self,
        told: Callable[[int, int], None] | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> int:
        """Bring the index up to the archive; how many articles were put into it."""
        try:
            return self._catch_up(told, should_stop)
        except _BROKEN as error:
            self.close()
            if self._of.mark() is not None:
                raise StorageError(f"search index {self._of.folder}: {error} — is the disk full?") from error
        LOG.warning("search index: %s was deleted; building it anew", self._of.folder)
        return self._catch_up(told, should_stop)

    def _catch_up(self, told: Callable[[int, int], None] | None, should_stop: Callable[[], bool]) -> int:
        mark = self._mark = self._usable() or self._begin()
        done = self._build(mark, told, should_stop) if mark.phase == "build" else 0
        return done + self._follow(should_stop)

    def close(self) -> None:
        """Wait for the merges in hand and let the files go."""
        if self._writer is not None:
            with suppress(*_BROKEN):  # the folder may be gone
                self._writer.wait_merging_threads()
            self._writer = None

    def _usable(self) -> Mark | None:
        """The mark to go on from; None where the index must be built anew."""
        mark = self._of.mark()
        if mark is None:
            return None
        with self._of.archive.read() as db:
            if mark.seq > last_number(db, "articles") or (mark.last and rows.seq_of(db, mark.last) < mark.seq):
                LOG.warning("search index: the archive is older than it, as after a restored backup; building it anew")
                return None
        if self._mark is not None and self._mark.born == mark.born and self._writer is not None:
            return mark
        try:
            open_folder(self._of.folder).searcher().search(tantivy.Query.all_query(), 1)
        except _BROKEN as error:
            LOG.warning("search index: %s cannot be read (%s); building it anew", self._of.folder, error)
            return None
        return mark

    def _begin(self) -> Mark:
        """An empty index."""
        self.close()
        self._of.drop()
        folder = self._of.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"search index {folder}: cannot be made ({error.strerror})") from error
        open_folder(folder)
        with self._of.archive.read() as db:
            seq = last_number(db, "articles")
        return self._note(Mark(VERSION, secrets.token_hex(8), "build", 0, seq))

    def _build(self, mark: Mark, told: Callable[[int, int], None] | None, should_stop: Callable[[], bool]) -> int:
        """Put every article in, by id; changes meanwhile come after, by change number from where it began."""
        writer = self._open(_BUILD_HEAP, 2)
        # What was committed but not noted before a kill would come twice.
        writer.delete_documents_by_query(_ids_over(mark.id))
        safe, done = time.monotonic(), 0
        with self._of.archive.read() as db:
            of = stored.count(db)
        while not should_stop():
            with self._of.archive.read() as db:
                batch = rows.from_id(db, mark.id, BATCH)
            if batch:
                self._add(writer, batch)
                done += len(batch)
                mark = replace(mark, id=batch[-1].id)
            if not batch or time.monotonic() - safe > _SAFE_EVERY:
                writer.commit()
                mark = self._note(mark if batch else replace(mark, phase="follow"))
                safe = time.monotonic()
                if told:
                    told(done, of)
            if not batch:
                self.close()  # the next writer needs less memory
                return done
        writer.commit()
        self._note(mark)
        return done

    def _follow(self, should_stop: Callable[[], bool]) -> int:
        done = 0
        while self._mark is not None and not should_stop():
            with self._of.archive.read() as db:
                batch, newest = rows.from_seq(db, self._mark.seq, BATCH), last_number(db, "articles")
            if not batch:
                if newest != self._mark.seq:  # numbers that no article has: given and lost, as in a mended archive
                    self._note(replace(self._mark, seq=newest, last=0))
                break
            writer = self._writer or self._open(_FOLLOW_HEAP, 1)
            for row in batch:
                writer.delete_documents_by_term("id", row.id)
            self._add(writer, batch)
            writer.commit()
            newest = max(self._mark.id, *(row.id for row in batch))
            self._note(replace(self._mark, id=newest, seq=batch[-1].seq, last=batch[-1].id))
            done += len(batch)
        return done

    def _add(self, writer: tantivy.IndexWriter, batch: list[Row]) -> None:
        for row in batch:
            writer.add_document(entry(row, self._words, self._of.places))

    def _open(self, heap: int, threads: int) -> tantivy.IndexWriter:
        self.close()
        self._writer = open_folder(self._of.folder).writer(heap, threads)
        return self._writer

    def _note(self, mark: Mark) -> Mark:
        """Write the mark so that it is there whole or not at all."""
        file = self._of.folder / MARK
        new = file.with_suffix(".new")
        with new.open("w", encoding="utf-8") as out:
            json.dump(asdict(mark), out)
            out.flush()
            os.fsync(out.fileno())
        new.replace(file)
        self._mark = mark
        return mark


def _ids_over(article_id: int) -> tantivy.Query:
    return tantivy.Query.range_query(
        schema(), "id", tantivy.FieldType.Integer, lower_bound=article_id, include_lower=False
    )
