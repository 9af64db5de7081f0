"""Wrong passwords by where they come from, in memory: many accounts tried from one address wait as one account does."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request

from storage.people.accounts import FREE_TRIES, wait

FREE_FROM_ONE_ADDRESS = 20  #: an office of many people may share one
WAIT_AT_MOST = timedelta(minutes=5)  #: of an address: colleagues who share it wait too
FORGET = timedelta(hours=1)
MOST = 10_000  # addresses that are remembered
ONCE_IN = timedelta(minutes=1)


@dataclass(slots=True)
class _Seen:
    failures: int
    last: datetime
    until: datetime


class Tries:
    """What was tried lately. Asked from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def waits(self, key: str, now: datetime) -> bool:
        """Whether nothing from `key` is looked at now."""
        with self._lock:
            seen = self._seen.get(key)
            return seen is not None and seen.until > now

    def wrong(self, key: str, now: datetime, *, address: bool = False) -> None:
        """Count a wrong try: of an account that does not exist as of one that does, of an `address` more patiently."""
        with self._lock:
            seen = self._take(key, now)
            seen.failures += 1
            delay = wait(seen.failures, FREE_FROM_ONE_ADDRESS if address else FREE_TRIES)
            if delay:
                seen.until = now + (min(delay, WAIT_AT_MOST) if address else delay)

    def first(self, key: str, now: datetime) -> bool:
        """Whether `key` was not asked about within the last minute: a flood is noted once a minute."""
        with self._lock:
            seen = self._take(key, now)
            if seen.until > now:
                return False
            seen.until = now + ONCE_IN
            return True

    def _take(self, key: str, now: datetime) -> _Seen:
        seen = self._seen.pop(key, None)
        if seen is None or now - seen.last > FORGET:
            seen = _Seen(0, now, now)
        seen.last = now
        self._seen[key] = seen
        while len(self._seen) > MOST:
            self._seen.popitem(last=False)
        return seen


def sender(request: Request) -> str:
    """Return where a request comes from; of IPv6 the network, which one household has whole."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 4:
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False))
