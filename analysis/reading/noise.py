"""What in an article's markup is not its text: furniture goes, captions are marked, tables of data become lines.

The name of a class is a hint, never a proof: what reads like running text stays, words inside a sentence stay, and all
that goes together is never more than half of the text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from functools import cache, lru_cache

from selectolax.lexbor import LexborNode

from analysis.reading.pieces import (
    BREAK,
    announces,
    cut,
    is_prose,
    is_sentence,
    lines_of_tables,
    linked,
    mark,
    mark_pictures,
    name_documents,
    runs_in_line,
    size,
)

_CAPTION = 1_000
_CELL = 300
_MANY = 3_000  # elements looked at one by one
_SILENT = frozenset(("script", "style", "noscript", "template", "svg", "link", "meta"))
_MEDIA = (
    "iframe,video,audio,object,embed,canvas,amp-ad,amp-iframe,amp-video,amp-youtube,button,select,textarea,input,"
    "ins[class*=ads i]"
)
_SHOWN = frozenset(("figure", "img", "picture", "amp-img", "amp-anim", "source"))
_FRAMED = frozenset(("iframe", "object", "embed"))
_SPECIAL = ",".join((*_SILENT, *_SHOWN, "table", _MEDIA))
_SUSPECT = (
    "nav,aside,footer,form,figcaption,[class],[id],[rel=author],[itemprop=author],[type^=Related],[hidden],"
    "[style*=display i],[style*=visibility i]"
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_KINDS = tuple(
    (kind, re.compile(rf"-(?:{words})(?=-)"))
    for kind, words in (
        ("hidden", r"sr-only|screen-?reader(?:-text|-only)?|visually-?hidden"),
        ("caption", r"\w*captions?|\w*chu-?thich|p-caption"),
        (
            "related",
            r"relate[ds]?|relatednews\w*|relation(?:s|news)?|\w*lien-?quan\w*|more-?news|news-?more|read-?more|see-?more|"
            r"\w*doc-?them\w*|\w*xem-?them\w*|\w*tin-?khac\w*|one-?news|tindnd|list-?news|recommend\w*|suggest\w*|"
            r"\w*cung-?chuyen-?muc\w*|other-?news|news-?other|most-(?:read|view\w*)",
        ),
        ("talk", r"comments?(?:list|box|form|section|area|wrap\w*)?|\w*binh-?luan\w*|disqus\w*"),
        (
            "advert",
            r"ads?|adv|advert\w*|adsbygoogle|quang-?cao|qc|sponsor\w*|promo(?:tion)?s?|subscribe|subscription|newsletter",
        ),
        (
            "frame",
            r"shar(?:e[ds]?|ing)|social\w*|chia-?se|author\w*|byline|tac-?gia|sources?|nguon(?:-?tin)?|tags?|taglist|"
            r"keywords?|keysword|tu-?khoa|widget|poll|vote|rating|toolbar|print(?:er)?|player|video|banner|"
            r"breadcrumbs?|hotline|copyright|likes?|popup|modal",
        ),
    )
)
_REPLIES = re.compile(r"\b(?:trả lời|reply|thích|like|báo cáo vi phạm|gửi bình luận|ý kiến bạn đọc)\b", re.IGNORECASE)
_RIGHT = "[style*='text-align' i],[align],p[class*=right i],div[class*=right i]"
_TO_RIGHT = re.compile(r"text-align\s*:\s*(?:right|end)\b", re.IGNORECASE)
_RIGHT_CLASS = re.compile(r"(?:[\w-]*(?:text|align|txt)[_-]?(?:(?:xs|sm|md|lg|xl|align)-)?)?right", re.IGNORECASE)
_BLOCK = re.compile(r"display\s*:\s*(?:block|list-item|flex|grid|table)\b", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def strip(container: LexborNode) -> None:
    """Take the furniture out of a container, which is changed: captions and tables of data stay as marked lines."""
    special = container.css(_SPECIAL)
    tags = {node.tag or "" for node in special} - _SILENT
    for node in reversed([node for node in special if node.tag in _SILENT]):  # what is inside goes first
        node.decompose()
    if tags & _SHOWN:
        mark_pictures(container)
    if tags & _FRAMED:
        name_documents(container)
    if tags - _SHOWN - {"table"}:
        for node in reversed(container.css(_MEDIA)):
            cut(node)
    if "table" in tags:
        lines_of_tables(container)
    _named_noise(container)
    for node in reversed(container.css(_RIGHT)):
        if node.mem_id != container.mem_id and _is_right(node) and size(node) < 100 and node.tag not in {"td", "tr"}:
            cut(node)


def in_frame(node: LexborNode, around: Set[int]) -> bool:
    """Whether an element stands in what tag or name say is a caption, a box, a menu; not looking beyond `around`."""
    level: LexborNode | None = node
    while level is not None and level.mem_id not in around:
        if level.tag == "figure" or _kind_of(level)[0]:
            return True
        level = level.parent
    return False


@lru_cache(4_096)
def _named(names: str) -> tuple[str, str]:
    """What the whole words of class and id say an element is, and the word that says so."""
    words = "-" + "-".join(_WORDS.findall(names)).lower() + "-"
    if "quote" in words:  # whoever is quoted, it is the article that quotes
        return "", ""
    for kind, known in _KINDS:
        if found := known.search(words):
            return kind, found[0]
    return "", ""


def _kind_of(node: LexborNode) -> tuple[str, str]:
    """The kind of furniture an element claims to be, and by which word; two empty ones for none."""
    attributes = node.attributes
    if node.tag == "figcaption":
        return "caption", node.tag
    if node.tag in {"nav", "footer", "aside"}:
        return "frame", node.tag
    if node.tag == "form":
        return ("frame", node.tag) if size(node) < 2 * _CELL else ("", "")  # of old portals it holds the whole page
    if "author" in {attributes.get("rel"), attributes.get("itemprop")}:
        return "frame", "author"
    if "hidden" in attributes or _HIDDEN.search(attributes.get("style") or ""):
        return "hidden", "hidden"
    if (attributes.get("type") or "").startswith("Related"):
        return "related", "type"
    classes = attributes.get("class") or ""
    if node.tag == "p" and {"Image", "pic"} & set(classes.split()):
        return "caption", classes
    return _named(f"{classes} {attributes.get('id') or ''}")


def _named_noise(container: LexborNode) -> None:
    """Remove what its name says is furniture: nothing by a word that mostly names text, never more than half of all."""
    groups: defaultdict[str, list[tuple[LexborNode, int]]] = defaultdict(list)
    misleading: defaultdict[str, int] = defaultdict(int)
    whole = cache(lambda: len(container.text() or "") - linked(container))  # asked where something claims to be none
    explained: list[LexborNode] = []
    last: LexborNode | None = None
    suspects = container.css(_SUSPECT)[:_MANY]
    _set_apart(suspects)
    for node in suspects:
        if node.mem_id == container.mem_id or node.tag in {"html", "body", "head", "main"}:
            continue
        if last is not None and _within(node, last):
            continue
        kind, word = _kind_of(node)
        if not kind or (kind != "hidden" and runs_in_line(node)) or node.css_first("h1") is not None:
            continue
        if _is_furniture(node, kind):
            last = node
            captions = kind == "caption" and _has_picture(node)
            if captions:
                explained.append(node)
            else:
                groups[word].append((node, _weight(node, whole())))
        else:
            misleading[word] += len(node.text() or "")
    sums = {word: sum(weight for _, weight in nodes) for word, nodes in groups.items()}
    spared = _spared(sums, misleading, whole()) if sums else set()
    for word, nodes in groups.items():
        for node, _ in () if word in spared else nodes:
            cut(node)
    for node in explained:
        mark(node, node.text() or "")


def _set_apart(nodes: Iterable[LexborNode]) -> None:
    """Break the line around the spans that a style makes blocks."""
    for node in nodes:
        if node.tag == "span" and _BLOCK.search(node.attributes.get("style") or ""):
            node.insert_before(BREAK)
            node.insert_after(BREAK)


def _spared(sums: Mapping[str, int], misleading: Mapping[str, int], whole: int) -> set[str]:
    """The words that take nothing: those that mostly name text, then the greediest, until at most half would go."""
    spared = {word for word, weight in sums.items() if weight * 2 > whole or 0 < weight < misleading[word]}
    total = sum(weight for word, weight in sums.items() if word not in spared)
    for word in sorted(sums, key=lambda word: -sums[word]):
        if total * 2 > whole and word not in spared:
            spared.add(word)
            total -= sums[word]
    return spared


def _is_furniture(node: LexborNode, kind: str) -> bool:
    """Whether what its name says is furniture reads like it."""
    text = node.text() or ""
    if kind == "caption":
        return len(text) <= _CAPTION and node.css_first("p + p, li") is None
    if kind in {"advert", "hidden"}:
        return True
    if kind == "talk":
        return bool(_REPLIES.search(text)) or not (is_prose(node) and _text_goes_on(node))
    has_link = node.css_first("a[href]") is not None
    if is_prose(node):
        return has_link and announces(node)
    reads_like_text = is_sentence(text) if kind == "frame" else len(text.strip()) >= _CAPTION
    return has_link or not (reads_like_text or _stands_in_text(node, text))


def _stands_in_text(node: LexborNode, text: str) -> bool:
    """Whether a heading, a list or the line above a list is one of the text: running text stands beside it."""
    before, after = _beside(node, forward=False), _beside(node, forward=True)
    if node.tag in {"ul", "ol"}:
        return before is not None and (is_prose(before) or (before.text() or "").rstrip().endswith(":"))
    if text.rstrip().endswith(":"):
        return after is not None and after.tag in {"ul", "ol"}
    is_heading = node.tag in {"h2", "h3", "h4", "h5"}
    return is_heading and after is not None and before is not None and is_prose(after) and is_prose(before)


def _beside(node: LexborNode, *, forward: bool) -> LexborNode | None:
    """The next element on the same level."""
    other = node.next if forward else node.prev
    while other is not None and other.tag in {"-text", "-comment"}:
        other = other.next if forward else other.prev
    return other


def _has_picture(node: LexborNode) -> bool:
    """Whether a caption has something to explain: a picture in it, beside it or in the box around it."""
    parent = node.parent
    around = parent if parent is not None and parent.tag not in {"body", "html"} and size(parent) < _CAPTION else node
    return around.css_first("img,picture,amp-img,video,iframe,figure") is not None or node.tag == "figcaption"


def _text_goes_on(node: LexborNode) -> bool:
    """Whether more running text stands behind an element, on its own level, that nobody's talk is."""
    after = node.next
    for _ in range(8):
        if after is None:
            return False
        if after.tag not in {"-text", "-comment"} and is_prose(after) and _kind_of(after)[0] != "talk":
            return True
        after = after.next
    return False


def _weight(node: LexborNode, whole: int) -> int:
    """How much text would go: links are none, nor what announces other articles or answers this one."""
    text = node.text() or ""
    own = max(0, len(text) - linked(node))
    foreign = announces(node) or (_REPLIES.search(text) is not None and own < len(text))
    return 0 if foreign and own * 2 <= whole else own


def _within(node: LexborNode, outer: LexborNode) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.mem_id == outer.mem_id:
            return True
        parent = parent.parent
    return False


def _is_right(node: LexborNode) -> bool:
    """Whether a block is set to the right: the property, not the letters of the word."""
    attributes = node.attributes
    if (attributes.get("align") or "").lower() == "right" or _TO_RIGHT.search(attributes.get("style") or ""):
        return True
    return any(map(_RIGHT_CLASS.fullmatch, (attributes.get("class") or "").split()))
