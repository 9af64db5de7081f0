"""What can be taken from a page: each source of evidence by itself, the words a person reads left as they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

_LINKED_DATA = re.compile(r"<script type=\"application/ld\+json\">.*?</script>", re.DOTALL)
_META = re.compile(r"<meta (?:name|property)=\"(?!viewport)[^>]*>")
_MICRODATA = re.compile(
    r"<meta itemprop=[^>]*>"
    r"|(?<!<meta)\s(?:(?:item(?:prop|type|id)|datetime|property)=\"[^\"]*\"|itemscope|pubdate)(?=[\s>/])"
)
_NAMES = re.compile(r"(?<=\s)(class|id)=\"(?!__)([^\"]+)\"")
_MARKS = re.compile(
    r"\s(?:data-[\w-]+|type)=\"(?:\w*Related\w*|Photo|content|title|sapo|publishdate|author|cate-name)\""
)


def hashed(name: str) -> str:
    """Return what a build step makes of a class name: letters that say nothing, the same for the same name."""
    return "c" + hashlib.sha256(name.encode()).hexdigest()[:6]


def _without_names(page: str) -> str:
    told_nothing = _MARKS.sub("", page)
    return _NAMES.sub(lambda found: f'{found[1]}="{" ".join(map(hashed, found[2].split()))}"', told_nothing)


_WITHOUT: Mapping[str, Callable[[str], str]] = {
    "json-ld": lambda page: _LINKED_DATA.sub("", page),
    "meta": lambda page: _META.sub("", page),
    "microdata": lambda page: _MICRODATA.sub("", page),
    "names": _without_names,
}


def taken_out(page: str, without: frozenset[str]) -> str:
    """Return the page without those sources of evidence; labels and the list's word are no matter of markup."""
    for source, change in _WITHOUT.items():
        if source in without:
            page = change(page)
    return page
