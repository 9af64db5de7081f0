"""What the operator is told of the outlets: what changed, what is still not well, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from digest.choosing.coverage import advice, cause, short_statement, silent_for
from digest.plain import shown
from digest.words import Words
from press import OutletHealth, OutletState

MAX_TOLD = 40  #: outlets told one by one; the rest is a count
_LINE_LEAST = 3  # outlets, and
_LINE_SHARE = 0.8  # of those asked since the last good reading, down at once: then it is our own line


@dataclass(frozen=True, slots=True)
class Change:
    """One outlet whose state is another than the operator was told last."""

    health: OutletHealth
    before: OutletState


@dataclass(frozen=True, slots=True)
class Alert:
    """One mail to the operator: its subject and its lines."""

    subject: str
    lines: tuple[str, ...]


def alert(
    changes: Sequence[Change],
    standing: Sequence[OutletHealth],
    every: Sequence[OutletHealth],
    words: Words,
    *,
    timezone: ZoneInfo,
    now: datetime,
    line: Literal["", "down", "up"] = "",
) -> Alert:
    """One mail for all `changes`, and for what is `standing` when the daily summary is due (else empty).

    `every` are all outlets; `line`: our own line broke, or works again, which is told instead of the outlets it hid.
    """
    today = now.astimezone(timezone).date()
    worse = [change for change in changes if change.health.state != "ok"]
    better = [change for change in changes if change.health.state == "ok"]
    lines: list[str] = []
    if line == "down":
        cut = cut_off(every)
        since = min((one.since for one in cut if one.since is not None), default=now)
        when = words.moment(since.astimezone(timezone), today)
        lines += [words("alert_line_text", count=len(cut), when=when), words("do_line")]
        subject = words("alert_line", count=len(cut))
    elif line == "up":
        lines.append(words("alert_line_up_text"))
        subject = words("alert_line_up")
    elif changes:
        subject = _subject(worse, better, words)
    else:
        subject = words("daily_subject", date=words.short_day(today), short=short_statement(every, words))
    told = [_told(change.health, words, timezone, now) for change in worse]
    lines += _bounded([*told, *([_again(change, words)] for change in better)], words)
    if standing:
        lines += ["", words("alert_standing")] if changes or line else []
        lines += _bounded([_told(health, words, timezone, now) for health in standing], words)
    return Alert(subject, (*lines, "", words("alert_more")))


def cut_off(every: Sequence[OutletHealth]) -> list[OutletHealth]:
    """The outlets that fail because our own line does; none where the line works.

    It is broken when at least three outlets were asked since the last good reading of any, and nearly all are down.
    """
    last_good = max((one.last_ok for one in every if one.last_ok is not None), default=None)
    asked = [one for one in every if one.last_asked and (last_good is None or one.last_asked > last_good)]
    down = [one for one in asked if one.state == "down"]
    return down if len(down) >= _LINE_LEAST and len(down) >= _LINE_SHARE * len(asked) else []


def _bounded(told: Sequence[Sequence[str]], words: Words) -> list[str]:
    rest = [words("more_sources", count=len(told) - MAX_TOLD)] if len(told) > MAX_TOLD else []
    return [line for lines in told[:MAX_TOLD] for line in lines] + rest


def _subject(worse: Sequence[Change], better: Sequence[Change], words: Words) -> str:
    if len(worse) + len(better) == 1:
        [change] = [*worse, *better]
        name = shown(change.health.name or change.health.slug, 60)
        state = words(f"state_{change.health.state}") if worse else words("state_ok")
        return words("alert_one", name=name, state=state)
    parts = [words("alert_trouble", count=len(worse))] if worse else []
    parts += [words("alert_recovered", count=len(better))] if better else []
    return words("alert_many", list=", ".join(parts))


def _told(health: OutletHealth, words: Words, timezone: ZoneInfo, now: datetime) -> list[str]:
    state = words(f"state_{health.state}")
    why = silent_for(health, words, now) if health.state == "silent" else cause(health, words)
    if health.since is not None:
        today = now.astimezone(timezone).date()
        state = words("since", what=state, when=words.moment(health.since.astimezone(timezone), today))
    what = words("alert_why", state=state, why=why) if why and not state.startswith(why) else state
    name = shown(health.name or health.slug, 60)
    return [words("alert_turned", name=name, what=what), words("alert_do", what=advice(health, words))]


def _again(change: Change, words: Words) -> str:
    name = shown(change.health.name or change.health.slug, 60)
    return words("alert_again", name=name, state=words(f"state_{change.before}"))
