"""`diembao matter …`: the register of what the press raised, from the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cli.common import (
    Commands,
    Row,
    add_command,
    day,
    instant,
    json_option,
    listed,
    now_of,
    opened,
    print_json,
    safe,
)
from errors import UsageError
from press.matters import AFTER, FORMS, LETTERS, STATES

_PRINTED = {"list": "one JSON object a line", "remind": "the counts as one JSON object"}


def add_commands(commands: Commands) -> None:
    """Add `matter`."""
    command = add_command(commands, "matter", show, "keep the register of matters: what the press raised, who answers")
    actions = command.add_subparsers(title="actions", metavar="ACTION", required=True)
    action = _act(
        actions, "open", open_matter, "open a matter from a story, an article, or a subject alone", number=False
    )
    action.add_argument("--story", type=int, metavar="ID", help="the story the press told")
    action.add_argument("--article", type=int, metavar="ID", help="one article")
    action.add_argument("--subject", default="", metavar="TEXT", help="default: the headline")
    action.add_argument("--kind", required=True, help="what happened: a kind of `diembao deadline`")
    action.add_argument("--received", type=instant, metavar="INSTANT", help="when the law's clock started")
    action.add_argument("--field", default="", metavar="TOPIC", help="default: the article's first topic")
    action.add_argument("--places", type=_list, default=(), metavar="X,Y", help="default: the article's")
    _letter_options(action, "the outlet's letter", kind=True)
    _act(actions, "show", show, "show a matter")
    action = _act(actions, "assign", assign, "give a matter to a unit")
    action.add_argument("--lead", required=True, metavar="UNIT", help="its name or id; `diembao units` lists them")
    action.add_argument("--with", dest="others", nargs="+", default=[], metavar="UNIT", help="units that co-operate")
    _letter_options(action, "the letter that gives it to them")
    action.add_argument("--until", type=day, metavar="D", help="the day the letter says")
    action = _act(actions, "answer", answer, "note what was answered")
    _letter_options(action, "the answer's letter")
    action.add_argument("--form", choices=FORMS, default="written", help="by 244/2026 Đ5 (default: written)")
    action.add_argument("--to", default="", metavar="TEXT", help="where it was sent or said: an outlet, a portal")
    action.add_argument("--at", type=instant, metavar="INSTANT", help="when (default: now)")
    _act(actions, "close", close, "close a matter with its result").add_argument("--result", required=True)
    action = _act(actions, "merge", merge, "merge a matter into another one: `matter merge 3 into 2`")
    action.add_argument("into", nargs="+", metavar="[INTO] M", help="the matter that stays")
    action = _act(actions, "pass", pass_on, "pass a matter on to the unit that is competent")
    action.add_argument("--to", required=True, metavar="UNIT")
    _act(actions, "refuse", refuse, "refuse an answer").add_argument("--ground", required=True, metavar="TEXT")
    action = _act(actions, "change", change, "change what is noted of a matter, or put it on one more story or article")
    for name in ("subject", "kind", "field"):
        action.add_argument(f"--{name}", metavar=name.upper())
    action.add_argument("--places", type=_list, metavar="X,Y")
    action.add_argument("--state", choices=STATES, help="in_progress: a unit works at it, or a closed one is reopened")
    action.add_argument("--received", type=instant, metavar="INSTANT", help="when the law's clock started")
    action.add_argument("--until", type=day, metavar="D", help="the day the letter says")
    _letter_options(action, "a letter of the press that came since", kind=True)
    action.add_argument("--outlet-after", choices=[one for one in AFTER if one], help="what the outlet did then")
    action.add_argument("--outlet-after-on", type=day, metavar="D", help="when it did")
    action.add_argument("--story", type=int, metavar="ID")
    action.add_argument("--article", type=int, metavar="ID")
    _act(actions, "remind", remind, "send the reminders that are due now: each once", number=False)
    action = _act(actions, "list", list_matters, "list matters, newest first; overdue ones by deadline", number=False)
    action.add_argument("--state", choices=STATES, help="only these")
    action.add_argument("--overdue", action="store_true", help="only those whose answer is late")
    action.add_argument("--unit", metavar="UNIT", help="only those of a unit")
    action.add_argument("--limit", type=int, metavar="N", help="how many at most")


def _act(actions: Commands, name: str, call: Any, text: str, *, number: bool = True) -> argparse.ArgumentParser:
    action = add_command(actions, name, call, text)
    if number:
        action.add_argument("number", metavar="N", help="such as 7/2026; 7 is that of this year")
    json_option(action, _PRINTED.get(name, "the matter as one JSON object"))
    return action


def _letter_options(action: argparse.ArgumentParser, what: str, *, kind: bool = False) -> None:
    action.add_argument("--letter", metavar="NO", help=f"number of {what}")
    action.add_argument("--date", type=day, metavar="D", help="its date")
    action.add_argument("--link", default="", metavar="URL", help="where the office keeps it")
    if kind:
        action.add_argument("--letter-kind", choices=LETTERS, default="", help="default: by the matter's kind")


def open_matter(args: argparse.Namespace) -> int:
    """Open a matter."""
    if args.story is None and args.article is None and not args.subject.strip():
        raise UsageError("a matter is opened with --story, --article or --subject")
    from press import deadlines

    with _office(args) as (acts, office):
        received = deadlines.local_day(args.received).isoformat() if args.received else ""
        letter = _letter(args, args.letter_kind, received)
        wanted = acts.Opening(
            args.kind, args.subject, args.story, args.article, args.received, args.field, args.places, letter
        )
        return _tell(args, acts.open_matter(office, wanted))


def show(args: argparse.Namespace) -> int:
    """Show a matter."""
    with _office(args) as (acts, office):
        return _tell(args, acts.one(office, args.number))


def assign(args: argparse.Namespace) -> int:
    """Give a matter to a unit."""
    with _office(args) as (acts, office):
        given = {"lead": args.lead, "others": args.others, "until": args.until, "letter": _letter(args, "order")}
        return _tell(args, acts.assign(office, args.number, **given))


def answer(args: argparse.Namespace) -> int:
    """Note an answer."""
    with _office(args) as (acts, office):
        given = {"letter": _letter(args, "answer"), "form": args.form, "to": args.to, "at": args.at}
        return _tell(args, acts.answer(office, args.number, **given))


def close(args: argparse.Namespace) -> int:
    """Close a matter."""
    with _office(args) as (acts, office):
        return _tell(args, acts.close(office, args.number, args.result))


def merge(args: argparse.Namespace) -> int:
    """Merge a matter into another one."""
    words = [word for word in args.into if word.lower() != "into"]
    if len(words) != 1:
        raise UsageError("one matter is merged into one other: `diembao matter merge 3 into 2`")
    with _office(args) as (acts, office):
        return _tell(args, acts.merge(office, args.number, words[0]))


def pass_on(args: argparse.Namespace) -> int:
    """Pass a matter on."""
    with _office(args) as (acts, office):
        return _tell(args, acts.pass_on(office, args.number, args.to))


def refuse(args: argparse.Namespace) -> int:
    """Refuse an answer."""
    with _office(args) as (acts, office):
        return _tell(args, acts.refuse(office, args.number, args.ground))


def change(args: argparse.Namespace) -> int:
    """Change a matter."""
    from press import deadlines

    values: dict[str, Any] = {
        name: getattr(args, name)
        for name in ("subject", "kind", "field", "state", "places", "outlet_after")
        if getattr(args, name) is not None
    }
    values |= {"received_at": args.received} if args.received else {}
    values |= {"until": deadlines.end_of(args.until)} if args.until else {}
    values |= {"outlet_after_on": args.outlet_after_on.isoformat()} if args.outlet_after_on else {}
    covers = args.story is not None or args.article is not None
    received = deadlines.local_day(args.received).isoformat() if args.received else ""
    letter = _letter(args, args.letter_kind, received)
    if not values and not covers and letter is None:
        raise UsageError("nothing to change: see `diembao matter change --help`")
    with _office(args) as (acts, office):
        if covers:
            row = acts.cover(office, args.number, story=args.story, article=args.article)
        if values or letter is not None:
            row = acts.change(office, args.number, values, letter=letter)
        return _tell(args, row)


def remind(args: argparse.Namespace) -> int:
    """Send the reminders that are due."""
    from pipeline.watching.reminding import reminders

    with opened(args) as (archive, settings):
        counts = reminders(archive, settings, now_of(args))
    if args.json:
        print_json(counts.as_json())
    else:
        print(counts.line())
    return 0


def list_matters(args: argparse.Namespace) -> int:
    """List matters."""
    with _office(args) as (acts, office):
        from storage.register.lists import Wanted

        unit = office.unit(args.unit) if args.unit else None
        states = (args.state,) if args.state else STATES
        wanted = Wanted(states=states, unit=unit, overdue_at=office.now if args.overdue else None)
        return listed(args, acts.find(office, wanted, args.limit), _line)


@contextmanager
def _office(args: argparse.Namespace) -> Iterator[tuple[Any, Any]]:
    from pipeline.desk.people import TERMINAL
    from pipeline.register import acts

    with opened(args) as (archive, settings):
        yield acts, acts.Office(archive, settings, TERMINAL, now_of(args))


def _letter(args: argparse.Namespace, kind: str, received: str = "") -> Any:
    """Return the letter that the options name, None where they name none."""
    from storage.register.matters import Letter

    if not (args.letter or args.date or args.link):
        return None
    return Letter(kind, args.letter or "", args.date.isoformat() if args.date else "", received, args.link)


def _list(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _tell(args: argparse.Namespace, row: Row) -> int:
    if args.json:
        print_json(row)
    else:
        print("\n".join(map(safe, _lines(row))))
    return 0


def _line(row: Row) -> str:
    until = next((term["until"] for term in row["deadlines"] if term["applies"]), None)
    mark = "OVERDUE " if row["overdue"] else "due soon" if row["due_soon"] else ""
    return (
        f"{row['number']:>9}  {row['state']:<11} {mark:<8} {f'{until:%Y-%m-%d %H:%M}' if until else '–':<16}  "
        f"{row['units']['lead'] or '–'}  {row['subject']}"
    )


def _lines(row: Row) -> list[str]:
    """Return a matter for a person: both deadlines with their clause, the one that applies marked."""
    lines = [_line(row)]
    for term in row["deadlines"]:
        said = f"until {term['until']:%Y-%m-%d %H:%M}" if term["until"] else f"no date: {term['why']}"
        doubt = ", days off not confirmed" if term["confirmed"] is False else ""
        lines.append(f"  {'*' if term['applies'] else ' '} {term['rule']} {term['clause']}: {said}{doubt}")
    if row["units"]["with"]:
        lines.append(f"    with {', '.join(row['units']['with'])}")
    for letter in row["letters"]:
        lines.append(f"    letter ({letter['kind']}) {letter['number']} {letter['date']} {letter['link']}".rstrip())
    for article in row["articles"]:
        first = ", first report" if article["first"] else ""
        lines.append(f"    article {article['id']} {article['outlet']}{first}: {article['title']}")
    if row["answer"]:
        lines.append(f"    answered {row['answer']['at']:%Y-%m-%d %H:%M} ({row['answer']['form']})")
    for name in ("result", "ground", "passed_to", "merged_into"):
        if row[name]:
            lines.append(f"    {name.replace('_', ' ')}: {row[name]}")
    return lines
