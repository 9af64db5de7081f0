"""The whole national press of a day: pages of 60 outlets, one province's share among them, analysed and grouped.

The reference is trafilatura + underthesea on a sample of the same pages in one process.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import islice
from pathlib import Path

import settings as settings_module
from bench import Figure
from bench.analyse import bare
from bench.texts import mixed
from crawlers.manners.rhythm import next_reading
from pipeline.analyse import analyse
from pipeline.group import group
from press import Feed, Link, Outlet, Page
from settings import Analysis, Settings
from storage import Archive, collecting, open_archive

NOW = datetime(2026, 8, 4, 23, 45, tzinfo=UTC)
OUTLETS = 60
RELEVANT = 30
SAMPLE = 60
FRAME = "<li><a href='/chuyen-muc-{n}/'>Chuyên mục {n}</a></li>"
PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{title} - {outlet}</title>
<meta name="description" content="{lead}"><meta property="og:title" content="{title}">
<meta property="article:published_time" content="{at}"><link rel="canonical" href="{url}">
<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{title}","datePublished":"{at}"}}</script>
<style>{style}</style></head><body><nav><ul>{menu}</ul></nav><script>{script}</script><div class="trang">
<h1 class="tieu-de">{title}</h1><span class="ngay">{at}</span><p class="dan">{lead}</p>
<div class="noi-dung">{body}</div>
</div><div class="tin-khac">{related}</div><footer>{outlet}</footer></body></html>"""
RECIPE = {"title": "h1.tieu-de", "lead": "p.dan", "body": "div.noi-dung", "date": "span.ngay", "verified": True}


def run(n: int, keep: str = "area", recipes: int = OUTLETS) -> Figure:
    """Measure pages a second from pages on disk to archive and stories, on every core, with `recipes` of 60 outlets.

    `minutes` is the whole time, `minutes_50k` the same scaled to 50,000 pages, `memory_mb` the largest worker's peak.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = _settings(Path(folder), keep, recipes)
        archive = open_archive(settings.storage.url)
        _fill(archive, n)
        sample = _bodies(archive, min(SAMPLE, n))
        bare(sample[:1])  # the libraries load their models on first use
        before = bare(sample[: len(sample) // 2])
        started = time.perf_counter()
        counts = analyse(archive, settings, NOW)
        group(archive, settings, NOW)
        seconds = time.perf_counter() - started
        after = bare(sample[len(sample) // 2 :])
        archive.close()
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"keep = {keep}, {recipes} of {OUTLETS} outlets with recipes: {counts.line()}", file=sys.stderr)
    minutes = {"minutes": seconds / 60, "minutes_50k": seconds / 60 * 50_000 / n, "memory_mb": memory}
    return Figure("national_day", n / seconds, len(sample) / (before + after), "pages/s", n, minutes)


def _settings(folder: Path, keep: str, recipes: int) -> Settings:
    base = settings_module.parse("[crawl]\noutlets = []", folder / "settings.toml")
    url = f"sqlite:///{folder / 'day.db'}"
    outlets = tuple(
        Outlet(f"bao{n}", f"Báo số {n}", "vi", "central", f"https://bao{n}.example/", **(RECIPE if n < recipes else {}))  # type: ignore[arg-type]
        for n in range(OUTLETS)
    )
    storage_of = replace(base.storage, url=url)
    return replace(base, storage=storage_of, analysis=Analysis(keep, "off"), outlets=outlets)


def _fill(archive: Archive, n: int) -> None:
    feeds = [Feed(f"bao{outlet}", "feed", f"https://bao{outlet}.example/rss") for outlet in range(OUTLETS)]
    with archive.begin() as db:
        collecting.feeds.sync_feeds(db, feeds, NOW)
    pages = _pages(n)
    while batch := list(islice(pages, 500)):
        with archive.begin() as db:
            for reading in collecting.links.announce(db, [link for link, _ in batch], NOW):
                page = next(page for link, page in batch if link.url == reading.link.url)
                collecting.links.record_page(db, reading, page, next_reading)


def _pages(n: int) -> Iterator[tuple[Link, Page]]:
    style, script = ".a{color:#123}" * 300, "var a=[1,2,3];" * 500
    menu = "".join(FRAME.format(n=number) for number in range(60))
    texts = [tuple(map(escape, text[:3])) for text in mixed(n, min(RELEVANT, n))]
    for number, (title, lead, body) in enumerate(texts):
        outlet = number % OUTLETS
        url = f"https://bao{outlet}.example/bai-{number}.html"
        at = (NOW - timedelta(days=1) * (number + 1) / n).isoformat()
        related = "".join(
            f"<h3><a href='/bai-{number + k}.html'>{texts[(number + k) % n][0]}</a></h3>" for k in (60, 120)
        )
        html = PAGE.format(
            title=title,
            lead=lead,
            at=at,
            url=url,
            outlet=f"Báo số {outlet}",
            style=style,
            script=script,
            menu=menu,
            related=related,
            body="".join(f"<p>{line}</p>" for line in body.split("\n")),
        ).encode()
        link = Link(url, url, f"bao{outlet}", title)
        headers = {"content-type": "text/html; charset=utf-8"}
        digest = hashlib.sha256(html).hexdigest()
        yield link, Page(url, url, f"bao{outlet}", 200, headers, html, NOW, digest)


def _bodies(archive: Archive, n: int) -> list[bytes]:
    with archive.read() as db:
        return [row.page.body for row in collecting.pages.due_pages(db, n)]
