"""settings.toml -> `Settings`; an unknown key or a wrong value is one error that names key, line and fix."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from errors import SettingsError
from press import Outlet
from press.outlets import outlet_from_row
from press.urls import without_password
from settings import sections
from settings.checks import CHECKS
from settings.secrets import passwords, refuse_readable
from settings.sections import Settings

DEFAULT_FILE = "settings.toml"
FILE_VARIABLE = "DIEMBAO_SETTINGS"


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
        if any(passwords(url)):
            refuse_readable(path, f"{key} holds a password")
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
    if name := values["area"].landmarks:
        values["area"] = replace(values["area"], landmarks=str((path.parent / name).resolve()))
    stored: sections.Storage = values["storage"]
    backups = str((path.parent / stored.backup_dir).resolve()) if stored.backup_dir else ""
    data = str((path.parent / stored.data).resolve()) if stored.data else ""
    values["storage"] = replace(stored, url=_anchored(stored.url, path.parent), backup_dir=backups, data=data)
    web: sections.Web = values["web"]
    if not document.get("web", {}).get("public_url"):  # whoever sets another port need not say it twice
        values["web"] = replace(web, public_url=f"http://127.0.0.1:{web.port}")
    if name := values["mail"].password_file:
        values["mail"] = replace(values["mail"], password_file=str(path.parent.resolve() / name))
    return Settings(file=path, outlets=_outlets(rows, path), **values)


TABLES: Mapping[str, type] = {
    "area": sections.Area,
    "storage": sections.Storage,
    "retention": sections.Retention,
    "crawl": sections.Crawl,
    "analysis": sections.Analysis,
    "schedule": sections.Schedule,
    "digest": sections.Digest,
    "register": sections.Register,
    "mail": sections.Mail,
    "operator": sections.Operator,
    "web": sections.Web,
    "log": sections.Log,
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
