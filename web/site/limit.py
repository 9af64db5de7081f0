"""How often one key or one session may ask: a bucket of requests that refills steadily, in the process's memory."""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from fastapi import Request, Response

from web.site.access import COOKIE
from web.site.site import site_of

BURST: Final = 240  #: requests at once
PER_MINUTE: Final = 240  #: requests that come back to a bucket in a minute
_MOST: Final = 10_000  # buckets kept; full ones are forgotten first


class TooOftenError(Exception):
    """The caller asked too often: 429, `headers` say when to come again."""

    def __init__(self, headers: Mapping[str, str], seconds: int) -> None:
        super().__init__(f"more than {PER_MINUTE} requests a minute: come again in {seconds} s")
        self.headers = headers


class _Bucket(NamedTuple):
    left: float
    at: datetime


class Limit:
    """The buckets of all callers."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, caller: str, now: datetime) -> Mapping[str, str]:
        """Take one request out of a caller's bucket; the headers that say what is left, TooOftenError for nothing."""
        rate = PER_MINUTE / 60
        with self._lock:
            left = self._left(caller, now)
            allowed = left >= 1
            left -= allowed
            self._buckets[caller] = _Bucket(left, now)
            if len(self._buckets) > _MOST:
                self._buckets = {one: bucket for one, bucket in self._buckets.items() if self._left(one, now) < BURST}
        headers = {
            "RateLimit-Limit": str(BURST),
            "RateLimit-Remaining": str(int(left)),
            "RateLimit-Reset": str(math.ceil((BURST - left) / rate)),
        }
        if not allowed:
            seconds = max(1, math.ceil((1 - left) / rate))
            raise TooOftenError({**headers, "Retry-After": str(seconds)}, seconds)
        return headers

    def _left(self, caller: str, now: datetime) -> float:
        bucket = self._buckets.get(caller)
        if bucket is None:
            return BURST
        passed = max(0.0, (now - bucket.at).total_seconds())
        return min(float(BURST), bucket.left + passed * PER_MINUTE / 60)


def limited(request: Request, response: Response) -> None:
    """Count a request against its key or session; `request.state.limit` holds the headers for answers made by hand."""
    secret = request.headers.get("authorization") or request.cookies.get(COOKIE, "")
    caller = hashlib.sha256(secret.encode()).hexdigest()
    limit: Limit = request.app.state.limit
    request.state.limit = limit.take(caller, site_of(request).clock())
    response.headers.update(request.state.limit)
