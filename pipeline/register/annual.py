"""The annual report on statements to the press: its lines are rows (`annual.toml`), its figures come from the register.

A matter counts in the part of the year in which it came up, by the rule in force on that day; what was answered after
the data year counts as not answered. The same register gives the same report.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from press.dates import VIETNAM
from press.deadlines import Deadline, begin_of, end_of, local_day
from storage import register
from storage.register.law import Law
from storage.register.matters import Matter

FILE: Final = Path(__file__).with_name("annual.toml")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the form: entries of a log, or matters of some kinds and how many of them are `done`."""

    line: str
    what: str
    what_en: str
    log: str = ""
    kinds: tuple[str, ...] = ()
    done: str = ""
    law: str = ""  #: the line stands only where a part of the year is under it


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the data year under one law; both days included."""

    first: date
    last: date
    law: str


@dataclass(frozen=True, slots=True)
class _Counted:
    """A matter with the rule in force when it came up."""

    matter: Matter
    day: date
    deadline: Deadline

    @property
    def code(self) -> str:
        return self.deadline.rule.code if self.deadline.rule else ""

    def done(self, how: str, until: datetime) -> bool:
        """Tell whether it counts as done by the end of the data year."""
        matter = self.matter
        if matter.answered_at is None or matter.answered_at > until:
            return False
        if how == "in_time":
            return self.deadline.until is not None and matter.answered_at <= self.deadline.until
        return how != "written" or matter.answer_form == "written"


@cache
def form() -> Row:
    """Return the rows of the form."""
    return tomllib.loads(FILE.read_text("utf-8"))


@cache
def lines() -> tuple[Line, ...]:
    """Return the lines of the form, in their order."""
    return tuple(Line(**{**row, "kinds": tuple(row.get("kinds", ()))}) for row in form()["line"])


def period(year: int) -> tuple[date, date]:
    """Return the first and last day of a data year, both included."""
    return date.fromisoformat(f"{year - 1}-{form()['first']}"), date.fromisoformat(f"{year}-{form()['last']}")


def due(year: int) -> date:
    """Return the last day on which the report of a year may be sent."""
    return date.fromisoformat(f"{year}-{form()['due']}")


def parts(year: int) -> list[Part]:
    """Return the stretches of a data year, one a law that was in force in it."""
    first, last = period(year)
    made = []
    for law in form()["law"]:
        begin, end = max(first, law.get("from", first)), min(last, law.get("to", last))
        if begin <= end:
            made.append(Part(begin, end, law["name"]))
    return made


def tell(db: Connection, area: str, year: int, difficulties: str = "", proposals: str = "") -> Row:
    """Return the report of a year: figures for the whole and for each part, with the numbers behind each."""
    first, last = period(year)
    law, until = register.law.load(db, area), end_of(last)
    found = register.lists.dated(db, area, begin_of(first), begin_of(last + timedelta(days=1)))
    counted = [_counted(law, matter) for matter in found if matter.merged_into is None]
    entries = register.press_log.entries(db, area, first.isoformat(), last.isoformat())
    stretches = parts(year)
    wanted = [line for line in lines() if not line.law or line.law in {part.law for part in stretches}]
    figures, behind, used = [], set[str](), set[int]()
    for line in wanted:
        told: list[Row] = []
        for part in stretches:
            if line.log:
                days = (part.first.isoformat(), part.last.isoformat())
                ids = [one.id for one in entries if one.kind == line.log and days[0] <= one.day <= days[1]]
                used.update(ids)
                told.append(_figure([], [], ids))
                continue
            mine = [one for one in counted if part.first <= one.day <= part.last and one.code in line.kinds]
            done = [one.matter.name for one in mine if one.done(line.done, until)]
            behind.update(one.matter.name for one in mine)
            told.append(_figure(done, [one.matter.name for one in mine], None))
        each = [_span(part) | figure for part, figure in zip(stretches, told, strict=True)]
        figures.append({"line": line.line, "what": line.what, "what_en": line.what_en, **_sum(told), "parts": each})
    return {
        "report": "annual",
        "year": year,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "due": due(year).isoformat(),
        "recipient": form()["recipient"],
        "basis": form()["basis"],
        "figures": figures,
        "matters": {one.matter.name: _behind(one) for one in counted if one.matter.name in behind},
        "entries": {
            str(one.id): {"kind": one.kind, "date": one.day, "subject": one.subject, "form": one.form or None}
            for one in entries
            if one.id in used
        },
        "uncounted": [one.matter.name for one in counted if one.matter.name not in behind],
        "difficulties": difficulties,
        "proposals": proposals,
    }


def _counted(law: Law, matter: Matter) -> _Counted:
    came = matter.received_at or matter.opened_at
    found = law.due(matter.kind, came)
    if matter.received_at is None:  # nobody stated when the clock started: the rule is known, a deadline is not
        found = Deadline(found.rule, found.start, None, None, None, "figure")
    return _Counted(matter, local_day(came), found)


def _figure(done: Sequence[str], of: Sequence[str], entries: Sequence[int] | None) -> Row:
    if entries is not None:
        return {"count": len(entries), "of": None, "entries": list(entries)}
    return {"count": len(done), "of": len(of), "matters": {"count": list(done), "of": list(of)}}


def _sum(told: Sequence[Row]) -> Row:
    if "entries" in told[0]:
        return _figure([], [], [one for part in told for one in part["entries"]])
    both = {side: [name for part in told for name in part["matters"][side]] for side in ("count", "of")}
    return _figure(both["count"], both["of"], None)


def _span(part: Part) -> Row:
    return {"from": part.first.isoformat(), "to": part.last.isoformat(), "law": part.law}


def _behind(one: _Counted) -> Row:
    matter, rule = one.matter, one.deadline.rule
    return {
        "id": matter.id,
        "subject": matter.subject,
        "state": matter.state,
        "kind": matter.kind,
        "rule": one.code,
        "clause": rule.clause if rule else "",
        "valid_from": rule.valid_from.isoformat() if rule and rule.valid_from else None,
        "from": _iso(one.deadline.start),
        "stated": matter.received_at is not None,
        "until": _iso(one.deadline.until),
        "answered": _iso(matter.answered_at),
        "form": matter.answer_form or None,
    }


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(VIETNAM).isoformat() if at is not None else None


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Give the lines whose figures differ in two reports of a year: line, then, now."""
    now = {one["line"]: one for one in new["figures"]}
    for one in old["figures"]:
        other = now.get(one["line"])
        if other is None or any(one.get(side) != other.get(side) for side in ("count", "of", "matters", "entries")):
            yield one["line"], said(one), said(other) if other else "–"


def said(figure: Row) -> str:
    """Return a figure as the form writes it: 3, or 3/5."""
    return str(figure["count"]) if figure["of"] is None else f"{figure['count']}/{figure['of']}"
