"""The demo press: twelve outlets with real-world habits, served on loopback until stopped."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit

from demo.pages.site import SECTION_LINKS, Lists, build, lists, section_names
from demo.pages.troubles import Trouble, troubles
from demo.serving.dirt import Dirt
from demo.serving.faults import Faults
from demo.serving.moods import MOODS
from demo.serving.server import Request, State
from demo.serving.serving import Serving, bases, bind, end, spawn
from demo.truth.truth import DemoArticle, DemoOutlet, anchor_before, articles, outlets, recipes
from press import Outlet, Section


class Press:
    """The demo press as a context manager: `start()` binds and answers, `stop()` releases every port.

    `anchor` (aware) is the instant the articles' ages count from. `port` 0 takes a free one. `copies` > 1 serves each
    article that often under different addresses. `days` goes on publishing on so many days after the anchor, as
    `until` lets the time pass. `troubles=False` leaves out what delays or fails (slow, busy and broken addresses,
    edited and vanished articles): for measurements. `process=True` serves from a process of its own. With `faults` so
    large a share of the requests goes wrong, by `seed` (demo/serving/faults.py says how), and `storm` can be called.
    With `dirty` some answers come spoilt, by `seed` (demo/serving/dirt.py says how), until `clean` is called.
    """

    def __init__(
        self,
        anchor: datetime,
        port: int = 0,
        *,
        copies: int = 1,
        days: int = 0,
        troubles: bool = True,
        process: bool = False,
        faults: float | None = None,
        seed: int = 0,
        dirty: bool = False,
    ) -> None:
        self.anchor = anchor
        self.copies = copies
        self.days = days
        self.troubles = troubles
        self.process = process
        self.faults = faults
        self.seed = seed
        self.dirty = dirty
        self._wanted = port
        self._bases: dict[str, str] = {}
        self._thread: Serving | None = None
        self._child: subprocess.Popen[str] | None = None

    def start(self) -> Self:
        """Bind and serve; raises OSError where the wanted port is taken."""
        if self._bases:
            raise RuntimeError("the demo press is already being served")
        if self.process:
            told = {name: getattr(self, name) for name in ("copies", "days", "troubles", "faults", "seed", "dirty")}
            self._child, self._bases = spawn(self.anchor, self._wanted, told)
            return self
        sockets = bind(self._wanted)
        self._bases = bases(sockets)
        sites = build(self.anchor, self.base_url, copies=self.copies, days=self.days, with_troubles=self.troubles)
        faults = None if self.faults is None else Faults(self.faults, self.seed)
        self._thread = Serving(sockets, State(sites, dirt=Dirt(self.seed) if self.dirty else None), faults)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and release the ports; harmless when it is not being served."""
        if self._thread is not None:
            self._thread.stop()
        if self._child is not None:
            end(self._child)
        self._thread, self._child, self._bases = None, None, {}

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port of the first outlet, and of all where each has a host of its own."""
        return urlsplit(next(iter(self._bases.values()))).port or 0

    def base_url(self, slug: str) -> str:
        """Return the root of an outlet's addresses, without a slash at its end; KeyError for an unknown slug."""
        return self._bases[slug]

    def truth(self) -> tuple[DemoArticle, ...]:
        """Return every article that is or will be served with its ground truth, newest first per outlet."""
        return articles(self.anchor, self.base_url, copies=self.copies, days=self.days)

    def outlets(self, *, all_recipes: bool = False) -> tuple[Outlet, ...]:
        """Return the outlets as the product knows them, pointing at the addresses being served.

        One outlet carries selectors; with `all_recipes` all do.
        """
        return tuple(
            _outlet(outlet, self.base_url(outlet.slug), self._lists(outlet), outlet.recipe or all_recipes)
            for outlet in outlets()
        )

    def settings_text(
        self,
        archive: Path,
        mail_host: str = "127.0.0.1",
        mail_port: int = 2525,
        *,
        all_recipes: bool = False,
        net: str = "area",
    ) -> str:
        """Return a whole settings.toml that points at this press, at that SQLite file and at that mail server."""
        rows = "\n".join(_toml_row(outlet) for outlet in self.outlets(all_recipes=all_recipes))
        return (
            _SETTINGS.format(
                url=_quoted(f"sqlite:///{archive}"), host=_quoted(mail_host), port=mail_port, net=_quoted(net)
            )
            + rows
            + "\n"
        )

    def troubles_served(self) -> Mapping[str, Trouble]:
        """Return the addresses that a list announces and that are no articles, each with what is wrong with it."""
        served = [outlet.slug for outlet in outlets() if self.troubles and "troubles" in outlet.habits]
        return {self.base_url(slug) + each.path: each for slug in served for each in troubles()}

    def requests(self) -> tuple[Request, ...]:
        """Return every request since the start, oldest first (at most the last 200,000)."""
        return tuple(Request(**row) for row in json.loads(self._control("GET", "/_demo/requests")))

    def advance(self) -> None:
        """From now on every reader sees the edited articles edited and the vanished ones gone."""
        self._control("POST", "/_demo/advance")

    def mood(self, slug: str, mood: str) -> None:
        """Put an outlet into one of `demo.serving.moods.MOODS`, "ok" to end it; ValueError for what is none."""
        if mood not in MOODS:
            raise ValueError(f"no mood {mood!r}; there are {', '.join(MOODS)}")
        self._control("POST", f"/_demo/outlet/{slug}/{mood}")

    def publish(self, slug: str, *instants: datetime) -> tuple[str, ...]:
        """Have an outlet publish an article at each of these instants; returns the addresses."""
        query = urlencode([("at", at.isoformat()) for at in instants])
        return tuple(json.loads(self._control("POST", f"/_demo/outlet/{slug}/publish?{query}")))

    def until(self, now: datetime) -> None:
        """Serve every article dated up to `now`, and announce those of the three days before it."""
        self._control("POST", f"/_demo/until/{now.isoformat()}")

    def storm(self, outlet: str, kind: str) -> None:
        """From now on each request to an outlet meets this kind of fault; "": the storm is over."""
        self._control("POST", f"/_demo/storm/{outlet}/{kind}")

    def calm(self) -> None:
        """From now on no request goes wrong."""
        self._control("POST", "/_demo/calm")

    def clean(self) -> Mapping[str, int]:
        """From now on no answer is spoilt; returns how often each kind of dirt was served so far."""
        laid: Mapping[str, int] = json.loads(self._control("POST", "/_demo/clean"))
        return laid

    def _lists(self, outlet: DemoOutlet) -> Lists:
        return lists(outlet, section_names([each for each in articles(self.anchor) if each.outlet == outlet.slug]))

    def _control(self, method: str, path: str) -> bytes:
        where = urlsplit(next(iter(self._bases.values())))
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        try:
            connection.request(method, path, headers={"Connection": "close"})
            return connection.getresponse().read()
        finally:
            connection.close()


def serve_forever(
    port: int, settings_out: Path | None, now: datetime, *, mail_host: str = "127.0.0.1", mail_port: int = 2525
) -> None:
    """Serve the press until SIGTERM or SIGINT, after writing the settings that point at it and printing one line.

    The archive of those settings lies next to them. Runs in the main thread; raises OSError where the port is taken.
    """
    stopped = threading.Event()
    before = {kind: signal.signal(kind, lambda *_: stopped.set()) for kind in (signal.SIGTERM, signal.SIGINT)}
    try:
        with Press(anchor_before(now), port) as press:
            if settings_out is not None:
                archive = settings_out.resolve().with_suffix(".db")
                settings_out.write_text(press.settings_text(archive, mail_host, mail_port), "utf-8")
            where = f"; settings: {settings_out}" if settings_out is not None else ""
            print(
                f"Demo press: {len(outlets())} outlets, {len(press.truth())} articles on port {press.port}{where}",
                flush=True,
            )
            while not stopped.wait(0.5):
                pass
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _outlet(outlet: DemoOutlet, base: str, where: Lists, with_recipe: bool) -> Outlet:
    recipe = recipes()[outlet.slug if outlet.forms else outlet.layout] if with_recipe else {}
    return Outlet(
        slug=outlet.slug,
        name=outlet.name,
        language=outlet.language,
        level=outlet.level,
        site=f"{base}/",
        feeds=tuple(base + path for path in where.feeds),
        sections=tuple(Section(base + path, SECTION_LINKS) for path in where.sections),
        sitemaps=tuple(base + path for path in where.sitemaps),
        title=recipe.get("title", ""),
        lead=recipe.get("lead", ""),
        body=recipe.get("body", ""),
        date=recipe.get("date", ""),
        drop=recipe.get("drop", ""),
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _toml_row(outlet: Outlet) -> str:
    lines = [f"{key} = {_quoted(getattr(outlet, key))}" for key in ("slug", "name", "language", "level", "site")]
    lines += [f"{key} = {_quoted_list(getattr(outlet, key))}" for key in ("feeds", "sitemaps") if getattr(outlet, key)]
    lines += [f"{key} = {_quoted(getattr(outlet, key))}" for key in _SELECTORS if getattr(outlet, key)]
    if outlet.sections:
        rows = (f"{{ url = {_quoted(each.url)}, links = {_quoted(each.links)} }}" for each in outlet.sections)
        lines.append("sections = [" + ", ".join(rows) + "]")
    return "\n[[outlet]]\n" + "\n".join(lines)


def _quoted_list(texts: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_quoted, texts)) + "]"


_SELECTORS = ("title", "lead", "body", "date", "drop")
_SETTINGS = """# Settings that point at the demo press, written when it was started.

[area]
province = "Sóc Trăng"

[storage]
url = {url}

[crawl]
contact = "https://example.vn/diembao-demo"
outlets = []
delay = 0.02
allow_private_hosts = true

[analysis]
keep = "all"
net = {net}

[mail]
host = {host}
port = {port}
security = "none"
from = "Điểm báo <diembao@example.vn>"
"""
