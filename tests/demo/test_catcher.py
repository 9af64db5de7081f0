"""The local mail server keeps what it is sent."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import pytest

from demo.catcher import Catcher

pytestmark = pytest.mark.server


def _message(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "diembao@example.vn"
    message["To"] = "can-bo@example.vn"
    message.set_content("Điểm báo sáng nay.\n")
    return message


def test_messages_are_kept_in_order() -> None:
    with Catcher() as catcher:
        with smtplib.SMTP("127.0.0.1", catcher.port, timeout=10) as client:
            client.send_message(_message("một"))
            client.send_message(_message("hai"), to_addrs=["a@example.vn", "b@example.vn"])
        first, second = catcher.messages
    assert first.sender == "diembao@example.vn"
    assert first.recipients == ("can-bo@example.vn",)
    assert b"Subject: =?utf-8?" in first.content
    assert second.recipients == ("a@example.vn", "b@example.vn")
    assert len(catcher.messages) == 2


def test_the_port_is_released() -> None:
    catcher = Catcher()
    with catcher:
        port = catcher.port
    with Catcher(port) as again, smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        assert client.noop()[0] == 250
        assert again.port == port
    with pytest.raises(OSError, match="refused"):
        smtplib.SMTP("127.0.0.1", port, timeout=10)
