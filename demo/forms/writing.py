"""The forms in which real outlets write dates and text (measured on real feeds and pages)."""

from __future__ import annotations

import html
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from demo.truth.truth import VIETNAM

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS_FULL = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS_FULL = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_MONTHS_WORDS = ("Một", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười Một", "Mười Hai")
_MONTHS_KHMER = (
    *("មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា"),
    *("កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ"),
)
_WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")
_WEEKDAYS_SHORT = ("Thứ 2", "Thứ 3", "Thứ 4", "Thứ 5", "Thứ 6", "Thứ 7", "Chủ nhật")
_WEEKDAYS_KHMER = ("ច័ន្ទ", "អង្គារ", "ពុធ", "ព្រហស្បតិ៍", "សុក្រ", "សៅរ៍", "អាទិត្យ")
_KHMER_DIGITS = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")


def http_date(at: datetime) -> str:
    """Return an instant as HTTP writes it."""
    at = at.astimezone(UTC)
    return f"{_DAYS[at.weekday()]}, {at.day:02d} {_MONTHS[at.month - 1]} {at:%Y %H:%M:%S} GMT"


def feed_date(at: datetime, form: str) -> str:
    """Return an instant as the outlets of that form write it into their feeds; KeyError for an unknown form."""
    local = at.astimezone(VIETNAM)
    day = f"{_DAYS[local.weekday()]}, {local.day:02d} {_MONTHS[local.month - 1]}"
    clock = f"{local:%H:%M:%S}"
    american = f"{local.month}/{local.day}/{local.year} {local.hour % 12 or 12}:{local:%M:%S}"
    half = "AM" if local.hour < 12 else "PM"
    forms: Mapping[str, str] = {
        "rfc822": f"{day} {local.year} {clock} +0700",
        "short_year": f"{day} {local:%y} {clock} +0700",
        "us_narrow": f"{american}\u202f{half}",
        "us": f"{american} {half}",
        "colon": f"{day} {local.year} {clock} +07:00",
        "bare": f"{day} {local.year} {clock} +07",
        "gmt": http_date(at),
        "iso": local.isoformat(timespec="seconds"),
    }
    return forms[form]


@cache
def date_forms() -> Mapping[str, str]:
    """Return every form in which pages show or state an instant, by name (dates.toml says what a form is made of)."""
    tables = tomllib.loads(Path(__file__).with_name("dates.toml").read_text("utf-8"))
    return {**tables["visible"], **tables["stated"]}


def gives_time(form: str) -> bool:
    """Whether a form of that name tells more than the day; KeyError for an unknown form."""
    return any(part in date_forms()[form] for part in ("{MM}", "{ago}", "{utc}", "{epoch}"))


def page_date(at: datetime, form: str, *, now: datetime | None = None) -> str:
    """Return an instant as the outlets of that form show it on a page; KeyError for an unknown form.

    `now` is the moment of reading, for forms that count back from it.
    """
    local = at.astimezone(VIETNAM)
    written = date_forms()[form].format(**_parts(local), ago=round(((now or at) - at).total_seconds() / 3600))
    return written.translate(_KHMER_DIGITS) if form.startswith("khmer") else written


def _parts(local: datetime) -> Mapping[str, str | int]:
    hour, morning = local.hour % 12 or 12, local.hour < 12
    return {
        "d": local.day,
        "dd": f"{local:%d}",
        "m": local.month,
        "mm": f"{local:%m}",
        "y": local.year,
        "H": local.hour,
        "HH": f"{local:%H}",
        "MM": f"{local:%M}",
        "SS": f"{local:%S}",
        "h12": hour,
        "hh12": f"{hour:02d}",
        "AMPM": "AM" if morning else "PM",
        "sach": "SA" if morning else "CH",
        "part": "sáng" if local.hour < 11 else "trưa" if local.hour < 13 else "chiều" if local.hour < 18 else "tối",
        "kpart": "ព្រឹក" if morning else "រសៀល" if local.hour < 18 else "យប់",
        "wd": _WEEKDAYS[local.weekday()],
        "Wd": _WEEKDAYS[local.weekday()].title(),
        "wd2": _WEEKDAYS_SHORT[local.weekday()],
        "dow": _DAYS[local.weekday()],
        "weekday": _DAYS_FULL[local.weekday()],
        "kweekday": _WEEKDAYS_KHMER[local.weekday()],
        "mon": _MONTHS[local.month - 1],
        "month": _MONTHS_FULL[local.month - 1],
        "Mword": _MONTHS_WORDS[local.month - 1],
        "kmonth": _MONTHS_KHMER[local.month - 1],
        "utc": f"{local.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "epoch": int(local.timestamp()),
    }


def partly_decomposed(text: str) -> str:
    """Return the text with every third word decomposed (NFD), as several real feeds mix the forms."""
    words = text.split(" ")
    return " ".join(unicodedata.normalize("NFD", word) if n % 3 == 1 else word for n, word in enumerate(words))


def with_eth(text: str) -> str:
    """Return the text with the look-alike U+00D0 in place of each Đ."""
    return text.replace("Đ", "\u00d0")


def numeric_entities(text: str) -> str:
    """Return the text with every letter outside ASCII as a numeric entity."""
    return "".join(char if ord(char) < 128 else f"&#{ord(char)};" for char in html.escape(text, quote=False))


def doubly_encoded(text: str) -> str:
    """Return the text HTML-encoded once, to be encoded again by the feed: quotes, ampersands, one no-break space."""
    return html.escape(text).replace(" ", "&nbsp;", 1)


def with_nbsp(text: str) -> str:
    """Return the text with a no-break space before each number."""
    return re.sub(r" (?=\d)", "\u00a0", text)
