"""Watch: tell the operator when the state of an outlet changes, once, and once a day what is still not well.

What is to be told is committed as a waiting mail together with the mark that it is told; mails that cannot go out wait.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

import logs
import storage.facts
from digest.words import Words
from digest.writing.alert import Change, alert, cut_off
from pipeline.running import outlets as chosen_outlets
from pipeline.running.counts import Counts, never_stop
from pipeline.running.mail import send_notices
from press import OutletHealth
from settings import Settings
from storage import Archive, collecting, delivery
from storage.delivery.notices import Told

LOG = logs.logger()
LOCK_WAIT = 5.0
SUMMARY = "watch:summary"  # the fact: the last day that was summed up
WATCHED = "watch:mark"  # the fact: how far the archive had come when it was last looked at
LINE = "watch:line"  # the fact: when our own line was told to be broken; "": it is not


def watch(
    archive: Archive, settings: Settings, now: datetime, *, should_stop: Callable[[], bool] = never_stop
) -> Counts:
    """Tell the operator, where one is named, what changed about the outlets; what a mail server does is an outcome.

    A change is told when a second reading finds it again, a silence at once: it was long enough to be one. Several
    changes are one mail. From `[digest] at` on, what is still not well is summed up once a day.
    """
    counts = Counts("watch")
    if not settings.operator.email:
        return counts
    with archive.lock("watch", LOCK_WAIT):
        _note(archive, settings, now)
        with archive.read() as db:
            counts.due = len(delivery.notices.waiting(db, now))
        for outcome in send_notices(archive, settings, now, should_stop=should_stop):
            counts.add(outcome)
    return counts


@dataclass
class News:
    """What is to be told, and the rows that say so."""

    changes: list[Change] = field(default_factory=list)
    rows: dict[str, Told] = field(default_factory=dict)
    line: Literal["", "down", "up"] = ""


def step(one: OutletHealth, row: Told | None, now: datetime) -> tuple[Told, bool]:
    """What to keep of an outlet's state, and whether it is told now."""
    row = row or Told(one.slug, "ok", now, "ok")
    if one.state == "never_read":
        return row, False
    if one.state == row.state:
        return replace(row, seen=one.state, seen_asked=None), False
    again = row.seen == one.state and _later(one.last_asked, row.seen_asked)
    if again or one.state == "silent":
        return Told(one.slug, one.state, now, one.state), True
    first = row.seen_asked if row.seen == one.state else one.last_asked
    return replace(row, seen=one.state, seen_asked=first), False


def _later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def _note(archive: Archive, settings: Settings, now: datetime) -> None:
    """Commit what is to be told now, together with the mark that it is."""
    local = now.astimezone(settings.digest.timezone)
    with archive.read() as db:
        last, broken, watched = (storage.facts.get_fact(db, key) for key in (SUMMARY, LINE, WATCHED))
        due = last is not None and local.time() >= settings.digest.at and date.fromisoformat(last) < local.date()
        mark = delivery.notices.mark(db)
        if mark == watched and not due:
            return
        found = collecting.outlets.health(db, chosen_outlets.in_use(settings), now, rhythm=False)
        known = delivery.notices.told(db)
    news = _news(found, known, datetime.fromisoformat(broken) if broken else None, now)
    fresh = {change.health.slug for change in news.changes}
    troubled = {slug for slug, row in (known | news.rows).items() if row.state != "ok"} - fresh
    standing = [one for one in found if due and one.slug in troubled and one.state not in ("ok", "never_read")]
    gone = sorted(set(known) - {one.slug for one in found})
    with archive.begin() as db:
        delivery.notices.keep_told(db, news.rows.values())
        delivery.notices.forget_told(db, gone)
        storage.facts.set_fact(db, WATCHED, mark)
        if due or last is None:
            storage.facts.set_fact(db, SUMMARY, local.date().isoformat())
        if news.line:
            storage.facts.set_fact(db, LINE, now.isoformat() if news.line == "down" else "")
        if news.changes or news.line or standing:
            zone = settings.digest.timezone
            mail = alert(news.changes, standing, found, Words("vi"), timezone=zone, now=now, line=news.line)
            delivery.notices.add_notice(db, mail.subject, mail.lines, now)
    for change in news.changes:
        health = change.health
        LOG.info(
            "outlet changed", outlet=health.slug, state=health.state, before=change.before, error=health.last_error
        )


def _news(found: Sequence[OutletHealth], known: Mapping[str, Told], broken: datetime | None, now: datetime) -> News:
    """Compare what is found with what was told; `broken`: since when our own line is told to be."""
    news = News()
    for one in found:
        before = known.get(one.slug)
        row, telling = step(one, before, now)
        if telling and row.state == "ok" and broken and before and before.told_at >= broken:
            continue  # told together, when the line works again
        if telling:
            news.changes.append(Change(one, before.state if before else "ok"))
        if row != before:
            news.rows[one.slug] = row
    cut = {one.slug for one in cut_off(found)}
    hidden = [change for change in news.changes if change.health.slug in cut]
    if hidden:
        news.changes = [change for change in news.changes if change.health.slug not in cut]
        news.line = "" if broken else "down"
    elif broken and not cut and _back(found, broken):
        news.line = "up"
        for one in found:
            told = {**known, **news.rows}.get(one.slug)
            if told and told.state == "down" and told.told_at >= broken:
                news.rows[one.slug] = Told(one.slug, "ok", now, one.state, one.last_asked)
    return news


def _back(found: Sequence[OutletHealth], broken: datetime) -> bool:
    return sum(one.last_ok is not None and one.last_ok > broken for one in found) >= min(len(found), 3)
