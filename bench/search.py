"""Searching a large archive: tantivy's index and our facets against FTS5 with the same rows, in the same run.

Articles are made of words as frequent as in the Vietnamese press (`data/words.tsv.gz`: words and counts, no text), of
an article's length, with outlets, topics, tones and places. The 200 queries are kept in `data/queries.txt`.
"""

from __future__ import annotations

import gzip
import itertools
import random
import sqlite3
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlalchemy import Table

from analysis.places.area import area_of
from analysis.places.gazetteer import Unit, load_gazetteer
from analysis.words.khmer import khmer_words
from bench import Figure
from bench.texts import SEED
from errors import UsageError
from pipeline.running.search import Units
from press import RELEVANCES, TOPICS
from press.text import fold
from storage import Archive, open_archive
from storage.coverage.articles import count
from storage.search import SearchIndex, parse, search
from storage.search.query import And, Field, Node, Not, Or, Phrase, Word, both
from storage.search.rows import from_id
from storage.search.shape import Row, begin
from storage.search.words import Words
from storage.tables.coverage import articles, places, stories, tags
from storage.tables.facts import counters

DATA: Final = Path(__file__).parent / "data"
LENGTH: Final = 330  # words of an article: about 450 syllables, as the press has them
FIRST: Final = datetime(2016, 8, 1, tzinfo=UTC)
YEARS: Final = timedelta(days=3653)
OUTLETS: Final = 60
BATCH: Final = 2000
AHEAD: Final = 4  # batches made before they are wanted
SAMPLE: Final = 10  # every tenth query is asked of FTS5, which takes seconds for some


def run(n: int, kept: Path | None = None) -> Figure:
    """Measure the p95 of the kept queries with facets and bars, both sorts, in ms; `build_s`: from archive to index.

    `cpu_p95` and `build_cpu_s` are processor time: what is left of the others where the machine is shared.
    """
    with folder(kept) as place:
        with closing(open_archive(f"sqlite:///{place}/archive.db")) as archive:
            fill(archive, n)
            index = SearchIndex(archive, place / "archive.db.search", khmer_words, Units())
            index.drop()
            started, worked = time.perf_counter(), time.process_time()
            index.catch_up()
            built, worked = time.perf_counter() - started, time.process_time() - worked
            queries = (DATA / "queries.txt").read_text(encoding="utf-8").splitlines()
            ours = [_ask(index, query, sort) for sort in ("newest", "relevance") for query in queries]
            busy = [spent for _, spent in ours]
            size = sum(file.stat().st_size for file in index.folder.iterdir())
        with closing(_reference(place)) as db:
            theirs = [_ask_fts(db, query, sort) for sort in ("rowid DESC", "rank") for query in queries[::SAMPLE]]
    took = [whole for whole, _ in ours]
    more = {"p50": part(took, 50), "p99": part(took, 99), "cpu_p95": part(busy, 95)}
    more |= {"build_s": built, "build_cpu_s": worked, "index_mb": size / 1e6}
    more |= {"reference_p50": part(theirs, 50), "reference_n": len(theirs)}
    return Figure("search", part(took, 95), part(theirs, 95), "ms, p95", n, more, less_is_better=True)


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    """Give the folder of the archive: one that is kept for the next run, or one that goes."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.absolute()
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def rows(n: int) -> Iterator[Sequence[Row]]:
    """Give articles in batches, the same for the same `n`; a process for each processor makes the texts."""
    waiting: deque[Future[list[Row]]] = deque()
    with ProcessPoolExecutor() as made:
        for first in range(1, n + 1, BATCH):
            waiting.append(made.submit(_batch, first, min(first + BATCH, n + 1), n))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        yield from (batch.result() for batch in waiting)


def _batch(first: int, end: int, n: int) -> list[Row]:
    """Articles by their numbers: the seed is the first one, so that any process may make them."""
    chance, units, topics = random.Random(SEED + first), _units(), list(TOPICS)
    return [
        Row(
            *(number, number, f"bao-{int(OUTLETS * chance.random() ** 2)}", "vi", *text),
            *(FIRST + YEARS * (number / n), chance.choice(RELEVANCES), chance.choice((-1, 0, 0, 1, None))),
            chance.sample(topics, chance.choice((1, 1, 2))),
            [(unit.code, unit.valid_from, unit.title) for unit in {chance.choice(units) for _ in range(number % 4)}],
        )
        for number, text in zip(range(first, end), _texts(first, end - first), strict=True)
    ]


def _texts(seed: int, many: int) -> Iterator[tuple[str, str, str]]:
    """Titles, leads and bodies; every eighteenth word begins with a capital."""
    pairs = _words()
    said = np.array([word for word, _ in pairs], dtype=object)
    sums = np.array([upto for _, upto in pairs])
    drawn = np.random.default_rng(seed).integers(sums[-1], size=(many, LENGTH))
    for text in said[np.searchsorted(sums, drawn, side="right")].tolist():
        text[::18] = [word.capitalize() for word in text[::18]]
        yield " ".join(text[:9]), f"{' '.join(text[9:40])}.", f"{' '.join(text[40:])}."


@cache
def _units() -> Sequence[Unit]:
    gazetteer = load_gazetteer()
    return [gazetteer.units[unit] for unit in sorted(area_of(gazetteer, "Sóc Trăng").units)]


@cache
def _words() -> list[tuple[str, int]]:
    """Words with their running sums of occurrences, most frequent first."""
    lines = gzip.decompress((DATA / "words.tsv.gz").read_bytes()).decode().splitlines()
    pairs = [(word, int(count)) for count, line in (line.split("\t") for line in lines) for word in line.split(",")]
    return list(zip((word for word, _ in pairs), itertools.accumulate(count for _, count in pairs), strict=True))


def fill(archive: Archive, n: int) -> None:
    """Put `n` articles into an empty archive; one of that size is taken as it is."""
    with archive.read() as db:
        there = count(db)
    if there == n:
        return
    if there:
        raise UsageError(f"{archive.name} holds {there} articles, not {n}: name another folder with --archive")
    print(f"making {n} articles", file=sys.stderr)
    for batch in rows(n):
        with archive.begin() as db:
            db.execute(stories.insert(), list(_stories(batch)))
            for table, made in ((articles, map(_article, batch)), (tags, _tags(batch)), (places, _places(batch))):
                db.execute(table.insert(), list(made))
    with archive.begin() as db:
        db.execute(counters.update().where(counters.c.name == "articles").values(value=n))


def _article(row: Row) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in Row._fields[:10]}
    judged: dict[str, Any] = {"relevance_score": 0.5, "relevance_evidence": [], "tone_score": 0.5, "tone_evidence": []}
    told = {"url": f"https://{row.outlet}.example/{row.id}", "link_id": row.id, "text_sha256": "", "version": 1}
    times = dict.fromkeys(("published_at", "fetched_at", "updated_at"), row.dated_at)
    return {**same, **judged, **told, **times, "model": "bench", "needs_group": False, "story_id": _story(row.id)}


def _story(article: int) -> int:
    """Three articles in a row are one."""
    return (article + 2) // 3


def _stories(batch: Iterable[Row]) -> Iterator[dict[str, Any]]:
    for row in batch:
        if row.id % 3 == 1:
            times = dict.fromkeys(("first_at", "last_at", "created_at"), row.dated_at)
            yield {"id": _story(row.id), "title": row.title, **times}


def _tags(batch: Iterable[Row]) -> Iterator[dict[str, Any]]:
    for row in batch:
        for position, topic in enumerate(row.topics):
            yield _of(tags, row.id, position, kind="topic", value=topic, score=0.5, evidence=[], model="bench")


def _places(batch: Iterable[Row]) -> Iterator[dict[str, Any]]:
    for row in batch:
        for position, (code, valid_from, name) in enumerate(row.places):
            key = {"code": code, "valid_from": valid_from, "name": name}
            yield _of(places, row.id, position, **key, as_written=name, evidence="", score=1.0, in_area=True)


def _of(_: Table, article: int, position: int, **more: Any) -> dict[str, Any]:
    return {"article_id": article, "position": position, **more}


def _ask(index: SearchIndex, query: str, sort: Any) -> tuple[float, float]:
    """How long a query takes by the clock, and how much of that it works: the rest others had the processor."""
    started, worked = time.perf_counter(), time.process_time()
    search(index, query, sort=sort, limit=20, facets=True, span="month")
    return (time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000


def _reference(folder: Path) -> sqlite3.Connection:
    """Both forms of each text in FTS5, and what is counted in tables beside it."""
    file = folder / "reference.db"
    if not file.exists():
        made = file.with_suffix(".new")
        made.unlink(missing_ok=True)
        with closing(open_archive(f"sqlite:///{folder}/archive.db")) as archive, closing(sqlite3.connect(made)) as db:
            _fill_reference(db, archive)
        made.rename(file)
    db = sqlite3.connect(file)
    db.execute("PRAGMA cache_size = -262144")
    return db


def _fill_reference(db: sqlite3.Connection, archive: Archive) -> None:
    words, units = Words(khmer_words), Units()
    db.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;"
        "CREATE VIRTUAL TABLE fts USING fts5(marked, folded, content='', tokenize='unicode61 remove_diacritics 0');"
        "CREATE TABLE facts(id INTEGER PRIMARY KEY, outlet, language, relevance, tone, dated, month);"
        "CREATE TABLE topic(id, value); CREATE TABLE place(id, value); CREATE TABLE within(id, value)"
    )
    print("building FTS5", file=sys.stderr)
    last = 0
    while True:
        with archive.read() as source:
            batch = from_id(source, last, BATCH)
        if not batch:
            break
        last = batch[-1].id
        _put(db, batch, words, units)
    for table in ("topic", "place", "within"):
        db.execute(f"CREATE INDEX {table}_id ON {table}(id)")
    db.execute("CREATE INDEX within_value ON within(value)")
    db.commit()


def _put(db: sqlite3.Connection, batch: Sequence[Row], words: Words, units: Units) -> None:
    db.executemany(
        "INSERT INTO fts(rowid, marked, folded) VALUES (?, ?, ?)",
        [(row.id, *words.forms(row.title, row.lead, row.body)) for row in batch],
    )
    db.executemany(
        "INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(row.id, row.outlet, row.language, row.relevance, row.tone),
                *(day.isoformat() for day in (row.dated_at.date(), begin(row.dated_at.date(), "month"))),
            )
            for row in batch
        ],
    )
    db.executemany("INSERT INTO topic VALUES (?, ?)", [(row.id, topic) for row in batch for topic in row.topics])
    for table, of in (("place", units.chain), ("within", units.lineage)):
        keys = [(row.id, key) for row in batch for key in {key for place in row.places for key in of(*place)}]
        db.executemany(f"INSERT INTO {table} VALUES (?, ?)", keys)


def _ask_fts(db: sqlite3.Connection, query: str, order: str) -> float:
    """One match kept in a table, its first page, and a count for each facet."""
    said, conditions, values = _sql(parse(query))
    where = " AND ".join((*(["fts MATCH ?"] if said else []), *conditions))
    started = time.perf_counter()
    db.execute("DROP TABLE IF EXISTS temp.hits")
    source, rank = ("fts", "rank") if said else ("facts AS fts", "0 AS rank")
    db.execute(
        f"CREATE TEMP TABLE hits AS SELECT fts.rowid AS id, {rank} FROM {source} WHERE {where}",
        (*([said] if said else []), *values),
    )
    db.execute(f"SELECT id FROM hits ORDER BY {order.replace('rowid', 'id')} LIMIT 20").fetchall()
    for column in ("outlet", "language", "relevance", "tone", "month"):
        db.execute(f"SELECT {column}, count(*) FROM hits JOIN facts USING (id) GROUP BY 1").fetchall()
    for table in ("topic", "place"):
        db.execute(f"SELECT value, count(*) FROM hits JOIN {table} USING (id) GROUP BY 1").fetchall()
    return (time.perf_counter() - started) * 1000


def _sql(node: Node) -> tuple[str, list[str], list[str]]:
    """A kept query for FTS5: what it matches, and the conditions on the tables beside it."""
    parts = node.parts if isinstance(node, And) else (node,)
    said = [part for part in parts if not _is_field(part)]
    wanted = [part for part in said if not isinstance(part, Not)]
    unwanted = "".join(f" NOT {_match(part.of)}" for part in said if isinstance(part, Not))
    conditions, values = [], []
    for part in (part for part in parts if isinstance(part, Field)):
        value = part.value.text
        if part.name in ("from", "to"):
            conditions.append(
                f"fts.rowid IN (SELECT id FROM facts WHERE dated {'>=' if part.name == 'from' else '<='} ?)"
            )
        elif part.name == "topic":
            conditions.append("fts.rowid IN (SELECT id FROM topic WHERE value = ?)")
        elif part.name == "place":
            conditions.append("fts.rowid IN (SELECT id FROM within WHERE value = ?)")
            value = Units().named(value)[0]
        else:
            conditions.append(f"fts.rowid IN (SELECT id FROM facts WHERE {part.name} = ?)")
            value = {"negative": "-1", "neutral": "0", "positive": "1"}.get(value, value)
        values.append(value)
    return (f"({_match(both(wanted))}){unwanted}" if wanted else ""), conditions, values


def _is_field(node: Node) -> bool:
    return isinstance(node, Field)


def _match(node: Node) -> str:
    match node:
        case Word(text) | Phrase(text):
            column = "folded" if fold(text) == text.lower() else "marked"
            return f'{column}:"{text.lower()}"'
        case And(parts):
            return " AND ".join(f"({_match(part)})" for part in parts)
        case Or(parts):
            return " OR ".join(f"({_match(part)})" for part in parts)
    raise ValueError(f"no kept query has this: {node}")


def part(times: Sequence[float], percent: int) -> float:
    """Return a percentile."""
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]


def make_queries() -> list[str]:
    """Return the 200 queries as they were drawn: rare, middling and common words, phrases, folded, fields, signs."""
    chance = random.Random(SEED)
    said = [word for word, _ in _words()]
    common, middling, rare = said[:80], said[80:1500], said[5000:]
    pairs = [word for word in said[:3000] if " " in word]
    one = [chance.choice(pool) for pool in (common, middling, rare) for _ in range(25)]
    two = [f"{chance.choice(common)} {chance.choice(middling)}" for _ in range(25)]
    phrases = [f'"{chance.choice(pairs)}"' for _ in range(20)] + [
        f'"{a} {b}"' for a, b in zip(pairs[:10], pairs[7:], strict=False)
    ]
    folded = [fold(chance.choice(pool)) for pool in (common, middling, pairs) for _ in range(12)]
    fields = [
        "topic:health tôm", "topic:environment nước", "outlet:bao-3 của", "outlet:bao-0 và", "tone:-1 người",
        'place:"Trần Đề" nước', "place:\"Sóc Trăng\" được", 'place:"Kế Sách"', "topic:education", "from:2025-01-01 và",
        "from:2026-07-01 to:2026-07-31", "to:2017-12-31 tỉnh", "relevance:focus là", "language:vi", "tone:positive",
        'topic:agriculture -"sản xuất" lúa', "outlet:bao-7 topic:law_order", "tone:neutral relevance:mention có",
    ]  # fmt: skip
    signs = ["người OR của", "(tôm OR cá) nước", "nước -mặn", "xã -huyện", "(y tế OR giáo dục) tỉnh", "và của là có"]
    return [*one, *two, *phrases, *folded, *fields, *signs, *(chance.choice(middling) for _ in range(10))]


if __name__ == "__main__":
    (DATA / "queries.txt").write_text("\n".join(make_queries()) + "\n", encoding="utf-8")
