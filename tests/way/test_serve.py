"""The service as it runs in an office: it reads, sends, answers, is told to stop, and starts again."""

from __future__ import annotations

import copy
import http.client
import itertools
import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from demo.press import Press
from demo.truth.truth import anchor_before
from tests.support.wholeway import House, Mail, MailServer, Stall, alive, children, free_port, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.server]
FEW = 4  #: outlets of the press that the service reads here: what is tried is the service
READER = "canbo@example.vn"
OPERATOR = "truc@example.vn"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Server:
    """A running `diembao serve`."""

    def __init__(self, house: House, port: int) -> None:
        self.house = house
        self.port = port
        self.process = house.start("serve", now=None)

    def ask(self, method: str, path: str) -> tuple[int, str, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            body = b"List-Unsubscribe=One-Click" if method == "POST" else None
            form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
            connection.request(method, path, body, form)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()

    def answers(self) -> bool:
        with suppress(OSError):
            return self.ask("GET", "/health")[0] == 200
        return False

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float, str]:
        """Tell it to stop; answers with exit code, seconds it took, and what it said."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            _, err = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, err = self.process.communicate()
        return self.process.returncode, time.monotonic() - started, err


@contextmanager
def serving(house: House, until: Callable[[Server], bool] = Server.answers) -> Iterator[Server]:
    server = Server(house, int(re.findall(r"(?m)^port = (\d+)", house.settings.read_text("utf-8"))[-1]))
    try:
        assert wait_for(lambda: until(server) or server.process.poll() is not None, 90, 0.1), "it did not come so far"
        yield server
    finally:
        server.stop()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[House, MailServer]]:
    """A press dated by the real clock, a mail server, settings with a quick tick and a web side of its own."""
    with Press(anchor_before(datetime.now(UTC)), process=True) as press, MailServer() as mail:
        house = House(tmp_path, press, mail.port)
        port = free_port()
        house.configure("schedule", tick="1s")
        house.configure("operator", email=OPERATOR)
        head, *outlets = house.settings.read_text("utf-8").split("[[outlet]]")
        text = "[[outlet]]".join([head, *outlets[:FEW]])
        text += f'\n[web]\nport = {port}\npublic_url = "http://127.0.0.1:{port}"\n'
        house.settings.write_text(text, "utf-8")
        yield house, mail


def all_read(house: House, seconds: float) -> bool:
    """Wait until every article of the outlets that are read is in the archive; whether they have come."""
    read = {one.slug for one in house.press.outlets()[:FEW]}
    served = sum(one.outlet in read for one in house.press.truth())
    return wait_for(lambda: house.count("articles") == served, seconds)


def subscribe_due_now(house: House) -> None:
    """Order a digest whose time has just come: made yesterday for the minute that is now."""
    now = datetime.now(UTC)
    at = f"{now.astimezone(VIETNAM):%H:%M}"
    house.run("subscribe", READER, "--at", at, now=now - timedelta(minutes=30))


def test_it_reads_sends_and_ends_a_subscription_by_its_link(office: tuple[House, MailServer]) -> None:
    house, mail = office
    subscribe_due_now(house)
    with serving(house, lambda _: bool(mail.messages)) as server:
        (digest,) = mail.messages
        assert digest.recipients == (READER,)
        (edition,) = house.rows("editions")
        assert wait_for(lambda: house.rows("editions")[0]["state"] == "sent", 10)
        assert edition["articles"], "the digest was sent before the press was read"
        status, body, _ = server.ask("GET", "/health")
        health = json.loads(body)
        assert (status, health["status"]) == (200, "ok")
        assert health["verbs"].keys() >= {"collect", "analyse", "group"}
        _unsubscribes(house, mail, server, digest)
        code, seconds, err = server.stop()
        assert code == 0, err
        assert seconds < 30
        assert "Traceback" not in err
        assert "level=error" not in err, err


def _unsubscribes(house: House, mail: MailServer, server: Server, digest: Mail) -> None:
    link = re.findall(r"<(http[^>]+)>", digest.message["List-Unsubscribe"])[0]
    where = urlsplit(link)
    assert where.port == server.port
    path = f"{where.path}?{where.query}"
    forged = path[:-3] + ("aaa" if not path.endswith("aaa") else "bbb")
    for method in ("GET", "POST"):
        for wrong in (forged, "/unsubscribe?token=", "/unsubscribe", "/unsubscribe?token=%00%ff", path + "x"):
            assert server.ask(method, wrong)[0] == 400, (method, wrong)
    status, page, headers = server.ask("GET", path)
    assert (status, READER in page, 'method="post"' in page) == (200, True, True)
    assert headers["Referrer-Policy"] == "no-referrer"
    assert [row["email"] for row in house.rows("subscriptions")] == [READER], "a GET ended it"
    assert server.ask("POST", path)[0] == 200
    assert house.rows("subscriptions") == []
    assert server.ask("POST", path)[0] == 200  # again: no effect
    assert "Đã dừng" in server.ask("GET", path)[1]
    assert wait_for(lambda: len(mail.messages) == 2, 20)
    assert mail.messages[1].recipients == (OPERATOR,)
    assert READER in mail.messages[1].message["Subject"]


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_during_a_collect_and_catches_up_when_started_again(
    number: signal.Signals, office: tuple[House, MailServer]
) -> None:
    house, mail = office
    subscribe_due_now(house)
    with serving(house, lambda _: len(house.press.requests()) > 20) as server:
        below = children(server.process.pid)
        code, seconds, err = server.stop(number)
        assert code == 0, err
        assert seconds < 30
        assert "Traceback" not in err
        assert "level=error" not in err, err
        assert wait_for(lambda: not any(map(alive, below)), 5)
    assert not mail.messages, "an edition was sent before the press was read"
    with serving(house, lambda _: bool(mail.messages)) as server:
        assert all_read(house, 60)
        assert len(mail.messages) == 1
        urls = [row["url"] for row in house.rows("articles")]
        assert len(set(urls)) == len(urls)
        assert server.stop()[0] == 0


@pytest.mark.long
@pytest.mark.kill
def test_a_killed_service_leaves_nothing_behind_and_starts_again(office: tuple[House, MailServer]) -> None:
    house, _ = office
    with serving(house, lambda _: len(house.press.requests()) > 20) as server:
        below = children(server.process.pid)
        server.stop(signal.SIGKILL)
        assert wait_for(lambda: not any(map(alive, below)), 10)
    with serving(house) as server:
        assert all_read(house, 90)
        assert server.stop()[0] == 0


def beside(house: House) -> House:
    """The same office and archive, served by a second process on a port of its own."""
    other = copy.copy(house)
    other.settings = house.folder / "second.toml"
    text = re.sub(r"(?m)^(\[web\]\nport = )\d+", rf"\g<1>{free_port()}", house.settings.read_text("utf-8"))
    other.settings.write_text(text, "utf-8")
    return other


@pytest.mark.long
@pytest.mark.kill
def test_of_two_services_one_acts_and_the_other_takes_over_when_it_is_killed(office: tuple[House, MailServer]) -> None:
    house, mail = office
    with serving(house) as first, serving(beside(house)) as second:
        roles = [json.loads(server.ask("GET", "/health")[1])["acts"] for server in (first, second)]
        assert [role["role"] for role in roles] == ["active", "standby"]
        assert roles[0]["holder"] == roles[1]["holder"]
        assert wait_for(lambda: house.count("articles") > 0, 60)
        below = children(first.process.pid)
        first.stop(signal.SIGKILL)
        killed = datetime.now(UTC)
        subscribe_due_now(house)
        assert wait_for(lambda: bool(mail.messages), 110), "not taken over within two minutes"
        assert all_read(house, 60)
        assert not any(map(alive, below))
        assert json.loads(second.ask("GET", "/health")[1])["acts"]["role"] == "active"
        code, _, err = second.stop()
        assert code == 0
        said = err.splitlines()
        assert [line for line in said if "standing by" in line]
        assert [line for line in said if "acting from now on" in line]
        runs = house.rows("runs", "--limit", "1000")
        assert {run["job"] for run in runs if run["started_at"] > killed.isoformat()} >= {"publish"}
        spans = sorted((run["job"], run["started_at"], run["ended_at"]) for run in runs)
        assert not [a for a, b in itertools.pairwise(spans) if a[0] == b[0] and b[1] < a[2]], "a job ran beside itself"
        urls = [row["url"] for row in house.rows("articles")]
        assert len(set(urls)) == len(urls)
        assert len(mail.messages) == 1


@pytest.mark.long
def test_it_stops_in_time_in_the_middle_of_a_talk_with_a_mail_server_that_hangs(
    office: tuple[House, MailServer],
) -> None:
    house, mail = office
    stall = mail.answer = Stall("rcpt")
    text = house.settings.read_text("utf-8")
    house.settings.write_text(text[: text.index("[[outlet]]")] + text[text.rindex("[web]") :], "utf-8")
    subscribe_due_now(house)
    with serving(house, lambda _: stall.reached.is_set()) as server:
        code, seconds, err = server.stop()
        assert (code, "Traceback" in err, "level=error" in err) == (0, False, False), err
        assert seconds < 30
    stall.let_go.set()
    with serving(house, lambda _: house.rows("editions")[0]["state"] == "sent") as server:
        server.stop()
    assert sum(READER in mail.recipients for mail in mail.received) == 1


def test_a_port_in_use_is_one_line(office: tuple[House, MailServer]) -> None:
    house, _ = office
    with MailServer() as other:
        text = re.sub(r"(?m)^(\[web\]\nport = )\d+", rf"\g<1>{other.port}", house.settings.read_text("utf-8"))
        house.settings.write_text(text, "utf-8")
        ended = house.run("serve", code=1)
        assert ended.out == ""
        assert len(ended.err.strip().splitlines()) == 1
        assert str(other.port) in ended.err
        assert "set another port" in ended.err
