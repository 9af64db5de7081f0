"""How the demo press is served: a socket for each outlet, an event loop in a thread, or a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from demo.serving.faults import Faults, relay
from demo.serving.server import State, serve
from demo.truth.truth import outlets

_ATTEMPTS = 20
_START_SECONDS = 60


class Serving(threading.Thread):
    """The event loop that serves, in a thread of its own; with `faults` from behind a proxy."""

    def __init__(self, sockets: Mapping[str, socket.socket], state: State, faults: Faults | None) -> None:
        super().__init__(name="demo-press", daemon=True)
        self.sockets = sockets
        self.state = state
        self.faults = faults
        self.up = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.halt = asyncio.Event()

    def start(self) -> None:
        super().start()
        if not self.up.wait(_START_SECONDS):
            raise RuntimeError("the demo press did not come up")

    def run(self) -> None:
        try:
            self.loop.run_until_complete(self._serve())
        finally:
            self.loop.close()

    async def _serve(self) -> None:
        if self.faults is None:
            await serve(self.sockets, self.state, self.halt, self.up.set)
            return
        behind = {slug: _listening("127.0.0.1", 0) for slug in self.sockets}
        ports = {slug: bound.getsockname()[1] for slug, bound in behind.items()}
        async with asyncio.TaskGroup() as both:
            both.create_task(serve(behind, self.state, self.halt, self.up.set))
            both.create_task(relay(self.sockets, ports, self.faults, self.halt))

    def stop(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self.loop.call_soon_threadsafe(self.halt.set)
        self.join(_START_SECONDS)


def bind(port: int = 0) -> dict[str, socket.socket]:
    """Return one listening socket for each outlet: its own loopback address, all on one port.

    Where a system has only 127.0.0.1 (macOS), the outlets get consecutive ports on it. Raises OSError where the
    wanted port is taken.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return _bind_hosts(port)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                return _bind_ports(port)
            if port or attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _bind_hosts(port: int) -> dict[str, socket.socket]:
    bound: dict[str, socket.socket] = {}
    try:
        for outlet in outlets():
            bound[outlet.slug] = _listening(f"127.0.0.{outlet.host}", port)
            port = bound[outlet.slug].getsockname()[1]
    except OSError:
        for taken in bound.values():
            taken.close()
        raise
    return bound


def _bind_ports(port: int) -> dict[str, socket.socket]:
    return {outlet.slug: _listening("127.0.0.1", port + at if port else 0) for at, outlet in enumerate(outlets())}


def _listening(host: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(512)
    except OSError:
        made.close()
        raise
    return made


def bases(sockets: Mapping[str, socket.socket]) -> dict[str, str]:
    """Return the root of each outlet's addresses by slug."""
    return {slug: "http://{}:{}".format(*bound.getsockname()[:2]) for slug, bound in sockets.items()}


def spawn(anchor: datetime, port: int, told: Mapping[str, Any]) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """Serve a press from a process of its own; answers with it and the roots of the outlets' addresses by slug.

    `told`: what else the press is given. Raises OSError where the wanted port is taken.
    """
    command = [sys.executable, "-m", "demo", anchor.isoformat(), str(port), json.dumps(told)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- ours
    line = child.stdout.readline() if child.stdout else ""
    if not line:
        end(child)
        raise OSError(f"the demo press did not come up on port {port}")
    return child, json.loads(line)


def end(child: subprocess.Popen[str]) -> None:
    """Close the child's input, which it takes as the order to end, and wait."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
