"""Numbered roads as the press writes them: "QL.60", "quốc lộ 1A", "ĐT932C", "tỉnh lộ 934", "Provincial Road 936B"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: Kind of road -> its words, lower case.
_WORDS: Final = {
    "QL": "quốc lộ|ql|national highway|national road|highway",
    "ĐT": "đường tỉnh lộ|đường tỉnh|tỉnh lộ|đt|tl|provincial road",
}
# One of these stands in every road's name: plain search spares most texts the pattern.
_MARKS: Final = (
    *("ốc lộ", "ỐC LỘ", "QL", "ql", "ỉnh lộ", "ỈNH LỘ", "ường tỉnh", "ƯỜNG TỈNH", "ĐT", "đt", "TL"),
    *("ighway", "IGHWAY", "oad ", "OAD "),
)
_NUMBER: Final = r"[1-9]\d{0,2}[A-Z]?(?![\w/])(?![.,]\d)"
_ROAD: Final = re.compile(
    rf"(?<!\w)(?:({_WORDS['QL']})|({_WORDS['ĐT']}))(?: \((?:ql|đt|tl)\))?(?: số)?[ .–‐‑-]{{0,2}}({_NUMBER})",
    re.IGNORECASE,
)
_NEXT: Final = re.compile(rf"(?:, ?| và )(?=\d\d)({_NUMBER})(?=[,;.:)\n]| và |\Z)")  # "quốc lộ 1, 60 và 61B,"
_KEY: Final = re.compile(rf"(QL|ĐT) ({_NUMBER})")


def is_road(core: str) -> bool:
    """Whether the data file means a numbered road by a name: "QL 60", "ĐT 932C"."""
    return bool(_KEY.fullmatch(core))


def roads_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and key ("QL 60", "ĐT 932C") of every numbered road a text names, the further ones of a list too."""
    if not any(mark in text for mark in _MARKS):
        return
    for found in _ROAD.finditer(text):
        kind = "QL" if found[1] else "ĐT"
        yield found.start(), found.end(), f"{kind} {found[3].upper()}"
        end = found.end()
        while (more := _NEXT.match(text, end)) is not None:
            yield more.start(1), more.end(1), f"{kind} {more[1]}"
            end = more.end()
