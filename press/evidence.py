"""What a publication time rests on: one ranking of evidence, for the choice on a page and for keeping it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from press.dates import VIETNAM

#: Source of a publication time -> rank, the strongest first.
RANKS: Final[Mapping[str, int]] = {
    "selector": 1,  # what a person wrote for the outlet selects it
    **dict.fromkeys(("json-ld", "meta", "microdata"), 2),  # the page states it of this article
    "feed": 3,  # the list gives it with a zone
    "marked": 4,  # beside the headline, marked as published: "Ngày đăng", class "published"
    **dict.fromkeys(("time", "visible"), 5),  # a date and time beside headline or author line
    "feed-unzoned": 6,  # the list gives it without a zone
    "url": 8,
    "relative": 9,  # counted back from the moment of reading: "3 giờ trước"
    "updated": 10,  # only when it was changed last is said
    "htmldate": 11,  # a guess from the markup anywhere on the page
}
STRONG: Final = RANKS["feed"]  #: up to this rank a date is stated, not found
_BARE_DAY: Final = 7  # a mere day that is only seen beside the headline
_UNKNOWN: Final = 12


def rank(source: str, at: datetime) -> int:
    """How strong a publication time is, 1 the strongest."""
    number = RANKS.get(source, _UNKNOWN)
    return _BARE_DAY if number == RANKS["visible"] and is_day(at) else number


def is_day(at: datetime) -> bool:
    """Whether an instant is a mere day, midnight in Vietnam."""
    local = at.astimezone(VIETNAM)
    return (local.hour, local.minute, local.second) == (0, 0, 0)


def replaces(at: datetime, source: str, *, known: datetime, known_source: str) -> bool:
    """Whether newly read evidence changes an instant that is known already: only where it is stronger.

    A mere day gives way to an instant of that day whatever says it, and never takes its place.
    """
    if at == known:
        return False
    if at.astimezone(VIETNAM).date() == known.astimezone(VIETNAM).date() and is_day(at) != is_day(known):
        return is_day(known)
    return rank(source, at) < rank(known_source, known)
