"""Passwords and second factors: what is good enough, and whether one is right."""

from __future__ import annotations

import hmac
import threading
from datetime import datetime, timedelta
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

LEAST = 10  #: characters of a password
MOST = 200
_HASHER = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(2)  # a hash takes 64 MB and a core: a flood of logins waits


def wrong(password: str, email: str) -> str:
    """Return why a password is not good enough, in Vietnamese; "" where it is."""
    if len(password) < LEAST:
        return "Mật khẩu cần ít nhất 10 ký tự."
    if len(password) > MOST:
        return "Mật khẩu dài quá 200 ký tự."
    if len(set(password)) < 5 or password.casefold() == email.casefold():
        return "Mật khẩu này quá dễ đoán."
    return ""


def hashed(password: str) -> str:
    """Return the argon2 hash that is kept."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def right(kept: str | None, password: str) -> bool:
    """Whether a password is the one kept; an unknown account (None) takes as long to say no."""
    known = kept or _nobody()
    with _AT_ONCE:
        try:
            return _HASHER.verify(known, password[:MOST]) and kept is not None
        except VerificationError:
            return False


@cache
def _nobody() -> str:
    return hashed("nobody has this password")


def new_factor() -> str:
    """Return a secret for an authenticator program."""
    return pyotp.random_base32()


def factor_address(secret: str, email: str) -> str:
    """Return the otpauth: address an authenticator program reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Điểm báo")


def code_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the number in time of a six-digit code: of now, or half a minute before or after; None for a wrong one."""
    totp = pyotp.TOTP(secret)
    given = code.replace(" ", "").encode()
    times = [now + timedelta(seconds=30 * step) for step in (-1, 0, 1)]
    right = [totp.timecode(at) for at in times if hmac.compare_digest(totp.at(at).encode(), given)]
    return right[-1] if right else None
