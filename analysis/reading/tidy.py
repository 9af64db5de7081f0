"""Which lines of a page are the article: no furniture, no captions, no repeated lead, no signature."""

from __future__ import annotations

import re

# Lines that are no part of the article, wherever they stand.
_FURNITURE = re.compile(
    r"(?:[>»►▶→•*+\-–=\s]*(?:xem thêm|đọc thêm|đọc tiếp|mời (?:quý )?(?:độc giả|bạn đọc|bạn xem|quý vị)|tin liên quan"
    r"|bài liên quan|tin bài liên quan|có thể bạn quan tâm|bạn có thể quan tâm|tin cùng chuyên mục"
    r"|theo dõi .{0,40} trên|see also|read more|related news|read also)\b.{0,220})|>>.*|[»►▶].{0,220}",
    re.IGNORECASE,
)
_BUTTONS = re.compile(
    r"(?:chia sẻ|share|facebook|twitter|zalo|email|in bài(?: viết)?|bình luận|lưu bài|copy link|sao chép liên kết"
    r"|quay lại|trở lại|về trang chủ|từ khóa|tags?|gửi|thích|like|theo dõi|nghe audio|gửi bình luận|trở lại .{2,20}"
    r"|tin mới(?: nhất)?|tin nóng|xem video|quảng cáo|advertisement|google news|\d+)[:.]?",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:ảnh|clip|video|photo|đồ họa|infographic|nguồn ảnh|photo by)\s*(?:minh h[oọ][aạ]\s*)?[:.]\s*.{0,60}"
    r"|ảnh minh h(?:ọa|oạ)[.:]?.{0,40}",
    re.IGNORECASE,
)
_CAPTION_END = re.compile(r"(?:[-–.,(]|\s)\s*(?:ảnh|photo)\s*:\s*[^.!?]{2,60}[.)]?\Z", re.IGNORECASE)
_CREDIT_END = 64  # characters of a clean line from the colon of its credit on
_CREDITS = re.compile(
    r"[(\[]?\s*(?:theo|nguồn tin|nguồn|tổng hợp|biên tập|thực hiện|bài và ảnh|bài, ảnh|tin, ảnh|tin và ảnh|ảnh"
    r"|source|by|pv|p\.v|phóng viên|link gốc|nội dung)\b\s*:?",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\([^)]*\)")
_BETWEEN_NAMES = re.compile(r"[/,&–|.\-+:)\]]")
_SMALL_WORDS = frozenset(("báo", "và", "của", "tạp", "chí", "trang", "kênh", "đài", "tổng", "hợp", "the", "of", "and"))


def tidy(lines: list[str], *, title: str = "", lead: str = "") -> list[str]:
    """The lines that are the article: no furniture or captions, no title and lead in front, no authors behind."""
    kept = [line for line in lines if not _is_furniture(line)]
    known = {key for key in (_key(title), _key(lead)) if key}
    ends = {_end(title), _end(lead)}
    for index in range(min(8, len(kept)) - 1, -1, -1):
        if _end(kept[index]) not in ends:  # most lines, and comparing whole ones takes long
            continue
        if _key(kept[index]) in known or _is_cut(kept[index], lead):
            if all(len(line) < 160 for line in kept[:index]):  # what stands above is the head of the article too
                kept = kept[index + 1 :]
            else:
                del kept[index]
            break
    for _ in range(4):
        if len(kept) > 1 and _is_signature(kept[-1]):
            kept.pop()
    return kept


def _is_furniture(line: str) -> bool:
    short = len(line) < 260
    return bool(
        short
        and (
            _FURNITURE.fullmatch(line)
            or _BUTTONS.fullmatch(line)
            or _CREDIT.fullmatch(line)
            or (":" in line[-_CREDIT_END:] and _CAPTION_END.search(line))
            or not any(map(str.isalnum, line))
        )
    )


def _is_cut(line: str, lead: str) -> bool:
    """The same lead cut in a meta element or with its dateline."""
    one, two = _key(line), _key(lead)
    return len(two) > 40 and len(one) < len(two) + 40 and (one.endswith(two) or (len(one) > 40 and two.endswith(one)))


def _is_signature(line: str) -> bool:
    """A last line that names who wrote it or where it came from: short, no sentence, nothing but names."""
    if len(line) > 80:
        return False
    credited = _CREDITS.match(line)
    if line[-1] in '.!?…”"' and not (credited and len(line) < 40):
        return False
    rest = _BRACKETED.sub(" ", line[credited.end() :] if credited else line)
    words = [word for word in _BETWEEN_NAMES.sub(" ", rest).split() if word[0].isalpha()]
    if not words:
        return credited is not None or line.endswith(")")
    return len(words) <= 9 and all(word[0].isupper() or (credited and word in _SMALL_WORDS) for word in words)


def _end(text: str) -> str:
    """The last letters of a line: two lines with the same key, or one ending in the other, have the same."""
    return _key(text[-40:])[-6:]


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()
