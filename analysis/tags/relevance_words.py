"""Words whose number tells what kind of text names a place: an event, a plan, a crime, a draw, a forecast.

And how often it speaks of "the province" without a name (`generic`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: Feature -> what is counted: whole words in lower case.
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "event": (
        *("nạn nhân", "bệnh nhân", "tử vong", "tai nạn", "hài cốt", "cháy", "phẫu thuật", "thi thể", "va chạm"),
        *("cấp cứu", "hiện trường", "đuối nước", "vụ"),
    ),
    "plan": (
        *("phát triển", "tăng trưởng", "giải ngân", "đầu tư", "quy hoạch", "giai đoạn", "mục tiêu", "chỉ số"),
        *("kế hoạch", "triển khai", "nghị quyết", "đô thị"),
    ),
    "crime": (
        *("khởi tố", "bắt", "tạm giữ", "bị can", "thu giữ", "nghi phạm", "truy tố", "đối tượng", "lừa đảo"),
        *("trộm", "triệt phá"),
    ),
    "generic": (
        *("toàn tỉnh", "toàn thành phố", "toàn tp", "trong tỉnh", "trong thành phố", "trong tp"),
        *("địa bàn tỉnh", "địa bàn thành phố", "địa bàn tp"),
        *("tỉnh này", "tỉnh nhà", "thành phố này", "thành phố nhà"),
    ),
}
#: Whole words as they are written.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "nation": (
        *("cả nước", "toàn quốc", "Quốc hội", "Bộ trưởng", "Thủ tướng", "Chính phủ", "ĐBSCL", "khu vực"),
        *("các tỉnh", "các địa phương", "miền"),
    ),
}
#: In lower case, parts of words too.
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "lottery": ("xổ số", "xskt", "kết quả xs", "mở thưởng", "giải đặc biệt", "giải tám"),
    "draw": ("kết quả xổ số", "kqxs", "xsmn", "mở thưởng", "giải tám", "quay số"),
    "weather": ("nhiệt độ", "độ c", "mưa rào", "gió cấp", "thời tiết", "dự báo"),
}


def counted(text: str) -> dict[str, int]:
    """How often the words of each feature occur.

    Plain search for each word is many times faster than one pattern for all, most of which are not there.
    """
    lowered = text.lower()
    return {
        **{name: sum(_whole(lowered, word) for word in words) for name, words in _WORDS.items()},
        **{name: sum(_whole(text, word) for word in words) for name, words in _NAMES.items()},
        **{name: sum(map(lowered.count, words)) for name, words in _PARTS.items()},
    }


def _whole(text: str, word: str) -> int:
    """How often the word stands with no letter or digit before or after it."""
    count, at = 0, text.find(word)
    while at >= 0:
        end = at + len(word)
        count += not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum())
        at = text.find(word, end)
    return count
