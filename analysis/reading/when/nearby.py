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

from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.reading.pieces import is_prose, parts_in, text_lines
from analysis.reading.when.reader import Reader, names_of
from press import dates
from press.text import clean

_NAMED = ",".join(
    (
        *(
            "[datetime]",
            "time",
            "abbr",
            "[itemprop*=date i]",
            "[data-role=publishdate]",
            "[class*=publish i]",
            "[class*=date i]",
        ),
        *("[class*=time i]", "[class*=ngay i]", "[class*=post-meta i]", "[class*=post-info i]", "[class*=byline i]"),
        *("[class*=author i]", "[class*=tacgia i]", "[class*=tac-gia i]", "[class*=posted i]", "[class*=updated i]"),
        *("[class*=gio-dang i]", "[id*=date i]", "[id*=ngay i]"),
    )
)
_AUTHOR = re.compile(r"author|tac-?gia|byline|post-?meta|source|nguon", re.I)
_FRAME = frozenset(("aside", "nav", "footer"))
#: Boxes that are never the article's own, by what their classes and ids are called.
_ELSEWHERE = re.compile(
    r"(?:^|\s)(?!(?:fa|icon|bi|ti|la|mdi|ion|uil|glyphicon)-)[\w-]*clock|comment|binh-?_?luan|y-?_?kien|phan-?_?hoi|feedback|repl(?:y|ies)\b|disqus|dong-?_?ho\b|\btoday|hom-?nay|\bnow\b"
    r"|current-?_?(?:date|time)|weather|thoi-?_?tiet|top-?_?(?:bar|nav|menu|header)|(?:site|page|main)-?_?header|\bnav|menu|side-?_?bar"
    r"|relate(?:d|s|\b|_)|lien-?_?quan|tin-?_?(?:khac|moi|cu)\b|\bother|most-?_?(?:read|view)|doc-?_?nhieu|xem-?_?nhieu|popular"
    r"|(?<!post-)(?<!entry-)(?<!article-)(?<!item-)footer|copyright|banner|advert|quang-?_?cao|popup|modal",
    re.I,
)
_BLOCKS = "p,div,span,td,li,h2,h3,h4,h5,h6,font,em,i,b,strong,small,label,dd,a,time"
_HEADINGS = "h1,h2,h3,h4,h5"
#: What a line must have to be a date at all, and one that says it is the day of publication: both are quick to see.
_LIKELY = re.compile(
    r"\d ?[/.-] ?\d|\d{4}|[០-៩]|hôm (?:nay|qua|kia)|trước|vừa xong|mới đây|ago\b|yesterday|today|just now"
    r"|មុន|ម្សិល|ថ្ងៃនេះ",
    re.I,
)
_FIGURE = re.compile(r"\d")
_CALLED = re.compile(r"đăng|dang\b|xuất bản|phát hành|phát sóng|đưa|tạo|publish|posted|created|ផ្សាយ|បង្ហោះ", re.I)
_LEVELS = 6
_BOX = 700  # characters of a box that announces another article
_TITLE = 15  # characters a headline has
_MOST_NODES = 2_000
_MOST = 60  # elements and lines a level is looked at
_SHORT = 150  # characters of a line with a date
_LABEL = 40  # characters of a line that is a label or a time of day
_PROSE = 80  # characters a line of running text has
_CLOCK = timedelta(minutes=15)
_HEAD = 2_000  # characters of a box that holds headline, lead and date
_SIBLINGS = 200  # elements in a row that are looked at
_MENU = 4  # links
_ABOVE, _FAR = 6_000, 40_000  # characters of markup above and below a headline in which its dates stand
_HEADLINE = 25  # characters a link to an article has


@dataclass(frozen=True, slots=True)
class Spot:
    """A date of the page: what it says, the tag of its element, and whether it is marked up as this article's own."""

    instant: dates.Instant
    tag: str = ""
    own: bool = False


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
    headings = (node for node in tree.css(_HEADINGS)[:20] if len(node.text() or "") > _TITLE and not node.css("a"))
    # Where the title is in the head only, the text begins where the headline would end.
    return next(headings, None) or next(filter(is_prose, tree.css("p")[:20]), None)


class _Page:
    """Where things stand around the headline."""

    def __init__(self, title: LexborNode, now: datetime | None) -> None:
        self.title, self.now = title, now
        self.levels = list(islice(_ancestors(title), _LEVELS))
        above = list(_ancestors(title))
        self.path = {node.mem_id for node in (title, *above)}
        article = next((index for index, node in enumerate(above) if node.tag == "article"), len(above))
        self.outside = {node.mem_id for node in above[article + 1 :]}  # the boxes around the whole article

    def mine(self, node: LexborNode) -> bool:
        """Whether an element is not inside something that is another's, up to the box it shares with the headline."""
        box: LexborNode | None = node
        while box is not None and box.mem_id not in self.path:
            if not self._is_byline(box) and (box.tag in _FRAME or _ELSEWHERE.search(names_of(box))):
                return False
            if box.tag == "header" and box.parent is not None and box.parent.tag not in {"article", "section", "main"}:
                return False
            box = box.parent
        link = _link_of(node)
        if link is None and any(map(_announces, node.css("a[href]")[:6])):
            return False
        start = link if link is not None else node
        for box in islice(_ancestors(start), 4):
            if box.mem_id in self.path:
                return True
            if box.tag == "a":
                return False
            if len(box.text() or "") <= _BOX and any(map(_announces, box.css("a[href]")[:6])):
                return False  # a larger one is the article itself, with a link inside its text
        return True

    def _is_byline(self, box: LexborNode) -> bool:
        """Whether a footer is the article's byline: inside an article, no running text between it and the headline."""
        if box.tag != "footer" or box.parent is None or box.parent.tag not in {"article", "section", "main"}:
            return False
        shared = next((level for level in self.levels if _child_towards(box, level) is not None), None)
        return shared is not None and not _is_text_between(self.title, box, shared)

    def beside(self, node: LexborNode, depth: int, instant: dates.Instant) -> bool:
        """Whether a date stands by the headline: no menu and no running text between them.

        Behind the text are dates of comments; there only what is called the day of publication or stands by an author
        counts.
        """
        shared = self.levels[depth]
        own, title = _child_towards(node, shared), _child_towards(self.title, shared)
        if own is None or title is None:
            return False
        between = _between(own, title)
        if between is not None:
            if shared.mem_id in self.outside and not instant.label:
                return False  # what stands in front of the whole article is the site's
            near = depth == 0 and self._is_head(shared)
            links = sum(len(box.css("a[href]")) for box in (own, *between) if not box.is_text_node)
            return near or (links < _MENU and not _is_clock(instant, self.now))
        if instant.label == "published":
            return True
        if any(_AUTHOR.search(names_of(box)) for box in (node, node.parent) if box is not None):
            return True
        return _between(title, own) is not None and not _is_text_between(self.title, node, shared)

    @staticmethod
    def _is_head(box: LexborNode) -> bool:
        return len(box.text() or "") < _HEAD and sum(len(line) > _PROSE for line in text_lines(box)) < 2


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
    lines = list(islice(filter(None, map(clean, parts_in(_window(level, page.title)))), 4 * _MOST))
    title = clean(page.title.text() or "")
    at = next((index for index, line in enumerate(lines) if title and title[:40] in line), 0)
    elements: dict[bool, dict[str, LexborNode]] = {}
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
        figures = _FIGURE.search(line) is not None
        if figures not in elements:
            elements[figures] = _elements(level, figures)
        node = elements[figures].get(line)
        if node is not None and not (page.mine(node) and page.beside(node, depth, instant)):
            continue
        if not instant.label:
            first = first or instant.at
            if abs(instant.at - first) >= timedelta(days=1):  # another thing's date
                continue
        yield Spot(instant)


def _window(level: LexborNode, title: LexborNode) -> str:
    """The markup of a box from some way above the headline on: what is far away dates nothing, and takes long."""
    html = level.html or ""
    at = html.find(title.html or "") if len(html) > _FAR else -1
    if at < 0:
        return html
    start = html.find("<", max(0, at - _ABOVE))
    return html[start : at + _FAR]


def _elements(level: LexborNode, figures: bool) -> dict[str, LexborNode]:
    """The short lines of a box, with figures or without -> the outermost element that is one."""
    found: dict[str, LexborNode] = {}
    for node in level.css(_BLOCKS)[:_MOST_NODES]:
        text = node.text() or ""
        if 0 < len(text) < 2 * _SHORT and (not figures or _FIGURE.search(text)):
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
    if not dates.parse(line):  # a mere day among other words says little, unless they call it published
        return instant if instant.label == "published" else None
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


def _announces(link: LexborNode) -> bool:
    """Whether a link says as much as the headline of another article."""
    text = link.text(separator=" ") or ""
    return len(text.strip()) >= _HEADLINE and not dates.is_bare(text)


def _link_of(node: LexborNode) -> LexborNode | None:
    """The link around a date or right inside it that says nothing but the date, as to the archive of a day."""
    link = node if node.tag == "a" else node.css_first("a[href]")
    for box in islice(_ancestors(node), 3):
        link = box if box.tag == "a" else link
    return link if link is not None and dates.is_bare(link.text(separator=" ") or "") else None


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


def _between(one: LexborNode, other: LexborNode) -> list[LexborNode] | None:
    """What stands between two siblings; None where the other does not follow, or far away."""
    found: list[LexborNode] = []
    step = one.next
    while step is not None and len(found) < _SIBLINGS:
        if step.mem_id == other.mem_id:
            return found
        found.append(step)
        step = step.next
    return None


def _is_text_between(title: LexborNode, node: LexborNode, shared: LexborNode) -> bool:
    """Whether two lines of running text or more stand between the headline and an element after it."""
    count = 0
    for line in _long_lines(title, node, shared):
        count += line
        if count > 1:
            return True
    return False


def _long_lines(title: LexborNode, node: LexborNode, shared: LexborNode) -> Iterator[int]:
    """How many lines of running text each element between the headline and another one has."""
    own = _child_towards(node, shared)
    for start, forward in ((title, True), (node, False)):
        at: LexborNode | None = start
        while at is not None and at.mem_id != shared.mem_id:
            outermost = at.parent is not None and at.parent.mem_id == shared.mem_id
            step = (at.next if forward else at.prev) if forward or not outermost else None
            for _ in range(_SIBLINGS):
                if step is None or (own is not None and step.mem_id == own.mem_id):
                    break
                if len(step.text() or "") > _PROSE:
                    yield 1 if step.is_text_node else sum(len(line) > _PROSE for line in text_lines(step))
                step = step.next if forward else step.prev
            at = at.parent
