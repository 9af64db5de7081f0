"""Analyse: pages of the archive -> its judged articles, against trafilatura + underthesea on the same pages."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import settings as settings_module
from bench import Figure
from demo.press import Press
from demo.truth.truth import anchor_before
from pipeline.analyse import Reader, analyse
from pipeline.collect import collect
from settings import Settings
from storage import collecting, open_archive

EVERY = 1_000_000


def run(copies: int, *, recipes: bool = False) -> Figure:
    """Measure articles a second with one process and with two; the reference is one process, before and after ours.

    Ours is measured from the first batch kept to the last, the archive's writing included; loading models and starting
    workers is counted for neither side. `ratio_two` is two processes against the reference, `two_to_one` against one.
    With `recipes` every outlet of the press carries one, else a single outlet does.
    """
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        settings = _collected(Path(folder), copies, now, recipes)
        bodies = _bodies(settings)
        half = len(bodies) // 2
        bare(bodies[:2])  # the libraries load their models on first use
        Reader(settings).tagger.judge("Tin", "Tin", language="vi")  # and so do ours
        first = bare(bodies[:half])
        one = _ours(settings, Path(folder), 1, now)
        two = _ours(settings, Path(folder), 2, now)
        second = bare(bodies[half:])
    reference = len(bodies) / (first + second)
    more = {"ours_two": two, "ratio_two": two / reference, "two_to_one": two / one}
    return Figure("analyse", one, reference, "articles/s", len(bodies), more)


def _collected(folder: Path, copies: int, now: datetime, recipes: bool) -> Settings:
    with Press(anchor_before(now), copies=copies, troubles=False, process=True) as press:
        text = press.settings_text(folder / "pages.db", all_recipes=recipes, net="off").replace(
            "delay = 0.02", "delay = 0"
        )
        settings = settings_module.parse(text, folder / "settings.toml")
        archive = open_archive(settings.storage.url)
        collect(archive, settings, now)
        archive.close()
    return settings


def _bodies(settings: Settings) -> list[bytes]:
    archive = open_archive(settings.storage.url)
    with archive.read() as db:
        bodies = [row.page.body for row in collecting.pages.due_pages(db, EVERY)]
    archive.close()
    return bodies


def _ours(settings: Settings, folder: Path, workers: int, now: datetime) -> float:
    """Return the articles a second of one analysis of all pages."""
    source = folder / "pages.db"
    copy = folder / f"with-{workers}.db"
    copy.write_bytes(source.read_bytes())
    archive = open_archive(f"sqlite:///{copy}")
    kept: list[tuple[float, int]] = []
    analyse(
        archive, settings, now, workers=workers, progress=lambda _, done, __: kept.append((time.perf_counter(), done))
    )
    archive.close()
    (began, first), (ended, last) = kept[0], kept[-1]
    return (last - first) / (ended - began)


def bare(bodies: list[bytes]) -> float:
    """Return the seconds trafilatura and underthesea need for these pages."""
    import trafilatura
    from underthesea import word_tokenize

    started = time.perf_counter()
    for body in bodies:
        read = trafilatura.bare_extraction(body, with_metadata=True)
        word_tokenize(getattr(read, "text", None) or "")
    return time.perf_counter() - started
