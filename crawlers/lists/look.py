"""One due list, from request to `FeedReading`: what was asked, what came, what it means."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from crawlers.fetching.client import Client
from crawlers.job import Job
from crawlers.lists.feeds import read_feed
from crawlers.lists.links import Context, Listing
from crawlers.lists.sections import read_section
from crawlers.lists.sitemaps import read_sitemap
from crawlers.outcomes import Answer, Trouble, conditions, feed_trouble
from press import Feed, FeedReading, Link, Outcome

#: However short the time a server asked for, a list that failed is not asked again sooner.
SOONEST: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Harvest:
    links: tuple[Link, ...]
    problems: tuple[str, ...]
    sha256: str
    whole: bool  #: False where something was left unread, so that the old conditions must stay


async def read_list(feed: Feed, job: Job, client: Client) -> FeedReading:
    """Ask for one list, conditionally where it was read before; its outcome is done or later, never final."""
    answer = await client.fetch(feed.url, feed.outlet, "feed", conditions(feed.etag, feed.last_modified))
    if isinstance(answer, Trouble):
        return _later(feed, job, answer)
    if reason := feed_trouble(answer):
        return _later(feed, job, Trouble("later", reason, answer.status))
    if answer.status == 304:
        if not (feed.etag or feed.last_modified):
            return _later(feed, job, Trouble("later", "304 to a request without a condition", 304))
        return FeedReading(feed, Outcome("done"), 304, job.now, not_modified=True)
    digest = hashlib.sha256(answer.body).hexdigest()
    if digest == feed.sha256:
        return FeedReading(_seen(feed, answer, digest), Outcome("done"), answer.status, job.now, not_modified=True)
    listing = await _read(answer, feed, job, client)
    if listing.error:
        return _later(feed, job, Trouble("later", listing.error, answer.status))
    harvest = await _harvest(listing, feed, job, client, digest)
    problems = (*(("truncated answer",) if answer.truncated else ()), *harvest.problems)
    whole = harvest.whole and not answer.truncated
    # What was read only in part keeps its old conditions: the next request must not be told "unchanged".
    seen = _seen(feed, answer, harvest.sha256) if whole else feed
    unchanged = whole and harvest.sha256 == feed.sha256
    links = () if unchanged else harvest.links
    return FeedReading(seen, Outcome("done"), answer.status, job.now, unchanged, links, problems)


def _later(feed: Feed, job: Job, trouble: Trouble) -> FeedReading:
    # Without a date the list's rhythm decides when it is asked again, the longer the more often it failed.
    at = max(trouble.at, job.now + SOONEST) if trouble.at else None
    return FeedReading(feed, Outcome("later", trouble.reason, at), trouble.status, job.now)


def _seen(feed: Feed, answer: Answer, digest: str) -> Feed:
    """The list with what its next request is conditional on.

    Without validators the server's Date stands in (RFC 9110 §13.1.3 allows it): every later request is conditional.
    """
    etag = answer.headers.get("etag", "")
    stamp = answer.headers.get("last-modified", "") or ("" if etag else answer.headers.get("date", ""))
    return replace(feed, etag=etag, last_modified=stamp, sha256=digest)


async def _read(answer: Answer, feed: Feed, job: Job, client: Client) -> Listing:
    """The list in an answer; read on a thread, since however long a hostile one takes, others are asked meanwhile."""
    async with client.reading:
        return await asyncio.to_thread(_listing, answer, feed, job)


def _listing(answer: Answer, feed: Feed, job: Job) -> Listing:
    context = Context(feed, job.outlets[feed.outlet], answer.url, answer.headers.get("content-type", ""))
    if feed.kind == "section":
        return read_section(answer.body, context)
    if feed.kind == "sitemap":
        return read_sitemap(answer.body, context, job.now, job.max_bytes)
    return read_feed(answer.body, context, job.max_bytes)


async def _harvest(listing: Listing, feed: Feed, job: Job, client: Client, digest: str) -> _Harvest:
    """The links of a list; those of its sitemaps where it is an index, asked for on the index's own condition."""
    links, problems, whole = list(listing.links), list(listing.problems), True
    for url in listing.children:
        # What changed before the index was last read has been read then.
        child = await client.fetch(url, feed.outlet, "feed", conditions("", feed.last_modified))
        if isinstance(child, Answer) and child.status == 304:
            continue
        reason = child.reason if isinstance(child, Trouble) else feed_trouble(child)
        if isinstance(child, Trouble) or reason:
            part = Listing(error=reason)
        else:
            part = await _read(child, feed, job, client)
        if part.error:
            problems.append(f"{url}: {part.error}")
            whole = False
            continue
        assert isinstance(child, Answer)  # noqa: S101 - narrows the type; a Trouble became an error above
        digest = hashlib.sha256(f"{digest} {hashlib.sha256(child.body).hexdigest()}".encode()).hexdigest()
        links.extend(part.links)
        problems.extend(part.problems)
    return _Harvest(tuple({link.url: link for link in reversed(links)}.values())[::-1], tuple(problems), digest, whole)
