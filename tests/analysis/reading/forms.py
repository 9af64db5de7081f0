"""How well pages of every form are read: `python -m tests.analysis.reading.forms` measures.

Each form of demo/forms is read as a whole, then with each source of evidence taken out of it. Titles and leads are
right or wrong, an instant is right to the minute (or the day, where the page tells no more), a body has the F1 of its
words.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from analysis.reading.extract import extract
from demo.forms.catalogue import EVIDENCE, forms
from demo.forms.generator import Page, page
from demo.truth.truth import VIETNAM
from errors import Unusable
from press import Draft, Link
from press.text import clean

#: What is taken out of the pages, by the name of the figure.
SETS: Final = {
    "all": frozenset[str](),
    "json-ld and meta off": frozenset({"json-ld", "meta"}),
    **{f"{source} off": frozenset({source}) for source in EVIDENCE},
}
#: How many pages of each form the tests read of a set; one of the others.
SEEDS: Final = {"all": 3, "json-ld and meta off": 3}
FLOORS: Final = Path(__file__).with_name("forms.json")
TOLERANCE: Final = 0.001  #: reading is exact, a mean is rounded
FIGURES: Final = ("title", "instant", "lead", "body")
_LONG: Final = 40  # characters of a line that must stand on the page as it is
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """One page, what was read of it (None: unusable), and how right it is, each from 0 to 1."""

    page: Page
    draft: Draft | None
    title: float
    instant: float
    lead: float
    body: float

    def right(self, figure: str) -> float:
        """The figure of that name."""
        return float(getattr(self, figure))


def f1(one: str, two: str) -> float:
    """How far two texts have the same words."""
    first, second = (Counter(re.findall(r"\w+", text.lower())) for text in (one, two))
    return 2 * (first & second).total() / max(first.total() + second.total(), 1)


def pages(seeds: Iterable[int], without: frozenset[str] = frozenset(), *, article: bool = True) -> Iterator[Page]:
    """The pages of every form that has a text without those sources of evidence."""
    for form in forms():
        if form.article == article and not without & set(form.needs):
            yield from (page(form.name, seed, without=without) for seed in seeds)


def read(made: Page) -> Draft | None:
    """What is read of a page; None where it is found to be none of an article."""
    link = Link(made.url, made.url, made.title)
    if made.listed_at is not None:
        link = Link(
            *(made.url, made.url, made.title),
            published_at=made.listed_at,
            published_raw=made.listed_at.isoformat(),
            zone="served" if made.listed_zone else "assumed",
        )
    try:
        return extract(made.html.encode(), made.url, link=link if made.form.feed else None, now=made.read_at)
    except Unusable:
        return None


def judged(made: Page) -> Reading:
    """A page, read and held against its truth."""
    draft = read(made)
    if draft is None:
        return Reading(made, None, 0, 0, 0, 0)
    return Reading(
        page=made,
        draft=draft,
        title=float(draft.title == made.title),
        instant=float(_same_instant(made, draft)),
        lead=float(draft.lead == made.lead),
        body=f1("\n".join(line for line in draft.body.split("\n") if line not in made.either), "\n".join(made.lines)),
    )


def _same_instant(made: Page, draft: Draft) -> bool:
    if made.published_at is None or draft.published_at is None:
        return made.published_at is None
    if not made.timed:
        return draft.published_at.astimezone(VIETNAM).date() == made.published_at.astimezone(VIETNAM).date()
    allowed = (
        timedelta(hours=1)
        if "ago" in made.form.dates and made.published_at != draft.published_at
        else timedelta(minutes=1)
    )
    return abs(draft.published_at - made.published_at) < allowed


def lost(made: Page, draft: Draft) -> list[str]:
    """Long lines of the body that do not stand on the page as they are: words inside them were lost.

    A text that stands in a script only is none of the page's running HTML.
    """
    text = _tight(clean(_TAGS.sub("", made.html)))
    if not any(_tight(line) in text for line in made.lines):
        return []
    return [line for line in draft.body.split("\n") if len(line) > _LONG and _tight(line) not in text]


def _tight(text: str) -> str:
    return "".join(text.split())


def figures(readings: Sequence[Reading]) -> dict[str, float]:
    """The mean of each figure."""
    return {name: sum(one.right(name) for one in readings) / max(len(readings), 1) for name in FIGURES}


def refused(seeds: Iterable[int]) -> dict[str, bool]:
    """Whether each page without an article is found to be none."""
    return {one.name: (draft := read(one)) is None or not draft.title for one in pages(seeds, article=False)}


def stored() -> dict[str, dict[str, float]]:
    """The floors, by set and figure."""
    found: dict[str, dict[str, float]] = json.loads(FLOORS.read_text(encoding="utf-8"))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of each set of evidence, and of the forms that are not read well; 1 where words were lost."""
    asked = argparse.ArgumentParser(prog="python -m tests.analysis.reading.forms", description=__doc__)
    asked.add_argument("--seeds", type=int, help="pages of each form (as many as in the tests)")
    asked.add_argument("--form", action="append", help="this form only (may be given again)")
    asked.add_argument("--set", action="append", choices=list(SETS), help="this set of evidence only")
    asked.add_argument("--wrong", action="store_true", help="show what was read wrong, and what is right")
    asked.add_argument("--update", action="store_true", help="raise the floors of the tests to what is measured")
    args = asked.parse_args(arguments)
    floors, bad = stored(), 0
    for name in args.set or SETS:
        started = time.perf_counter()
        made = pages(range(args.seeds or SEEDS.get(name, 1)), SETS[name])
        readings = [judged(one) for one in made if not args.form or one.form.name in args.form]
        bad += _print(name, readings, time.perf_counter() - started, wrong=args.wrong)
        if args.update and not (args.seeds or args.form):
            floors[name] = _raised(floors.get(name, {}), figures(readings))
    told = refused(range(3))
    print(f"no article: {sum(told.values())} of {len(told)} refused")
    if args.wrong:
        print("  taken for articles:", ", ".join(name for name, right in told.items() if not right))
    if args.update:
        floors["no article"] = _raised(floors.get("no article", {}), {"refused": sum(told.values()) / len(told)})
        FLOORS.write_text(json.dumps(floors, indent=1) + "\n", encoding="utf-8")
    return int(bad > 0)


def _raised(floors: dict[str, float], found: dict[str, float]) -> dict[str, float]:
    return {name: max(floors.get(name, 0.0), round(value - TOLERANCE, 3)) for name, value in found.items()}


def _print(name: str, readings: Sequence[Reading], seconds: float, *, wrong: bool) -> int:
    """Print what was found of one set; how many lines lost words."""
    print(f"{name:<22} {_row(figures(readings))}   {len(readings)} pages, {seconds:.1f} s")
    for form in dict.fromkeys(one.page.form.name for one in readings):
        mine = figures([one for one in readings if one.page.form.name == form])
        if min(mine.values()) < 0.985:
            print(f"  {form:<20} {_row(mine)}")
    broken = [(one, line) for one in readings if one.draft for line in lost(one.page, one.draft)]
    print(f"  words lost inside a line: {len(broken)}")
    if wrong:
        for one, line in broken:
            print(f"  {one.page.name} lost: {line}")
        for one in readings:
            _show(one)
    return len(broken)


def _row(found: dict[str, float]) -> str:
    return "  ".join(f"{name} {value:.3f}" for name, value in found.items())


def _show(one: Reading) -> None:
    made, draft = one.page, one.draft
    if draft is None:
        print(f"  {made.name}: unusable")
        return
    if one.title < 1:
        print(f"  {made.name} title: {draft.title!r}, right {made.title!r}")
    if one.instant < 1:
        local = draft.published_at and draft.published_at.astimezone(VIETNAM)
        print(
            f"  {made.name} instant: {local} ({draft.date_source}: {draft.published_raw!r}), right {made.published_at}"
        )
    if one.lead < 1:
        print(f"  {made.name} lead: {draft.lead!r}, right {made.lead!r}")
    if one.body < 0.99:
        got = draft.body.split("\n")
        for sign, lines, others in (("+", got, made.lines), ("-", made.lines, got)):
            for line in lines:
                if line not in others and line not in made.either:
                    print(f"  {made.name} body {sign} {line[:140]}")


if __name__ == "__main__":
    sys.exit(main())
