"""One request with its manners: guard, robots.txt, the host's pace, Retry-After, redirects, size and time caps."""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import unquote, urlsplit

from scrapy import Request, signals
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    StopDownload,
)
from scrapy.http import Response

from crawlers.fetching.guard import resolved_refusal, url_refusal
from crawlers.fetching.handler import OversizedHead
from crawlers.fetching.refresh import sent_on
from crawlers.job import Job, Sink
from crawlers.manners.politeness import (
    KEPT_UNREACHABLE,
    ROBOTS_BYTES,
    UNDELAYED_SEATS,
    Host,
    Patience,
    Rules,
    crawl_delay,
    forbids,
    host_key,
    kept_for,
    new_host,
    product_token,
    read_rules,
    whole_lines,
)
from crawlers.manners.politeness import robots_url as robots_of
from crawlers.outcomes import (
    READ,
    UNSTATED_RETRY_AFTER,
    Answer,
    Trouble,
    blocked_reason,
    clock_of,
    conditions,
    not_a_page,
    retry_after,
)
from press import Robots
from press.urls import join

#: Requests on the wire at one time, all hosts together.
TOTAL_SEATS: Final = 64
#: Up to this Retry-After (seconds) we wait within the run, at most so many times for one URL.
SHORT_RETRY_AFTER: Final = 30
SHORT_RETRIES: Final = 2
#: Codings of one body; nobody needs more than one, and each of them may be a bomb.
CODINGS: Final = 2
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD: Final = frozenset({301, 308})
_DROPPED_HEADERS: Final = frozenset({"set-cookie", "set-cookie2"})  # never sent back, and no evidence of anything

_log = logging.getLogger(__name__)


class Client:
    """Asks for URLs on behalf of one job; remembers hosts and robots.txt for the length of the run."""

    def __init__(self, job: Job, sink: Sink, download: Callable[[Request], Awaitable[Response]]) -> None:
        self._job = job
        self._sink = sink
        self._download = download
        self._token = product_token(job.user_agent)
        self._total = asyncio.Semaphore(TOTAL_SEATS)
        self._hosts: dict[str, Host] = {}
        self._outlets: dict[str, Patience] = {}  # an outlet may lead to a thousand hosts: they share its seats and time
        self._robots: dict[str, asyncio.Task[Rules]] = {}
        self._proxy, self._proxy_headers = _proxy(job.proxy)
        self.reading = asyncio.Lock()  #: held while a list is read: one at a time, so that memory stays small

    def host(self, url: str) -> Host:
        """The host a URL draws its budget from. Raises ValueError for what is no URL."""
        key = host_key(url)
        if key not in self._hosts:
            self._hosts[key] = new_host(key, self._job.delay)
        return self._hosts[key]

    def close(self) -> None:
        """Drop what still waits for a robots.txt."""
        for task in self._robots.values():
            task.cancel()

    async def fetch(self, url: str, outlet: str, wanted: str, conditions: Mapping[str, str]) -> Answer | Trouble:
        """The final answer for a URL, every hop of its redirects checked.

        `wanted`: "page" (media types that are no page are not downloaded), "feed" or "robots" (not held to robots.txt).
        `conditions`: headers of a conditional request.
        """
        seen: set[str] = set()
        moved = True
        while True:
            if url in seen:
                return Trouble("never", "redirect loop")
            if len(seen) > self._job.max_redirects:
                return Trouble("never", f"too many redirects: more than {self._job.max_redirects}")
            seen.add(url)
            answer = await self._admitted(url, outlet, wanted) or await self._asked(url, outlet, wanted, conditions)
            if isinstance(answer, Trouble):
                return answer
            if answer.status in _REDIRECTS and "location" in answer.headers:
                moved = moved and answer.status in _FOR_GOOD
                url = join(url, answer.headers["location"])[:4096].partition("#")[0]
                if not url:
                    return Trouble("never", "redirected to what is no URL", answer.status)
            elif further := sent_on(answer):
                moved, url = False, further
            else:
                return replace(answer, moved=url) if len(seen) > 1 and moved else answer

    async def _admitted(self, url: str, outlet: str, wanted: str) -> Trouble | None:
        """What keeps us from asking for this URL at all."""
        if refusal := url_refusal(url, allow_private=self._job.allow_private_hosts):
            return Trouble("never", refusal)
        if self._proxy and urlsplit(url).hostname == urlsplit(self._proxy).hostname:
            return Trouble("never", "refused address: the proxy itself")
        if wanted == "robots":
            return None
        if closed := self._closed(self.host(url), outlet):
            return closed
        rules = await self._rules(url, outlet)
        if rules.trouble:
            kind: Literal["wait", "never"] = "never" if rules.trouble.startswith("refused address") else "wait"
            return Trouble(kind, rules.trouble, at=rules.trouble_at)
        forbidden = forbids(rules, url, self._token)
        return Trouble("never", f"blocked: {forbidden}") if forbidden else None

    async def _rules(self, url: str, outlet: str) -> Rules:
        """The rules of the URL's origin, asked for once in a run; several callers wait for the same answer."""
        address = robots_of(url)
        if address not in self._robots:
            self._robots[address] = asyncio.ensure_future(self._ask_rules(address, outlet))
        return await asyncio.shield(self._robots[address])

    async def _ask_rules(self, address: str, outlet: str) -> Rules:
        kept = self._sink.robots(address)
        if kept is not None and kept.fetched_at <= self._job.now < kept.expires_at:
            return self._obeyed(address, read_rules(kept.status, kept.body, self._token))
        known = conditions(kept.etag, kept.last_modified) if kept else {}
        answer = await self.fetch(address, outlet, "robots", known)
        if isinstance(answer, Answer) and answer.status == 304 and kept is not None:
            self._keep(replace(kept, fetched_at=self._job.now), answer)
            return self._obeyed(address, read_rules(kept.status, kept.body, self._token))
        if isinstance(answer, Trouble):  # a refused address is refused for the article as well, with its own words
            refused = answer.reason.startswith("refused address")
            rules = Rules(trouble=answer.reason if refused else f"robots.txt: {answer.reason}", trouble_at=answer.at)
            reached = refused
        else:
            answer = replace(answer, body=whole_lines(answer.body, truncated=answer.truncated))
            rules = read_rules(answer.status, answer.body, self._token)
            reached = not rules.trouble
            if reached:
                self._keep(_robots(address, answer, self._job.now), answer)
        if not reached and kept is not None and self._job.now < kept.fetched_at + KEPT_UNREACHABLE:
            rules = read_rules(kept.status, kept.body, self._token)
        return self._obeyed(address, rules)

    def _obeyed(self, address: str, rules: Rules) -> Rules:
        self.host(address).slow_down(crawl_delay(rules, self._token))
        return rules

    def _keep(self, robots: Robots, answer: Answer) -> None:
        lifetime = kept_for(robots.status, answer.headers.get("cache-control", ""))
        self._sink.robots_read(replace(robots, expires_at=self._job.now + lifetime))

    async def _asked(self, url: str, outlet: str, wanted: str, conditions: Mapping[str, str]) -> Answer | Trouble:
        """One hop, asked again while the host says in how many seconds it wants to be asked again."""
        host = self.host(url)
        for attempt in range(SHORT_RETRIES + 1):
            if closed := self._closed(host, outlet):
                return closed
            answer = await self._once(host, url, outlet, wanted, conditions)
            if isinstance(answer, Trouble) or answer.status not in {429, 503} or blocked_reason(answer):
                return answer
            wait = retry_after(answer.headers, self._job.now)
            if wait is None and answer.status == 503:
                return answer
            if wait is None or wait.total_seconds() > SHORT_RETRY_AFTER or attempt == SHORT_RETRIES:
                stated = wait is not None and wait.total_seconds() > SHORT_RETRY_AFTER
                until = self._job.now + (wait if wait is not None and stated else UNSTATED_RETRY_AFTER)
                host.close(f"asked to wait: {answer.status}", until)
                return Trouble("wait", f"asked to wait: {answer.status}", answer.status, until)
            host.pause(wait.total_seconds())
        raise AssertionError("the last attempt returns")

    async def _once(
        self, host: Host, url: str, outlet: str, wanted: str, conditions: Mapping[str, str]
    ) -> Answer | Trouble:
        """One request on the wire, in the host's turn."""
        patience = self._patience(outlet)
        async with host.patience.seats, patience.seats:
            await host.turn()
            async with self._total:
                if closed := self._closed(host, outlet):  # another request learned it while this one waited
                    return closed
                started = asyncio.get_running_loop().time()
                try:
                    answer = await self._sent(self._request(url, host.key, wanted, conditions))
                except ValueError:
                    return Trouble("never", "not a URL that can be asked for")
                seconds = asyncio.get_running_loop().time() - started
        patience.spend(seconds)
        host.ended(seconds, _failure(answer))
        self._sink.requested(outlet, url, answer.status, clock_of(answer))
        return answer

    def _patience(self, outlet: str) -> Patience:
        if outlet not in self._outlets:
            self._outlets[outlet] = Patience(asyncio.Semaphore(UNDELAYED_SEATS))
        return self._outlets[outlet]

    def _closed(self, host: Host, outlet: str) -> Trouble | None:
        """Why nothing more is asked of this host, or for this outlet, in this run."""
        if host.closed:
            return Trouble("wait", host.closed, at=host.closed_until)
        over = self._patience(outlet).over
        return Trouble("wait", over) if over else None

    def _request(self, url: str, slot: str, wanted: str, conditions: Mapping[str, str]) -> Request:
        meta: dict[str, Any] = {"download_slot": slot, "download_timeout": self._job.timeout, "wanted": wanted}
        meta["download_fail_on_dataloss"] = False  # what did arrive may be the whole document, or half a list
        if self._proxy:
            meta["proxy"] = self._proxy
        headers = {
            "User-Agent": self._job.user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "vi,en;q=0.7",
            **self._proxy_headers,
            **conditions,
        }
        return Request(url, headers=headers, meta=meta, dont_filter=True)

    async def _sent(self, request: Request) -> Answer | Trouble:
        limit = self._job.max_bytes
        try:
            response = await self._download(request)
        except (DownloadCancelledError, IgnoreRequest):
            return Trouble("never", f"too large: more than {limit:,} bytes")
        except DownloadTimeoutError:
            return Trouble("later", f"time-out after {self._job.timeout:g} s")
        except DownloadConnectionRefusedError:
            return Trouble("later", "connection refused")
        except CannotResolveHostError:
            name = urlsplit(request.url).hostname or ""
            refusal = resolved_refusal(name, allow_private=self._job.allow_private_hosts)
            return Trouble("never", refusal) if refusal else Trouble("later", f"DNS: {name} cannot be resolved")
        except Exception as error:  # whatever a hostile server provokes is that server's outcome
            if isinstance(inner := _inner(error), OversizedHead):
                return Trouble("never", f"too large: {inner}")
            _log.debug("%s: %r", request.url, error)
            return Trouble("later", f"connection failed: {_words(error)}")
        return _answer(response, request, limit)


def stop_early(headers: Any, body_length: object, request: Request, spider: Any) -> None:
    """Handler of Scrapy's `headers_received`: a body that cannot be used is never downloaded."""
    if isinstance(body_length, int) and body_length > spider.job.max_bytes:  # a text where it is unknown
        raise StopDownload(fail=False)
    codings = (headers.get("Content-Encoding") or b"").count(b",") + len(headers.getlist("Content-Encoding"))
    if codings > CODINGS:
        request.meta["refused"] = f"too costly: packed {codings} times"
        raise StopDownload(fail=False)
    if request.meta.get("wanted") == "page" and not_a_page((headers.get("Content-Type") or b"").decode("latin-1")):
        raise StopDownload(fail=False)


def listen(crawler: Any) -> None:
    """Have `stop_early` called for the crawl of this crawler."""
    crawler.signals.connect(stop_early, signals.headers_received, weak=False)


def _robots(address: str, answer: Answer, now: datetime) -> Robots:
    known = {name: answer.headers.get(name, "") for name in ("etag", "last-modified")}
    body = answer.body[:ROBOTS_BYTES] if answer.status in READ else b""
    return Robots(address, answer.status, body, known["etag"], known["last-modified"], now, now)


def _failure(answer: Answer | Trouble) -> str:
    """What an answer says of its host's being in order: "" for every answer that is no server error."""
    if isinstance(answer, Trouble):
        return answer.reason if answer.kind == "later" else ""
    return f"server error: {answer.status}" if answer.status >= 500 else ""


def _answer(response: Response, request: Request, limit: int) -> Answer | Trouble:
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("utf-8", "replace")
        for name, values in response.headers.items()
    }
    if refused := request.meta.get("refused", ""):
        return Trouble("never", refused, response.status)
    if "download_stopped" in response.flags:
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            return Trouble("never", f"too large: {int(length):,} bytes", response.status)
        if response.status in READ:
            kind = not_a_page(headers.get("content-type", ""))
            return Trouble("never", f"not a page: {kind}", response.status)
    kept = {name: value for name, value in headers.items() if name not in _DROPPED_HEADERS}
    # Without a length and without chunks the end of the connection is the end of the answer.
    truncated = "dataloss" in response.flags or ("partial" in response.flags and "content-length" in headers)
    return Answer(response.url, response.status, kept, response.body, truncated)


def _inner(error: BaseException) -> BaseException:
    """The real exception of the network; Twisted wraps it in a list."""
    reasons = getattr(error.__cause__ or error, "reasons", None) or getattr(error, "reasons", None)
    inner = getattr(reasons[0], "value", error) if reasons else error
    return inner if isinstance(inner, BaseException) else error


def _words(error: BaseException) -> str:
    """One short line for an exception of the network."""
    inner = _inner(error)
    module = type(inner).__module__.lower()
    label = "TLS" if "ssl" in module or "service_identity" in module else type(inner).__name__
    return f"{label} {' '.join(str(inner).split())}"[:200].strip()


def _proxy(proxy: str) -> tuple[str, dict[str, str]]:
    """The proxy's address without its user, and the header that names the user."""
    parts = urlsplit(proxy)
    if not parts.username:
        return proxy, {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return address, {"Proxy-Authorization": "Basic " + b64encode(pair.encode()).decode()}
