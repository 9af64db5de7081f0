"""The pieces an article's markup is made of: words in a line, links, captions under pictures, tables, documents."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from press.text import clean

BREAK = "\u2028"  #: ends a line where a block stood; white space to everything else
CAPTION = "\u2029"  #: begins a line that is a caption
LINKED = BREAK + CAPTION  #: begins a line that is a link and may be a paragraph

INLINE = frozenset(
    (
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i"),
        *("ins", "kbd", "label", "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup"),
        *("time", "tt", "u", "var", "amp-fit-text", "o:p"),
    )
)
_HEADLINE = 25  # characters of a link that may be another article's headline
_SENTENCE = 60  # characters of what may be running text
_BOX = 160
_SUMMARY = 400  # characters below a linked headline
_AROUND = 2  # levels
_PICTURES = "img,picture,amp-img,amp-anim,source"
_STOP = re.compile(r"\w[\"”’»)\]]{0,2}[.!?…][\"”’»)\]]{0,2}(?=\s|\Z)")
_TINY = re.compile(r"emoji|smiley|icon|spacer|pixel|counter|tracking", re.IGNORECASE)
_CREDIT = re.compile(r"(?:ảnh|photo|nguồn|clip|video)\b[^.!?]{0,3}:|\bảnh minh h", re.IGNORECASE)
_DOCUMENT = re.compile(r"[^/?#=]+\.(?:pdf|docx?|xlsx?|pptx?|odt)\b", re.IGNORECASE)
_CAPTION = 1_000
_CELL = 300
BLOCKS = re.compile(  # of serialised elements, whose names are in lower case
    r"</?(?:p|div|h[1-6]|li|ul|ol|dl|dt|dd|tr|td|th|table|tbody|thead|tfoot|caption|section|article|blockquote|br|hr"
    r"|figure|figcaption|pre|center|main|header|footer|nav|aside|address|details|summary|form|fieldset|legend)\b[^>]*>"
    r"|</(?!amp-)[a-z]+-[a-z0-9-]+>\s*(?=<[a-z]+-[a-z0-9-]+[\s>])",  # a site's own elements, one behind the other
)
#: Sentences that no space parts stand on lines of their own, whatever says so.
_GLUED = re.compile(r"(?<=[.!?…”\"])</span><span\b[^>]*>")
_TAGS = re.compile(r"<!--.*?-->|<[^>\"]*+(?:\"[^\"]*\"[^>\"]*+)*+>", re.DOTALL)


def first_of(tree: LexborHTMLParser, selector: str, beside: LexborNode | None = None) -> LexborNode | None:
    """The first element of a selector, around an element where one is given, else of the page; else None."""
    try:
        level = beside.parent if beside is not None and selector else None
        for _ in range(_AROUND):
            if level is None or level.tag in {"body", "html"}:
                break
            if (found := level.css_first(selector)) is not None:
                return found
            level = level.parent
        return tree.css_first(selector) if selector else None
    except SelectolaxError:  # one that an operator mistyped
        return None


def text_lines(node: LexborNode) -> list[str]:
    """The text of a node as it is, one cleaned line for each block."""
    return [line for part in parts_of(node) if (line := clean(part))]


def parts_of(node: LexborNode) -> list[str]:
    """The text of a node, a string for each block, marks of captions still in it."""
    return parts_in(node.html or "")


def parts_in(html: str) -> list[str]:
    """The same of a serialised text, which may begin and end anywhere between elements."""
    html = html.replace("\n", " ").replace(BREAK, "\n")
    if "</span><span" in html:
        html = _GLUED.sub("\n", html)
    text = _TAGS.sub("", BLOCKS.sub("\n", html))
    return [" ".join(part.split(" ")) if "  " in part else part.strip(" ") for part in text.split("\n")]


def shown_in(node: LexborNode | None) -> str:
    """The text of an element as one clean line."""
    return clean(" ".join(text_lines(node))) if node is not None else ""


def size(node: LexborNode) -> int:
    """The letters of a node, runs of white space counted once."""
    return len(" ".join((node.text() or "").split()))


def runs_in_line(node: LexborNode) -> bool:
    """Whether an element is words of a running line: inline, with other text beside it in the same block."""
    if node.tag not in INLINE:
        return False
    block = node.parent
    while block is not None and block.tag in INLINE:
        block = block.parent
    if block is None:
        return False
    before, after = _beside(node, forward=False), _beside(node, forward=True)
    return any(map(str.isalnum, before + after))


def _beside(node: LexborNode, *, forward: bool) -> str:
    """The text next to a node in its line: up to the next block, through the inline elements around it."""
    level: LexborNode | None = node
    texts: list[str] = []
    while level is not None:
        other = level.next if forward else level.prev
        while other is not None and (other.tag in INLINE or other.tag in {"-text", "-comment", "img"}):
            texts.append(other.text() or "" if other.tag != "-comment" else "")
            if len(texts[-1]) > 3 or len(texts) > 50:
                return "".join(texts)
            other = other.next if forward else other.prev
        level = level.parent if other is None else None
        if level is not None and level.tag not in INLINE:
            break
    return "".join(texts)


def alone(link: LexborNode) -> bool:
    """Whether a link is all its block says, glyphs in front apart."""
    block = link.parent
    while block is not None and block.tag in INLINE:
        block = block.parent
    if block is None:
        return True
    return _letters(block.text() or "") <= _letters(link.text() or "") + 2 or not runs_in_line(link)


def is_sentence(text: str) -> bool:
    """Whether a short text is a sentence: some words, the first with a capital, and a full stop."""
    text = text.strip()
    return len(text.split()) >= 4 and not text[0].islower() and text.endswith((".", "!", "?", "…"))


def is_prose(node: LexborNode) -> bool:
    """Whether an element holds running text: a sentence with its full stop, most of it no link."""
    text = node.text() or ""
    if len(text) < _SENTENCE or not _STOP.search(text):
        return False
    return linked(node) * 3 <= len(text)


def announces(node: LexborNode) -> bool:
    """Whether an element holds the linked headlines of other articles, and no more than their summaries."""
    headlines = sum(len(link.text() or "") >= _HEADLINE and alone(link) for link in node.css("a[href]")[:20])
    beside = len(node.text() or "") - linked(node)
    return headlines > 0 and beside <= _SUMMARY * headlines and (beside <= _SUMMARY or not _holds_text(node))


def linked(node: LexborNode) -> int:
    return sum(len(link.text() or "") for link in node.css("a[href]"))


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def cut(node: LexborNode) -> None:
    """Remove a node without gluing the lines before and behind it."""
    if node.tag in INLINE or node.parent is None:
        node.decompose()
    else:
        node.replace_with(BREAK)


def mark(node: LexborNode, text: str) -> None:
    line = " ".join(text.split())
    node.replace_with(f"{BREAK}{CAPTION}{line}{BREAK}" if line else BREAK)


def mark_pictures(container: LexborNode) -> None:
    """Mark what stands under a picture; the text beside one stays."""
    for figure in reversed(container.css("figure")):
        if figure.css_first("blockquote,q,table,pre") is not None or "quote" in (figure.attributes.get("class") or ""):
            continue  # what a figure shows may be words
        if figure.mem_id == container.mem_id or figure.parent is None or len(figure.text() or "") > _CAPTION:
            continue
        mark(figure, figure.text() or "")
    for image in container.css(_PICTURES):
        if image.parent is None or _is_tiny(image):
            continue
        _caption_of(image, container)


def _caption_of(image: LexborNode, container: LexborNode) -> None:
    block = image.parent
    while block is not None and block.mem_id != container.mem_id and block.tag not in {"p", "div", "td", "center"}:
        block = block.parent
    if block is None or block.mem_id == container.mem_id or size(block) > _CELL:
        return
    after = block.next
    while after is not None and after.tag in {"-text", "-comment", "br"} and not (after.text() or "").strip():
        after = after.next
    if after is not None and after.tag in {"p", "div", "em", "i"} and size(after) < _CELL and _is_emphasised(after):
        mark(after, after.text() or "")
    box = block.parent
    if (
        box is not None
        and box.tag == "div"
        and box.mem_id != container.mem_id
        and 0 < size(box) <= _BOX
        and box.css_first("h1") is None
    ):
        mark(box, box.text() or "")  # a picture and one short text in a box of their own
        return
    text = block.text() or ""
    if not text.strip() or len(block.css("p,div,li,h2,h3,table")) > 1:  # with itself
        return
    if _is_emphasised(block) or _CREDIT.search(text) or not _is_text_beside(image, text):
        mark(block, text)


def _is_text_beside(image: LexborNode, text: str) -> bool:
    """Whether the words in a picture's own block are a sentence beside it, no caption below it."""
    line = text.strip()
    if not _STOP.search(line):
        return False
    attributes = image.attributes
    if attributes.get("align") in {"left", "right"} or "float" in (attributes.get("style") or ""):
        return True
    after = image.next
    while after is not None and after.tag == "-text" and not (after.text() or "").strip():
        after = after.next
    return after is None or after.tag != "br"


def _is_tiny(image: LexborNode) -> bool:
    """Whether an image is a sign or a counter, no picture."""
    attributes = image.attributes
    if _TINY.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"):
        return True
    sides = (re.match(r"\d+", attributes.get(name) or "") for name in ("width", "height"))
    return any(int(side[0][:6]) <= 40 for side in sides if side)


def _is_emphasised(node: LexborNode) -> bool:
    style = " ".join(node.attributes.get(name) or "" for name in ("style", "align", "class")).lower()
    emphasised = node.css("em,i")
    marked = size(node) if node.tag in {"em", "i"} else sum(map(size, emphasised))
    return "center" in style or node.tag == "center" or marked * 10 >= size(node) * 9 > 0


def name_documents(container: LexborNode) -> None:
    """Name the documents a page shows in a frame, as far as it names them."""
    for node in reversed(container.css("iframe,object,embed")):
        attributes = node.attributes
        address = next(filter(None, map(attributes.get, ("src", "data", "data-src"))), "")
        found = _DOCUMENT.search(address)
        if found:
            node.replace_with(f"{BREAK}{attributes.get('title') or found[0]}{BREAK}")


def lines_of_tables(container: LexborNode) -> None:
    """A table under a picture is a caption, one of links announces articles, one of data gives a line for each row."""
    for table in container.css("table"):
        if table.parent is None or table.mem_id == container.mem_id or len(table.css("table,h1")) > 1:  # with itself
            continue
        text = table.text() or ""
        pictures = sum(not _is_tiny(image) for image in table.css("img,amp-img,picture"))
        if not text.strip():
            cut(table)
        elif pictures and size(table) <= _CELL * pictures and not _holds_text(table):
            cells = [" ".join((cell.text() or "").split()) for cell in table.css("td,th,caption")]
            table.replace_with(BREAK + "".join(f"{CAPTION}{cell}{BREAK}" for cell in cells if cell))
        elif linked(table) * 2 > len(text) or (announces(table) and size(table) < 2 * _CELL):
            cut(table)
        else:
            rows = _rows(table)
            if rows:
                table.replace_with(BREAK + BREAK.join(rows) + BREAK)


def _holds_text(box: LexborNode) -> bool:
    """Whether a box is the place of running text: two paragraphs of it in a row, no headline between them."""
    last = 0
    for paragraph in box.css("p")[:40]:
        parent = paragraph.parent
        if parent is None:
            continue
        if not is_prose(paragraph):
            last = 0 if paragraph.css_first("a[href]") is not None else last
        elif parent.mem_id == last:
            return True
        else:
            last = parent.mem_id
    return False


def _rows(table: LexborNode) -> list[str]:
    """The rows of a table of data, a line each; empty where the table is only the place of paragraphs."""
    rows = [" ".join((caption.text() or "").split()) for caption in table.css("caption")]
    for row in table.css("tr"):
        cells = [" ".join((cell.text() or "").split()) for cell in row.css("td,th")]
        if max(map(len, cells), default=0) > _CELL:
            return []
        rows.append(" ".join(filter(None, cells)))
    several = sum(len(row.css("td,th")) > 1 for row in table.css("tr"))
    return [row for row in rows if row] if several * 2 > len(rows) and len(rows) > 1 else []
