"""How templates speak: Vietnamese as written in them, English from the catalogue; dates and numbers as each has them.

`locale/en` is read when the service starts; tests hold it complete. There is no build step.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from press import TOPICS
from storage.search import QueryError

WEB = Path(__file__).parents[1]
CATALOGUES = WEB / "locale" / "en"  #: a file a room; what several rooms say is in `site.po`
LOCALES = {"vi": "vi_VN", "en": "en_GB"}
#: tone -> (sign, CSS class, Vietnamese, English); never colour alone
TONES: Mapping[int | None, tuple[str, str, str, str]] = {
    1: ("▲", "pos", "tích cực", "positive"),
    0: ("●", "neu", "trung tính", "neutral"),
    -1: ("▼", "neg", "tiêu cực", "negative"),
    None: ("○", "unk", "chưa rõ", "undecided"),
}
FIELD_TONES: Mapping[str, int | None] = {"positive": 1, "neutral": 0, "negative": -1, "none": None}  #: as queries say
RELEVANCES: Mapping[str, tuple[str, str]] = {
    "focus": ("nói riêng về địa bàn", "about the area"),
    "mention": ("có nội dung về địa bàn", "says something of the area"),
    "passing": ("chỉ nhắc tên", "only names it"),
    "none": ("không về địa bàn", "not about the area"),
}
STATES: Mapping[str, tuple[str, str]] = {
    "ok": ("đọc tốt", "ok"),
    "silent": ("im lặng", "silent"),
    "down": ("không đọc được", "down"),
    "blocked": ("từ chối truy cập", "blocked"),
    "layout_changed": ("đổi giao diện", "layout changed"),
    "never_read": ("chưa đọc lần nào", "never read"),
}
MAIL_STATES: Mapping[str, tuple[str, str]] = {
    "composed": ("chờ gửi", "waiting to be sent"),
    "claimed": ("đang gửi", "being sent"),
    "sent": ("đã gửi", "sent"),
    "failed": ("không gửi được", "could not be sent"),
    "unknown": ("không rõ đã đến chưa", "may or may not have arrived"),
}
ROLES: Mapping[str, tuple[str, str]] = {
    "reader": ("người đọc", "reader"),
    "analyst": ("chuyên viên", "analyst"),
    "editor": ("biên tập", "editor"),
    "admin": ("quản trị", "administrator"),
}
#: how the date of an article was found
DATED: Mapping[str, tuple[str, str]] = {
    "json-ld": ("ghi trong dữ liệu của trang", "from the page's data"),
    "meta": ("ghi trong dữ liệu của trang", "from the page's data"),
    "selector": ("ghi trên trang", "written on the page"),
    "time": ("ghi trên trang", "written on the page"),
    "feed": ("theo danh sách tin của báo", "from the outlet's list"),
    "htmldate": ("đoán từ nội dung trang", "guessed from the page"),
    "url": ("theo địa chỉ bài", "from the address"),
    "": ("báo không ghi ngày", "not dated by the outlet"),
}

LANGUAGES: Mapping[str, tuple[str, str]] = {
    "vi": ("tiếng Việt", "Vietnamese"),
    "km": ("tiếng Khmer", "Khmer"),
    "en": ("tiếng Anh", "English"),
}
#: what is wrong with a query, by the names of storage.search.query.WRONG, which says it in English
MISTAKES: Mapping[str, str] = {
    "long": "câu tìm dài quá {most} chữ: xin rút ngắn",
    "many": "câu tìm có hơn {most} từ và trường: xin rút ngắn",
    "deep": "có hơn {most} ngoặc hoặc dấu lồng vào nhau",
    "empty": "không có từ nào để tìm",
    "unopened": "ngoặc này chưa mở: thêm ( phía trước, hoặc bỏ đi",
    "unclosed": "ngoặc này chưa đóng: thêm ) ở cuối nhóm",
    "hollow": "trong ngoặc không có gì để tìm",
    "or": "OR phải đứng giữa hai điều cần tìm, ở đây thiếu một",
    "not": "sau NOT phải có điều cần loại trừ",
    "quote": 'dấu ngoặc kép này chưa đóng: thêm " ở cuối cụm từ',
    "wordless": "trong ngoặc kép không có từ nào",
    "slop": 'viết "…"~N, với N từ 0 đến {most}',
    "field_like": 'không có trường {name}: – ý là {near}: ? (muốn tìm như một từ thì đặt trong "…")',
    "field": 'không có trường {name}: – các trường là {known} (muốn tìm như một từ thì đặt trong "…")',
    "value_missing": "sau {name}: phải có giá trị viết liền, ví dụ {name}:{example}",
    "value_like": "{name}: không có “{value}”, ý là {near} ?",
    "value": "{name}: không có “{value}”, chỉ có {known}",
    "place": "không có địa bàn “{value}”: viết tên hoặc mã đơn vị hành chính",
    "matter": "không có sự việc “{value}”: viết số và năm, {name}:7/2026",
    "similar": "không có bài “{value}”: viết số của bài như trong địa chỉ trang, {name}:123",
    "date": "“{value}” không phải là ngày: viết {name}:2026-08-31 hoặc {name}:31/8/2026",
}


@cache
def english() -> Mapping[str, str]:
    """Return the English of every text the templates and pages say, by its Vietnamese."""
    said: dict[str, str] = {}
    for path in sorted(CATALOGUES.glob("*.po")):
        with path.open("rb") as file:
            said |= {str(message.id): str(message.string) for message in read_po(file, locale="en") if message.id}
    return said


def say(language: str, text: str, **values: Any) -> str:
    """Return a Vietnamese text in a language, its {names} filled in."""
    said = english().get(text) or text if language == "en" else text
    return said.format(**values) if values else said


def mistake(error: QueryError, language: str) -> str:
    """Return what is wrong with a query in a language."""
    return error.what if language == "en" else MISTAKES[error.kind].format(**error.values)


def label(name: str, value: str, language: str) -> str:
    """Return a value of a field of queries for a person; what has no words of its own stays as it is."""
    second = int(language == "en")
    match name:
        case "topic" if value in TOPICS:
            return TOPICS[value][second]
        case "tone" if value in FIELD_TONES:
            sign, _, *names = TONES[FIELD_TONES[value]]
            return f"{sign} {names[second]}"
        case "relevance" if value in RELEVANCES:
            return RELEVANCES[value][second]
        case "language" if value in LANGUAGES:
            return LANGUAGES[value][second]
    return value


@cache
def environment(language: str, zone: ZoneInfo) -> Environment:
    """Return the templates of one language; `_` translates, the filters write instants, numbers and labels."""
    loader = FileSystemLoader(WEB / "templates")
    env = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    locale, second = LOCALES[language], int(language == "en")

    def moment(at: datetime | None, form: str = "") -> str:
        if at is None:
            return "—"
        pattern = form or ("HH:mm, d/M/y" if language == "vi" else "d MMM y, HH:mm")
        return format_datetime(at.astimezone(zone), pattern, locale=locale)

    def day(at: datetime | date | None, form: str = "") -> str:
        if at is None:
            return "—"
        local = at.astimezone(zone).date() if isinstance(at, datetime) else at
        return format_date(local, form or ("EEEE, d/M/y" if language == "vi" else "EEEE, d MMMM y"), locale=locale)

    def span(first: date, last: date) -> str:
        """The days of a bar: one, a whole month, or from one to the other."""
        if first == last:
            return day(first)
        if first.day == 1 and (last + timedelta(days=1)).day == 1 and (last - first).days < 31:
            return day(first, "'tháng' M/y" if language == "vi" else "MMMM y")
        return f"{day(first, 'd/M/y')} – {day(last, 'd/M/y')}"

    env.filters |= {
        "span": span,
        "moment": moment,
        "written_moment": lambda iso: moment(datetime.fromisoformat(iso)),
        "day": day,
        "iso": lambda at: at.astimezone(zone).isoformat() if at else "",
        "number": lru_cache(5000)(lambda value: format_decimal(value, locale=locale)),
        "share": lambda value: "—" if value is None else format_percent(value, locale=locale),
        "topic": lambda name: TOPICS[name][second] if name in TOPICS else name,
        "tone": lambda value: TONES[value][2 + second],
        "tone_sign": lambda value: TONES[value][0],
        "tone_class": lambda value: TONES[value][1],
        "relevance": lambda value: RELEVANCES[value][second],
        "state": lambda value: STATES[value][second],
        "dated": lambda value: DATED[value][second] if value in DATED else value,
        "mail_state": lambda value: MAIL_STATES[value][second],
        "role": lambda value: ROLES[value][second],
    }
    env.globals |= {"_": lambda text, **values: say(language, text, **values), "TOPICS": TOPICS}
    return env
