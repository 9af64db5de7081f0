"""Text as it enters the archive: one form for every outlet, and the two derived forms matching and search need.

The pitfalls behind each rule, with their real examples, are described in docs: partly decomposed letters, U+00D0 for Đ,
entities encoded twice, zero-width characters, two placements of the tone mark, datelines in front of the lead.
"""

from __future__ import annotations

import html
import html.entities
import re
import unicodedata

_LETTERS = "A-Za-zÀ-ÏÑ-ÖØ-ïñ-öø-ɏẠ-ỹ"
# Whatever is not in this set sends a text to the slow path; one set without alternatives is searched in no time.
_ODD = re.compile(rf"[^ !-%'-~{_LETTERS}–—‘’“”…•₫°²]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]+"
)
_NESTED_AMPERSAND = re.compile(r"&(?:(?:amp|AMP|#0*38(?!\d)|#[xX]0*26(?![0-9a-fA-F]));?)+")
_MAX_PASSES = 16

# Only the names of real elements: "<Tên phim>" in a title is text.
_BLOCK = (
    "address|amp-[a-z-]+|area|article|aside|audio|base|blockquote|body|br|button|canvas|caption|center|col|colgroup|dd"
    "|details|dialog|dir|div|dl|dt|embed|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hgroup"
    "|hr|html|iframe|img|input|legend|li|link|main|map|menu|meta|nav|object|ol|optgroup|option|p|param|path|picture|pre"
    "|section|select|source|summary|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|track|ul|video"
)
_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|nobr|o:p|output|q|rp|rt|ruby|s|samp"
    "|small|span|strike|strong|sub|sup|time|tt|u|var|wbr"
)
# A quotation mark opens a value behind an equals sign only; a value that is never closed ends with its tag.
_VALUE = r"=\s*+(?:\"[^\"]*\"(?=[\s/>]|\Z)|'[^']*'(?=[\s/>]|\Z))"
_REST = rf"(?:[\s/](?:{_VALUE}|[^<>])*+(?:>|\Z|(?=<))|>|\Z)"
_BLOCK_TAG = re.compile(rf"</?(?=[a-z])(?:{_BLOCK}){_REST}", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"</?(?=[a-z])(?:{_INLINE}){_REST}", re.IGNORECASE)
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|noscript|template)\b.*?(?:</\1\s*+>|\Z)|<(?:!doctype|\?xml)\b[^>]*(?:>|\Z)"
    r"|<!\[CDATA\[|\]\]>",
    re.IGNORECASE | re.DOTALL,
)
# What is left of a tag whose beginning was cut off: 'x.jpg" alt="Ảnh"/>'.
_HEADLESS = re.compile(
    r"""\A(?:(?:[^\s<>"']{1,500}["'])?(?:\s*[a-zA-Z-]+=(?:"[^"<>]*"|'[^'<>]*'))++\s*+/?>|[^\s<>"']{1,500}["']/?>)"""
)
# A tag or an entity whose end was cut off before it can be told what it is.
_CUT = re.compile(r"(?:<+/?(?:([a-z][a-z0-9:-]*)&?)?|<![a-z\[-]*|&(?:#x?[0-9a-f]*|([a-z]{1,8})))\Z", re.IGNORECASE)
_CUT_CHARS = 16
_MARKUP_PASSES = 4  # a tag whose entities were encoded twice comes out in the second
_NAMES = (*_BLOCK.replace("h[1-6]", "h1|h2|h3|h4|h5|h6").split("|"), *_INLINE.split("|"), "script", "style", "noscript")

_MARKED = "àáảãạ", "èéẻẽẹ", "ỳýỷỹỵ"
_TONES = "òóỏõọ", "òóỏõọ", "ùúủũụ"


def _placements() -> dict[str, str]:
    """The pairs of letters whose tone mark stands on the second vowel -> the same with it on the first."""
    table: dict[str, str] = {}
    for base, first, marked, toned in zip("oou", "aey", _MARKED, _TONES, strict=True):
        for one, two in zip(marked, toned, strict=True):
            table[base + one] = two + first
            table[base.upper() + one] = two.upper() + first
            table[base.upper() + one.upper()] = two.upper() + first.upper()
            table[base + one.upper()] = two + first.upper()
    return table


_PLACEMENT = _placements()
# One set first and the choice behind it: a pattern that begins so is searched five times faster.
_TONE = re.compile("[oOuU](?:(?<=[oO])[àáảãạèéẻẽẹÀÁẢÃẠÈÉẺẼẸ]|(?<=[uU])(?<![qQ].)[ỳýỷỹỵỲÝỶỸỴ])(?![^\\W\\d_])")
_MARKS = re.compile("[\u0300-\u036f]+")
_D = str.maketrans("đ", "d")


def clean(text: str) -> str:
    """One line as the archive keeps it: entities decoded, NFC, Đ for Eth, no invisible characters, single spaces."""
    if not _ODD.search(text) and "  " not in text and text.strip() == text:
        return text
    for _ in range(_MAX_PASSES):
        before = text
        text = _clean_once(text)
        if "&" not in text or text == before:  # only entities can come out of what was cleaned once
            return text
    # Only text built to be expensive is still changing here; without ampersands it cannot change any more.
    return _clean_once(_clean_once(text.replace("&", " ")))


def _clean_once(text: str) -> str:
    if "&" in text:
        text = html.unescape(_NESTED_AMPERSAND.sub("&", text))
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).replace("Ð", "Đ").replace("ð", "đ")
    return " ".join(text.split())


def readable(text: str) -> str:
    """The text of a fragment of HTML, whole or cut anywhere: entities decoded, markup taken out, NFC; lines kept.

    What a reader sees stays as it is: "5 < 6", "<3", "T&T", "<Tên phim>".
    """
    for _ in range(_MARKUP_PASSES):
        before = text
        text = _readable_once(text)
        if text == before:
            break
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _readable_once(text: str) -> str:
    if "&" in text[-_CUT_CHARS:] or "<" in text[-_CUT_CHARS:]:
        text = text[:-_CUT_CHARS] + _CUT.sub(_uncut, text[-_CUT_CHARS:])
    if "&" in text:
        text = html.unescape(_NESTED_AMPERSAND.sub("&", text))
    if "<" in text:
        text = _INLINE_TAG.sub("", _BLOCK_TAG.sub(" ", _HIDDEN.sub(" ", text)))
    if ">" in text:
        text = _HEADLESS.sub(" ", text)
    return text


def _uncut(found: re.Match[str]) -> str:
    """Nothing for the beginning of a tag or an entity, else what stands there."""
    tag, entity = found[1], found[2]
    if tag and not any(name.startswith(tag.lower()) for name in _NAMES):
        return found[0]
    if entity and not (entity.islower() and any(name.startswith(entity) for name in html.entities.html5)):
        return found[0]
    return ""


def plain(text: str) -> str:
    """One clean line from text or HTML, whole or cut anywhere, whatever number of times its entities were encoded."""
    return clean(readable(text))


def clean_lines(text: str) -> str:
    """`clean` for each line; empty lines are dropped, the others joined by one newline."""
    return "\n".join(line for line in map(clean, text.splitlines()) if line)


def tone_normal(text: str) -> str:
    """The text with one tone-mark placement (hoà -> hòa, thuý -> thúy); same length, case kept; expects NFC."""
    return _TONE.sub(lambda found: _PLACEMENT[found[0]], text)


def fold(text: str) -> str:
    """Lower case without Latin marks, đ as d: for queries typed without marks only. Khmer vowel signs stay."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", lowered)).translate(_D))


# Datelines. An agency in parentheses or a word in front of a dash, and after it the lead as a sentence begins: with a
# capital, a figure or a quotation mark. "Lê Văn A - người đứng đầu ..." therefore stays whole.
UPPER = "A-ZÀ-ÖØ-ÞĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_SENTENCE = rf"(?=[\"'“‘«(\[]*[{UPPER}0-9])"
_DASH = r"[-–—]+"
_SITE = r"[\w-]{2,30}\.(?:vn|VN|Vn|com\.vn|com|COM|net|NET)"
_AGENCY = rf"(?:[{UPPER}][{UPPER}0-9&+.]{{1,9}}|{_SITE}|Vietnam\+|Vietnam[Pp]lus)"
_WIRE = rf"(?:TTXVN(?:/(?:Vietnam\+|VNA))?|VNA|AVI|VOV|PLO|NLĐO|TTO|TPO|NDO|Dân trí|Vietnam\+|Vietnam[Pp]lus|{_SITE})"
_NAMED = r"Vietnam\+|VietnamPlus|Kinhtedothi|VnEconomy|VietNamNet|Infonet|Dân trí|Dân Việt"
# Wires that stand without a dash or brackets; none begins a sentence in front of a capital.
_BARE = "Dân trí|VietNamNet|Vietnam[Pp]lus|TTO|TPO|NLĐO|PLO|SGGPO|TNO|HNMO|LĐO|NDO|STO"
_PLACE = rf"[{UPPER}][\w.]*(?:[ -](?:[{UPPER}0-9][\w.]*)){{0,4}}"
_DATED = r"(?:,? (?:ngày )?[\w./ -]{1,14})?"
_DATELINES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"({_PLACE}{_DATED} ?\({_WIRE}\)) ?(?:{_DASH}|:)? ?{_SENTENCE}",  # Sóc Trăng (TTXVN) -
        rf"(\([{UPPER}][^():0-9]{{1,28}}\)) ?{_DASH} ?{_SENTENCE}",  # (Dân trí) -
        rf"(\({_AGENCY}\)) ?:? ?{_SENTENCE}",  # (VNA)
        rf"({_SITE}) ?{_DASH} ?{_SENTENCE}",  # VOV.VN -
        rf"({_BARE})(?: ?[|:] ?| ){_SENTENCE}",  # Dân trí Sáng 5/8
        rf"([{UPPER}][{UPPER}&]{{1,7}}|{_NAMED})(?: {_DASH} ?|{_DASH} ){_SENTENCE}",  # TTO -
    )
)
# Abbreviations a lead itself may begin with in front of a dash.
_NO_AGENCIES = frozenset(
    (
        *("UBND", "HĐND", "UBMTTQ", "MTTQ", "BHXH", "BHYT", "ĐBSCL", "TAND", "VKSND", "CSGT", "PCCC", "TNGT", "ATGT"),
        *("BOT", "GDP", "CPI", "FDI", "ODA", "EU", "USD", "VND", "WHO", "FIFA", "AFC", "UEFA", "AFF", "FED", "ECB"),
        *("IMF", "WB", "WTO", "ASEAN", "NATO", "UAE", "CLB", "HLV", "SHB", "HAGL", "TPHCM", "HCM", "VFF", "VPF", "VN"),
        *("AI", "IT", "CEO", "OCOP", "THPT", "THCS", "ĐH", "CĐ", "KCN", "EVN", "BTC", "MC", "BĐBP", "MTQG"),
    )
)


def split_dateline(lead: str) -> tuple[str, str]:
    """The dateline of a cleaned lead without its dash, and the lead proper; ("", lead) when there is none."""
    for pattern in _DATELINES:
        found = pattern.match(lead)
        if found and found[1] not in _NO_AGENCIES and found.end() < len(lead):
            return found[1].strip(), lead[found.end() :]
    return "", lead


_ASCII = bytes(range(0x80))
_REPLACED = "\ufffd"


def nearly_utf8(body: bytes) -> str | None:
    """The bytes as UTF-8, what is broken as U+FFFD, where more letters beyond ASCII are whole than broken; else None.

    A cut letter or a stray byte does not make UTF-8 another charset; text of another charset hardly ever has a letter
    that is whole in UTF-8.
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    broken = text.count(_REPLACED) - body.count(_REPLACED.encode())
    plain = len(body) - len(body.translate(None, _ASCII))
    return text if len(text) - plain - broken > broken else None
