"""The gate: no change may make the analysis worse than its floors, which move by an explicit update only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.analysis import floors, written


def test_the_demo_press_is_judged_no_worse_than_before() -> None:
    assert floors.below(floors.demo(), floors.stored()["demo"]) == []


@pytest.mark.shared
def test_the_gate_set_is_judged_no_worse_than_before(shared_data: Path) -> None:
    kept = floors.stored()
    assert len(kept["gate_ids"].split()) > 1000
    try:
        found = floors.gate(shared_data, kept["gate_ids"])
    except LookupError as error:
        pytest.skip(f"NOT RUN: other data than the floors were measured on: {error}")
    assert floors.below(found, kept["gate"]) == []


def test_the_floors_say_something() -> None:
    kept = floors.stored()
    assert kept["demo"].keys() == {
        "topics micro-F1", "topics micro-F1, Khmer and English", "tone macro-F1", "relevance F1 of focus",
        "relevance macro-F1", "stories B³ F1",
    }  # fmt: skip
    assert kept["gate"].keys() == {"topics micro-F1", "topics macro-F1", "tone macro-F1"}
    assert all(0.5 < floor < 1 for name in ("demo", "gate") for floor in kept[name].values())


def test_a_figure_under_its_floor_is_named_and_a_missing_one_too() -> None:
    said = floors.below({"topics": 0.79, "tone": 0.75}, {"topics": 0.8, "tone": 0.75, "stories": 0.9})
    assert said == ["topics: 0.790, floor 0.800", "stories: 0.000, floor 0.900"]


def test_floors_rise_by_themselves_and_sink_only_when_told() -> None:
    found = {"topics": 0.85, "tone": 0.7, "new": 0.9}
    old = {"topics": 0.8, "tone": 0.75}
    assert floors.moved(old, found, 0.01, False) == {"topics": 0.84, "tone": 0.75, "new": 0.89}
    assert floors.moved(old, found, 0.01, True) == {"topics": 0.84, "tone": 0.69, "new": 0.89}


@pytest.mark.parametrize(
    ("arguments", "code", "after"),
    [
        ([], 1, 0.8),
        (["--update"], 1, 0.8),
        (["--update", "--lower"], 0, 0.68),
    ],
)
def test_the_command_refuses_to_lower(
    arguments: list[str],
    code: int,
    after: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "floors.json"
    file.write_text(json.dumps({"demo": {"tone": 0.8}, "gate": {"tone": 0.6}, "gate_ids": "a"}), "utf-8")
    monkeypatch.setattr(floors, "FLOORS", file)
    monkeypatch.setattr(floors, "demo", lambda: {"tone": 0.7})
    monkeypatch.setattr(written, "challenge", lambda: {"negation": 0.5})
    monkeypatch.setattr(written, "english", lambda: {"tone": 0.1})
    monkeypatch.setenv("DIEMBAO_SHARED", str(tmp_path / "absent"))
    assert floors.main(arguments) == code
    kept = json.loads(file.read_text("utf-8"))
    assert (kept["demo"], kept["gate"], kept["gate_ids"]) == ({"tone": after}, {"tone": 0.6}, "a")
    assert kept.get("challenge", {}) == ({} if code else {"negation": 0.499})
    said = capsys.readouterr()
    assert ("demo: tone: 0.700, floor 0.800" in said.err) == bool(code)
    assert "0.700" in said.out
