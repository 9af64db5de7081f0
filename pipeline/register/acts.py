"""What a person does to a matter. Each act is one commit, its entry of the audit log in it, and gives the matter.

Conflict where somebody was faster or the state forbids it, UsageError for what cannot be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from errors import Conflict, UsageError
from pipeline.register import show
from pipeline.register import units as own_units
from press import TOPICS, deadlines
from press.deadlines import local_day
from press.matters import AFTER, FORMS, LETTERS, letter_for
from press.matters import number_of as matter_number
from settings import Settings
from storage import Archive, coverage, register
from storage.register.lists import Wanted
from storage.register.matters import Letter, Matter
from storage.register.units import Unit

Row = dict[str, object]
_LONGEST = 2000  #: characters of a free text


@dataclass(frozen=True, slots=True)
class Opening:
    """What a matter is opened with; None and "" = not said. Without a story and an article it needs a subject."""

    kind: str
    subject: str = ""
    story: int | None = None
    article: int | None = None
    received: datetime | None = None
    field: str = ""
    places: Sequence[str] = ()
    letter: Letter | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """Who works at the register where: what every act needs."""

    archive: Archive
    settings: Settings
    who: str
    now: datetime
    _units: list[list[Unit]] = field(default_factory=list, compare=False)

    @property
    def area(self) -> str:
        """Return the area whose register it is."""
        return self.settings.area.province

    def unit(self, text: str) -> int:
        """Return the unit a text names; UsageError where it names none."""
        if not self._units:
            self._units.append(own_units.filled(self.archive, self.settings, self.now))
        return register.units.find(self._units[0], text, local_day(self.now).isoformat()).id

    def shown(self, db: Connection, matter: Matter) -> Row:
        """Return the matter's object."""
        return show.rows(db, self.settings, [matter], self.now)[0]


def number_of(text: str, now: datetime) -> tuple[int, int]:
    """Return year and number of "7/2026", or of "7" in the year of `now`; UsageError otherwise."""
    found = matter_number(text)
    if found is None:
        raise UsageError(f"{text!r} is no number of a matter, such as 7/2026")
    year, number = found
    return local_day(now).year if year is None else year, number


def load(db: Connection, office: Office, number: str) -> Matter:
    """Return a matter by the number as people write it."""
    return register.matters.by_number(db, office.area, *number_of(number, office.now))


def open_matter(office: Office, opening: Opening) -> Row:
    """Open a matter from a story, from an article, or from nothing but a subject."""
    with office.archive.begin() as db:
        values: dict[str, Any] = {"kind": opening.kind, "subject": text(opening.subject, "the subject")}
        values |= {"received_at": opening.received, "field": _field(opening.field), "places": tuple(opening.places)}
        _of_press(db, opening, values)
        matter = register.matters.opened(db, office.area, values, office.who, office.now)
        if opening.letter is not None:
            kind = opening.letter.kind or letter_for(opening.kind)
            register.matters.add_letter(db, matter, _letter(opening.letter, kind))
        if opening.story is not None:
            register.covered.link_story(db, office.area, matter.id, opening.story, office.now)
        if opening.article is not None:
            register.covered.link_article(db, office.area, matter.id, opening.article, office.now)
        return office.shown(db, matter)


def assign(
    office: Office,
    number: str,
    *,
    lead: str,
    others: Sequence[str] = (),
    letter: Letter | None = None,
    until: date | None = None,
    version: int | None = None,
) -> Row:
    """Give a matter to a unit, with those that co-operate, by a letter and until the day it says."""
    leading = office.unit(lead)
    helping = tuple(sorted({office.unit(other) for other in others} - {leading}))
    with office.archive.begin() as db:
        matter = load(db, office, number)
        values: dict[str, Any] = {"lead": leading, "others": helping}
        if matter.state == "new":
            values["state"] = "assigned"
        if until is not None:
            values["until"] = deadlines.end_of(until)
        return _change(db, office, matter, version, values, "matter assigned", letter)


def answer(
    office: Office,
    number: str,
    *,
    letter: Letter | None = None,
    form: str = "written",
    to: str = "",
    at: datetime | None = None,
    version: int | None = None,
) -> Row:
    """Note what was answered: when, in which form of 244/2026 Đ5, by which letter, where it was sent or said."""
    if form not in FORMS:
        raise UsageError(f"no form {form!r}; the forms are {', '.join(FORMS)}")
    when = at or office.now
    if when > office.now:
        raise UsageError(f"{when.isoformat()}: an answer cannot be given in the future")
    values: dict[str, Any] = {"state": "answered", "answered_at": when, "answer_form": form}
    values |= {"answer_letter": letter.number if letter else "", "answer_date": letter.date if letter else ""}
    values |= {"answer_to": text(to, "where it was sent")}
    with office.archive.begin() as db:
        return _change(db, office, load(db, office, number), version, values, "matter answered", letter)


def close(office: Office, number: str, result: str, *, version: int | None = None) -> Row:
    """Close a matter with its result."""
    values = {"state": "done", "result": _needed(result, "the result")}
    with office.archive.begin() as db:
        return _change(db, office, load(db, office, number), version, values, "matter closed")


def pass_on(office: Office, number: str, to: str, *, version: int | None = None) -> Row:
    """Pass a matter on to the unit that is competent."""
    values = {"state": "passed_on", "passed_to": office.unit(to)}
    with office.archive.begin() as db:
        return _change(db, office, load(db, office, number), version, values, "matter passed on")


def refuse(office: Office, number: str, ground: str, *, version: int | None = None) -> Row:
    """Refuse an answer, saying on which ground."""
    values = {"state": "refused", "ground": _needed(ground, "the ground")}
    with office.archive.begin() as db:
        return _change(db, office, load(db, office, number), version, values, "matter refused")


def merge(office: Office, number: str, into: str, *, version: int | None = None) -> Row:
    """Merge a matter into another one, which gets its coverage; gives the other one."""
    with office.archive.begin() as db:
        one, other = load(db, office, number), load(db, office, into)
        return office.shown(db, register.matters.merged(db, one.id, version, other.id, office.who, office.now))


def change(
    office: Office, number: str, values: dict[str, Any], *, letter: Letter | None = None, version: int | None = None
) -> Row:
    """Change subject, kind, field, places, state, start of the clock, the letter's day, or what the outlet did.

    `letter`: one of the press that came since; its kind is that of the matter's kind where it says none.
    """
    if "field" in values:
        values["field"] = _field(values["field"])
    if values.get("outlet_after", "") not in AFTER:
        raise UsageError(f"what the outlet did is one of {', '.join(filter(None, AFTER))}")
    if "outlet_after_on" in values:
        _day(values["outlet_after_on"])
    for name in ("subject", "result", "ground"):
        if name in values:
            values[name] = text(values[name], name)
    with office.archive.begin() as db:
        matter = load(db, office, number)
        if letter is not None and not letter.kind:
            letter = replace(letter, kind=letter_for(values.get("kind", matter.kind)))
        return _change(db, office, matter, version, values, "matter changed", letter)


def cover(office: Office, number: str, *, story: int | None = None, article: int | None = None) -> Row:
    """Put a matter on one more story or article."""
    with office.archive.begin() as db:
        matter, more = load(db, office, number), {"story": story, "article": article}
        new = False
        if story is not None:
            new |= register.covered.link_story(db, office.area, matter.id, story, office.now)
        if article is not None:
            new |= register.covered.link_article(db, office.area, matter.id, article, office.now)
        if not new:
            raise Conflict(f"matter {matter.name} stands on it already")
        told = {name: value for name, value in more.items() if value is not None}
        register.matters.change(db, matter.id, None, {}, office.who, office.now, "matter coverage", **told)
        return office.shown(db, register.matters.get(db, matter.id))


def find(office: Office, wanted: Wanted, limit: int | None = None) -> list[Row]:
    """Return the matters that are wanted."""
    with office.archive.read() as db:
        return show.rows(db, office.settings, register.lists.find(db, office.area, wanted, limit), office.now)


def one(office: Office, number: str) -> Row:
    """Return one matter."""
    with office.archive.read() as db:
        return office.shown(db, load(db, office, number))


def text(given: str, what: str) -> str:
    """Return a free text on one line; UsageError where it is too long."""
    plain = " ".join(given.split())
    if len(plain) > _LONGEST:
        raise UsageError(f"{what} is longer than {_LONGEST} characters")
    return plain


def _change(
    db: Connection, office: Office, matter: Matter, version: int | None, values: dict[str, Any], action: str,
    letter: Letter | None = None,
) -> Row:  # fmt: skip
    more: dict[str, object] = {}
    if letter is not None:
        letter = _letter(letter, letter.kind)
        more["letter"] = {name: getattr(letter, name) for name in ("kind", "number", "date") if getattr(letter, name)}
    changed = register.matters.change(db, matter.id, version, values, office.who, office.now, action, **more)
    if letter is not None:
        register.matters.add_letter(db, changed, letter)
    return office.shown(db, changed)


def _of_press(db: Connection, opening: Opening, values: dict[str, Any]) -> None:
    """Fill in what the press tells: subject, field and places of the first report, where nothing else was said."""
    first = opening.article
    if opening.story is not None and first is None:
        current = coverage.stories.current_story(db, opening.story)
        found = coverage.stories.stories(db, ids=[current]) if current is not None else []
        if not found:
            raise Conflict(f"there is no story {opening.story}")
        values["subject"] = values["subject"] or found[0].title
        first = found[0].articles[0]
    if first is None:
        return
    article = coverage.articles.get_article(db, first)
    if article is None:
        raise Conflict(f"there is no article {first}")
    values["subject"] = values["subject"] or article.title
    values["field"] = values["field"] or (article.topics[0].id if article.topics else "")
    inside = tuple(dict.fromkeys(place.name for place in article.places if place.in_area))
    values["places"] = values["places"] or inside


def _field(field_: str) -> str:
    if field_ and field_ not in TOPICS:
        raise UsageError(f"no field {field_!r}; the fields are {', '.join(TOPICS)}")
    return field_


def _letter(letter: Letter, kind: str) -> Letter:
    if kind not in LETTERS:
        raise UsageError(f"no kind of letter {kind!r}; the kinds are {', '.join(LETTERS)}")
    _day(letter.date)
    _day(letter.received)
    link = letter.link.strip()
    if link and not re.match(r"https?://\S+$", link):
        raise UsageError(f"{link!r} is no address that begins with https://")
    return Letter(kind, text(letter.number, "the number of the letter"), letter.date, letter.received, link)


def _day(text_: str) -> None:
    """Raise UsageError unless a text is a day, or empty."""
    try:
        date.fromisoformat(text_ or "2026-01-01")
    except ValueError:
        raise UsageError(f"{text_!r} is no day such as 2026-08-05") from None


def _needed(given: str, what: str) -> str:
    plain = text(given, what)
    if not plain:
        raise UsageError(f"{what} is needed")
    return plain
