"""What a reader would look at to judge how much an article is about an area, as named numbers.

Everything is counted for the area at hand (inside, outside, the wider province), never for one province's name, so a
model learned on one area serves any other. `features` has the order of `NAMES`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from analysis.places.beside import Survey
from analysis.places.gazetteer import COMMUNE, DISTRICT, LANDMARK, PROVINCE
from analysis.places.mentions import Mention
from analysis.tags.relevance_words import counted

_ORIGIN = re.compile(
    r"(?:(?<!\w)(?:quê|ngụ|thường trú|tạm trú|hộ khẩu|nguyên quán|[Ss]inh ra|gốc|đến từ|cư trú|trú)"
    r"(?:[ ,]+[\w.-]+){0,8},?"
    r"|(?<!\w)(?:[Ss]inh|[Ll]ớn lên)(?: năm \d{4})? (?:ở|tại)(?: vùng quê| miền quê| làng quê)?"
    r"|(?<!\w)(?:người|(?<!hộ )(?<!ười )(?<!ông )(?<!hân )(?<!ngư )dân|dâu|rể|cô gái|chàng trai|đồng hương))"
    r" (?:tỉnh |TP\.? ?|thành phố |huyện |xã )?$|quê(?: ở| tại)? $"
)
_BEAUTY = re.compile(
    r"(?:ca sĩ|diễn viên|mỹ nhân|hoa hậu|người đẹp|nghệ sĩ|á hậu|người mẫu|danh hài|chàng trai|cô gái) $", re.I
)
_ADDRESS = re.compile(r"(?:địa chỉ|(?<!\w)số \d+|đường [A-ZĐ]|[Đđ]iện thoại|ĐT:|chi nhánh)[^.\n]{0,60}$")
_PHONE = re.compile(r"^[^.\n]{0,40}(?:điện thoại|ĐT|\b0\d{2,3}[ .]?\d{3})", re.I)
_DELEGATE = re.compile(
    r"(?:ĐB|đại biểu|đoàn)[^.,;()]{0,40}\( ?(?:đoàn |tỉnh |TP\.? ?|ĐBQH )*$"
    r"|đoàn(?: ĐBQH| đại biểu)? (?:tỉnh |TP\.? ?)?$",
    re.I,
)
_AUTHORITY = re.compile(
    r"(?:UBND|HĐND|MTTQ|ủy|chính quyền|lãnh đạo|chủ tịch|bí thư|sở [\w& -]{3,30}|ngành [\w ]{3,20}|ban chỉ đạo"
    r"|địa bàn|toàn)"
    r"(?: tỉnh| thành phố| TP\.?)? ?$",
    re.I,
)
_POLICE = re.compile(r"(?:công an|csđt|cảnh sát|điều tra|tòa án|tand|viện kiểm sát|vksnd|csgt)[^.,;]{0,18}$", re.I)
_SCHOOL = re.compile(r"(?:đại học|đh|bệnh viện|trường|viện|bv|cao đẳng|ngân hàng|công ty|clb|đội)[^.,;]{0,24}$", re.I)
_ROUTE_BEFORE = re.compile(r"(?:từ|đi|về|tuyến|cao tốc|qua|hướng|nối|đến)(?: tỉnh| TP\.?)? $|[-–] ?$", re.I)
_ROUTE_AFTER = re.compile(r"^ ?[-–] ?[A-ZĐ]|^ (?:đi|đến|về|với) [A-ZĐ]")
_LIST_GAP = re.compile(
    r"(?: ?:? ?(?:từ )?\d[\d.,/]*(?: ?(?:-|–|đến) ?\d[\d.,]*)? ?(?:độ C|độ|°C|%|mm|km|ha|đồng/kg|ca|căn|xã|điểm)?)?"
    r" ?(?:,|;|và|-|–|, và|cùng|hay|với|hoặc|…)? ?(?:và )?(?:các tỉnh |tỉnh |TP\.? ?|thành phố )?",
    re.I,
)
_LOCATED = re.compile(r"(?:ở|tại|trên địa bàn|đến|về|qua)(?: tỉnh| thành phố| TP\.?| huyện| xã| phường)? ?$", re.I)
_SUBJECT = re.compile(r"(?:^|[.!?:\n“\"] ?|, )(?:tỉnh |thành phố |TP\.? ?)?$", re.I)
_PARENT_GAP = re.compile(r" ?(?:,|\(|thuộc|của|-) ?(?:thành phố |TP\.? ?|tỉnh )?", re.I)
#: "xã X, huyện Y (tỉnh Z)": the next name says where the one before it lies.
_CHAIN = re.compile(
    r" ?(?:,|\(|-|–|thuộc|của|, thuộc)? ?(?:(?:tỉnh|thành phố|tp\.?|huyện|h\.|quận|thị xã|tx\.?|xã|phường) ?)?", re.I
)
_FIGURE = re.compile(r"^[^.;\n]{0,40}?\d")
_EXAMPLE = re.compile(r"(?:như|gồm|là|:)(?: các tỉnh| tỉnh|:)? [^.;]{0,60}$")
_CELL = re.compile(r"^ ?:? ?(?:từ )?\d")
_DIGITS = "0123456789⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉០១២៣៤៥៦៧៨៩"  # counting these is faster than asking every sign
_CLUB = re.compile(r"\b(?:CLB|câu lạc bộ|đội bóng|V-?League|U\d\d)\b", re.I)

NAMES: tuple[str, ...] = (
    "title_inside", "title_inside_first", "title_inside_province", "title_outside", "title_wider", "title_missing",
    "lead_inside", "lead_outside", "lead_wider", "first_inside_at", "last_inside_at", "quarters_inside",
    "inside", "inside_plain", "inside_units", "inside_province", "inside_district", "inside_commune", "inside_landmark",
    "inside_per_1000", "sentences_inside", "sentence_share", "owned_share", "owned_other_share", "owned_end",
    "outside", "outside_provinces", "outside_top", "lead_over_top", "share_inside", "rank",
    "in_list", "list_share", "longest_list", "origin", "origin_share", "address", "delegate", "delegate_share",
    "authority", "police", "school", "route", "route_share", "paren", "weak", "lottery", "weather", "generic",
    "nation", "crime",
    "wider", "wider_plain", "wider_authority", "wider_police", "wider_school", "sibling", "sibling_share",
    "merged_both",
    "solid", "title_solid", "title_solid_first", "lead_solid", "solid_share", "first_solid_at", "tail",
    "solid_before_tail", "subject", "located", "wider_subject", "wider_located", "wider_title_first",
    "wider_before_tail", "event", "plan", "lottery_named", "draw", "figure", "example_list", "only_once_late",
    "sibling_title", "sibling_only", "wider_free", "wider_free_title", "head_sentences", "solid_sentences",
    "near_title", "sole", "sole_head",
    "local_outlet", "other_outlet", "length", "sentences", "digits", "best_score", "lines",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a mention of the area and may make it say little."""

    origin: bool
    delegate: bool
    address: bool
    route_before: bool
    route_after: bool


@dataclass(frozen=True, slots=True)
class Look:
    """The mentions of a survey sorted by what they mean for the area."""

    survey: Survey
    inside: list[Mention]
    wider: list[Mention]
    outside: list[Mention]
    sibling: list[Mention]  #: of the wider province, but not of the area
    weak: list[Mention]  #: part of a longer name, a lottery, a person: names of the area that may mean nothing
    lists: dict[int, int]  #: start of a mention -> how many provinces its list has
    around: list[Around] = field(default_factory=list)  #: of each inside mention
    roles: dict[int, str] = field(default_factory=dict)  #: start of an inside mention -> "" or why it says little
    tail: int = 1 << 60  #: where an unfinished last sentence begins (a cut text, the headline of a related article)


def look(survey: Survey) -> Look:
    """Sorts the mentions once, for the features and for the reasons."""
    seen = Look(survey, [], [], [], [], [], lists=_lists(survey), tail=_tail(survey.flat, survey.title_length))
    area, gazetteer, old = survey.area, survey.gazetteer, survey.era == "old"
    for mention in survey.mentions:
        if mention.kind in ("inner", "lottery", "person") or mention.unit < 0:
            names = (form.unit for form in mention.forms if gazetteer.units[form.unit].level == PROVINCE)
            if (not mention.levels or PROVINCE in mention.levels) and any(unit in area.units for unit in names):
                seen.weak.append(mention)
        elif mention.unit in area.units:
            seen.inside.append(mention)
        elif mention.unit in area.wider:
            # "phường X, TP Y" names the parent of a place outside the area, not the whole of Y.
            if not (seen.sibling and _PARENT_GAP.fullmatch(survey.flat[seen.sibling[-1].end : mention.start])):
                seen.wider.append(mention)
        elif not old and area.wider & gazetteer.lineage(mention.unit):
            seen.sibling.append(mention)
        else:
            seen.outside.append(mention)
    seen.around.extend(_around(survey, mention) for mention in seen.inside)
    last = None
    for mention, around in zip(seen.inside, seen.around, strict=True):
        own = _role(seen, mention, around)
        seen.roles[mention.start] = (seen.roles[last.start] or own) if last and _chained(survey, last, mention) else own
        last = mention
    return seen


def says_little(seen: Look) -> bool:
    """Whether the area is named only in a forecast's table, or only within other names (a lottery's, a company's).

    A club bears the name of the place it plays for: that is left to the model.
    """
    flat = seen.survey.flat
    if not seen.inside:
        return not seen.wider and not _CLUB.search(flat)
    cells = [m for m in seen.inside if seen.lists.get(m.start, 0) > 3 and _CELL.match(flat[m.end : m.end + 10])]
    return len(cells) == len(seen.inside) and counted(flat)["weather"] > 1


def _tail(flat: str, title: int) -> int:
    """Where the last sentence begins if it has no end though the text before it has."""
    body = flat.rstrip()
    if not body or body[-1] in '.!?…"”)' or len(body) > 2000:
        return len(flat) + 1
    end = max(body.rfind(mark) for mark in (". ", "! ", "? ", ".” ", ".\n"))
    return end + 1 if end > title + 40 else len(flat) + 1


def _around(survey: Survey, mention: Mention) -> Around:
    return Around(
        origin=is_origin(survey, mention),
        delegate=is_delegate(survey, mention),
        address=context(survey, mention, _ADDRESS) or bool(_PHONE.match(survey.flat[mention.end : mention.end + 60])),
        route_before=context(survey, mention, _ROUTE_BEFORE, 16),
        route_after=bool(_ROUTE_AFTER.match(survey.flat[mention.end : mention.end + 12])),
    )


def _role(seen: Look, mention: Mention, around: Around) -> str:
    reasons = {
        "tail": mention.start > seen.tail,
        "origin": around.origin,
        "delegate": around.delegate,
        "address": around.address,
        "list": seen.lists.get(mention.start, 0) > 2,
        "route": around.route_before and around.route_after,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _chained(survey: Survey, before: Mention, after: Mention) -> bool:
    """Whether a name only says where the one before it lies, so that it plays the same part: "ngụ xã X, tỉnh Z"."""
    units, gap = survey.gazetteer.units, survey.flat[before.end : after.start]
    wider = units[after.unit].level < units[before.unit].level
    return wider and len(gap) < 24 and bool(_CHAIN.fullmatch(gap))


def _lists(survey: Survey) -> dict[int, int]:
    """Runs of at least three provinces that follow each other with hardly a word between."""
    units = survey.gazetteer.units
    found: dict[int, int] = {}
    run: list[Mention] = []
    for mention in [m for m in survey.mentions if m.unit >= 0 and units[m.unit].level <= DISTRICT]:
        gap = survey.flat[run[-1].end : mention.start] if run else ""
        if run and not (len(gap) < 30 and _LIST_GAP.fullmatch(gap)):
            found.update(dict.fromkeys((one.start for one in run), len(run)) if len(run) > 2 else {})
            run = []
        run.append(mention)
    if len(run) > 2:
        found.update(dict.fromkeys((one.start for one in run), len(run)))
    return found


def context(survey: Survey, mention: Mention, pattern: re.Pattern[str], width: int = 70) -> bool:
    """Whether what stands right before the mention (its unit word left out) fits a pattern."""
    return bool(pattern.search(survey.flat[max(0, mention.start - width) : mention.start]))


def is_origin(survey: Survey, mention: Mention) -> bool:
    """Where somebody comes from or lives, not where something happens."""
    return context(survey, mention, _ORIGIN, 60) or context(survey, mention, _BEAUTY, 24)


def is_delegate(survey: Survey, mention: Mention) -> bool:
    """The province a member of parliament sits for: "ĐB Nguyễn Văn A (X)"."""
    return context(survey, mention, _DELEGATE)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def features(seen: Look) -> list[float]:
    """The numbers in the order of NAMES; counts as log(1 + n), shares and positions 0..1."""
    values = {**_positions(seen), **_amounts(seen), **_roles(seen), **_surroundings(seen), **_solid(seen)}
    values |= {name: math.log1p(count) for name, count in counted(seen.survey.flat).items()}
    if not (seen.inside or seen.wider):
        values["generic"] = 0.0  # "the province" is then another one
    return [float(values[name]) for name in NAMES]


def _positions(seen: Look) -> dict[str, float]:
    survey, units = seen.survey, seen.survey.gazetteer.units
    length = max(1, len(survey.flat))
    titled = [m for m in seen.inside if m.in_title]
    body = survey.title_length + 1
    lead_end = body + 220
    headline_end = survey.title_length if survey.title_length else 90

    def early(mentions: Sequence[Mention], start: int, end: int) -> int:
        return sum(start <= m.start < end for m in mentions)

    firsts = [m.start for m in seen.inside]
    return {
        "title_inside": early(seen.inside, 0, headline_end),
        "title_inside_first": bool(titled) and titled[0].start < 16,
        "title_inside_province": any(units[m.unit].level == PROVINCE for m in titled),
        "title_outside": early(seen.outside, 0, headline_end),
        "title_wider": early(seen.wider, 0, headline_end),
        "title_missing": survey.title_length == 0,
        "lead_inside": early(seen.inside, body, lead_end),
        "lead_outside": early(seen.outside, body, lead_end),
        "lead_wider": early(seen.wider, body, lead_end),
        "first_inside_at": firsts[0] / length if firsts else 1.0,
        "last_inside_at": firsts[-1] / length if firsts else 0.0,
        "quarters_inside": len({4 * start // length for start in firsts}),
    }


def _amounts(seen: Look) -> dict[str, float]:
    survey, gazetteer = seen.survey, seen.survey.gazetteer
    plain = [m for m in seen.inside if m.start not in seen.lists]
    levels = Counter(gazetteer.units[m.unit].level for m in seen.inside)
    tops = Counter(min(gazetteer.lineage(gazetteer.top(m.unit))) for m in seen.outside)
    top = tops.most_common(1)[0][1] if tops else 0
    count, outside = len(seen.inside), len(seen.outside)
    sentences = max((m.sentence for m in survey.mentions), default=0) + 1
    own, other, last = _owned(seen, sentences)
    touched = {m.sentence for m in seen.inside}
    log = math.log1p
    return {
        "inside": log(count), "inside_plain": log(len(plain)), "inside_units": log(len({m.unit for m in seen.inside})),
        "inside_province": log(levels[PROVINCE]), "inside_district": log(levels[DISTRICT]),
        "inside_commune": log(levels[COMMUNE]), "inside_landmark": log(levels[LANDMARK]),
        "inside_per_1000": 1000 * count / max(300, len(survey.flat)),
        "sentences_inside": log(len(touched)), "sentence_share": len(touched) / sentences,
        "owned_share": own, "owned_other_share": other, "owned_end": last,
        "outside": log(outside), "outside_provinces": log(len(tops)), "outside_top": log(top),
        "lead_over_top": log(count) - log(top), "share_inside": _share(count, count + outside),
        "rank": sum(number > count for number in tops.values()),
        "best_score": max((m.score for m in seen.inside), default=0.0),
    }  # fmt: skip


def _owned(seen: Look, sentences: int) -> tuple[float, float, float]:
    """Shares of sentences that speak of the area, of elsewhere, and whether the end does.

    A place holds until the next one is named.
    """
    owner = [0] * sentences
    for mention in seen.outside + seen.sibling:
        owner[mention.sentence] = owner[mention.sentence] or -1
    for mention in seen.inside:
        if mention.start not in seen.lists:
            owner[mention.sentence] = 1
    for index in range(1, sentences):
        owner[index] = owner[index] or owner[index - 1]
    return owner.count(1) / sentences, owner.count(-1) / sentences, float(owner[-1] == 1)


def _roles(seen: Look) -> dict[str, float]:
    survey, flat = seen.survey, seen.survey.flat
    count = len(seen.inside)
    listed = [m for m in seen.inside if m.start in seen.lists]
    origin = sum(around.origin for around in seen.around)
    delegate = sum(around.delegate for around in seen.around)
    route = sum(around.route_before or around.route_after for around in seen.around)
    address = sum(around.address for around in seen.around)
    log = math.log1p
    return {
        "in_list": log(len(listed)), "list_share": _share(len(listed), count),
        "longest_list": log(max((seen.lists[m.start] for m in listed), default=0)),
        "origin": log(origin), "origin_share": _share(origin, count), "address": log(address),
        "delegate": log(delegate), "delegate_share": _share(delegate, count),
        "authority": log(sum(context(survey, m, _AUTHORITY, 36) for m in seen.inside)),
        "police": log(sum(context(survey, m, _POLICE, 36) for m in seen.inside)),
        "school": log(sum(context(survey, m, _SCHOOL, 36) for m in seen.inside)),
        "route": log(route), "route_share": _share(route, count),
        "paren": log(sum(flat[max(0, m.start - 1) : m.start] == "(" for m in seen.inside)),
        "weak": log(len(seen.weak)),
    }  # fmt: skip


def _surroundings(seen: Look) -> dict[str, float]:
    survey = seen.survey
    wide = len(seen.wider)
    plain = [m for m in seen.wider if m.start not in seen.lists]
    log = math.log1p
    line = survey.gazetteer.lineage(survey.area.province) | survey.area.units
    beginning = survey.flat[:3000]
    return {
        "wider": log(wide), "wider_plain": log(len(plain)),
        "wider_authority": log(sum(context(survey, m, _AUTHORITY, 36) for m in seen.wider)),
        "wider_police": log(sum(context(survey, m, _POLICE, 36) for m in seen.wider)),
        "wider_school": log(sum(context(survey, m, _SCHOOL, 36) for m in seen.wider)),
        "sibling": log(len(seen.sibling)), "sibling_share": _share(len(seen.sibling), wide + len(seen.sibling)),
        "merged_both": bool(seen.inside) and bool(seen.wider),
        "local_outlet": bool(survey.home & line), "other_outlet": bool(survey.home) and not survey.home & line,
        "length": log(len(survey.flat)), "sentences": log(max((m.sentence for m in survey.mentions), default=0)),
        "digits": _share(sum(map(beginning.count, _DIGITS)), len(beginning)),
        "lines": log(survey.flat.count("\n")),
    }  # fmt: skip


def _solid(seen: Look) -> dict[str, float]:
    """What is left when origins, addresses, lists, routes and unfinished tails are put aside."""
    survey, flat = seen.survey, seen.survey.flat
    solid = [m for m in seen.inside if not seen.roles[m.start]]
    headline = survey.title_length or 90
    lead = range(survey.title_length + 1, survey.title_length + 221)
    wide = [m for m in seen.wider if m.start < seen.tail]
    parted = {m.sentence for m in seen.sibling}
    free = [m for m in wide if m.sentence not in parted]
    log = math.log1p
    return {
        "solid": log(len(solid)), "title_solid": sum(m.start < headline for m in solid),
        "title_solid_first": any(m.start < 16 for m in solid), "lead_solid": sum(m.start in lead for m in solid),
        "solid_share": _share(len(solid), len(seen.inside)),
        "first_solid_at": solid[0].start / max(1, len(flat)) if solid else 1.0,
        "tail": log(sum(role == "tail" for role in seen.roles.values())),
        "solid_before_tail": bool(solid) or not seen.inside,
        "subject": log(sum(context(survey, m, _SUBJECT, 24) for m in solid)),
        "located": log(sum(context(survey, m, _LOCATED, 24) for m in solid)),
        "wider_subject": log(sum(context(survey, m, _SUBJECT, 24) for m in wide)),
        "wider_located": log(sum(context(survey, m, _LOCATED, 24) for m in wide)),
        "wider_title_first": any(m.start < 10 for m in wide), "wider_before_tail": log(len(wide)),
        "lottery_named": log(sum(m.kind == "lottery" for m in seen.weak)),
        "figure": log(sum(bool(_FIGURE.match(flat[m.end : m.end + 50])) for m in solid)),
        "example_list": log(sum(context(survey, m, _EXAMPLE, 90) for m in seen.inside if m.start in seen.lists)),
        "only_once_late": len(solid) == 1 and solid[0].start > 1000,
        "sibling_only": bool(seen.sibling) and not seen.inside, "wider_free": log(len(free)),
        "wider_free_title": any(m.start < headline for m in free) and not seen.sibling,
        "sibling_title": any(m.start < headline for m in seen.sibling),
        "head_sentences": log(sum(m.sentence < 3 for m in solid)),
        "solid_sentences": log(len({m.sentence for m in solid})),
        "near_title": any(m.start < headline + 400 for m in solid),
        "sole": bool(solid) and not seen.outside and not seen.sibling,
        "sole_head": any(m.start < headline for m in solid) and not seen.outside and not seen.sibling,
    }  # fmt: skip
