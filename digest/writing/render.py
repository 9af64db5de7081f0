"""A digest -> the mail: plain text first, then HTML from auto-escaping templates; same content, same order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from digest.model import Digest, Item, Line
from digest.plain import shown, web_address
from digest.sending.address import valid_address
from digest.words import Words
from digest.writing.message import build, common_headers, domain_of, mailbox

HTML_LIMIT = 78 * 1024  #: bytes of the encoded HTML part; Gmail clips a message at about 102 KB

_TEMPLATES = Path(__file__).parent / "templates"


def render(digest: Digest, *, sender: str, unsubscribe_url: str, operator: str = "") -> EmailMessage:
    """The whole mail. `sender` is a From value, `operator` (an address, or empty) gets replies.

    ValueError: an address is not one, or `unsubscribe_url` is no web address.
    """
    if not web_address(unsubscribe_url):
        raise ValueError(f"not a web address for ending a subscription: {unsubscribe_url!r}")
    words = Words(digest.language)
    host = domain_of(sender)
    headers = common_headers(
        sender,
        digest.recipient,
        digest.subject,
        now=digest.now,
        message_id=message_id(digest, sender),
        language=digest.language,
    )
    unsubscribe = f"<{unsubscribe_url}>"
    if operator:
        headers.append(("Reply-To", valid_address(operator)))
        unsubscribe += f",\r\n <mailto:{valid_address(operator)}?subject=unsubscribe>"
    headers += [
        ("List-Id", mailbox(words("digest"), f"digest.{host}")),
        ("List-Unsubscribe", unsubscribe),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]
    for lighten in (_as_it_is, _short_leads, _no_leads, _headlines_only):
        lighter = lighten(digest)
        parts = [("plain", text(lighter, unsubscribe_url)), ("html", html(lighter, unsubscribe_url))]
        message = build(headers, parts)
        if html_size(message) <= HTML_LIMIT:
            break
    return message


def message_id(digest: Digest, sender: str) -> str:
    """The identifier of this reader's edition of this period: the same whenever it is composed."""
    period = f"{digest.start:%Y%m%dT%H%M%S}.{digest.end:%Y%m%dT%H%M%S}"
    return f"<diembao.{digest.subscription}.{period}@{domain_of(sender)}>"


def html_size(message: EmailMessage) -> int:
    """Bytes of the encoded HTML part."""
    part = message.get_body(("html",))
    return len(part.as_bytes()) if part is not None else 0


def html(digest: Digest, unsubscribe_url: str) -> str:
    """The HTML part alone."""
    return _render("digest.html.j2", digest, unsubscribe_url)


def text(digest: Digest, unsubscribe_url: str) -> str:
    """The plain-text part alone."""
    return _render("digest.txt.j2", digest, unsubscribe_url)


def _render(template: str, digest: Digest, unsubscribe_url: str) -> str:
    page = environment().get_template(template)
    return page.render(digest=digest, w=Words(digest.language), unsubscribe_url=unsubscribe_url)


@cache
def environment() -> Environment:
    """The templates of the mails; HTML is escaped."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _every_item(digest: Digest, change: Callable[[Item], Item]) -> Digest:
    return replace(
        digest,
        summary=tuple(map(change, digest.summary)),
        sections=tuple(replace(section, items=tuple(map(change, section.items))) for section in digest.sections),
        khmer=tuple(map(change, digest.khmer)),
        related=tuple(map(change, digest.related)),
        more_items=tuple(map(change, digest.more_items)),
    )


def _as_it_is(digest: Digest) -> Digest:
    return digest


def _short_leads(digest: Digest) -> Digest:
    return _every_item(digest, lambda item: replace(item, lead=shown(item.lead, 110), others=item.others[:1]))


def _no_leads(digest: Digest) -> Digest:
    return _every_item(digest, lambda item: replace(item, lead="", others=()))


def _headlines_only(digest: Digest) -> Digest:
    bare = _every_item(digest, lambda item: replace(item, lead="", others=(), decided="", title=shown(item.title, 90)))
    owed, done = (tuple(map(_bare_line, part[:5])) for part in (digest.owed, digest.done))
    return replace(bare, more_items=(), more_url="", owed=owed, done=done)


def _bare_line(line: Line) -> Line:
    """A matter with what no reader may miss: its number, what it is, who answers by when."""
    return replace(line, subject=shown(line.subject, 60), facts=tuple(shown(fact, 50) for fact in line.facts))
