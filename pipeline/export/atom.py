"""An Atom feed (RFC 4287) of articles; entries have no person, the feed's own author is the service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urljoin
from xml.sax.saxutils import escape, quoteattr

from pipeline.export.about import About, dated, places, xml_text
from press import Article

_SERVICE: Final = ("Điểm báo", "Press review")


def feed(about: About, articles: Iterable[Article]) -> Iterator[bytes]:
    """Give the feed in pieces."""
    service = about.say(_SERVICE)
    title = f"{service}: {about.query or about.say(('mọi bài', 'every article'))}"
    count = f"{about.count} {about.say(('bài', 'articles'))}, {about.moment(about.made_at)}"
    yield (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{about.language}">\n'
        f"{_tag('id', about.address)}{_tag('title', title)}{_tag('subtitle', count)}"
        f"{_tag('updated', about.iso(about.made_at))}<author>{_tag('name', service)}</author>\n"
        f'<link rel="self" href={_quoted(about.address)}/>\n'
    ).encode(errors="replace")
    for article in articles:
        yield _entry(about, article).encode(errors="replace")
    yield b"</feed>\n"


def _entry(about: About, article: Article) -> str:
    tags = "".join(
        f"<category term={_quoted(topic.id)} label={_quoted(about.topic(topic.id))}/>" for topic in article.topics
    )
    said = (about.outlet(article), about.tone(article.tone), places(article))
    summary = "\n".join(filter(None, (article.lead, " · ".join(filter(None, said)))))
    return (
        f"<entry>{_tag('id', article.url)}{_tag('title', article.title)}"
        f'<link rel="alternate" type="text/html" hreflang="{article.language}" href={_quoted(article.url)}/>'
        f"{_tag('published', about.iso(dated(article)))}{_tag('updated', about.iso(dated(article)))}"
        f"{tags}{_tag('summary', summary)}"
        f"<source>{_tag('id', urljoin(article.url, '/'))}{_tag('title', about.outlet(article))}</source></entry>\n"
    )


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(xml_text(text))}</{name}>"


def _quoted(text: str) -> str:
    return quoteattr(xml_text(text))
