"""Collect: a whole `collect` of the demo press (child, robots, feeds, archive) against a bare Scrapy download."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import settings as settings_module
from bench import Figure
from demo.press import Press
from demo.truth.truth import anchor_before
from pipeline.collect import collect
from storage import open_archive

BARE = """
import json, sys
import scrapy
from scrapy.crawler import CrawlerProcess

class Bare(scrapy.Spider):
    name = "bare"
    async def start(self):
        for url in json.load(open(sys.argv[1])):
            yield scrapy.Request(url, dont_filter=True)
    def parse(self, response):
        Bare.pages = getattr(Bare, "pages", 0) + (len(response.body) > 0)

process = CrawlerProcess({
    "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "CONCURRENT_REQUESTS": 64,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "DOWNLOAD_DELAY": 0, "COOKIES_ENABLED": False,
})
process.crawl(Bare)
process.start()
print(Bare.pages)
"""


def run(copies: int) -> Figure:
    """Measure pages a second, both from process start to process end; the reference runs before and after ours."""
    now = datetime.now(UTC)
    with Press(anchor_before(now), copies=copies, troubles=False, process=True) as press:
        urls = [article.url for article in press.truth()]
        before = _bare(urls)
        pages, seconds = _ours(press, now)
        after = _bare(urls)
    return Figure("collect", pages / seconds, 2 * len(urls) / (before + after), "pages/s", pages)


def _ours(press: Press, now: datetime) -> tuple[int, float]:
    with tempfile.TemporaryDirectory() as folder:
        text = press.settings_text(Path(folder) / "bench.db", net="off").replace("delay = 0.02", "delay = 0")
        settings = settings_module.parse(text, Path(folder) / "settings.toml")
        archive = open_archive(settings.storage.url)
        started = time.perf_counter()
        counts = collect(archive, settings, now)
        seconds = time.perf_counter() - started
        archive.close()
    return int(str(counts.extra["pages"])), seconds


def _bare(urls: list[str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "urls.json"
        listed.write_text(json.dumps(urls))
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", BARE, str(listed)], capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - started
    if int(done.stdout) != len(urls):
        raise RuntimeError(f"the bare download got {done.stdout.strip()} of {len(urls)} pages")
    return seconds
