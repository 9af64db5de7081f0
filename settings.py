"""settings.toml -> frozen `Settings`; an unknown key or a wrong value is one error that names key, line and fix."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import time, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from errors import SettingsError
from press import Outlet
from press.outlets import outlet_from_row

DEFAULT_FILE = "settings.toml"
FILE_VARIABLE = "DIEMBAO_SETTINGS"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True, slots=True)
class Area:
    province: str = "Sóc Trăng"


@dataclass(frozen=True, slots=True)
class Storage:
    url: str = "sqlite:///data/diembao.db"
    backup_dir: str = ""


@dataclass(frozen=True, slots=True)
class Crawl:
    contact: str = ""
    outlets: str | tuple[str, ...] = "all"
    delay: float = 1.0
    allow_private_hosts: bool = False
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    keep: str = "area"


@dataclass(frozen=True, slots=True)
class Schedule:
    tick: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Digest:
    at: time = time(6, 45)
    timezone: ZoneInfo = VIETNAM


@dataclass(frozen=True, slots=True)
class Mail:
    host: str = "localhost"
    port: int = 25
    security: Literal["none", "starttls", "tls"] = "none"
    sender: str = "Điểm báo <diembao@example.vn>"  #: the key `from`
    user: str = ""
    password_env: str = "DIEMBAO_SMTP_PASSWORD"  # noqa: S105 - the name of a variable, not a password

    @property
    def password(self) -> str:
        """Return the password from the environment; SettingsError where a user is named and the variable is unset."""
        if not self.user:
            return ""
        if value := os.environ.get(self.password_env):
            return value
        raise SettingsError(
            f"[mail] user is set but the environment variable {self.password_env} is empty: "
            f'put the password there, or set user = "" where the server asks none'
        )


@dataclass(frozen=True, slots=True)
class Operator:
    email: str = ""


@dataclass(frozen=True, slots=True)
class Web:
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Settings:
    """All an operator can set; `file` is where it came from (None: nothing but defaults)."""

    file: Path | None = None
    area: Area = Area()
    storage: Storage = Storage()
    crawl: Crawl = Crawl()
    analysis: Analysis = Analysis()
    schedule: Schedule = Schedule()
    digest: Digest = Digest()
    mail: Mail = Mail()
    operator: Operator = Operator()
    web: Web = Web()
    outlets: tuple[Outlet, ...] = ()  #: the [[outlet]] rows

    @property
    def user_agent(self) -> str:
        """Return how we introduce ourselves to the press; SettingsError without a contact."""
        if not self.crawl.contact:
            where = f"{self.file}: " if self.file else ""
            raise SettingsError(
                f"{where}[crawl] contact is not set: an outlet must be able to find out who reads it; "
                f'add contact = "https://…" or an e-mail address under [crawl]'
            )
        return f"DiemBao/0.1 (+{self.crawl.contact})"


def load(file: str | Path | None = None) -> Settings:
    """Read the settings file: the one named, else $DIEMBAO_SETTINGS, else ./settings.toml, else the defaults.

    Raises SettingsError naming file, key, line and fix. A file that was named must exist.
    """
    named = file or os.environ.get(FILE_VARIABLE)
    path = Path(named or DEFAULT_FILE)
    if not path.exists() and not named:
        return Settings()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); name another with --settings FILE") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Settings:
    """Make Settings of the text of a settings file; `path` names it in errors and anchors relative paths."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    reader = _Reader(path, text)
    rows: Any = document.pop("outlet", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SettingsError(f"{path}: outlet must be a list of tables: write [[outlet]] with two brackets")
    reader.refuse_unknown(document, TABLES, "")
    values: dict[str, Any] = {name: reader.table(name, cls, document.get(name, {})) for name, cls in TABLES.items()}
    stored: Storage = values["storage"]
    backups = str((path.parent / stored.backup_dir).resolve()) if stored.backup_dir else ""
    values["storage"] = replace(stored, url=_anchored(stored.url, path.parent), backup_dir=backups)
    return Settings(file=path, outlets=_outlets(rows, path), **values)


TABLES: Mapping[str, type] = {
    "area": Area,
    "storage": Storage,
    "crawl": Crawl,
    "analysis": Analysis,
    "schedule": Schedule,
    "digest": Digest,
    "mail": Mail,
    "operator": Operator,
    "web": Web,
}
RENAMED = {"from": "sender"}  # a keyword of Python cannot name a field


def _outlets(rows: list[dict[str, object]], path: Path) -> tuple[Outlet, ...]:
    outlets = tuple(outlet_from_row(row, f"{path}: [[outlet]] number {n}") for n, row in enumerate(rows, 1))
    slugs = [outlet.slug for outlet in outlets]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise SettingsError(f'{path}: two [[outlet]] rows have slug = "{slug}": give one of them another slug')
    return outlets


def _anchored(url: str, folder: Path) -> str:
    """Make a relative SQLite path relative to the settings file, so that it does not depend on where one stands."""
    found = re.fullmatch(r"(sqlite(?:\+\w+)?:///)(?!/)([^?]+)(\?.*)?", url)
    if not found or found[2] == ":memory:":
        return url
    return f"{found[1]}{(folder / found[2]).resolve()}{found[3] or ''}"


class _Reader:
    """Reads tables of one file; knows its text, for the line numbers of errors."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()

    def refuse_unknown(self, given: Mapping[str, object], known: Mapping[str, object] | set[str], table: str) -> None:
        for key in given:
            if key in known:
                continue
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            kind = f"key [{table}] {key}" if table else f"table or key {key}"
            raise SettingsError(f"{self._where(table, key)}: unknown {kind}; {hint}")

    def table(self, name: str, cls: type, given: object) -> Any:
        """Return an instance of `cls` made of one table; SettingsError names the first key that is wrong."""
        if not isinstance(given, dict):
            raise SettingsError(f"{self._where('', name)}: {name} must be a table: write [{name}] on a line of its own")
        keys = {field.name for field in fields(cls)} - set(RENAMED.values())
        keys |= {key for key, attribute in RENAMED.items() if attribute in {field.name for field in fields(cls)}}
        self.refuse_unknown(given, keys, name)
        values: dict[str, Any] = {}
        for key, value in dict[str, object](given).items():
            check = CHECKS[f"{name}.{key}"]
            try:
                values[RENAMED.get(key, key)] = check(value)
            except ValueError as error:
                raise SettingsError(f"{self._where(name, key)}: [{name}] {key} = {value!r}: {error}") from error
        return cls(**values)

    def _where(self, table: str, key: str) -> str:
        inside = not table
        for number, line in enumerate(self.lines, 1):
            if header := re.match(r"\s*\[([^\[\]]+)\]", line):
                inside = header[1].strip() == table
                if not table and header[1].strip() == key:
                    return f"{self.path}, line {number}"
            elif inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*(=|\.)", line):
                return f"{self.path}, line {number}"
        return str(self.path)


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
    "storage.url": _filled,
    "storage.backup_dir": _text,
    "crawl.contact": _text,
    "crawl.outlets": _slugs,
    "crawl.delay": _seconds,
    "crawl.allow_private_hosts": _flag,
    "crawl.proxy": _text,
    "analysis.keep": _one_of("area", "all"),
    "schedule.tick": _duration,
    "digest.at": clock_time,
    "digest.timezone": _timezone,
    "mail.host": _filled,
    "mail.port": _port,
    "mail.security": _one_of("none", "starttls", "tls"),
    "mail.from": _sender,
    "mail.user": _text,
    "mail.password_env": _text,
    "operator.email": _text,
    "web.host": _filled,
    "web.port": _port,
    "web.public_url": _web_address,
}
