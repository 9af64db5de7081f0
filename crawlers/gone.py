"""Answers with a page that is not the article asked for: pure judgements of where it was found and what it says."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from crawlers.outcomes import READ, Answer, Trouble
from press import Link, Outlet
from press.text import clean
from press.urls import canonical, is_article, is_home

_HEADINGS: Final = re.compile(rb"<(title|h1|h2)\b[^>]{0,300}>(.{0,400}?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_HEADINGS_BYTES: Final = 200_000
_TAG: Final = re.compile("<[^>]*>")
_SITE_NAME: Final = re.compile(r"\s[|–—-]\s|\s::\s|»")
_THING: Final = r"(?:trang(?: web| tin)?|bài(?: viết| báo)?|nội dung|đường dẫn|liên kết)"
_SOUGHT: Final = r"(?: (?:bạn|mà|này|đang|cần|muốn|yêu cầu|tìm kiếm|tìm|truy cập|xem|được|quý|độc giả))*"
_LOST: Final = r"(?:không (?:còn )?tồn tại|không (?:được )?tìm thấy|đã (?:bị )?(?:xóa|xoá|gỡ)(?: bỏ)?)"
_NOT_FOUND: Final = re.compile(
    r"(?:lỗi |error |http )?404(?: ?[-:.!]+ ?.{0,60}| (?:page|not|error|lỗi|không|trang)\b.{0,60})?|not found"
    rf"|(?:rất tiếc|xin lỗi)?,? ?{_THING}{_SOUGHT} {_LOST}.{{0,40}}|(?:không tìm thấy|không tồn tại) {_THING}{_SOUGHT}"
    r"|(?:sorry, )?(?:the |this )?(?:page|article|content|file)(?: you (?:requested|are looking for))? (?:"
    r"(?:was |is |has been |could )?not (?:be )?found|(?:is )?no longer (?:available|exists)|does not exist)",
    re.IGNORECASE,
)
_EXTENSION: Final = re.compile(r"\.\w{2,5}\Z")
_LOGIN: Final = re.compile(r"/(?:log-?in|sign-?in|dang-?nhap|sso|auth)(?:/|\.\w{2,5}|\Z)", re.IGNORECASE)
_ERROR: Final = re.compile(
    r"/(?:error-?)?(?:404|410|errors?|loi|(?:page-?)?not-?found|khong-tim-thay)(?:/|\.\w{2,5}|\Z)", re.IGNORECASE
)


def another_page(link: Link, answer: Answer, outlet: Outlet | None) -> Trouble | None:
    """Why a page cannot be the article of a link; None where it may be.

    It was led to a front page, a list or an error page, or says itself that there is nothing: the article is gone, as
    with a 404. It was led to a login: it is not for us.
    """
    why = _led_astray(link, answer, outlet)
    if not why and answer.status in READ and (words := _says_gone(answer.body)) and not _shows(answer.body, link.title):
        why = f"gone: the page says {words!r}"
    return Trouble("never", why, answer.status) if why else None


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


def _says_gone(body: bytes) -> str:
    """The title or headline by which a page says that there is no article, its status notwithstanding; "" if none."""
    for heading in _headings(body):
        for words in _SITE_NAME.split(heading):
            if _NOT_FOUND.fullmatch(words.strip(" .!:")):
                return words.strip()
    return ""


def _shows(body: bytes, title: str) -> bool:
    """Whether the titles and headlines of a page hold these words."""
    return bool(title) and clean(title).casefold() in " ".join(_headings(body)).casefold()


def _headings(body: bytes) -> list[str]:
    found = _HEADINGS.finditer(body[:_HEADINGS_BYTES])
    return [clean(_TAG.sub(" ", one[2].decode("utf-8", "replace"))) for one in found]
