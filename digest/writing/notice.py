"""The small plain mails of the service itself: the test mail, notices to the operator, the farewell."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from digest.plain import web_address
from digest.writing.message import build, common_headers, domain_of
from press.text import clean


def notice(
    sender: str,
    recipient: str,
    subject: str,
    lines: Sequence[str],
    *,
    now: datetime,
    language: Literal["vi", "en"] = "vi",
) -> bytes:
    """A plain-text mail, ready to be sent; ValueError where an address is not one."""
    subject, body = clean(subject), "\n".join(clean(line) for line in lines) + "\n"
    digest = hashlib.sha256(f"{recipient}\n{subject}\n{body}".encode()).hexdigest()[:16]
    message_id = f"<diembao.notice.{now:%Y%m%dT%H%M%S}.{digest}@{domain_of(sender)}>"
    headers = common_headers(sender, recipient, subject, now=now, message_id=message_id, language=language)
    return build(headers, [("plain", body)]).as_bytes()


def mail_test(
    sender: str, recipient: str, *, now: datetime, public_url: str = "", language: Literal["vi", "en"] = "vi"
) -> bytes:
    """The mail of `diembao mail-test`: whoever reads it knows that the mail settings work."""
    if language == "en":
        subject = "Test mail of Điểm báo"
        lines = ["This is a test mail of Điểm báo.", "You can read it: so the mail settings work."]
    else:
        subject = "Thư thử của Điểm báo"
        lines = ["Đây là thư thử của Điểm báo.", "Đọc được thư này nghĩa là phần gửi thư đã cài đặt đúng."]
    return notice(sender, recipient, subject, [*lines, *_link(public_url)], now=now, language=language)


def unsubscribed(sender: str, recipient: str, *, now: datetime, language: Literal["vi", "en"] = "vi") -> bytes:
    """Confirms to a reader that no further digest will come."""
    if language == "en":
        subject = "You will get no further press review"
        lines = [f"The press review is no longer sent to {recipient}.", "To get it again, write to its administrator."]
    else:
        subject = "Đã dừng gửi điểm báo"
        lines = [
            f"Điểm báo không còn gửi đến {recipient}.",
            "Muốn nhận lại, xin báo người quản trị nơi gửi điểm báo.",
        ]
    return notice(sender, recipient, subject, lines, now=now, language=language)


def _link(url: str) -> list[str]:
    return ["", url] if web_address(url) else []
