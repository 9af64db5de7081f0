"""What is shown of matters: the objects of the contract, the same for command line, API and pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from press import deadlines
from press.dates import VIETNAM
from press.deadlines import Deadline, local_day
from press.matters import WAITING
from settings import Settings
from storage import register
from storage.register.law import Law
from storage.register.matters import Letter, Matter

Row = dict[str, object]
LETTER = "letter"  #: the rule of a deadline that a letter sets


class Term(NamedTuple):
    """One deadline of a matter: by law or by letter; `why` there is no date: see press.deadlines, or "start"."""

    rule: str
    clause: str
    start: datetime | None
    until: datetime | None
    applies: bool
    why: str
    by_law: Deadline | None


def rows(db: Connection, settings: Settings, found: Sequence[Matter], now: datetime) -> list[Row]:
    """Return matters as objects, in their order."""
    ids = [matter.id for matter in found]
    units = register.units.by_ids(db, {unit for matter in found for unit in _units(matter)})
    reports = register.covered.reports_of(db, ids)
    letters = register.matters.letters_of(db, ids)
    into = {one.id: one.name for one in register.matters.by_ids(db, [m.merged_into for m in found if m.merged_into])}
    law = register.law.load(db, settings.area.province)
    made = []
    for matter in found:
        terms = terms_of(law, matter, letters.get(matter.id, []))
        made.append(
            {
                "number": matter.name,
                "version": matter.version,
                "subject": matter.subject,
                "state": matter.state,
                "kind": matter.kind,
                "field": matter.field,
                "places": list(matter.places),
                "received": local(matter.received_at),
                "opened": local(matter.opened_at),
                "units": {
                    "lead": units[matter.lead].name if matter.lead else None,
                    "with": [units[unit].name for unit in matter.others],
                },
                "articles": [
                    {
                        "id": report.id,
                        "url": report.url,
                        "outlet": report.outlet,
                        "title": report.title,
                        "published_at": report.published_at,
                        "story": report.story,
                        "first": place == 0,
                    }
                    for place, report in enumerate(reports.get(matter.id, ()))
                ],
                "letters": [asdict(letter) for letter in letters.get(matter.id, ())],
                "deadlines": [_term(term) for term in terms],
                "overdue": matter.overdue(now),
                "due_soon": due_soon(law, settings, matter, now),
                "answer": _answer(matter),
                "outlet_after": {"what": matter.outlet_after, "date": matter.outlet_after_on or None}
                if matter.outlet_after
                else None,
                "result": matter.result or None,
                "ground": matter.ground or None,
                "passed_to": units[matter.passed_to].name if matter.passed_to else None,
                "merged_into": into[matter.merged_into] if matter.merged_into else None,
            }
        )
    return made


def asked_of(letters: Sequence[Letter]) -> Letter | None:
    """Return the first letter of the press: what it asked itself, or forwarded."""
    return next((letter for letter in letters if letter.kind in ("request", "forwarded")), None)


def order_of(letters: Sequence[Letter]) -> Letter | None:
    """Return the last letter that gave a matter to a unit."""
    return next((letter for letter in reversed(letters) if letter.kind == "order"), None)


def term_of(law: Law, matter: Matter, letters: Sequence[Letter]) -> Term | None:
    """Return the deadline that applies; None where there is no date."""
    return next((term for term in terms_of(law, matter, letters) if term.applies), None)


def terms_of(law: Law, matter: Matter, letters: Sequence[Letter]) -> list[Term]:
    """Return the law's deadline and the letter's, side by side; the earlier one applies."""
    order = order_of(letters)
    terms = [_by_law(law, matter)]
    if matter.until is not None:
        named = f"Văn bản {order.number}".strip() if order else "Văn bản giao"
        start = datetime.fromisoformat(order.date).replace(tzinfo=VIETNAM) if order and order.date else None
        terms.append(Term(LETTER, named, start, matter.until.astimezone(VIETNAM), False, "", None))
    first = register.law.earlier(*(term.until for term in terms))
    applying = next((n for n, term in enumerate(terms) if first is not None and term.until == first), None)
    return [term._replace(applies=n == applying) for n, term in enumerate(terms)]


def due_soon(law: Law, settings: Settings, matter: Matter, now: datetime) -> bool:
    """Tell whether the answer is owed within the next working days that `[register] due_soon` says."""
    if matter.state not in WAITING or matter.due_at is None or matter.due_at < now:
        return False
    return matter.due_at <= soon(law, settings, now)


def soon(law: Law, settings: Settings, now: datetime) -> datetime:
    """Return until when what is due counts as due soon."""
    today = local_day(now)
    return deadlines.end_of(law.calendar(today.year).after(today, settings.register.due_soon))


def local(at: datetime | None) -> datetime | None:
    """Return an instant at +07:00."""
    return at.astimezone(VIETNAM) if at is not None else None


def _by_law(law: Law, matter: Matter) -> Term:
    if matter.received_at is not None:
        found = law.due(matter.kind, matter.received_at)
        rule = found.rule
        return Term(
            rule.code if rule else matter.kind, rule.clause if rule else "", found.start, found.until, False, found.why,
            found,
        )  # fmt: skip
    day = local_day(matter.opened_at)
    known = [rule for rule in law.rules if rule.code == matter.kind]
    rule = deadlines.rule_of(law.rules, matter.kind, day) if known else None
    why = "law" if rule is None else "figure" if rule.count is None else "start"
    shown = Deadline(rule, local(matter.opened_at) or matter.opened_at, None, None, None, "figure")
    return Term(rule.code if rule else matter.kind, rule.clause if rule else "", None, None, False, why, shown)


def _term(term: Term) -> Row:
    rule = term.by_law.rule if term.by_law else None
    whys = {
        "": None,
        "figure": rule.why_en if rule else None,
        "law": "no rule of this kind was in force when the clock started",
        "start": f"not stated yet: {rule.starts_en}" if rule else None,
    }
    return {
        "rule": term.rule,
        "clause": term.clause,
        "from": term.start,
        "until": term.until,
        "until_unrolled": term.by_law.unrolled if term.by_law else term.until,
        "confirmed": term.by_law.confirmed if term.by_law else None,
        "applies": term.applies,
        "why": whys[term.why],
    }


def _answer(matter: Matter) -> Row | None:
    if matter.answered_at is None:
        return None
    return {
        "at": local(matter.answered_at),
        "letter": matter.answer_letter or None,
        "date": matter.answer_date or None,
        "form": matter.answer_form or None,
        "to": matter.answer_to or None,
    }


def _units(matter: Matter) -> list[int]:
    return [unit for unit in (matter.lead, matter.passed_to, *matter.others) if unit is not None]
