"""What in an article's markup is not its text: furniture goes, captions are marked, tables of data become lines.

The name of a class is a hint, never a proof: what reads like running text stays, words inside a sentence stay, and all
that goes together is never more than half of the text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from selectolax.lexbor import LexborNode

BREAK = "\u2028"  #: ends a line where a block stood; white space to everything else
CAPTION = "\u2029"  #: begins a line that is a caption

INLINE = frozenset(
    (
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i"),
        *("ins", "kbd", "label", "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup"),
        *("time", "tt", "u", "var", "amp-fit-text", "o:p"),
    )
)
_HEADLINE = 25  # characters of a link that may be another article's headline
_SENTENCE = 60  # characters of what may be running text
_CAPTION = 1_000
_CELL = 300
_BOX = 160
_SUMMARY = 400  # characters below a linked headline
_LEVELS = 4
_MANY = 3_000  # elements looked at one by one
_SILENT = "script,style,noscript,template,svg,link,meta"
_MEDIA = (
    "iframe,video,audio,object,embed,canvas,amp-ad,amp-iframe,amp-video,amp-youtube,button,select,textarea,input,"
    "ins[class*=ads i]"
)
_PICTURES = "img,picture,amp-img,amp-anim,source"
#: Parts of names worth a look; `_KINDS` decides by whole words.
_PARTS = (
    *("relat", "lienquan", "lien-quan", "lien_quan", "more", "docthem", "doc-them", "xemthem", "xem-them", "khac"),
    *("onenews", "tindnd", "listnews", "list-news", "recommend", "suggest", "chuyenmuc", "chuyen-muc", "othernews"),
    *("share", "sharing", "social", "chiase", "chia-se", "author", "byline", "tacgia", "tac-gia", "source", "nguon"),
    *("tag", "keyword", "tukhoa", "tu-khoa", "widget", "poll", "vote", "rating", "toolbar", "print", "player"),
    *("video", "banner", "breadcrumb", "hotline", "copyright", "like", "comment", "binhluan", "binh-luan", "disqus"),
    *("advert", "ads", "-ad", "ad-", "quangcao", "quang-cao", "sponsor", "promo", "subscri", "newsletter", "qc"),
    *("caption", "chuthich", "chu-thich", "chu_thich", "popup", "modal"),
)
_SUSPECT = ",".join(
    (
        *("nav", "aside", "footer", "form", "figcaption", "[rel=author]", "[itemprop=author]", "[type^=Related]"),
        *("[hidden]", "[style*='display:none' i]", "[style*='display: none' i]", "p.Image", "p.pic"),
        *(f"[{name}*='{part}' i]" for part in _PARTS for name in ("class", "id")),
    )
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_KINDS = tuple(
    (kind, re.compile(rf"-(?:{words})(?=-)"))
    for kind, words in (
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
_STOP = re.compile(r"\w[\"”’»)\]]{0,2}[.!?…][\"”’»)\]]{0,2}(?=\s|\Z)")
_REPLIES = re.compile(r"\b(?:trả lời|reply|thích|like|báo cáo vi phạm|gửi bình luận|ý kiến bạn đọc)\b", re.IGNORECASE)
_RIGHT = "[style*='text-align' i],[align],p[class*=right i],div[class*=right i]"
_TO_RIGHT = re.compile(r"text-align\s*:\s*(?:right|end)\b", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_TINY = re.compile(r"emoji|smiley|icon|spacer|pixel|counter|tracking", re.IGNORECASE)
_CREDIT = re.compile(r"(?:ảnh|photo|nguồn|clip|video)\b[^.!?]{0,3}:|\bảnh minh h", re.IGNORECASE)
_DOCUMENT = re.compile(r"[^/?#=]+\.(?:pdf|docx?|xlsx?|pptx?|odt)\b", re.IGNORECASE)


def strip(container: LexborNode) -> None:
    """Take the furniture out of a container, which is changed: captions and tables of data stay as marked lines."""
    for node in container.css(_SILENT):
        node.decompose()
    _pictures(container)
    _documents(container)
    for node in container.css(_MEDIA):
        cut(node)
    _tables(container)
    _named_noise(container)
    for node in container.css(_RIGHT):
        if node.mem_id != container.mem_id and _is_right(node) and size(node) < 100 and node.tag not in {"td", "tr"}:
            cut(node)


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


def in_frame(node: LexborNode) -> bool:
    """Whether an element stands in what its name or tag says is a caption, a box, a menu or a talk."""
    level: LexborNode | None = node
    for _ in range(_LEVELS):
        if level is None or level.tag in {"body", "html", "main", "article"}:
            return False
        if level.tag == "figure" or _kind_of(level)[0]:
            return True
        level = level.parent
    return False


def is_prose(node: LexborNode) -> bool:
    """Whether an element holds running text: a sentence with its full stop, most of it no link."""
    text = node.text() or ""
    if len(text) < _SENTENCE or not _STOP.search(text):
        return False
    return _linked(node) * 3 <= len(text)


def announces(node: LexborNode) -> bool:
    """Whether an element holds the linked headlines of other articles, and no more than their summaries."""
    headlines = sum(len(link.text() or "") >= _HEADLINE and alone(link) for link in node.css("a[href]")[:20])
    return headlines > 0 and len(node.text() or "") - _linked(node) <= _SUMMARY * headlines


def _linked(node: LexborNode) -> int:
    return sum(len(link.text() or "") for link in node.css("a[href]"))


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def cut(node: LexborNode) -> None:
    """Remove a node without gluing the lines before and behind it."""
    if node.tag in INLINE or node.parent is None:
        node.decompose()
    else:
        node.replace_with(BREAK)


def _mark(node: LexborNode, text: str) -> None:
    line = " ".join(text.split())
    node.replace_with(f"{BREAK}{CAPTION}{line}{BREAK}" if line else BREAK)


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
    whole = len(container.text() or "") - _linked(container)
    last: LexborNode | None = None
    for node in container.css(_SUSPECT)[:_MANY]:
        if node.mem_id == container.mem_id or node.tag in {"html", "body", "head", "main"}:
            continue
        if last is not None and _within(node, last):
            continue
        kind, word = _kind_of(node)
        if not kind or runs_in_line(node):
            continue
        if _is_furniture(node, kind):
            last = node
            groups[word].append((node, 0 if kind == "caption" else _weight(node, whole)))
            if kind == "caption":
                _mark(node, node.text() or "")
        else:
            misleading[word] += len(node.text() or "")
    sums = {word: sum(weight for _, weight in nodes) for word, nodes in groups.items()}
    spared = {word for word, weight in sums.items() if weight * 2 > whole or 0 < weight < misleading[word]}
    total = sum(weight for word, weight in sums.items() if word not in spared)
    for word in sorted(sums, key=lambda word: -sums[word]):
        if total * 2 > whole and word not in spared:
            spared.add(word)
            total -= sums[word]
    for word, nodes in groups.items():
        for node, _ in () if word in spared else nodes:
            cut(node)


def _is_furniture(node: LexborNode, kind: str) -> bool:
    if kind == "caption":
        return len(node.text() or "") <= _CAPTION and node.css_first("p + p, li") is None
    if kind in {"advert", "hidden"}:
        return True
    if kind == "talk":
        return bool(_REPLIES.search(node.text() or "")) or not (is_prose(node) and _text_goes_on(node))
    if is_prose(node):
        return announces(node)
    return kind == "frame" or not node.text(strip=True) or node.css_first("a[href]") is not None or size(node) < 100


def _text_goes_on(node: LexborNode) -> bool:
    """Whether a paragraph of running text stands behind an element, on its own level."""
    after = node.next
    for _ in range(8):
        if after is None:
            return False
        if after.tag == "p" and is_prose(after):
            return True
        after = after.next
    return False


def _weight(node: LexborNode, whole: int) -> int:
    """How much text would go: links are none, nor what announces other articles or answers this one."""
    text = node.text() or ""
    own = max(0, len(text) - _linked(node))
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
    words = "-" + "-".join(_WORDS.findall(attributes.get("class") or "")).lower() + "-"
    return words == "-right-" or "-text-right-" in words or "-align-right-" in words


def _pictures(container: LexborNode) -> None:
    """Mark what stands under a picture; the text beside one stays."""
    for figure in container.css("figure"):
        if figure.css_first("blockquote,q,table,pre") is not None or "quote" in (figure.attributes.get("class") or ""):
            continue  # what a figure shows may be words
        if figure.mem_id == container.mem_id or figure.parent is None or len(figure.text() or "") > _CAPTION:
            continue
        _mark(figure, figure.text() or "")
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
        _mark(after, after.text() or "")
    box = block.parent
    if box is not None and box.tag == "div" and box.mem_id != container.mem_id and 0 < size(box) <= _BOX:
        _mark(box, box.text() or "")  # a picture and one short text in a box of their own
        return
    text = block.text() or ""
    if not text.strip() or len(block.css("p,div,li,h2,h3,table")) > 1:  # with itself
        return
    if _is_emphasised(block) or _CREDIT.search(text) or not _is_text_beside(image, text):
        _mark(block, text)


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


def _documents(container: LexborNode) -> None:
    """Name the documents a page shows in a frame, as far as it names them."""
    for node in container.css("iframe,object,embed"):
        attributes = node.attributes
        address = next(filter(None, map(attributes.get, ("src", "data", "data-src"))), "")
        found = _DOCUMENT.search(address)
        if found:
            node.replace_with(f"{BREAK}{attributes.get('title') or found[0]}{BREAK}")


def _tables(container: LexborNode) -> None:
    """A table under a picture is a caption, one of links announces articles, one of data gives a line for each row."""
    for table in container.css("table"):
        if table.parent is None or table.mem_id == container.mem_id or len(table.css("table")) > 1:
            continue
        text = table.text() or ""
        pictures = sum(not _is_tiny(image) for image in table.css("img,amp-img,picture"))
        if not text.strip():
            cut(table)
        elif pictures and size(table) <= _CELL * pictures:
            cells = [" ".join((cell.text() or "").split()) for cell in table.css("td,th,caption")]
            table.replace_with(BREAK + "".join(f"{CAPTION}{cell}{BREAK}" for cell in cells if cell))
        elif _linked(table) * 2 > len(text) or (announces(table) and size(table) < 2 * _CELL):
            cut(table)
        else:
            rows = _rows(table)
            if rows:
                table.replace_with(BREAK + BREAK.join(rows) + BREAK)


def _rows(table: LexborNode) -> list[str]:
    """The rows of a table of data, a line each; empty where the table is only the place of paragraphs."""
    rows: list[str] = []
    for row in table.css("tr"):
        cells = [" ".join((cell.text() or "").split()) for cell in row.css("td,th")]
        if max(map(len, cells), default=0) > _CELL:
            return []
        rows.append(" ".join(filter(None, cells)))
    several = sum(len(row.css("td,th")) > 1 for row in table.css("tr"))
    return [row for row in rows if row] if several * 2 > len(rows) and len(rows) > 1 else []
