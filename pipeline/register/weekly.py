"""The weekly list of matters: new, in progress, done with result, not reported or late by unit, proposals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from pipeline.register import show
from pipeline.running import outlets
from press.dates import VIETNAM
from press.deadlines import begin_of, end_of, local_day
from press.matters import WAITING, late
from settings import Settings
from storage import register
from storage.register.law import Law
from storage.register.matters import Letter, Matter
from storage.types import AnyRow

Row = dict[str, Any]
#: What stands above the columns of the list.
HEADS: Final = (
    "STT", "Sự việc", "Báo, ngày", "Đơn vị", "Văn bản giao (số, ngày)", "Hạn", "Văn bản trả lời", "Kết quả", "Ghi chú",
)  # fmt: skip
#: group -> (Vietnamese, English), in the order of the list
GROUPS: Final[Mapping[str, tuple[str, str]]] = {
    "new": ("Sự việc mới", "New"),
    "in_progress": ("Sự việc đang xử lý", "In progress"),
    "done": ("Sự việc đã xong, có kết quả", "Done, with result"),
    "late": (
        "Chưa báo cáo, chậm hoặc trả lời chưa đạt, theo đơn vị",
        "Not reported, late or not good enough, by unit",
    ),
}


def tell(db: Connection, settings: Settings, first: date, last: date, now: datetime, proposals: str = "") -> Row:
    """Return the list of the days from `first` to `last`, both included, as the register has it at `now`."""
    area, begin, before = settings.area.province, begin_of(first), begin_of(last + timedelta(days=1))
    found = register.lists.listed(db, area, begin, before)
    at = min(now, end_of(last))
    law = register.law.load(db, area)
    ids = [one.id for one in found]
    reports, letters = register.covered.reports_of(db, ids), register.matters.letters_of(db, ids)
    named = register.units.by_ids(
        db, {unit for one in found for unit in (one.lead, one.passed_to, *one.others) if unit}
    )
    units = {number: unit.name for number, unit in named.items()}
    papers = {slug: outlet.name for slug, outlet in outlets.known(settings).items()}
    groups: dict[str, list[Row]] = {name: [] for name in GROUPS}
    for one in found:
        row = _row(law, one, reports.get(one.id, ()), letters.get(one.id, ()), units, papers, at)
        groups[_group(one, begin, before, at)].append(row)
    for name, rows in groups.items():
        rows.sort(key=lambda row: (row["unit"] or "" if name == "late" else "", row["until"] or "9", row["id"]))
    return {
        "report": "weekly",
        "from": first.isoformat(),
        "to": last.isoformat(),
        "figures": [
            {"line": str(place), "group": name, "what": GROUPS[name][0], "what_en": GROUPS[name][1],
             "count": len(groups[name]), "of": None, "matters": {"count": [row["number"] for row in groups[name]]}}
            for place, name in enumerate(GROUPS, 1)
        ],
        "groups": groups,
        "proposals": proposals,
    }  # fmt: skip


def moved(
    db: Connection, area: str, told: Mapping[str, Any], made_at: datetime, now: datetime
) -> Iterator[tuple[str, str, str]]:
    """Give the groups of a list that stand otherwise by now, or of whose matters one was changed: line, then, now."""
    first, last = (date.fromisoformat(told[name]) for name in ("from", "to"))
    begin, before, at = begin_of(first), begin_of(last + timedelta(days=1)), min(now, end_of(last))
    grown = register.covered.grown(db, area, made_at)
    today: dict[str, dict[int, datetime | None]] = {name: {} for name in GROUPS}
    touched = set()
    for one in register.lists.standing(db, area, begin, before):
        group = _group(one, begin, before, at)
        today[group][one.id] = one.due_at
        if one.changed_at > made_at or one.id in grown:
            touched.add(group)
    for figure in told["figures"]:
        group = figure["group"]
        then = {row["id"]: row["until"] and datetime.fromisoformat(row["until"]) for row in told["groups"][group]}
        if group in touched or then != today[group]:
            yield figure["line"], str(figure["count"]), str(len(today[group]))


def _group(matter: Matter | AnyRow, begin: datetime, before: datetime, at: datetime) -> str:
    """Return where a matter stands in the list; an answer that went back to work was not good enough."""
    if matter.ended_at is not None and matter.ended_at < before:
        return "done"
    if late(matter.state, matter.due_at, at) or (matter.state in WAITING and matter.answered_at is not None):
        return "late"
    return "new" if matter.opened_at >= begin else "in_progress"


def _row(
    law: Law, matter: Matter, reports: Sequence[register.covered.Report], letters: Sequence[Letter],
    units: Mapping[int, str], papers: Mapping[str, str], at: datetime,
) -> Row:  # fmt: skip
    """Return a line of the list: what each column says, and by which rule the deadline was counted."""
    order, term = show.order_of(letters), show.term_of(law, matter, letters)
    asked = show.asked_of(letters)
    first = reports[0] if reports else None
    return {
        "number": matter.name,
        "id": matter.id,
        "subject": matter.subject,
        "state": matter.state,
        "outlet": papers.get(first.outlet, first.outlet) if first else None,
        "published": _day(first.published_at) if first else None,
        "reports": len(reports),
        "asked": {"number": asked.number or None, "date": asked.date or None} if asked else None,
        "unit": units.get(matter.lead or 0),
        "with": [units[unit] for unit in matter.others],
        "order": {"number": order.number or None, "date": order.date or None} if order else None,
        "until": term.until.isoformat() if term and term.until else None,
        "rule": term.rule if term else None,
        "clause": term.clause if term else None,
        "answer": {"number": matter.answer_letter or None, "date": matter.answer_date or _day(matter.answered_at),
                   "form": matter.answer_form} if matter.answered_at else None,
        "result": matter.result or None,
        "ground": matter.ground or None,
        "passed_to": units.get(matter.passed_to or 0),
        "outlet_after": matter.outlet_after or None,
        "outlet_after_on": matter.outlet_after_on or None,
        "days_late": (local_day(at) - local_day(matter.due_at)).days if matter.due_at and matter.overdue(at) else None,
        "again": matter.state in WAITING and matter.answered_at is not None,
    }  # fmt: skip


def _day(at: datetime | None) -> str | None:
    return at.astimezone(VIETNAM).date().isoformat() if at else None


def written(day: str | None) -> str:
    """Return an ISO day as letters of an office write it (Decree 30/2020): 05/02/2026, 15/8/2026; "" for none."""
    if not day:
        return ""
    one = date.fromisoformat(day)
    return f"{one.day:02d}/{f'{one.month:02d}' if one.month < 3 else one.month}/{one.year}"


def cells(row: Row, *, english: bool = False) -> list[str]:
    """Return what the columns of a line say, from the matter to the note (the number before it is the list's)."""

    def say(vietnamese: str, other: str) -> str:
        return other if english else vietnamese

    more = row["reports"] - 1
    others = say(f" (và {more} bài khác)", f" (and {more} more)") if more > 0 else ""
    asked = _letter(row.get("asked"))  # lists that were made before have none
    until = row["until"]
    at = datetime.fromisoformat(until).astimezone(VIETNAM) if until else None
    hour = f"{at:%H:%M} " if at and (at.hour, at.minute) != (23, 59) else ""
    notes = [
        say(f"quá hạn {row['days_late']} ngày", f"{row['days_late']} days late") if row["days_late"] else "",
        say("quá hạn", "late") if row["days_late"] == 0 else "",
        say("trả lời chưa đạt, làm lại", "the answer was not good enough") if row["again"] else "",
        say(f"chuyển {row['passed_to']}", f"passed on to {row['passed_to']}") if row["passed_to"] else "",
        say(f"từ chối trả lời: {row['ground']}", f"refused: {row['ground']}") if row["ground"] else "",
        say("báo đã đăng trả lời", "the outlet published the answer") if row["outlet_after"] == "published" else "",
        say("báo đã cải chính", "the outlet corrected") if row["outlet_after"] == "corrected" else "",
    ]
    return [
        row["subject"],
        "; ".join(
            filter(
                None,
                [
                    f"{row['outlet']}, {written(row['published'])}".rstrip(", ") + others if row["outlet"] else "",
                    f"{say('văn bản', 'letter')} {asked}" if asked else "",
                ],
            )
        ),
        "; ".join(filter(None, [row["unit"], *(f"{say('phối hợp', 'with')}: {one}" for one in row["with"])])),
        _letter(row["order"]),
        f"{hour}{written(at.date().isoformat())}" if at else "",
        _letter(row["answer"]),
        row["result"] or "",
        "; ".join(filter(None, notes)),
    ]


def _letter(letter: Row | None) -> str:
    return ", ".join(filter(None, [letter["number"], written(letter["date"])])) if letter else ""
