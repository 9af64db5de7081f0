"""What on a page belongs to other articles: boxes of related and latest news repeat an article's own markup."""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

_HEADLINE = 25  # characters a link's text needs to be another article's headline
_LEVELS = 4  # how far around an element its headline may stand
_BOX = 700  # characters of a box that announces another article
_SUMMARY = 60  # characters of what is a summary, no date
_FRAME = frozenset({"aside", "nav", "footer"})


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


def drop_neighbours(tree: LexborHTMLParser, heading: LexborNode | None) -> None:
    """Take out the boxes that announce other articles: a linked headline with its lead, time and picture."""
    own = heading.html if heading is not None else None
    links = [link for link in tree.css("h2 a[href],h3 a[href],h4 a[href]")[:200] if is_headline(link)]
    boxes = {box.mem_id: box for link in links if (box := _box_of(link, heading, own)) is not None}
    # A headline that is a line of its own in a small box, its summary below: a related article inside the text.
    bare = (link.parent for link in tree.css("div > a[href]")[:200] if is_headline(link))
    small = (box for box in bare if box is not None and _is_announcement(box) and not _holds(box, heading, own))
    boxes |= {box.mem_id: box for box in small}
    outer = [box for box in boxes.values() if not _inside(box, boxes)]  # what is inside goes with its box, once
    for box in outer:
        box.decompose()


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
    href = link.attributes.get("href") or ""
    return not href.startswith(("#", "javascript:", "mailto:")) and len((link.text() or "").strip()) >= _HEADLINE
