"""A local SMTP server that keeps what it is sent: where the demo and the tests let their mail go."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller


@dataclass(frozen=True, slots=True)
class Caught:
    """One message as it came over SMTP: the envelope and the bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class Catcher:
    """An SMTP server on loopback as a context manager; `messages` are in the order of arrival."""

    def __init__(self, port: int = 0) -> None:
        self._wanted = port
        self.messages: list[Caught] = []
        self._controller: Any = None

    @property
    def port(self) -> int:
        """The port it listens on while it is started; 0 otherwise."""
        return int(self._controller.port) if self._controller is not None else 0

    def start(self) -> Self:
        """Listen on 127.0.0.1; raises OSError where the wanted port is taken."""
        controller = Controller(self, hostname="127.0.0.1", port=self._wanted or _free_port())
        controller.start()
        self._controller = controller
        return self

    def stop(self) -> None:
        """Stop listening; the messages stay."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Keep one message."""
        self.messages.append(Caught(envelope.mail_from, tuple(envelope.rcpt_tos), bytes(envelope.original_content)))
        return "250 Message accepted for delivery"


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
