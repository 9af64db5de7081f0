"""`diembao status`: how the service does, in ten lines for a person."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cli.common import Commands, add_command, json_option, looked, now_of, print_json, safe

if TYPE_CHECKING:
    from pipeline.watching.condition import Condition
    from pipeline.watching.reasons import Reason

NAMED = 3  # outlets and things to do that are named; the others are counted


def add_commands(commands: Commands) -> None:
    """Add `status`."""
    command = add_command(
        commands,
        "status",
        status,
        "say in ten lines how the service does, and what to do next",
        "Reads the archive alone, so it answers whether `serve` runs or not. `diembao check` looks at the settings.",
    )
    json_option(command, "one JSON object")


def status(args: argparse.Namespace) -> int:
    """Print the condition of the service."""
    from pipeline.watching.condition import look, states
    from pipeline.watching.reasons import reasons

    with looked(args) as (archive, settings):
        found = look(archive, settings, now_of(args), lambda now: states(archive, settings, now))
    why = reasons(found)
    if args.json:
        row = asdict(found)
        row["lags"] = {"median": _median(found), "articles": len(found.lags)}
        print_json({**row, "reasons": [asdict(reason) for reason in why]})
    else:
        for name, words in _lines(found, why, settings.digest.timezone):
            print(f"{name:<9} {safe(words)}")
    return 0


def _lines(found: Condition, why: tuple[Reason, ...], zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    from pipeline.watching.condition import VERBS

    yield "service", _service(found, zone)
    for verb in VERBS:
        yield verb, _verb(found, verb, zone)
    queues = found.queues
    yield (
        "waiting",
        f"{queues.lists_due} lists and {queues.links_due + queues.again_due} articles to ask,"
        f" {queues.pages_due} pages to analyse, {queues.ungrouped} articles to group",
    )
    yield "outlets", _outlets(found, zone)
    yield "editions", _editions(found, zone)
    yield "archive", _archive(found)
    yield "next", _next(why)


def _service(found: Condition, zone: ZoneInfo) -> str:
    from pipeline.running.lease import shown

    row = found.lease
    if row is None:
        return "NOT running, and never was on this archive"
    seen = f"{_ago(found.now - row.renewed_at)} ago"
    if not found.acting:
        return f"NOT running; last sign of life {_when(row.renewed_at, zone)}, {seen}"
    return f"running: {shown(row.holder)} since {_when(row.taken_at, zone)}, last sign of life {seen}"


def _verb(found: Condition, verb: str, zone: ZoneInfo) -> str:
    run = found.runs.get(verb)
    if run is None:
        return "has had nothing to do yet"
    counts = run.counts
    told = ", ".join(f"{counts[name]} {name}" for name in ("due", "done", "later", "never") if counts.get(name))
    seconds = (run.ended_at - run.started_at).total_seconds()
    failed = f"; FAILED: {run.error}" if run.error else ""
    return f"last {_when(run.ended_at, zone)}, {told or '0 due'} in {seconds:.1f} s{failed}"


def _outlets(found: Condition, zone: ZoneInfo) -> str:
    ill = [one for one in found.outlets if one.state not in ("ok", "never_read")]
    unread = sum(one.state == "never_read" for one in found.outlets)
    ok = f"{len(found.outlets) - len(ill) - unread} of {len(found.outlets)} ok"
    named = [
        f"{one.slug} {one.state}{f' since {_when(one.since, zone)}' if one.since else ''}"
        f"{f' ({one.last_error[:60]})' if one.last_error else ''}"
        for one in ill[:NAMED]
    ]
    more = [f"{len(ill) - NAMED} more not ok"] if len(ill) > NAMED else []
    return "; ".join([ok, *([f"{unread} never read"] if unread else []), *named, *more])


def _editions(found: Condition, zone: ZoneInfo) -> str:
    from pipeline.watching.reasons import SETTLE

    counts = ", ".join(f"{n} {state}" for state, n in found.editions.items() if n) or "none yet"
    last = f"; last delivered {_when(found.last_delivery, zone)}" if found.last_delivery else ""
    to_do = [
        f"{one.id} to {one.email} {one.state if one.state == 'unknown' else 'refused'}" for one in found.open_editions
    ]
    named = "".join(f"; edition {one}" for one in to_do[-NAMED:])
    more = f"; {len(to_do) - NAMED} more" if len(to_do) > NAMED else ""
    unknown = [one for one in found.open_editions if one.state == "unknown"]
    return counts + last + named + more + (f": {SETTLE.format(id=unknown[-1].id)}" if unknown else "")


def _search(found: Condition) -> str:
    index = found.index
    words = {
        "following": "",
        "behind": f"; the search index is {index.left} changes behind",
        "building": f"; the search index is being built, {index.left} articles are not in it",
        "cannot": f"; the search index CANNOT be written: {index.error}",
    }
    return words[index.state]


def _archive(found: Condition) -> str:
    room = found.disk
    free = "on a database server" if room is None else f"{room.free / (1 << 30):.1f} GB of disk free"
    free += _search(found)
    median = _median(found)
    if median is None:
        return f"{free}; no article of the last 24 hours"
    lag = f"half within {_ago(timedelta(seconds=median))}"
    return f"{free}; {len(found.lags)} articles published and read in the last 24 hours, {lag}"


def _next(why: tuple[Reason, ...]) -> str:
    if not why:
        return "nothing to do"
    first = why[0]
    rest = f" (and {len(why) - 1} more: --json)" if len(why) > 1 else ""
    return f"{first.words}: {first.act}{rest}"


def _median(found: Condition) -> float | None:
    from pipeline.watching.condition import quantile

    return quantile(found.lags, 0.5)


def _when(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _ago(span: timedelta) -> str:
    seconds = max(int(span.total_seconds()), 0)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
