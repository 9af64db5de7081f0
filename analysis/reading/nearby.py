"""The dates a page shows of its article: in elements named for one and in lines, beside the headline and nowhere else.

What lies between an element and the box it shares with the headline decides whose date it is: comments, boxes of other
articles, the header of the site and its clock are none of the article's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.reading.bodies import text_lines
from analysis.reading.neighbours import is_neighbours
from press import dates
from press.text import clean

_NAMED = ",".join(
    (
        *("time", "abbr", "[itemprop*=date i]", "[data-role=publishdate]", "[class*=publish i]", "[class*=date i]"),
        *("[class*=time i]", "[class*=ngay i]", "[class*=post-meta i]", "[class*=post-info i]", "[class*=byline i]"),
        *("[class*=posted i]", "[class*=updated i]", "[class*=gio-dang i]", "[id*=date i]", "[id*=ngay i]"),
    )
)
_ATTRIBUTES = (
    "datetime",
    "content",
    "data-time",
    "data-date",
    "data-datetime",
    "data-timestamp",
    "data-utime",
    "title",
)
_NAMES = ("class", "id", "itemprop", "data-role", "rel")
_PUBLISHED = re.compile(r"publish(?!er)|pub-?date|posted|post-date|entry-date|ngay-?_?dang|dang-?luc|xuat-?ban", re.I)
_UPDATED = re.compile(r"updat|modif|edited|cap-?_?nhat|chinh-?sua", re.I)
_AUTHOR = re.compile(r"author|tac-?gia|byline|post-?meta|source|nguon", re.I)
_FRAME = frozenset(("aside", "nav", "footer"))
#: Boxes that are never the article's own, by what their classes and ids are called.
ELSEWHERE = re.compile(
    r"comment|binh-?_?luan|y-?_?kien|phan-?_?hoi|feedback|repl(?:y|ies)\b|disqus|clock|dong-?_?ho\b|\btoday|hom-?nay|\bnow\b"
    r"|current-?_?(?:date|time)|weather|thoi-?_?tiet|top-?_?(?:bar|nav|menu|header)|(?:site|page|main)-?_?header|\bnav|menu|side-?_?bar"
    r"|relate(?:d|s|\b|_)|lien-?_?quan|tin-?_?(?:khac|moi|cu)\b|\bother|most-?_?(?:read|view)|doc-?_?nhieu|xem-?_?nhieu|popular"
    r"|footer|copyright|banner|advert|quang-?_?cao|popup|modal",
    re.I,
)
_BLOCKS = "p,div,span,td,li,h2,h3,h4,h5,h6,font,em,i,b,strong,small,label,dd,a,time"
_HEADINGS = "h1,h2,h3,h4,h5"
_LEVELS = 6
_MOST = 60  # elements and lines a level is looked at
_LONG, _SHORT = 400, 150  # characters of an element named for a date, of a line that names none
_PROSE = 80  # characters a line of running text has
_CLOCK = timedelta(minutes=15)
_MENU = 4  # links


@dataclass(frozen=True, slots=True)
class Spot:
    """A date of the page: what it says, the tag of its element, and whether it is marked up as this article's own."""

    instant: dates.Instant
    tag: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads dates of elements and lines of one page, fetched at `now`."""

    now: datetime | None
    day_first: bool = False

    def of(self, node: LexborNode) -> dates.Instant | None:
        """The date of an element: of its attributes or its text, with what names or words beside it call it."""
        attributes = node.attributes
        read = [dates.parse(attributes.get(name) or "", now=self.now, day_first=self._rule) for name in _ATTRIBUTES]
        shown = node.text(separator=" ") or ""
        if len(shown) < _LONG:
            read.append(self.line(clean(shown)))
        instant = best([one for one in read if one])
        if instant is None or instant.label:
            return instant
        names = _names(node)
        if _PUBLISHED.search(names):
            return replace(instant, label="published")
        if _UPDATED.search(names):
            return replace(instant, label="updated")
        return replace(instant, label=_label_before(node))

    def line(self, text: str) -> dates.Instant | None:
        """The date of a cleaned line of text, which a person reads: padded days lead, AM/PM or not."""
        if text.isdigit():
            return None
        rule = True if self.day_first or re.search(r"\b0\d/|/0\d/", text) else None
        return dates.parse(text, day_first=rule, now=self.now) or dates.search(text, day_first=rule)

    @property
    def _rule(self) -> bool | None:
        return True if self.day_first else None


def best(read: Sequence[dates.Instant]) -> dates.Instant | None:
    """The likeliest of some dates: marked as published before unmarked before updated, with a time of day first."""
    order = {"published": 0, "": 1, "updated": 2}
    return min(read, key=lambda one: (order[one.label], one.precision in {"day", "hour"}), default=None)


def spots(tree: LexborHTMLParser, heading: LexborNode | None, reader: Reader) -> Iterator[Spot]:
    """The dates of the article, microdata and those beside the headline, from the smallest box around it outwards."""
    title = heading or _anchor(tree)
    if title is None:
        return
    page = _Page(title)
    for node in tree.css('[itemprop="datePublished" i]')[:20]:
        instant = reader.of(node) if page.mine(node) else None
        if instant:
            yield Spot(replace(instant, label="published"), node.tag or "", own=True)
            break
    seen: set[int] = set()
    for depth, level in enumerate(page.levels):
        found = list(_named(page, depth, level, reader, seen))
        if not any(_full(spot) for spot in found):
            found += _lines(page, depth, level, reader)
        yield from found
        if any(_full(spot) for spot in found):
            return


def _full(spot: Spot) -> bool:
    return spot.instant.precision not in {"day", "hour"} and spot.instant.label != "updated"


def _anchor(tree: LexborHTMLParser) -> LexborNode | None:
    """The headline of a page whose headings are those of no family: the first that is none of another article."""
    return next((node for node in tree.css(_HEADINGS)[:20] if len(node.text() or "") > 20 and not node.css("a")), None)


class _Page:
    """Where things stand around the headline."""

    def __init__(self, title: LexborNode) -> None:
        self.title = title
        self.levels = list(islice(_ancestors(title), _LEVELS))
        self.path = {node.mem_id for node in (title, *_ancestors(title))}

    def mine(self, node: LexborNode) -> bool:
        """Whether an element is not inside something that is another's, up to the box it shares with the headline."""
        box: LexborNode | None = node
        while box is not None and box.mem_id not in self.path:
            if box.tag in _FRAME or ELSEWHERE.search(_names(box)):
                return False
            if box.tag == "header" and box.parent is not None and box.parent.tag not in {"article", "section", "main"}:
                return False
            box = box.parent
        return not is_neighbours(node, self.title)

    def beside(self, node: LexborNode, depth: int) -> bool:
        """Whether no menu and no running text stand between an element and the headline."""
        shared = self.levels[depth]
        own, title = _child_towards(node, shared), _child_towards(self.title, shared)
        if own is None or title is None:
            return False
        if _comes_first(own, title):
            return depth == 0 or len(own.css("a[href]")) + _links(own, title) < _MENU
        if any(_AUTHOR.search(_names(box)) for box in (node, node.parent) if box is not None):
            return True
        return _prose(self.title, node, shared) < 2

    def before(self, node: LexborNode, depth: int) -> bool:
        """Whether an element stands in front of the headline."""
        own, title = _child_towards(node, self.levels[depth]), _child_towards(self.title, self.levels[depth])
        return own is not None and title is not None and _comes_first(own, title)


def _named(page: _Page, depth: int, level: LexborNode, reader: Reader, seen: set[int]) -> Iterator[Spot]:
    """The dates of the elements named for one in a box around the headline, looked at once."""
    for node in level.css(_NAMED)[:_MOST]:
        if node.mem_id in seen or node.mem_id in page.path:
            continue
        seen.add(node.mem_id)
        instant = reader.of(node)
        if instant is None or not page.mine(node) or not page.beside(node, depth):
            continue
        if depth and page.before(node, depth) and _is_clock(instant, reader.now):
            continue
        yield Spot(instant, node.tag or "")


def _lines(page: _Page, depth: int, level: LexborNode, reader: Reader) -> Iterator[Spot]:
    """The first date in the lines around the headline, for pages whose markup says nothing."""
    if len(level.text() or "") > 100_000:
        return
    lines = text_lines(level)[: 4 * _MOST]
    title = clean(page.title.text() or "")
    at = next((index for index, line in enumerate(lines) if title and title[:40] in line), 0)
    prose = 0
    for index in range(max(0, at - 3), min(len(lines), at + 12)):
        line = lines[index]
        prose += index > at and len(line) > _PROSE
        if prose > 2 or line == title:
            continue
        instant = reader.line(line) if len(line) < _SHORT else None
        if instant is None or (instant.precision == "day" and not dates.parse(line)):
            continue
        if index < at and depth and _is_clock(instant, reader.now):
            continue
        node = next((node for node in level.css(_BLOCKS)[:2_000] if clean(node.text() or "") == line), None)
        if node is None or page.mine(node):
            yield Spot(instant)
            return


def _is_clock(instant: dates.Instant, now: datetime | None) -> bool:
    """Whether a date in front of the headline is the moment of fetching: then it is the site's clock."""
    if now is None:
        return False
    if instant.precision == "day":
        return instant.at.astimezone(dates.VIETNAM).date() == now.astimezone(dates.VIETNAM).date()
    return abs(instant.at - now) <= _CLOCK


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    level = node.parent
    while level is not None and level.tag not in {"html", "-document"}:
        yield level
        level = level.parent


def _child_towards(node: LexborNode, box: LexborNode) -> LexborNode | None:
    """The child of `box` that is or holds `node`."""
    child: LexborNode | None = node
    while child is not None and (child.parent is None or child.parent.mem_id != box.mem_id):
        child = child.parent
    return child


def _comes_first(one: LexborNode, other: LexborNode) -> bool:
    after = one.next
    while after is not None:
        if after.mem_id == other.mem_id:
            return True
        after = after.next
    return False


def _links(first: LexborNode, last: LexborNode) -> int:
    """How many links stand between two siblings, in order."""
    count, node = 0, first.next
    while node is not None and node.mem_id != last.mem_id:
        count += len(node.css("a[href]")) if node.tag and not node.tag.startswith("-") else 0
        node = node.next
    return count


def _prose(title: LexborNode, node: LexborNode, shared: LexborNode) -> int:
    """How many lines of running text stand between the headline and an element after it."""
    long = 0
    for start, forward in ((title, True), (node, False)):
        step = start
        while step.parent is not None and step.parent.mem_id != shared.mem_id:
            long += _long_lines(step, forward, None)
            step = step.parent
        if forward:
            long += _long_lines(step, True, _child_towards(node, shared))
    return long


def _long_lines(node: LexborNode, forward: bool, until: LexborNode | None) -> int:
    count, step = 0, node.next if forward else node.prev
    while step is not None and (until is None or step.mem_id != until.mem_id):
        if len(step.text() or "") > _PROSE:
            count += sum(len(line) > _PROSE for line in text_lines(step)) if step.tag != "-text" else 1
        step = step.next if forward else step.prev
    return count


def _names(node: LexborNode) -> str:
    attributes = node.attributes
    return " ".join(attributes.get(name) or "" for name in _NAMES)


def _label_before(node: LexborNode) -> Literal["", "published", "updated"]:
    """What the words right in front of an element call its date."""
    step: LexborNode | None = node
    for _ in range(2):
        if step is None:
            return ""
        before = step.prev
        while before is not None and not (before.text() or "").strip():
            before = before.prev
        if before is not None:
            return dates.label_of(before.text(separator=" ") or "")
        step = step.parent
    return ""
