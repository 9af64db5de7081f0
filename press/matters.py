"""The words of the register: states of a matter and how they follow, forms of a statement, kinds of letters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, get_args

State = Literal["new", "assigned", "in_progress", "answered", "done", "passed_on", "refused", "merged"]
Form = Literal["conference", "portal", "interview", "written", "talks"]  #: of a statement, 244/2026 Đ5
LetterKind = Literal["request", "forwarded", "order", "answer", "other"]
UnitKind = Literal["department", "commune", "vertical", "other"]
After = Literal["", "published", "corrected"]  #: what the outlet did with the answer

STATES: Final[tuple[State, ...]] = get_args(State)
FORMS: Final[tuple[Form, ...]] = get_args(Form)
UNITS: Final[tuple[UnitKind, ...]] = get_args(UnitKind)
LETTERS: Final[tuple[LetterKind, ...]] = get_args(LetterKind)
AFTER: Final[tuple[After, ...]] = get_args(After)

WAITING: Final[frozenset[State]] = frozenset({"new", "assigned", "in_progress"})  #: an answer is still owed
ENDED: Final[frozenset[State]] = frozenset({"done", "passed_on", "refused", "merged"})

_OPEN: Final[frozenset[State]] = frozenset({"assigned", "in_progress", "answered", "done", "passed_on", "refused"})
_NEXT: Final[Mapping[State, frozenset[State]]] = {
    "new": _OPEN | {"merged"},
    "assigned": _OPEN | {"merged"},
    "in_progress": _OPEN | {"merged"},
    "answered": _OPEN | {"merged"},  # an answer that is not good enough goes back to work
    "done": frozenset({"in_progress"}),
    "passed_on": frozenset({"in_progress", "assigned"}),
    "refused": frozenset({"in_progress", "assigned"}),
    "merged": frozenset(),
}


def late(state: str, due_at: datetime | None, now: datetime) -> bool:
    """Tell whether the answer of a matter is late."""
    return state in WAITING and due_at is not None and due_at < now


def number_of(text: str) -> tuple[int | None, int] | None:
    """Return year and number of "7/2026", the year None of "7"; None for what is no number of a matter."""
    found = re.fullmatch(r"\s*(\d{1,7})(?:/(\d{4}))?\s*", text)
    return (int(found[2]) if found[2] else None, int(found[1])) if found else None


def may_follow(state: State, new: State) -> bool:
    """Tell whether a matter may go from one state to another; staying is always allowed but for a merged one."""
    return new in _NEXT[state] or (new == state != "merged")


def letter_for(kind: str) -> LetterKind:
    """Return what the letter is that starts a matter of a kind: a request of the press, or what it forwarded."""
    if kind in ("press_request", "old_request", "press_question"):
        return "request"
    return "forwarded" if kind in ("feedback", "old_feedback", "complaint") else "other"
