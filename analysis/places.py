"""Which places a text names, and why we think so.

A name alone decides little: half of the commune names exist in several provinces. Each candidate collects points from
the unit word before it, what stands next to it, what else its sentence and the text name, the outlet's home and the
date (which units existed); the best one is taken when it is good enough and clearly ahead of every other territory.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analysis.area import Area
from analysis.gazetteer import COMMUNE, DISTRICT, LANDMARK, PROVINCE, Form, Gazetteer, load_gazetteer
from analysis.mentions import SURNAMES, Mention, scan
from press import Place

_ENOUGH, _AHEAD = 2.0, 1.0
_LINK = re.compile(
    r" ?(?:,|\(|-|–|thuộc|của|ở|tại|, thuộc)? ?(?:địa bàn )?"
    r"(?:(?:tỉnh|thành phố|tp\.?|huyện|quận|thị xã|tx\.?|h\.|q\.|xã|phường|thị trấn|tt\.?) ?)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]\d|\d)")
_OLD_AFTER = re.compile(r" ?\(?(?:cũ|trước đây)\b")
_KIND_COST = {"person": 3.0, "street": 3.0, "inner": 3.0, "built": 1.0, "lottery": 0.0, "place": 0.0}


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


@dataclass(slots=True)
class _Anchors:
    """Provinces and districts a text names for certain: unit -> where (mention indices)."""

    units: dict[int, list[int]]
    sentences: dict[int, set[int]]


def survey(title: str, text: str, *, area: Area, published_at: datetime | None = None, outlet: str = "") -> Survey:
    """Reads a text once: every mention of a unit anywhere in the country, and the places for the officer."""
    gazetteer = load_gazetteer()
    flat, mentions = scan(gazetteer, title, text)
    day = (published_at + timedelta(hours=7)).date().isoformat() if published_at else ""
    found = Survey(
        flat, flat.index("\n"), area, gazetteer, day, gazetteer.home(outlet) if outlet else frozenset(), mentions
    )
    era = found.era
    anchors = _anchors(found, era)
    for index in sorted(range(len(mentions)), key=lambda index: _width(gazetteer, mentions[index])):
        _resolve(found, era, anchors, index, mentions[index])
    _repeat(found)
    found.places = _places(found)
    return found


def find_places(
    title: str, text: str, *, area: Area, published_at: datetime | None, outlet: str = ""
) -> tuple[Place, ...]:
    """The places a text names, those of the area first, each once, with words and reasons of its best mention."""
    return survey(title, text, area=area, published_at=published_at, outlet=outlet).places


def _is_gone(found: Survey, mention: Mention) -> bool:
    """A unit word that only fits units abolished by the merger, and no "cũ" after it: the text is older."""
    if not mention.levels or mention.kind != "place" or _OLD_AFTER.match(found.flat, mention.end):
        return False
    fitting = [form.unit for form in mention.forms if found.gazetteer.units[form.unit].level in mention.levels]
    return bool(fitting) and all(found.gazetteer.units[unit].valid_to for unit in fitting)


def _width(gazetteer: Gazetteer, mention: Mention) -> int:
    """Wide units first, so that a narrow one can lean on what its parent turned out to be."""
    return min(mention.levels) if mention.levels else min(gazetteer.units[form.unit].level for form in mention.forms)


def _valid(found: Survey, era: str, form: Form) -> bool:
    """A unit that did not exist yet is no candidate; one that is gone may still be named."""
    unit = found.gazetteer.units[form.unit]
    return not unit.valid_from or era != "old" or unit.valid_from < found.gazetteer.merger


def _anchors(found: Survey, era: str) -> _Anchors:
    anchors = _Anchors({}, {})
    units = found.gazetteer.units
    for index, mention in enumerate(found.mentions):
        if mention.kind not in ("place", "built", "lottery"):
            continue
        forms = [form for form in mention.forms if _valid(found, era, form) and not form.after]
        level = min((units[form.unit].level for form in forms), default=COMMUNE)
        if mention.levels:
            level = next((one for one in mention.levels if any(units[f.unit].level == one for f in forms)), 9)
        chosen = [form.unit for form in forms if units[form.unit].level == level]
        if level == PROVINCE and era == "new":
            chosen = [unit for unit in chosen if not units[unit].valid_to] or chosen
        if level == PROVINCE or (level == DISTRICT and (mention.levels or len(chosen) == 1)):
            for unit in chosen:
                anchors.units.setdefault(unit, []).append(index)
                anchors.sentences.setdefault(unit, set()).add(mention.sentence)
    return anchors


def _resolve(found: Survey, era: str, anchors: _Anchors, index: int, mention: Mention) -> None:
    gazetteer = found.gazetteer
    forms = [form for form in mention.forms if _valid(found, era, form)]
    if not mention.levels:
        provinces = [form for form in forms if gazetteer.units[form.unit].level == PROVINCE]
        forms = provinces or forms
        if not anchors.units and len(forms) > 6:
            return
    scored = []
    for form in forms:
        points = _points(found, era, anchors, index, form)
        if points is not None:
            scored.append((points[0], gazetteer.units[form.unit].valid_from, form.unit, points[1]))
    if not scored:
        return
    if era == "old":
        scored.sort(key=lambda item: (-item[0], item[1]))
    else:
        scored.sort(key=lambda item: (item[0], item[1]), reverse=True)
    best, _, unit, reasons = scored[0]
    line = gazetteer.lineage(unit)
    rival = max((points for points, _, other, _ in scored if not line & gazetteer.lineage(other)), default=-9.0)
    if best >= _ENOUGH and best - rival >= _AHEAD:
        mention.unit, mention.score = unit, min(1.0, 0.4 + best / 10)
        mention.evidence = ", ".join(reasons)


def _points(found: Survey, era: str, anchors: _Anchors, index: int, form: Form) -> tuple[float, list[str]] | None:
    """The points of one candidate with the reasons in words; None where it cannot be meant."""
    mention, unit = found.mentions[index], found.gazetteer.units[form.unit]
    named = _by_word(found, mention, form)
    if named is None:
        return None
    near = _by_context(found, anchors, index, form)
    points, reasons = named[0] + near[0], named[1] + near[1]
    if unit.level != PROVINCE or mention.kind == "person":
        points -= _KIND_COST[mention.kind]
    if unit.level != PROVINCE and _alone(found, era, mention, form):
        points += 1.5
        if len(reasons) < 2:
            reasons.append(f"tên chỉ có ở {found.gazetteer.units[found.gazetteer.top(form.unit)].title}")
    if found.home & found.gazetteer.lineage(form.unit):
        points += 1.5
        reasons.append("báo của địa phương")
    old = bool(_OLD_AFTER.match(found.flat, mention.end))
    if era == "new" and unit.valid_to:
        # The names of former cities and districts live on in everyday use; an abolished commune hardly does.
        points += 1.0 if old else (-1.0 if unit.level == COMMUNE or mention.levels else -0.25)
    elif era == "new" and unit.valid_from and old:
        points -= 1.0
    if unit.name[-1].isdigit() and unit.name.startswith(("Phường", "Quận")):
        points -= 1.5
    elif unit.level == COMMUNE and not mention.levels and mention.written.split(" ")[0] in SURNAMES:
        points -= 2.0
    return points, reasons


def _by_word(found: Survey, mention: Mention, form: Form) -> tuple[float, list[str]] | None:
    unit = found.gazetteer.units[form.unit]
    if mention.levels:
        if unit.level not in mention.levels:
            return None
        exact = (
            unit.word.startswith(mention.word.rstrip("."))
            or mention.word[:2] == _short(unit.word)
            or mention.word.isascii()
        )
        if unit.level == PROVINCE and mention.word.startswith(("tp", "thành")) and unit.word != "thành phố":
            return None
        return (1.5 if exact else 0.5) + (unit.level == PROVINCE), [f"có chữ “{mention.word}”"]
    if unit.level == LANDMARK:
        word = f"có chữ “{_led(found, mention, form)}”" if form.after else "địa danh"
        return (1.0 if form.weak else 2.5), [word]
    if unit.level == PROVINCE:
        return 2.5, ["tên tỉnh, thành phố"]
    return (0.75 if unit.level == DISTRICT else -0.5), []


def _short(word: str) -> str:
    return "".join(part[0] for part in word.split(" ")) if " " in word else f"{word[:1]}."


def _led(found: Survey, mention: Mention, form: Form) -> str:
    before = found.flat[max(0, mention.start - 28) : mention.start].lower().rstrip(" -–")
    return next((word for word in form.after if before.endswith(word)), form.after[0])


def _by_context(found: Survey, anchors: _Anchors, index: int, form: Form) -> tuple[float, list[str]]:
    """Points for a parent next to the name, in its sentence, or anywhere; a stranger next to it counts against."""
    mention, gazetteer = found.mentions[index], found.gazetteer
    if gazetteer.units[form.unit].level == PROVINCE:
        return 0.0, []
    line = gazetteer.lineage(form.unit) - {form.unit}
    linked = _linked(found, index)
    if linked is not None:
        other = found.mentions[linked]
        if other.unit in line or (other.unit < 0 and any(owner.unit in line for owner in other.forms)):
            return 4.0, [f"liền với “{other.written}”"]
        wide = any(gazetteer.units[owner.unit].level == PROVINCE for owner in other.forms)
        if wide and gazetteer.units[form.unit].level != LANDMARK and _is_parent_link(found, index, linked):
            return -4.0, []
    shared = [unit for unit in line if unit in anchors.units]
    for unit in shared:
        if mention.sentence in anchors.sentences[unit] and anchors.units[unit] != [index]:
            return 2.0, [f"cùng câu với “{gazetteer.units[unit].title}”"]
    for unit in shared:
        if anchors.units[unit] != [index]:
            return 1.5, [f"bài có nhắc “{gazetteer.units[unit].title}”"]
    return 0.0, []


def _linked(found: Survey, index: int) -> int | None:
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


def _is_parent_link(found: Survey, index: int, linked: int) -> bool:
    gap = found.flat[found.mentions[index].end : found.mentions[linked].start]
    return linked > index and bool(re.match(r" ?(?:,|\(|thuộc|của|ở|tại)", gap)) and bool(found.mentions[index].levels)


def _alone(found: Survey, era: str, mention: Mention, form: Form) -> bool:
    """No other territory has the name (at the level its unit word allows)."""
    gazetteer, line = found.gazetteer, found.gazetteer.lineage(form.unit)
    namesakes = 0
    for other in mention.forms:
        if other.unit == form.unit or line & gazetteer.lineage(other.unit) or not _valid(found, era, other):
            continue
        if era == "new" and gazetteer.units[other.unit].valid_to and not gazetteer.units[form.unit].valid_to:
            continue
        if mention.levels and gazetteer.units[other.unit].level not in mention.levels:
            continue
        if mention.levels or gazetteer.units[form.unit].level != DISTRICT:
            return False
        if gazetteer.units[other.unit].level < COMMUNE:
            return False
        namesakes += 1  # communes are hardly ever named without their unit word
    return namesakes <= 2


def _repeat(found: Survey) -> None:
    """A name given in full once stands for the same place where it is repeated without its unit word."""
    known: dict[str, Mention] = {}
    for mention in found.mentions:
        if mention.unit >= 0 and (mention.levels or mention.score >= 0.8):
            known.setdefault(mention.written, mention)
    for mention in found.mentions:
        full = known.get(mention.written)
        if mention.unit < 0 and full is not None and mention.kind in ("place", "built") and not mention.levels:
            mention.unit, mention.score = full.unit, 0.6
            mention.evidence = f"trong bài có “{full.word or 'nơi'} {full.written}”"


def _places(found: Survey) -> tuple[Place, ...]:
    best: dict[int, Mention] = {}
    for mention in found.mentions:
        if mention.unit >= 0 and mention.kind not in ("inner", "lottery"):
            known = best.get(mention.unit)
            if known is None or mention.score > known.score:
                best[mention.unit] = mention
    count = Counter(mention.unit for mention in found.mentions)
    inside = found.area.units
    order = sorted(best, key=lambda unit: (unit not in inside, -count[unit], best[unit].start))
    return tuple(_place(found, unit, best[unit]) for unit in order)


def _place(found: Survey, unit: int, mention: Mention) -> Place:
    row = found.gazetteer.units[unit]
    return Place(
        name=row.title,
        code=row.code,
        as_written=mention.written,
        evidence=mention.evidence,
        valid_from=row.valid_from,
        score=round(mention.score, 3),
        in_area=unit in found.area.units,
    )
