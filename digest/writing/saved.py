"""The mails of saved searches: what is new, what there is more of than usual, or that there is nothing. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from digest.model import Tone
from digest.plain import shown
from digest.words import Words
from digest.writing.message import build, common_headers, domain_of
from digest.writing.render import environment

MOST: int = 40  #: articles of one mail; the rest is a number with a link


@dataclass(frozen=True, slots=True)
class Found:
    """An article that a mail tells of."""

    title: str
    url: str  #: at the outlet
    page: str  #: in the archive
    outlet: str
    when: str
    tone: Tone
    lead: str
    language: str


@dataclass(frozen=True, slots=True)
class Wave:
    """A story that made a spike."""

    title: str
    page: str
    articles: int
    outlets: int


@dataclass(frozen=True, slots=True)
class Rush:
    """A spike: articles today, usually a day, and the stories that made it."""

    today: int
    usual: float
    stories: Sequence[Wave]


@dataclass(frozen=True, slots=True)
class Told:
    """All that one mail says."""

    name: str
    query: str
    found: Sequence[Found]
    total: int
    rush: Rush | None
    page: str  #: the search in the archive
    settings_page: str
    language: Literal["vi", "en"] = "vi"


def subject(told: Told) -> str:
    """The subject: what happened first, then which search."""
    name, words = shown(told.name, 80), Words(told.language)
    if told.rush:
        return words("saved_spike", name=name, articles=words.count("articles", told.rush.today))
    count = words.number(told.total)
    return words("saved_new", name=name, count=count) if told.total else words("saved_none", name=name)


def saved_mail(told: Told, *, sender: str, recipient: str, now: datetime, key: str) -> bytes:
    """The mail, ready to be sent; `key` makes its identifier. ValueError where an address is not one."""
    context = {"told": told, "w": Words(told.language), "subject": subject(told)}
    parts = [
        (kind, environment().get_template(f"saved.{name}.j2").render(context))
        for kind, name in (("plain", "txt"), ("html", "html"))
    ]
    mark = hashlib.sha256("\n".join([recipient, key, *(text for _, text in parts)]).encode()).hexdigest()[:16]
    message_id = f"<diembao.search.{now:%Y%m%dT%H%M%S}.{mark}@{domain_of(sender)}>"
    headers = common_headers(sender, recipient, subject(told), now=now, message_id=message_id, language=told.language)
    return build(headers, parts).as_bytes()
