"""The article pages of the demo press in memory, each with its outlet's row."""

from __future__ import annotations

import gzip
import urllib.error
import urllib.request
from dataclasses import dataclass

from demo.press import Press
from press import Outlet


@dataclass(frozen=True, slots=True)
class Served:
    """One article page as the press serves it; `outlet` carries a recipe."""

    url: str
    body: bytes
    outlet: Outlet


def served(press: Press) -> list[Served]:
    """Fetch every article of a press that is being served."""
    outlets = {outlet.slug: outlet for outlet in press.outlets(all_recipes=True)}
    return [Served(article.url, _fetch(article.url), outlets[article.outlet]) for article in press.truth()]


def _fetch(url: str) -> bytes:
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                body: bytes = answer.read()
                return gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body
        except urllib.error.HTTPError as error:
            if error.code != 429:  # the press asks for patience now and then
                raise
