"""Collection: what the press serves, asked for politely, handed to a sink. Network by Scrapy, feeds by feedparser.

Rooms: `spider` (the run), `client` (one request with its manners), `politeness`, `guard`, `outcomes`, `gone` (pure
decisions), `feeds`, `sections`, `sitemaps` (bytes -> links), `rhythm` (when to ask again), `catalogue` (data).
"""

from __future__ import annotations

from crawlers.catalogue import load_catalogue
from crawlers.job import Job, Sink

__all__ = ["Job", "Sink", "crawl", "load_catalogue"]


def crawl(job: Job, sink: Sink) -> None:
    """Run one collection to its end in this process; the caller gives it a fresh one, since a reactor runs only once.

    SIGTERM and SIGINT end it cleanly: what is on the wire is dropped and stays due. A failure of the sink ends the run
    and is raised again; a failure of an outlet or article is an outcome.
    """
    from crawlers.spider import run  # Scrapy's imports cost half a second: only the child pays

    run(job, sink)
