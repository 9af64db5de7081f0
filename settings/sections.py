"""What an operator can set: a frozen value a table of settings.toml, with every default."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from errors import SettingsError
from press import Outlet
from settings.secrets import CREDENTIALS, passwords, secret_of

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_SQLITE = re.compile(r"sqlite(?:\+\w+)?:///([^?]+)(?:\?.*)?")


@dataclass(frozen=True, slots=True)
class Area:
    province: str = "Sóc Trăng"
    landmarks: str = ""  #: absolute path of a file with more of them, "" for none
    merged: Literal["weigh", "mention", "none"] = "weigh"


@dataclass(frozen=True, slots=True)
class Storage:
    url: str = field(default="sqlite:///data/diembao.db", repr=False)  # may hold a password
    data: str = ""  #: absolute path, "": see Settings.data_folder
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
    letters: timedelta | None = timedelta(days=730)  #: files of letters, from the end of their matter on


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
    net: Literal["area", "all", "off"] = "area"  #: what the language net is asked about


@dataclass(frozen=True, slots=True)
class Schedule:
    tick: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Digest:
    at: time = time(6, 45)
    timezone: ZoneInfo = VIETNAM


@dataclass(frozen=True, slots=True)
class Register:
    due_soon: int = 3  #: working days before a deadline
    remind_at: time = time(7, 30)  #: from when on, on a working day, is reminded of deadlines
    issuer: str = "Sở Văn hóa, Thể thao và Du lịch"  #: whose reports these are
    parent: str = ""  #: the body above it; "": the People's Committee of the province of today
    sign: str = "SVHTTDL"  #: what stands after "/BC-" in the number of a report
    place: str = ""  #: where reports are dated; "": the province of today


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
            return secret_of(Path(self.password_file), "[mail] password_file")
        if value := os.environ.get(self.password_env):
            return value
        if (given := os.environ.get(CREDENTIALS)) and Path(given, "smtp-password").exists():
            return secret_of(Path(given, "smtp-password"), "the credential smtp-password")
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
    public_url: str = "http://127.0.0.1:8000"  #: in a file "" stands for this machine and the port

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
    register: Register = Register()
    mail: Mail = Mail()
    operator: Operator = Operator()
    web: Web = Web()
    log: Log = Log()
    outlets: tuple[Outlet, ...] = ()  #: the [[outlet]] rows

    @property
    def archive_file(self) -> Path | None:
        """Return the file of a SQLite archive, None for a server's."""
        found = _SQLITE.fullmatch(self.storage.url)
        return Path(found[1]) if found else None

    @property
    def data_folder(self) -> Path:
        """Return the folder of all that is written beside the database: the search index, models of one's own.

        [storage] data, else where the file of a SQLite archive lies, else what DIEMBAO_DATA names (the image does),
        else `data` beside the settings file.
        """
        if self.storage.data:
            return Path(self.storage.data)
        if self.archive_file is not None:
            return self.archive_file.parent
        beside = (self.file or Path()).parent / "data"
        return Path(os.environ.get("DIEMBAO_DATA") or beside)

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
        found = [*passwords(self.storage.url), *passwords(self.crawl.proxy)]
        with suppress(SettingsError):
            found.append(self.mail.password)
        found += [os.environ.get("PGPASSWORD", "")]
        return tuple(secret for secret in dict.fromkeys(found) if secret)
