"""The search page under load: 50 analysts who think five seconds between two searches, against a real server.

The server is a process of its own over an archive as `bench.search` makes it; the analysts are logged in, ask the kept
queries, and read the whole page. The reference is the index alone, asked the same queries one after the other. Beside
it, asked by one person alone: the searches, every other page, and those of a register of twenty thousand matters.
"""

from __future__ import annotations

import http.client
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

import settings as settings_module
from bench import Figure
from bench.search import DATA, FIRST, YEARS, fill, folder, part
from bench.texts import SEED
from pipeline.register import reports
from pipeline.register.acts import Office
from pipeline.running.search import open_index
from press.matters import ENDED, STATES
from settings import Settings
from storage import Archive, open_archive, register
from storage.people import accounts
from storage.people.audit import Act, record
from storage.register.lists import Wanted
from storage.register.units import Unit
from storage.search import search
from storage.tables.register import matter_articles, matter_stories, matter_units, matters
from web.site.access import COOKIE

ANALYSTS: Final = 50
THINK: Final = 5.0  # seconds
SEARCHES: Final = 5  # of each analyst
NOW: Final = FIRST + YEARS  # the day of the newest article
PAGES: Final = {
    "today": "/",
    "places": "/places?days=365",
    "topics": "/topics",
    "outlets": "/outlets",
    "article": "/articles/1",
    "story": "/stories/1",
    "metrics": "/metrics",
}
#: pages of the register; {n} is another number each time
REGISTER: Final = {
    "waiting": "/matters?page={n}",
    "overdue": "/matters?view=overdue&page={n}",
    "all": "/matters?view=all&page={n}",
    "unit": "/matters?unit={n}",
    "words": "/matters?view=all&q=s%E1%BB%91+{n}",
    "kind": "/matters?view=all&kind=feedback&page={n}",
    "matter": "/matters/2026/199{n:02}",
    "weekly": "/matters/reports/1",
}
TURNS: Final = 40  # of each page of the register
AREA: Final = "Sóc Trăng"
COUNT, ENTRIES, UNITS = 20_000, 200_000, 60
KINDS: Final = ("press_request", "feedback", "ordered", "major_event", "false_report", "press_question")
SERVE: Final = """
import sys, uvicorn, settings
from datetime import datetime
from pathlib import Path
from storage import open_archive
from web import make_app
chosen = settings.load(Path(sys.argv[1]))
now = datetime.fromisoformat(sys.argv[3])
app = make_app(open_archive(chosen.storage.url), chosen, lambda: now)
uvicorn.run(app, fd=int(sys.argv[2]), log_level="warning", access_log=False, timeout_keep_alive=60)
"""


def run(n: int, kept: Path | None = None) -> Figure:
    """Measure the p95 of a search page in ms, from asking to its last byte; beside it each other page, asked alone."""
    queries = (DATA / "queries.txt").read_text(encoding="utf-8").splitlines()
    with folder(kept) as place:
        file = place / "settings.toml"
        file.write_text('[storage]\nurl = "sqlite:///archive.db"\n[crawl]\ncontact = "bench@example.vn"\n', "utf-8")
        chosen = settings_module.load(file)
        with closing(open_archive(chosen.storage.url)) as archive:
            fill(archive, n)
            index = open_index(archive, chosen)
            index.catch_up()
            alone = [search(index, query, facets=True).took_ms for query in queries]
            cookies = _logged_in(archive)
            _register(archive, chosen, n)
        with _served(file) as (port, server):
            _asked(port, cookies[0], queries[:20], 0.0)  # the first pages read the names of places
            pages = {name: min(_pages(port, cookies[0], [path] * 2)) for name, path in PAGES.items()}
            calm = _asked(port, cookies[0], queries, 0.0)
            matters = {
                name: _pages(port, cookies[0], [path.format(n=n) for n in range(1, TURNS + 1)])
                for name, path in REGISTER.items()
            }
            worked = _worked(server)
            times = _office(port, cookies, queries)
            worked, memory = _worked(server) - worked, _memory(server)
    more = {"p50": part(times, 50), "p99": part(times, 99), "pages": float(len(times)), "server_mb": memory}
    more["cpu_page"] = worked / len(times)
    more |= {f"{name}_ms": took for name, took in pages.items()}
    more |= {"search_alone": part(calm, 95)} | {f"matters_{name}": part(took, 95) for name, took in matters.items()}
    return Figure("web", part(times, 95), part(alone, 95), "ms, p95", n, more, less_is_better=True)


def _register(archive: Archive, chosen: Settings, n: int) -> None:
    """A large register, and the weekly list of its last days; one that is there is taken as it is."""
    with archive.read() as db:
        there = register.lists.counts(db, AREA, {"all": Wanted()})["all"]
    if not there:
        furnish(archive, NOW)
        cover(archive, n // 3, NOW)
        reports.make(Office(archive, chosen, "bench@example.vn", NOW), reports.Asked("weekly"))


def furnish(archive: Archive, now: datetime) -> None:
    """Matters over two years, most of them ended, as the register of a large office holds them."""
    rows, led = [], []
    for number in range(1, COUNT + 1):
        opened = now - timedelta(days=730) + timedelta(minutes=52 * number)
        recent = opened > now - timedelta(days=60)
        state = STATES[number % len(STATES)] if recent or number % 40 == 0 else "done"
        ended = opened + timedelta(days=9) if state in ENDED else None
        due = opened + timedelta(days=number % 30 + 1)
        rows.append(
            {"id": number, "area": AREA, "year": opened.year, "number": number, "version": 1, "state": state,
             "subject": f"Việc số {number} ở bến phà",
             "subject_folded": f"viec so {number} o ben pha", "kind": KINDS[number % len(KINDS)], "field": "health",
             "places": [], "received_at": opened, "due_at": due, "until": due, "opened_at": opened,
             "changed_at": ended or opened, "ended_at": ended, "answered_at": ended}
        )  # fmt: skip
        led.append({"matter_id": number, "unit_id": number % UNITS + 1, "area": AREA, "lead": True})
    for row in rows:
        if row["state"] == "merged":
            row["merged_into"] = 1
    keys = {"merged_into": None}
    with archive.begin() as db:
        register.units.add(db, AREA, [Unit(f"Đơn vị {number}", "other") for number in range(UNITS)])
        db.execute(matters.insert(), [keys | row for row in rows])
        db.execute(matter_units.insert(), led)
        acts = [Act("lan@example.vn", "matter changed", f"{n % COUNT}/2026", {"version": 2}) for n in range(ENTRIES)]
        for start in range(0, ENTRIES, 10_000):
            record(db, acts[start : start + 10_000], now)


def cover(archive: Archive, stories: int, now: datetime) -> None:
    """Put each matter on a story of three articles, of so many as `bench.search` makes them."""
    step = max(1, stories // COUNT)
    told = [(number, number * step) for number in range(1, min(COUNT, stories) + 1)]
    with archive.begin() as db:
        db.execute(
            matter_stories.insert(),
            [{"matter_id": matter, "story_id": story, "area": AREA} for matter, story in told],
        )
        db.execute(
            matter_articles.insert(),
            [
                {"matter_id": matter, "article_id": 3 * story - back, "area": AREA, "added_at": now}
                for matter, story in told
                for back in range(3)
            ],
        )


def _logged_in(archive: Archive) -> list[str]:
    """The sessions of the analysts, all of one account."""
    with archive.begin() as db:
        email = "bench@example.vn"
        person = accounts.find_account(db, email) or accounts.add_account(
            db, email, name="", role="analyst", password="-", now=NOW
        )
        return [accounts.open_session(db, person.id, NOW) for _ in range(ANALYSTS)]


def _worked(server: subprocess.Popen[bytes]) -> float:
    """The processor time of the server in ms: what is left of the others where the machine is shared."""
    user, system = Path(f"/proc/{server.pid}/stat").read_text("ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) * 1000 / os.sysconf("SC_CLK_TCK")


def _memory(server: subprocess.Popen[bytes]) -> float:
    """The memory of the server in MB, without what it shares with the cache of files."""
    fields = Path(f"/proc/{server.pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in fields if line.startswith("RssAnon")) / 1000


@contextmanager
def _served(file: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-c", SERVE, str(file), str(listener.fileno()), NOW.isoformat()]
        server = subprocess.Popen(command, pass_fds=[listener.fileno()])
    try:
        yield port, server
    finally:
        server.terminate()
        server.wait(30)


def _office(port: int, cookies: Sequence[str], queries: Sequence[str]) -> list[float]:
    """Let every analyst ask, each beginning at a moment of his own; how long each page took."""
    chance, times = random.Random(SEED), list[float]()
    asked = [(cookie, chance.sample(list(queries), SEARCHES), chance.uniform(0, THINK)) for cookie in cookies]

    def work(cookie: str, mine: Sequence[str], late: float) -> None:
        time.sleep(late)
        times.extend(_asked(port, cookie, mine, THINK))

    threads = [threading.Thread(target=work, args=one) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _asked(port: int, cookie: str, queries: Sequence[str], think: float) -> list[float]:
    return _pages(port, cookie, [f"/search?q={quote(query)}" for query in queries], think)


def _pages(port: int, cookie: str, paths: Sequence[str], think: float = 0.0) -> list[float]:
    times = []
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as line:
        for path in paths:
            started = time.perf_counter()
            line.request("GET", path, headers={"Cookie": f"{COOKIE}={cookie}"})
            answer = line.getresponse()
            answer.read()
            times.append((time.perf_counter() - started) * 1000)
            if answer.status != http.client.OK:
                raise RuntimeError(f"{path} was answered with {answer.status}")
            time.sleep(think)
    return times
