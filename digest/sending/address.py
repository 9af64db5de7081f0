"""Mail addresses: checked once, in one form; what could break out of a header or an SMTP command is refused."""

from __future__ import annotations

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]|[^\x00-\x7f]"
_LOCAL = re.compile(rf"(?:{_ATOM})+(?:\.(?:{_ATOM})+)*")
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_ESCAPED = re.compile(r"\\(.)")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def valid_address(text: str) -> str:
    """The address in its normal form: no spaces around it, the domain in lower-case ASCII; ValueError where odd.

    A local part with other than ASCII letters is allowed; such a mail needs a server with SMTPUTF8.
    """
    address = text.strip()
    if not address.isprintable() or any(letter.isspace() for letter in address):
        raise ValueError(f"not a mail address: {text!r} has spaces or control characters in it")
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL.fullmatch(local):
        raise ValueError(f"not a mail address: {text!r}; it should look like name@example.vn")
    if len(local.encode()) > 64:
        raise ValueError(f"not a mail address: the part before @ of {text[:80]!r} is longer than 64 bytes")
    return f"{local}@{_domain(domain, text)}"


def _domain(domain: str, text: str) -> str:
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        ascii_domain = ""
    labels = ascii_domain.split(".")
    named = len(labels) > 1 or ascii_domain == "localhost"
    if not named or len(ascii_domain) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError(f"not a mail address: {text[:80]!r} has no usable domain after @")
    return ascii_domain


def split_sender(text: str) -> tuple[str, str]:
    """`Điểm báo <diembao@example.vn>` -> display name ("" when none) and valid address; ValueError where odd."""
    found = _NAMED.fullmatch(text.strip())
    if found is None or not text.isprintable():
        return "", valid_address(text)
    name = found["name"].strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = _ESCAPED.sub(r"\1", name[1:-1])
    return name, valid_address(found["address"])
