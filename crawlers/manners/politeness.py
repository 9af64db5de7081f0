"""Manners towards one host: its pace, its seats, its robots.txt, and the times it asked us to stay away."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from protego import Protego

#: No robots.txt makes a run sleep longer than this between two requests.
LONGEST_CRAWL_DELAY: Final = 60.0
#: A host is left alone for the rest of a run after so many failures in a row.
FAILURES: Final = 4
#: An answer may take so many seconds for nothing. What it takes longer is lost, and a run loses no more than `PATIENCE`
#: to one host, nor to all hosts together that one outlet leads to.
USUAL: Final = 2.0
PATIENCE: Final = 20.0
#: How long a robots.txt is kept (RFC 9309 §2.4): a day at most where its server says so; an hour where it says nothing
#: or forbids keeping it, so that a host is not asked for it at every look and a new refusal is seen the same day.
KEPT: Final = timedelta(hours=24)
KEPT_LEAST: Final = timedelta(hours=1)
#: How long a kept one stands in for one that cannot be reached (RFC 9309 §2.3.1.4).
KEPT_UNREACHABLE: Final = timedelta(days=30)
#: How many bytes of a robots.txt count (RFC 9309 asks for at least 500 KiB).
ROBOTS_BYTES: Final = 512 * 1024
#: Requests to one host at a time where no delay is asked for: only a test press is read so.
UNDELAYED_SEATS: Final = 16

_AGENT_LINE: Final = re.compile(
    r"^([ \t]*user[- ]?agent[ \t]*[: \t][ \t]*)([^\r\n#]{1,500})", re.IGNORECASE | re.MULTILINE
)
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Rules:
    """What robots.txt says to us: `trouble` is why it could not be read (wait), `forbidden` why we must not ask."""

    protego: Protego | None = None
    trouble: str = ""
    trouble_at: datetime | None = None
    forbidden: str = ""


@dataclass(slots=True)
class Patience:
    """The time a run still has for a host or an outlet, and its seats: slow answers use it up, whatever is in them."""

    seats: asyncio.Semaphore
    lost: float = 0.0  #: seconds

    def spend(self, seconds: float) -> None:
        """Count an answer that took so long."""
        self.lost += max(0.0, seconds - USUAL)

    @property
    def over(self) -> str:
        """Why nothing more is asked in this run; "" while there is time left."""
        return f"too slow: over {PATIENCE:g} s lost in waiting" if self.lost > PATIENCE else ""


@dataclass(slots=True)
class Host:
    """One host in one run: all its lists and articles share its pace, whichever outlet they belong to."""

    key: str
    delay: float
    patience: Patience
    next_at: float = 0.0  #: loop time before which nothing is asked
    closed: str = ""  #: why nothing more is asked of it in this run
    closed_until: datetime | None = None
    failures: int = 0  #: in a row
    queue: deque[Callable[[], Awaitable[None]]] = field(default_factory=deque)
    workers: int = 0
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def turn(self) -> None:
        """Wait for the next start of a request; starts are `delay` apart, never less."""
        loop = asyncio.get_running_loop()
        if not self.delay and self.next_at <= loop.time():
            return
        async with self.gate:
            while (pause := self.next_at - loop.time()) > 0:
                await asyncio.sleep(pause)
            self.next_at = loop.time() + self.delay

    def pause(self, seconds: float) -> None:
        """Ask nothing for so many seconds."""
        self.next_at = max(self.next_at, asyncio.get_running_loop().time() + seconds)

    def slow_down(self, delay: float) -> None:
        """Honour a Crawl-delay that is longer than ours; from then on one request at a time."""
        if delay <= self.delay:
            return
        if not self.delay:
            self.patience.seats = asyncio.Semaphore(1)
        self.delay = min(delay, LONGEST_CRAWL_DELAY)
        self.pause(self.delay)

    def close(self, reason: str, until: datetime | None = None) -> None:
        """Ask nothing more of this host in this run; a date wins over none, a later one over an earlier one."""
        if not self.closed or (until is not None and (self.closed_until is None or until > self.closed_until)):
            self.closed, self.closed_until = reason, until

    def ended(self, seconds: float, failure: str) -> None:
        """Count a request that took so long and failed for that reason ("": it did not); it may be the last one."""
        self.patience.spend(seconds)
        self.failures = self.failures + 1 if failure else 0
        if self.failures >= FAILURES:
            self.close(f"left alone after {FAILURES} failures in a row: {failure}")
        elif self.patience.over:
            self.close(self.patience.over)


def new_host(key: str, delay: float) -> Host:
    """A host not asked yet: one seat where requests are spaced, sixteen where they are not."""
    return Host(key, delay, Patience(asyncio.Semaphore(1 if delay > 0 else UNDELAYED_SEATS)))


def host_key(url: str) -> str:
    """The budget a URL draws on: its host, and the port where it is not the scheme's own. Raises ValueError."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().rstrip(".")
    port = parts.port
    return host if port in {None, _PORTS.get(parts.scheme.lower())} else f"{host}:{port}"


def robots_url(url: str) -> str:
    """Where the robots.txt of a URL's origin is."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/robots.txt"


def read_rules(status: int, body: bytes, token: str) -> Rules:
    """The rules in an answer for robots.txt (RFC 9309, but careful).

    `token` is the name it knows us by. 2xx: what it says; 401/403: nothing may be asked; 429 and 5xx: wait; every
    other status: there are no rules.
    """
    if status in {401, 403}:
        return Rules(forbidden=f"robots.txt is refused: {status}")
    if status == 429 or status >= 500:
        return Rules(trouble=f"robots.txt unreachable: {status}")
    if 200 <= status < 300:
        return Rules(protego=Protego.parse(_with_names(body[:ROBOTS_BYTES].decode("utf-8-sig", "replace"), token)))
    return Rules()


def whole_lines(body: bytes, *, truncated: bool) -> bytes:
    """The lines of a robots.txt that came whole: half of "Disallow: /noi-bo/" would forbid everything."""
    return body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1] if truncated else body


def _with_names(text: str, token: str) -> str:
    """A robots.txt in which whoever writes our name with a version or from his log ("Name/0.1 (+…)") means us."""
    own = re.compile(rf"(?<![A-Za-z_-]){re.escape(token)}(?![A-Za-z_-])", re.IGNORECASE)
    return _AGENT_LINE.sub(lambda line: f"{line[1]}{token}" if own.search(line[2]) else line[0], text)


def kept_for(status: int, cache_control: str) -> timedelta:
    """How long a robots.txt answered with this status and this Cache-Control is good for."""
    if status in {401, 403} or re.search(r"\bno-(?:cache|store)\b", cache_control, re.IGNORECASE):
        return KEPT_LEAST
    stated = re.search(r"\bmax-age\s*=\s*\"?(\d{1,9})", cache_control, re.IGNORECASE)
    return min(max(timedelta(seconds=int(stated[1])), KEPT_LEAST), KEPT) if stated else KEPT_LEAST


def product_token(user_agent: str) -> str:
    """The name robots.txt knows us by: the product of "name/version (contact)"; all of it behind "Mozilla/5.0"."""
    token = re.match(r"[A-Za-z_-]+", user_agent.strip())
    return token[0] if token and token[0].lower() != "mozilla" else user_agent


def forbids(rules: Rules, url: str, token: str) -> str:
    """Why these rules keep us from a URL; "" where they do not."""
    if rules.forbidden:
        return rules.forbidden
    return "" if rules.protego is None or rules.protego.can_fetch(url, token) else "robots.txt forbids this path"


def crawl_delay(rules: Rules, token: str) -> float:
    """The seconds between requests that these rules ask for; 0 where none."""
    asked = rules.protego.crawl_delay(token) if rules.protego else None
    return min(max(float(asked), 0.0), LONGEST_CRAWL_DELAY) if asked else 0.0
