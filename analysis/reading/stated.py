"""The text that a page states beside its HTML: in JSON-LD, or in a script that holds the state of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape

from selectolax.lexbor import LexborHTMLParser

from analysis.reading.bodies import is_prose_line, lines_of, prose_of
from analysis.reading.metadata import state_strings
from press.markup import bounded
from press.text import clean_lines

_ADDRESS = re.compile(r"(?:https?:|/|data:)\S*\Z")
_LEAD = re.compile(
    r"sapo|lead|standfirst|teaser|(?:short_?|meta_?)?desc(?:ription)?|summary|excerpt|abstract|intro\w*|tom_?tat",
    re.IGNORECASE,
)
_SHORTEST, _LONGEST = 20, 1_500  # characters of a lead


def stated(scripts: Iterable[str], body: str) -> tuple[list[str], str]:
    """The paragraphs a page states beside its HTML, in the `body` of JSON-LD or in its scripts, and the lead there."""
    best, lead = _lines_in(body), ""
    for strings in state_strings(scripts):
        run: list[str] = []  # a text in blocks is strings in a row; what is between articles is no running text
        for index, (_, text) in enumerate(strings):
            lines = _lines_in(text)
            run = [*run, *lines] if len(lines) == 1 and is_prose_line(lines[0]) else []
            more = max(lines, run, key=prose_of)
            if prose_of(more) > prose_of(best):
                best, lead = more, _lead_beside(strings, index, more)
    return best, lead


def _lead_beside(strings: Sequence[tuple[str, str]], index: int, lines: Sequence[str]) -> str:
    """What is called a lead next to a text: before it, else behind it."""
    for name, text in (*strings[index::-1], *strings[index + 1 : index + 3]):
        found = " ".join(_lines_in(text)) if _LEAD.fullmatch(name) else ""
        if _SHORTEST <= len(found) <= _LONGEST and found not in lines:
            return found
    return ""


def _lines_in(text: str) -> list[str]:
    """The lines of a text that may be HTML, escaped or not."""
    if "&lt;" in text and "<" not in text:
        text = unescape(text)
    if "<" not in text:
        return [] if _ADDRESS.match(text) else list(filter(None, clean_lines(text).split("\n")))
    try:
        root = LexborHTMLParser(bounded(text.encode("utf-8", errors="replace"))).body
    except ValueError:
        return []
    return lines_of(root) if root is not None else []
