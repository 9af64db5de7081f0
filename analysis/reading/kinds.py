"""What a page is that is no article, or not all of one: a list, an error with a 200, a wall, one of several pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.reading.bodies import prose_of
from analysis.reading.metadata import Head
from analysis.reading.neighbours import is_headline, is_linked
from analysis.reading.noise import in_frame
from analysis.reading.pieces import shown_in
from press.text import clean

LIST = "not an article: a list of articles"
FRONT = "not an article: the front page"
GONE = "not an article: the page says that it is gone"
CHALLENGE = "blocked: a challenge page"
LOGIN = "not an article: a login page"
NOTHING = "neither a title nor a text was found on the page"
PAYWALL = "paywalled: only a teaser is shown"
LEFT_OUT = "left out: a paragraph that is one link to another article"
CONTINUED = "continued on other pages: "

_SECTION = 30  # characters of a heading that may be a section's name
_HEADLINES = 8  # links to articles that make a list
_PARAGRAPH, _LINES = 60, 400  # characters of a paragraph, and of several lines without markup
_NOTICE = 400  # characters of running text that no error page has
_MORE = 10
_INDEX = re.compile(r"/?(?:index|default|home|trang-?chu)?(?:\.\w{2,5})?/?", re.IGNORECASE)
_THING = r"(?:trang|bài(?: viết| báo)?|nội dung|đường dẫn|liên kết|địa chỉ|tin|chuyên mục)"
_GONE = re.compile(
    rf"(?:(?:xin lỗi|rất tiếc|oops|thông báo|sorry)\W+)*(?:(?:error|lỗi)? ?404\b(?! \w+ \w+ \w+)"
    rf"|(?:the |this )?(?:page|article|file|url)\b.{{0,40}}\bnot (?:be )?found|not found\b"
    rf"|{_THING}\b.{{0,60}}\b(?:không (?:tồn tại|tìm thấy|còn|khả dụng|thể truy cập)|đã (?:bị )?(?:xóa|xoá|gỡ|ẩn))"
    rf"|(?:chúng tôi )?không tìm thấy {_THING}\b|.{{0,60}}\bno longer (?:available|exists))",
    re.IGNORECASE,
)
_WALLS = re.compile(
    r"just a moment|attention required|checking your browser|access denied|security check|verify(?:ing)? you are human"
    r"|ddos protection|are you a robot|bạn có phải (?:là )?(?:người máy|robot)"
    r"|xác (?:minh|thực) (?:bạn là|trình duyệt|truy cập)",
    re.IGNORECASE,
)
_RELOADS = re.compile(
    r"document\.cookie.{0,2000}?(?:location\.(?:reload|replace|href)|window\.location)|cf_chl|aes\.decrypt", re.DOTALL
)
_LOGIN = re.compile(r"(?:trang )?đăng nhập\b.{0,40}|log ?in\b.{0,40}|sign ?in\b.{0,40}", re.IGNORECASE)
_PAYWALL = re.compile(
    r"(?:vui lòng |hãy |bạn (?:cần|phải) |mời bạn )?(?:đăng nhập|đăng ký|mua gói|nâng cấp|trở thành|nạp)\b.{0,80}"
    r"\b(?:để|và) (?:tiếp tục )?(?:đọc|xem)\b.{0,80}"
    r"|.{0,40}\b(?:bài viết|nội dung|phần còn lại)\b.{0,30}\b(?:dành (?:riêng )?cho|chỉ dành cho)\b.{0,60}"
    r"\b(?:thành viên|hội viên|thuê bao|bạn đọc|độc giả|tài khoản|vip|premium)\b.{0,60}"
    r"|(?:subscribe|log in|sign in|register)\b.{0,40}\bto (?:continue|read|unlock)\b.{0,60}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-/_.](?:p|page|trang|tr)?[-/]?\d{1,2}(?:\.\w{2,5})?/?")
_NUMBERED = re.compile(r"(?:^|&)(?:p|page|paged|pg|trang)=\d{1,2}(?:&|$)")
_PAGED = (b"pagin", b"phan-trang", b'rel="next"')
_PAGES = (
    "a[rel=next],link[rel=next],[class*=pagin i] a,[class*=paging i] a,[class*=phantrang i] a,[class*=phan-trang i] a"
)


def no_article(tree: LexborHTMLParser, head: Head, heading: LexborNode | None, url: str) -> str:
    """Why a page as served cannot be an article, in words; "" where it may be one."""
    if head.is_article:
        return ""
    title = shown_in(heading) or head.doc_title
    if _is_wall(tree, title, head.doc_title):
        return CHALLENGE
    if _LOGIN.fullmatch(title) and tree.css_first("input[type=password]") is not None:
        return LOGIN
    if _INDEX.fullmatch(urlsplit(url).path):
        return FRONT if len(_headlines(tree)) >= _HEADLINES else ""
    section = heading is None or len(title) < _SECTION or is_linked(heading)
    return LIST if section and _lists(tree, heading) else ""


def is_gone(head: Head, heading: str, lines: Sequence[str]) -> bool:
    """Whether a page answered with a 200 says that what was asked for is not there."""
    if head.is_article or prose_of(lines) >= _NOTICE:
        return False
    return any(len(line) < 200 and _GONE.match(line) for line in (heading, head.doc_title, *lines[:5]))


def without_wall(head: Head, lines: Sequence[str]) -> tuple[list[str], bool]:
    """The lines without the invitation to pay or log in, and whether the page is only a teaser."""
    asked = [line for line in lines if len(line) < 300 and _PAYWALL.fullmatch(line)]
    return [line for line in lines if line not in asked], bool(asked) or not head.is_free


def other_pages(tree: LexborHTMLParser, body: bytes, url: str) -> list[str]:
    """The addresses of the further pages of an article: numbered links or "next" to the same address."""
    behind = body[len(body) // 3 :]
    if not any(mark in behind for mark in _PAGED):  # most pages; asking the tree takes longer
        return []
    own = urlsplit(url)
    stem = re.sub(r"(?:\.\w{2,5})?/?\Z", "", own.path)
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


def _is_wall(tree: LexborHTMLParser, title: str, doc_title: str) -> bool:
    """Whether a page only asks who reads it: by its words, or a script that sets a cookie and loads the page again."""
    if len(tree.css("p")) > 5:
        return False
    if _WALLS.search(f"{title}\n{doc_title}"):
        return True
    body = tree.body
    shown = len(" ".join((body.text(skip_empty=True) if body is not None else "").split()))
    scripts = "\n".join(node.text() or "" for node in tree.css("script")[:5])
    return shown - len(scripts) < _SECTION * 10 and not title and _RELOADS.search(scripts[:50_000]) is not None


def _headlines(tree: LexborHTMLParser) -> set[str]:
    return {link.attributes.get("href") or "" for link in tree.css("a[href]")[:600] if is_headline(link)}


def _lists(tree: LexborHTMLParser, heading: LexborNode | None) -> bool:
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
