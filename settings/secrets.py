"""Passwords that settings lead to: in addresses, in files of their own, from systemd; never readable by others."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

from errors import SettingsError

CREDENTIALS = "CREDENTIALS_DIRECTORY"  #: where systemd puts what LoadCredential= names, for this service alone


def passwords(url: str) -> tuple[str, ...]:
    """Return the password in an address, as written and as meant."""
    try:
        password = urlsplit(url).password or ""
    except ValueError:
        return ()
    return password, unquote(password)


def secret_of(file: Path, what: str) -> str:
    """Return what a file of one line holds; SettingsError where others may read it, or it holds no such line."""
    guarded = os.environ.get(CREDENTIALS)  # systemd lets nobody else in, by access lists that look like a mode of 440
    try:
        if not (guarded and file.is_relative_to(guarded)):
            refuse_readable(file, what)
        text = file.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise SettingsError(f"{what}: {file} cannot be read ({error.strerror}): write the password into it") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{what}: {file} is no text: write the password into it, on one line") from None
    if not text.strip() or not text.isprintable():
        raise SettingsError(f"{what}: {file} must hold the password on one line and nothing else")
    return text


def refuse_readable(file: Path, what: str) -> None:
    if file.stat().st_mode & 0o077:
        mend = f"chmod 600 {shlex.quote(str(file))}"
        raise SettingsError(f"{what}: others than its owner may read or change {file}: {mend}")
