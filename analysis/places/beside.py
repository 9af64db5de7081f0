"""What one reading of a text found, and what stands beside a name: its parent, or a province it does not lie in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from analysis.places.area import Area
from analysis.places.gazetteer import PROVINCE, Gazetteer
from analysis.places.mentions import Mention
from press import Place

_LINK = re.compile(
    r" ?(?:,|\(|-|–|thuộc|của|ở|tại|, thuộc)? ?(?:địa bàn )?"
    r"(?:(?:tỉnh|thành phố|tp\.?|huyện|quận|thị xã|tx\.?|h\.|q\.|xã|phường|thị trấn|tt\.?) ?)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]\d|\d)")
_ITEM = re.compile(r" ?(?:,|;|và|, và|-|–|hay|hoặc) ?(?:và )?")
_OLD_AFTER = re.compile(r" ?\(?(?:cũ|trước đây)\b")


@dataclass(slots=True)
class Survey:
    """What one reading of a text found: the mentions, resolved where possible, and what relevance needs of them."""

    flat: str  #: title, newline, text; NFC, one tone placement
    title_length: int
    area: Area
    gazetteer: Gazetteer
    day: str  #: ISO date in Vietnam, "" when unknown
    home: frozenset[int]
    mentions: list[Mention] = field(default_factory=list)
    villages: frozenset[str] = frozenset()  #: names said to be villages
    strangers: frozenset[str] = frozenset()  #: names a province stands beside that has no unit of that name known
    places: tuple[Place, ...] = ()

    @property
    def era(self) -> str:
        """ "old" or "new": before or since the merger of provinces; "" when neither date nor text tells."""
        if self.day:
            return "new" if self.day >= self.gazetteer.merger else "old"
        years = [int(year) for year in _YEAR.findall(self.flat)]
        merged = int(self.gazetteer.merger[:4])
        if years and max(years) > merged:
            return "new"
        gone = any(_is_gone(self, mention) for mention in self.mentions)
        return "old" if gone or (years and max(years) < merged) else ""


def is_former(found: Survey, mention: Mention) -> bool:
    """Whether the text itself calls the unit a former one: "huyện X cũ", "the former X Province"."""
    after = _OLD_AFTER.match(found.flat, mention.end)
    return bool(after) or found.flat.endswith("former ", max(0, mention.start - 8), mention.start)


def _is_gone(found: Survey, mention: Mention) -> bool:
    """A unit word that only fits units abolished by the merger, and no "cũ" after it: the text is older."""
    if not mention.levels or mention.kind != "place" or is_former(found, mention):
        return False
    fitting = [form.unit for form in mention.forms if found.gazetteer.units[form.unit].level in mention.levels]
    return bool(fitting) and all(found.gazetteer.units[unit].valid_to for unit in fitting)


def strange_names(found: Survey) -> Iterator[str]:
    """Names without a unit word beside which the text puts a province none of their units lies in: "Mỹ Xuyên (Huế)"."""
    for index, mention in enumerate(found.mentions):
        if mention.levels or mention.kind not in ("place", "village", "built"):
            continue
        next_one = linked(found, index)
        if next_one is None or next_one < index or not _owns(found, index, next_one):
            continue
        other = _fitting(found, found.mentions[next_one])
        lines = [found.gazetteer.lineage(unit) for unit in other]
        if other and not any(line & found.gazetteer.lineage(form.unit) for line in lines for form in mention.forms):
            yield mention.written.casefold()


def _fitting(found: Survey, mention: Mention) -> list[int]:
    """The units a mention's unit word allows; without one the province, where it is the name of one."""
    units = found.gazetteer.units
    levels = mention.levels or (PROVINCE,)
    return [form.unit for form in mention.forms if units[form.unit].level in levels and not form.after]


def _owns(found: Survey, index: int, at: int) -> bool:
    """Whether the next mention says where this one lies, and is not the next item of a list."""
    mention, other = found.mentions[index], found.mentions[at]
    gap = found.flat[mention.end : other.start]
    # "hành tím Vĩnh Châu ở Hà Nội" is sold there, it does not lie there.
    if re.match(r" ?(?:\(|thuộc|của|ở|tại)" if mention.kind == "village" else r" ?(?:\(|thuộc)", gap):
        return True
    if not gap.startswith(","):
        return False
    if mention.kind == "village":
        return True
    if other.levels and PROVINCE not in other.levels:  # "X, phường Y, TP Z"
        wide = linked(found, at)
        return wide == at + 1 and bool(_fitting(found, found.mentions[wide])) and found.flat[other.end] == ","
    before = found.flat[found.mentions[index - 1].end : mention.start] if index else "."
    after = found.flat[other.end : other.end + 6]
    return not _ITEM.fullmatch(before) and not re.match(r" ?(?:,|và|;|-|–|&) ?(?:và |TP\.? ?)?[A-ZĐÂÔƯ]", after)


def linked(found: Survey, index: int) -> int | None:
    """The mention that directly follows ("xã X, huyện Y"), or precedes with a colon or bracket ("Y: xã X")."""
    mentions = found.mentions
    if index + 1 < len(mentions):
        gap = found.flat[mentions[index].end : mentions[index + 1].start]
        if len(gap) < 24 and _LINK.fullmatch(gap.replace(" cũ", "")):
            return index + 1
    if index > 0:
        gap = found.flat[mentions[index - 1].end : mentions[index].start]
        if len(gap) < 24 and re.fullmatch(r"(?: ?[:(] ?| - | có | \()(?:[\w ]{0,12} )?", gap):
            return index - 1
    return None
