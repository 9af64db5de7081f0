"""The paragraphs of an article: by an outlet's selectors, by the known containers, else where the text is densest.

Every way ends in the same cleaning, because leads, captions, author lines and boxes of related news are where bare
extractors fail on Vietnamese pages.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from analysis.reading.neighbours import GLYPHS, beside, drop_neighbours, is_linked, linked_lines, without_linked
from analysis.reading.noise import strip
from analysis.reading.pieces import (
    BREAK,
    CAPTION,
    INLINE,
    announces,
    cut,
    is_prose,
    parts_of,
    runs_in_line,
    shown_in,
    text_lines,
)
from analysis.reading.tidy import is_imprint, is_menu
from press.text import clean

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

ENOUGH = 200  # characters a container must give to be believed
_MAX_FOR_TRAFILATURA = 1_500_000  # characters, and below tags: it takes seconds for more
_MAX_TAGS = 25_000
_LEVELS = 6
_MANY = 500  # lines
_HEADLINE = 25  # characters
_SENTENCE = 60
_PARAGRAPH = 300
_WRAPPED, _LESS = 6, 0.6  # levels around a paragraph that its weight reaches, and what of it reaches the next
_LONG, _SHORT = 80, 40  # characters of a line that is text whatever ends it, and of one with a full stop

# Where the publishing systems of Vietnamese outlets put the article, most specific first.
CONTAINERS = (
    *(
        "article.fck_detail",
        "[data-role=content]",
        "div.detail-content.afcbc-body",
        "#maincontent.maincontent",
        ".maincontent.main-content",
    ),
    *(
        "[itemprop=articleBody]",
        ".singular-content",
        ".cms-body",
        ".article__body",
        ".detail-content-body",
        ".knc-content",
    ),
    *(
        ".detail__content",
        ".detail-content",
        ".content-detail-body",
        ".article-content",
        ".article-body",
        ".ArticleContent",
    ),
    *(
        "#abody",
        ".b-maincontent",
        ".news-content",
        ".newsdetail_content",
        ".post-content",
        ".the-article-body",
        ".art-body",
        ".article-detail-body",
        ".entry-content",
        ".td-post-content",
    ),
    *(
        ".contentDetail",
        ".content-news",
        ".content_detail",
        ".detail-text",
        ".main-content-detail",
        ".body-content",
        "#content-detail",
    ),
    *(
        "#newsContent",
        "#newscontents",
        ".edittor-content",
        ".__MASTERCMS_CONTENT",
        "#main-detail",
        "#main-detail-body",
        ".journal-content-article",
        ".article-detail-content",
        ".text-content",
    ),
)
_BOXES = "div,p,section,article,td,li"
_NUMBERS = re.compile(r"\d+")
_LAYOUT = re.compile(r"<(/?)(?:table|tbody|tr|td|th|center|font)\b", re.I)
_MARKED = re.compile(f"{CAPTION}[^{BREAK}<]*")
_ENDS = frozenset(("footer", "nav", "aside", "form", "script"))  # of what belongs to a headline
_QUOTES = "blockquote,q,[class*=quote i]"
_STOPS = tuple('.!?…”"')
_CREDIT_TAIL = re.compile(r"\s*[(\[–-]?\s*\b(?:ảnh|photo)\s*:\s*[^.!?]{0,60}[.)\]]*\Z", re.IGNORECASE)


def by_selectors(tree: LexborHTMLParser, body: str, drop: str = "", site: str = "") -> list[str]:
    """The paragraphs in what `body` selects, without `drop` and the usual furniture; the tree is changed."""
    try:
        containers = tree.css(body)
        doomed = [node for container in containers for node in container.css(drop)] if drop else []
    except SelectolaxError:  # a selector an operator mistyped: the generic way serves
        return []
    for node in reversed(doomed):  # what is inside goes first
        if node.parent is not None and not runs_in_line(node):  # a link inside a sentence is words of it
            cut(node)
    best: list[str] = []
    for container in containers:
        if container.parent is None:
            continue
        lines = lines_of(container, site)
        if sum(map(len, lines)) > sum(map(len, best)):
            best = lines
    return best


def by_container(tree: LexborHTMLParser, site: str = "") -> list[str]:
    """The paragraphs of the first known container that holds an article, else of the fullest; the tree is changed."""
    fullest: list[str] = []
    for selector in CONTAINERS:
        found = tree.css(selector)
        if not found or len(found) > 3:  # many of a kind are a list of articles
            continue
        for node in found:
            drop_neighbours(node, None)
        read = ((lines_of(node, site), node) for node in found)
        lines, container = max(read, key=lambda pair: sum(map(len, pair[0])))
        if is_article(lines):
            return [*_in_front(container), *lines]
        fullest = max(fullest, lines, key=prose_of)
    return fullest


def is_article(lines: Sequence[str]) -> bool:
    """Whether the lines of a known container are enough to look no further."""
    return sum(map(len, lines)) >= 2 * ENOUGH and sum(len(line) > _LONG for line in lines) >= 2


def _in_front(container: LexborNode) -> list[str]:
    """The paragraphs right in front of a container: its name was given to a part of the text."""
    found: list[str] = []
    before = beside(container, False)
    while before is not None and before.tag == "p" and is_prose(before) and len(found) < _LEVELS:
        found.append(shown_in(before))
        before = beside(before, False)
    return found[::-1]


def by_density(tree: LexborHTMLParser, heading: LexborNode | None = None, site: str = "") -> list[str]:
    """The paragraphs where the running text of the page stands, else what trafilatura finds; the tree is changed.

    `heading` is the article's own headline: boxes of other articles do not hold it, and the text begins below it.
    """
    root = tree.root
    if root is None:
        return []
    title = shown_in(heading)
    name, own = (heading.tag or "h1", heading.mem_id) if heading is not None else ("h1", 0)
    strip(root)
    heading = next((node for node in tree.css(name) if node.mem_id == own), None)  # unless it went with a box
    drop_neighbours(root, heading)
    node = _dense_node(tree, heading)
    lines = _grown(node, title, site) if node is not None else []
    if prose_of(lines) >= ENOUGH:
        return lines
    best = max(lines, _by_trafilatura(tree, site), key=prose_of)
    return (_below(heading, best, site) or best) if prose_of(best) else []


def _below(heading: LexborNode | None, lines: Sequence[str], site: str) -> list[str]:
    """What stands right below the headline in short lines, up to the frame: a page of figures has no dense place.

    Empty where that does not hold what is densest, or is little more than that.
    """
    block = heading
    while block is not None and beside(block, True) is None and block.parent is not None and block.parent.tag != "body":
        block = block.parent
    found: list[str] = []
    node = beside(block, True) if block is not None else None
    for _ in range(_MANY):
        if node is None or node.tag in _ENDS or is_linked(node) or node.css_first("form,h1") is not None:
            break
        told = story_lines(node)
        more = without_linked(told, linked_lines(node, 2, site))
        if len(more) * 2 < len(told) or (more and all(map(is_imprint, more))):
            break
        found += more
        node = beside(node, True)
    size = sum(map(len, found))
    return found if set(lines) <= set(found) and size > max(_SENTENCE, sum(map(len, lines))) else []


def prose_of(lines: Iterable[str]) -> int:
    """How many letters stand in lines that read like running text: long enough, or ended as a sentence is."""
    return sum(len(line) for line in lines if is_prose_line(line))


def is_prose_line(line: str) -> bool:
    """Whether a line reads like running text."""
    return (len(line) >= _LONG or (len(line) >= _SHORT and line[-1] in _STOPS)) and not is_menu(line)


def _by_trafilatura(tree: LexborHTMLParser, site: str) -> list[str]:
    import trafilatura

    # Tables that still stand hold much of the text: they are the layout of an old page, not data.
    html = _MARKED.sub("", _LAYOUT.sub(r"<\1div", tree.html or ""))
    if len(html) > _MAX_FOR_TRAFILATURA or html.count("<") > _MAX_TAGS:
        return []
    found = trafilatura.bare_extraction(html, fast=True, include_comments=False, include_tables=False)
    text = str(getattr(found, "text", "") or "")
    meant = [set(line.split()) for line in map(clean, text.split("\n")) if line][:_MANY]
    root = tree.root
    if root is None:
        return []
    shown = without_linked(story_lines(root)[:_MANY], linked_lines(root, 2, site))
    return [line for line in shown if any(_are_alike(set(line.split()), words) for words in meant)]


def _are_alike(one: Set[str], other: Set[str]) -> bool:
    """Whether a line is the one trafilatura means: it leaves words out whose markup it takes for furniture."""
    return len(one & other) * 5 >= max(len(one), len(other)) * 4


def _grown(node: LexborNode, title: str, site: str) -> list[str]:
    """The lines of the densest element, of its siblings of the same kind, and of the text above it."""
    for _ in range(_LEVELS):
        parent = node.parent
        if parent is None or parent.tag in {"body", "html", "-document"}:
            break
        if not _has_twin(node) and len(parent.text() or "") - len(node.text() or "") > _SHORT:
            break
        node = parent
    level = node
    for _ in range(_LEVELS):
        if level.parent is None or level.parent.tag in {"html", "-document"}:
            break
        level = level.parent
    linked = linked_lines(level, 2, site)
    own = [line for piece in _pieces(node) for line in _once(piece, story_lines(piece))]
    if node.tag == "body" and title in own:  # what stands above the headline is the site's
        own = own[own.index(title) + 1 :]
    own = without_linked(own, linked)
    lines = story_lines(level)
    if not own or own[0] not in lines:
        return own
    return [*_above(lines[: lines.index(own[0])], linked, title), *own]


def _has_twin(node: LexborNode) -> bool:
    """Whether a sibling of the same kind holds running text too: the article comes in pieces."""
    return any(True for _ in _twins(node, True)) or any(True for _ in _twins(node, False))


def _twins(node: LexborNode, forward: bool) -> Iterator[LexborNode]:
    """The siblings of the same kind that hold running text, up to where too many others stand between them."""
    other, passed = beside(node, forward), 0
    while other is not None and passed < _LEVELS:
        passed += 1
        if _are_twins(node, other) and is_prose(other) and not announces(other):
            yield other
            passed = 0
        other = beside(other, forward)


def _pieces(node: LexborNode) -> list[LexborNode]:
    """An element, with its twins where nothing but the page holds them together."""
    if node.parent is None or node.parent.tag != "body":
        return [node]
    return [*list(_twins(node, False))[::-1], node, *_twins(node, True)]


def _are_twins(one: LexborNode, other: LexborNode) -> bool:
    """Whether two elements are of one kind: page builders give each a word of its own beside those they share.

    Of boxes without names only those are that hold lines and no further boxes.
    """
    if one.tag != other.tag:
        return False
    first, second = (set(_NUMBERS.sub("", node.attributes.get("class") or "").split()) for node in (one, other))
    if not first and not second:
        return all(len(node.css(_BOXES)) < 2 for node in (one, other))  # with itself
    return len(first & second) * 2 >= max(len(first), len(second))


def _above(lines: Sequence[str], linked: Mapping[str, str], title: str) -> list[str]:
    """The last of the lines that still belong to the text below them; one line of frame may stand in between."""
    start, passed = len(lines), 0
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if line == title or passed > 1:
            break
        if line.lstrip(GLYPHS) in linked or not is_prose_line(line):
            passed += 1
        else:
            start, passed = index, 0
    return without_linked(lines[start:], linked)


def _dense_node(tree: LexborHTMLParser, heading: LexborNode | None) -> LexborNode | None:
    """The element whose own paragraphs, or own lines where it has none, hold most text; less so above the headline."""
    weights: dict[int, tuple[float, LexborNode]] = {}
    below = heading is None
    for node in tree.css(f"{heading.tag if heading is not None else 'h1'},p,div,td,section,article,li,main")[:20_000]:
        if heading is not None and node.mem_id == heading.mem_id:
            below = True
        whole = node.tag in {"p", "li"}
        holder = node.parent if whole else node
        text = " ".join((node.text() or "").split()) if whole else ""  # how a source is set out is none of its text
        size = len(text) if whole else _own_size(node)
        if holder is None or size <= _SHORT or (whole and is_imprint(text)):
            continue
        if whole:
            size -= sum(len(" ".join((link.text() or "").split())) for link in node.css("a[href]"))
        size = min(size, _PARAGRAPH * (1 + len(node.css("br"))))  # many paragraphs are an article, a long one is a box
        if size > _SHORT:
            share = size if below else size / 4
            level: LexborNode | None = holder
            for step in range(_WRAPPED):  # of a text in pieces no piece is dense, but what holds them all
                if level is None or level.tag in {"html", "-document"} or (step and level.tag == "body"):
                    break
                weight, _ = weights.get(level.mem_id, (0.0, level))
                weights[level.mem_id] = (weight + share, level)
                share, level = share * _LESS, level.parent
    return max(weights.values(), key=lambda pair: pair[0])[1] if weights else None


def _own_size(node: LexborNode) -> int:
    """The letters in a node's own lines, those in its blocks apart; links count against them."""
    own = links = 0
    for part in node.iter(include_text=True):
        if part.tag == "a":
            links += len(part.text() or "")
        elif part.tag == "-text" or part.tag in INLINE:
            own += len((part.text() or "").strip())
    return own - links if links > own else own


def lines_of(container: LexborNode, site: str = "") -> list[str]:
    """The cleaned lines of text in a container of a page of `site`, furniture removed; the container is changed."""
    strip(container)
    return without_linked(_once(container, story_lines(container)), linked_lines(container, _HEADLINE, site))


def _once(container: LexborNode, lines: list[str]) -> list[str]:
    """The lines without those a pull quote repeats."""
    quotes = {line for node in container.css(_QUOTES)[:50] for line in text_lines(node) if len(line) >= _HEADLINE}
    if not quotes:
        return lines
    keys = [_key(line) for line in lines]
    return [
        line
        for line, key in zip(lines, keys, strict=True)
        if line not in quotes or not any(key in other and other != key for other in keys)
    ]


def story_lines(node: LexborNode) -> list[str]:
    """The lines of a stripped container: without captions, unless they tell the story."""
    texts: list[str] = []
    captions: list[str] = []
    order: list[str] = []
    for part in parts_of(node):
        line = clean(part)
        if not line:
            continue
        if CAPTION in part:
            line = _CREDIT_TAIL.sub("", line)
            if not line or line in captions:
                continue
            captions.append(line)
        else:
            texts.append(line)
        order.append(line)
    if not captions:
        return texts
    told = sum(len(line) for line in captions if len(line) >= _SENTENCE)
    return order if told > 2 * sum(map(len, texts)) else texts


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()
