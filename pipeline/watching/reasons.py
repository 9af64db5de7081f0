"""What is not as it should be, and what a person does about it. Pure: a condition in, reasons out, the worst first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from digest.choosing.coverage import advice
from digest.words import Words
from pipeline.running import clock, lease
from pipeline.watching.condition import Condition

Subject = Literal["service", "clock", "disk", "search", "network", "verb", "editions", "outlets"]
START = "start it: `systemctl start diembao`, or `diembao serve`"
SETTLE = "ask the reader, then `diembao edition close {id} --sent`, or `--lost`, or `diembao edition resend {id}`"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is not as it should be: in words without anybody's address, what to do, since when if known."""

    about: Subject
    words: str
    act: str
    since: datetime | None = None


def reasons(found: Condition) -> tuple[Reason, ...]:
    """Return what is wrong, the worst first."""
    looks = (_service, _clock, _disk, _search, _verbs, _editions, _outlets)
    return tuple(reason for each in looks for reason in each(found))


def _service(found: Condition) -> Iterator[Reason]:
    row = found.lease
    if found.acting:
        return
    if row is None or not row.holder:
        yield Reason("service", "no service acts", START, row.renewed_at if row else None)
    else:
        words = f"the service {lease.shown(row.holder)} gives no sign of life"
        yield Reason("service", words, START, row.renewed_at)


def _clock(found: Condition) -> Iterator[Reason]:
    if why := clock.wrong(found.runs.get("collect"), found.now):
        yield Reason("clock", f"{why}: no edition is sent", "set the clock of this machine (NTP)")
    for edition in found.ahead:
        words = f"edition {edition.id} was sent by a clock that was ahead: its reader gets nothing until its end"
        yield Reason("clock", words, f"`diembao edition close {edition.id} --lost`", edition.period_end)


def _disk(found: Condition) -> Iterator[Reason]:
    if found.disk is not None and found.disk.short:
        act = "make room; `diembao retention --dry-run` says what could go"
        yield Reason("disk", f"nothing is collected: {found.disk.words}", act)


def _search(found: Condition) -> Iterator[Reason]:
    if found.index.state == "cannot":
        words = f"the search index cannot be written: {found.index.error}"
        act = "let the service's user write there, or set [storage] data; then see `diembao check`"
        yield Reason("search", words, act, found.index.since)


def _verbs(found: Condition) -> Iterator[Reason]:
    for verb, run in found.runs.items():
        if run.error:
            yield Reason("verb", f"{verb} failed: {run.error}", "see `diembao runs` and the log", run.ended_at)


def _editions(found: Condition) -> Iterator[Reason]:
    for edition in found.open_editions:
        if edition.state == "unknown":
            words = f"edition {edition.id} may or may not have gone out"
            yield Reason("editions", words, SETTLE.format(id=edition.id), edition.period_end)
        else:
            words = f"edition {edition.id} was refused for good"
            yield Reason("editions", words, "see `diembao editions`, correct the address", edition.period_end)


def _outlets(found: Condition) -> Iterator[Reason]:
    asked = [one for one in found.outlets if one.state != "never_read"]
    failing = [one for one in asked if one.state == "down"]
    if len(failing) == len(asked) > 1:
        words = f"none of {len(asked)} outlets can be read"
        since = min((one.since for one in asked if one.since), default=None)
        yield Reason("network", words, "check network, DNS and [crawl] proxy of this machine", since)
        return
    for one in asked:
        if one.state != "ok":
            why = f": {one.last_error}" if one.last_error else ""
            yield Reason("outlets", f"{one.slug} is {one.state}{why}", advice(one, Words("en")), one.since)
