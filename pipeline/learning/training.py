"""Train the models and measure them: the only verbs that read labelled data."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from errors import DiemBaoError, UsageError
from pipeline.running import models
from settings import Settings

if TYPE_CHECKING:
    from analysis import Asked
    from analysis.tags.net import Vectors
    from storage import Archive

QUALITY = Path(__file__).resolve().parents[2] / "docs" / "quality.md"
NO_DATA = (
    "train needs --data FOLDER with the labelled articles (docs/quality.md): they are not part of the program, and "
    "corrections alone are too few to learn from"
)


def train(data: Path | None, out: Path | None, corrected: Sequence[Mapping[str, Any]] = ()) -> str:
    """Train every model from the labelled data in a folder; returns the figures in words.

    Models that replace the shipped ones bring their figures into docs/quality.md.
    """
    from analysis import MODELS
    from analysis.training.net import values
    from analysis.training.quality import refresh
    from analysis.training.stories import fit
    from analysis.training.train import train as trained

    try:
        said = out / values.FILE if out and (out / values.FILE).is_file() else values.SHIPPED
        report = trained(_with_gold(data), out or MODELS, _say, corrected, said)
        fit.train(_with_gold(data), out or MODELS, _say)
    except ValueError as error:
        raise DiemBaoError(str(error)) from error
    if out is None:
        refresh(QUALITY, report)
    return str(report)


def train_net(data: Path | None, out: Path | None, keep: Path) -> None:
    """Make the language net, the stages kept in a folder; DiemBaoError names the packages that are missing."""
    from analysis import MODELS
    from analysis.training.net import values
    from analysis.training.net.make import make

    home = out or MODELS
    try:
        make(_with_gold(data), home, (home / values.FILE) if out else values.SHIPPED, keep, _say)
    except ImportError as error:
        raise DiemBaoError(f"{error.name} is not installed: pip install 'diembao[train]'") from error
    except ValueError as error:
        raise DiemBaoError(str(error)) from error


def train_relevance(data: Path | None, out: Path | None) -> str:
    """Train relevance alone, as `train` does, and measure it; the other models stay. Returns the figures in words."""
    from analysis import MODELS
    from analysis.training import relevance_train
    from analysis.training.candidates import gate_set
    from analysis.training.quality import refresh
    from analysis.training.train import Report

    folder = out or MODELS
    try:
        found = _with_gold(data)
        _say("reading and segmenting the labelled articles, to leave the gate set out")
        held = frozenset(str(row["id"]) for row in gate_set(found))
        folder.mkdir(parents=True, exist_ok=True)
        path = relevance_train.train_relevance(found, folder, held)
        _say("measuring in folds, and by other areas")
        report = Report((path,), (), (), relevance_train.measure(found))
    except (OSError, ValueError) as error:
        raise DiemBaoError(str(error)) from error
    if out is None:
        refresh(QUALITY, report)
    return str(report)


def train_stories(data: Path | None, out: Path | None) -> str:
    """Train what stories are grouped by, and measure it on days left out; returns the figures in words."""
    from analysis import MODELS
    from analysis.training.stories import fit

    folder = out or MODELS
    try:
        found = _with_gold(data)
        folder.mkdir(parents=True, exist_ok=True)
        path = fit.train(found, folder, _say)
        return fit.text(fit.measure(found, _say, path))
    except (OSError, ValueError) as error:
        raise DiemBaoError(str(error)) from error


def story_protocol(data: Path) -> str:
    """Estimate how stories of unseen days are grouped: each labelled day by what the others teach."""
    from analysis.training.stories import fit

    try:
        return fit.text(fit.measure(_with_gold(data), _say))
    except (OSError, ValueError) as error:
        raise DiemBaoError(str(error)) from error


def candidate(archive: Archive, settings: Settings, data: Path | None, now: datetime, *, corrected: bool) -> str:
    """Train a new version beside the archive, weigh it against the one in use, use it if it is not worse.

    What is in use stays as it is until then. Returns the figures, the differences and the decision in words.
    """
    from analysis.training.candidates import gate_set, labels, weigh
    from analysis.training.net import values, vectors
    from analysis.training.train import train as trained
    from pipeline.desk import corrections

    data = _with_gold(data)
    before = models.in_use(settings)
    records = corrections.labelled(archive, settings) if corrected else []
    home = models.folder(settings)
    staging = home / ".training"
    with archive.lock("train"):
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        known = None if settings.analysis.net == "off" else vectors.load(home / vectors.FILE)
        try:
            report = trained(data, staging, _say, records, values.SHIPPED, known)
            rows = gate_set(data)
            old, new = (_answers(settings, where, rows, known) for where in (before, staging))
            if known is not None:
                vectors.save(home / vectors.FILE, known)
            version, gate = _version(new[0], now), labels(rows)
            learned = f"{data.resolve()}, {len(records)} corrected articles"
            card = models.card_of(version, now.isoformat(), learned, gate, dict([new, old]))
            models.write(staging / models.CARD, json.dumps(card, ensure_ascii=False))
            _keep(staging, home / version)
        except ValueError as error:
            raise DiemBaoError(str(error)) from error
        apart = [str(one) for one in weigh(gate, old[1], new[1])]
        decided = _decided(settings, version) if old[0] != new[0] else "not promoted: the same models are in use"
        return "\n".join([str(report), "", *apart, "", decided])


def evaluate(files: list[Path], settings: Settings) -> str:
    """Measure the models on labelled files; returns tables, confusion and the surest errors."""
    from analysis.training.quality import evaluate as evaluated
    from analysis.training.quality import evaluation_text
    from pipeline.running import land

    chosen = models.in_use(settings)
    try:
        make = partial(land.tagger, settings, chosen, all_lines=True)
        return evaluation_text(*evaluated(make, files, settings.area.province))
    except (OSError, ValueError) as error:
        raise DiemBaoError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Protocol:
    """How the recipe is measured: learning only from rows before an id, a net beside it, the teacher, few fits."""

    before: str | None = None
    net: Path | None = None
    weak: bool = True
    quick: bool = False


def protocol(data: Path, keep: Path, settings: Settings, how: Protocol) -> str:
    """Estimate what unseen articles will get, by folds over the labelled ones; returns tables with intervals."""
    from analysis.training.protocol.report import protocol as measured
    from pipeline.running import land

    make = partial(land.tagger, settings, models.in_use(settings), all_lines=True)
    try:
        found = measured(
            _with_gold(data),
            keep,
            _say,
            weak=how.weak,
            quick=how.quick,
            before=how.before,
            net=how.net,
            make=make,
        )
    except (OSError, ValueError) as error:
        raise DiemBaoError(str(error)) from error
    return f"{found.text()}\n\n{story_protocol(data)}"


def _keep(staging: Path, version: Path) -> None:
    """Give new files their name; where these models are there already, which may be in use, they get the new card."""
    if version.is_dir():
        (staging / models.CARD).replace(version / models.CARD)
        shutil.rmtree(staging)
    else:
        staging.rename(version)


def _decided(settings: Settings, version: str) -> str:
    """Use a version if it is not worse, and say what was decided."""
    old = models.current(settings)
    try:
        models.promote(settings, version)
    except DiemBaoError as error:
        return f"not promoted: {error}"
    return f"promoted: {version} is in use instead of {old}; `diembao analyse --again` tags old articles anew"


def _with_gold(data: Path | None) -> Path:
    if data is None:
        raise UsageError(NO_DATA)
    if not (data / "gold").is_dir() and (data / "data" / "gold").is_dir():
        data = data / "data"
    if not (data / "gold").is_dir():
        raise DiemBaoError(f"{data}: no folder gold/ there; docs/quality.md says what the data look like")
    return data


def _answers(
    settings: Settings, where: Path | None, rows: list[dict[str, Any]], known: Vectors | None
) -> tuple[str, Any]:
    """What the models of a folder say of the gate set as they do of the area's articles, with the net unless it is off.

    `known`: where the net's vectors are kept.
    """
    from analysis import Tagger
    from analysis.training.candidates import AREA, answers

    asked: Asked = "off" if settings.analysis.net == "off" else "all"
    return models.ids_of(settings, where), answers(Tagger(AREA, where, net=asked, known=known).judge, rows)


def _version(ids: str, now: datetime) -> str:
    """Name models by their day and what they are."""
    return f"{now:%Y%m%d}-{hashlib.sha256(ids.encode()).hexdigest()[:8]}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
