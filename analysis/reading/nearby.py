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

from analysis.reading.neighbours import is_neighbours
from analysis.reading.pieces import text_lines
from press import dates
from press.text import clean

_NAMED = ",".join(
    (
        *("time", "abbr", "[itemprop*=date i]", "[data-role=publishdate]", "[class*=publish i]", "[class*=date i]"),
        *("[class*=time i]", "[class*=ngay i]", "[class*=post-meta i]", "[class*=post-info i]", "[class*=byline i]"),
        *("[class*=author i]", "[class*=tacgia i]", "[class*=tac-gia i]", "[class*=posted i]", "[class*=updated i]"),
        *("[class*=gio-dang i]", "[id*=date i]", "[id*=ngay i]"),
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
_ELSEWHERE = re.compile(
    r"comment|binh-?_?luan|y-?_?kien|phan-?_?hoi|feedback|repl(?:y|ies)\b|disqus|clock|dong-?_?ho\b|\btoday|hom-?nay|\bnow\b"
    r"|current-?_?(?:date|time)|weather|thoi-?_?tiet|top-?_?(?:bar|nav|menu|header)|(?:site|page|main)-?_?header|\bnav|menu|side-?_?bar"
    r"|relate(?:d|s|\b|_)|lien-?_?quan|tin-?_?(?:khac|moi|cu)\b|\bother|most-?_?(?:read|view)|doc-?_?nhieu|xem-?_?nhieu|popular"
    r"|footer|copyright|banner|advert|quang-?_?cao|popup|modal",
    re.I,
)
_BLOCKS = "p,div,span,td,li,h2,h3,h4,h5,h6,font,em,i,b,strong,small,label,dd,a,time"
_HEADINGS = "h1,h2,h3,h4,h5"
_PADDED = re.compile(r"\b0\d/|/0\d/")
#: Time and date of two elements in a row, without anything between them.
_GLUED = re.compile(r"(\d[:h]\d\d)(\d{1,2}[/.-]\d{1,2}[/.-]\d{4})|(\d[/.-]\d{1,2}[/.-]\d{4})(\d{1,2}[:h]\d\d)")
#: What a line must have to be a date at all, and one that says it is the day of publication: both are quick to see.
_LIKELY = re.compile(
    r"\d ?[/.-] ?\d|\d{4}|[០-៩]|hôm (?:nay|qua|kia)|trước|vừa xong|mới đây|ago\b|yesterday|today|just now"
    r"|មុន|ម្សិល|ថ្ងៃនេះ",
    re.I,
)
_CALLED = re.compile(r"đăng|dang\b|xuất bản|phát hành|phát sóng|đưa|tạo|publish|posted|created|ផ្សាយ|បង្ហោះ", re.I)
_LEVELS = 6
_TITLE = 15  # characters a headline has
_MOST_NODES = 2_000
_MOST = 60  # elements and lines a level is looked at
_LONG, _SHORT = 400, 150  # characters of an element named for a date, of a line that names none
_LABEL = 40  # characters of a line that is a label or a time of day
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
        instant = self.bare(node)
        if instant is None or instant.label:
            return instant
        names = _names(node)
        if _PUBLISHED.search(names):
            return replace(instant, label="published")
        if _UPDATED.search(names):
            return replace(instant, label="updated")
        return replace(instant, label=_label_before(node))

    def bare(self, node: LexborNode) -> dates.Instant | None:
        """The date of an element as its own attributes and text say it."""
        attributes = node.attributes
        said = (attributes[name] for name in _ATTRIBUTES if name in attributes)
        read = [one for raw in said if raw and (one := dates.parse(raw, now=self.now, day_first=self._rule))]
        shown = node.text(separator=" ") or ""
        if len(shown) < _LONG and (one := self.line(clean(shown))):
            read.append(one)
        return best(read)

    def line(self, text: str) -> dates.Instant | None:
        """The date of a cleaned line of text, which a person reads: padded days lead, AM/PM or not."""
        if text.isdigit():
            return None
        text = _GLUED.sub(r"\1\3 \2\4", text)
        rule = True if self.day_first or _PADDED.search(text) else None
        instant = dates.parse(text, day_first=rule, now=self.now) or dates.search(text, day_first=rule)
        if instant and rule is None and self.now and instant.at > self.now + dates.FUTURE:  # a day of a month to come
            return dates.parse(text, day_first=True) or dates.search(text, day_first=True)
        return instant

    @property
    def _rule(self) -> bool | None:
        return True if self.day_first else None


def best(read: Sequence[dates.Instant]) -> dates.Instant | None:
    """The likeliest of some dates: marked as published before unmarked before updated, with a time of day first."""
    order = {"published": 0, "": 1, "updated": 2}
    return min(read, key=lambda one: (order[one.label], one.precision in {"day", "hour"}), default=None)


def spots(tree: LexborHTMLParser, heading: LexborNode | None, said: str, reader: Reader) -> Iterator[Spot]:
    """The dates of the article, microdata and those beside the headline, from the smallest box around it outwards.

    `said` is the title in the head of the page: it finds the headline where no heading is one.
    """
    title = heading or _anchor(tree, said)
    if title is None:
        return
    page = _Page(title, reader.now)
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


def _anchor(tree: LexborHTMLParser, said: str) -> LexborNode | None:
    """The headline of a page whose headings are those of no family: the smallest element that says the title."""
    for node in tree.css(f"{_HEADINGS},{_BLOCKS}")[:_MOST_NODES]:
        text = clean(node.text() or "")
        if len(text) > _TITLE and said.startswith(text) and node.tag != "a" and not node.css("a[href]"):
            return node
    return next(
        (node for node in tree.css(_HEADINGS)[:20] if len(node.text() or "") > _TITLE and not node.css("a")), None
    )


class _Page:
    """Where things stand around the headline."""

    def __init__(self, title: LexborNode, now: datetime | None) -> None:
        self.title, self.now = title, now
        self.levels = list(islice(_ancestors(title), _LEVELS))
        self.path = {node.mem_id for node in (title, *_ancestors(title))}

    def mine(self, node: LexborNode) -> bool:
        """Whether an element is not inside something that is another's, up to the box it shares with the headline."""
        box: LexborNode | None = node
        while box is not None and box.mem_id not in self.path:
            if box.tag in _FRAME or _ELSEWHERE.search(_names(box)):
                return False
            if box.tag == "header" and box.parent is not None and box.parent.tag not in {"article", "section", "main"}:
                return False
            box = box.parent
        return not is_neighbours(node, self.title)

    def beside(self, node: LexborNode, depth: int, instant: dates.Instant) -> bool:
        """Whether a date stands by the headline: no menu and no running text between them.

        Behind the text are dates of comments; there only what is called the day of publication or stands by an author
        counts.
        """
        shared = self.levels[depth]
        own, title = _child_towards(node, shared), _child_towards(self.title, shared)
        if own is None or title is None:
            return False
        if _comes_first(own, title):
            if title.tag == "article" and not instant.label:  # what stands in front of the whole article is the site's
                return False
            near = depth == 0 and shared.tag not in {"body", "main"}
            links = len(own.css("a[href]")) + _links(own, title)
            return near or (links < _MENU and not _is_clock(instant, self.now))
        if instant.label == "published":
            return True
        if any(_AUTHOR.search(_names(box)) for box in (node, node.parent) if box is not None):
            return True
        return _prose(self.title, node, shared) < 2


def _named(page: _Page, depth: int, level: LexborNode, reader: Reader, seen: set[int]) -> Iterator[Spot]:
    """The dates of the elements named for one in a box around the headline, looked at once."""
    for node in level.css(_NAMED)[:_MOST]:
        if node.mem_id in seen or node.mem_id in page.path:
            continue
        seen.add(node.mem_id)
        instant = reader.of(node)
        if instant is not None and page.mine(node) and page.beside(node, depth, instant):
            yield Spot(instant, node.tag or "")


def _lines(page: _Page, depth: int, level: LexborNode, reader: Reader) -> Iterator[Spot]:
    """The dates in the lines around the headline, for pages whose markup says nothing."""
    if len(level.text() or "") > 100_000:
        return
    lines = text_lines(level)[: 4 * _MOST]
    title = clean(page.title.text() or "")
    at = next((index for index, line in enumerate(lines) if title and title[:40] in line), 0)
    elements: dict[str, LexborNode] = {}
    first: datetime | None = None
    prose = 0
    for index in range(max(0, at - 3), len(lines)):
        line = lines[index]
        prose += index > at and len(line) > _PROSE
        if len(line) >= _SHORT or line == title or not _LIKELY.search(line):
            continue
        far = prose > 2 or index > at + 12  # there only what is called the day of publication counts
        if far and dates.label_of(lines[index - 1]) != "published" and not _CALLED.search(line):
            continue
        instant = _line(lines, index, reader)
        if instant is None or (far and instant.label != "published"):
            continue
        elements = elements or _elements(level)
        node = elements.get(line)
        if node is not None and not (page.mine(node) and page.beside(node, depth, instant)):
            continue
        if not instant.label:
            first = first or instant.at
            if abs(instant.at - first) >= timedelta(days=1):  # another thing's date
                continue
        yield Spot(instant)


def _elements(level: LexborNode) -> dict[str, LexborNode]:
    """The short lines of a box -> the outermost element that is one."""
    found: dict[str, LexborNode] = {}
    for node in level.css(_BLOCKS)[:_MOST_NODES]:
        text = node.text() or ""
        if 0 < len(text) < 2 * _SHORT:
            found.setdefault(clean(text), node)
    return found


def _line(lines: Sequence[str], index: int, reader: Reader) -> dates.Instant | None:
    """The date of a line, with the label in a line of its own before it, or the time of day in one beside it."""
    line = lines[index]
    before = lines[index - 1] if index else ""
    after = lines[index + 1] if index + 1 < len(lines) else ""
    instant = reader.line(line)
    if instant is None:
        return None
    if len(before) < _LABEL and not instant.label and not any(map(str.isdigit, before)):
        instant = replace(instant, label=dates.label_of(before))
    if instant.precision != "day":
        return instant
    if not dates.parse(line):  # a mere day among other words says little
        return None
    for clock in (after, before):
        whole = reader.line(f"{line} {clock}") if len(clock) < _LABEL and dates.parse(f"{line} {clock}") else None
        if whole is not None and whole.precision != "day":
            return replace(whole, label=whole.label or instant.label)
    return instant


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
