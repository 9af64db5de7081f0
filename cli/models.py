"""What the tags come from: officers' corrections, training, and which version of the models is in use."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cli.common import (
    NO_SETTINGS,
    Commands,
    add_command,
    json_option,
    looked,
    now_of,
    opened,
    print_json,
    safe,
    settings_of,
)
from errors import SettingsError, UsageError
from press import RELEVANCES, TOPICS

if TYPE_CHECKING:
    from settings import Settings
    from storage.coverage.corrections import Correction, Field, Value

TONES = {"-1": -1, "0": 0, "1": 1, "none": None}


def add_commands(commands: Commands) -> None:
    """Add `correct`, `corrections`, `train` and `model`."""
    command = add_command(
        commands,
        "correct",
        correct,
        "put the topics, the tone or the relevance of an article right",
        "Shows at once, stays when the article is judged again, and is learned from by `diembao train --corrections`.\n"
        "The value that is shown already may be given too: it is confirmed. --undo brings back what the models say.",
    )
    command.add_argument("article", metavar="ARTICLE", nargs="?", help="its id or its address")
    command.add_argument("--topics", type=_topics, metavar="X,Y", help=f"one to three of {', '.join(TOPICS)}")
    command.add_argument("--tone", choices=tuple(TONES), help="none = not decidable")
    command.add_argument("--relevance", choices=RELEVANCES)
    command.add_argument("--by", metavar="NAME", help="who corrects")
    command.add_argument("--undo", type=int, metavar="ID", help="take back the correction with this id")
    command = add_command(commands, "corrections", corrections, "list the corrections, oldest first")
    json_option(command, "one JSON object a line")
    _add_train(commands)
    _add_model(commands)


def _add_train(commands: Commands) -> None:
    command = add_command(
        commands,
        "train",
        train,
        "train the models from labelled data",
        "Writes analysis/models/ and the figures of docs/quality.md; the data are described there. With --candidate\n"
        "nothing that ships is touched: the new version is kept beside the archive, weighed against the models in use\n"
        "on articles that neither has seen, and used from then on if it is not worse (`diembao model list`).\n"
        "With --corrections its net's heads learn from them too, unless the net is off.\n"
        "With --net the language net is made first; it needs `pip install 'diembao[train]'` and hours, goes on where\n"
        "it was stopped, and what ships does not need it.",
    )
    command.add_argument("--data", type=Path, metavar="FOLDER", help="the folder with gold/ and corpora/ (needed)")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, metavar="FOLDER", help="where the models go (default: analysis/models)")
    where.add_argument("--candidate", action="store_true", help="make a version of this office's own")
    alone = command.add_mutually_exclusive_group()
    alone.add_argument("--relevance", action="store_true", help="train relevance alone: a minute")
    alone.add_argument("--stories", action="store_true", help="train what stories are grouped by alone: minutes")
    command.add_argument(
        "--net", type=Path, metavar="FOLDER", help="make the language net too; its stages are kept in FOLDER"
    )
    command.add_argument("--corrections", action="store_true", help="learn from the archive's corrected articles too")


def _add_model(commands: Commands) -> None:
    command = add_command(
        commands,
        "model",
        listed,
        "list the versions of the models, change the one in use",
        "A version comes from `diembao train --candidate` and lies in models/ beside the archive; `shipped` came with\n"
        "the program. Articles keep the tags they have until `diembao analyse --again`.",
    )
    actions = command.add_subparsers(title="actions", metavar="ACTION", required=True)
    action = add_command(actions, "list", listed, "list the versions with their figures on the gate set")
    json_option(action, "one JSON object a line")
    action = add_command(
        actions,
        "promote",
        promote,
        "use a version from now on",
        "One that is worse than the version in use on the gate set, or was never weighed against it, is refused.",
    )
    action.add_argument("version", metavar="VERSION")
    action.add_argument("--force", action="store_true", help="use it all the same")
    add_command(actions, "rollback", rollback, "go back to the version used before the last promotion")


def correct(args: argparse.Namespace) -> int:
    """Store corrections of one article, or take one back."""
    values: dict[Field, Value] = {}
    if args.topics is not None:
        values["topics"] = args.topics
    if args.tone is not None:
        values["tone"] = TONES[args.tone]
    if args.relevance is not None:
        values["relevance"] = args.relevance
    if args.undo is not None and (args.article or values):
        raise UsageError("--undo ID takes a correction back: it goes with no article and no value")
    if args.undo is None and not (args.article and values and args.by):
        raise UsageError("correct needs ARTICLE, at least one of --topics, --tone, --relevance, and --by NAME")
    import pipeline.desk.corrections
    from pipeline.desk.people import TERMINAL

    with opened(args) as (archive, _):
        if args.undo is not None:
            _tell(pipeline.desk.corrections.undo(archive, args.undo, args.by or TERMINAL, now_of(args)), "taken back")
        else:
            for one in pipeline.desk.corrections.correct(archive, args.article, values, args.by, now_of(args)):
                _tell(one, "confirmed" if one.before == one.after else "corrected")
    return 0


def corrections(args: argparse.Namespace) -> int:
    """List every correction."""
    import pipeline.desk.corrections

    with looked(args) as (archive, _):
        for row in pipeline.desk.corrections.rows(archive):
            if args.json:
                print_json(row)
            else:
                undone = ", undone" if row["undone_at"] else ""
                change = f"{row['field']}: {_words(row['before'])} -> {_words(row['after'])}"
                print(f"{row['id']:>6}  {row['at']:%Y-%m-%d}  {safe(str(row['who']))}{undone}  {change}  {row['url']}")
    return 0


def train(args: argparse.Namespace) -> int:
    """Train every model and print the figures, and for a candidate what was decided."""
    from pipeline.learning import training

    if args.data is None:
        raise UsageError(training.NO_DATA)
    if args.net:
        if args.candidate or args.corrections:
            raise UsageError("--net makes the shipped net: it goes with neither --candidate nor --corrections")
        training.train_net(args.data, args.out, args.net)
    if args.relevance:
        if args.candidate or args.corrections:
            raise UsageError("--relevance goes with no --candidate and no --corrections")
        print(training.train_relevance(args.data, args.out))
        return 0
    if args.stories:
        if args.candidate or args.corrections:
            raise UsageError("--stories goes with no --candidate and no --corrections")
        print(training.train_stories(args.data, args.out))
        return 0
    if not (args.candidate or args.corrections):
        print(training.train(args.data, args.out))
        return 0
    with opened(args) as (archive, settings):
        if args.candidate:
            words = training.candidate(archive, settings, args.data, now_of(args), corrected=args.corrections)
        else:
            import pipeline.desk.corrections

            words = training.train(args.data, args.out, pipeline.desk.corrections.labelled(archive, settings))
    print(words)
    return 0


def listed(args: argparse.Namespace) -> int:
    """List the versions of the models."""
    from pipeline.running import models

    settings = settings_of(args)
    for one in models.versions(settings):
        if args.json:
            print_json(asdict(one))
            continue
        measured = ", ".join(f"{name} {value:.3f}" for name, value in one.figures.items()) or "figures: docs/quality.md"
        print(f"{'*' if one.current else ' '} {one.version:<18} {measured}")
        print(f"  {'':<18} {one.models}; {safe(one.learned_from)}")
    return 0


def promote(args: argparse.Namespace) -> int:
    """Use a version from now on."""
    from pipeline.running import models

    for difference in models.promote(_office(args), args.version, force=args.force):
        print(difference)
    print(f"{args.version} is in use; `diembao analyse --again` tags old articles anew")
    return 0


def rollback(args: argparse.Namespace) -> int:
    """Go back to the version before."""
    from pipeline.running import models

    print(f"{models.rollback(_office(args))} is in use; `diembao analyse --again` tags old articles anew")
    return 0


def _office(args: argparse.Namespace) -> Settings:
    """Return the settings of an office: without one there is no choice to keep."""
    settings = settings_of(args)
    if settings.file is None:
        raise SettingsError(NO_SETTINGS)
    return settings


def _tell(one: Correction, what: str) -> None:
    print(f"{one.id}: {what}: {one.field} of article {one.article}, {_words(one.before)} -> {_words(one.after)}")


def _words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one["name"] if isinstance(one, dict) else one) for one in value) or "none"
    return "none" if value is None else str(value)


def _topics(text: str) -> list[str]:
    found = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [topic for topic in found if topic not in TOPICS]
    if unknown or not found:
        wrong = f"no topic {unknown[0]!r}" if unknown else "no topic named"
        raise argparse.ArgumentTypeError(f"{wrong}; the topics are {', '.join(TOPICS)}")
    return found
