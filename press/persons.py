"""Does a text look as if it named a person? A warning for whoever writes it: the register keeps no person.

Rules only, and on the side of silence for offices, places and outlets: what they say is a question, never a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, Literal, NamedTuple

Why = Literal["title", "surname", "phone", "identity"]

_MARKED: Final = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
_WORD: Final = rf"[A-Z{_MARKED.upper()}][a-z{_MARKED}]*"
#: how people are called before their name
_TITLES: Final = (
    "ông|bà|anh|chị|cô|chú|bác|cụ|em|cháu|nhà báo|phóng viên|nạn nhân|bị can|bị cáo|người tố cáo|người khiếu nại"
    "|đồng chí|đ/c|bác sĩ|thầy|luật sư|Mr|Mrs|Ms"
)
_SURNAMES: Final = (
    "Nguyễn|Trần|Lê|Phạm|Huỳnh|Hoàng|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Đào|Đoàn|Trịnh|Trương|Lâm|Mai|Tô|Tạ"
    "|Châu|Quách|Thạch|Danh|Kim|Sơn|Lương|Tăng|Cao|Thái|Hà|Diệp|La|Triệu|Vương|Văn|Từ|Mã|Liêu|Khưu|Trà"
)
#: what a name stands behind where it names a street, a school, an office and no person
_NAMED_AFTER: Final = (
    "đường|phố|quốc lộ|trường|THPT|THCS|tiểu học|mầm non|đại học|bệnh viện|công viên|cầu|chợ|phường|xã|thị trấn|quận"
    "|huyện|tỉnh|thành phố|TP|TP\\.|UBND|khu|ấp|khóm|kênh|rạch|sông|hồ|công ty|tượng đài|quảng trường|nhà hát|giải|sở"
    "|ban|hẻm|số|cảng|bến|phà|chùa|đình|báo|đài|trung tâm|Tết|vàm|cồn|cù lao|lễ|cống"
)
_TITLED: Final = re.compile(rf"(?<!\w)(?i:{_TITLES})\.?\s+({_WORD}(?:\s+{_WORD}){{0,3}})")
_SURNAMED: Final = re.compile(rf"(?<!\w)((?:{_SURNAMES})(?:\s+{_WORD}){{2,3}})(?!\w)")
_BEFORE: Final = re.compile(rf"(?:^|\s|\()(?:{_NAMED_AFTER})\s+(?:{_WORD}\s+)*$", re.IGNORECASE)
_PHONE: Final = re.compile(r"(?<![\d/.-])(?:\+84|0)(?:[ .-]?\d){9}(?!\d)")
_IDENTITY: Final = re.compile(r"(?:CMND|CCCD|căn cước|chứng minh)\D{0,20}\d{9,12}|(?<![\d/.,-])\d{12}(?![\d/.,-])")


class Named(NamedTuple):
    """What looks like a person, and why."""

    text: str
    why: Why


def named(text: str, places: Collection[str] = ()) -> list[Named]:
    """Return what in a text looks as if it named a person, each once, in the order of the text.

    `places`: names that only look like persons, such as communes that bear a person's name.
    """
    found: dict[str, tuple[int, Why]] = {}
    for match in _IDENTITY.finditer(text):
        found.setdefault(match[0], (match.start(), "identity"))
    for match in _PHONE.finditer(text):
        found.setdefault(match[0], (match.start(), "phone"))
    for pattern, why in ((_TITLED, "title"), (_SURNAMED, "surname")):
        for match in pattern.finditer(text):
            if why == "surname" and any(match[1].startswith(place) for place in places):
                continue
            if not _BEFORE.search(text[: match.start()]) and not any(match[1] in seen for seen in found):
                found[match[1]] = (match.start(), why)  # type: ignore[assignment]
    return [Named(name, why) for name, (_, why) in sorted(found.items(), key=lambda one: one[1])]
