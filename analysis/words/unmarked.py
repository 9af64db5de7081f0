"""Names without marks, as English texts write them: when a text may be read for them, and what they look like."""

from __future__ import annotations

import re
from collections.abc import Set

from press.text import fold

_NAMES = re.compile(r"[A-Z][\w'’]*(?:[ -][A-Z][\w'’]*)+")
_OWNER = re.compile(r"['’]s\b")


def scarcely_marked(text: str, times: int) -> bool:
    """Whether a text has so few letters with marks that it is neither Vietnamese nor Khmer: under one in `times`.

    Counted in bytes beyond one a character: Vietnamese prose has about 0.3 a character, English 0.01.
    """
    return (len(text.encode("utf-8", "replace")) - len(text)) * times < len(text)


def unmarked(name: str) -> str:
    """A name as English texts write it: "Vĩnh Châu" -> "Vinh Chau"."""
    return " ".join(word.capitalize() for word in fold(name).split(" "))


def names_any(text: str, names: Set[str]) -> bool:
    """Whether one of the unmarked `names` (two words or more) occurs in a text, capitalised or in capitals."""
    return any(_in_run(_OWNER.sub("", found[0]), names) for found in _NAMES.finditer(text))


def _in_run(run: str, names: Set[str]) -> bool:
    words = [word.capitalize() for word in re.split("[ -]", run)]
    return any(
        " ".join(words[start:end]) in names
        for start in range(len(words) - 1)
        for end in range(start + 2, min(start + 5, len(words)) + 1)
    )
