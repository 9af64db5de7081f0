"""One due list, from request to `FeedReading`: what was asked, what came, what it means."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Final

from crawlers.fetching.client import Client
from crawlers.job import Job
from crawlers.lists.feeds import read_feed
from crawlers.lists.links import Context, Listing
from crawlers.lists.sections import read_section
from crawlers.lists.sitemaps import MOST_CHILDREN, read_sitemap
from crawlers.outcomes import Answer, Trouble, conditions, feed_trouble
from press import Child, Feed, FeedReading, Link, Outcome
from press.markup import is_whole

#: However short the time a server asked for, a list that failed is not asked again sooner.
SOONEST: Final = timedelta(minutes=5)
#: Sitemaps asked in one look at an index, those of indexes in it among them.
MOST_ASKED: Final = 2 * MOST_CHILDREN


@dataclass(slots=True)
class _Harvest:
    """What the sitemaps of an index gave."""

    links: list[Link] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    changed: bool = False


async def read_list(feed: Feed, job: Job, client: Client) -> FeedReading:
    """Ask for one list, conditionally where it was read before; its outcome is done or later, never final."""
    answer, doubted = await _asked(feed, Child(feed.ask or feed.url, feed.etag, feed.last_modified), client)
    if isinstance(answer, Trouble):
        return _later(feed, job, answer, doubted)
    digest = hashlib.sha256(answer.body).hexdigest()
    same = answer.status == 304 or digest == feed.sha256
    if same and not feed.children:
        seen = feed if answer.status == 304 else _seen(feed, answer, digest)
        moved, status = answer.moved, answer.status
        return FeedReading(seen, Outcome("done"), status, job.now, not_modified=True, moved=moved, doubted=doubted)
    listing = Listing(children=tuple(child.url for child in feed.children))
    if not same:
        listing = await _read(answer, feed, job, client)
    if listing.error:
        return _later(feed, job, Trouble("later", listing.error, answer.status), doubted)
    cut = answer.truncated and not is_whole(answer.body)
    harvest = await _harvest(listing.children, feed, job, client)
    links = tuple({link.url: link for link in reversed((*listing.links, *harvest.links))}.values())[::-1]
    # What was read only in part keeps its old conditions: the next request must not be told "unchanged".
    seen = feed if cut or answer.status == 304 else _seen(feed, answer, digest)
    unchanged = same and not harvest.changed
    return FeedReading(
        replace(seen, children=tuple(harvest.children)),
        Outcome("done"),
        answer.status,
        job.now,
        not_modified=unchanged,
        links=links,
        problems=(*(("truncated answer",) if cut else ()), *listing.problems, *harvest.problems),
        moved=answer.moved,
        doubted=doubted,
    )


async def _asked(feed: Feed, known: Child, client: Client) -> tuple[Answer | Trouble, bool]:
    """The answer for a list or a sitemap of it, and whether it had to be asked without conditions to be believed."""
    answer = await client.fetch(known.url, feed.outlet, "feed", conditions(known.etag, known.last_modified))
    doubted = feed.doubted and isinstance(answer, Answer) and answer.status == 304
    if doubted:
        answer = await client.fetch(known.url, feed.outlet, "feed", {})
    if isinstance(answer, Trouble):
        return answer, doubted
    reason = feed_trouble(answer)
    if answer.status == 304 and (doubted or not (known.etag or known.last_modified)):
        reason = "304 to a request without a condition"
    return (Trouble("later", reason, answer.status) if reason else answer), doubted


def _later(feed: Feed, job: Job, trouble: Trouble, doubted: bool) -> FeedReading:
    # Without a date the list's rhythm decides when it is asked again, the longer the more often it failed.
    at = max(trouble.at, job.now + SOONEST) if trouble.at else None
    return FeedReading(feed, Outcome("later", trouble.reason, at), trouble.status, job.now, doubted=doubted)


def _seen(feed: Feed, answer: Answer, digest: str) -> Feed:
    """The list with what its next request is conditional on."""
    left = _left(feed.url, answer, digest)
    return replace(feed, etag=left.etag, last_modified=left.last_modified, sha256=digest)


def _left(url: str, answer: Answer, digest: str) -> Child:
    """What an answer leaves for the next request.

    Without validators the server's Date stands in (RFC 9110 §13.1.3 allows it): every later request is conditional.
    """
    etag = answer.headers.get("etag", "")
    stamp = answer.headers.get("last-modified", "") or ("" if etag else answer.headers.get("date", ""))
    return Child(url, etag, stamp, digest)


async def _read(answer: Answer, feed: Feed, job: Job, client: Client) -> Listing:
    """The list in an answer; read on a thread, since however long a hostile one takes, others are asked meanwhile."""
    async with client.reading:
        return await asyncio.to_thread(_listing, answer, feed, job)


def _listing(answer: Answer, feed: Feed, job: Job) -> Listing:
    context = Context(feed, job.outlets[feed.outlet], answer.url, answer.headers.get("content-type", ""))
    if feed.kind == "section":
        return read_section(answer.body, context)
    readers = [partial(read_feed), partial(read_sitemap, now=job.now)]
    if feed.kind == "sitemap":
        readers.reverse()
    first, other = (partial(reader, answer.body, context, limit=job.max_bytes) for reader in readers)
    listing = first()
    if not listing.error.startswith("not a"):
        return listing
    instead = other()  # a feed may stand in for a sitemap by the protocol, and settings mix them up
    return listing if instead.error else instead


async def _harvest(urls: tuple[str, ...], feed: Feed, job: Job, client: Client) -> _Harvest:
    """What the sitemaps of an index give, each asked on a condition of its own, those of indexes among them as well.

    That an index did not change says nothing of its sitemaps.
    """
    harvest = _Harvest()
    known = {child.url: child for child in feed.children}
    waiting = deque(urls)
    while waiting and len(harvest.children) < MOST_ASKED:
        url = waiting.popleft()
        child = known.get(url, Child(url))
        answer, _ = await _asked(feed, child, client)
        digest = hashlib.sha256(answer.body).hexdigest() if isinstance(answer, Answer) else ""
        part = Listing(error=answer.reason) if isinstance(answer, Trouble) else Listing()
        if isinstance(answer, Answer) and answer.status != 304 and digest != child.sha256:
            part = await _read(answer, feed, job, client)
            if not part.error and not (answer.truncated and not is_whole(answer.body)):
                child = _left(url, answer, digest)
            harvest.changed = harvest.changed or not part.error
        if part.error:
            harvest.problems.append(f"{url}: {part.error}")
        harvest.children.append(child)
        harvest.links.extend(part.links)
        harvest.problems.extend(part.problems)
        told = {one.url for one in harvest.children} | set(waiting)
        waiting.extend(further for further in part.children if further not in told)
    return harvest
