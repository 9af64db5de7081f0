"""Train the models: the only verb of the analysis that reads labelled data."""

from __future__ import annotations

import sys
from pathlib import Path

from errors import DiemBaoError


def train(data: Path, out: Path | None) -> str:
    """Train every model from the labelled data in a folder; returns the figures in words."""
    from analysis import MODELS
    from analysis.train import train as trained

    if not (data / "gold").is_dir() and (data / "data" / "gold").is_dir():
        data = data / "data"
    if not (data / "gold").is_dir():
        raise DiemBaoError(f"{data}: no folder gold/ there; docs/quality.md says what the data look like")
    try:
        report = trained(data, out or MODELS, lambda line: print(line, file=sys.stderr, flush=True))
    except ValueError as error:
        raise DiemBaoError(str(error)) from error
    return str(report)
