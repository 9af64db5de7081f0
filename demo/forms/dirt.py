"""What happens to running text on its way into a page: entities, decomposed letters, links inside sentences."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from html import entities, escape

from markupsafe import Markup

from demo.forms.writing import numeric_entities, partly_decomposed, with_eth, with_nbsp

#: Classes real pages give to a link or mark inside a sentence; what they name says nothing of what stands there.
INLINE = (
    *("cms-relate", "link-inline-content", "author-name", "keyword", "autolink", "seo-tag", "comment-link", "VCCLink"),
    *(
        "related_link",
        "banner-text",
        "tag-link",
        "share-text",
        "readmore",
        "vote-name",
        "source-link",
        "caption-inline",
    ),
)
_SHORTEST = 60  # characters of a sentence that gets a link


def _zero_width(text: str) -> str:
    return re.sub(r" (?=\w{5})", " \u200b", text, count=2)


def _soft_hyphens(text: str) -> str:
    return re.sub(r"(\w{3})(\w{3})", "\\1\u00ad\\2", text, count=2)


def _named_entities(text: str) -> str:
    return "".join(f"&{name};" if (name := entities.codepoint2name.get(ord(char))) else char for char in text)


def _line_breaks(text: str) -> str:
    words = text.split(" ")
    return "".join(word + ("\n      " if n % 9 == 8 else " ") for n, word in enumerate(words)).strip()


def _commented(text: str) -> str:
    return text.replace(", ", ", <!-- x --> ", 1)


#: What changes the letters, what escapes them, and what stands between escaped ones.
LETTERS: Mapping[str, Callable[[str], str]] = {
    "decomposed": partly_decomposed,
    "no-break spaces": with_nbsp,
    "zero-width": _zero_width,
    "soft hyphens": _soft_hyphens,
    "eth": with_eth,
}
ENTITIES: Mapping[str, Callable[[str], str]] = {
    "named entities": _named_entities,
    "numeric entities": numeric_entities,
}
MARKUP: Mapping[str, Callable[[str], str]] = {"line breaks": _line_breaks, "comments": _commented}
_KHMER = frozenset({"numeric entities", "comments"})


def chosen(draw: random.Random, *, khmer: bool) -> tuple[str, ...]:
    """Return the kinds of dirt that a page has: none to three, and none that its letters cannot carry."""
    some = draw.sample([*LETTERS, *ENTITIES, *MARKUP], draw.choice((0, 1, 1, 2, 2, 3)))
    return tuple(kind for kind in some if kind in _KHMER or not khmer)


def dirty(text: str, kinds: tuple[str, ...], *, attribute: bool = False) -> Markup:
    """Return a text as a page of those kinds writes it, between tags or as an `attribute` may hold it."""
    for kind in kinds:
        text = LETTERS.get(kind, str)(text)
    written = next((ENTITIES[kind](text) for kind in kinds if kind in ENTITIES), escape(text))
    for kind in kinds:
        if kind in MARKUP and not attribute:
            written = MARKUP[kind](written)
    return Markup(written.replace('"', "&quot;"))  # noqa: S704 -- escaped above


def linked(text: Markup, draw: random.Random, site: str) -> Markup:
    """Return a sentence with a link, a mark or an empty element inside it; short ones stay as they are."""
    words = str(text).split(" ")
    if len(text) < _SHORTEST or len(words) < 12:
        return text
    start = draw.randrange(2, len(words) - 5)
    end = start + draw.randint(1, 4)
    inner = " ".join(words[start:end])
    if any(sign in " ".join(words[start - 1 : end + 1]) for sign in "<>"):
        return text
    name = draw.choice(INLINE)
    shape = draw.choice(
        (
            f'<a href="{site}/chu-de/{start}.html" class="{name}">{{}}</a>',
            f'<a class="{name}" href="{site}/tin/{end}-{start}.html" title="x">{{}}</a>',
            f'<strong class="{name}">{{}}</strong>',
            f'<span class="{name}">{{}}</span>',
            "<em>{}</em>",
            '<b style="color:#333">{}</b>',
            "<a href=https://khac.example.vn/ target=_blank rel=nofollow>{}</a>",
            "<i></i>{}<b></b>",
        )
    )
    return Markup(" ".join([*words[:start], shape.replace("{}", inner), *words[end:]]))  # noqa: S704 -- escaped before
