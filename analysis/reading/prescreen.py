"""The cheap first look at a page: its text without tags, good enough to see whether it names a place at all."""

from __future__ import annotations

import html
import re
import unicodedata

from analysis.reading.pages import decode
from press.markup import without_scripts

_TAG = re.compile(r"<[^>]*>")


def visible(body: bytes, content_type: str = "") -> str:
    """Return the text of a page with its frame (menus, related headlines), NFC, entities decoded; never raises.

    More than the article: what it does not contain, the article does not contain either.
    """
    text = decode(body, content_type)
    # A title may stand in JSON-LD alone, so scripts go only after they were kept as text where they hold any.
    text = _TAG.sub(" ", without_scripts(text))
    if "&" in text:
        text = html.unescape(text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
