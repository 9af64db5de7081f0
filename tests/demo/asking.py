"""Asking the demo press over the wire, and what is known of its articles."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from demo.press import Press
from demo.truth.truth import DemoArticle, outlets

ANCHOR = datetime.fromisoformat("2026-08-05T06:45:00+07:00")


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def get(url: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
    """Ask once, following nothing."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
    try:
        target = where.path + (f"?{where.query}" if where.query else "")
        connection.request(method, target, headers=dict(headers or {}))
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())
    finally:
        connection.close()


def of(press: Press, slug: str) -> list[DemoArticle]:
    return [article for article in press.truth() if article.outlet == slug]


def plain(press: Press, slug: str) -> DemoArticle:
    """An article of that outlet that makes no trouble."""
    outlet = next(outlet for outlet in outlets() if outlet.slug == slug)
    odd = {outlet.busy, outlet.slow.get("at")}
    return next(
        each for at, each in enumerate(of(press, slug)) if at not in odd and not each.vanishes and each.edited is None
    )


def feed_url(press: Press, slug: str) -> str:
    return next(outlet for outlet in press.outlets() if outlet.slug == slug).feeds[0]
