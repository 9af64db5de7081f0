"""What an answer, or its absence, means for an article or a list: pure decisions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from press import Outcome, walls
from press.markup import is_whole

#: The first waiting time after a failure; each further one doubles it, up to the last.
FIRST_WAIT: Final = timedelta(minutes=5)
LAST_WAIT: Final = timedelta(hours=6)
#: Failures after which an article is given up.
ATTEMPTS: Final = 8
#: The same where the host kept us waiting (robots.txt unreachable, Retry-After): a good week, then the host is gone.
WAITS: Final = 40
#: No server makes us stay away longer than this.
LONGEST_RETRY_AFTER: Final = timedelta(hours=24)
#: A host that says "too many requests" without saying how long.
UNSTATED_RETRY_AFTER: Final = timedelta(minutes=15)

#: Answers with a document; 203 is 200 from a copy that a proxy kept.
READ: Final = frozenset({200, 203})
_REFUSED: Final = frozenset({401, 402, 403, 428, 451})
_GONE: Final = frozenset({404, 410})
_NO_PAGE: Final = ("application/pdf", "image/", "video/", "audio/", "font/", "application/zip", "application/msword",
                   "application/vnd.", "application/x-rar", "application/x-7z")  # fmt: skip
_MARKUP: Final = ("text/", "application/xhtml", "application/xml", "application/rss", "application/atom")
_CHALLENGE_BYTES: Final = 20_000
#: What a bot check shows beside its scripts: "checking, please wait".
_FEW_LETTERS: Final = 120
_UNSEEN: Final = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(script|style|noscript|title)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_ELEMENT: Final = re.compile(rb"<(?!/|!|html\b|head\b|meta\b|link\b|base\b|body\b|iframe\b|br\b)[a-z]", re.IGNORECASE)
_TAG: Final = re.compile(rb"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network gave for one request, redirects followed; header names are lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False
    moved: str = ""  #: where it moved for good: every hop that led there was a 301 or 308


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no answer to use.

    `later`: a failed attempt; `wait`: the host keeps us waiting, which is borne for longer; `never`: final.
    """

    kind: Literal["later", "wait", "never"]
    reason: str
    status: int | None = None
    at: datetime | None = None  #: when the server itself said to come back


def article_trouble(answer: Answer, *, again: bool = False) -> Trouble | None:
    """What keeps an answer from being the page of an article; None for 200, 203 and 304.

    `again`: an attempt failed before. Then a document that is whole is taken, however long its server says it is.
    """
    status = answer.status
    if status in _GONE:
        return Trouble("never", f"gone: {status}", status)
    if status in READ and not again and _is_head_alone(answer.body):
        return Trouble("later", "truncated answer", status)
    if blocked := blocked_reason(answer):
        return Trouble("never", blocked, status)
    if status == 304:
        return None
    if 400 <= status < 500 and status not in {408, 425, 429}:
        return Trouble("never", f"refused: {status}", status)
    if status not in READ:
        return Trouble("later", f"server error: {status}", status)
    return _body_trouble(answer, again)


def _body_trouble(answer: Answer, again: bool) -> Trouble | None:
    if kind := not_a_page(answer.headers.get("content-type", ""), answer.body):
        return Trouble("never", f"not a page: {kind}", answer.status)
    if not answer.body.strip():
        return Trouble("later", "empty answer", answer.status)
    cut = answer.truncated and not (again and is_whole(answer.body))
    return Trouble("later", "truncated answer", answer.status) if cut else None


def feed_trouble(answer: Answer) -> str:
    """What keeps an answer from being a list, in words; "" for 200, 203 and 304. Lists are always asked again."""
    if blocked := blocked_reason(answer):
        return blocked if blocked.startswith("blocked") else f"blocked: {answer.status}"
    if answer.status in _GONE:
        return f"gone: {answer.status}"
    return "" if answer.status in READ or answer.status == 304 else f"server error: {answer.status}"


def blocked_reason(answer: Answer) -> str:
    """How the outlet tells us that it does not want to be read by us; "" where it does not."""
    if _is_challenge(answer):
        return walls.CHALLENGE
    return f"refused: {answer.status}" if answer.status in _REFUSED else ""


def _is_challenge(answer: Answer) -> bool:
    if "challenge" in {answer.headers.get(name, "") for name in ("cf-mitigated", "x-amzn-waf-action")}:
        return True
    if len(answer.body) > _CHALLENGE_BYTES:
        return False
    page = answer.body.lower()
    text = page.decode("latin-1")
    if walls.is_check(text):
        return True
    if answer.truncated:  # what was cut off may have been the article
        return False
    # A tiny page that sets a cookie by script and loads itself again (D1N and its kin) has no article in it.
    return (page.count(b"<p") < 3 and walls.may_be_check(text)) or _only_scripts(page)


def _is_head_alone(body: bytes) -> bool:
    """Whether a document with a title and more ends before anything is seen: cut off, whatever its length says."""
    page = body[:_CHALLENGE_BYTES].lower()
    described = b"<title" in page and b"<meta" in page
    return described and not is_whole(body) and _only_scripts(page)


def _only_scripts(page: bytes) -> bool:
    """Whether a page has a script and nothing that a reader could see, or that an application could be put into."""
    if b"<script" not in page or b"ld+json" in page:
        return False
    left = _UNSEEN.sub(b" ", page)
    return not _ELEMENT.search(left) and len(b" ".join(_TAG.sub(b" ", left).split())) <= _FEW_LETTERS


def not_a_page(content_type: str, body: bytes = b"") -> str:
    """The media type of what can never be an article's page; "" for markup, plain text and what looks like markup."""
    kind = content_type.partition(";")[0].strip().lower()
    if not kind or kind.startswith(_MARKUP):
        return ""
    if kind.startswith(_NO_PAGE):
        return kind
    return kind if body and not body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else ""


def outcome(trouble: Trouble, url: str, attempt: int, now: datetime, waits: int = 0) -> Outcome:
    """The outcome of an article's trouble after `attempt` earlier failures, `waits` of them for the host's sake.

    The two are counted apart: a host that was away for days costs none of its articles an attempt.
    """
    if trouble.kind == "never":
        return Outcome("never", trouble.reason)
    waited = trouble.kind == "wait"
    count = (waits if waited else attempt - waits) + 1
    if count >= (WAITS if waited else ATTEMPTS):
        return Outcome("never", f"given up after {count} attempts: {trouble.reason}")
    return Outcome("later", trouble.reason, trouble.at or now + backoff(url, attempt), waited)


def backoff(url: str, attempt: int) -> timedelta:
    """5 minutes, doubled per earlier failure, at most 6 hours, ± 10 % by the URL so that retries spread out."""
    wait = min(FIRST_WAIT * (1 << min(max(attempt, 0), 10)), LAST_WAIT)
    share = int.from_bytes(hashlib.sha256(url.encode()).digest()[:4], "big") / 0xFFFFFFFF  # 0..1
    return wait * (0.9 + 0.2 * share)


def conditions(etag: str, last_modified: str) -> dict[str, str]:
    """The headers of a conditional request; none where nothing is known."""
    known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in known.items() if value}


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks us to stay away (RFC 9110 §10.2.3); None where it does not say.

    A date counts from the server's own clock where it tells it, so that neither clock has to be right.
    """
    value = headers.get("retry-after", "").strip()
    if value.isdecimal() and value.isascii():
        return min(timedelta(seconds=min(int(value[:9]), 10**8)), LONGEST_RETRY_AFTER)
    until = http_date(value)
    if until is None:
        return None
    return min(max(until - (http_date(headers.get("date", "")) or now), timedelta(0)), LONGEST_RETRY_AFTER)


def clock_of(answer: Answer | Trouble) -> datetime | None:
    """What the clock of a server showed as it answered: its Date, and how long since then a cache kept the answer."""
    if isinstance(answer, Trouble) or (at := http_date(answer.headers.get("date", ""))) is None:
        return None
    age = answer.headers.get("age", "0").strip()
    return at + timedelta(seconds=int(age)) if age.isascii() and age.isdecimal() and len(age) < 9 else at


def http_date(value: str) -> datetime | None:
    """An HTTP date as an aware instant; None where it is none."""
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
