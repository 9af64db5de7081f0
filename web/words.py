"""How templates speak: Vietnamese as written in them, English from the catalogue; dates and numbers as each has them.

`locale/en.po` is read when the service starts; tests hold it complete. There is no build step.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from press import TOPICS

FOLDER = Path(__file__).parent
LOCALES = {"vi": "vi_VN", "en": "en_GB"}
#: tone -> (sign, CSS class, Vietnamese, English); never colour alone
TONES: Mapping[int | None, tuple[str, str, str, str]] = {
    1: ("▲", "pos", "tích cực", "positive"),
    0: ("●", "neu", "trung tính", "neutral"),
    -1: ("▼", "neg", "tiêu cực", "negative"),
    None: ("○", "unk", "chưa rõ", "undecided"),
}
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
ROLES: Mapping[str, tuple[str, str]] = {
    "reader": ("người đọc", "reader"),
    "analyst": ("chuyên viên", "analyst"),
    "editor": ("biên tập", "editor"),
    "admin": ("quản trị", "administrator"),
}


@cache
def english() -> Mapping[str, str]:
    """Return the English of every text the templates and pages say, by its Vietnamese."""
    with (FOLDER / "locale" / "en.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="en") if message.id}


def say(language: str, text: str, **values: Any) -> str:
    """Return a Vietnamese text in a language, its {names} filled in."""
    said = english().get(text) or text if language == "en" else text
    return said.format(**values) if values else said


@cache
def environment(language: str, zone: ZoneInfo) -> Environment:
    """Return the templates of one language; `_` translates, the filters write instants, numbers and labels."""
    loader = FileSystemLoader(FOLDER / "templates")
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

    env.filters |= {
        "moment": moment,
        "day": day,
        "iso": lambda at: at.astimezone(zone).isoformat() if at else "",
        "number": lambda value: format_decimal(value, locale=locale),
        "share": lambda value: "—" if value is None else format_percent(value, locale=locale),
        "topic": lambda name: TOPICS[name][second] if name in TOPICS else name,
        "tone": lambda value: TONES[value][2 + second],
        "tone_sign": lambda value: TONES[value][0],
        "tone_class": lambda value: TONES[value][1],
        "relevance": lambda value: RELEVANCES[value][second],
        "state": lambda value: STATES[value][second],
        "role": lambda value: ROLES[value][second],
    }
    env.globals |= {"_": lambda text, **values: say(language, text, **values), "TOPICS": TOPICS}
    return env
