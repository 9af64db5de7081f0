"""Headers and parts -> one mail, byte for byte the same for the same input, proof against injection.

Python's own policy folds a long `List-Unsubscribe` into encoded words, which no mail program reads as a link. So the
lines are written here and the message object keeps them as they are (`refold_source="none"`).
"""

from __future__ import annotations

import base64
import hashlib
import quopri
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime

from digest.sending.address import split_sender, valid_address
from press.text import clean

_ATEXT = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~ ")


def build(headers: Sequence[tuple[str, str]], parts: Sequence[tuple[str, str]]) -> EmailMessage:
    """A message of ready header values and (subtype, text) parts; several parts are alternatives, plainest first."""
    encoded = [_part(subtype, text) for subtype, text in parts]
    lines = [f"{name}: {value}" for name, value in headers]
    lines.append("MIME-Version: 1.0")
    if len(encoded) == 1:
        data = "\r\n".join(lines).encode() + b"\r\n" + encoded[0]
    else:
        boundary = "=_" + hashlib.sha256(b"".join(encoded)).hexdigest()[:32]  # "=_" occurs in no encoded part
        lines.append(f'Content-Type: multipart/alternative; boundary="{boundary}"')
        mark = f"--{boundary}".encode()
        body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in encoded)
        data = "\r\n".join(lines).encode() + b"\r\n\r\n" + body + mark + b"--\r\n"
    utf8 = not "".join(value for _, value in headers).isascii()
    message = message_from_bytes(data, policy=policy.SMTP.clone(refold_source="none", utf8=utf8))
    assert isinstance(message, EmailMessage)  # noqa: S101 - what this policy's factory makes
    return message


def common_headers(
    sender: str, recipient: str, subject: str, *, now: datetime, message_id: str, language: str
) -> list[tuple[str, str]]:
    """The headers every mail of the service has; ValueError where an address is not one."""
    name, address = split_sender(sender)
    return [
        ("From", mailbox(name, address)),
        ("To", valid_address(recipient)),
        ("Subject", header_text(subject, "Subject")),
        ("Date", format_datetime(now)),
        ("Message-ID", message_id),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", language),
    ]


def domain_of(sender: str) -> str:
    """The domain of the sender's address, for identifiers."""
    return split_sender(sender)[1].rpartition("@")[2]


def mailbox(name: str, address: str) -> str:
    """A display name and an address as a header wants them."""
    name = clean(name)[:200]
    if not name:
        return address
    if not name.isascii():
        return f"{header_text(name, 'From')} <{address}>"
    if set(name) <= _ATEXT:
        return f"{name} <{address}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def header_text(text: str, name: str) -> str:
    """A line of text for a header: RFC 2047 where it is not ASCII, folded, never with a line of its own in it."""
    line = clean(text)[:500]
    plain = line.isascii() and "=?" not in line and len(line) < 900
    if plain and len(line) + len(name) < 75:
        return line
    return Header(line, "utf-8", header_name=name, maxlinelen=75).encode(linesep="\r\n")


def _part(subtype: str, text: str) -> bytes:
    """One text part with its headers, in the shorter of the two encodings."""
    data = text.encode()
    lines = b"\r\n".join(data.splitlines()) + b"\r\n"
    options = {
        "quoted-printable": _quoted_printable(lines),
        "base64": base64.encodebytes(lines).replace(b"\n", b"\r\n"),
    }
    encoding = min(options, key=lambda key: len(options[key]))
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + options[encoding]


def _quoted_printable(lines: bytes) -> bytes:
    encoded = quopri.encodestring(lines.replace(b"\r\n", b"\n"), quotetabs=False)
    # A boundary begins with "--", a lone dot ends SMTP data in a careless server: neither may begin a line.
    return b"\r\n".join(
        (b"=2E" + line[1:] if line[:1] == b"." else b"=2D" + line[1:] if line[:2] == b"--" else line)
        for line in encoded.split(b"\n")
    )
