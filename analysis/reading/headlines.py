"""Title and lead of a page: what a reader sees, checked against what the head of the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, islice
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from analysis.reading.metadata import Head
from analysis.reading.neighbours import is_linked, is_neighbours
from analysis.reading.noise import in_frame
from analysis.reading.pieces import text_lines
from analysis.reading.tidy import is_imprint
from press import dates
from press.text import UPPER, clean, fold, split_dateline

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
_SHORTEST, _LONGEST = 60, 700  # characters of a lead that nothing names
_STOPS = '.!?…”"។'
_SHORT_TITLE = 15  # letters a headline has at least where no heading marks it
_ALIKE = 4  # paragraphs that a lead is compared with
_NAME = 60  # characters of the longest name of a site
_FAR = 400  # blocks looked at below the headline
_TEXTS = "p,div,h2,h3,h4,section,article,td,blockquote,li,ul,table,figure,figcaption"
_ANNOUNCED = re.compile(r"\s*(?:>>|»|►|▶)")
_ADDRESS = re.compile(
    rf"((?:www\.)?[\w-]{{2,30}}(?:\.[\w-]{{2,30}}){{0,2}}\.(?:vn|com|net|org|info))\s*[-–—:|]?\s*(?=[\"“‘(]?[{UPPER}0-9])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d")
_WORD = re.compile(r"\w+")
_BEGINS = re.compile(rf"[-–—:]?\s*[\"“‘(]?[{UPPER}0-9]")
_TRADE = re.compile(
    r"\b(?:báo|tạp chí|đài|điện tử|online|phát thanh|truyền hình|và|pt-?th|trang tin|trang thông tin"
    r"|cổng thông tin|news|tv|newspaper|daily|vn|com|net)\b|\.",
    re.IGNORECASE,
)
_LINKS = 40  # of a page, where its logo is
_ADDRESS_END = re.compile(r"(?:[-_.](?:[a-z]{0,4}\d{3,}|(?=[a-f]*\d)[0-9a-f]{7,}))*(?:\.[a-z]{2,5})?\Z")
_CUT = re.compile(r"\s*(?:\.{3}|…|\[…\]|\[\.\.\.\])\s*\Z")


def article_heading(tree: LexborHTMLParser, head: Head, url: str) -> LexborNode | None:
    """The element that is the article's own headline: the heading that says most of what the head says.

    Else the first h1; on pages without one the first element that shows the title of the page, or the words of the
    address, and nothing else; at last the first heading that stands in the page itself. What leads home is a logo.
    """
    said = head.headline or head.og_title or head.doc_title
    first = [node for node in tree.css("h1")[:8] if not _leads_home(node, url)]
    best, most = None, 0.0
    for node in [*first, *tree.css("h2,h3")[:40]]:
        score = _overlap(shown(node), said)
        if score > most:
            best, most = node, score
        if most == 1.0:
            break
    if most >= 0.5:
        return best
    if first:
        return max(first, key=lambda node: _overlap(shown(node), said))
    title, address = _key(said), _address_key(url)
    if max(len(title), len(address)) < _SHORT_TITLE:
        return _standing(tree)
    for node in tree.css("h2,h3,h4,h5,h6,td,div,p,span,strong,b,font")[:2_000]:
        text = _key(node.text(deep=False) or "")
        if len(text) < _SHORT_TITLE or is_linked(node):
            continue
        if (title.startswith(text) and _overlap(shown(node), said) >= 0.5) or _same(fold(text), address):
            return node
    return _standing(tree)


def home_names(tree: LexborHTMLParser, url: str) -> tuple[str, ...]:
    """What the links to the home page are called: names of the site, whatever its head says."""
    links = [link for link in tree.css("a[href]")[:_LINKS] if _is_home(link, url)]
    said = (text for link in links for text in (link.text(), link.attributes.get("title"), _alt(link)))
    return tuple(dict.fromkeys(filter(None, (clean(text or "") for text in said))))


def _alt(link: LexborNode) -> str | None:
    image = link.css_first("img[alt]")
    return image.attributes.get("alt") if image is not None else None


def _is_home(link: LexborNode, url: str) -> bool:
    href = link.attributes.get("href") or ""
    return href == "/" or (href.count("/") <= 3 and href.rstrip("/") == url[: url.find("/", 8)])


def _leads_home(node: LexborNode, url: str) -> bool:
    link = node.css_first("a[href]") or (node.parent if node.parent is not None and node.parent.tag == "a" else None)
    return link is not None and _is_home(link, url)


def _address_key(url: str) -> str:
    """The letters of the words in the last part of an address that has some, without the numbers behind them."""
    words = _ADDRESS_END.sub("", urlsplit(url).path.rstrip("/").rpartition("/")[2])
    return _key(words) if words.count("-") > 2 else ""


def _same(one: str, other: str) -> bool:
    """Whether two texts begin alike up to the end of the shorter one."""
    return min(len(one), len(other)) >= _SHORT_TITLE and (one.startswith(other) or other.startswith(one))


def _standing(tree: LexborHTMLParser) -> LexborNode | None:
    """The first heading that is neither a link nor part of the frame: where nothing says what the title is."""
    for node in tree.css("h2,h3,h4")[:40]:
        if len(_key(node.text() or "")) >= _SHORT_TITLE and not is_linked(node) and not in_frame(node, frozenset()):
            return node
    return None


def title_of(head: Head, heading: LexborNode | None, url: str, *, names: tuple[str, ...]) -> str:
    """Title: the headline shown where it agrees with what the head says, else the head's own."""
    seen = shown(heading) if heading is not None else ""
    said = without_site(head.headline, names, seen) or without_site(head.og_title, names, seen)
    if not said:
        page = without_site(head.doc_title, names, seen)
        own = not page or _names_site(page, names, bool(seen)) or _key(page).startswith(_key(seen))
        own = own or _overlap(seen, page) >= 0.5 or _same(_bare(seen), _address_key(url))
        return seen if seen and own else _as_addressed(page, url)  # an h1 the title does not begin with is a logo
    if not seen or _key(said) == _key(seen):
        return said
    if _key(said) in _key(seen) and not _CUT.search(said):  # a label or a button inside the heading
        return said if len(said) > 20 else seen
    if _CUT.search(said) or _overlap(seen, said) >= 0.5:  # cut, or reworded for search engines: the reader's one counts
        return seen
    return said


def _as_addressed(title: str, url: str) -> str:
    """The title up to the separator where the words of the address end."""
    address = _address_key(url)
    parts = (title[: cut.start()] for cut in _SEPARATOR.finditer(title))
    return next((part for part in parts if _bare(part) == address), title)


def lead_of(
    tree: LexborHTMLParser, head: Head, heading: LexborNode | None, *, names: tuple[str, ...]
) -> tuple[str, str]:
    """Dateline and lead: a known summary element, the description where the page shows it, what stands apart."""
    known = (node for node in tree.css(_LEADS)[:12] if not is_neighbours(node, heading))
    for node in islice(known, 3):
        lead = lead_in(node, names)
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
            return _split(seen, names)
        own = apart(tree, heading) if heading is not None else ""
        # Else it is the first paragraph, cut by the publishing system: there is no lead.
        return _split(own, names) if _key(own) == _key(seen) else ("", "")
    opening = _bold_opening(tree) or (apart(tree, heading) if heading is not None else "")
    if opening:
        return _split(opening, names)
    title = shown(heading) if heading is not None else head.og_title or head.doc_title
    said = [text for text in said if _speaks_of(text, title)]
    whole = [text for text in said if not _CUT.search(text)]
    cut = [] if whole else [text for text in said if not _is_shown(tree, text)]  # what the text begins with is no lead
    return _split(max(whole or cut, key=len, default=""), names)


def _is_shown(tree: LexborHTMLParser, cut: str) -> bool:
    body = tree.body
    return body is not None and _key(_CUT.sub("", cut)).strip("…") in _key(clean(body.text() or ""))


def _speaks_of(text: str, title: str) -> bool:
    """Whether a description the page does not show is of this article: no list of key words, no motto of the site."""
    pieces = text.split(",")
    if len(pieces) > 3 and text[-1:] not in _STOPS and max(map(len, pieces)) < _SHORTEST:
        return False
    return len({*_WORD.findall(text.lower())} & {*_WORD.findall(title.lower())}) > 1


def selected_lead(tree: LexborHTMLParser, selector: str, names: tuple[str, ...] = ()) -> tuple[str, str] | None:
    """Dateline and lead in the first element of a selector; None where it finds no lead."""
    nodes = _nodes(tree, selector, first=True)
    return lead_in(nodes[0], names) if nodes else None


def lead_in(node: LexborNode, names: tuple[str, ...] = ()) -> tuple[str, str] | None:
    """Dateline and lead in an element; None where its text is too short or too long to be one. The node is changed."""
    dateline = _stamp(node)
    text = shown(node)
    if node.css_first("a[href]") is not None:
        linked = {clean(link.text() or "") for link in node.css("a[href]")} - {text}
        text = clean(" ".join(line for line in text_lines(node) if line not in linked))
    if not 20 <= len(text) <= 1_500:
        return None
    own, lead = _split(text, names)
    return dateline or own, lead


def _split(text: str, names: tuple[str, ...]) -> tuple[str, str]:
    """The dateline and the lead proper without the announcements behind it; a site's name in front is a dateline."""
    text = without_site(text, names)
    cut = _ANNOUNCED.search(text)
    if cut and cut.start() >= _SHORTEST:
        text = text[: cut.start()]
    dateline, lead = split_dateline(text)
    if dateline:
        return dateline, lead
    address = _ADDRESS.match(text)
    if address:
        return address[1], text[address.end() :]
    for name in names:
        if text.startswith(name) and _BEGINS.match(text[len(name) :].lstrip()):
            return name, text[len(name) :].lstrip(" -–—:|")
    keys = _bare_names(names)
    words = text.split(" ", 5)
    for count in range(1, len(words)):
        key = _bare(" ".join(words[:count]))
        if not any(name.startswith(key) for name in keys):
            break
        if key in keys and _BEGINS.match(" ".join(words[count:])):
            return " ".join(words[:count]).strip("()[]-–—: "), " ".join(words[count:]).lstrip("-–—: ")
    return "", text


@lru_cache(512)
def _proper_names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_bare(_TRADE.sub(" ", name)) for name in names) - {""}


@lru_cache(512)
def _bare_names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_bare, names))


def _bare(name: str) -> str:
    """A name as an address would have it: no marks, no spaces."""
    return _key(fold(name))


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


def apart(tree: LexborHTMLParser, heading: LexborNode) -> str:
    """The paragraph below the headline that is markup of its own, unlike all that follow it: a lead nothing names.

    Where names call frame what stands first below the headline, and much of what is there, they mislead.
    """
    below = list(_below(tree, heading))
    around = _around(heading)
    inside = [node for node in below if not in_frame(node, around)]
    misled = inside[:1] != below[:1] and 2 * _letters(inside) < _letters(below)
    return _apart(below if misled else inside, heading)


def _below(tree: LexborHTMLParser, heading: LexborNode) -> Iterator[LexborNode]:
    """The blocks with text of their own below the headline, but for links, bylines and captions under a picture."""
    title, below, pictured = _key(shown(heading)), False, False
    for node in tree.css(f"{heading.tag},img,{_TEXTS}")[:_FAR]:
        if node.mem_id == heading.mem_id:
            below, pictured = True, False
        pictured = pictured or node.tag == "img"
        if not below or node.tag == "img":
            continue
        if len(node.css(_TEXTS)) > 1 and len((node.text(deep=False) or "").strip()) < _SHORTEST:  # with itself
            continue
        text = shown(node)
        if len(text) < _SHORTEST or _key(text) == title or is_linked(node):
            continue
        if (pictured and _is_all(node, "em,i")) or _is_byline(node, text) or is_imprint(text):
            continue
        yield node


def _letters(nodes: list[LexborNode]) -> int:
    return sum(len(node.text() or "") for node in nodes)


def _apart(nodes: list[LexborNode], heading: LexborNode) -> str:
    if not nodes:
        return ""
    first, lead = nodes[0], shown(nodes[0])
    if len(lead) > _LONGEST or is_neighbours(first, heading) or not _ends(first, lead):
        return ""
    rest: list[LexborNode] = []
    for node in nodes[1:]:
        text = shown(node)
        if (text[-1] in _STOPS or len(text) > 2 * _SHORTEST) and _key(text) != _key(lead):  # some show it twice
            if is_neighbours(node, heading):
                continue
            rest.append(node)
            if len(rest) == _ALIKE:
                break
    return lead if any(_is_unlike(first, rest, numbered) for numbered in (True, False)) else ""


def _is_unlike(first: LexborNode, rest: list[LexborNode], numbered: bool) -> bool:
    """Whether an element is of another kind than those behind it, and these are of one, `numbered` each or not."""
    if any(_are_alike(first, node, numbered) for node in rest):
        return False
    return len(rest) == 1 or any(_are_alike(one, other, numbered) for one, other in combinations(rest, 2))


def _are_alike(one: LexborNode, other: LexborNode, numbered: bool) -> bool:
    return _path(one, other, numbered) == _path(other, one, numbered) and _is_set_off(one) == _is_set_off(other)


def _is_byline(node: LexborNode, text: str) -> bool:
    """Whether a line tells when, by whom and how often read, and is no sentence."""
    return not _ends(node, text) and dates.search(text) is not None


def _is_set_off(node: LexborNode) -> bool:
    return _is_all(node, "strong,b") or _is_all(node, "em,i")


def _ends(node: LexborNode, text: str) -> bool:
    return text[-1] in _STOPS or node.tag in {"h2", "h3", "h4"} or _emphasised(node)


def _is_all(node: LexborNode, marks: str) -> bool:
    """Whether nearly all of an element's text stands in marks of that kind."""
    return sum(len(_key(part.text() or "")) for part in node.css(marks)) * 10 >= len(_key(node.text() or "")) * 9


def _path(node: LexborNode, other: LexborNode, numbered: bool) -> list[tuple[str | None, str]]:
    """The kinds of elements around a node, up to the one that holds the other as well."""
    around = _around(other)
    path: list[tuple[str | None, str]] = []
    level: LexborNode | None = node
    while level is not None and level.mem_id not in around:
        words = (level.attributes.get("class") or "").split()
        path.append((level.tag, " ".join(word for word in words if numbered or not _NUMBER.search(word))))
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


def without_site(text: str, names: tuple[str, ...], seen: str = "") -> str:
    """The text without the name of the site behind its last separator; what the headline `seen` shows too stays.

    A part of the name is the name where a word of its trade stands with it, or where the headline shows it is no title.
    """
    while True:
        cuts = list(_SEPARATOR.finditer(text))
        if not cuts or (seen and _key(seen).endswith(_key(text))):
            return text
        tail = text[cuts[-1].end() :]
        if not _names_site(tail, names, bool(seen)):
            return text
        text = text[: cuts[-1].start()]


def _names_site(tail: str, names: tuple[str, ...], seen: bool) -> bool:
    key = _bare(tail) if len(tail) <= _NAME else ""
    if not key:
        return False
    whole = _bare_names(names)
    if key in whole:
        return True
    proper = _proper_names(names)
    own = _bare(_TRADE.sub(" ", tail))
    return own in proper | whole and (own != key or seen)


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
