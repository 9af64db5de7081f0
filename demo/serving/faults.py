"""A proxy in front of the demo press that lets requests go wrong: now and then by a seed, or as a test orders it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import socket
import struct
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

#: What may go wrong with a request, each as likely as the others.
KINDS: Final = (
    "late",  # the answer takes its time
    "drip",  # it comes in small pieces
    "reset",  # the connection breaks before the answer
    "reset_midway",  # and in the middle of it
    "cut",  # the connection ends, politely, in the middle of the answer
    "too_long",  # the promised length is more than what comes
    "error",  # 500, 502, 503 or 504
    "busy",  # 429, come back in an hour
    "tls",  # moved to https, where nobody speaks TLS
    "dns",  # moved to a host that does not exist
)
SILENT: Final = "silent"  #: no answer at all; by order only, since it costs a time-out
_LATE: Final = 0.3  # seconds
_PIECES: Final = 20
_ERRORS: Final = ("500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout")
_HANDSHAKE: Final = b"\x16"  # the first byte of TLS
_MAX_ANSWER: Final = 16 * 1024**2


@dataclass(slots=True)
class Faults:
    """Which requests go wrong and how: `share` of all, told by the seed, the address and the how-manieth request it is.

    So the same seed gives the same faults in whatever order a crawler asks. `storms`: outlet -> a kind that each of its
    requests meets; its robots.txt is spared, so that lists and pages meet it.
    """

    share: float = 0.0
    seed: int = 0
    storms: dict[str, str] = field(default_factory=dict)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def of(self, outlet: str, path: str) -> str:
        """Return what goes wrong with the next request of an address; "" where nothing does."""
        self.asked[outlet, path] += 1
        if outlet in self.storms:
            return "" if path == "/robots.txt" else self.storms[outlet]
        drawn = self.draw(outlet, path)
        return KINDS[int(drawn / self.share * len(KINDS))] if drawn < self.share else ""

    def draw(self, outlet: str, path: str) -> float:
        """Return a number from 0 up to 1 that belongs to this request."""
        told = f"{self.seed} {outlet} {path} {self.asked[outlet, path]}".encode()
        return int.from_bytes(hashlib.sha256(told).digest()[:6], "big") / 2**48


async def relay(
    sockets: Mapping[str, socket.socket], behind: Mapping[str, int], faults: Faults, stop: asyncio.Event
) -> None:
    """Serve each outlet's socket from the press `behind` it (ports on 127.0.0.1) until `stop` is set."""
    open_now: set[asyncio.Task[None] | None] = set()
    servers = [
        await asyncio.start_server(partial(_serve, slug, behind[slug], faults, open_now), sock=sock, limit=_MAX_ANSWER)
        for slug, sock in sockets.items()
    ]
    await stop.wait()
    for server in servers:
        server.close()
    waiting = [task for task in open_now if task is not None]
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def _serve(
    outlet: str,
    port: int,
    faults: Faults,
    open_now: set[asyncio.Task[None] | None],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """One connection: one request, one answer, then it is closed."""
    task = asyncio.current_task()
    open_now.add(task)
    try:
        first = await reader.readexactly(1)
        if first != _HANDSHAKE:
            request = first + await reader.readuntil(b"\r\n\r\n")
            await _answer(request, outlet, port, faults, writer)
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
        pass  # the client went away, or sent what is no request; or the press ends
    finally:
        open_now.discard(task)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _answer(request: bytes, outlet: str, port: int, faults: Faults, writer: asyncio.StreamWriter) -> None:
    path = request.split(b" ", 2)[1].decode("latin-1")
    plain = path.partition("?")[0]
    if plain.startswith(("/_demo/storm/", "/_demo/calm")):
        _order(plain, faults)
        writer.write(_head("200 OK"))
        return
    kind = "" if plain.startswith("/_demo/") else faults.of(outlet, plain)
    if kind in _INSTEAD:
        await _INSTEAD[kind](writer, path, faults.draw(outlet, plain))
        return
    inner, outer = await asyncio.open_connection("127.0.0.1", port, limit=_MAX_ANSWER)
    try:
        outer.write(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        head = (await inner.readuntil(b"\r\n\r\n")).removesuffix(b"\r\n\r\n") + b"\r\nConnection: close\r\n\r\n"
        if kind:
            await _SPOILT[kind](writer, head, await inner.read(_MAX_ANSWER))
        else:
            writer.write(head)
            while piece := await inner.read(65_536):
                writer.write(piece)
                await writer.drain()
    finally:
        outer.close()


def _order(path: str, faults: Faults) -> None:
    """Take an order of the press: a storm over one outlet, its end, or a calm for good."""
    if path == "/_demo/calm":
        faults.share = 0.0
        faults.storms.clear()
        return
    slug, _, kind = path.removeprefix("/_demo/storm/").partition("/")
    if kind:
        faults.storms[slug] = kind
    else:
        faults.storms.pop(slug, None)


def _head(status: str, *headers: str, length: int = 0) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _break(writer: asyncio.StreamWriter) -> None:
    """End a connection as a crashed server does: by RST."""
    bound = writer.get_extra_info("socket")
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


# Instead of an answer of the press: (connection, path, a number from 0 up to 1)


async def _reset(writer: asyncio.StreamWriter, path: str, drawn: float) -> None:
    _break(writer)


async def _error(writer: asyncio.StreamWriter, path: str, drawn: float) -> None:
    writer.write(_head(_ERRORS[int(drawn * 1e6) % len(_ERRORS)]))


async def _busy(writer: asyncio.StreamWriter, path: str, drawn: float) -> None:
    writer.write(_head("429 Too Many Requests", "Retry-After: 3600"))


async def _tls(writer: asyncio.StreamWriter, path: str, drawn: float) -> None:
    host, port = writer.get_extra_info("sockname")[:2]
    writer.write(_head("301 Moved Permanently", f"Location: https://{host}:{port}{path}"))


async def _dns(writer: asyncio.StreamWriter, path: str, drawn: float) -> None:
    writer.write(_head("302 Found", f"Location: http://khong-co.invalid{path}"))


async def _silent(writer: asyncio.StreamWriter, path: str, drawn: float) -> None:
    await asyncio.sleep(3600)


_Instead = Callable[[asyncio.StreamWriter, str, float], Coroutine[None, None, None]]
_INSTEAD: Final[Mapping[str, _Instead]] = {
    "reset": _reset,
    "error": _error,
    "busy": _busy,
    "tls": _tls,
    "dns": _dns,
    SILENT: _silent,
}

# With the answer of the press: (connection, its head, its body)


async def _late(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    await asyncio.sleep(_LATE)
    writer.write(head + body)


async def _drip(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    size = len(body) // _PIECES + 1
    writer.write(head)
    for at in range(0, len(body), size):
        await asyncio.sleep(_LATE / _PIECES)
        writer.write(body[at : at + size])
        await writer.drain()


async def _reset_midway(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    writer.write(head + body[: len(body) // 2])
    await writer.drain()
    await asyncio.sleep(0.05)  # or the half would be lost with the connection
    _break(writer)


async def _cut(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    writer.write(head + body[: len(body) // 2])


async def _too_long(writer: asyncio.StreamWriter, head: bytes, body: bytes) -> None:
    longer = f"Content-Length: {len(body) + 1000}".encode()
    writer.write(re.sub(rb"(?i)content-length: *\d+", longer, head) + body)


_Spoilt = Callable[[asyncio.StreamWriter, bytes, bytes], Coroutine[None, None, None]]
_SPOILT: Final[Mapping[str, _Spoilt]] = {
    "late": _late,
    "drip": _drip,
    "reset_midway": _reset_midway,
    "cut": _cut,
    "too_long": _too_long,
}
