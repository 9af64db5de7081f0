"""Answers with a page that is not the article asked for: pure judgements of where it was found and what it says."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from crawlers.outcomes import READ, Answer, Trouble
from press import Link, Outlet, walls
from press.text import clean
from press.urls import canonical, is_article, is_home

SAID_GONE: Final = "gone: the page says "  #: how the reason begins where only the page's words say so
_HEADINGS: Final = re.compile(rb"<(title|h1|h2)\b[^>]{0,300}>(.{0,400}?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_HEADINGS_BYTES: Final = 200_000
_TAG: Final = re.compile("<[^>]*>")
_EXTENSION: Final = re.compile(r"\.\w{2,5}\Z")
_LOGIN: Final = re.compile(r"/(?:log-?in|sign-?in|dang-?nhap|sso|auth)(?:/|\.\w{2,5}|\Z)", re.IGNORECASE)
_ERROR: Final = re.compile(
    r"/(?:error-?)?(?:404|410|errors?|loi|(?:page-?)?not-?found|khong-tim-thay)(?:/|\.\w{2,5}|\Z)", re.IGNORECASE
)


def another_page(link: Link, answer: Answer, outlet: Outlet | None) -> Trouble | None:
    """Why a page cannot be the article of a link; None where it may be.

    It was led to a front page, a list or an error page, or says itself that there is nothing: the article is gone, as
    with a 404. It was led to a login: it is not for us. It says that the site is closed: later.
    """
    why = _led_astray(link, answer, outlet)
    if why or answer.status not in READ or _shows(answer.body, link.title):
        return Trouble("never", why, answer.status) if why else None
    headings = _headings(answer.body)
    if words := next(filter(None, map(walls.says_gone, headings)), ""):
        return Trouble("never", f"{SAID_GONE}{words!r}", answer.status)
    words = next(filter(None, map(walls.says_closed, headings)), "")
    return Trouble("later", f"closed: the page says {words!r}", answer.status) if words else None


def _led_astray(link: Link, answer: Answer, outlet: Outlet | None) -> str:
    """What a redirect led to instead of the article.

    An address without an article's form is the article's only where its page shows the headline that was announced.
    """
    try:
        asked, final = canonical(link.served_url), canonical(answer.url)
    except ValueError:
        return ""
    if final in {asked, link.url} or is_home(link.url):
        return ""
    path = urlsplit(final).path.rstrip("/")
    if is_home(final):
        return "gone: led to a front page"
    if _LOGIN.search(path):
        return "blocked: led to a login"
    if outlet is not None and final in _lists_of(outlet):
        return "gone: led to a list"
    if _ERROR.search(path):
        return "gone: led to an error page"
    if is_article(final):
        return ""
    above = urlsplit(asked).path.startswith(f"{_EXTENSION.sub('', path)}/")
    return "gone: led to a list" if (above or is_article(link.url)) and not _shows(answer.body, link.title) else ""


def _lists_of(outlet: Outlet) -> frozenset[str]:
    served = (outlet.site, *outlet.feeds, *outlet.sitemaps, *(section.url for section in outlet.sections))
    return frozenset(canonical(url) for url in served if url)


def _shows(body: bytes, title: str) -> bool:
    """Whether the titles and headlines of a page hold these words."""
    return bool(title) and clean(title).casefold() in " ".join(_headings(body)).casefold()


def _headings(body: bytes) -> list[str]:
    found = _HEADINGS.finditer(body[:_HEADINGS_BYTES])
    return [clean(_TAG.sub(" ", one[2].decode("utf-8", "replace"))) for one in found]
