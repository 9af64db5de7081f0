"""Which lines of a page are the article: no furniture, no captions, no repeated lead, no signature."""

from __future__ import annotations

import re
from itertools import takewhile

_STOP = r"[.!?…][\"”’»)]*\Z"
_REST = r"(?!.{220})(?!.*[.!?…][\"”’»)]*\Z).*"  # to the end of the line, where that is no sentence
_READERS = r"(?:quý |các )*(?:độc giả|bạn đọc|bạn xem|quý vị|khán giả|bạn nghe đài)"
_NETWORKS = (
    r"(?:google(?: news| tin tức)?|facebook|fanpage|zalo|youtube|tik ?tok|telegram|viber|instagram|twitter|x|threads|"
    r"lotus|mạng xã hội|ứng dụng|app)\b"
)
# Lines that point elsewhere, wherever they stand: the phrase ends, a title follows, or it names what only a site has.
_FURNITURE = re.compile(
    r"[^\w\"“”‘’(\[]*+(?:"  # whatever sign stands in front
    rf"(?:xem thêm|đọc thêm|đọc tiếp|xem tiếp|bạn có thể quan tâm|có thể bạn quan tâm|see also|read more|related news"
    rf"|read also)\b(?:\s*[:>»].{{0,220}}|{_REST}|.{{0,15}})"
    r"|(?:các )?(?:tin,? bài|tin|bài)(?: viết)? (?:liên quan|cùng chuyên mục|cùng chủ đề|đọc nhiều|khác|đọc thêm)"
    rf"(?:\s*[:>»].{{0,220}}|(?! (?:đến|tới|về|với|là|được|bị|cho|của|nhau)\b){_REST})"
    rf"|mời {_READERS}\b(?:{_REST}|.{{0,120}}\b(?:chuyên mục|tại đây|đón đọc|đón xem|theo dõi|bấm vào|click|video|clip"
    rf"|các tin)\b.{{0,80}})"
    rf"|theo dõi (?:\S+ ){{0,8}}?trên (?:\S+ ){{0,2}}?{_NETWORKS}.{{0,60}}"
    r"|bạn đang (?:đọc|xem|theo dõi) (?:bài|tin|nội dung|chuyên mục)\b.*"
    rf")|>>{_REST}",
    re.IGNORECASE,
)
_BUTTONS = re.compile(
    r"(?:chia sẻ(?: (?:bài viết|bài|tin)(?: này)?.{0,20})?|share|tweet|facebook|twitter|zalo|email"
    r"|in(?: bài(?: viết)?| trang| báo)?"
    r"|bình luận|lưu bài|copy link|sao chép liên kết|gửi mail|cỡ chữ|phông chữ|text|print"
    r"|quay lại|trở lại|về trang chủ|từ khóa|tags?|gửi|thích|like|theo dõi|nghe audio|gửi bình luận|trở lại .{2,20}"
    r"|nghe (?:đọc )?bài(?: viết)?|giọng (?:nam|nữ)(?: miền (?:bắc|trung|nam))?|tự động|tốc độ đọc"
    r"|tin mới(?: nhất)?|tin nóng|xem video|quảng cáo|advertisement|google news|\d+)[:.]?",
    re.IGNORECASE,
)
_SHARING = (
    r"(?:chia sẻ|facebook|zalo|twitter|telegram|pinterest|linkedin|email|gửi (?:e-?mail|mail|bình luận)"
    r"|in (?:bài viết|bài|trang)|sao chép liên kết|copy link|lưu bài|bình luận|thích|share|tweet|print)"
)
_SHARE = re.compile(rf"{_SHARING}(?:[\s|·]+(?:{_SHARING}|\d{{1,6}}))+", re.IGNORECASE)
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
# What a line that names a place or a body begins with: no author.
_UNITS = re.compile(
    r"(?:xã|phường|thị trấn|thị xã|huyện|quận|tỉnh|thành phố|tp\b|ấp|khóm|thôn|trường|trạm|công ty|hợp tác xã|htx\b|sở|"
    r"ban|hội|đoàn|đội|chi|trung tâm|bệnh viện|ngân hàng|chùa|đình|chợ|cầu|cống|bến|kênh|sông|khu|nhà|ủy ban|ubnd\b|"
    r"hđnd\b|công an|phòng|tổ|lớp|khoa|viện|đại học|cụm|giải)\b",
    re.IGNORECASE,
)
# Where the frame of the site begins again behind the text.
_BEHIND = re.compile(
    r"(?:từ khóa|từ khoá|tags?|chủ đề|key ?words?)\s*:.{0,300}"
    r"|(?:nguồn|link gốc|link bài gốc|source|xem bài gốc)\b.{0,40}(?:https?://|www\.)\S.*|https?://\S+"
    r"|(?:ý kiến|bình luận)(?: bạn đọc| của bạn)?\s*[(:]?\s*\d*\)?|\d+ (?:bình luận|ý kiến)"
    r"|gửi (?:bình luận|ý kiến).{0,40}"
    r"|(?:các )?(?:tin|bài|tin bài)(?: viết)? (?:liên quan|khác|cùng chuyên mục|mới(?: nhất)?|đọc nhiều.{0,12}|cũ hơn"
    r"|nổi bật)"
    r"|cùng chuyên mục|xem theo ngày|tin tức gần đây"
    r"|(?:các )?(?:video|clip|phóng sự ảnh|ảnh) (?:liên quan|khác|mới(?: nhất)?|cùng chuyên mục|nổi bật)"
    r"|đọc nhiều(?: nhất)?|xem nhiều(?: nhất)?|có thể bạn quan tâm|bạn có thể quan tâm"
    r"|sự kiện(?: liên quan| nổi bật)?\s*:?",
    re.IGNORECASE,
)
# Lines of the imprint and of counters; furniture behind the last paragraph only.
_TAIL = re.compile(
    r"\d[\d.,]* (?:lượt )?(?:thích|xem|chia sẻ|đọc|likes?|views?|shares?)\b.{0,20}"
    r"|(?:lượt )?(?:xem|thích|chia sẻ)\s*:?\s*[\d.,]+"
    r"|(?:đánh giá|xếp hạng)\b.{0,30}\d.{0,10}(?:sao|lượt|/ ?5).{0,20}|(?:sự kiện|chuyên đề)\s*:.{0,80}"
    r"|(?:đường dây nóng|hotline|điện thoại|tel|email|e-mail|fax|địa chỉ|tòa soạn|liên hệ quảng cáo|phát hành)\b"
    r"\s*(?:tòa soạn)?\s*:.{0,160}"
    r"|(?:©|®|copyright|bản quyền|cơ quan chủ quản|(?:phó )?tổng biên tập|trưởng ban biên tập|giấy phép|ghi rõ nguồn"
    r"|(?:người )?chịu trách nhiệm (?:chính|nội dung|quản lý|xuất bản)|editor-in-chief|licen[cs]e no).{0,450}"
    r"|(?:mọi|các) (?:thông tin|ý kiến|bài viết|tin, bài|tin bài|đóng góp).{0,60}(?:gửi|liên hệ).{0,160}"
    r"|chia sẻ\s*:.{0,60}|(?:bài viết|tin) (?:cùng|khác|trước|sau).{0,40}",
    re.IGNORECASE,
)
_AGO = re.compile(r"\d+ (?:giây|phút|giờ|ngày|tuần|tháng|năm) trước\b.{0,40}", re.IGNORECASE)
_DATE = re.compile(
    r"\d{1,2}\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*\d{2,4}|\d{4}-\d\d-\d\d|ngày \d{1,2} tháng \d{1,2}(?:,? năm \d{4})?"
    r"|\d{1,2}\s*(?::|h|giờ)\s*\d{2}(?::\d\d)?|\d{1,2} (?:tháng|thg|th) ?\d{1,2},? \d{4}"
    r"|[០-៩]{1,2}[/.\-][០-៩]{1,2}[/.\-][០-៩]{2,4}|\w{3,9} \d{1,2},? \d{4}|\d{1,2} \w{3,9},? \d{4}"
)
_ABOUT_DATES = re.compile(
    r"\b(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|cn|ngày(?: đăng)?|đăng(?: lúc| ngày)?"
    r"|cập nhật(?: lúc| lần cuối)?|xuất bản|lúc|gmt|utc|sáng|chiều|tối|trưa|giờ|phút|am|pm|ch|sa|in bài|in trang"
    r"|cỡ chữ|gửi mail|lượt xem|đọc bài|chia sẻ|posted|published|updated?|on|by|last|mon|tue|wed|thu|fri|sat|sun"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_MENU, _STROKES = re.compile(r"\s*[|›»]\s*"), re.compile(r"[|›»]")
_ENTRIES, _ENTRY = 4, 40  # entries of a menu in one line, characters of the longest
_IMPRINT = 500  # characters of a whole imprint in one line
_HEAD = 8  # lines above the first paragraph that may be the head of the article
_PARAGRAPH, _SENTENCE = 100, 40  # characters no line of a head has, and none with a full stop


def tidy(lines: list[str], *, title: str = "", lead: str = "") -> list[str]:
    """The lines that are the article: no furniture or captions, no title and lead in front, no authors behind."""
    kept = _without_frame(_told_once([line for line in lines if not _is_furniture(line)]))
    known = {key for key in (_key(title), _key(lead)) if key}
    ends = {_end(title), _end(lead)}
    for index in range(min(_HEAD, len(kept)) - 1, -1, -1):
        if _end(kept[index]) not in ends:  # most lines, and comparing whole ones takes long
            continue
        if _key(kept[index]) in known or _is_cut(kept[index], lead):
            if all(len(line) < 160 for line in kept[:index]):  # what stands above is the head of the article too
                kept = kept[index + 1 :]
            else:
                del kept[index]
            break
    return _unsigned(_below_date(kept))


def _told_once(lines: list[str]) -> list[str]:
    """The lines without what a second copy of the text says again, as pages have for telephones."""
    if len({line for line in lines if len(line) >= _PARAGRAPH}) == sum(len(line) >= _PARAGRAPH for line in lines):
        return lines  # nearly every article
    first: dict[str, int] = {}
    kept: list[str] = []
    copied = -2
    for index, line in enumerate(lines):
        before = first.setdefault(line, index)
        if before < index and (len(line) >= _PARAGRAPH or before == copied + 1):
            copied = before
        else:
            copied = -2
            kept.append(line)
    return kept


def _below_date(lines: list[str]) -> list[str]:
    """The lines below the one that says when: above the first paragraph all of them are the head of the article."""
    head = list(takewhile(lambda line: not _is_text(line), lines[:_HEAD]))
    dated = [index for index, line in enumerate(head) if any(map(str.isdigit, line)) and _is_date_line(line)]
    return lines[dated[-1] + 1 :] if dated else lines


def _is_text(line: str) -> bool:
    """Whether a line is none of a head: a paragraph, or a sentence."""
    return len(line) >= _PARAGRAPH or (len(line) >= _SENTENCE and re.search(_STOP, line) is not None)


def is_menu(line: str) -> bool:
    """Whether a line is a row of short entries with strokes between them: "Trang chủ | Thời sự | …"."""
    if ("|" not in line and "»" not in line and "›" not in line) or len(_STROKES.findall(line)) < _ENTRIES - 1:
        return False
    entries = [entry for entry in _MENU.split(line) if entry]
    return len(entries) >= _ENTRIES and max(map(len, entries)) <= _ENTRY


def _is_furniture(line: str) -> bool:
    if is_menu(line):
        return True
    if len(line) < 700 and _FURNITURE.fullmatch(line):
        return True
    return len(line) < 260 and bool(
        _BUTTONS.fullmatch(line)
        or _SHARE.fullmatch(line)
        or _CREDIT.fullmatch(line)
        or (":" in line[-_CREDIT_END:] and _CAPTION_END.search(line))
        or not any(map(str.isalnum, line))
    )


def _without_frame(lines: list[str]) -> list[str]:
    """The lines up to where the frame of the site begins again, where that is behind most of the text."""
    total = sum(map(len, lines))
    behind = 0
    for index in range(len(lines) - 1, 0, -1):
        behind += len(lines[index])
        if behind * 3 > total:
            break
        if len(lines[index]) < 300 and _BEHIND.fullmatch(lines[index]):
            lines = lines[:index]
            total, behind = total - behind, 0
    for index in range(max(1, len(lines) - _HEAD), len(lines)):
        if _AGO.fullmatch(lines[index]) and all(len(line) < _PARAGRAPH or _is_broken(line) for line in lines[index:]):
            lines = lines[:index]
            break
    while lines and is_imprint(lines[-1]):
        lines = lines[:-1]
    return lines


def is_imprint(line: str) -> bool:
    """Whether a line is of the imprint, a counter or an address to write to: no text behind the last paragraph."""
    return len(line) < _IMPRINT and _TAIL.fullmatch(line) is not None


def _is_broken(line: str) -> bool:
    return line.endswith(("...", "…"))


def _is_date_line(line: str) -> bool:
    """Whether a line says when, and next to nothing else: it stands beside the headline."""
    rest, dates = _DATE.subn(" ", line)
    return dates > 0 and sum(map(str.isalpha, _ABOUT_DATES.sub(" ", rest))) <= 25 and not re.search(_STOP, line)


def _unsigned(lines: list[str]) -> list[str]:
    """The lines without who wrote them: a line of names, and of sources; several lines of names are a list."""
    end = len(lines)
    named = 0
    while end > 1 and len(lines) - end < 4 and _is_signature(lines[end - 1]):
        named += not _CREDITS.match(lines[end - 1])
        end -= 1
    return lines if named > 1 or (end and lines[end - 1].endswith(":")) else lines[:end]


def _is_cut(line: str, lead: str) -> bool:
    """The same lead cut in a meta element or with its dateline."""
    one, two = _key(line), _key(lead)
    return len(two) > 40 and len(one) < len(two) + 40 and (one.endswith(two) or (len(one) > 40 and two.endswith(one)))


def _is_signature(line: str) -> bool:
    """A last line that names who wrote it or where it came from: short, no sentence, nothing but names."""
    if len(line) > 80 or _UNITS.match(line):
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
    key = _key(text[-10:])  # nearly always enough, and every line is asked
    return key[-6:] if len(key) >= 6 else _key(text[-40:])[-6:]


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()
