"""Pairs written for this project: what must become one story, and what looks alike and must not."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analysis.grouping.fingerprints import fingerprint
from analysis.grouping.stories import Item, grouped

PAIRS = Path(__file__).with_name("challenge.jsonl")
MORNING = datetime(2026, 8, 6, 1, 0, tzinfo=UTC)
FLOOR = 0.95


def judged() -> list[tuple[str, bool, bool, str]]:
    """Return of each pair its kind, whether it is one event, whether grouping says so, and both headlines."""
    found = []
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        one = Item(1, MORNING, "a", fingerprint(**row["one"]))
        other = Item(2, MORNING + timedelta(hours=row["hours"]), "b", fingerprint(**row["other"]))
        grouped([one, other])
        titles = f"{row['one']['title']} | {row['other']['title']}"
        found.append((row["kind"], row["same"], one.story == other.story, titles))
    return found


def test_the_challenge_has_what_it_should() -> None:
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 120
    assert len({row["kind"] for row in rows}) >= 10
    assert min(Counter(row["same"] for row in rows).values()) >= 30


def test_what_is_one_event_joins_and_what_only_looks_alike_does_not() -> None:
    found = judged()
    wrong = [
        f"{kind}: {'not joined' if same else 'joined'}: {titles}" for kind, same, said, titles in found if same != said
    ]
    assert len(wrong) <= (1 - FLOOR) * len(found), "\n".join(wrong)
