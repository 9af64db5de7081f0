"""What a publication time rests on: one ranking of evidence, for the choice on a page and for keeping it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

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
    "htmldate": 11,  # a guess of a library from the rest of the head
}
STRONG: Final = RANKS["feed"]  #: up to this rank a date is stated, not found
_BARE_DAY: Final = 7  # a mere day that is only seen beside the headline
_UNKNOWN: Final = 12


class Dated(NamedTuple):
    """An instant of publication, and the source that says so."""

    at: datetime
    source: str


def rank(source: str, at: datetime) -> int:
    """How strong a publication time is, 1 the strongest."""
    number = RANKS.get(source, _UNKNOWN)
    return _BARE_DAY if number == RANKS["visible"] and is_day(at) else number


def is_day(at: datetime) -> bool:
    """Whether an instant is a mere day, midnight in Vietnam."""
    local = at.astimezone(VIETNAM)
    return (local.hour, local.minute, local.second) == (0, 0, 0)


def settled(new: Dated, known: Dated) -> Dated:
    """What stands of an instant that is known and one that is newly read: the known one, unless the new is stronger.

    A mere day takes the time of day from whatever knows it, and keeps its own rank; it never takes an instant's place.
    """
    if new.at.astimezone(VIETNAM).date() == known.at.astimezone(VIETNAM).date() and is_day(new.at) != is_day(known.at):
        if is_day(new.at):
            return known
        return Dated(new.at, min(known.source, new.source, key=lambda source: rank(source, new.at)))
    return new if rank(new.source, new.at) < rank(known.source, known.at) else known
