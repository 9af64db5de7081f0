"""Which models judge: those that came with the program, or a version trained later and kept beside the archive.

`<folder of the archive>/models/` holds a folder a version with its files and a card, and the file `current`: one choice
a line, the last one counts, so that going back is taking a line away. No file, or an empty one: the shipped models.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from analysis import Asked, Tagger
from analysis.training.candidates import AREA, Difference, Row, Sheet, digest, figures, weigh
from errors import DiemBaoError
from settings import Settings

SHIPPED: Final = "shipped"
CHOICES: Final = "current"
CARD: Final = "card.json"
_VERSION: Final = re.compile(r"\d{8}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Version:
    """One set of models: its ids, when it was made (ISO, "" for the shipped), its figures on the gate set."""

    version: str
    current: bool
    models: str
    made: str
    learned_from: str
    figures: Mapping[str, float]


def folder(settings: Settings) -> Path:
    """Return where versions are kept: in the data folder, or beside the settings file as once on servers."""
    home = settings.data_folder / "models"
    before = (settings.file or Path()).parent / "models"
    return before if settings.archive_file is None and before.is_dir() and not home.exists() else home


def current(settings: Settings) -> str:
    """Return the version in use; DiemBaoError where the choice cannot be read."""
    return (_choices(settings) or [SHIPPED])[-1]


def in_use(settings: Settings) -> Path | None:
    """Return the folder of the models that judge, None for the shipped ones; DiemBaoError where it is gone."""
    if settings.file is None or (version := current(settings)) == SHIPPED:
        return None
    home = folder(settings)
    if not (home / version).is_dir():
        raise DiemBaoError(
            f"models {version} are chosen in {home / CHOICES} but not there: restore {home / version}, "
            f"or go back to those before: `diembao model rollback`"
        )
    return home / version


def versions(settings: Settings) -> list[Version]:
    """Return the shipped models, then every kept version by name."""
    chosen, cards = current(settings), _cards(settings)
    pools = _pools(cards).values()
    told = [(SHIPPED, ids_of(settings, None), "", "came with the program")]
    told += [(name, card["models"], card["made"], card["learned_from"]) for name, card in cards.items()]
    found = []
    for name, ids, made, learned in told:
        measured = next((figures(gate, said[ids]) for gate, said in pools if ids in said), {})
        found.append(Version(name, name == chosen, ids, made, learned, measured))
    return found


def promote(settings: Settings, version: str, *, force: bool = False) -> tuple[Difference, ...]:
    """Use a version from now on; what it differs in from the one before.

    Raises DiemBaoError for an unknown or unreadable version and, without `force`, for one that is worse or was never
    weighed against the one in use.
    """
    cards, old = _cards(settings), current(settings)
    if version != SHIPPED and version not in cards:
        raise DiemBaoError(f"no models {version!r} in {folder(settings)}: `diembao model list` shows what there is")
    if version == old:
        raise DiemBaoError(f"models {version} are in use already")
    new_ids = ids_of(settings, None if version == SHIPPED else folder(settings) / version)
    apart = _weighed(settings, cards, old, new_ids)
    if not force and not apart:
        raise DiemBaoError(
            f"{version} was never weighed against {old}, which is in use: train it again with "
            f"`diembao train --candidate`, or take it unweighed with --force"
        )
    if not force and (bad := [str(one) for one in apart if one.worse]):
        raise DiemBaoError(f"{version} may be worse than {old}, which stays in use: {'; '.join(bad)}. --force takes it")
    choose(settings, [*_choices(settings), version])
    return apart


def rollback(settings: Settings) -> str:
    """Go back to the models used before the last promotion; the version in use then."""
    chosen = _choices(settings)
    if not chosen:
        raise DiemBaoError("there is nothing to go back to: the shipped models are in use")
    choose(settings, chosen[:-1])
    return current(settings)


def choose(settings: Settings, chosen: list[str]) -> None:
    """Write the choices whole or not at all."""
    text = "".join(f"{name}\n" for name in chosen)
    write(folder(settings) / CHOICES, text)


def write(path: Path, text: str) -> None:
    """Put a text into a file whole or not at all."""
    partial = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def ids_of(settings: Settings, where: Path | None) -> str:
    """Return what names the models of a folder at an article of the area; DiemBaoError where they cannot be used."""
    try:
        return _named(where, settings.analysis.net) if where else _shipped(settings.analysis.net)
    except ValueError as error:
        raise DiemBaoError(str(error)) from error


def _named(where: Path | None, net: Asked) -> str:
    return Tagger(AREA, where, net=net).models("vi")[1]


@cache
def _shipped(net: Asked) -> str:
    """Return what names the models that came with the program, which stay as they are while it runs."""
    return _named(None, net)


def card_of(version: str, made: str, learned_from: str, gate: Sheet, answers: Mapping[str, Sheet]) -> dict[str, Any]:
    """Return what a version's card holds; of `answers` (by the models' ids) the first are the version's own."""
    return {
        "version": version,
        "models": next(iter(answers)),
        "made": made,
        "learned_from": learned_from,
        "gate": gate,
        "answers": answers,
    }


def _choices(settings: Settings) -> list[str]:
    path = folder(settings) / CHOICES
    try:
        lines = path.read_text(encoding="utf-8").split() if path.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise DiemBaoError(f"{path}: cannot be read ({error}); remove it to use the shipped models") from error
    for name in lines:
        if name != SHIPPED and not _VERSION.fullmatch(name):
            raise DiemBaoError(f"{path}: {name!r} names no version; remove the line")
    return lines


def _cards(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the cards of all whole versions; what is being trained, or was broken off, has none yet."""
    found: dict[str, dict[str, Any]] = {}
    home = folder(settings)
    for path in sorted(home.glob(f"*/{CARD}")) if home.is_dir() else ():
        if not _VERSION.fullmatch(path.parent.name):
            continue
        try:
            card = json.loads(path.read_text(encoding="utf-8"))
            card["gate"] = _sheet(card["gate"])
            card["answers"] = {str(ids): _sheet(sheet) for ids, sheet in card["answers"].items()}
            card |= {name: str(card[name]) for name in ("models", "made", "learned_from")}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DiemBaoError(f"{path}: no readable card ({error}); remove {path.parent}") from error
        found[path.parent.name] = card
    return found


def _sheet(given: Mapping[str, Any]) -> Sheet:
    rows: dict[str, Row] = {}
    for name, (topics, tone, relevance) in given.items():
        rows[str(name)] = (tuple(topics), tuple(tone), tuple(relevance))
    return rows


def _pools(cards: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[Sheet, dict[str, Sheet]]]:
    """Return each gate set that cards know, with the answers of all models that answered it."""
    pools: dict[str, tuple[Sheet, dict[str, Sheet]]] = {}
    for card in cards.values():
        _, said = pools.setdefault(digest(card["gate"]), (card["gate"], {}))
        said.update(card["answers"])
    return pools


def _weighed(settings: Settings, cards: Mapping[str, Any], old: str, new_ids: str) -> tuple[Difference, ...]:
    """Return how new models differ from a version, on any gate set both answered; () where there is none."""
    try:
        old_ids = ids_of(settings, None if old == SHIPPED else folder(settings) / old)
    except DiemBaoError:  # damaged: it can still be weighed, and given up
        old_ids = str(cards[old]["models"]) if old in cards else ""
    for gate, said in _pools(cards).values():
        if old_ids in said and new_ids in said:
            return weigh(gate, said[old_ids], said[new_ids])
    return ()
