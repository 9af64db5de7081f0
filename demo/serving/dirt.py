"""Dirt on what the demo press serves, as the field has it: what is true of an article stays as it is.

Some answers are spoilt by a seed, in ways that HTTP does not tell: they come with a 200 and a right length. So a
reading may be half of a page, an error page, or the same words in other markup, and the next one is clean again.
"""

from __future__ import annotations

import codecs
import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from demo.pages.resources import Resource

SHARE: Final = 0.15  #: of the answers that are spoilt
_ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\+07:00")
_SLASHED = re.compile(r"\b(\d\d)/(\d\d)/(20\d\d)\b")
_CLASS = re.compile(r'(?<=<div )class="')
_BODY = re.compile(r"(<body\b[^>]*>)", re.IGNORECASE)
_HEAD = re.compile(r"(<head\b[^>]*>)", re.IGNORECASE)
_TITLES = re.compile(r"(<title>[^<&]*)(?=</title>)")
_ROOTS = re.compile(r"<(?:item|entry|url)>.*</(?:item|entry|url)>", re.DOTALL)
_ERROR = "<!doctype html><html><head><title>500 Internal Server Error</title></head><body><h1>500</h1></body></html>"
_REPAIR = (
    "<!doctype html><html><head><title>Hệ thống đang bảo trì</title></head><body><h1>Hệ thống đang bảo trì</h1>"
    "<p>Mời bạn đọc quay lại sau ít phút.</p></body></html>"
)
_GONE = (
    "<!doctype html><html><head><title>Không tìm thấy trang</title></head><body><h1>404</h1>"
    "<p>Trang bạn yêu cầu không tồn tại hoặc đã bị xóa.</p></body></html>"
)

_Spoil = Callable[[str, random.Random], str]


def _cut(text: str, draw: random.Random) -> str:
    return text[: int(len(text) * draw.uniform(0.3, 0.95))]


def _stray(text: str, draw: random.Random) -> str:
    """Elements nobody closes or opened, a comment without end behind the page, bare signs."""
    begun = _BODY.sub(r"\1</div></p><font><p></span>A & B < C", text, count=1)
    return begun.replace("</p>", "</p></div></em>" if draw.random() < 0.3 else "</p></em>", 2) + "<!-- <p>"


def _other_names(text: str, draw: random.Random) -> str:
    """What differs at each request: ids, stamps, the time it was made."""
    number = draw.randrange(10**6)
    return _CLASS.sub(f'id="n{number}" data-at="{number}" class="', text) + f"<!-- made in {number} us -->"


def _two_heads(text: str, draw: random.Random) -> str:
    second = '<title>Trang tin</title><meta name="description" content="Trang tin tổng hợp"><meta charset="utf-8">'
    return text.replace("</head>", f"</head><head>{second}</head>", 1)


def _other_dates(text: str, draw: random.Random) -> str:
    """The same instants written otherwise: UTC in machine forms, dots between the parts of a day."""
    text = _ISO.sub(lambda found: f"{datetime.fromisoformat(found[1]) - timedelta(hours=7):%Y-%m-%dT%H:%M:%S}Z", text)
    return _SLASHED.sub(r"\1.\2.\3", text)


def _same(text: str, draw: random.Random) -> str:
    return text


#: What happens to a page; "gone" only to who has read it before: at a first reading it would be believed.
PAGES: Final[Mapping[str, _Spoil]] = {
    "wrong charset": _same,
    "byte order mark": lambda text, draw: "\ufeff" + text,
    "utf-16": _same,
    "cut off": _cut,
    "stray markup": _stray,
    "other names": _other_names,
    "two heads": _two_heads,
    "other dates": _other_dates,
    "error with a 200": lambda text, draw: _ERROR,
    "under repair": lambda text, draw: _REPAIR,
    "gone": lambda text, draw: _GONE,
}
#: What happens to a feed, a sitemap, a section page.
LISTS: Final[Mapping[str, _Spoil]] = {
    "wrong charset": _same,
    "byte order mark": lambda text, draw: "\ufeff" + text,
    "blank lines in front": lambda text, draw: "\n\n" + text,
    "control characters": lambda text, draw: _TITLES.sub("\\1\x0b", text, count=5),
    "bare ampersands": lambda text, draw: _TITLES.sub(r"\1", text).replace("&amp;", "&"),
    "unknown entities": lambda text, draw: _TITLES.sub(r"\1&nbsp;", text, count=5),
    "something behind": lambda text, draw: text + "<!-- cache --><script>x=1</script>",
    "cut off": _cut,
    "empty": lambda text, draw: _ROOTS.sub("", text),
    "error with a 200": lambda text, draw: _ERROR,
}


@dataclass(slots=True)
class Dirt:
    """Which answers are spoilt and how: told by the seed, the address and the how-manieth answer it is."""

    seed: int = 0
    share: float = SHARE
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    laid: Counter[str] = field(default_factory=Counter)  #: how often each kind was

    def on(self, resource: Resource, outlet: str, path: str, *, is_list: bool, again: bool) -> Resource:
        """Return what is answered instead of a page or a list; `again`: its reader has read it before."""
        if resource.status != 200 or resource.modified is None:  # nothing that is published
            return resource
        self.asked[outlet, path] += 1
        draw = random.Random(f"{self.seed} {outlet} {path} {self.asked[outlet, path]}")
        if draw.random() >= self.share:
            return resource
        kinds = dict(LISTS if is_list else PAGES)
        if not again:
            kinds.pop("gone", None)
        kind = draw.choice(list(kinds))
        self.laid[f"{'list' if is_list else 'page'}: {kind}"] += 1
        return spoilt(resource, kind, kinds[kind], draw)


def spoilt(resource: Resource, kind: str, change: _Spoil, draw: random.Random) -> Resource:
    """Return an answer with one kind of dirt; its validators are its own, so that the next request gets a clean one."""
    codec = "utf-16" if resource.body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    text = change(resource.body.decode(codec), draw)
    content_type = resource.content_type
    if kind == "utf-16":
        codec, content_type = "utf-16", "text/html; charset=utf-16"
    elif kind == "wrong charset" and codec == "utf-8":
        content_type = f"{resource.content_type.partition(';')[0]}; charset=iso-8859-1"
    elif kind in {"error with a 200", "under repair", "gone"}:
        codec, content_type = "utf-8", "text/html; charset=utf-8"
    body = text.encode(codec)
    tag = f'"{hashlib.sha256(body).hexdigest()[:12]}-x"'
    return replace(
        resource, body=body, content_type=content_type, packed=b"", etag=tag, modified=None, conditions="none"
    )
