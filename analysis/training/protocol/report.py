"""`diembao evaluate --protocol`: what articles nobody has seen will get, by kind of text and by how it was picked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Final, TypeAlias
from zipfile import BadZipFile

import numpy as np

from analysis.tags.tone import TONES
from analysis.training.calibration import Array
from analysis.training.evaluate import Figures
from analysis.training.gold import PARTS, Example, example, groups, order, part, records
from analysis.training.net.values import key
from analysis.training.protocol import figures, folds, spread
from analysis.training.protocol.figures import NAMES, Figure, measured
from analysis.training.quality import evaluate
from analysis.training.relevance_train import measure
from analysis.training.silver import read as read_silver
from press import TOPICS

if TYPE_CHECKING:
    from analysis import Tagger

Say = Callable[[str], None]
Make: TypeAlias = "Callable[[str], Tagger]"  #: the tagger of an area
#: What texts are told apart: feed items and articles, and of each those that are little more than a headline.
FORMS: Final = ("articles", "short articles", "items with a lead", "headlines")
#: How texts were picked for labelling, by what `picked_for` says; only the random ones are like the press.
PICKS: Final = ("random", "unsure", "rare topics", "by hand")
FEWEST: Final = 100  #: texts of a set of which figures are told
LEAD: Final = 3  #: words of text of an item up to which its headline stands alone
#: What the teacher's chances brought to topics and tone at most (docs/decisions/quality.md). The teacher had read the
#: held labels, so by so much the folds may be too good where its chances are learned from: intervals reach down by it.
SLACK: Final = (0.02, 0.02, 0.02, 0.03)
NONE: Final = (0.0,) * len(NAMES)
AREA: Final = "Sóc Trăng"  #: topics and tone are the same for any


@dataclass(frozen=True, slots=True)
class Set:
    """Labelled texts, and what the figures need of them: everything in the same order."""

    examples: list[Example]
    picks: list[str]
    groups: list[int]
    sources: list[str]  #: the outlet of each, or the corpus where no outlet is known
    labels: Array = field(repr=False)

    @property
    def short(self) -> list[bool]:
        """Of each text whether it is only a headline."""
        return [one.terms.short for one in self.examples]

    def some(self, rows: Sequence[int]) -> Set:
        """The texts numbered so."""
        lists = [self.examples[i] for i in rows], [self.picks[i] for i in rows], [self.groups[i] for i in rows]
        return Set(*lists, [self.sources[i] for i in rows], self.labels[list(rows)])


@dataclass(frozen=True, slots=True)
class Row:
    """The figures (NAMES) of one voice on some texts."""

    texts: str
    voice: str
    n: int
    found: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Protocol:
    """What was measured, and in words how."""

    how: tuple[str, ...]
    rows: tuple[Row, ...]
    unseen: tuple[str, ...] = ()  #: what the later texts got, beside what the earlier ones promised
    others: tuple[Figures, ...] = ()  #: relevance, by folds of its own, and Khmer, by rules mended on these very texts

    def text(self) -> str:
        """Everything in Markdown."""
        parts = [*self.how, *_table(self.rows)]
        if self.unseen:
            parts += ["", *self.unseen]
        if self.others:
            parts += ["", "| set | n | micro-F1 | macro-F1 |", "|---|---|---|---|", *map(_line, self.others)]
        return "\n".join(parts)


def pick(said: str) -> str:
    """How a text was picked: one of PICKS."""
    if said.startswith("random"):
        return "random"
    if "uncertain" in said:
        return "unsure"
    return "rare topics" if said.startswith("likely") else "by hand"


def form(one: Example) -> str:
    """What kind of text it is: one of FORMS."""
    if one.kind == "articles":
        return FORMS[1] if one.terms.short else FORMS[0]
    return FORMS[2] if len(one.text_words) > LEAD else FORMS[3]


def protocol(
    data: Path,
    keep: Path,
    say: Say,
    *,
    weak: bool = True,
    quick: bool = False,
    before: str | None = None,
    net: Path | None = None,
    make: Make | None = None,
) -> Protocol:
    """Measures the linear recipe (with `net` the net's values and both, too) on texts it did not see.

    `weak`: learn from the teacher's chances, too. `quick`: see `folds.nested`. `before`: an id; the rows from there on
    are not learned from but measured as unseen, by the recipe and by the models `make` loads. `net`: an .npz, see
    `net_values`. ValueError says what cannot be read.
    """
    say("reading and segmenting the labelled articles")
    every = _labelled(data)
    earlier, unseen = _parted(every, before)
    old, new = every.some(earlier), every.some(unseen)
    parts = part(old.examples, old.groups)
    taught = read_silver(data, every.examples) if weak else None
    linear = folds.nested(old.examples, parts, new.examples, taught, keep, say, quick)
    voices = {"linear": [linear.within]}
    heard = list(range(len(old.examples)))
    how = [_how(len(old.examples), taught is not None, quick)]
    if net is not None:
        values, heard = net_values(net, old.examples)
        voices |= {"net": [values], "both": [linear.within, values]}
        how.append(f"The net: out-of-fold values of {len(heard)} of the texts, from {net.name}.")
    seen, chosen_parts = old.some(heard), [parts[i] for i in heard]
    slack = SLACK if taught or net else NONE
    rows: list[Row] = []
    for name, given in voices.items():
        say(f"figures: {name}")
        found = figures.inside([one[:, heard] for one in given], seen.labels, chosen_parts, seen.short)
        by = spread.widening(_off(seen, found))
        how.append(_wider(name, by))
        rows += _rows(seen, found, name, slack, by)
    rows.sort(key=lambda row: row.texts)
    told: list[str] = []
    if unseen:
        after = figures.later([linear.within], [linear.later], old.labels, parts, (old.short, new.short))
        got = _rows(new, after, "the recipe on all before")
        if make:
            say("the models that ship")
            got += _rows(new, _judged(make(AREA), new.examples), "the models that ship")
        told = _compared([row for row in rows if row.voice == "linear"], got, before or "")
    say("relevance, Khmer")
    others = list(measure(data))
    if make and (file := data / "gold" / "khmer.jsonl").is_file():
        others += evaluate(make, [file])[0]
    return Protocol(tuple(how), tuple(rows), tuple(told), tuple(others))


def net_values(path: Path, examples: Sequence[Example]) -> tuple[Array, list[int]]:
    """A net's out-of-fold values as a voice (parts, texts, WIDTH), and the numbers of the texts it has values of.

    The file is what `diembao train --net` keeps (`net.values`), or a plain .npz with `ids` (texts,) and `values`
    (texts, WIDTH): topics in the order of `press.TOPICS`, then the tones -1, 0, 1. ValueError where it is neither.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            ids, values = stored["ids"], stored["values"].astype(np.float64)
            names = ids.tobytes().decode().split("\n") if ids.dtype == np.uint8 else [str(one) for one in ids]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise ValueError(f"{path}: no readable values of a net ({error})") from error
    if values.shape != (len(names), folds.WIDTH):
        raise ValueError(f"{path}: values of shape {values.shape}; wanted ({len(names)}, {folds.WIDTH})")
    number = {name: row for row, name in enumerate(names)}
    rows = {i: number.get(key(one), number.get(one.id)) for i, one in enumerate(examples)}
    heard = [i for i, row in rows.items() if row is not None]
    if not heard:
        raise ValueError(f"{path}: values of none of the labelled texts")
    found = np.zeros((len(examples), folds.WIDTH))
    found[heard] = values[[rows[i] for i in heard]]
    return np.broadcast_to(found, (PARTS, *found.shape)), heard


def _labelled(data: Path) -> Set:
    path = data / "gold" / "articles.jsonl.gz"
    rows = [row for row in records(path) if row.get("topics") and row.get("tone") in TONES]
    if not rows:
        raise ValueError(f"{path}: nothing labelled in it")
    examples = [example(row) for row in rows]
    picks = [pick(str(row.get("picked_for") or "")) for row in rows]
    sources = [str(row.get("outlet") or row.get("corpus") or "") for row in rows]
    return Set(examples, picks, groups(examples), sources, folds.labels(examples))


def _parted(every: Set, before: str | None) -> tuple[list[int], list[int]]:
    """The rows before an id, and those from there on whose group has no text before it."""
    numbers = range(len(every.examples))
    if before is None:
        return list(numbers), []
    late = [order(one.id) >= order(before) for one in every.examples]
    known = {every.groups[i] for i in numbers if not late[i]}
    return [i for i in numbers if not late[i]], [i for i in numbers if late[i] and every.groups[i] not in known]


def _sets(given: Set) -> Iterator[tuple[str, list[int]]]:
    """The sets that are told: each kind of text, and of it what was picked in each way."""
    for kind in FORMS:
        own = [i for i, one in enumerate(given.examples) if form(one) == kind]
        if len(own) >= FEWEST:
            yield f"{kind}, all", own
        for way in PICKS:
            chosen = [i for i in own if given.picks[i] == way]
            if len(chosen) >= FEWEST:
                yield f"{kind}, {way}", chosen


def _off(given: Set, found: Array) -> list[list[float]]:
    """`spread.off` of every set that was picked in one way."""
    far: list[list[float]] = []
    for texts, rows in _sets(given):
        if not texts.endswith(", all"):
            one = given.some(rows)
            far += spread.off(one.labels, found[rows], one.groups, one.sources)
    return far


def _rows(
    given: Set, found: Array, voice: str, slack: Sequence[float] = NONE, wider: Sequence[float] = (1.0,) * len(NAMES)
) -> list[Row]:
    rows = []
    for texts, chosen in _sets(given):
        one = given.some(chosen)
        told = spread.widened(measured(one.labels, found[chosen], one.groups), wider)
        told = tuple(Figure(f.value, f.low - less, f.high) for f, less in zip(told, slack, strict=True))
        rows.append(Row(texts, voice, len(chosen), told))
    return rows


def _judged(tagger: Tagger, examples: Sequence[Example]) -> Array:
    """What a tagger says of Vietnamese texts: (texts, WIDTH), 0 or 1."""
    found = np.zeros((len(examples), folds.WIDTH))
    names = list(TOPICS)
    for row, one in enumerate(examples):
        said = tagger.judge(one.title, one.text, language="vi")
        found[row, [names.index(tag.id) for tag in said.topics]] = 1
        if said.tone is not None:
            found[row, len(TOPICS) + TONES.index(said.tone)] = 1
    return found


def _how(size: int, weak: bool, quick: bool) -> str:
    said = (
        f"{size} labelled texts in five folds, near-duplicates never parted. Terms, fit, calibration and thresholds "
        "are chosen inside the fold (calibration from inner out-of-fold values); the recipe's own numbers (penalties, "
        "what a reader's label counts, 0.36 below which no tone is given) were chosen earlier by looking at many of "
        "these texts, and are not. Intervals: 95 % of a bootstrap that draws groups, made wider until they hold what "
        "samples from other outlets get. Only texts picked at random estimate the press; the others were picked "
        "because they are hard or rare. "
    )
    if quick:
        said += "Quick: the inner values are of models that saw the held part, which flatters thresholds a little. "
    if weak:
        said += "The teacher was not refitted: it had read the labels of some held texts, so intervals reach lower by "
        return fill(f"{said}{SLACK[0]} (topics) and {SLACK[-1]} (tone).", 118)
    return fill(
        f"{said}Learned from the labelled texts alone, without the teacher's chances of the shipped models.", 118
    )


def _wider(voice: str, by: Sequence[float]) -> str:
    said = ", ".join(f"{name} {times:.2f}" for name, times in zip(NAMES, by, strict=True))
    return fill(f"Intervals ({voice}) are so many times as wide as the bootstrap's: {said}.", 118)


def _table(rows: Sequence[Row]) -> list[str]:
    lines = ["", f"| texts | n | voice | {' | '.join(NAMES)} |", "|---" * (3 + len(NAMES)) + "|"]
    for row in rows:
        lines.append(f"| {row.texts} | {row.n} | {row.voice} | {' | '.join(map(str, row.found))} |")
    return lines


def _line(one: Figures) -> str:
    micro, macro = Figure(one.micro, *one.micro_interval), Figure(one.macro, *one.macro_interval)
    return f"| {one.what} | {one.n} | {micro} | {macro} |"


def _compared(promised: Sequence[Row], got: Sequence[Row], before: str) -> list[str]:
    """What the later texts got, and whether it lies in the interval that the earlier ones of the same pick gave."""
    by_texts: Mapping[str, Row] = {row.texts: row for row in promised}
    lines = [f"Texts from {before} on, unseen; **bold**: outside the interval that the texts before gave.", ""]
    lines += [f"| texts | n | judged by | {' | '.join(NAMES)} |", "|---" * (3 + len(NAMES)) + "|"]
    for row in sorted(got, key=lambda row: row.texts):
        wanted = by_texts.get(row.texts) or by_texts[f"{row.texts.partition(',')[0]}, all"]
        cells = []
        for figure, interval in zip(row.found, wanted.found, strict=True):
            cells.append(str(figure) if interval.holds(figure.value) else f"**{figure}**")
        lines.append(f"| {row.texts} | {row.n} | {row.voice} | {' | '.join(cells)} |")
    return lines
