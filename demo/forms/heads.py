"""The head of a page: what it says of itself to programs, with the habits of real outlets."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from demo.forms.catalogue import Form
from demo.forms.dirt import dirty
from demo.forms.stories import Story, texts
from demo.forms.writing import page_date

_ISO = ("iso", "iso", "iso_plain_zone", "iso_minutes", "iso_millis", "utc")
_ODD = ("java", "slip", "epoch", "epoch_millis", "iso_bare", "spaced", "us", "us_narrow", "rfc")
_CUT = 110  # characters of a description before its dots


@dataclass(frozen=True, slots=True)
class Head:
    """The head as markup, its JSON-LD apart: systems put it there or at the end of the page."""

    top: Markup
    linked_data: Markup


def head_of(
    form: Form, story: Story, *, url: str, outlet: str, at: datetime, dirt: tuple[str, ...], draw: random.Random
) -> Head:
    """Return the head of a page; what it states of the instant is `at`."""
    stated = {source: _stated(form, source, at, draw) for source in ("json-ld", "meta")}
    description = _description(form, story, draw)
    title = draw.choice(("{0}", "{0} | {1}", "{0} - {1}", "{0} – {1}", "{0} | {2} | {1}")).format(
        story.title, outlet, story.section
    )
    if form.head == "site":
        title = outlet
    lines = [Markup("<title>{}</title>").format(dirty(title, dirt, attribute=True))]
    if form.head in {"full", "plain"}:
        lines.append(_meta("name", "description", dirty(description, dirt, attribute=True)))
        lines.append(_meta("name", "keywords", ", ".join(texts(form.language)["tags"][:3])))
    if form.head == "full":
        shown = draw.choice((story.title, story.title, f"{story.title} - {outlet}"))
        said = {
            "og:type": "article",
            "og:site_name": outlet,
            "og:title": dirty(shown, dirt, attribute=True),
            "og:description": dirty(description, dirt, attribute=True),
            "og:url": url,
            "og:image": "/anh/1.jpg",
        }
        lines += [_meta("property", name, content) for name, content in said.items()]
    if stated["meta"]:
        name = draw.choice(("article:published_time", "article:published_time", "pubdate", "datePublished", "dc.date"))
        lines.append(_meta("property" if ":" in name else "name", name, stated["meta"]))
        if ":" in name and draw.random() < 0.5:
            lines.append(_meta("property", "article:modified_time", stated["meta"]))
    draw.shuffle(lines)
    if form.head != "site":
        lines.append(Markup('<link rel="canonical" href="{}">').format(url))
    ld = (
        _linked_data(form, story, description, url, outlet, stated["json-ld"], draw)
        if stated["json-ld"]
        else Markup("")
    )
    return Head(Markup("\n").join(lines), ld)


def _meta(kind: str, name: str, content: str | Markup) -> Markup:
    return Markup('<meta {}="{}" content="{}">').format(Markup(kind), name, content)  # noqa: S704 -- a constant


def _stated(form: Form, source: str, at: datetime, draw: random.Random) -> str:
    if source in form.days:
        return page_date(at, "stated_day")
    if source not in form.stated:
        return ""
    return page_date(at, draw.choice(_ODD if draw.random() < 0.25 else _ISO))


def _description(form: Form, story: Story, draw: random.Random) -> str:
    """The lead, or the first words of the text where a page has no lead; cut now and then where the page shows it."""
    whole = story.lead if form.lead != "none" else story.lines[0] if story.lines else story.title
    if form.lead == "none" or (len(whole) > _CUT and draw.random() < 0.2 and not form.plain):
        return whole[:_CUT].rsplit(" ", 1)[0] + draw.choice(("...", "…", " [...]"))
    return whole


def _linked_data(
    form: Form, story: Story, description: str, url: str, outlet: str, published: str, draw: random.Random
) -> Markup:
    article: dict[str, object] = {
        "@context": draw.choice(("https://schema.org", "http://schema.org")),
        "@type": draw.choice(("NewsArticle", "NewsArticle", "Article", "ReportageNewsArticle")),
        "mainEntityOfPage": draw.choice((url, {"@type": "WebPage", "@id": url})),
        "headline": story.title,
        "description": description,
        "image": {"@type": "ImageObject", "url": "/anh/1.jpg"},
        "datePublished": published,
        "author": {"@type": "Organization", "name": outlet},
        "publisher": {"@type": "Organization", "name": outlet},
    }
    if "json-ld" in form.needs:
        article["articleBody"] = "\n".join(story.lines)
    site = {"@context": "https://schema.org", "@type": "WebSite", "name": outlet, "url": url.rpartition("/")[0]}
    crumbs = {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [{"@type": "ListItem", "position": 1, "item": {"@id": "/", "name": story.section}}],
    }
    if draw.random() < 0.3:
        article.pop("@context")
        return _script({"@context": "https://schema.org", "@graph": [site, crumbs, article]})
    return Markup("\n").join(map(_script, draw.sample((article, site, crumbs), 3)))


def _script(data: object) -> Markup:
    written = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return Markup('<script type="application/ld+json">{}</script>').format(Markup(written))  # noqa: S704 -- "<" is gone
