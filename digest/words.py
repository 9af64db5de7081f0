"""Every word a digest says of its own, in Vietnamese and English, and how both write numbers and dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from press import TOPICS

_WORDS: Mapping[str, tuple[str, str]] = {
    "digest": ("Điểm báo", "Press review"),
    "area": ("Địa bàn {area}", "Area: {area}"),
    "subject": (
        "Điểm báo {date}: {stories}, {articles} – {title}",
        "Press review {date}: {stories}, {articles} – {title}",
    ),
    "subject_none": ("Điểm báo {date}: không có tin đáng chú ý", "Press review {date}: nothing significant"),
    "period": ("tin từ {start} đến {end}", "news from {start} to {end}"),
    "tally": ("{stories}, {articles} trên {outlets}", "{stories}, {articles} in {outlets}"),
    "summary": ("Tóm tắt", "Summary"),
    "province": ("Tin về địa bàn", "News of the area"),
    "khmer": ("Tiếng Khmer", "In Khmer"),
    "related": ("Tin liên quan", "Related coverage"),
    "more_title": ("Tin khác trong kỳ", "Also in this period"),
    "numbers": ("Số liệu", "Numbers"),
    "coverage": ("Phạm vi theo dõi", "Coverage"),
    "why": ("Vì sao", "Why"),
    "also": ("Cùng đưa tin", "Also reported by"),
    "see_summary": ("xem Tóm tắt, mục {rank}", "see Summary, no. {rank}"),
    "story_page": ("Diễn biến sự kiện", "The story in the archive"),
    "see_more": ("Xem tất cả trên bản web", "See all in the archive"),
    "nothing": (
        "Không có tin đáng chú ý về địa bàn trong kỳ này.",
        "Nothing significant was published about the area in this period.",
    ),
    "positive": ("tích cực", "positive"),
    "neutral": ("trung tính", "neutral"),
    "negative": ("tiêu cực", "negative"),
    "unknown": ("chưa rõ", "undecided"),
    "tone_label": ("Sắc thái", "Tone"),
    "update": ("diễn biến mới", "new development"),
    "again": ("đăng lại tin đã gửi", "reprint of news already sent"),
    "late": ("tin đến muộn", "late arrival"),
    "gone": ("báo đã gỡ bài", "taken down by the outlet"),
    "of": ("{outlets}, {articles}", "{outlets}, {articles}"),
    "reprints": ("đăng lại: {outlets}", "reprinted by {outlets}"),
    "read_at": ("thu {when}", "read {when}"),
    "and_others": ("và {count} báo khác", "and {count} more"),
    "why_focus": ("nói riêng về địa bàn", "is about the area"),
    "why_focus_places": ("nói riêng về địa bàn ({places})", "is about the area ({places})"),
    "why_mention": ("có nội dung về địa bàn", "says something of the area"),
    "why_mention_places": ("có nội dung về {places}", "says something of {places}"),
    "why_growth": (
        "số báo đưa tin tăng từ {before} lên {after} trong 12 giờ",
        "outlets reporting it grew from {before} to {after} in 12 hours",
    ),
    "why_fresh": ("{count} báo cùng đưa tin trong 12 giờ", "{count} outlets reported it within 12 hours"),
    "why_many": ("{count} báo cùng đưa tin", "{count} outlets reported it"),
    "why_answer": ("có phản ánh, kiến nghị cần được trả lời", "brings a complaint that needs an answer"),
    "why_negative": ("nội dung tiêu cực", "its tone is negative"),
    "why_sentence": ("Câu quyết định sắc thái", "The sentence that decided the tone"),
    "why_headline": ("Quyết định sắc thái: đầu đề.", "The headline decided the tone."),
    "filters": ("Chỉ gồm tin về: {what}.", "Only news about: {what}."),
    "more": ("Còn {stories} không nêu chi tiết ở trên.", "{stories} not shown in detail above."),
    "more_rest": (
        "Còn {stories} không nêu chi tiết ở trên; {rest} không kịp nêu tên: {topics}.",
        "{stories} not shown in detail above; {rest} not even named: {topics}.",
    ),
    "matters": ("Sự việc cần trả lời", "Matters that need an answer"),
    "matters_done": ("Đã có kết quả", "With a result"),
    "matters_more": ("và {count} sự việc khác", "and {count} more"),
    "matter_late": ("QUÁ HẠN từ {when}", "LATE since {when}"),
    "matter_until": ("hạn {when}", "until {when}"),
    "matter_undated": ("chưa có hạn", "no deadline yet"),
    "matter_answered": ("đã trả lời", "answered"),
    "matter_joined": ("thêm {articles}", "{articles} more"),
    "today": ("Hôm nay {articles}", "Today {articles}"),
    "mean": ("trung bình 14 ngày: {mean}", "14-day mean: {mean}"),
    "month": ("Tháng {month} đến nay: {articles}", "{month} so far: {articles}"),
    "month_negative": ("tiêu cực {share}", "{share} negative"),
    "last_month": ("tháng trước {share}", "last month {share}"),
    "last_year": ("cùng kỳ năm trước {share}", "the same month last year {share}"),
    "top_outlets": ("Báo đưa nhiều nhất: {list}.", "Most active outlets: {list}."),
    "top_places": ("Nơi được nhắc nhiều nhất: {list}.", "Most named places: {list}."),
    "by_topic": ("Số sự kiện theo lĩnh vực", "Stories by field"),
    "by_day": ("Số bài mỗi ngày, {first} – {last}", "Articles a day, {first} – {last}"),
    "read": ("Đã đọc {read}/{total} nguồn", "{read} of {total} sources read"),
    "no_sources": ("Chưa theo dõi nguồn nào", "No source is being followed"),
    "read_details": ("{short} (xem cuối thư)", "{short} (see the end of this mail)"),
    "failing": ("{count} nguồn lỗi", "{count} failing"),
    "silent": ("{count} nguồn im lặng", "{count} silent"),
    "unread": ("{count} nguồn chưa đọc lần nào", "{count} never read so far"),
    "failing_list": ("Lỗi: {list}.", "Failing: {list}."),
    "silent_list": ("Im lặng: {list}.", "Silent: {list}."),
    "unread_list": ("Chưa đọc lần nào: {list}.", "Never read so far: {list}."),
    "more_sources": ("và {count} nguồn khác", "and {count} more"),
    "since": ("{what} từ {when}", "{what} since {when}"),
    "silent_hours": ("{hours} giờ chưa có bài mới", "nothing new for {hours} hours"),
    "usual_hours": ("thường {hours} giờ", "usually {hours}"),
    "status": ("máy chủ báo lỗi {status}", "the server answers {status}"),
    "slow": ("máy chủ không trả lời kịp", "the server did not answer in time"),
    "dns": ("không tìm thấy máy chủ", "the server was not found"),
    "tls": ("chứng chỉ bảo mật không hợp lệ", "its security certificate is not valid"),
    "robots": ("robots.txt không cho phép", "robots.txt forbids it"),
    "no_connection": ("máy chủ không nhận kết nối", "the server takes no connection"),
    "challenge": ("bắt xác minh trình duyệt", "asks to verify the browser"),
    "no_list": ("danh sách tin không đọc được", "its list of news cannot be read"),
    "login": ("đòi đăng nhập", "asks for a login"),
    "led_away": ("địa chỉ bài dẫn về trang khác", "the addresses of articles lead to other pages"),
    "page_gone": ("trang báo nói không còn bài này", "the page itself says that the article is gone"),
    "none_read": ("chưa đọc được bài nào", "no article could be read so far"),
    "moved": ("danh sách tin đã chuyển hẳn sang {where}", "its list of news moved for good to {where}"),
    "by_form": (
        "bộ chọn liên kết bỏ sót bài; đang nhận bài theo dạng địa chỉ",
        "its link selector misses articles; they are told by the form of their addresses",
    ),
    "all_old": ("danh sách tin chỉ có bài cũ", "its list of news names only what is old"),
    "names_none": ("danh sách tin không có bài nào", "its list of news names no article"),
    "long_silent": ("hơn một tháng không có bài mới", "nothing new for more than a month"),
    "no_addresses": ("các mục trong danh sách tin không có địa chỉ", "what its list names has no addresses"),
    "partly_read": ("danh sách tin có lỗi, chỉ đọc được một phần", "its list of news is damaged and read in part"),
    "down": ("không đọc được", "cannot be read"),
    "blocked": ("từ chối truy cập", "refuses access"),
    "layout_changed": ("đổi giao diện", "changed its layout"),
    "state_ok": ("đọc tốt", "reads well"),
    "state_silent": ("im lặng", "silent"),
    "state_down": ("không đọc được", "cannot be read"),
    "state_blocked": ("từ chối truy cập", "refuses access"),
    "state_layout_changed": ("đổi giao diện", "changed its layout"),
    "state_never_read": ("chưa đọc lần nào", "never read so far"),
    "do_silent": (
        "mở trang báo xem: báo nghỉ, hay danh sách tin đã đổi địa chỉ?",
        "look at its site: a holiday, or a new address of its list?",
    ),
    "do_down": (
        "chờ một ngày; nếu vẫn lỗi, mở trang báo xem có đổi địa chỉ không",
        "wait a day; then look at its site: did its address change?",
    ),
    "do_no_list": (
        "mở trang báo tìm địa chỉ danh sách tin mới, rồi sửa khai báo của báo này",
        "find the new address of its list on its site and change its row",
    ),
    "do_blocked": (
        "xin phép tòa soạn, hoặc ngừng đọc báo này; không tìm cách lách",
        "ask the outlet for permission, or disable it; never work around it",
    ),
    "do_layout_changed": (
        "sửa bộ chọn trong khai báo của báo này (docs/outlets.md)",
        "mend the selectors of its row (docs/outlets.md)",
    ),
    "do_never_read": (
        "đợi lần thu thập sau; nếu vẫn vậy, xem lại khai báo của báo này",
        "wait for the next collection; then check its row",
    ),
    "alert_one": ("Điểm báo: {name} – {state}", "Press review: {name} – {state}"),
    "alert_many": ("Điểm báo: {list}", "Press review: {list}"),
    "alert_line": (
        "Điểm báo: {count} báo cùng lúc không đọc được, có lẽ do đường truyền của ta",
        "Press review: {count} outlets fail at once, probably our own line",
    ),
    "alert_line_text": (
        "Từ {when} không đọc được báo nào ({count} báo đã hỏi): có lẽ mạng, DNS hay proxy của máy này hỏng,"
        " không phải các báo.",
        "No outlet can be read since {when} ({count} were asked): probably the network, DNS or proxy of this machine is"
        " broken, not the outlets.",
    ),
    "do_line": ("Nên làm: kiểm tra đường truyền của máy này.", "To do: check the network of this machine."),
    "alert_line_up": (
        "Điểm báo: đường truyền đã thông, lại đọc được các báo",
        "Press review: outlets can be read again",
    ),
    "alert_line_up_text": (
        "Lại đọc được các báo. Báo nào còn lỗi sẽ được báo riêng.",
        "The outlets can be read again. Those that still fail are told one by one.",
    ),
    "alert_trouble": ("{count} báo có trục trặc", "{count} in trouble"),
    "alert_recovered": ("{count} báo đọc lại được", "{count} read again"),
    "alert_turned": ("• {name}: {what}.", "• {name}: {what}."),
    "alert_why": ("{state} ({why})", "{state} ({why})"),
    "alert_do": ("  Nên làm: {what}.", "  To do: {what}."),
    "alert_again": ("• {name}: đọc lại được (trước đó {state}).", "• {name}: reads again (before: {state})."),
    "alert_standing": ("Vẫn chưa ổn:", "Still not well:"),
    "alert_more": ("Chi tiết: diembao outlets", "Details: diembao outlets"),
    "daily_subject": ("Điểm báo: nguồn tin ngày {date} – {short}", "Press review: sources on {date} – {short}"),
    "correct_web": ("Nhãn sai? Bấm “sửa” cạnh mỗi tin trên bản web", "A wrong label? Choose “correct” in the archive"),
    "correct_mail": (
        "Nhãn sai hay thiếu tin? Trả lời thư này, người quản trị ({operator}) sẽ nhận được.",
        "A wrong label, or news missing? Reply to this mail; the administrator ({operator}) gets it.",
    ),
    "leads": (
        "Câu trong “ ” là lời dẫn của chính tờ báo. Sắc thái nói về sự việc được đưa, không phải về người viết.",
        "Words in “ ” are the outlet's own lead. Tone describes what is reported, never the writer.",
    ),
    "sent_to": ("Thư này gửi tự động cho {recipient}.", "This mail is sent automatically to {recipient}."),
    "stop": ("Dừng nhận", "Unsubscribe"),
    "saved_spike": ("Tăng đột biến hôm nay: {name} ({articles})", "Unusually much today: {name} ({articles})"),
    "saved_new": ("{count} bài mới: {name}", "{count} new: {name}"),
    "saved_none": ("Không có bài mới: {name}", "Nothing new: {name}"),
    "saved_query": ("Câu tìm: {query}", "Query: {query}"),
    "saved_rush": ("Hôm nay {today}, ngày thường khoảng {usual}", "{today} today, usually about {usual} a day"),
    "saved_median": ("trung vị 14 ngày qua", "median of the last 14 days"),
    "saved_wave": ("{articles} hôm nay, {outlets}", "{articles} today, {outlets}"),
    "saved_list": ("Bài mới ({count})", "New articles ({count})"),
    "saved_original": ("Bản gốc", "Original"),
    "saved_more": ("và {articles} nữa", "and {articles} more"),
    "saved_nothing": ("Không có bài mới từ lần báo trước.", "Nothing new since the last mail."),
    "saved_all": ("Xem tất cả trong kho tin", "See all in the archive"),
    "saved_settings": ("Đổi giờ báo hoặc dừng nhận", "Change when it tells, or stop it"),
    "chart_alt": ("{label}: {value}", "{label}: {value}"),
}

_COUNTS: Mapping[str, tuple[str, str, str]] = {
    "stories": ("sự kiện", "story", "stories"),
    "articles": ("bài", "article", "articles"),
    "outlets": ("báo", "outlet", "outlets"),
}

_DAYS_VI = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language: `words("period", start=…, end=…)`; an unknown key is a KeyError."""

    language: Literal["vi", "en"]

    def __call__(self, key: str, **values: object) -> str:
        vietnamese, english = _WORDS[key]
        return (vietnamese if self.language == "vi" else english).format(**values)

    def unit(self, key: str, count: int) -> str:
        """The noun for a count: "sự kiện", "story", "stories"."""
        vietnamese, one, many = _COUNTS[key]
        return vietnamese if self.language == "vi" else one if count == 1 else many

    def count(self, key: str, count: int) -> str:
        """A number with its noun."""
        return f"{self.number(count)} {self.unit(key, count)}"

    def number(self, value: float) -> str:
        """A whole number with the thousands apart: 1.234 (vi), 1,234 (en)."""
        grouped = f"{round(value):,}"
        return grouped.replace(",", ".") if self.language == "vi" else grouped

    def percent(self, share: float) -> str:
        """A share (0..1) with one decimal: 18,8 % (vi), 18.8% (en)."""
        figure = f"{share * 100:.1f}"
        return figure.replace(".", ",") + " %" if self.language == "vi" else figure + "%"

    def topic(self, topic: str) -> str:
        """A topic's label; an id this version does not know counts as "other"."""
        return TOPICS.get(topic, TOPICS["other"])[0 if self.language == "vi" else 1]

    def day(self, day: date) -> str:
        """The date in full: 05/8/2026 (a zero only before days below 10 and months 1 and 2), 5 August 2026."""
        return f"{self.short_day(day)}/{day.year}" if self.language == "vi" else f"{self.short_day(day)} {day.year}"

    def short_day(self, day: date) -> str:
        """The date without its year."""
        if self.language == "en":
            return f"{day.day} {self.month(day)}"
        return f"{day.day:02d}/{day.month:02d}" if day.month < 3 else f"{day.day:02d}/{day.month}"

    def month(self, day: date) -> str:
        """The month: 8 (vi), August (en)."""
        return str(day.month) if self.language == "vi" else _MONTHS_EN[day.month - 1]

    def weekday(self, day: date) -> str:
        """The name of the day of the week."""
        return (_DAYS_VI if self.language == "vi" else _DAYS_EN)[day.weekday()]

    def moment(self, local: datetime, today: date | None = None) -> str:
        """A local time, with its day unless that is `today`: 17:20 ngày 04/8, 17:20 on 4 August."""
        clock = f"{local:%H:%M}"
        if local.date() == today:
            return clock
        join = "ngày" if self.language == "vi" else "on"
        return f"{clock} {join} {self.short_day(local.date())}"
