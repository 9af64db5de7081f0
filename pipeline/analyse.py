"""Analyse: every page that waits becomes an article with its judgement, or is settled with a reason.

Reading and judging are pure and run in worker processes where there is enough to do; the archive is written here, a
batch a transaction: the article and the mark that its page is done are committed together.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import get_args

from threadpoolctl import threadpool_limits

import logs
from analysis import Text
from analysis.grouping.fingerprints import fingerprint
from analysis.reading import kinds
from analysis.reading.extract import extract
from analysis.reading.prescreen import visible
from analysis.reading.recipes import checked
from errors import DiemBaoError, Unusable
from pipeline.running import land, models
from pipeline.running import outlets as chosen_outlets
from pipeline.running.counts import Counts, Progress, never_stop, silent
from pipeline.running.process import die_with_parent
from pipeline.running.runs import recorded
from press import Deciding, Draft, Judgement, Language, Link, Outcome, Page
from press.markup import is_whole
from press.text import clean
from settings import Settings
from storage import Archive, collecting, coverage
from storage.collecting.pages import Settled
from storage.coverage.again import Judged
from storage.coverage.save import Analysed

LOCK_WAIT = 60.0
BATCH = 64  # pages a worker takes at once, and a transaction
BATCH_BYTES = 8 << 20  # but no more of them than have so many bytes
WORTH_WORKERS = 240  # fewer pages than this are done before workers have loaded the models and caught up
WORTH_WITH_NET = 100  # the same where a net is asked, which takes an article of the area many times as long
SAMPLE = 3  # pages outside the area that a run reads of each outlet, to know its layout
OUTSIDE = "names no place of the area"
REPLACED = "not an article: "  # how the reason begins where a list, a front page or an error page stands instead


@dataclass(frozen=True, slots=True)
class Task:
    """One page to read, with its place in the queue."""

    page_id: int
    page: Page
    link: Link


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one page: an article, or why there is none."""

    page_id: int
    draft: Draft | None = None
    judgement: Judgement | None = None
    fingerprint: bytes = b""
    never: str = ""
    whole: bool = True  #: whether the page ended as documents do
    problems: tuple[str, ...] | None = None  #: of a page that is not kept; None where nobody looked

    @property
    def outside(self) -> bool:
        """Whether the page was settled because it names no place of the area."""
        return self.never == OUTSIDE


class Reader:
    """Reads and judges pages; built once per process, since models take time to load."""

    def __init__(self, settings: Settings) -> None:
        """Load what judges; DiemBaoError for a province nobody knows and for models that cannot be used."""
        try:
            self.tagger = land.tagger(settings, models.in_use(settings))
        except ValueError as error:
            raise DiemBaoError(f"{error}; `diembao check` looks at area and models") from error
        self.outlets = chosen_outlets.known(settings)
        self.keep_all = settings.analysis.keep == "all"
        self.explained = settings.analysis.net != "off"  # whoever turns the net off wants speed
        self.looked_at: Counter[str] = Counter()

    def read(self, tasks: Sequence[Task]) -> list[Result]:
        """Return what each page says; bad pages give a reason, never an exception.

        All pages are extracted, then all articles judged, then all fingerprinted (see `Tagger.judge_all`).
        """
        drafts = [self._draft(task) for task in tasks]
        read = [
            (draft, task.page.outlet) for task, draft in zip(tasks, drafts, strict=True) if isinstance(draft, Draft)
        ]
        judged = iter(self.judge(read))
        prints = iter([fingerprint(one.title, f"{one.lead}\n{one.body}", one.language).packed() for one, _ in read])
        return [
            Result(task.page_id, draft, next(judged), next(prints), whole=is_whole(task.page.body))
            if isinstance(draft, Draft)
            else draft
            for task, draft in zip(tasks, drafts, strict=True)
        ]

    def _draft(self, task: Task) -> Draft | Result:
        """Return the article of a page, or why there is none to keep."""
        page, outlet = task.page, self.outlets.get(task.page.outlet)
        try:
            if not self.keep_all and not self._may_concern(page, task.link):
                return Result(task.page_id, never=OUTSIDE, problems=self._sample(task))
            draft = extract(
                page.body,
                page.final_url,
                outlet=outlet,
                link=task.link,
                content_type=page.headers.get("content-type", ""),
                now=page.fetched_at,  # whenever it is analysed, a page says the same
            )
            if outlet is not None:
                draft = checked(draft, page.body, outlet, page.headers.get("content-type", ""))
        except (Unusable, ValueError) as error:
            return Result(task.page_id, never=getattr(error, "reason", str(error)))
        if not draft.lead and not draft.body:
            if not _announced(task):  # a frame that scripts would fill, a player, an error page with a 200
                return Result(task.page_id, never="no article on the page")
            draft = replace(draft, lead=task.link.lead)  # a picture or film story: its list says what it is about
        if not self.keep_all and not self.tagger.names_area(f"{draft.title}\n{draft.lead}\n{draft.body}"):
            # only the frame of the page named a place
            return Result(task.page_id, never=OUTSIDE, problems=draft.problems)
        return draft

    def _sample(self, task: Task) -> tuple[str, ...] | None:
        """Return what is wrong with the first few pages an outlet has outside the area; None for the others.

        Without them the layout of an outlet that hardly ever writes about the area could change unnoticed.
        """
        self.looked_at[task.page.outlet] += 1
        if self.looked_at[task.page.outlet] > SAMPLE:
            return None
        kind = task.page.headers.get("content-type", "")
        outlet = self.outlets.get(task.page.outlet)
        try:
            return extract(task.page.body, task.page.final_url, outlet=outlet, content_type=kind).problems
        except (Unusable, ValueError) as error:
            return (f"no body: {getattr(error, 'reason', error)}",)

    def _may_concern(self, page: Page, link: Link) -> bool:
        # The list's words count where the page itself says nothing.
        seen = visible(page.body, page.headers.get("content-type", ""))
        return self.tagger.names_area(f"{link.title}\n{link.lead}\n{seen}")

    def judge(self, articles: Sequence[tuple[Draft | Judged, str]]) -> list[Judgement]:
        """Judge articles, each given with its outlet: drafts, or rows of the archive that have the same fields.

        What concerns the area comes with the sentences that decided, as the article writes them, unless the net is off.
        """
        texts = [self._text(article, outlet) for article, outlet in articles]
        judged = self.tagger.judge_all(texts, explained=self.explained)
        return [_bare(one, self._where(article)) for (article, _), one in zip(articles, judged, strict=True)]

    def _text(self, article: Draft | Judged, outlet: str) -> Text:
        slug = outlet if outlet in self.outlets else ""
        text = f"{self._where(article)}{article.lead}\n{article.body}"
        return Text(article.title, text, article.published_at, slug, article.language)

    def _where(self, article: Draft | Judged) -> str:
        """What is judged in front of the lead: a dateline is no part of it, but it may say where."""
        return f"{article.dateline} " if self.tagger.names_area(article.dateline) else ""

    def models(self) -> dict[str, tuple[str, str]]:
        """Return for each language what judgements say of the models that made them.

        First of what does not concern the area, then of what does.
        """
        return {language: self.tagger.models(language) for language in get_args(Language)}


def _bare(judged: Judgement, where: str) -> Judgement:
    """A judgement whose first sentence begins as the article does, not with what was judged in front of it."""

    def kept(found: tuple[Deciding, ...]) -> tuple[Deciding, ...]:
        bare = [replace(one, sentence=one.sentence.removeprefix(where).strip()) for one in found]
        return tuple(one for one in bare if one.sentence)

    if not where:
        return judged
    topics = tuple(replace(tag, sentences=kept(tag.sentences)) for tag in judged.topics)
    return replace(judged, topics=topics, tone_sentences=kept(judged.tone_sentences))


def _announced(task: Task) -> bool:
    """Whether a page without text shows at least the headline its list announced."""
    seen = visible(task.page.body, task.page.headers.get("content-type", ""))
    return bool(task.link.title) and clean(task.link.title) in clean(seen)


def analyse(
    archive: Archive,
    settings: Settings,
    now: datetime,
    *,
    progress: Progress = silent,
    should_stop: Callable[[], bool] = never_stop,
    workers: int | None = None,
    apart: bool = False,
) -> Counts:
    """Analyse every page that waits; `workers` 1 = in this process, None = one per core where it is worth it.

    `apart`: never in this process, so that a long-lived one does not keep the models in memory.
    """
    with archive.lock("analyse", LOCK_WAIT), recorded(archive, "analyse", now) as counts:
        with archive.read() as db:
            counts.due = collecting.pages.count_due(db)
        if not counts.due:
            return counts
        if workers is None:
            worth = WORTH_WORKERS if settings.analysis.net == "off" else WORTH_WITH_NET
            workers = (os.cpu_count() or 1) if counts.due >= worth else 1
        with _readers(settings, workers, apart) as read:
            for results in read(_batches(archive, should_stop)):
                keep(archive, results, now, counts)
                progress("analyse", counts.done + counts.never, counts.due)
    return counts


def _batches(archive: Archive, should_stop: Callable[[], bool]) -> Iterator[list[Task]]:
    after = 0
    while not should_stop():
        with archive.read() as db:
            batch = [Task(*row) for row in collecting.pages.due_pages(db, BATCH, after, BATCH_BYTES)]
        if not batch:
            return
        after = batch[-1].page_id
        yield batch


def keep(archive: Archive, results: Sequence[Result], now: datetime, counts: Counts) -> None:
    """Commit what came of a batch, the articles together with the marks that their pages are done."""
    kept, settled = [], []
    for result in results:
        if result.draft is not None and result.judgement is not None:
            kept.append(Analysed(result.page_id, result.draft, result.judgement, result.fingerprint, result.whole))
        elif result.outside:
            settled.append(Settled(result.page_id, Outcome("done", OUTSIDE), False, result.problems))
        else:
            again = kinds.may_pass(result.never)
            gone = result.never.startswith(REPLACED) and "login" not in result.never and not again
            settled.append(Settled(result.page_id, Outcome("never", result.never), True, gone=gone, again=again))
    with archive.begin() as db:
        coverage.articles.save_articles(db, kept, now)
        collecting.pages.settle_pages(db, settled, now)
    for result in results:
        counts.add("done" if result.draft is not None or result.outside else "never")
        counts.tick("articles", result.judgement is not None)
        counts.tick("outside", result.outside)


Batches = Iterable[list[Task]]
Read = Callable[[Batches], Iterator[list[Result]]]


@contextmanager
def _readers(settings: Settings, workers: int, apart: bool) -> Iterator[Read]:
    """Give the function that reads batches in order: in this process, or in `workers` processes beside it."""
    if workers == 1 and not apart:
        reader = Reader(settings)
        gc.freeze()  # what is loaded stays for all pages: no collection need look at its objects again
        try:
            yield lambda batches: (reader.read(batch) for batch in batches)
        finally:
            gc.unfreeze()
        return
    spawn = multiprocessing.get_context("spawn")  # a forked child would share our connections and threads
    with ProcessPoolExecutor(
        workers, mp_context=spawn, initializer=_start_worker, initargs=(settings, logs.current())
    ) as pool:
        try:
            yield lambda batches: _ahead(pool, batches, 2 * workers)
        except BrokenProcessPool as error:
            raise DiemBaoError("an analysis worker died (out of memory?); nothing is lost, run it again") from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _ahead(pool: ProcessPoolExecutor, batches: Batches, depth: int) -> Iterator[list[Result]]:
    """Give results in order while at most `depth` batches are in the hands of the workers."""
    running: list[Future[list[Result]]] = []
    for batch in batches:
        running.append(pool.submit(_work, batch))
        if len(running) >= depth:
            yield running.pop(0).result()
    for future in running:
        yield future.result()


_READER: Reader | DiemBaoError | None = None  # of a worker process, set once by its initializer


def _start_worker(settings: Settings, setup: logs.Setup | None) -> None:
    global _READER  # noqa: PLW0603 - the pool offers no other place for what a worker keeps
    die_with_parent()
    logs.follow(setup)
    try:
        _READER = Reader(settings)
    except DiemBaoError as error:
        _READER = error  # said by the first batch: a failing initializer only breaks the pool
    gc.freeze()  # as in one process
    threadpool_limits(limits=1)  # two workers with two threads each for every product would wait for one another


def _work(batch: list[Task]) -> list[Result]:
    if _READER is None:
        raise RuntimeError("a worker was asked before it was started")
    if isinstance(_READER, DiemBaoError):
        raise _READER
    return _READER.read(batch)
