"""The coverage statement: how many sources were read, which were not and why, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.plain import shown
from digest.words import Words
from press import OutletHealth

MAX_NAMED = 10  #: sources named in each list; the rest is a count
_FAILING = frozenset({"down", "blocked", "layout_changed"})
_STATUS = re.compile(r"\b[45]\d\d\b")
# What the words of an error tell a reader; the first that fits. The error itself is the operator's.
_CAUSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("robots", re.compile(r"robots.*(?:forbid|disallow|refuse)", re.IGNORECASE)),
    ("challenge", re.compile(r"challenge", re.IGNORECASE)),
    ("login", re.compile(r"led to a login")),
    ("led_away", re.compile(r"gone: led to")),
    ("page_gone", re.compile(r"gone: the page says")),
    ("no_list", re.compile(r"instead of|not a (?:feed|sitemap)|broken off|link selector", re.IGNORECASE)),
    ("slow", re.compile(r"time.?out|timed out|quá thời gian", re.IGNORECASE)),
    ("dns", re.compile(r"\bdns\b|resolve|name or service|lookup", re.IGNORECASE)),
    ("tls", re.compile(r"\btls\b|\bssl\b|certificate", re.IGNORECASE)),
    ("no_connection", re.compile(r"connection (?:refused|failed|reset|lost|closed)", re.IGNORECASE)),
)
# What is odd about an outlet that is read, or that gives nothing though it answers.
_ODDITIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("by_form", re.compile(r"by their form")),
    ("all_old", re.compile(r"\bnewer than\b")),
    ("names_none", re.compile(r"names no article|no article link found")),
    ("long_silent", re.compile(r"nothing new for more than")),
    ("no_addresses", re.compile(r"without an address|address of a front page")),
    ("partly_read", re.compile(r"malformed|truncated|followed by a web page|could not be read|only the")),
)
_MOVED = re.compile(r"moved for good to (https?://\S+)")
_NONE_READ = re.compile(r"^none of \d+ articles could be read")
_ADDRESS = re.compile(r"https?://\S*")


def short_statement(coverage: Sequence[OutletHealth], words: Words) -> str:
    """One line: "Đã đọc 42/45 nguồn; 2 nguồn lỗi, 1 nguồn im lặng"."""
    if not coverage:
        return words("no_sources")
    counts = {
        "failing": sum(health.state in _FAILING for health in coverage),
        "silent": sum(health.state == "silent" for health in coverage),
        "unread": sum(health.state == "never_read" for health in coverage),
    }
    read = words("read", read=len(coverage) - sum(counts.values()), total=len(coverage))
    trouble = ", ".join(words(key, count=count) for key, count in counts.items() if count)
    return f"{read}; {trouble}" if trouble else read


def statement(coverage: Sequence[OutletHealth], words: Words, *, timezone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    """The whole statement, a sentence for each kind of trouble, every source with its reason."""
    today = now.astimezone(timezone).date()
    lists: dict[str, list[str]] = {"failing_list": [], "silent_list": [], "unread_list": []}
    for health in sorted(coverage, key=lambda one: (one.name.casefold(), one.slug)):
        name = shown(health.name or health.slug, 60)
        if health.state in _FAILING:
            why = cause(health, words)
            if health.since is not None:
                why = words("since", what=why, when=words.moment(health.since.astimezone(timezone), today))
            lists["failing_list"].append(f"{name} ({why})")
        elif health.state == "silent":
            why = silent_for(health, words, now)
            lists["silent_list"].append(f"{name} ({why})" if why else name)
        elif health.state == "never_read":
            lists["unread_list"].append(name)
    troubles = (words(key, list=_bounded(names, words)) for key, names in lists.items() if names)
    return (_read_sentence(coverage, words), *troubles)


def _read_sentence(coverage: Sequence[OutletHealth], words: Words) -> str:
    read = sum(health.state == "ok" for health in coverage)
    return words("read", read=read, total=len(coverage)) + "." if coverage else words("no_sources") + "."


def cause(health: OutletHealth, words: Words) -> str:
    """Why an outlet fails, in the reader's language; the state itself where its error says no more."""
    if health.state == "layout_changed":
        return words("layout_changed")
    error = _ADDRESS.sub("", health.last_error[:500])
    if _NONE_READ.match(error):
        rest = _NONE_READ.sub("", error)
        return f"{words('none_read')}: {cause(replace(health, last_error=rest), words)}"
    if key := _cause_key(error):
        return words(key)
    status = _STATUS.search(error)
    if status:
        return words("status", status=status[0])
    return words(health.state)


def oddity(error: str, words: Words) -> str:
    """What is odd about an outlet, or a list, that answers, in the reader's language; "" where nothing is."""
    if moved := _MOVED.search(error[:500]):
        return words("moved", where=moved[1])
    return next((words(key) for key, pattern in _ODDITIES if pattern.search(error[:500])), "")


def advice(health: OutletHealth, words: Words) -> str:
    """What the operator should do about an outlet's state; "" where nothing is to be done."""
    if health.state == "ok":
        return ""
    gone = _STATUS.search(health.last_error) and re.search(r"\b(?:404|410)\b", health.last_error)
    lost = health.state == "down" and (gone or _cause_key(health.last_error[:500]) == "no_list")
    return words("do_no_list" if lost else f"do_{health.state}")


def _cause_key(error: str) -> str:
    return next((key for key, pattern in _CAUSES if pattern.search(error)), "")


def silent_for(health: OutletHealth, words: Words, now: datetime) -> str:
    """For how long nothing new has come, and what is usual; "" where neither is known."""
    parts = []
    if health.since is not None:
        hours = max(round((now - health.since).total_seconds() / 3600), 1)
        parts.append(words("silent_hours", hours=words.number(hours)))
    if health.usual_gap_hours is not None:
        parts.append(words("usual_hours", hours=words.number(max(health.usual_gap_hours, 1))))
    return ", ".join(parts)


def _bounded(names: Sequence[str], words: Words) -> str:
    if len(names) <= MAX_NAMED:
        return ", ".join(names)
    return ", ".join((*names[:MAX_NAMED], words("more_sources", count=len(names) - MAX_NAMED)))
