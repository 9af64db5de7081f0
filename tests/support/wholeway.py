"""The whole way as a person meets it: the command line in processes of its own, the demo press, a mail server.

`House` is one office: a settings file, an archive, a press and a mail server. `stages` builds one undisturbed run and
keeps the archive after each verb, so that a test can begin where it wants to.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from demo.press import Press
from demo.serving.server import Request
from tests.support import forked

ANCHOR = datetime.fromisoformat("2026-08-05T06:45:00+07:00")  # a Wednesday
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
READER = "canbo@example.vn"
Row = dict[str, Any]


@dataclass(frozen=True)
class Done:
    """One command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Row:
        """The one document it printed."""
        (line,) = self.out.splitlines()
        found: Row = json.loads(line)
        return found

    @property
    def rows(self) -> list[Row]:
        """The documents it printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def command(*args: object) -> list[str]:
    return [sys.executable, "-m", "cli", *map(str, args)]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a command's process gets of ours: nothing that would point it at other settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DIEMBAO_", "PYTEST_"))}
    return {**kept, **(more or {})}


def diembao(*args: object, cwd: Path, code: int | None = 0, timeout: float = 120, given: str | None = None) -> Done:
    """Run one command to its end; `code` None takes any exit code."""
    ended = Done(*forked.run([str(arg) for arg in args], cwd, environment(), given, timeout))
    assert code is None or ended.code == code, (args, ended)
    assert "Traceback" not in ended.err, ended.err
    return ended


class House:
    """One office: its folder holds settings.toml and the archive."""

    def __init__(self, folder: Path, press: Press, mail_port: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.press = press
        self.settings = folder / "settings.toml"
        self.archive = folder / "archive.db"
        self.settings.write_text(press.settings_text(self.archive, mail_port=mail_port, net="off"), "utf-8")

    def configure(self, table: str, **values: object) -> None:
        """Set keys of a table of the settings."""
        lines = [line for line in self.settings.read_text("utf-8").splitlines() if _key(line) not in values]
        if f"[{table}]" not in lines:
            at = lines.index("[mail]")
            lines[at:at] = [f"[{table}]", ""]
        at = lines.index(f"[{table}]") + 1
        lines[at:at] = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
        self.settings.write_text("\n".join(lines) + "\n", "utf-8")

    def run(self, *args: object, now: datetime = ANCHOR, code: int | None = 0, timeout: float = 120) -> Done:
        """Run one command on this office at an instant."""
        return diembao(*self.arguments(args, now), cwd=self.folder, code=code, timeout=timeout)

    def start(
        self, *args: object, now: datetime | None = ANCHOR, program: Sequence[str] = ("-m", "cli")
    ) -> subprocess.Popen[str]:
        """Start one command and let it run; in a group of its own, so that nothing but it is ever signalled."""
        return subprocess.Popen(
            [sys.executable, *program, *map(str, self.arguments(args, now))],
            cwd=self.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def arguments(self, args: Sequence[object], now: datetime | None) -> list[object]:
        return ["--settings", self.settings, *(["--now", now.isoformat()] if now else []), *args]

    def rows(self, *args: object, now: datetime = ANCHOR) -> list[Row]:
        """The rows of a command that lists things."""
        return self.run(*args, "--json", now=now).rows

    def subscribe(self, email: str, *args: object, now: datetime = ANCHOR - MINUTE) -> None:
        self.run("subscribe", email, "--at", "06:45", *args, now=now)

    def sql(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the archive file itself."""
        with contextlib.closing(sqlite3.connect(f"file:{self.archive}?mode=ro", uri=True, timeout=20)) as db:
            return list(db.execute(query, values))

    def count(self, table: str) -> int:
        """How many rows a table has; 0 while there is no such table."""
        try:
            return int(self.sql(f"SELECT count(*) FROM {table}")[0][0])
        except sqlite3.OperationalError:
            return 0

    def dump(self) -> list[str]:
        """Every row of the archive but the ledger of runs: what two moments must agree in for nothing to be stored."""
        with contextlib.closing(sqlite3.connect(self.archive)) as db:
            return [line for line in db.iterdump() if "('runs'," not in line and 'INTO "runs"' not in line]


def _key(line: str) -> str:
    return line.partition("=")[0].strip() if "=" in line else ""


def copy_archive(of: Path, to: Path) -> None:
    """Copy an archive that nobody writes, with what its log holds."""
    with contextlib.closing(sqlite3.connect(of)) as source, contextlib.closing(sqlite3.connect(to)) as target:
        source.backup(target)


@dataclass
class Stages:
    """One undisturbed run: the office after it, and the archive as each verb found it."""

    press: Press
    folder: Path
    before: Mapping[str, Path]
    final: Row

    def house(self, folder: Path, verb: str, mail_port: int) -> House:
        """A fresh office whose next verb is `verb` ("" = all is done)."""
        house = House(folder, self.press, mail_port)
        copy_archive(self.before[verb], house.archive)
        return house


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    """One undisturbed run of the demo press with two readers, verb by verb."""
    folder = tmp_path_factory.mktemp("stages")
    with Press(ANCHOR, process=True) as press, MailServer() as mail:
        house = House(folder / "undisturbed", press, mail.port)
        house.subscribe(READER)
        house.subscribe("second@example.vn", "--language", "en")
        before: dict[str, Path] = {}
        for verb in ("collect", "analyse", "group", "publish", ""):
            before[verb] = folder / f"before-{verb}.db"
            copy_archive(house.archive, before[verb])
            if verb:
                house.run(verb)
        assert len(mail.messages) == 2
        yield Stages(press, folder, before, state(house))
    shutil.rmtree(folder, ignore_errors=True)


def state(house: House) -> Row:
    """What the archive holds, without the numbers that rows happen to get: two runs that did the same agree in it."""
    url = dict(house.sql("SELECT id, url FROM articles"))
    partition: dict[int, set[str]] = {}
    for article, story in house.sql("SELECT id, story_id FROM articles"):
        partition.setdefault(story, set()).add(url[article])
    email = dict(house.sql("SELECT id, email FROM subscriptions"))
    return {
        "articles": sorted(
            house.sql(
                "SELECT url, outlet, title, lead, body, language, published_at, published_raw, date_source, fetched_at,"
                " relevance, relevance_score, relevance_evidence, tone, tone_score, model, version, vanished_at,"
                " section FROM articles"
            )
        ),
        "tags": sorted(
            (url[article], *rest)
            for article, *rest in house.sql("SELECT article_id, kind, value, position, score, evidence FROM tags")
        ),
        "places": sorted(
            (url[article], *rest)
            for article, *rest in house.sql("SELECT article_id, position, code, name, as_written, in_area FROM places")
        ),
        "stories": sorted(sorted(members) for members in partition.values()),
        "reprints": sorted(
            (url[article], url[of])
            for article, of in house.sql("SELECT id, reprint_of FROM articles WHERE reprint_of IS NOT NULL")
        ),
        "versions": sorted(
            (url[article], *rest)
            for article, *rest in house.sql("SELECT article_id, number, title, lead, body, fetched_at FROM versions")
        ),
        "links": sorted(
            house.sql(
                "SELECT url, outlet, title, lead, published_at, state, reason, status, reads, next_reading, sha256,"
                " settled, vanished_at FROM links"
            )
        ),
        "pages": sorted(
            house.sql(
                "SELECT links.url, pages.sha256, pages.state, pages.reason, pages.fetched_at"
                " FROM pages JOIN links ON links.id = pages.link_id"
            )
        ),
        "feeds": sorted(house.sql("SELECT url, outcome, reason, failures, etag, sha256, last_ok, next_due FROM feeds")),
        "editions": sorted(
            (email[reader], start, end, how, subject, told(house, edition))
            for edition, reader, start, end, how, subject in house.sql(
                "SELECT id, subscription_id, period_start, period_end, state, subject FROM editions"
            )
        ),
    }


def told(house: House, edition: int) -> tuple[str, ...]:
    """The addresses of an edition's articles, in its order."""
    query = (
        "SELECT articles.url FROM edition_articles JOIN articles ON articles.id = edition_articles.article_id"
        " WHERE edition_id = ? ORDER BY position"
    )
    return tuple(row[0] for row in house.sql(query, edition))


def differences(one: Row, other: Row) -> dict[str, Any]:
    """What differs, part by part, in a form a person can read."""
    found = {}
    for part in one:
        if one[part] != other[part]:
            missing = [row for row in one[part] if row not in other[part]]
            more = [row for row in other[part] if row not in one[part]]
            found[part] = {"missing": missing[:3], "more": more[:3]}
    return found


# Processes


def children(pid: int) -> set[int]:
    """Every living process below one."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if fields[0] != "Z":
                    below.setdefault(int(fields[1]), []).append(int(entry.name))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for child in below.get(waiting.pop(), []):
            found.add(child)
            waiting.append(child)
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(what: Callable[[], object], seconds: float = 60, step: float = 0.02) -> bool:
    """Wait until something is true; False when it has not become so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(step)
    return False


def kill_when(process: subprocess.Popen[str], reached: Callable[[], object], seconds: float = 60) -> bool:
    """Kill the parent alone when a point is reached; False when it ended before. Its children must die with it."""
    wait_for(lambda: reached() or process.poll() is not None, seconds)
    below = children(process.pid)
    killed = process.poll() is None
    if killed:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    assert wait_for(lambda: not any(map(alive, below)), 10), "a child outlived its killed parent"
    return killed


# A press's log


def since(press: Press, seen: int) -> list[Request]:
    """The requests after the first `seen`."""
    return list(press.requests()[seen:])


# Mail


@dataclass(frozen=True)
class Mail:
    """One mail as it came: the envelope, the bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        read = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read

    def part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


Answer = Callable[[str, str], "str | None"]  # (stage, what was said) -> the reply; None hangs up


def agree(stage: str, said: str) -> str | None:
    """Take every mail."""
    return {"connect": "220 ready", "data": "354 go on", "quit": "221 bye"}.get(stage, "250 ok")


@dataclass
class MailServer:
    """An SMTP server whose every reply a test decides: stages connect, hello, mail, rcpt, data, body, quit."""

    answer: Answer = agree
    messages: list[Mail] = field(default_factory=list)  #: taken with 250
    received: list[Mail] = field(default_factory=list)  #: come whole, whatever we said then
    unanswered: list[Mail] = field(default_factory=list)  #: come whole, and we hung up

    def __enter__(self) -> Self:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as stream, contextlib.suppress(OSError, ValueError):
            self._talk(stream)

    def _talk(self, stream: Any) -> None:
        sender = ""
        recipients: list[str] = []

        def reply(stage: str, said: str = "") -> str:
            text = self.answer(stage, said)
            if text is None:
                raise ConnectionAbortedError
            stream.write(text.encode() + b"\r\n")
            stream.flush()
            return text

        reply("connect")
        while line := stream.readline().decode().strip():
            word = line.split()[0].upper()
            if word in ("EHLO", "HELO"):
                reply("hello", line)
            elif word == "MAIL":
                sender, recipients = line, []
                reply("mail", line)
            elif word == "RCPT":
                if reply("rcpt", line).startswith("2"):
                    recipients.append(line.partition("<")[2].rpartition(">")[0])
            elif word == "DATA":
                if reply("data").startswith("354"):
                    mail = Mail(sender, tuple(recipients), _body(stream))
                    self.received.append(mail)
                    text = self.answer("body", " ".join(recipients))
                    if text is None:
                        self.unanswered.append(mail)
                        raise ConnectionAbortedError
                    if text.startswith("2"):
                        self.messages.append(mail)
                    stream.write(text.encode() + b"\r\n")
                    stream.flush()
            elif word == "QUIT":
                reply("quit")
                return
            else:
                reply("other", line)


def _body(stream: Any) -> bytes:
    lines = []
    while (line := stream.readline()) != b".\r\n":
        if not line:
            raise ConnectionAbortedError
        lines.append(line[1:] if line.startswith(b"..") else line)
    return b"".join(lines)


class Stall:
    """An answer that keeps silent at one stage: `reached` is set there, and nothing more comes before `let_go`."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.reached = threading.Event()
        self.let_go = threading.Event()

    def __call__(self, stage: str, said: str) -> str | None:
        if stage == self.stage and not self.let_go.is_set():
            self.reached.set()
            self.let_go.wait(60)
            return None
        return agree(stage, said)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
