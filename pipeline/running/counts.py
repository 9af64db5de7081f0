"""What a verb says of its work, and how it tells its progress."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class Progress(Protocol):
    """Told after each step: the stage's name, how many items are done, how many are known of (0: not known)."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def silent(stage: str, done: int, total: int) -> None:
    """Say nothing: the progress of a verb nobody watches."""


def never_stop() -> bool:
    """Go on to the end: the stop signal of a verb nobody interrupts."""
    return False


@dataclass(slots=True)
class Counts:
    """One verb's summary (contract: the `--json` line): items due, done, later, never, and what else it counts."""

    verb: str
    due: int = 0
    done: int = 0
    later: int = 0
    never: int = 0
    extra: dict[str, object] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def as_json(self) -> Mapping[str, object]:
        """Return the contract's object; `seconds` is the time since the verb began."""
        seconds = round(time.monotonic() - self.started, 3)
        return {
            "verb": self.verb,
            "due": self.due,
            "done": self.done,
            "later": self.later,
            "never": self.never,
            "seconds": seconds,
            **self.extra,
        }

    def add(self, outcome: str, n: int = 1) -> None:
        """Count `n` items with that outcome: done, later or never."""
        setattr(self, outcome, getattr(self, outcome) + n)

    def tick(self, name: str, more: bool = True) -> None:
        """Count one more of something of the verb's own."""
        self.extra[name] = int(str(self.extra.get(name, 0))) + more

    def line(self) -> str:
        """Return the summary as one line for a person."""
        told = self.as_json()
        parts = [f"{told['due']} due", *(f"{told[name]} {name}" for name in ("done", "later", "never") if told[name])]
        for name, value in self.extra.items():
            if value and isinstance(value, int | str):
                words = name.replace("_", " ")
                parts.append(f"{words}: {value}" if isinstance(value, str) else f"{value} {words}")
        return f"{self.verb:<8} {', '.join(parts)} in {told['seconds']:.1f} s"


def together(verb: str, told: Sequence[Counts]) -> Mapping[str, object]:
    """Return several verbs as one object: the sums, and each verb's own object under `verbs`."""
    parts = [counts.as_json() for counts in told]
    sums: dict[str, object] = {"verb": verb}
    for name in ("due", "done", "later", "never", "requests", "not_modified", "pages"):
        sums[name] = sum(int(str(part.get(name, 0))) for part in parts)
    sums["seconds"] = round(sum(float(str(part["seconds"])) for part in parts), 3)
    return {**sums, "verbs": parts}
