"""Train the models and measure them: the only verbs that read labelled data."""

from __future__ import annotations

import sys
from pathlib import Path

from errors import DiemBaoError
from settings import Settings

QUALITY = Path(__file__).resolve().parent.parent / "docs" / "quality.md"


def train(data: Path, out: Path | None) -> str:
    """Train every model from the labelled data in a folder; returns the figures in words.

    Models that replace the shipped ones bring their figures into docs/quality.md.
    """
    from analysis import MODELS
    from analysis.quality import refresh
    from analysis.train import train as trained

    if not (data / "gold").is_dir() and (data / "data" / "gold").is_dir():
        data = data / "data"
    if not (data / "gold").is_dir():
        raise DiemBaoError(f"{data}: no folder gold/ there; docs/quality.md says what the data look like")
    try:
        report = trained(data, out or MODELS, lambda line: print(line, file=sys.stderr, flush=True))
    except ValueError as error:
        raise DiemBaoError(str(error)) from error
    if out is None:
        refresh(QUALITY, report)
    return str(report)


def evaluate(files: list[Path], settings: Settings) -> str:
    """Measure the models on labelled files; returns tables, confusion and the surest errors."""
    from analysis import Tagger
    from analysis.quality import evaluate as evaluated
    from analysis.quality import evaluation_text

    try:
        return evaluation_text(*evaluated(Tagger, files, settings.area.province))
    except (OSError, ValueError) as error:
        raise DiemBaoError(str(error)) from error
