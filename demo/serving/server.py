"""A small HTTP/1.1 server for the demo press: keep-alive, answers from memory, one socket for each outlet."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from urllib.parse import parse_qs

from demo.pages.resources import Resource, current, head, not_modified
from demo.pages.site import Site
from demo.serving.dirt import Dirt
from demo.serving.moods import MOODS, in_mood

_MAX_HEAD = 65_536
_STREAMED = 10 * 1024**2  #: bytes of an endless body that are really sent


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the press saw it and the status it answered."""

    outlet: str
    method: str
    path: str
    status: int
    conditional: bool
    user_agent: str


@dataclass(slots=True)
class State:
    """What changes while the press is served."""

    sites: Mapping[str, Site]
    log: deque[Request] = field(default_factory=lambda: deque(maxlen=200_000))
    moods: dict[str, str] = field(default_factory=dict)  #: of the outlets that are put into one
    dirt: Dirt | None = None  #: what spoils some answers
    advanced: bool = False  #: every reader sees the edited pages, and the vanished ones are gone
    asked: set[tuple[str, str]] = field(default_factory=set)  #: of the addresses that treat a first request differently


class Connection(asyncio.Protocol):
    """One client's connection to one outlet; requests are answered in their order."""

    def __init__(self, outlet: str, state: State, others: set[Connection]) -> None:
        self.outlet = outlet
        self.state = state
        self.others = others
        self.waiting: asyncio.Task[None] | None = None
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back to the client."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- what asyncio promises for TCP
        self.transport = transport
        self.others.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what was still to be sent."""
        self.others.discard(self)
        if self.waiting is not None:
            self.waiting.cancel()

    def data_received(self, data: bytes) -> None:
        """Take bytes and answer every whole request among them."""
        self.buffer += data
        while self.waiting is None and not self.transport.is_closing():
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self.buffer) > _MAX_HEAD:
                    self.transport.close()
                return
            request, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
            self._serve(request)

    def _serve(self, request: bytes) -> None:
        first, *lines = request.decode("latin-1").split("\r\n")
        pieces = first.split(" ")
        if len(pieces) != 3:
            self.transport.close()
            return
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self._answer(pieces[0], *pieces[1].partition("?")[::2], headers)

    def _answer(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> None:
        resource: Resource | None
        if path.startswith("/_demo/"):
            resource = self._control(method, path, query)
        elif method in ("GET", "HEAD"):
            resource = self._resource(path, headers)
        else:
            resource = Resource(b"", status=405, headers={"Allow": "GET, HEAD"})
        if resource is None:
            self.transport.abort()
            return
        close = headers.get("connection", "").lower() == "close" or int(headers.get("content-length") or 0) > 0
        unchanged = not_modified(resource, headers)
        status = 304 if unchanged else resource.status
        if not path.startswith("/_demo/"):
            again = "if-none-match" in headers or "if-modified-since" in headers
            seen = Request(self.outlet, method, path, status, again, headers.get("user-agent", ""))
            self.state.log.append(seen)
        packed = bool(resource.packed) and not unchanged and "gzip" in headers.get("accept-encoding", "")
        answer = head(resource, datetime.now(UTC), status=status, packed=packed)
        if method != "HEAD" and not unchanged:
            answer += resource.packed if packed else resource.body
        if resource.delay or (resource.promised is not None and method != "HEAD"):
            self.waiting = asyncio.get_running_loop().create_task(self._later(resource, answer, close))
            return
        self.transport.write(answer)
        if close:
            self.transport.close()

    def _resource(self, path: str, headers: Mapping[str, str]) -> Resource | None:
        site = self.state.sites[self.outlet]
        resource = site.answer(path)
        if mood := self.state.moods.get(self.outlet):
            return in_mood(mood, resource, path, is_list=path in site.announcing)
        if resource.first is not None and (self.outlet, path) not in self.state.asked:
            self.state.asked.add((self.outlet, path))
            return resource.first
        found = current(resource, headers, advanced=self.state.advanced)
        if self.state.dirt is None or not_modified(found, headers):
            return found
        again = "if-none-match" in headers or "if-modified-since" in headers
        return self.state.dirt.on(found, self.outlet, path, is_list=path in site.announcing, again=again)

    def _control(self, method: str, path: str, query: str) -> Resource:
        if path == "/_demo/requests" and method == "GET":
            return Resource(json.dumps([asdict(seen) for seen in self.state.log]).encode(), "application/json")
        if path == "/_demo/advance" and method == "POST":
            self.state.advanced = True
            return Resource(b"{}", "application/json")
        if path == "/_demo/clean" and method == "POST":
            laid = self.state.dirt.laid if self.state.dirt is not None else {}
            self.state.dirt = None
            return Resource(json.dumps(laid).encode(), "application/json")
        if path.startswith("/_demo/until/") and method == "POST":
            until = datetime.fromisoformat(path.removeprefix("/_demo/until/"))
            for site in self.state.sites.values():
                site.until(until)
            return Resource(b"{}", "application/json")
        slug, _, what = path.removeprefix("/_demo/outlet/").partition("/")
        if method == "POST" and slug in self.state.sites:
            if what == "publish":
                return self._publish(slug, query)
            if what in MOODS:
                self.state.moods[slug] = what
                if what == "ok":
                    del self.state.moods[slug]
                return Resource(b"{}", "application/json")
        return Resource(b"", status=404)

    def _publish(self, slug: str, query: str) -> Resource:
        wanted = parse_qs(query)
        try:
            instants = [datetime.fromisoformat(text.replace(" ", "+")) for text in wanted.get("at", [])]
            if not all(at.tzinfo for at in instants):
                raise ValueError("without a zone")
        except ValueError as error:
            return Resource(str(error).encode(), "text/plain; charset=utf-8", status=400)
        published = [self.state.sites[slug].publish(at) for at in instants or [datetime.now(UTC)]]
        return Resource(json.dumps([article.url for article in published]).encode(), "application/json")

    async def _later(self, resource: Resource, answer: bytes, close: bool) -> None:
        await asyncio.sleep(resource.delay)
        self.transport.write(answer)
        if resource.promised is not None:
            for _ in range(_STREAMED // 65_536):
                if self.transport.is_closing():
                    return
                self.transport.write(b"x" * 65_536)
                await asyncio.sleep(0.02)
            close = True
        self.waiting = None
        if close:
            self.transport.close()
        elif self.buffer:
            self.data_received(b"")


async def serve(
    sockets: Mapping[str, socket.socket], state: State, stop: asyncio.Event, ready: Callable[[], None]
) -> None:
    """Serve each outlet on its own listening socket until `stop` is set; `ready` is called when all answer."""
    loop = asyncio.get_running_loop()
    connections: set[Connection] = set()
    servers = [
        await loop.create_server(partial(Connection, slug, state, connections), sock=sock, backlog=512)
        for slug, sock in sockets.items()
    ]
    ready()
    await stop.wait()
    for server in servers:
        server.close()
    for connection in tuple(connections):
        connection.transport.abort()
    await asyncio.sleep(0)
    for server in servers:
        await server.wait_closed()
