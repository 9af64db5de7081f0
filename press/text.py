"""Text as it enters the archive: one form for every outlet, and the two derived forms matching and search need.

The pitfalls behind each rule, with their real examples, are described in docs: partly decomposed letters, U+00D0 for Đ,
entities encoded twice, zero-width characters, two placements of the tone mark, datelines in front of the lead.
"""

from __future__ import annotations

import html
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
