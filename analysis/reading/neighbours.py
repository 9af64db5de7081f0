"""What stands beside an article: boxes of others, which repeat its own markup, and a lead set off from its text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.reading.noise import in_frame
from analysis.reading.pieces import INLINE, LINKED, alone, announces, is_prose, shown_in, text_lines
from analysis.reading.tidy import is_imprint
from press import dates
from press.text import clean
from press.urls import site_of

_HEADLINE = 25  # characters a link's text needs to be another article's headline
_MENU = 3  # links in a row above the text
_LEVELS = 4  # how far around an element its headline may stand
_BOX = 700  # characters of a box that announces another article
_SUMMARY = 60  # characters of what is a summary, no date
GLYPHS = " >»►▶→•*+-–—=|"  #: what stands in front of a line, linked or not
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|odt|zip|rar)(?![\w/])", re.IGNORECASE)
_ITEMS = frozenset(("article", "div", "section", "li"))
_TITLES = frozenset(("h1", "h2", "h3", "h4", "li"))
_FRAME = frozenset({"aside", "nav", "footer"})
SHORTEST, _LONGEST = 60, 700  # characters of a lead that nothing names
STOPS = '.!?…”"។'
_COMPARED = 4  # paragraphs that a lead is compared with
_GIANT = 20_000  # characters no paragraph has
_FAR = 400  # blocks looked at below the headline
_TEXTS = "p,div,h2,h3,h4,section,article,td,blockquote,li,ul,table,figure,figcaption"
_NUMBER = re.compile(r"\d")
_ANY_NAME = re.compile("")
_CUSTOM = re.compile(r"<((?!amp-)[a-z]+(?:-[a-z0-9]+)+)(?=[\s>])")  # elements that a site has names of its own for


def is_neighbours(node: LexborNode, heading: LexborNode | None) -> bool:
    """Whether an element (a lead, a date) is another article's: in a link, a side column, or beside a linked headline.

    Looks at the boxes around it up to the one that holds the article's own `heading`.
    """
    own = heading.html if heading is not None else None
    if is_linked(node):
        return True
    box: LexborNode | None = node
    for level in range(_LEVELS + 1):
        if box is None or box.tag in {"body", "html", "main", "-document"} or _holds(box, heading, own):
            return False
        if box.tag in _FRAME or box.tag == "a":
            return True
        if level and _is_announced(node, box):
            return True
        box = box.parent
    return False


def _is_announced(node: LexborNode, box: LexborNode) -> bool:
    """Whether a small box is another article's: its linked headline stands in front of a summary, or beside a date."""
    text = box.text() or ""
    if len(text) > _BOX:
        return False
    links = [link for link in box.css("a[href]")[:6] if is_headline(link)]
    own = node.text() or ""
    if len(own) < _SUMMARY:
        return bool(links)
    start = text.find(own)
    return any(-1 < text.find(link.text() or "") < start for link in links)


def drop_neighbours(root: LexborNode, heading: LexborNode | None) -> None:
    """Take out the boxes in `root` that announce other articles: a linked headline with its lead, time and picture."""
    own = heading.html if heading is not None else None
    links = [link for link in root.css("h2 a[href],h3 a[href],h4 a[href]")[:200] if is_headline(link)]
    boxes = {box.mem_id: box for link in links if (box := _box_of(link, heading, own)) is not None}
    # A headline that is a line of its own in a small box, its summary below: a related article inside the text.
    bare = (link.parent for link in root.css("div > a[href]")[:200] if is_headline(link))
    small = (box for box in bare if box is not None and _is_announcement(box) and not _holds(box, heading, own))
    boxes |= {box.mem_id: box for box in (*small, *_cards(root, heading, own))}
    outer = [box for box in boxes.values() if not _inside(box, boxes)]  # what is inside goes with its box, once
    for box in outer:
        if box.mem_id != root.mem_id:
            box.decompose()


def _cards(root: LexborNode, heading: LexborNode | None, own: str | None) -> Iterator[LexborNode]:
    """The items of rows of other articles: boxes of one kind with a linked headline and its summary, or <article>s."""
    seen: set[int] = {root.mem_id}
    for link in root.css("a[href]")[:300]:
        if not is_headline(link):
            continue
        card: LexborNode | None = None
        box = link.parent
        for _ in range(_LEVELS):
            if box is None or box.mem_id in seen or (box.tag in _ITEMS and len(box.text() or "") > _BOX):
                break
            seen.add(box.mem_id)
            if box.tag == "article" or (box.tag in _ITEMS and _has_like(box)):
                card = box
            box = box.parent
        if card is not None and alone(link) and announces(card) and not _holds(card, heading, own):
            yield card


def _has_like(box: LexborNode) -> bool:
    """Whether what stands right beside a box is one of its kind with a linked headline."""
    name = box.attributes.get("class")
    for other in (beside(box, True), beside(box, False)):
        same = other is not None and other.tag == box.tag and other.attributes.get("class") == name
        if same and other is not None and any(map(is_headline, other.css("a[href]")[:4])):
            return True
    return False


def _inside(node: LexborNode, boxes: Mapping[int, LexborNode]) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.mem_id in boxes:
            return True
        parent = parent.parent
    return False


def _box_of(link: LexborNode, heading: LexborNode | None, own: str | None) -> LexborNode | None:
    """The smallest item around a linked headline: its list entry, article element, or the heading's parent."""
    title = link.parent
    while title is not None and title.tag not in {"h2", "h3", "h4"}:
        title = title.parent
    box = title.parent if title is not None else None
    if box is None or len(box.text() or "") > _BOX or _holds(box, heading, own):
        return title if title is not None and not _holds(title, heading, own) else None
    return box


def _is_announcement(box: LexborNode) -> bool:
    own = (box.text(deep=False) or "").strip()
    return not own and len(box.text() or "") <= _BOX // 2


def _holds(box: LexborNode, heading: LexborNode | None, own: str | None) -> bool:
    if heading is None:
        return False
    return any(other.html == own for other in box.css(heading.tag or "h1")[:8])


def is_linked(node: LexborNode) -> bool:
    """Whether most of an element's text is a link."""
    text = len((node.text() or "").strip())
    return bool(text) and sum(len((link.text() or "").strip()) for link in node.css("a[href]")) * 2 > text


def is_headline(link: LexborNode) -> bool:
    """Whether a link's text is long enough to be an article's headline."""
    if len((link.text() or "").strip()) < _HEADLINE:  # most links
        return False
    return not (link.attributes.get("href") or "").startswith(("#", "javascript:", "mailto:"))


def linked_lines(node: LexborNode, least: int, site: str) -> dict[str, str]:
    """The lines that are little but a link, and what they are: "other" articles, text "perhaps", or "short" ones.

    See docs/decisions/reading.md: what stands between two paragraphs may have been one.
    """
    linked: dict[str, str] = {}
    for link in node.css("a[href]"):
        text = link.text() or ""
        if not text or text.isspace():
            continue
        lines = {clean(text).lstrip(GLYPHS)}
        block = link.parent
        while block is not None and block.tag in INLINE:
            block = block.parent
        if block is not None and block.mem_id != node.mem_id:
            whole = block.text() or ""
            if len(whole) - len(text) <= _HEADLINE and not whole.rstrip().endswith("."):  # with a time, a price
                lines.update(line.lstrip(GLYPHS) for line in text_lines(block))
        kind = "short"
        if len(text) >= least:
            if _is_own(link, text, site):
                continue
            kind = "perhaps" if len(text) >= _HEADLINE and _is_between(link) else "other"
        for line in lines:
            linked.setdefault(line, kind)
    return linked


def without_linked(lines: Iterable[str], linked: Mapping[str, str]) -> list[str]:
    """The lines that are no links to other articles, nor short ones around the text; what may be text is marked."""
    if not linked:
        return list(lines)
    kept: list[str] = []
    kinds: list[str] = []
    for line in lines:
        kind = linked.get(line.lstrip(GLYPHS), "")
        if kind != "other":
            kept.append(f"{LINKED}{line}" if kind == "perhaps" else line)
            kinds.append(kind)
    end = len(kept)
    while end > 0 and kinds[end - 1] == "short":
        end -= 1
    start = next((index for index, kind in enumerate(kinds) if kind != "short"), end)
    start = start if start > _MENU else 0
    return kept[start:] if end and kept[end - 1].endswith(":") else kept[start:end]  # a list somebody announced


def _is_own(link: LexborNode, text: str, site: str) -> bool:
    """Whether a linked line is the article's own: a file it offers, a source elsewhere, a sentence."""
    href = link.attributes.get("href") or ""
    if _FILE.search(href):
        return True
    if site and href.startswith(("http://", "https://")) and site_of(href) != site and _is_between(link):
        return True
    end = text.rstrip()
    return end.endswith(".") and not end.endswith("..") and not (link.parent is not None and link.parent.tag in _TITLES)


def _is_between(link: LexborNode) -> bool:
    """Whether a link's paragraph stands between two of running text."""
    block = link.parent
    while block is not None and block.tag in INLINE:
        block = block.parent
    if block is None or block.tag not in {"p", "div"}:
        return False
    return all(other is not None and is_prose(other) for other in (beside(block, False), beside(block, True)))


def beside(node: LexborNode, forward: bool) -> LexborNode | None:
    other = node.next if forward else node.prev
    while other is not None and other.tag in {"-text", "-comment"}:
        other = other.next if forward else other.prev
    return other


def apart(tree: LexborHTMLParser, heading: LexborNode) -> str:
    """The paragraph below the headline that is markup of its own, unlike all that follow it: a lead nothing names.

    Where names call frame what stands first below the headline, and much of what is there, they mislead.
    """
    below = list(_below(tree, heading))
    around = _around(heading)
    inside = [node for node in below if not in_frame(node, around)]
    misled = inside[:1] != below[:1] and 2 * _letters(inside) < _letters(below)
    alone = len(inside) == 1 and inside[:1] == below[:1]  # of a photo story all that follows are captions
    return _apart(below if misled or alone else inside, heading)


def _below(tree: LexborHTMLParser, heading: LexborNode) -> Iterator[LexborNode]:
    """The blocks with text of their own below the headline, but for links, bylines and captions under a picture."""
    title, below, pictured = key_of(shown_in(heading)), False, False
    named = ",".join({_TEXTS, *_CUSTOM.findall(tree.html or "")})
    for node in tree.css(f"{heading.tag},img,{named}")[:_FAR]:
        if node.mem_id == heading.mem_id:
            below, pictured = True, False
        pictured = pictured or node.tag == "img"
        if not below or node.tag == "img":
            continue
        if len(node.text() or "") > _GIANT:
            continue
        if len(node.css(named)) > 1 and len((node.text(deep=False) or "").strip()) < SHORTEST:  # with itself
            continue
        text = shown_in(node)
        if len(text) < SHORTEST or key_of(text) == title or is_linked(node):
            continue
        if (pictured and _is_all(node, "em,i")) or _is_byline(node, text) or is_imprint(text):
            continue
        yield node


def _letters(nodes: list[LexborNode]) -> int:
    return sum(len(node.text() or "") for node in nodes)


def _apart(nodes: list[LexborNode], heading: LexborNode) -> str:
    if not nodes:
        return ""
    first, lead = nodes[0], shown_in(nodes[0])
    if len(lead) > _LONGEST or is_neighbours(first, heading) or not _ends(first, lead):
        return ""
    rest: list[LexborNode] = []
    for node in nodes[1:]:
        text = shown_in(node)
        if (text[-1] in STOPS or len(text) > 2 * SHORTEST) and key_of(text) != key_of(lead):  # some show it twice
            if is_neighbours(node, heading):
                continue
            rest.append(node)
            if len(rest) == _COMPARED:
                break
    return lead if any(_is_unlike(first, rest, names) for names in (None, _NUMBER, _ANY_NAME)) else ""


def _is_unlike(first: LexborNode, rest: list[LexborNode], ignored: re.Pattern[str] | None) -> bool:
    """Whether an element is of another kind than those behind it, and these are of one, `ignored` names apart."""
    if any(_are_alike(first, node, ignored) for node in rest):
        return False
    return len(rest) == 1 or any(_are_alike(one, other, ignored) for one, other in combinations(rest, 2))


def _are_alike(one: LexborNode, other: LexborNode, ignored: re.Pattern[str] | None) -> bool:
    return _path(one, other, ignored) == _path(other, one, ignored) and _is_set_off(one) == _is_set_off(other)


def _is_byline(node: LexborNode, text: str) -> bool:
    """Whether a line tells when, by whom and how often read, and is no sentence."""
    return not _ends(node, text) and dates.search(node.text(separator=" ") or "") is not None


def _is_set_off(node: LexborNode) -> bool:
    return _is_all(node, "strong,b") or _is_all(node, "em,i")


def _ends(node: LexborNode, text: str) -> bool:
    return text[-1] in STOPS or node.tag in {"h2", "h3", "h4"} or emphasised(node)


def _is_all(node: LexborNode, marks: str) -> bool:
    """Whether nearly all of an element's text stands in marks of that kind."""
    return sum(len(key_of(part.text() or "")) for part in node.css(marks)) * 10 >= len(key_of(node.text() or "")) * 9


def _path(node: LexborNode, other: LexborNode, ignored: re.Pattern[str] | None) -> list[tuple[str | None, str]]:
    """The kinds of elements around a node, up to the one that holds the other as well."""
    around = _around(other)
    path: list[tuple[str | None, str]] = []
    level: LexborNode | None = node
    while level is not None and level.mem_id not in around:
        words = (level.attributes.get("class") or "").split()
        path.append((level.tag, " ".join(word for word in words if not (ignored and ignored.search(word)))))
        level = level.parent
    return path


def _around(node: LexborNode) -> set[int]:
    """The elements a node stands in, by their ids."""
    around: set[int] = set()
    level: LexborNode | None = node
    while level is not None:
        around.add(level.mem_id)
        level = level.parent
    return around


def emphasised(node: LexborNode) -> bool:
    """Whether nearly all of a text is bold, or the element is emphasis and all of its parent's text."""
    if node.tag in {"strong", "b", "em"}:
        return (
            len(key_of(shown_in(node))) * 10 >= len(key_of(node.parent.text() or "")) * 9
            if node.parent is not None
            else True
        )
    marked = sum(len(key_of(part.text() or "")) for part in node.css("strong,b"))
    return marked * 10 >= len(key_of(node.text() or "")) * 9


def key_of(text: str) -> str:
    """The letters and figures of a text, for telling whether two are the same."""
    return "".join(filter(str.isalnum, text)).lower()
