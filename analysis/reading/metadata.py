"""What a page says of itself in its head: JSON-LD and meta elements, as they are, before any choice between them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from press.text import clean

_ARTICLE_TYPES = re.compile(
    r"(?:\w*NewsArticle|Article|ReportageNewsArticle|BlogPosting|Report|LiveBlogPosting|\w*Article)\Z"
)
_NAMED = 15  # characters of a video's name that is a headline
_MAX_NODES = 3_000
_MAX_SCRIPT = 400_000
_HOME = re.compile(r"trang chủ|home(?:page)?|trangchu|ទំព័រដើម|tin tức", re.IGNORECASE)
#: What a script says in which frameworks keep the page's data.
STATE = re.compile(
    r"__NEXT_DATA__|__next_f|__NUXT|__(?:INITIAL|PRELOADED|APOLLO|SERVER|REDUX)_?(?:STATE|DATA|PROPS)?__|\A\s*[\[{]"
)
_STRING = re.compile(r'"(?=(?:[^"\\]|\\.){40})(?:[^"\\]++|\\.)*+("?)', re.DOTALL)
_NAME = re.compile(r"(\w+)\"?\s*:\s*\Z")
_META_NAMES = ("property", "name", "itemprop")
_JSON = json.JSONDecoder(strict=False)  # real pages have raw newlines inside strings
_HEAD = 'meta[content],title,base[href],link[rel="canonical"],script[type*="ld+json" i]'
#: What hides a script from old browsers and from XML, and a last semicolon.
_WRAPPED = re.compile(r"\A(?:\s|<!--|//|/\*|\*/|<!\[CDATA\[)+|(?:\s|-->|//|/\*|\*/|\]\]>|;)+\Z")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one page as served; what is asked of it comes cleaned, empty where the page is silent.

    Names of persons are never read.
    """

    meta: Mapping[str, str] = field(default_factory=dict)
    article: Mapping[str, object] = field(default_factory=dict)
    video: Mapping[str, object] = field(default_factory=dict)
    crumbs: tuple[str, ...] = ()
    served_title: str = ""
    canonical: str = ""
    base: str = ""

    @property
    def headline(self) -> str:
        """The headline JSON-LD gives."""
        return clean(_text(self.article.get("headline")) or _text(self.article.get("name")))

    @property
    def og_title(self) -> str:
        """The title for social networks."""
        return clean(self.meta.get("og:title") or self.meta.get("twitter:title") or "")

    @property
    def doc_title(self) -> str:
        """The title of the document, the site's name in it."""
        return clean(self.served_title)

    @property
    def site_name(self) -> str:
        """The name of the site."""
        return clean(self.meta.get("og:site_name") or "")

    @property
    def ld_description(self) -> str:
        """The description JSON-LD gives."""
        return clean(_text(self.article.get("description")))

    @property
    def descriptions(self) -> tuple[str, ...]:
        """The descriptions for social networks and search engines."""
        names = ("og:description", "twitter:description", "description")
        return tuple(clean(self.meta[name]) for name in names if self.meta.get(name))

    @property
    def ld_published(self) -> str:
        """When JSON-LD says the article was published, as written."""
        said = self.article.get("datePublished") or (self.video.get("uploadDate") if self._is_of_video else None)
        return str(said) if isinstance(said, int) else _text(said)  # seconds since 1970

    @property
    def _is_of_video(self) -> bool:
        """Whether the page is about its video: it has the page's own title, and no article is spoken of."""
        name = clean(_text(self.video.get("name"))).lower()
        return not self.article and len(name) >= _NAMED and name in f"{self.og_title} {self.doc_title}".lower()

    @property
    def meta_published(self) -> tuple[str, ...]:
        """When meta elements say it was, as written, best known first."""
        return tuple(self.meta[name] for name in _META_DATES if self.meta.get(name))

    def is_of(self, url: str) -> bool:
        """Whether the JSON-LD may speak of this page: it names no other address, or has the page's own headline."""
        said = [bare for text in _addresses(self.article) if (bare := _bare(text))]
        shown = f"{self.og_title} {self.doc_title}".lower()
        alike = not self.headline or shown.isspace() or self.headline[:30].lower() in shown
        return alike or not said or bool({_bare(url), _bare(self.canonical)}.intersection(said))

    @property
    def changed(self) -> tuple[str, ...]:
        """When JSON-LD and meta elements say it was changed last, as written."""
        said = (_text(self.article.get("dateModified")), *(self.meta.get(name, "") for name in _META_CHANGED))
        return tuple(filter(None, said))

    @property
    def is_article(self) -> bool:
        """Whether JSON-LD or the meta elements speak of one article: its headline, or when it was published."""
        return bool(self.article.get("headline")) or "article:published_time" in self.meta

    @property
    def is_free(self) -> bool:
        """Whether the page may be read without paying, as far as it says."""
        return str(self.article.get("isAccessibleForFree", True)).lower() not in {"false", "no", "0"}

    @property
    def body(self) -> str:
        """The text of the article as JSON-LD gives it, plain or as HTML."""
        return _text(self.article.get("articleBody"))

    @property
    def section(self) -> str:
        """The section by JSON-LD, meta elements or the breadcrumb."""
        return clean(_section(self.article, self.meta, self.crumbs))


_META_DATES = (
    *("article:published_time", "og:article:published_time", "article:published", "pubdate", "publishdate"),
    *(
        "publish-date",
        "publish_date",
        "datepublished",
        "date.published",
        "dc.date.issued",
        "dc.date.created",
        "dc.date",
    ),
    *("dcterms.created", "dcterms.date", "sailthru.date", "parsely-pub-date", "cxenseparse:recs:publishtime"),
    *("publication_date", "publish_time", "published_at", "date_published", "citation_publication_date"),
    *("bt:pubdate", "article_date_original", "og:pubdate", "originalpublicationdate", "published_time", "date"),
)
_META_CHANGED = ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified")
_META_SECTIONS = ("article:section", "articlesection", "its_section", "section", "category")


def head_of(tree: LexborHTMLParser, url: str) -> Head:
    """Read the head: the JSON-LD article that speaks of `url` (else the first), meta elements, the canonical link."""
    nodes: dict[str, list[LexborNode]] = {"meta": [], "title": [], "base": [], "link": [], "script": []}
    for node in tree.css(_HEAD):  # one walk through the page
        nodes.setdefault(node.tag or "", []).append(node)
    article, video, crumbs = _linked_data(nodes["script"], url)
    canonical, title = next(iter(nodes["link"]), None), next(iter(nodes["title"]), None)
    base = next(iter(nodes["base"]), None)
    return Head(
        meta=_meta(nodes["meta"]),
        article=article,
        video=video,
        crumbs=tuple(crumbs),
        served_title=(title.text() or "") if title else "",
        canonical=(canonical.attributes.get("href") or "") if canonical else "",
        base=(base.attributes.get("href") or "") if base else "",
    )


def _meta(nodes: Sequence[LexborNode]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in nodes:
        attributes = node.attributes
        content = attributes["content"]
        if content and not content.isspace():
            for name in map(attributes.get, _META_NAMES):
                if name and not (name == "datePublished" and _is_of_a_box(node)):
                    found.setdefault(name.strip().lower(), content)
    return found


def _is_of_a_box(node: LexborNode) -> bool:
    """Whether a date stands inside the page, where it may be another article's: microdata is read with its box."""
    return node.parent is not None and node.parent.tag != "head"


def _section(article: Mapping[str, object], meta: Mapping[str, str], crumbs: Sequence[str]) -> str:
    for named in (_text(article.get("articleSection")), *(meta.get(name, "") for name in _META_SECTIONS)):
        parts = [part.strip() for part in named.split(",") if part.strip()]
        if parts:
            return parts[-1]
    return crumbs[-1] if crumbs else ""


def _linked_data(
    scripts: Sequence[LexborNode], url: str
) -> tuple[Mapping[str, object], Mapping[str, object], list[str]]:
    """The article the page is about as JSON-LD says it, its first video ({} where none), and the breadcrumb."""
    articles: list[dict[str, object]] = []
    video: dict[str, object] = {}
    crumbs: list[str] = []
    for script in scripts:
        for node in _nodes(_load(script.text() or "")):
            types = node.get("@type")
            names = types if isinstance(types, list) else [types]
            if any(isinstance(name, str) and _ARTICLE_TYPES.match(name) for name in names):
                articles.append(node)
            elif "VideoObject" in names:
                video = video or node
            elif "BreadcrumbList" in names and not crumbs:
                crumbs = _crumbs(node)
    own = [node for node in articles if _speaks_of(node, url)]
    dated = [node for node in own or articles if node.get("datePublished")]
    return next(iter(dated or own or articles), {}), video, crumbs


def _load(text: str) -> object:
    text = text.strip()
    if text[:1] not in {"{", "["} or text[-1:] not in {"}", "]"}:
        text = _WRAPPED.sub("", text)
    if not text or len(text) > _MAX_SCRIPT:
        return None
    for candidate in (text, _TRAILING_COMMA.sub("", text)):
        try:
            return _JSON.decode(candidate)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(data: object) -> Iterator[dict[str, object]]:
    """Every object of the top level, of lists and of @graph, breadth first, bounded; not what an article refers to."""
    queue = [data]
    for _ in range(_MAX_NODES):
        if not queue:
            return
        item = queue.pop(0)
        if isinstance(item, list):
            queue.extend(item)
        elif isinstance(item, dict):
            yield item
            queue.extend(
                item[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(item.get(key), list | dict)
            )


def _crumbs(node: Mapping[str, object]) -> list[str]:
    names: list[str] = []
    queue = [node.get("itemListElement")]
    while queue and len(names) < 20:
        item = queue.pop(0)
        if isinstance(item, list):
            queue = item + queue
        elif isinstance(item, dict):
            inner = item.get("item")
            name = _text(item.get("name")) or (_text(inner.get("name")) if isinstance(inner, dict) else "")
            if name and not _HOME.fullmatch(clean(name)):
                names.append(name)
    return names


def _speaks_of(node: Mapping[str, object], url: str) -> bool:
    return any(_bare(text) == _bare(url) for text in _addresses(node))


def _addresses(node: Mapping[str, object]) -> list[str]:
    page = node.get("mainEntityOfPage")
    said = [node.get("url"), node.get("@id"), page.get("@id") if isinstance(page, dict) else page]
    return [text for text in said if isinstance(text, str)]


def _bare(url: str) -> str:
    return url.partition("#")[0].partition("?")[0].partition("://")[2].rstrip("/").removeprefix("www.").lower()


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def state_strings(scripts: Iterable[str]) -> Iterator[list[tuple[str, str]]]:
    """The long strings of each script that holds the state of the page, in their order: name ("" if none) and text.

    Scripts are JSON, JSON inside of strings, or a function that returns it: the strings are the same in all of them.
    """
    for script in scripts:
        if STATE.search(script):
            yield list(islice(_strings(script), _MAX_NODES))


def _strings(script: str, depth: int = 2) -> Iterator[tuple[str, str]]:
    for found in _STRING.finditer(script):
        if not found[1]:  # it never ends, and nothing behind it does
            return
        try:
            text = _JSON.decode(found[0])
        except ValueError:
            continue
        if depth and '"' in text and _STRING.search(text) and not text.lstrip().startswith("<"):
            yield from _strings(text, depth - 1)
        elif isinstance(text, str):
            name = _NAME.search(script, max(0, found.start() - 40), found.start())
            yield name[1] if name else "", text
