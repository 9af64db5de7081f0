"""A real mail server on loopback, and a mail of the demo day to post."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from digest.choosing.compose import compose
from digest.sending.send import MailServer, send
from digest.writing.render import render
from press import Subscription
from tests.support.digest_day import READER, SENDER, UNSUBSCRIBE, request

TARGET = "canbo@example.vn"


def edition(reader: Subscription = READER) -> bytes:
    return render(compose(request(subscription=reader)), sender=SENDER, unsubscribe_url=UNSUBSCRIBE).as_bytes()


MESSAGE = edition()


@dataclass
class Postbox:
    """What a real server received; `answers` replaces its answer to a command."""

    answers: dict[str, str] = field(default_factory=dict)
    letters: list[Any] = field(default_factory=list)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answers.get("DATA", "250 taken")
        if answer.startswith("2"):
            self.letters.append(envelope)
        return answer


def check_password(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"diembao", b"bi-mat")
    return AuthResult(success=right, handled=False)


@contextmanager
def post_office(box: Postbox, *, wrapped: ssl.SSLContext | None = None, **options: Any) -> Iterator[MailServer]:
    """A mail server on a free port; `wrapped` speaks TLS from the first byte, `tls_context` offers STARTTLS."""
    controller = Controller(box, hostname="127.0.0.1", port=0, ssl_context=wrapped, **options)
    # The controller's own start connects to the port it was given, which is not known before: so bind first.
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        controller.port = probing.getsockname()[1]
    controller.start()
    try:
        yield MailServer("localhost", controller.port, timeout=5)
    finally:
        controller.stop()


def post(server: MailServer, message: bytes = MESSAGE, recipient: str = TARGET) -> list[str]:
    """Send, and return what happened in which order."""
    marks: list[str] = []
    send(message, sender=SENDER, recipient=recipient, server=server, on_data=lambda: marks.append("data"))
    return marks


@contextmanager
def scripted(script: Callable[[socket.socket], None]) -> Iterator[MailServer]:
    """A server for one conversation that does what real ones only do on bad days."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(5)
            script(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield MailServer("127.0.0.1", listener.getsockname()[1], timeout=2)
    finally:
        thread.join(10)
        listener.close()


def talk(connection: socket.socket, *, until: str, final: bytes | None = None) -> None:
    """Answer politely until a command comes (or "." for the end of the mail), then say `final` and hang up."""
    connection.sendall(b"220 hello\r\n")
    stream = connection.makefile("rb")
    while line := stream.readline():
        command = line.strip().upper().split(b" ")[0].decode()
        if command == "DATA" and until != "DATA":
            connection.sendall(b"354 go on\r\n")
            while (row := stream.readline()) and row != b".\r\n":
                if until == "BODY":
                    connection.sendall(final or b"")
                    return
            command = "."
        if command == until:
            if final is not None:
                connection.sendall(final)
            return
        connection.sendall(b"250 ok\r\n")
