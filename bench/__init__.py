"""Benchmarks: ours against the bare library on the same input in the same run, as a ratio (> 1: ours is better)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement (contract: `python -m bench CASE --json`)."""

    case: str
    ours: float
    reference: float
    unit: str
    n: int
    more: dict[str, float] = field(default_factory=dict)
    less_is_better: bool = False  #: for times; else the unit is a rate

    @property
    def ratio(self) -> float:
        """Return how much better ours is."""
        return self.reference / self.ours if self.less_is_better else self.ours / self.reference

    def as_json(self) -> dict[str, object]:
        """Return the contract's object."""
        return {
            "case": self.case,
            "ours": round(self.ours, 2),
            "reference": round(self.reference, 2),
            "ratio": round(self.ratio, 3),
            "unit": self.unit,
            "n": self.n,
            **{name: round(value, 3) for name, value in self.more.items()},
        }
