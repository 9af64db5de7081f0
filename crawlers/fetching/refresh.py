"""A page that sends its reader on at once: a redirect of another form (<meta http-equiv="refresh">, header Refresh)."""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from crawlers.outcomes import READ, Answer, blocked_reason
from press.markup import base_of, bounded
from press.urls import join, same_site

#: Seconds a reader is shown a page before he is sent on; who waits longer reads it.
AT_ONCE: Final = 5
#: Only so much of a page can come before what stands in its head.
_HEAD_BYTES: Final = 64 * 1024
_REFRESH: Final = re.compile(
    r"\s*(\d{1,4})[.\d]{0,10}\s*[;,\s]\s*(?:url\s*=\s*)?(?:\"([^\"]*)|'([^']*)|([^\s\"'].*))",
    re.IGNORECASE | re.DOTALL,
)


def sent_on(answer: Answer) -> str:
    """The address of the same site this answer sends its reader on to at once; "" where it does not.

    What stands in <noscript> is not for us to follow only because we run no scripts; a challenge is never followed.
    """
    if answer.status not in READ:
        return ""
    target = _target(answer.headers.get("refresh", ""), answer.url) or _in_page(answer)
    if not target or target == answer.url or not same_site(target, answer.url) or blocked_reason(answer):
        return ""
    return target


def _in_page(answer: Answer) -> str:
    head = answer.body[:_HEAD_BYTES]
    lowered = head.lower()
    if b"http-equiv" not in lowered or b"refresh" not in lowered:
        return ""
    try:
        tree = LexborHTMLParser(bounded(head))
    except ValueError:
        return ""
    base = base_of(tree, answer.url)
    for node in tree.css('meta[http-equiv="refresh" i]'):
        parent = node.parent
        if parent is None or parent.tag != "noscript":
            return _target(node.attributes.get("content") or "", base)
    return ""


def _target(content: str, base: str) -> str:
    found = _REFRESH.match(content[:4096])
    if found is None or int(found[1]) > AT_ONCE:
        return ""
    return join(base, found[2] or found[3] or found[4] or "").partition("#")[0]
