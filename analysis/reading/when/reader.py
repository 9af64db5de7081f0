"""Reading one date: of an element with its attributes and names, or of a line of text, with what calls it so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from selectolax.lexbor import LexborNode

from press import dates
from press.text import clean

_STAMPS = ("time", "date", "datetime", "timestamp", "utime")
_ATTRIBUTES = ("datetime", "content", *(f"data-{name}" for name in _STAMPS), "title")
_NAMES = ("class", "id", "itemprop", "data-role", "rel")
_PUBLISHED = re.compile(r"publish(?!er)|pub-?date|posted|post-date|entry-date|ngay-?_?dang|dang-?luc|xuat-?ban", re.I)
_UPDATED = re.compile(r"updat|modif|edited|cap-?_?nhat|chinh-?sua", re.I)
_PADDED = re.compile(r"\b[0០]\d/|/[0០]\d/")
#: Time and date of two elements in a row, without anything between them.
_GLUED = re.compile(
    r"(\d[:h]\d\d)(\d{1,2}[/.-]\d{1,2}[/.-]\d{4})|(\d[/.-]\d{1,2}[/.-]\d{4})(\d{1,2}[:h]\d\d)|(\d{4})(?=[A-ZĐ])"
)
_LONG = 400  # characters of an element named for a date


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads dates of elements and lines of one page, fetched at `now`."""

    now: datetime | None
    day_first: bool = False

    def of(self, node: LexborNode) -> dates.Instant | None:
        """The date of an element: of its attributes or its text, with what names or words beside it call it."""
        instant = self.bare(node)
        if instant is None or instant.label:
            return instant
        names = names_of(node)
        if _PUBLISHED.search(names):
            return replace(instant, label="published")
        if _UPDATED.search(names):
            return replace(instant, label="updated")
        return replace(instant, label=_label_before(node))

    def bare(self, node: LexborNode) -> dates.Instant | None:
        """The date of an element as its own attributes and text say it."""
        attributes = node.attributes
        said = [attributes[name] for name in _ATTRIBUTES if name in attributes]
        read = [one for raw in said if raw and (one := dates.parse(raw, now=self.now, day_first=self._rule))]
        shown = node.text(separator=" ") or ""
        if len(shown) < _LONG and (one := self.line(clean(shown))):
            read.append(one)
        first = best(read)
        # A clock of Vietnam marked as UTC by mistake: the text beside it shows the same figures.
        return next((one for one in read if first and _shows_same(first, one)), _whole(first, read))

    def line(self, text: str) -> dates.Instant | None:
        """The date of a cleaned line of text, which a person reads: padded days lead, AM/PM or not."""
        if text.isdigit():
            return None
        text = _GLUED.sub(r"\1\3\5 \2\4", text)
        rule = True if self.day_first or _PADDED.search(text) else None
        instant = dates.parse(text, day_first=rule, now=self.now) or dates.search(text, day_first=rule)
        if instant and rule is None and self.now and instant.at > self.now + dates.FUTURE:  # a day of a month to come
            return dates.parse(text, day_first=True) or dates.search(text, day_first=True)
        return instant

    @property
    def _rule(self) -> bool | None:
        return True if self.day_first else None


def _whole(chosen: dates.Instant | None, read: Sequence[dates.Instant]) -> dates.Instant | None:
    """The chosen date; a mere day with the time of day that another reading of the same element gives that day."""
    if chosen is None or chosen.precision != "day":
        return chosen
    day = chosen.at.astimezone(dates.VIETNAM).date()
    whole = (
        one for one in read if one.precision not in {"day", "hour"} and one.at.astimezone(dates.VIETNAM).date() == day
    )
    return next((replace(one, label=one.label or chosen.label) for one in whole), chosen)


def _shows_same(marked: dates.Instant, shown: dates.Instant) -> bool:
    return marked.in_utc and not shown.in_utc and abs(marked.at - shown.at - timedelta(hours=7)) < timedelta(minutes=1)


def best(read: Sequence[dates.Instant]) -> dates.Instant | None:
    """The likeliest of some dates: marked as published before unmarked before updated, with a time of day first."""
    order = {"published": 0, "": 1, "updated": 2}
    return min(read, key=lambda one: (order[one.label], one.precision in {"day", "hour"}), default=None)


def names_of(node: LexborNode) -> str:
    """What an element is called: its classes, its id and what it is the property of."""
    attributes = node.attributes
    return " ".join(attributes.get(name) or "" for name in _NAMES)


def _label_before(node: LexborNode) -> Literal["", "published", "updated"]:
    """What the words right in front of an element call its date."""
    step: LexborNode | None = node
    for _ in range(2):
        if step is None:
            return ""
        before = step.prev
        while before is not None and not (before.text() or "").strip():
            before = before.prev
        if before is not None:
            return dates.label_of(before.text(separator=" ") or "")
        step = step.parent
    return ""
