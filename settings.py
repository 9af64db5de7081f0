"""settings.toml -> frozen `Settings`; an unknown key or a wrong value is one error that names key, line and fix."""

from __future__ import annotations

import difflib
import os
import re
import shlex
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import time, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from errors import SettingsError
from press import Outlet
from press.outlets import outlet_from_row
from press.urls import without_password

DEFAULT_FILE = "settings.toml"
FILE_VARIABLE = "DIEMBAO_SETTINGS"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
CREDENTIALS = "CREDENTIALS_DIRECTORY"  #: where systemd puts what LoadCredential= names, for this service alone


@dataclass(frozen=True, slots=True)
class Area:
    province: str = "Sóc Trăng"


@dataclass(frozen=True, slots=True)
class Storage:
    url: str = field(default="sqlite:///data/diembao.db", repr=False)  # may hold a password
    min_free: int = 1 << 30  #: bytes; below it nothing is collected
    backup_dir: str = ""
    backups_kept: int = 7


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what may go is kept; None: for ever."""

    pages: timedelta | None = None
    versions: timedelta | None = None
    addresses: timedelta | None = None
    runs: timedelta | None = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Crawl:
    contact: str = ""
    outlets: str | tuple[str, ...] = "all"
    delay: float = 1.0
    allow_private_hosts: bool = False
    proxy: str = field(default="", repr=False)  # may hold a password


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
    password_file: str = ""

    @property
    def password(self) -> str:
        """Return the password from its file or the environment; SettingsError where a user is named and none is there.

        Last comes the credential `smtp-password` of the service, where systemd gave the service one.
        """
        if not self.user:
            return ""
        if self.password_file:
            return _secret(Path(self.password_file), "[mail] password_file")
        if value := os.environ.get(self.password_env):
            return value
        if (given := os.environ.get(CREDENTIALS)) and Path(given, "smtp-password").exists():
            return _secret(Path(given, "smtp-password"), "the credential smtp-password")
        raise SettingsError(
            f"[mail] user is set but the environment variable {self.password_env} is empty: "
            f'put the password there or into a file that [mail] password_file names, or set user = "" where the '
            f"server asks none"
        )


@dataclass(frozen=True, slots=True)
class Operator:
    email: str = ""


@dataclass(frozen=True, slots=True)
class Web:
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"

    @property
    def archive_url(self) -> str:
        """Return where readers find the web archive; "" where the address is good on this machine only."""
        host = urlsplit(self.public_url).hostname or ""
        return "" if host == "localhost" or host.startswith("127.") or host == "::1" else self.public_url


@dataclass(frozen=True, slots=True)
class Log:
    format: str = "auto"


@dataclass(frozen=True, slots=True)
class Settings:
    """All an operator can set; `file` is where it came from (None: nothing but defaults)."""

    file: Path | None = None
    area: Area = Area()
    storage: Storage = Storage()
    retention: Retention = Retention()
    crawl: Crawl = Crawl()
    analysis: Analysis = Analysis()
    schedule: Schedule = Schedule()
    digest: Digest = Digest()
    mail: Mail = Mail()
    operator: Operator = Operator()
    web: Web = Web()
    log: Log = Log()
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

    def secrets(self) -> tuple[str, ...]:
        """Return every secret these settings lead to, as far as it is there: what must be kept out of logs."""
        found = [*_passwords(self.storage.url), *_passwords(self.crawl.proxy)]
        with suppress(SettingsError):
            found.append(self.mail.password)
        found += [os.environ.get("PGPASSWORD", "")]
        return tuple(secret for secret in dict.fromkeys(found) if secret)


def _passwords(url: str) -> tuple[str, ...]:
    """Return the password in an address, as written and as meant."""
    try:
        password = urlsplit(url).password or ""
    except ValueError:
        return ()
    return password, unquote(password)


def _secret(file: Path, what: str) -> str:
    """Return what a file of one line holds; SettingsError where others may read it, or it holds no such line."""
    guarded = os.environ.get(CREDENTIALS)  # systemd lets nobody else in, by access lists that look like a mode of 440
    try:
        if not (guarded and file.is_relative_to(guarded)):
            _refuse_readable(file, what)
        text = file.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise SettingsError(f"{what}: {file} cannot be read ({error.strerror}): write the password into it") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{what}: {file} is no text: write the password into it, on one line") from None
    if not text.strip() or not text.isprintable():
        raise SettingsError(f"{what}: {file} must hold the password on one line and nothing else")
    return text


def _refuse_readable(file: Path, what: str) -> None:
    if file.stat().st_mode & 0o077:
        mend = f"chmod 600 {shlex.quote(str(file))}"
        raise SettingsError(f"{what}: others than its owner may read or change {file}: {mend}")


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
    settings = parse(text, path)
    for key, url in (("[storage] url", settings.storage.url), ("[crawl] proxy", settings.crawl.proxy)):
        if any(_passwords(url)):
            _refuse_readable(path, f"{key} holds a password")
    return settings


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
    if name := values["mail"].password_file:
        values["mail"] = replace(values["mail"], password_file=str(path.parent.resolve() / name))
    return Settings(file=path, outlets=_outlets(rows, path), **values)


TABLES: Mapping[str, type] = {
    "area": Area,
    "storage": Storage,
    "retention": Retention,
    "crawl": Crawl,
    "analysis": Analysis,
    "schedule": Schedule,
    "digest": Digest,
    "mail": Mail,
    "operator": Operator,
    "web": Web,
    "log": Log,
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
                raise SettingsError(f"{self._where(name, key)}: [{name}] {key} = {_shown(value)}: {error}") from error
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


def _shown(value: object) -> str:
    return repr(without_password(value) if isinstance(value, str) else value)


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
    "storage.url": _filled,
    "storage.min_free": _size,
    "storage.backup_dir": _text,
    "storage.backups_kept": _number,
    "retention.pages": _kept,
    "retention.versions": _kept,
    "retention.addresses": _kept,
    "retention.runs": _kept,
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
    "mail.password_file": _text,
    "operator.email": _text,
    "web.host": _filled,
    "web.port": _port,
    "web.public_url": _web_address,
    "log.format": _one_of("auto", "console", "logfmt", "json"),
}
