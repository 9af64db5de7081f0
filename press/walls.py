"""What pages say that stand where an article should: it is gone, the site is closed, prove who you are, log in, pay.

One list for the crawler, which sees an answer, and for reading, which sees a page. A text is judged as a whole: a
headline that only speaks of such things is none of them.
"""

from __future__ import annotations

import re

CHALLENGE = "blocked: a challenge page"  #: why nothing is read of a page that asks who reads it

# A title, and the site behind it; one set first and the choice behind it: so it is searched in no time.
_PARTS = re.compile(r"[\s|»](?:(?<=[|»])|(?:[–—-]|::)\s)")
_SORRY = r"(?:(?:xin lỗi|rất tiếc|thông báo|ôi|oops|sorry|lỗi|error)\b(?: quý (?:khách|độc giả|vị)| bạn(?: đọc)?)?\W+)*"
_THING = (
    r"(?:(?:các |những )?(?:trang(?: web| tin)?|bài(?: viết| báo| đăng)?|tin(?: bài| tức)?|nội dung|đường dẫn|liên kết"
    r"|địa chỉ|chuyên mục|video|tài liệu))"
)
_SOUGHT = (
    r"(?: (?:bạn|mà|này|đó|trên|hiện|đang|cần|muốn|yêu cầu|tìm kiếm|tìm|truy cập|xem|đọc|được|quý|vị|khách|độc giả"
    r"|có thể|hiện tại|nêu|có))*"
)
_TAKEN = r"(?:xóa|xoá|gỡ|ẩn|rút|thu hồi|hạ)(?: bỏ| xuống| đi)?"
_WHO = r"(?: (?:tòa soạn|toà soạn|ban biên tập|tác giả|quản trị(?: viên)?|người đăng|cơ quan chức năng))?"
_LOST = (
    r"(?:không (?:còn )?(?:tồn tại|khả dụng|hiển thị|có sẵn|hợp lệ)"
    r"|(?:không|chưa) (?:được |thể )?(?:tìm thấy|truy cập)(?: được)?"
    rf"|(?:(?:đã|vừa|hiện|tạm|tạm thời|được|bị)\b ?)+{_WHO} ?{_TAKEN})"
)
_TAIL = (
    r"(?:,? (?:hoặc|và|nên|theo|vì|do|bởi|để|mong|vui lòng|mời|trên (?:hệ thống|trang|website|máy chủ)"
    r"|trong (?:hệ thống|kho)|(?:ra )?khỏi (?:hệ thống|trang|website))\b.{0,140})?"
)
_GONE = re.compile(
    rf"{_SORRY}(?:"
    r"(?:lỗi |error |http |trang )?(?:404|410)"
    r"(?: ?[-:.!(]+ ?.{0,60}| (?:page|not|error|lỗi|không|trang|gone)\b.{0,60})?"
    rf"|{_THING}{_SOUGHT} {_LOST}{_TAIL}"
    rf"|(?:chúng tôi |hệ thống )?(?:không tìm thấy|không tồn tại) {_THING}{_SOUGHT}{_TAIL}"
    r"|(?:tòa soạn|toà soạn|ban biên tập|chúng tôi)(?: (?:đã|xin|xin phép|tạm|vừa|quyết định))*"
    rf" {_TAKEN} {_THING}\b.{{0,140}}"
    r"|(?:http )?not found"
    r"|(?:the |this )?(?:requested )?(?:page|article|content|file|url|story)(?: .{0,40})?"
    r" (?:(?:was |is |has been |could |can )?not (?:be )?found(?: on this server)?"
    r"|(?:is )?no longer (?:available|exists?)|does(?: not|n't) exist"
    r"|(?:has been|was|(?:might|may|could) have been) (?:removed|moved|deleted|taken down|withdrawn))(?:,? .{0,80})?"
    r"|រកមិនឃើញ.{0,40}|(?:ទំព័រ|អត្ថបទ).{0,30}(?:រកមិនឃើញ|មិនមាន|ត្រូវបានលុប).{0,20}"
    r")",
    re.IGNORECASE,
)
_SITE = (
    r"(?:hệ thống|web ?site|trang(?: web| tin| chủ| thông tin)?(?: điện tử)?|máy chủ|cổng thông tin(?: điện tử)?"
    r"|dịch vụ|chúng tôi)(?: (?:này|của chúng tôi|(?:của )?(?:báo|đài) .{2,30}?))?"
)
_CLOSED = re.compile(
    rf"{_SORRY}(?:"
    rf"{_SITE}(?: (?:hiện|đang|tạm|tạm thời|được|phải|bị|trong quá trình|trong thời gian))+"
    r" (?:bảo trì|bảo dưỡng|nâng cấp|quá tải|bận|gián đoạn|ngừng|ngưng|dừng|đóng cửa|không truy cập được)\b.{0,140}"
    r"|(?:đang |tạm (?:ngừng|dừng|ngưng) để )(?:bảo trì|nâng cấp) (?:hệ thống|web ?site|trang web|máy chủ)\b.{0,60}"
    r"|(?:(?:error|http|lỗi) )?5\d\d(?: ?[-:.]? ?(?:lỗi|error|internal|service|bad|gateway|server|web).{0,60})?"
    r"|(?:internal server error|service (?:temporarily )?unavailable|bad gateway|gateway time-?out).{0,40}"
    r"|error establishing a database connection"
    # a host that serves its own page in the site's place
    r"|(?:this )?account (?:has been )?suspended|(?:this |the )?(?:domain|website)(?: name)? .{0,30}"
    r"(?:has expired|is (?:for sale|parked|suspended))\b.{0,60}"
    r"|(?:tên miền|tài khoản|hosting|website|trang web)(?: này| của bạn)?(?: (?:đã|đang|bị|tạm|tạm thời))+"
    r" (?:hết hạn|khóa|khoá|ngừng|đình chỉ)\b.{0,80}"
    r"|index of /\S*|welcome to (?:nginx|centos|openresty|iis\b.{0,20})!?|iis windows(?: server)?|it works!?"
    r"|(?:apache2? .{0,30}|test |default (?:web ?site )?)(?:default |test )?page\b.{0,60}|domain default page"
    r"|lỗi (?:kết nối )?(?:đến |tới )?(?:cơ sở dữ liệu|máy chủ|hệ thống)(?: ?[.,:;!-].{0,60})?"
    r"|(?:(?:our |this |the )?(?:web ?)?site|we)(?: is| are|'re|’re|'ll|’ll| will)?(?: be)?(?: currently| temporarily)*"
    r" (?:under|down for|undergoing|closed for|back)(?: scheduled)?(?: maintenance| construction| soon).{0,60}"
    r"|(?:scheduled |under )maintenance"
    r")",
    re.IGNORECASE,
)
_ASKS_WHO = re.compile(
    r"just a moment|attention required|checking your browser|access denied|security check|verify(?:ing)? you are human"
    r"|ddos protection|are you a robot|bạn (?:có|không) phải (?:là )?(?:người máy|robot)"
    r"|^request rejected|requested url was rejected"
    r"|xác (?:minh|thực) (?:bạn là|trình duyệt|truy cập)|đang kiểm tra (?:trình duyệt|kết nối|bảo mật|truy cập)"
    r"|^(?:vui lòng |xin |hãy )*(?:chờ|đợi)(?: trong)?(?: (?:một|ít|vài|giây|\d{1,2}))* (?:chút|lát|giây|phút)"
    r"[\s.…!]*$|^(?:vui lòng |xin |hãy )+(?:chờ|đợi)[\s.…!]*$",
    re.IGNORECASE | re.MULTILINE,
)
_FOUND = re.compile(r"(?:kết quả )?tìm kiếm\s*(?::|cho\b|với\b|theo\b|[\"“|–-]|\Z)|search results?\b", re.IGNORECASE)
_LOGIN = re.compile(r"(?:trang )?đăng nhập\b.{0,40}|log ?in\b.{0,40}|sign ?in\b.{0,40}", re.IGNORECASE)
_ASKS_TO_PAY = re.compile(
    r"(?:vui lòng |hãy |bạn (?:cần|phải) |mời bạn )?(?:đăng nhập|đăng ký|mua gói|nâng cấp|trở thành|nạp)\b.{0,80}"
    r"\b(?:để|và) (?:tiếp tục )?(?:đọc|xem)\b.{0,80}"
    r"|(?:subscribe|log in|sign in|register)\b.{0,40}\bto (?:continue|read|unlock)\b.{0,60}",
    re.IGNORECASE,
)
_MORE = re.compile(r"đọc tiếp|tiếp tục đọc|(?:đọc|xem) (?:toàn bộ|đầy đủ|trọn|hết)|continue reading", re.IGNORECASE)
_FOR_MEMBERS = re.compile(
    r".{0,40}\b(?:bài viết|nội dung|phần còn lại)\b.{0,30}\b(?:dành (?:riêng )?cho|chỉ dành cho)\b.{0,60}"
    r"\b(?:thành viên|hội viên|thuê bao|bạn đọc|độc giả|tài khoản|vip|premium)\b.{0,60}",
    re.IGNORECASE,
)
_LONGEST = 300  # characters of what a page says so
# In the markup of bot checks alone; and such as stand in real articles too.
_CHECKS = (
    *(
        "__cf_chl",
        "_cf_chl_opt",
        "<title>just a moment",
        "cf-browser-verification",
        "captcha-delivery.com",
        "px-captcha",
    ),
    *("_incapsula_resource", "awswafcookiedomainlist", "ddos-guard"),
)
_CAPTCHAS = (
    *("/cdn-cgi/challenge-platform", "g-recaptcha", "hcaptcha.com", "cf-turnstile"),
    *("checking your browser", "you are human"),
)
_RELOADS = ("location.reload", "location.href", "location.replace", "window.location")


def says_gone(text: str) -> str:
    """The words of a title, a headline or a line that say that an article is not there, or was taken down; else ""."""
    return _says(_GONE, text)


def says_closed(text: str) -> str:
    """The words of a title, a headline or a line that say the site does not work now, later it may; else ""."""
    return _says(_CLOSED, text)


def _says(pattern: re.Pattern[str], text: str) -> str:
    if len(text) > _LONGEST:
        return ""
    words = (part.strip(" \t\r\n.!:…") for part in dict.fromkeys((text, *_PARTS.split(text))))
    return next(filter(pattern.fullmatch, words), "")


def asks_who(title: str) -> bool:
    """Whether the title of a page with hardly a paragraph is that of a bot check."""
    return _ASKS_WHO.search(title) is not None


def tells_found(title: str) -> bool:
    """Whether a title is that of what a search of the site found."""
    return _FOUND.match(title) is not None


def asks_to_log_in(title: str) -> bool:
    """Whether a title is that of a login page."""
    return _LOGIN.fullmatch(title) is not None


def asks_to_pay(line: str) -> bool:
    """Whether a line invites to pay or to log in for the rest of a text."""
    if len(line) >= _LONGEST:
        return False
    members = "dành" in line and _FOR_MEMBERS.fullmatch(line) is not None
    return members or _ASKS_TO_PAY.fullmatch(line.rpartition(". ")[2]) is not None


def asks_to_pay_for_more(line: str) -> bool:
    """Whether a line invites to pay or to log in for the rest of the very text above it."""
    return _MORE.search(line) is not None and asks_to_pay(line)


def is_check(page: str) -> bool:
    """Whether the markup of a small page, in lower case, is that of a bot check."""
    return any(mark in page for mark in _CHECKS)


def may_be_check(page: str) -> bool:
    """The same of a page that has hardly a paragraph: it loads a captcha, or sets a cookie and loads itself again."""
    reloads = "document.cookie" in page and any(mark in page for mark in _RELOADS)
    return reloads or any(mark in page for mark in _CAPTCHAS)
