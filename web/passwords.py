"""Passwords and second factors: what is good enough, and whether one is right."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

LEAST = 10  #: characters of a password
MOST = 200
_HASHER = PasswordHasher()


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
    return _HASHER.hash(password)


def right(kept: str | None, password: str) -> bool:
    """Whether a password is the one kept; an unknown account (None) takes as long to say no."""
    try:
        return _HASHER.verify(kept or _nobody(), password[:MOST]) and kept is not None
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


def right_code(secret: str, code: str, now: datetime) -> bool:
    """Whether a six-digit code is that of now, or of half a minute before or after."""
    totp = pyotp.TOTP(secret)
    steps = (now + timedelta(seconds=30 * step) for step in (-1, 0, 1))
    given = code.replace(" ", "").encode()
    return sum(hmac.compare_digest(totp.at(step).encode(), given) for step in steps) > 0
