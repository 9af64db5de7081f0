"""Text and addresses of strangers, made fit to be shown: one line, no control characters, a bounded length."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from press.text import clean

MAX_URL = 600  #: longer addresses are not linked: they would crowd the stories out of the mail
_COENG = "\u17d2"  #: joins a Khmer consonant to the next; a text is never cut behind it
_LOOSE_ENDS = " ,;:.–—-(“\"'‘«"


def shown(text: str, limit: int) -> str:
    """The text on one line, at most `limit` characters, shortened at a word's end with …"""
    line = clean(text[: limit * 8])
    if len(line) <= limit:
        return line
    cut = line.rfind(" ", 0, limit)
    if cut < limit // 2:  # no spaces to cut at: Khmer, or one endless word
        cut = limit - 1
        while cut > 1 and (unicodedata.category(line[cut]).startswith("M") or line[cut - 1] == _COENG):
            cut -= 1
    return line[:cut].rstrip(_LOOSE_ENDS) + "…"


def web_address(url: str) -> str:
    """The address if it may be linked: http or https, a host, no spaces or control characters; else ""."""
    if len(url) > MAX_URL or not url.isprintable() or any(letter in url for letter in " <>\"'`\\{}|^"):
        return ""
    try:
        parts = urlsplit(url)
        usable = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    return url if usable else ""
