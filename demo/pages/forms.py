"""The forms in which real outlets serve dates and text (measured on real feeds and pages)."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime

from demo.truth.truth import VIETNAM

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS_FULL = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")
_WEEKDAYS_SHORT = ("Thứ 2", "Thứ 3", "Thứ 4", "Thứ 5", "Thứ 6", "Thứ 7", "Chủ nhật")


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


def page_date(at: datetime, form: str) -> str:
    """Return an instant as the outlets of that form show it on a page; KeyError for an unknown form."""
    local = at.astimezone(VIETNAM)
    plain, full, clock = f"{local.day}/{local.month}/{local.year}", f"{local:%d/%m/%Y}", f"{local:%H:%M}"
    forms: Mapping[str, str] = {
        "weekday_comma": f"{_WEEKDAYS[local.weekday()]}, {plain}, {clock} (GMT+7)",
        "slashed_gmt": f"{full} {clock} GMT+7",
        "slashed": f"{full} {clock}",
        "weekday_bar": f"{_WEEKDAYS_SHORT[local.weekday()]}, {full} | {clock}:{local:%S}",
        "bracket_gmt": f"{_WEEKDAYS_SHORT[local.weekday()]}, {full}, {clock}[GMT+7]",
        "time_first": f"{clock} {full}",
        "time_comma": f"{clock}, {full}",
        "dash_time": f"{full} - {clock}",
        "dashed_ampm": f"{local:%d-%m-%Y - %H:%M} {'AM' if local.hour < 12 else 'PM'}",
        "english": f"{_MONTHS_FULL[local.month - 1]} {local.day:02d}, {local.year} - {clock}",
    }
    return forms[form]


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
