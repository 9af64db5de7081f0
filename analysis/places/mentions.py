"""Where a text may name a place: every capitalised run looked up once, with the words around it. No decisions here."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from analysis.places.area import Area, spaced_khmer
from analysis.places.gazetteer import COMMUNE, DISTRICT, PROVINCE, Form, Gazetteer
from analysis.places.roads import roads_in
from analysis.words.language import detect
from analysis.words.unmarked import scarcely_marked
from press import Language
from press.spelling import spelt
from press.text import clean, clean_lines, tone_normal

_UPPER = "A-ZÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_RUN = re.compile(
    rf"[{_UPPER}][\w'’]*(?:(?: ?[-–‐‑] ?| )(?:[{_UPPER}][\w'’]*|\d{{1,2}}\b))*|\b(?:phường|quận) \d{{1,2}}\b"
)
_TOKEN = re.compile(r"[\w'’]+|[-–‐‑]")
_HYPHENS = frozenset("–‐‑")
_DASHES = _HYPHENS | {"-"}
#: Unit word -> the levels it may stand for.
UNIT_WORDS: dict[str, tuple[int, ...]] = {
    "tỉnh": (PROVINCE,), "thành phố": (PROVINCE, DISTRICT), "tp": (PROVINCE, DISTRICT), "tp.": (PROVINCE, DISTRICT),
    "huyện": (DISTRICT,), "quận": (DISTRICT,), "thị xã": (DISTRICT,), "tx": (DISTRICT,), "tx.": (DISTRICT,),
    "h.": (DISTRICT,), "q.": (DISTRICT,), "xã": (COMMUNE,), "phường": (COMMUNE,), "thị trấn": (COMMUNE,),
    "đặc khu": (COMMUNE,), "tt": (COMMUNE,), "tt.": (COMMUNE,), "p.": (COMMUNE,), "x.": (COMMUNE,),
    "city": (PROVINCE, DISTRICT), "province": (PROVINCE,), "district": (DISTRICT,), "commune": (COMMUNE,),
    "ward": (COMMUNE,), "town": (DISTRICT, COMMUNE), "township": (COMMUNE,),
}  # fmt: skip
_UNIT_ENDS = frozenset(word.rstrip(".").rpartition(" ")[2] for word in UNIT_WORDS)
_WORD_BEFORE = re.compile(
    r"(?:(?i:(?<!\w)(các |những |nhiều |hai |ba |bốn |năm |\d )?"
    r"(thành phố|thị xã|thị trấn|đặc khu|tỉnh|huyện|quận|phường|xã|tp\.?|tx\.?))"
    r"|(?<!\w)()(TT\.?|[HPXQ]\.)) ?$"
)
_WORD_AFTER = re.compile(r" (city|province|district|commune|ward|township|town)\b", re.IGNORECASE)
_WORD_OF = re.compile(r"\b(city|province|district|commune|ward|township|town) of $", re.IGNORECASE)
#: English unit word -> the Vietnamese ones it stands for.
ENGLISH_WORDS: dict[str, tuple[str, ...]] = {
    "city": ("thành phố",), "province": ("tỉnh",), "district": ("huyện", "quận"), "commune": ("xã",),
    "ward": ("phường",), "town": ("thị xã", "thị trấn"), "township": ("thị trấn",),
}  # fmt: skip
#: What English puts after a name where Vietnamese puts a word before it.
_ENGLISH_LEADS = {
    "ferry": "phà", "bridge": "cầu", "pagoda": "chùa", "river": "sông", "port": "cảng", "estuary": "cửa",
    "floating market": "chợ nổi", "airport": "sân bay", "industrial park": "khu công nghiệp", "canal": "kênh",
    "university": "đại học", "islet": "cồn", "power": "nhiệt điện", "quay": "bến", "pass": "đèo",
}  # fmt: skip
_LEAD_AFTER = re.compile(rf" ({'|'.join(sorted(_ENGLISH_LEADS, reverse=True))})\b", re.IGNORECASE)
_PERSON = re.compile(
    r"(?<!quê )(?<!chị )(?<!anh )(?<!\w)(?:ông|bà|anh|chị|cô|chú|bác|cháu|em|cậu|đồng chí|đ/c|nghệ sĩ|ca sĩ"
    r"|diễn viên|thí sinh|luật sư|thầy|mc|đại tướng|mrs?\.?|ms\.?|dr\.?)(?: họ)? $",
    re.IGNORECASE,
)
_STREET = re.compile(r"(?<!tuyến )(?<!thành )(?<!\w)(?:đường|phố|ngõ|hẻm|đại lộ)(?: số \d+)? $", re.IGNORECASE)
_LOTTERY = re.compile(
    r"(?<!\w)(?:xskt|xổ số(?: kiến thiết)?|vé số|số kiến thiết|đài|đài xs)(?: tỉnh)? $", re.IGNORECASE
)
_BUILT = re.compile(
    r"(?<!\w)(?:cầu|trường|thpt|thcs|tiểu học|mầm non|chùa|chợ|khách sạn|công ty|nhãn hiệu|sông|núi|kênh|đèo"
    r"|dự án|vịnh|hồ)(?: chuyên)? $",
    re.IGNORECASE,
)
#: A village or hamlet, with up to two words for its craft ("làng mộc X", "làng nghề gốm X").
_VILLAGE = re.compile(
    r"(?<!\w)(?:làng|thôn|ấp|xóm|khóm|(?<!văn )(?<!kịch )(?<!phiên )bản)"
    r"(?: (?!ở|tại|thuộc|của|trong|về|và|xã|phường|huyện|tỉnh)[a-zà-ỹđ]+){0,2} $|(?<!\w)village of $",
    re.IGNORECASE,
)
_SURNAME_LINE = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Trương Lâm Thạch Sơn Danh Kim Châu Tô Đinh"
    " Mai Đoàn Trịnh Cao Lưu Tạ Thái Hà Quách Tăng Triệu Văn Thị Đào Lương Phùng Vương Tống Diệp Thân Khổng Chu Đàm"
    " Nghiêm Bạch Lại Đồng Giang Từ Hứa Mạc Tôn Doãn Âu Viên Ông Bà Anh Chị Phương Thạnh Tiêu La Lục"
)
_HEAD_LINE = (
    "Tỉnh Huyện Thành Phố Thị Xã Trấn Phường Quận Khu Công An Tại Ở Từ Đến Về Qua Trên Theo Vùng Người Dân Báo Đài Sở"
    " Ban Hội Ủy Đảng Quê Miền Bắc Nam Đông Tây Trung Tâm Biển Ga Cảng Vịnh Phà Bến Đại Học Điện Lực Đoàn Tuổi Trẻ"
    " Trường Tòa Án Viện Bệnh Cục Chi Sân Bay Vì Và Với Cho Do Khi Sau Trước Gần Riêng Nhiều Cách Đất Du"
    " Lịch Lễ Festival Ngành Nông"
    " Giáo Phận Bộ Đội Biên Phòng Thủy Lợi Nhiệt Thêm Thấy Rời Tin Cố Đô Cổ Hai Ba Bốn Bí Thư Chủ Tịch Giám Đốc Phó"
    " Nhà Máy Cần Ngo X"
)
#: First words of persons' names, and capitalised words that may stand before a place without belonging to its name.
SURNAMES, _HEADS = frozenset(_SURNAME_LINE.split()), frozenset(_HEAD_LINE.split())
_VIETNAMESE = re.compile("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹăđơư]")
_TWO_SYLLABLES = re.compile(r"(?<!q)(?<!g)[aeiouy][^aeiouy]+[aeiouy]")  # no Vietnamese word: "Vinmec", "Medic"
_KHMER = re.compile("[\u1780-\u17ff]")
_ENGLISH_LINE = (
    "The In At On Of From To Near Around Across And For With By As When Where Former Old New South North East West"
    " Southern Northern Central Mekong Delta River Bridge Port Ferry Bay Pagoda Market Province City District Ward Town"
    " Highway Airport Police Hospital University School Department Committee People Festival"
)
_ENGLISH_HEADS = frozenset(_ENGLISH_LINE.split())
# One set first and the choice behind it, for speed (see press.text).
_SENTENCE = re.compile(r"[.!?…;\n។](?:(?<=[\n។])|(?=\s))")
_LIST = re.compile(r" ?(?:,|;|và|, và|hoặc) ?(?:và )?")
_OWNER = ("'s", "’s")
_KINDS = (("person", _PERSON), ("lottery", _LOTTERY), ("street", _STREET), ("built", _BUILT), ("village", _VILLAGE))
Unmarked = Callable[[list[str], int], tuple[int, list[Form]] | None]


@dataclass(slots=True)
class Mention:
    """One possible naming of a place: `levels` is what its unit word allows (empty: no unit word)."""

    start: int
    end: int
    written: str
    forms: tuple[Form, ...]
    levels: tuple[int, ...]
    word: str
    kind: str  #: place | person | street | lottery | built | village | inner (part of a longer name)
    sentence: int
    in_title: bool
    plural: bool = False
    unit: int = -1  #: what it was resolved to
    score: float = 0.0
    evidence: str = ""


def scan(
    gazetteer: Gazetteer, title: str, text: str, area: Area, language: Language | None = None
) -> tuple[str, list[Mention]]:
    """The whole text (title, newline, text; in the archive's form, one tone placement) and its mentions in order.

    Names without marks count in texts that are not Vietnamese: provinces and districts of the whole country, and in
    English every unit of the `area`.
    """
    title = clean(title)
    whole = f"{title}\n{clean_lines(text)}"
    flat = tone_normal(whole)
    ends = [found.start() for found in _SENTENCE.finditer(flat)]
    look_up = _reader(gazetteer, area, flat, language)
    mentions = []
    sentence = 0
    for found in _RUN.finditer(flat):
        if look_up is None and not _may_name(gazetteer, found[0]):
            continue
        while sentence < len(ends) and ends[sentence] < found.start():
            sentence += 1
        first = found.start() == 0 or (sentence > 0 and found.start() - ends[sentence - 1] <= 3)
        for mention in _in_run(gazetteer, flat, found, first, look_up):
            mention.sentence = sentence
            mention.in_title = mention.start < len(title)
            mention.written = whole[mention.start : mention.end]
            mentions.append(mention)
    further = list(_roads(gazetteer, whole, flat, len(title), ends))
    if _KHMER.search(flat):
        further += _in_khmer(gazetteer, whole, len(title))
    if further:
        mentions = sorted((*mentions, *further), key=lambda mention: mention.start)
    _inherit(flat, mentions)
    return flat, mentions


def _may_name(gazetteer: Gazetteer, run: str) -> bool:
    """Whether a name begins with any word of a capitalised run: of most none does."""
    longest = gazetteer.longest
    if " " not in run and run[0].isupper():
        run = spelt(run)
        return run in longest or run.capitalize() in longest or not run.isalpha()
    return any(word in longest or word.capitalize() in longest for word in map(spelt, _TOKEN.findall(run)))


def _reader(gazetteer: Gazetteer, area: Area, flat: str, language: Language | None) -> Unmarked | None:
    """How names without marks are looked up; None where the text is Vietnamese, whose names have their marks."""
    enough = min(len(flat), 2000) / 30
    if len(_VIETNAMESE.findall(flat[:400])) > enough or len(_VIETNAMESE.findall(flat[:2000])) > enough:
        return None
    language = language or detect(flat)
    if language == "vi":
        return None
    inside = area.units if language == "en" and scarcely_marked(flat, 16) else frozenset[int]()
    return lambda words, at: _english(gazetteer, inside, words, at)


def _in_run(
    gazetteer: Gazetteer, flat: str, run: re.Match[str], first: bool, look_up: Unmarked | None
) -> Iterator[Mention]:
    tokens = list(_TOKEN.finditer(run[0]))
    words = [spelt(token[0].capitalize() if token[0][0].islower() else token[0]) for token in tokens]
    words = ["-" if word in _HYPHENS else word for word in words]
    loud = all(word.isupper() or not word.isalpha() for word in words) and len(words) > 1
    looked = [word.capitalize() for word in words] if loud else words

    def name_at(words: list[str], looked: list[str], at: int) -> tuple[int, list[Form]] | None:
        match = _longest(gazetteer, words, at) or (_longest(gazetteer, looked, at) if loud else None)
        if look_up is not None:
            match = max(match, look_up(looked, at), key=lambda one: one[0] if one else 0)
        return match

    at = 0
    while at < len(tokens):
        match = name_at(words, looked, at)
        for end, whole in ((_hyphened(tokens, at), False), (_dashed(tokens, at), True)):
            if end > at + 1 and (joined := name_at(words[at:end:2], looked[at:end:2], 0)):
                length = 2 * joined[0] - 1  # "Sóc-Trăng", as names were written once; "Sóc – Trăng"
                if not whole or length == end - at:
                    match = max(match, (length, joined[1]), key=lambda one: one[0] if one else 0)
        if match is None:
            at += 1
            continue
        length, forms = match
        if not forms:  # a name that is known to be none
            at += length
            continue
        start = run.start() + tokens[at].start()
        end = run.start() + tokens[at + length - 1].end()
        end -= 2 * (look_up is not None and flat[end - 2 : end] in _OWNER)
        mention = _mention(flat, start, end, forms)
        if mention is not None and length > 2 and _is_dash(tokens, at + 1):
            named = mention.levels or any(gazetteer.units[form.unit].level == PROVINCE for form in forms)
            mention = mention if named else None  # "hai em Long – Phú"
        if mention is not None:
            if mention.kind == "place" and not loud and not mention.levels:
                mention.kind = _neighbours(gazetteer, looked, at, length, first, look_up is not None)
            yield mention
            at += length
        else:
            at += 1


def _hyphened(tokens: list[re.Match[str]], at: int) -> int:
    """Where the words end that hyphens without spaces join to the one at `at`."""
    while (
        at + 2 < len(tokens)
        and tokens[at].end() == tokens[at + 1].start()
        and tokens[at + 1].end() == tokens[at + 2].start()
    ):
        at += 2
    return at + 1


def _dashed(tokens: list[re.Match[str]], at: int) -> int:
    """Where the words end that dashes between spaces join to the one at `at`; right behind it where a list does.

    In "Sóc Trăng – Bạc Liêu" the dash stands between names: a word stands right beside one of those it joins.
    """
    end = at + 1
    while end + 1 < len(tokens) and _is_dash(tokens, end) and tokens[end + 1][0] not in _DASHES:
        end += 2
    before = at > 0 and tokens[at - 1][0] not in _DASHES and tokens[at - 1][0].lower() not in _UNIT_ENDS
    behind = end < len(tokens) and tokens[end][0] not in _DASHES
    return at + 1 if before or behind else end


def _is_dash(tokens: list[re.Match[str]], at: int) -> bool:
    """Whether a token, neither the first nor the last, is a dash with a space on either side."""
    before, token, behind = tokens[at - 1 : at + 2]
    return token[0] in _DASHES and before.end() < token.start() and token.end() < behind.start()


def _longest(gazetteer: Gazetteer, words: list[str], at: int) -> tuple[int, list[Form]] | None:
    for length in range(min(gazetteer.longest.get(words[at], 0), len(words) - at), 0, -1):
        forms = gazetteer.forms.get(" ".join(words[at : at + length]))
        if forms is not None:
            return length, forms
    return None


def _english(gazetteer: Gazetteer, inside: frozenset[int], words: list[str], at: int) -> tuple[int, list[Form]] | None:
    """Names without marks: provinces and districts, and all that a unit of `inside` shares its name with."""
    units = gazetteer.units
    for length in range(min(6, len(words) - at), 0, -1):
        name = " ".join(words[at : at + length])
        forms = gazetteer.english().get(name[:-2] if name.endswith(_OWNER) else name, [])
        if not any(form.unit in inside for form in forms):
            forms = [form for form in forms if not form.after and units[form.unit].level <= DISTRICT]
        if forms:
            return length, forms
    return None


def _mention(flat: str, start: int, end: int, forms: list[Form]) -> Mention | None:
    before = flat[max(0, start - 28) : start]
    lowered = before.lower()
    word, plural = "", False
    if found := _WORD_BEFORE.search(before):
        word, plural = (found[2] or found[4]).lower(), bool(found[1])
    elif (found := _WORD_AFTER.match(flat, end)) or (found := _WORD_OF.search(before)):
        word = found[1].lower()
    levels = UNIT_WORDS.get(word, ())
    lead = _LEAD_AFTER.match(flat, end)
    lowered = (_ENGLISH_LEADS[lead[1].lower()] if lead else lowered).rstrip(" -–.")
    led = tuple(form for form in forms if form.after and lowered.endswith(form.after))
    if levels:  # "bệnh viện đa khoa tỉnh X": the unit word belongs to the landmark's own
        own = f" {word.rstrip('.')}"
        led = tuple(form for form in led if any(w.endswith(own) and lowered.endswith(w) for w in form.after))
    if led:
        return Mention(start, end, "", led, (), "", "place", 0, False)
    plain = tuple(form for form in forms if not form.after)
    if not plain or end - start < 2:  # "P.V.C" are initials, whatever ward is called V
        return None
    kind = _kind(before) if not levels else "lottery" if _LOTTERY.search(before[: -len(word) - 1]) else "place"
    return Mention(start, end, "", plain, levels, word, kind, 0, False, plural)


def _kind(before: str) -> str:
    for kind, pattern in _KINDS:
        if pattern.search(before):
            return kind
    return "place"


def _neighbours(gazetteer: Gazetteer, words: list[str], at: int, length: int, first: bool, english: bool) -> str:
    """Whether the capitals around belong to the same, longer name ("Thái Bình Dương", "Hoàng Anh Gia Lai")."""
    if at > 0 and words[at - 1] != "-":
        before = words[at - 1]
        opens = first and at == 1 and before not in SURNAMES
        known = before in _HEADS or (before.isupper() and len(before) > 1) or before.isdigit()
        known = known or words[max(0, at - 2) : at] == ["Sư", "Phạm"]
        foreign = before.isascii() and bool(_TWO_SYLLABLES.search(before.lower()))
        if not (opens or known or foreign or (english and before in _ENGLISH_HEADS)) and not _ends_place(
            gazetteer, words, at
        ):
            return "inner"
    after = at + length
    if after < len(words) and words[after] != "-":
        follows = words[after]
        known = follows in SURNAMES or follows in _HEADS or (follows.isupper() and len(follows) > 1)
        known = known or (english and follows in _ENGLISH_HEADS)
        if not known and not follows.isdigit() and _longest(gazetteer, words, after) is None:
            return "inner"
    return "place"


def _ends_place(gazetteer: Gazetteer, words: list[str], at: int) -> bool:
    return any(" ".join(words[start:at]) in gazetteer.provinces for start in range(max(0, at - 4), at))


def _roads(gazetteer: Gazetteer, whole: str, flat: str, title: int, ends: list[int]) -> Iterator[Mention]:
    for start, end, road in roads_in(flat):
        if forms := gazetteer.roads.get(road):
            written = whole[start:end]
            yield Mention(start, end, written, tuple(forms), (), "", "place", bisect_left(ends, start), start < title)


def _in_khmer(gazetteer: Gazetteer, whole: str, title: int) -> Iterator[Mention]:
    for name, forms in gazetteer.khmer.items():
        owners = tuple(form for form in gazetteer.forms[name] if not form.after)
        for form in forms:
            for found in re.finditer(spaced_khmer(form), whole):
                sentence = whole.count("។", 0, found.start()) + 1
                in_title = found.start() < title
                yield Mention(*found.span(), found[0], owners, (), "", "place", sentence, in_title)


def _inherit(flat: str, mentions: list[Mention]) -> None:
    """ "các xã Mỹ Tú, Long Hưng và Mỹ Phước": the unit word in the plural holds for the whole list, as does "đài"."""
    for before, mention in pairwise(mentions):
        gap = flat[before.end : mention.start]
        if mention.levels or not (before.plural or before.kind == "lottery") or not _LIST.fullmatch(gap):
            continue
        if before.kind == "lottery":
            mention.kind = "lottery"
        else:
            mention.levels, mention.word, mention.plural, mention.kind = before.levels, before.word, True, "place"
