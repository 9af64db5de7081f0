"""What announces articles: RSS and Atom feeds with the habits of real ones, and a news sitemap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from urllib.parse import urlsplit

from demo.forms.writing import doubly_encoded, feed_date, numeric_entities
from demo.pages.pages import served_text
from demo.truth.truth import DemoArticle, DemoOutlet

UTM = "utm_source=rss&utm_medium=feed&utm_campaign=home"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list exactly as it is served: every field is already XML."""

    title: str
    link: str
    date: str
    summary: str


def items(outlet: DemoOutlet, articles: Sequence[DemoArticle]) -> list[Item]:
    """Return the items of an outlet's list, newest first, each as that outlet writes it."""
    first = [article.key for article in articles if not article.copy]
    place = {key: at for at, key in enumerate(first)}
    return [_item(outlet, article, place.get(article.key, -1)) for article in articles]


def _item(outlet: DemoOutlet, article: DemoArticle, at: int) -> Item:
    text = served_text(outlet, article.as_written)
    title, summary = escape(text.title, quote=False), escape(text.lead, quote=False)
    if "double_entities" in outlet.habits:
        title, summary = escape(doubly_encoded(text.title)), escape(doubly_encoded(text.lead))
    if "entity_titles" in outlet.habits:
        title = f"<![CDATA[{numeric_entities(text.title)}]]>"
    if "zero_width" in outlet.habits and at == 0:
        title += "\u200b" * 7
    link = served_link(outlet, article, at)
    if "img_in_cdata" in outlet.habits:
        summary = f'<![CDATA[<a href="{article.url}"><img src="/anh/{article.key}.jpg" ></a></br>{text.lead}]]>'
    elif article.dateline:
        summary = escape(article.dateline, quote=False) + " " + summary
    return Item(title, escape(link), _date(outlet, article, at), summary)


def served_link(outlet: DemoOutlet, article: DemoArticle, at: int) -> str:
    """Return how a list writes the article's address: plain, as its AMP twin, with parameters, or relative."""
    if at >= 0 and at == outlet.relative:
        return urlsplit(article.url).path
    if at >= 0 and at == outlet.amp:
        return article.url.replace(urlsplit(article.url).path, "/amp" + urlsplit(article.url).path)
    return f"{article.url}?{UTM}" if "utm" in outlet.habits else article.url


def _date(outlet: DemoOutlet, article: DemoArticle, at: int) -> str:
    if at >= 0 and at == outlet.undated:
        return ""
    ahead = timedelta(days=400) if at >= 0 and at == outlet.future else timedelta()
    return feed_date(article.published_at + ahead, outlet.date)


def rss(outlet: DemoOutlet, site: str, listed: Sequence[Item]) -> bytes:
    """Return an RSS 2.0 feed of those items in the outlet's own encoding."""
    encoding = "UTF-16" if "utf16" in outlet.habits else "utf-8"
    lines = [
        f'<?xml version="1.0" encoding="{encoding}"?>',
        '<rss version="2.0"><channel>',
        f"<title>{escape(outlet.name)}</title><link>{site}/</link><description>{escape(outlet.name)} RSS</description>",
    ]
    for item in listed:
        date = f"<pubDate>{item.date}</pubDate>" if item.date else ""
        lines.append(
            f"<item><title>{item.title}</title><link>{item.link}</link>"
            f'<guid isPermaLink="false">{item.link}</guid>{date}<description>{item.summary}</description></item>'
        )
    lines.append("</channel></rss>")
    return "\n".join(lines).encode("utf-16" if encoding == "UTF-16" else "utf-8")


def broken_rss(outlet: DemoOutlet, site: str, listed: Sequence[Item]) -> bytes:
    """Return an RSS feed with control characters in its titles that breaks off inside an item after the listed ones."""
    whole = rss(outlet, site, [*listed, Item("Bài thứ tư & không", "", "", "bị cắt")]).decode()
    return whole.replace("<title>", "<title>\x0b", 3)[: whole.rindex("<link>") + 12].encode()


def atom(outlet: DemoOutlet, site: str, listed: Sequence[Item]) -> bytes:
    """Return an Atom feed of those items."""
    entries = "\n".join(
        f'<entry><title>{item.title}</title><link rel="alternate" href="{item.link}"/><id>{item.link}</id>'
        f"<published>{item.date}</published><updated>{item.date}</updated>"
        f'<summary type="html">{item.summary}</summary></entry>'
        for item in listed
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="km">'
        f'<title>{escape(outlet.name)}</title><id>{site}/</id><link href="{site}/"/>\n{entries}\n</feed>'
    ).encode()


def news_sitemap(outlet: DemoOutlet, listed: Sequence[Item]) -> bytes:
    """Return a news sitemap of those items."""
    entries = "\n".join(
        f"<url><loc>{item.link}</loc><news:news><news:publication><news:name>{escape(outlet.name)}</news:name>"
        f"<news:language>{outlet.language}</news:language></news:publication>"
        f"<news:publication_date>{item.date}</news:publication_date><news:title>{item.title}</news:title></news:news></url>"
        for item in listed
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{entries}\n</urlset>'
    ).encode()
