"""The paragraphs of an article: by an outlet's selectors, by the known containers, else by trafilatura.

Every way ends in the same cleaning, because leads, captions, author lines and boxes of related news are where bare
extractors fail on Vietnamese pages.
"""

from __future__ import annotations

import logging
import re
from collections import Counter

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from analysis.reading.neighbours import drop_neighbours
from press.text import clean

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

ENOUGH = 200  # characters a container must give to be believed
_MAX_FOR_TRAFILATURA = 1_500_000  # characters, and below tags: it takes seconds for more
_MAX_TAGS = 25_000
_ALIKE = 0.8  # how far an element agrees with what trafilatura found when it is the article
_LEVELS = 3
_HEADLINE = 25  # characters

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
_NOISE = ",".join(
    (
        *(
            "script",
            "style",
            "noscript",
            "template",
            "iframe",
            "video",
            "audio",
            "object",
            "embed",
            "svg",
            "form",
            "button",
            "select",
        ),
        *("nav", "aside", "footer", "figure", "figcaption", "table", "textarea", "input", "ins"),
        *(
            "[class*=relate i]",
            "[class*=lienquan i]",
            "[class*=lien-quan i]",
            "[id*=related i]",
            "[id*=lienquan i]",
        ),
        *(
            "[type^=Related]",
            "[class*=OneNews]",
            "[class*=readmore i]",
            "[class*=read-more i]",
            "[class*=docthem i]",
            "[class*=tindnd]",
        ),
        *(
            "[class*=caption i]",
            "[class*=share-]",
            "[class*=social i]",
            "[class*=author i]",
            "[class*=byline i]",
            "[rel=author]",
        ),
        *(
            "[itemprop=author]",
            "[class*=banner i]",
            "[class*=advert i]",
            "[class*=-ads]",
            "[class*=comment i]",
            "[class*=breadcrumb i]",
        ),
        *(
            "[class*=source-]",
            "[class*=nguontin i]",
            "[class*=tags]",
            "[class*=keyword i]",
            "[class*=widget]",
            "[class*=poll]",
            "[class*=vote i]",
        ),
        *(
            "p.Image",
            "p.pic",
            "p.image",
            "[class*=video-]",
            "[class*=player i]",
            "[class*=tinkhac i]",
            "[class*=tin-khac i]",
            "[hidden]",
            "[style*='display:none' i]",
            "[style*='display: none' i]",
            "[id*=listNews i]",
        ),
        *(
            "[class*=zone-ad]",
            "[class*=subscribe i]",
            "[class*=newsletter i]",
            "[class*=print-]",
            "[class*=rating i]",
            "[class*=toolbar i]",
        ),
    )
)
_RIGHT = 'p[style*="right" i],div[style*="right" i],[align=right],p.text-right,p[class*=right i]'
_EMPHASIS = "em,i"
_BLOCKS = re.compile(  # of serialised elements, whose names are in lower case
    r"</?(?:p|div|h[1-6]|li|ul|ol|dl|dt|dd|tr|td|th|table|tbody|section|article|blockquote|br|hr|figure|pre|center|main)\b[^>]*>",
)
_LAYOUT = re.compile(r"<(/?)(?:table|tbody|tr|td|th|center|font)\b", re.I)
_TAGS = re.compile(r"<!--.*?-->|<[^>\"]*+(?:\"[^\"]*\"[^>\"]*+)*+>", re.DOTALL)


def by_selectors(tree: LexborHTMLParser, body: str, drop: str = "") -> list[str]:
    """The paragraphs in what `body` selects, without `drop` and the usual furniture; the tree is changed."""
    try:
        containers = tree.css(body)
        doomed = [node for container in containers for node in container.css(drop)] if drop else []
    except SelectolaxError:  # a selector an operator mistyped: the generic way serves
        return []
    for node in doomed:
        node.decompose()
    best: list[str] = []
    for container in containers:
        if container.parent is None:
            continue
        lines = lines_of(container)
        if sum(map(len, lines)) > sum(map(len, best)):
            best = lines
    return best


def by_container(tree: LexborHTMLParser) -> list[str]:
    """The paragraphs of the first known container that holds an article; empty when none does. The tree is changed."""
    for selector in CONTAINERS:
        found = tree.css(selector)
        if not found or len(found) > 3:  # many of a kind are a list of articles
            continue
        lines = max((lines_of(node) for node in found), key=lambda lines: sum(map(len, lines)))
        if sum(map(len, lines)) >= 2 * ENOUGH and sum(len(line) > 80 for line in lines) >= 2:
            return lines
    return []


def by_trafilatura(tree: LexborHTMLParser, heading: LexborNode | None = None) -> list[str]:
    """What trafilatura takes for the article, on the page without scripts, captions and boxes; the tree is changed.

    `heading` is the article's own headline: boxes of other articles are those that do not hold it.
    """
    import trafilatura

    root = tree.root
    if root is None:
        return []
    _drop_noise(root)
    drop_neighbours(tree, heading)
    _drop_captions(root)
    # Tables that still stand hold much of the text: they are the layout of an old page, not data.
    html = _LAYOUT.sub(r"<\1div", tree.html or "")
    if len(html) > _MAX_FOR_TRAFILATURA or html.count("<") > _MAX_TAGS:
        return _densest(tree)
    found = trafilatura.bare_extraction(html, fast=True, include_comments=False, include_tables=False)
    text = str(getattr(found, "text", "") or "")
    lines = [line for line in map(clean, text.split("\n")) if line]
    return _whole(tree, lines) if lines else _densest(tree)


def _whole(tree: LexborHTMLParser, lines: list[str]) -> list[str]:
    """All of the element that holds the text trafilatura found, subheadings and lists too; else `lines` themselves."""
    wanted = Counter(" ".join(lines).split())
    node = _dense_node(tree)
    best, closest = lines, _ALIKE
    for _ in range(_LEVELS):
        if node is None or node.tag in {"body", "html"}:
            break
        linked = _link_lines(node, 2).difference(lines)
        mine = [line for line in text_lines(node) if line not in linked]
        words = Counter(" ".join(mine).split())
        alike = 2 * (wanted & words).total() / max(wanted.total() + words.total(), 1)
        if alike > closest:
            best, closest = mine, alike
        node = node.parent
    return best


def _densest(tree: LexborHTMLParser) -> list[str]:
    """The paragraphs of the densest element: for pages nothing else reads."""
    node = _dense_node(tree)
    return lines_of(node) if node is not None else []


def _dense_node(tree: LexborHTMLParser) -> LexborNode | None:
    """The element whose own paragraphs, or own lines where it has none, hold most text."""
    weights: dict[int, tuple[int, LexborNode]] = {}
    for node in tree.css("p,div,td,section,article")[:20_000]:
        holder = node.parent if node.tag == "p" else node
        size = len((node.text(deep=node.tag == "p") or "").strip())
        if holder is not None and size > 40:
            weight, _ = weights.get(holder.mem_id, (0, holder))
            weights[holder.mem_id] = (weight + size, holder)
    return max(weights.values(), key=lambda pair: pair[0])[1] if weights else None


def lines_of(container: LexborNode) -> list[str]:
    """The cleaned lines of text in a container, furniture removed; the container is changed."""
    _drop_noise(container)
    _drop_captions(container)
    linked = _link_lines(container, _HEADLINE)  # a line that is nothing but a link announces another article
    return [line for line in text_lines(container) if line not in linked]


def _link_lines(node: LexborNode, least: int) -> set[str]:
    """The texts of links that are at least so long."""
    texts = (link.text() or "" for link in node.css("a[href]"))
    return {clean(text) for text in texts if len(text) >= least}


def text_lines(node: LexborNode) -> list[str]:
    """The text of a node as it is, one cleaned line for each block."""
    html = (node.html or "").replace("\n", " ")
    text = _TAGS.sub("", _BLOCKS.sub("\n", html))
    parts = (" ".join(part.split()) if "  " in part else part.strip() for part in text.split("\n"))
    return [line for part in parts if (line := clean(part))]


def _size(node: LexborNode) -> int:
    return len(" ".join((node.text() or "").split()))


def _drop_noise(container: LexborNode) -> None:
    """Remove furniture, but nothing that holds a large part of the text: then the name of its class misleads."""
    for node in container.css("script,style,noscript,template,iframe,svg"):
        node.decompose()
    text = container.text() or ""
    least = len(text) - sum(map(text.count, " \n\t\r"))  # of its size, which takes longer to tell
    for node in container.css(_NOISE):
        if node.mem_id == container.mem_id or node.tag in {"html", "body", "head"}:
            continue
        if len(node.text() or "") * 3 < least or _is_small(node, text):
            node.decompose()
    for node in container.css(_RIGHT):
        if node.mem_id != container.mem_id and _size(node) < 100:
            node.decompose()


def _is_small(node: LexborNode, whole: str) -> bool:
    size = _size(node)
    return size * 3 < len(" ".join(whole.split())) or (node.tag in {"figure", "figcaption"} and size < 1_000)


def _drop_captions(container: LexborNode) -> None:
    """Captions without a figure: short text in the image's own block, or the italic or centred line after it."""
    for image in container.css("img"):
        block = image.parent
        while block is not None and block.mem_id != container.mem_id and block.tag not in {"p", "div", "td"}:
            block = block.parent
        if block is None or block.mem_id == container.mem_id or _size(block) > 300:
            continue
        after = block.next
        while after is not None and after.tag in {"-text", "-comment", "br"} and not (after.text() or "").strip():
            after = after.next
        if after is not None and after.tag in {"p", "div"} and _size(after) < 300 and _is_caption(after):
            after.decompose()
        block.decompose()


def _is_caption(node: LexborNode) -> bool:
    style = " ".join(node.attributes.get(name) or "" for name in ("style", "align", "class")).lower()
    emphasised = sum(_size(part) for part in node.css(_EMPHASIS))
    return "center" in style or emphasised * 10 >= _size(node) * 9 > 0
