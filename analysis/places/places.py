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

from analysis.places.area import Area
from analysis.places.beside import Survey, is_former, linked, strange_names
from analysis.places.gazetteer import COMMUNE, DISTRICT, LANDMARK, PROVINCE, Form, Gazetteer
from analysis.places.mentions import ENGLISH_WORDS, SURNAMES, Mention, scan
from press import Language, Place

_ENOUGH, _AHEAD = 2.0, 1.0
_KIND_COST = {"person": 3.0, "street": 3.0, "inner": 3.0, "built": 1.0, "village": 1.5, "lottery": 0.0, "place": 0.0}
_STRANGER, _CERTAIN = 4.0, 0.65


@dataclass(slots=True)
class _Anchors:
    """Provinces and districts a text names for certain: how often, and by which names without a unit word.

    Keys are (unit, sentence); sentence -1 stands for the whole text.
    """

    named: Counter[tuple[int, int]] = field(default_factory=Counter)
    bare: Counter[tuple[int, int, str]] = field(default_factory=Counter)
    vouchers: dict[int, str] = field(default_factory=dict)  #: for units the text does not name: a place in them it does

    def add(self, unit: int, mention: Mention, certain: bool = False) -> None:
        for sentence in (-1, mention.sentence):
            self.named[unit, sentence] += 1
            if not (mention.levels or certain):
                self.bare[unit, sentence, mention.written.casefold()] += 1

    def back(self, unit: int, mention: Mention, sentence: int) -> bool:
        """Whether anything but the mention's own name, repeated, speaks for the unit."""
        others = self.named[unit, sentence] - self.bare[unit, sentence, mention.written.casefold()]
        own = any(form.unit == unit for form in mention.forms) and bool(mention.levels)
        return others > own


def survey(
    title: str,
    text: str,
    *,
    area: Area,
    published_at: datetime | None = None,
    outlet: str = "",
    language: Language | None = None,
) -> Survey:
    """Reads a text once: every mention of a unit anywhere in the country, and the places for the officer."""
    gazetteer = area.gazetteer
    flat, mentions = scan(gazetteer, title, text, area, language)
    day = (published_at + timedelta(hours=7)).date().isoformat() if published_at else ""
    found = Survey(
        flat, flat.index("\n"), area, gazetteer, day, gazetteer.home(outlet) if outlet else frozenset(), mentions
    )
    era = found.era
    found.villages = frozenset(mention.written.casefold() for mention in mentions if mention.kind == "village")
    found.strangers = frozenset(strange_names(found))
    anchors = _anchors(found, era)
    for index in sorted(range(len(mentions)), key=lambda index: _width(gazetteer, mentions[index])):
        _resolve(found, era, anchors, index, mentions[index])
    _lean_on_neighbours(found, era, anchors)
    _name_by_today(found, era)
    _repeat(found)
    found.places = _places(found)
    return found


def find_places(
    title: str, text: str, *, area: Area, published_at: datetime | None, outlet: str = ""
) -> tuple[Place, ...]:
    """The places a text names, those of the area first, each once, with words and reasons of its best mention."""
    return survey(title, text, area=area, published_at=published_at, outlet=outlet).places


def _width(gazetteer: Gazetteer, mention: Mention) -> int:
    """Wide units first, so that a narrow one can lean on what its parent turned out to be."""
    return min(mention.levels) if mention.levels else min(gazetteer.units[form.unit].level for form in mention.forms)


def _valid(found: Survey, era: str, form: Form) -> bool:
    """A unit that did not exist yet is no candidate; one that is gone may still be named."""
    unit = found.gazetteer.units[form.unit]
    if unit.level == LANDMARK and found.day:
        return unit.valid_from <= found.day
    return not unit.valid_from or era != "old" or unit.valid_from < found.gazetteer.merger


def _anchors(found: Survey, era: str) -> _Anchors:
    anchors = _Anchors()
    units = found.gazetteer.units
    for mention in found.mentions:
        if mention.kind not in ("place", "built", "village", "lottery"):
            continue
        forms = [form for form in mention.forms if _valid(found, era, form) and not form.after]
        level = min((units[form.unit].level for form in forms), default=COMMUNE)
        if mention.levels:
            level = next((one for one in mention.levels if any(units[f.unit].level == one for f in forms)), 9)
        chosen = [form.unit for form in forms if units[form.unit].level == level]
        if level == DISTRICT and mention.kind in ("built", "village"):
            continue
        if level == PROVINCE and era == "new":
            chosen = [unit for unit in chosen if not units[unit].valid_to] or chosen
        sure = mention.levels or (len(chosen) == 1 and mention.written.casefold() not in found.strangers)
        if level == PROVINCE or (level == DISTRICT and sure):
            for unit in chosen:
                anchors.add(unit, mention)
    return anchors


def _resolve(found: Survey, era: str, anchors: _Anchors, index: int, mention: Mention) -> None:
    gazetteer = found.gazetteer
    forms = [form for form in mention.forms if _valid(found, era, form)]
    if not mention.levels:
        provinces = [form for form in forms if gazetteer.units[form.unit].level == PROVINCE]
        forms = provinces or forms
        if not anchors.named and len(forms) > 6:
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

    def apart(one: int, other: int) -> bool:
        """Stretches of one road, of which the area has but one: what holds for both decides nothing."""
        same = gazetteer.units[one].level == LANDMARK == gazetteer.units[other].level
        return same and (one in found.area.units) != (other in found.area.units)

    line = gazetteer.lineage(unit)
    rivals = (points for points, _, other, _ in scored if not line & gazetteer.lineage(other) or apart(unit, other))
    rival = max(rivals, default=-9.0)
    if best >= _ENOUGH and best - rival >= _AHEAD:
        mention.unit, mention.score = unit, min(1.0, 0.4 + best / 10)
        mention.evidence = ", ".join(reasons)


def _lean_on_neighbours(found: Survey, era: str, anchors: _Anchors) -> None:
    """ "xã Vĩnh Hải" beside "phường Vĩnh Châu": places found for certain vouch for others of their province."""
    units, gazetteer = found.gazetteer.units, found.gazetteer
    for mention in found.mentions:
        if not _is_certain(found, mention):
            continue
        for unit in gazetteer.lineage(mention.unit) - {mention.unit}:
            if units[unit].level <= DISTRICT:
                if (unit, -1) not in anchors.named:
                    anchors.vouchers[unit] = units[mention.unit].title
                anchors.add(unit, mention, True)
    for index, mention in enumerate(found.mentions):
        if mention.unit < 0 and (mention.levels or any(form.shared for form in mention.forms)):
            _resolve(found, era, anchors, index, mention)


def _is_certain(found: Survey, mention: Mention) -> bool:
    """A place that can vouch for others: well resolved by its unit word, or a landmark that only one territory has."""
    if mention.unit < 0 or mention.kind != "place" or mention.score < _CERTAIN:
        return False
    if mention.levels:
        return True
    landmark = found.gazetteer.units[mention.unit].level == LANDMARK
    return landmark and not any(form.weak for form in mention.forms if form.unit == mention.unit)


def _name_by_today(found: Survey, era: str) -> None:
    """A bare "Kế Sách" in today's text is the commune of that name, unless the text says "huyện" or "cũ"."""
    gazetteer = found.gazetteer
    if era == "old":
        return
    full = {mention.written.casefold(): mention.unit for mention in found.mentions if DISTRICT in mention.levels}
    for mention in found.mentions:
        if mention.unit < 0 or mention.levels or is_former(found, mention):
            continue
        if gazetteer.units[mention.unit].level not in (DISTRICT, COMMUNE):
            continue
        said = full.get(mention.written.casefold(), -1)
        if said >= 0 and gazetteer.units[said].level == DISTRICT and said in gazetteer.lineage(mention.unit):
            mention.unit = said
        unit = gazetteer.units[mention.unit]
        if said == mention.unit or unit.level != DISTRICT or not unit.valid_to:
            continue
        heirs = (form.unit for form in mention.forms if gazetteer.units[form.unit].level == COMMUNE and not form.after)
        today = (heir for heir in heirs if not gazetteer.units[heir].valid_to)
        mention.unit = next((heir for heir in today if mention.unit in gazetteer.lineage(heir)), mention.unit)


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
    old = is_former(found, mention)
    if era == "new" and unit.valid_to:
        # The names of former cities and districts live on in everyday use; an abolished commune hardly does.
        strict = unit.level == COMMUNE or (unit.level == DISTRICT and bool(mention.levels))
        points += 1.0 if old else (-1.0 if strict else -0.25)
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
            or (mention.word.isascii() and unit.word in ENGLISH_WORDS.get(mention.word, (unit.word,)))
        )
        if unit.level == PROVINCE and mention.word.startswith(("tp", "thành", "city")) and unit.word != "thành phố":
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
    if form.shared:
        return _by_stretch(found, anchors, mention, line, linked(found, index))
    near = linked(found, index)
    if near is not None:
        other = found.mentions[near]
        if other.unit in line or (other.unit < 0 and any(owner.unit in line for owner in other.forms)):
            return 4.0, [f"liền với “{other.written}”"]
        wide = any(gazetteer.units[owner.unit].level == PROVINCE for owner in other.forms)
        if wide and gazetteer.units[form.unit].level != LANDMARK and _is_parent_link(found, index, near):
            return -_STRANGER, []
    name = "" if mention.levels else mention.written.casefold()
    for sentence, points, words in ((mention.sentence, 2.0, "cùng câu với"), (-1, 1.5, "bài có nhắc")):
        for unit in line:
            if (unit, sentence) in anchors.named and anchors.back(unit, mention, sentence):
                points -= (_STRANGER / 2) * (name in found.strangers)
                return points, [f"{words} “{anchors.vouchers.get(unit, gazetteer.units[unit].title)}”"]
    return -_STRANGER * (name in found.strangers) - (name in found.villages and mention.kind != "village"), []


def _by_stretch(
    found: Survey, anchors: _Anchors, mention: Mention, line: frozenset[int], near: int | None
) -> tuple[float, list[str]]:
    """Points for one stretch of a road: by what lies in its own province only; less by what all stretches lie in today.

    What the text names elsewhere counts where it names no other province.
    """
    units, gazetteer = found.gazetteer.units, found.gazetteer
    stretches = [gazetteer.lineage(form.unit) for form in mention.forms if form.shared]
    own = {unit for unit in line if sum(unit in one for one in stretches) == 1}
    if near is not None and (beside := found.mentions[near].unit) >= 0 and gazetteer.lineage(beside) & own:
        return 4.0, [f"liền với “{found.mentions[near].written}”"]
    others = {unit for unit, sentence in anchors.named if sentence < 0 and units[unit].level == PROVINCE} - line
    among = [unit for unit, sentence in anchors.named if sentence < 0 and gazetteer.lineage(unit) & own]
    for evidence, worth in ((sorted(among), 2.0), (sorted(line - own), 1.0)):
        for sentence, words in ((mention.sentence, "cùng câu với"), (-1, "bài có nhắc")):
            named = [unit for unit in evidence if (unit, sentence) in anchors.named]
            if named and (sentence >= 0 or not others):
                return worth, [f"đoạn qua địa bàn: {words} “{anchors.vouchers.get(named[0], units[named[0]].title)}”"]
    return 0.0, []


def _is_parent_link(found: Survey, index: int, near: int) -> bool:
    gap = found.flat[found.mentions[index].end : found.mentions[near].start]
    return near > index and bool(re.match(r" ?(?:,|\(|thuộc|của|ở|tại)", gap)) and bool(found.mentions[index].levels)


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
        if (
            mention.unit < 0
            and full is not None
            and mention.kind in ("place", "built", "village")
            and not mention.levels
        ):
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
