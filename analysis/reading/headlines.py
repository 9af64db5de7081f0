"""Title and lead of a page: what a reader sees, checked against what the head of the page says."""

from __future__ import annotations

import re
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from analysis.reading.bodies import text_lines
from analysis.reading.metadata import Head
from analysis.reading.neighbours import is_neighbours
from press.text import clean, split_dateline

_LEADS = ",".join(
    (
        *(
            "[data-role=sapo]",
            ".detail-sapo",
            ".singular-sapo",
            ".content-detail-sapo",
            "h2.sapo",
            ".article__sapo",
            ".article-sapo",
        ),
        *(
            ".knc-sapo",
            ".news-sapo",
            ".sapo",
            ".sapo_detail",
            ".detail__summary",
            ".article__summary",
            "p.description",
            ".cms-desc",
        ),
        *(
            ".article__desc",
            ".chapeau",
            ".chappeau",
            ".post-summary",
            ".the-article-summary",
            ".main-intro",
            ".ArticleLead",
            ".detail-summary",
            ".article-summary",
            "[class*=sapo i]",
        ),
    )
)
_PROSE = (
    "h2,h3,p,strong,b,div.lead,div.summary,div[class*=intro],div[class*=summary],div[class*=desc],div[class*=lead],em"
)
_SEPARATOR = re.compile(r"\s+[|–—·-]\s+|\s*\|\s*")
_BLOCKS = frozenset(("p", "div", "section", "article", "h2", "h3", "h4", "table", "main"))
_AROUND = 3  # levels around the headline
_SHORTEST, _LONGEST = 60, 700  # characters of a lead that nothing names
_STOPS = '.!?…”"'
_CUT = re.compile(r"\s*(?:\.{3}|…|\[…\]|\[\.\.\.\])\s*\Z")


def article_heading(tree: LexborHTMLParser, head: Head) -> LexborNode | None:
    """The h1 (or h2) that is the article's own headline: the one that says most of what the head says."""
    said = head.headline or head.og_title or head.doc_title
    headings = tree.css("h1")[:8] or tree.css("h2")[:8]
    best, most = None, -1.0
    for node in headings:
        score = _overlap(shown(node), said)
        if score > most:
            best, most = node, score
    return best if best is not None and (most >= 0.5 or best.tag == "h1") else None


def title_of(head: Head, heading: LexborNode | None, *, names: tuple[str, ...]) -> str:
    """Title: the headline shown where it agrees with what the head says, else the head's own."""
    said = without_site(head.headline, names) or without_site(head.og_title, names)
    seen = shown(heading) if heading is not None else ""
    if not said:
        page = without_site(head.doc_title, names)
        own = not page or _key(page).startswith(_key(seen)) or _overlap(seen, page) >= 0.5
        return seen if seen and own else page  # an h1 that the title does not begin with is a logo
    if not seen or _key(said) == _key(seen):
        return said
    if _key(said) in _key(seen) and not _CUT.search(said):  # a label or a button inside the heading
        return said if len(said) > 20 else seen
    if _CUT.search(said) or _overlap(seen, said) >= 0.5:  # cut, or reworded for search engines: the reader's one counts
        return seen
    return said


def lead_of(
    tree: LexborHTMLParser, head: Head, heading: LexborNode | None, *, names: tuple[str, ...]
) -> tuple[str, str]:
    """Dateline and lead: the known summary elements, the description where the page shows it."""
    known = (node for node in tree.css(_LEADS)[:12] if not is_neighbours(node, heading))
    for node in islice(known, 3):
        lead = lead_in(node)
        if lead is not None:
            return lead
    said = [
        without_site(text, names)
        for text in (*head.descriptions[:2], head.ld_description, *head.descriptions[2:])
        if text
    ]
    for text in said:
        found = _showing(tree, text)
        if found is None:
            continue
        seen = shown(found)
        if len(_key(seen)) <= len(_key(text)) + 10 or _emphasised(found) or found.tag in {"h2", "h3"}:
            return split_dateline(seen)
        return "", ""  # the first paragraph cut by the publishing system: there is no lead
    opening = _bold_opening(tree)
    if opening:
        return split_dateline(opening)
    if not said and heading is not None:
        return split_dateline(_apart(heading))
    whole = [text for text in said if not _CUT.search(text)]
    return split_dateline(max(whole or said, key=len, default=""))


def selected_lead(tree: LexborHTMLParser, selector: str) -> tuple[str, str] | None:
    """Dateline and lead in the first element of a selector; None where it finds no lead."""
    nodes = _nodes(tree, selector, first=True)
    return lead_in(nodes[0]) if nodes else None


def lead_in(node: LexborNode) -> tuple[str, str] | None:
    """Dateline and lead in an element; None where its text is too short or too long to be one. The node is changed."""
    dateline = _stamp(node)
    text = shown(node)
    if not 20 <= len(text) <= 1_500:
        return None
    return (dateline, text) if dateline else split_dateline(text)


def _showing(tree: LexborHTMLParser, said: str) -> LexborNode | None:
    """The smallest element that shows the text a description begins with."""
    start = _key(split_dateline(_CUT.sub("", said))[1])[:60]
    if len(start) < 20:
        return None
    for node in tree.css(_PROSE)[:600]:
        text = node.text() or ""
        if len(text) < 2_000 and _key(split_dateline(clean(text))[1]).startswith(start):
            return node
    return None


def _bold_opening(tree: LexborHTMLParser) -> str:
    """The first real paragraph where all of it is bold: the lead of pages whose markup names none."""
    for node in tree.css("p,h2,h3")[:80]:
        text = shown(node)
        if len(text) >= 60:
            return text if node.tag == "p" and text[-1] in _STOPS and len(text) <= 800 and _emphasised(node) else ""
    return ""


def _apart(heading: LexborNode) -> str:
    """The paragraph between headline and text that is markup of its own: the lead of a page without any description."""
    level: LexborNode | None = heading
    for _ in range(_AROUND):
        after = level.next if level is not None else None
        while after is not None:
            size = len((after.text() or "").strip()) if after.tag in _BLOCKS else 0
            if size > _LONGEST:
                return _first_of(after)
            if size >= _SHORTEST:
                return _own_lead(after)
            after = after.next
        level = level.parent if level is not None else None
    return ""


def _first_of(block: LexborNode) -> str:
    """The lead that opens the block of the text."""
    for node in block.css("p,div,h2,h3,h4")[:12]:
        if node.mem_id != block.mem_id and _SHORTEST <= len((node.text() or "").strip()) <= _LONGEST:
            return _own_lead(node)
    return ""


def _own_lead(node: LexborNode) -> str:
    """The text of a paragraph, unless the next ones are of its kind: then it is the text's first."""
    text = shown(node)
    after = node.next
    while after is not None and (after.tag not in _BLOCKS or not (after.text() or "").strip()):
        after = after.next
    kind = (node.tag, node.attributes.get("class"))
    if after is None or (after.tag, after.attributes.get("class")) == kind or text[-1:] not in _STOPS:
        return ""
    return text if len(after.text() or "") > 2 * len(text) else ""


def _emphasised(node: LexborNode) -> bool:
    if node.tag in {"strong", "b", "em"}:
        return (
            len(_key(shown(node))) * 10 >= len(_key(node.parent.text() or "")) * 9 if node.parent is not None else True
        )
    marked = sum(len(_key(part.text() or "")) for part in node.css("strong,b"))
    return marked * 10 >= len(_key(node.text() or "")) * 9


def _stamp(node: LexborNode) -> str:
    """The place a stylesheet sets apart in front of a lead; removed, lest it run into the first word."""
    stamp = node.css_first(".location-stamp,[class*=dateline]")
    if stamp is None:
        return ""
    text = clean(stamp.text() or "").strip(" -–—")
    stamp.decompose()
    return text


def without_site(text: str, names: tuple[str, ...]) -> str:
    """The text without the name of the site behind its last separator."""
    keys = {_key(name) for name in names if _key(name)}
    while True:
        cuts = list(_SEPARATOR.finditer(text))
        if not cuts:
            return text
        tail = _key(text[cuts[-1].end() :])
        if not tail or not any(
            tail == key or (len(key) > 4 and (key in tail or tail in key) and len(tail) < 40) for key in keys
        ):
            return text
        text = text[: cuts[-1].start()]


def first_text(tree: LexborHTMLParser, selector: str) -> str:
    """The text of the first element a selector finds; empty where it finds none or is no selector."""
    nodes = _nodes(tree, selector, first=True)
    return (shown(nodes[0]) if nodes else "") or next(filter(None, map(shown, _nodes(tree, selector)[1:3])), "")


def shown(node: LexborNode) -> str:
    """The text of an element as one clean line."""
    only = node.first_child
    if only is not None and only.tag == "-text" and only.next is None:
        return clean(node.text() or "")
    return clean(" ".join(text_lines(node)))


def _nodes(tree: LexborHTMLParser, selector: str, *, first: bool = False) -> list[LexborNode]:
    if not selector:
        return []
    try:
        if first:
            node = tree.css_first(selector)
            return [node] if node is not None else []
        return tree.css(selector)
    except SelectolaxError:
        return []


def _overlap(one: str, two: str) -> float:
    first, second = set(one.lower().split()), set(two.lower().split())
    return len(first & second) / max(len(first | second), 1)


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()
