"""What a key of settings.toml may hold: a check a key, giving the value or saying in a ValueError what is expected."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo, available_timezones


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError('expected a text in quotes, such as "…"')
    if any(ord(letter) < 32 for letter in value):
        raise ValueError("a line break or control character is not allowed here")
    return value


def _filled(value: object) -> str:
    if not _text(value).strip():
        raise ValueError("must not be empty")
    return _text(value)


def _one_of(*choices: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if value not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}")
        return str(value)

    return check


def _port(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 65536:
        raise ValueError("expected a port number between 1 and 65535")
    return value


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 3600:
        raise ValueError("expected a number of seconds between 0 and 3600")
    return float(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("expected true or false, without quotes")
    return value


def _slugs(value: object) -> str | tuple[str, ...]:
    if value == "all":
        return "all"
    if not isinstance(value, list) or not all(isinstance(slug, str) for slug in value):
        raise ValueError('expected "all" or a list of slugs, such as ["vnexpress", "tuoitre"]')
    return tuple(value)


def _duration(value: object) -> timedelta:
    found = re.fullmatch(r"(\d+)\s*([smh])", _text(value))
    if not found or not int(found[1]):
        raise ValueError('expected a duration such as "30s", "2m" or "1h"')
    return timedelta(seconds=int(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]])


def _kept(value: object) -> timedelta | None:
    if value == "forever":
        return None
    found = re.fullmatch(r"(\d+)\s*([dwy])", _text(value))
    if not found or not 0 < int(found[1]) < 1000:
        raise ValueError('expected "forever", or how long such as "90d", "12w" or "2y"')
    return timedelta(days=int(found[1]) * {"d": 1, "w": 7, "y": 365}[found[2]])


def _size(value: object) -> int:
    found = re.fullmatch(r"(\d+)\s*([MGT])", _text(value))
    if value == "0":
        return 0
    if not found:
        raise ValueError('expected a size such as "500M" or "1G" ("0": never stop)')
    return int(found[1]) << {"M": 20, "G": 30, "T": 40}[found[2]]


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 1000:
        raise ValueError("expected a whole number between 1 and 1000")
    return value


def clock_time(value: object) -> time:
    """Return the time of day of a text HH:MM; ValueError otherwise."""
    if not isinstance(value, str) or not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
        raise ValueError("expected a time of day such as 06:45")
    hour, minute = value.split(":")
    return time(int(hour), int(minute))


def _timezone(value: object) -> ZoneInfo:
    name = _text(value)
    if name not in available_timezones():
        near = difflib.get_close_matches(name, available_timezones(), n=1)
        raise ValueError("no such time zone" + (f"; did you mean {near[0]}?" if near else ""))
    return ZoneInfo(name)


def _sender(value: object) -> str:
    if "@" not in parseaddr(_text(value))[1]:
        raise ValueError('expected an address such as "Điểm báo <diembao@example.vn>"')
    return _text(value)


def _web_address(value: object) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/[^\s]*)?", _text(value)):
        raise ValueError("expected an address that begins with http:// or https://")
    return _text(value).rstrip("/")


CHECKS: Mapping[str, Callable[[object], Any]] = {
    "area.province": _filled,
    "area.landmarks": _text,
    "area.merged": _one_of("weigh", "mention", "none"),
    "storage.url": _filled,
    "storage.min_free": _size,
    "storage.backup_dir": _text,
    "storage.data": _text,
    "storage.backups_kept": _number,
    "retention.pages": _kept,
    "retention.versions": _kept,
    "retention.addresses": _kept,
    "retention.runs": _kept,
    "retention.letters": _kept,
    "crawl.contact": _text,
    "crawl.outlets": _slugs,
    "crawl.delay": _seconds,
    "crawl.allow_private_hosts": _flag,
    "crawl.proxy": _text,
    "analysis.keep": _one_of("area", "all"),
    "analysis.net": _one_of("area", "all", "off"),
    "schedule.tick": _duration,
    "digest.at": clock_time,
    "digest.timezone": _timezone,
    "register.due_soon": _number,
    "register.remind_at": clock_time,
    "register.issuer": _filled,
    "register.parent": _text,
    "register.sign": _filled,
    "register.place": _text,
    "mail.host": _filled,
    "mail.port": _port,
    "mail.security": _one_of("none", "starttls", "tls"),
    "mail.from": _sender,
    "mail.user": _text,
    "mail.password_env": _text,
    "mail.password_file": _text,
    "operator.email": _text,
    "web.host": _filled,
    "web.port": _port,
    "web.public_url": lambda value: value and _web_address(value),
    "log.format": _one_of("auto", "console", "logfmt", "json"),
}
