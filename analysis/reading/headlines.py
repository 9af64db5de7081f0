"""Title and lead of a page: what a reader sees, checked against what the head of the page says."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.reading.metadata import Head
from analysis.reading.neighbours import SHORTEST, STOPS, apart, emphasised, is_linked, is_neighbours, key_of
from analysis.reading.noise import in_frame
from analysis.reading.pieces import alone, first_of, is_prose, text_lines
from analysis.reading.sites import (
    SEPARATOR,
    bare,
    bare_names,
    initials,
    names_site,
    says_nothing,
    without_sections,
    without_site,
    without_way,
)
from press.text import UPPER, clean, fold, split_dateline

_LEADS = (
    "[data-role=sapo],.detail-sapo,.singular-sapo,.content-detail-sapo,h2.sapo,.article__sapo,"
    ".article-sapo,.knc-sapo,.news-sapo,.sapo,.sapo_detail,.detail__summary,.article__summary,"
    "p.description,.cms-desc,.article__desc,.chapeau,.chappeau,.post-summary,.the-article-summary,"
    ".main-intro,.ArticleLead,.detail-summary,.article-summary,[class*=sapo i]"
)
_PROSE = (
    "h2,h3,p,strong,b,div.lead,div.summary,div[class*=intro],div[class*=summary],div[class*=desc],div[class*=lead],em"
)
_TITLES = "[class*=tieu-de i],[class*=tieude i],[class*=tieu_de i],[class*=title i],[id*=title i],[id*=tieude i]"
_TITLE_LINE = 300  # characters of an element named for a title that holds one
_SHORT_TITLE = 15  # letters a headline has at least where no heading marks it
_ANNOUNCED = re.compile(r"\s*(?:>>|»|►|▶)")
_ADDRESS = re.compile(
    rf"((?:www\.)?[\w-]{{2,30}}(?:\.[\w-]{{2,30}}){{0,2}}\.(?:vn|com|net|org|info))\s*[-–—:|]?\s*(?=[\"“‘(]?[{UPPER}0-9])",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_BEGINS = re.compile(rf"[-–—:]?\s*[\"“‘(]?[{UPPER}0-9]")
_FULL = 30  # characters of a headline that a shorter title of the document is none beside
_SECTION = 40  # characters of a heading that is the name of a section
_MARKED = 400  # elements
_LINKS = 8  # that lead home
_ADDRESS_END = re.compile(r"(?:[-_.](?:[a-z]{0,4}\d{3,}|(?=[a-f]*\d)[0-9a-f]{7,}))*(?:\.[a-z]{2,5})?\Z")
_CUT = re.compile(r"\s*(?:\.{3}|…|\[…\]|\[\.\.\.\])\s*\Z")


def article_heading(tree: LexborHTMLParser, head: Head, url: str) -> LexborNode | None:
    """The element that is the article's own headline: the heading that says most of what the head says.

    Else the first h1; on pages without one the first element that shows the title of the page, or the words of the
    address, and nothing else; at last the first heading that stands in the page itself. What leads home is a logo.
    """
    said = head.headline or head.og_title or head.doc_title
    first = [node for node in tree.css("h1")[:8] if not _leads_away(node, url) and not _is_unseen(node)]
    best, most = None, 0.0
    for node in [*first, *tree.css("h2,h3")[:40]]:
        score = overlap(shown(node), said)
        if score > most:
            best, most = node, score
        if most == 1.0:
            break
    if most >= 0.5:
        return best
    if len(stated := tree.css("[itemprop=headline]")[:2]) == 1 and shown(stated[0]):
        return stated[0]
    if first:
        return max(first, key=lambda node: overlap(shown(node), said))
    title, address = key_of(said), _address_key(url)
    if max(len(title), len(address)) < _SHORT_TITLE:
        return _standing(tree) or _marked_line(tree)
    for node in tree.css("h2,h3,h4,h5,h6,td,div,p,span,strong,b,font")[:2_000]:
        text = node.text(deep=False) or ""
        text = key_of(clean(text)) if len(text) >= _SHORT_TITLE else ""
        if len(text) < _SHORT_TITLE or is_linked(node):
            continue
        if (title.startswith(text) and overlap(shown(node), said) >= 0.5) or _same(fold(text), address):
            return node
    return _standing(tree)


def home_names(tree: LexborHTMLParser, url: str) -> tuple[str, ...]:
    """What the links to the home page are called: names of the site, whatever its head says."""
    root = url[: url.find("/", len("https://"))]
    links = (
        tree.css(f'a[href="/"],a[href="{root}"],a[href="{root}/"]')[:_LINKS]
        if root.isprintable() and not set(root) & {'"', "\\"}
        else []
    )
    said = (text for link in links for text in (link.text(), link.attributes.get("title"), _alt(link)))
    return tuple(dict.fromkeys(filter(None, (clean(text or "") for text in said))))


def _alt(link: LexborNode) -> str | None:
    image = link.css_first("img[alt]")
    return image.attributes.get("alt") if image is not None else None


def _is_home(link: LexborNode, url: str) -> bool:
    href = link.attributes.get("href") or ""
    return href == "/" or (href.count("/") <= 3 and href.rstrip("/") == url[: url.find("/", 8)])


def _is_unseen(node: LexborNode) -> bool:
    """Whether only a browser without scripts shows an element."""
    level = node.parent
    while level is not None and level.tag != "noscript":
        level = level.parent
    return level is not None


def _leads_away(node: LexborNode, url: str) -> bool:
    """Whether a heading is a link to the home page, or nothing but one to another page: a logo, a section."""
    link = node.css_first("a[href]") or (node.parent if node.parent is not None and node.parent.tag == "a" else None)
    if link is None:
        return False
    href = (link.attributes.get("href") or "").partition("#")[0]
    elsewhere = href.startswith(("/", "http")) and urlsplit(urljoin(url, href)).path != urlsplit(url).path
    return _is_home(link, url) or (elsewhere and is_linked(node) and len(node.text() or "") < _SECTION)


def _address_key(url: str) -> str:
    """The letters of the words in the last part of an address that has some, without the numbers behind them."""
    words = _ADDRESS_END.sub("", urlsplit(url).path.rstrip("/").rpartition("/")[2])
    return key_of(words) if words.count("-") > 2 else ""


def is_addressed(title: str, url: str) -> bool:
    """Whether the address of a page says its title."""
    return _same(bare(title), _address_key(url))


def _same(one: str, other: str) -> bool:
    """Whether two texts begin alike up to the end of the shorter one."""
    return min(len(one), len(other)) >= _SHORT_TITLE and (one.startswith(other) or other.startswith(one))


def _standing(tree: LexborHTMLParser) -> LexborNode | None:
    """The first heading that is neither a link nor part of the frame: where nothing says what the title is.

    Else the first element that is named for a title and holds one line.
    """
    named = (node for node in tree.css(_TITLES)[:40] if len(node.text() or "") <= _TITLE_LINE)
    for node in (*tree.css("h2,h3,h4")[:40], *named):
        if len(key_of(node.text() or "")) >= _SHORT_TITLE and not is_linked(node) and not in_frame(node, frozenset()):
            return node
    return None


def _marked_line(tree: LexborHTMLParser) -> LexborNode | None:
    """The first line that is bold or large as a whole, in front of any running text; no sentence, no link."""
    for node in tree.css("b,strong,big,font[size],[style*=font-size i],p,div")[:_MARKED]:
        if node.tag in {"p", "div"} and "style" not in node.attributes:
            if is_prose(node) and len(node.css("p,div,td")) < 2:  # with itself
                return None
            continue
        text = shown(node)
        if _SHORT_TITLE < len(text) <= _TITLE_LINE and text[-1] not in ".:" and alone(node) and not is_linked(node):
            return node
    return None


def title_of(head: Head, heading: LexborNode | None, url: str, *, names: tuple[str, ...]) -> str:
    """Title: the headline shown where it agrees with what the head says, else the head's own."""
    seen = shown(heading) if heading is not None else ""
    said = without_site(head.headline, names, seen) or _plain(head.og_title, head, names, seen)
    if not said:
        page = without_way(_plain(head.doc_title, head, names, seen))
        own = not page or names_site(page, names, bool(seen)) or key_of(page).startswith(key_of(seen))
        own = own or overlap(seen, page) >= 0.5 or is_addressed(seen, url)
        own = own or says_nothing(page) or len(page) < _FULL <= len(seen)
        return seen if seen and own else _as_addressed(page, url)  # an h1 the title does not begin with is a logo
    if not seen or key_of(said) == key_of(seen):
        return said
    if key_of(said) in key_of(seen) and not _CUT.search(said):  # a label or a button inside the heading
        return said if len(said) > 20 else seen
    if _CUT.search(said) or overlap(seen, said) >= 0.5:  # cut, or reworded for search engines: the reader's one counts
        return seen
    return said


def _plain(title: str, head: Head, names: tuple[str, ...], seen: str) -> str:
    """A title without the name of the site, and where no headline shows it without the sections in front of that."""
    cut = without_site(title, names, seen)
    return cut if seen or cut == title else without_sections(cut, title, (*head.crumbs, head.section))


def _as_addressed(title: str, url: str) -> str:
    """The title up to the separator where the words of the address end."""
    address = _address_key(url)
    parts = (title[: cut.start()] for cut in SEPARATOR.finditer(title))
    return next((part for part in parts if bare(part) == address), title)


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
        if len(key_of(seen)) <= len(key_of(text)) + 10 or emphasised(found) or found.tag in {"h2", "h3"}:
            return _split(seen, names)
        own = apart(tree, heading) if heading is not None else ""
        # Else it is the first paragraph, cut by the publishing system: there is no lead.
        return _split(own, names) if key_of(own) == key_of(seen) else ("", "")
    opening = _bold_opening(tree, heading) or (apart(tree, heading) if heading is not None else "")
    if opening:
        return _split(opening, names)
    title = shown(heading) if heading is not None else head.og_title or head.doc_title
    said = [text for text in said if _speaks_of(text, title)]
    whole = [text for text in said if not _CUT.search(text)]
    cut = [] if whole else [text for text in said if not _is_shown(tree, text)]  # what the text begins with is no lead
    return _split(max(whole or cut, key=len, default=""), names)


def _is_shown(tree: LexborHTMLParser, cut: str) -> bool:
    body = tree.body
    return body is not None and key_of(_CUT.sub("", cut)).strip("…") in key_of(clean(body.text() or ""))


def _speaks_of(text: str, title: str) -> bool:
    """Whether a description the page does not show is of this article: no list of key words, no motto of the site."""
    pieces = text.split(",")
    if len(pieces) > 3 and text[-1:] not in STOPS and max(map(len, pieces)) < SHORTEST:
        return False
    return len({*_WORD.findall(text.lower())} & {*_WORD.findall(title.lower())}) > 1


def selected_lead(
    tree: LexborHTMLParser, selector: str, title: LexborNode | None, names: tuple[str, ...] = ()
) -> tuple[str, str] | None:
    """Dateline and lead in the first element of a selector, first around the title; None where that is no lead."""
    node = first_of(tree, selector, title)
    return lead_in(node, names) if node is not None else None


def lead_in(node: LexborNode, names: tuple[str, ...] = ()) -> tuple[str, str] | None:
    """Dateline and lead in an element; None where its text is too short or too long to be one. The node is changed."""
    plain = _is_plain(node)
    dateline = "" if plain else _stamp(node)
    text = shown(node)
    if not plain and node.css_first("a[href]") is not None:
        linked = {clean(link.text() or "") for link in node.css("a[href]")} - {text}
        text = clean(" ".join(line for line in text_lines(node) if line not in linked))
    if not 20 <= len(text) <= 1_500:
        return None
    own, lead = _split(text, names)
    return dateline or own, lead


def _split(text: str, names: tuple[str, ...]) -> tuple[str, str]:
    """The dateline and the lead proper without the announcements behind it; a site's name in front is a dateline."""
    text = without_site(text, names)
    cut = _ANNOUNCED.search(text) if ">>" in text or "»" in text or "►" in text or "▶" in text else None
    if cut and cut.start() >= SHORTEST:
        text = text[: cut.start()]
    dateline, lead = split_dateline(text)
    if dateline:
        return dateline, lead
    words = text.split(" ", 5)
    address = _ADDRESS.match(text) if "." in words[0] else None
    if address:
        return address[1], text[address.end() :]
    for name in names:
        if text.startswith(name) and _BEGINS.match(text[len(name) :].lstrip()):
            return name, text[len(name) :].lstrip(" -–—:|")
    if text[:1].isalnum() and fold(text[0]) not in initials(names):  # most leads
        return "", text
    keys = bare_names(names)
    for count in range(1, len(words)):
        key = bare(" ".join(words[:count]))
        if not any(name.startswith(key) for name in keys):
            break
        if key in keys and _BEGINS.match(" ".join(words[count:])):
            return " ".join(words[:count]).strip("()[]-–—: "), " ".join(words[count:]).lstrip("-–—: ")
    return "", text


def _showing(tree: LexborHTMLParser, said: str) -> LexborNode | None:
    """The smallest element that shows the text a description begins with."""
    start = key_of(split_dateline(_CUT.sub("", said))[1])[:60]
    if len(start) < 20:
        return None
    for node in tree.css(_PROSE)[:600]:
        text = node.text() or ""
        if len(text) < 2_000 and key_of(split_dateline(clean(text))[1]).startswith(start):
            return node
    return None


def _bold_opening(tree: LexborHTMLParser, heading: LexborNode | None) -> str:
    """The first real paragraph where all of it is bold: the lead of pages whose markup names none.

    Where breaks part the paragraphs it is a bold line of its own.
    """
    title = key_of(shown(heading)) if heading is not None else ""
    for node in tree.css("p,h2,h3,b,strong")[:80]:
        text = shown(node)
        if len(text) < 60 or key_of(text) == title:
            continue
        bold = _is_line(node) if node.tag in {"b", "strong"} else node.tag == "p" and emphasised(node)
        if bold or node.tag not in {"b", "strong"}:
            return text if bold and text[-1] in STOPS and len(text) <= 800 else ""
    return ""


def _is_line(node: LexborNode) -> bool:
    """Whether a bold text is all between two breaks, or between the beginning of its block and one."""
    before, after = _next(node, forward=False), _next(node, forward=True)
    return after is not None and after.tag == "br" and (before is None or before.tag == "br")


def _next(node: LexborNode, *, forward: bool) -> LexborNode | None:
    """What stands beside a node, white space and comments apart."""
    other = node.next if forward else node.prev
    while other is not None and (other.is_comment_node or (other.is_text_node and not (other.text() or "").strip())):
        other = other.next if forward else other.prev
    return other


def _stamp(node: LexborNode) -> str:
    """The place a stylesheet sets apart in front of a lead; removed, lest it run into the first word."""
    stamp = node.css_first(".location-stamp,[class*=dateline]")
    if stamp is None:
        return ""
    text = clean(stamp.text() or "").strip(" -–—")
    stamp.decompose()
    return text


def selected_title(tree: LexborHTMLParser, selector: str) -> tuple[LexborNode | None, str]:
    """The first element of a selector that shows a text, and that text; (None, "") where it finds none."""
    first = first_of(tree, selector)
    if first is None:
        return None, ""
    if text := shown(first):
        return first, text
    return next(((node, text) for node in tree.css(selector)[1:3] if (text := shown(node))), (None, ""))


def shown(node: LexborNode) -> str:
    """The text of an element as one clean line."""
    return clean(node.text() or "" if _is_plain(node) else " ".join(text_lines(node)))


def _is_plain(node: LexborNode) -> bool:
    """Whether an element holds a text and no other element."""
    only = node.first_child
    return only is not None and only.tag == "-text" and only.next is None


def overlap(one: str, two: str) -> float:
    """How many of the words of two texts they share, 0..1."""
    first, second = set(one.lower().split()), set(two.lower().split())
    return len(first & second) / max(len(first | second), 1)
