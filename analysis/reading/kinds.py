"""What a page is that is no article, or not all of one: a list, an error with a 200, a wall, one of several pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.reading.bodies import prose_of
from analysis.reading.metadata import Head
from analysis.reading.neighbours import is_headline, is_linked
from analysis.reading.noise import in_frame
from analysis.reading.pieces import shown_in
from press import walls
from press.text import clean
from press.walls import CHALLENGE

LIST = "not an article: a list of articles"
FRONT = "not an article: the front page"
GONE = "not an article: the page says that it is gone"
BARE = "not an article: neither a date nor a text"
CLOSED = "not now: the page says that its site is closed"
LOGIN = "not an article: a login page"
NOTHING = "neither a title nor a text was found on the page"
PAYWALL = "paywalled: only a teaser is shown"
LEFT_OUT = "left out: a paragraph that is one link to another article"
CONTINUED = "continued on other pages: "

_SECTION = 30  # characters of a heading that may be a section's name
_HEADLINES = 8  # links to articles that make a list
_PARAGRAPH, _LINES = 60, 400  # characters of a paragraph, and of several lines without markup
_NOTICE, _BESIDE = 400, 100  # characters of running text that no error page has, and no notice that it was taken down
_UNDATED = 300  # characters of text an article has that tells no date
_NOTICE_LINE = 150  # characters a notice in an article's place hardly has
_MORE = 10
_LOOKED_AT = 2_000
_NOTICES = "p,h2,h3,h4,div,span,strong,td"
_OF_TEXT = re.compile(r"\b(?:bài|tin|trang|article|story|page)\b", re.IGNORECASE)
_INDEX = re.compile(r"/?(?:index|default|home|trang-?chu)?(?:\.\w{2,5})?/?", re.IGNORECASE)
#: What the addresses of lists begin with, articles seldom.
_LISTS = re.compile(
    r"/(?:chuyen-?muc|danh-?muc|categor(?:y|ies)|tags?|tu-?khoa|chu-?de|topics?|tim-?kiem|search|author|tac-?gia)(?:[/.]|\Z)"
)
_NUMBER = re.compile(r"[-/_.](?:p|page|trang|tr)?[-/]?\d{1,2}(?:\.\w{2,5})?/?")
_NUMBERED = re.compile(r"(?:^|&)(?:p|page|paged|pg|trang)=\d{1,2}(?:&|$)")
_PAGED = (b"pagin", b"phan-trang", b'rel="next"')
_PAGES = (
    "a[rel=next],link[rel=next],[class*=pagin i] a,[class*=paging i] a,[class*=phantrang i] a,[class*=phan-trang i] a"
)


def may_pass(reason: str) -> bool:
    """Whether what a page is instead of an article may be another tomorrow: closed, a bot check, too little to tell."""
    return reason in {BARE, CLOSED, CHALLENGE}


def no_article(tree: LexborHTMLParser, head: Head, heading: LexborNode | None, url: str) -> str:
    """Why a page as served cannot be an article, in words; "" where it may be one."""
    if head.is_article:
        return ""
    title = shown_in(heading) or head.doc_title
    if _is_wall(tree, title, head.doc_title):
        return CHALLENGE
    if (walls.asks_to_log_in(title) or walls.asks_to_pay(title)) and tree.css_first("input[type=password]") is not None:
        return LOGIN
    if _INDEX.fullmatch(urlsplit(url).path):
        return FRONT if len(_headlines(tree)) >= _HEADLINES else ""
    named = heading is not None and len(title) >= _SECTION and not is_linked(heading)
    listed = _LISTS.search(urlsplit(url).path) is not None or walls.tells_found(title)
    return LIST if (listed or not named) and lists(tree, heading) else ""


def stands_instead(head: Head, heading: str, lines: Sequence[str]) -> str:
    """What a page answered with a 200 says in an article's place: that it is gone, or its site closed; "" for neither.

    A page that calls itself an article is one, unless such a notice is all of its text.
    """
    most = _BESIDE if head.is_article else _NOTICE
    if sum(len(line) for line in lines if len(line) > _NOTICE_LINE) > most:  # nearly every article
        return ""
    spoken = (*lines[:5], *(() if head.is_article else (heading, head.doc_title)))
    for says, reason in ((walls.says_gone, GONE), (walls.says_closed, CLOSED)):
        said = [line for line in spoken if says(line)]
        if said and prose_of(line for line in lines if line not in said) < most:
            return reason
    return ""


def is_bare(title: str, lines: Iterable[str]) -> bool:
    """Whether a page that shows no date says too little to be an article: a text without one, or a mere title."""
    size = sum(map(len, lines))
    return size < _UNDATED if size else len(title) < _SECTION


def notices(tree: LexborHTMLParser) -> list[str]:
    """The lines of a page with hardly a text that say it was taken down; what a player says of its film is none."""
    texts = (clean(node.text() or "") for node in tree.css(_NOTICES)[:400] if not in_frame(node, frozenset()))
    return [text for text in texts if _OF_TEXT.search(text) and walls.says_gone(text)]


def is_walled(tree: LexborHTMLParser) -> bool:
    """Whether a page invites to pay for the rest of its text outside of it; what only pops up is none."""
    short = (node for node in tree.css(_NOTICES)[:_LOOKED_AT] if walls.asks_to_pay_for_more(clean(node.text() or "")))
    return any(not in_frame(node, frozenset()) for node in short)


def without_wall(head: Head, lines: Sequence[str]) -> tuple[list[str], bool]:
    """The lines without the invitation to pay or log in, and whether the page is only a teaser."""
    asked = [line for line in lines if walls.asks_to_pay(line)]
    kept = [line for line in lines if line not in asked] if asked else list(lines)
    return kept, bool(asked) or not head.is_free


def other_pages(tree: LexborHTMLParser, body: bytes, url: str) -> list[str]:
    """The addresses of the further pages of an article: numbered links or "next" to the same address."""
    own = urlsplit(url)
    stem = re.sub(r"(?:\.\w{2,5})?/?\Z", "", own.path)
    if not _may_go_on(body, own.path, stem):
        return []
    found: dict[str, None] = {}
    for node in tree.css(_PAGES)[:50]:
        address = urljoin(url, (node.attributes.get("href") or "").strip()).partition("#")[0]
        other = urlsplit(address)
        if other.netloc != own.netloc or len(stem) < 2 or not other.path.startswith(stem):
            continue
        by_path = _NUMBER.fullmatch(other.path.removeprefix(stem)) is not None
        if by_path or (other.path == own.path and other.query != own.query and _NUMBERED.search(other.query)):
            found[address] = None
    return list(found)[:_MORE]


def _may_go_on(body: bytes, path: str, stem: str) -> bool:
    """Whether the second half of a page may have links to its other pages: asking the tree takes longer."""
    behind = len(body) // 2
    name = stem.rpartition("/")[2]
    # Such links have the name in them, or are a mere query; below a folder they may be a mere number.
    whole = not path.endswith("/") and name.isascii() and "%" not in name and "&" not in name
    if whole and body.find(name.encode(), behind) < 0 and not _has_query(body, behind):
        return False
    return any(body.find(mark, behind) >= 0 for mark in _PAGED)


def _has_query(body: bytes, at: int) -> bool:
    """Whether an address behind that place begins with its query."""
    while (at := body.find(b"?", at) + 1) > 0:
        if body[at - 2 : at - 1] in {b'"', b"'", b"=", b" "}:
            return True
    return False


def _is_wall(tree: LexborHTMLParser, title: str, doc_title: str) -> bool:
    """Whether a page only asks who reads it: by its words, or a script that sets a cookie and loads the page again."""
    if len(tree.css("p")) > 5:
        return False
    if walls.asks_who(f"{title}\n{doc_title}"):
        return True
    body = tree.body
    shown = len(" ".join((body.text(skip_empty=True) if body is not None else "").split()))
    scripts = "\n".join(node.text() or "" for node in tree.css("script")[:5])
    asked = scripts[:50_000].lower()
    return shown - len(scripts) < _SECTION * 10 and not title and (walls.is_check(asked) or walls.may_be_check(asked))


def _headlines(tree: LexborHTMLParser) -> set[str]:
    return {link.attributes.get("href") or "" for link in tree.css("a[href]")[:600] if is_headline(link)}


def lists(tree: LexborHTMLParser, heading: LexborNode | None) -> bool:
    """Whether a page goes on with links to articles: so many of them, below its heading, before any running text."""
    below = heading is None
    links: set[str] = set()
    together: dict[int, int] = {}
    for node in tree.css(f"{heading.tag if heading is not None else 'h1'},a[href],p,div,td,article,section")[:8_000]:
        below = below or (heading is not None and node.mem_id == heading.mem_id)
        if not below:
            continue
        if node.tag == "a":
            if is_headline(node):
                links.add(node.attributes.get("href") or "")
            continue
        whole = node.tag == "p"
        text = (node.text(deep=whole) or "").strip()
        if len(text) < _PARAGRAPH or is_linked(node) or in_frame(node, frozenset()):
            continue
        parent = node.parent if whole else node
        if parent is not None and prose_of([clean(text)]) > 0:
            together[parent.mem_id] = together.get(parent.mem_id, 0) + (1 if whole or len(text) < _LINES else 2)
            if together[parent.mem_id] > 1 and len(links) < _HEADLINES:
                return False
    return len(links) >= _HEADLINES
