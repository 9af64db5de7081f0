"""Wrong input by the command line: one clear line, the right exit code, nothing half-written."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli import main
from tests.support.wholeway import ANCHOR, HOUR, READER, House, MailServer, Stages, diembao, free_port

pytestmark = [pytest.mark.slow, pytest.mark.server]


@pytest.fixture
def house(stages: Stages, tmp_path: Path) -> House:
    """An office that has run once; its mail server is away."""
    return stages.house(tmp_path, "", free_port())


def one_line(house: House, *args: object, code: int = 1) -> str:
    """The one line that a failing command says; it prints nothing else and stores nothing."""
    before = house.dump() if house.archive.exists() else []
    ended = house.run(*args, code=code)
    assert ended.out == ""
    said = ended.err.strip().splitlines()
    if code == 2 and len(said) > 1:
        said = [line for line in said if line.startswith("diembao") and "error:" in line]  # under argparse's usage
    assert len(said) == 1, ended.err
    assert (house.dump() if house.archive.exists() else []) == before
    return said[0]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("delay = 0.02", "delai = 0.02", ("line 12", "[crawl] delai", "did you mean delay?")),
        ("delay = 0.02", 'delay = "fast"', ("line 12", "[crawl] delay", "expected a number")),
        ("[analysis]", "[analyses]", ("unknown table", "did you mean analysis?")),
        ("allow_private_hosts = true", "allow_private_hosts = yes", ("not valid TOML", "line 13")),
        ('contact = "https://example.vn/diembao-demo"', "", ("[crawl] contact is not set",)),
        ("outlets = []", 'outlets = ["vnexpres"]', ("no outlet has the slug 'vnexpres'", "did you mean vnexpress?")),
        ('language = "km"', 'language = "kh"', ("[[outlet]] number 11", "language")),
    ],
)
def test_a_wrong_setting_names_place_and_fix(old: str, new: str, words: tuple[str, ...], house: House) -> None:
    text = house.settings.read_text("utf-8")
    assert old in text
    house.settings.write_text(text.replace(old, new, 1), "utf-8")
    said = one_line(house, "collect")
    for word in words:
        assert word in said


def test_an_unknown_province_is_one_line_with_a_suggestion(stages: Stages, tmp_path: Path) -> None:
    house = stages.house(tmp_path, "analyse", free_port())
    house.configure("area", province="Sóc Trắng")
    said = house.run("analyse", code=1).err.strip()
    assert len(said.splitlines()) == 1
    assert "Sóc Trắng" in said
    assert "Sóc Trăng" in said
    assert house.count("articles") == 0
    house.configure("area", province="Sóc Trăng")
    house.run("analyse")
    assert house.count("articles") > 100


def test_an_archive_that_is_none(house: House) -> None:
    house.archive.unlink()
    house.archive.write_bytes(b"Day la mot tap tin khac.\n" * 400)
    ended = house.run("run", code=1)
    assert len(ended.err.strip().splitlines()) == 1
    assert str(house.archive) in ended.err
    assert house.archive.read_bytes() == b"Day la mot tap tin khac.\n" * 400


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("collect", "songhua"), ("songhua", "did you mean songhau?")),
        (("--now", "tomorrow", "run"), ("tomorrow", "is not a time")),
        (("--now", "2026-08-05T06:45:00", "run"), ("has no offset",)),
        (("subscribe", READER, "--at", "25:00"), ("expected a time of day",)),
        (("subscribe", READER, "--topics", "wether"), ("no topic 'wether'",)),
        (("publich",), ("invalid choice",)),
        (("press", "--port", "many", "--settings-out", "x.toml"), ("--port",)),
    ],
)
def test_wrong_usage_is_exit_code_2(args: tuple[str, ...], words: tuple[str, ...], house: House) -> None:
    said = one_line(house, *args, code=2)
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("unsubscribe", "nobody@example.vn"), ("nobody@example.vn has no subscription",)),
        (("subscribe", "not an address"), ("not a mail address",)),
        (("subscribe", "a@example.vn\nBcc: b@example.vn"), ("not a mail address",)),
        (("add", "ftp://example.vn/a"), ("ftp",)),
        (("add", "http://169.254.169.254/latest/meta-data/"), ("refused address",)),
    ],
)
def test_what_cannot_be_done_is_exit_code_1(args: tuple[str, ...], words: tuple[str, ...], house: House) -> None:
    ended = house.run(*args, code=1)
    assert ended.out == ""
    assert len(ended.err.strip().splitlines()) == 1, ended.err
    for word in words:
        assert word in ended.err


def test_settings_that_are_not_there(tmp_path: Path) -> None:
    ended = diembao("--settings", tmp_path / "none.toml", "run", cwd=tmp_path, code=1)
    assert "none.toml" in ended.err
    ended = diembao("run", cwd=tmp_path, code=1)
    assert "settings.toml" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_one_outlet_can_be_asked_alone(stages: Stages, tmp_path: Path) -> None:
    house = stages.house(tmp_path, "collect", free_port())
    told = house.run("collect", "deisan", "--json").json
    assert told["outlets"].keys() == {"deisan"}
    assert told["pages"] == len([article for article in stages.press.truth() if article.outlet == "deisan"])


def test_add_reads_an_article_once_and_keeps_it_whatever_it_is_about(stages: Stages, tmp_path: Path) -> None:
    house = stages.house(tmp_path, "collect", free_port())
    house.configure("analysis", keep="area")
    truth = next(one for one in stages.press.truth() if one.relevance == "none" and one.language == "vi")
    seen = len(stages.press.requests())
    added = house.run("add", truth.url).json
    assert (added["title"], added["outlet"], added["versions"]) == (truth.text.title, truth.outlet, 1)
    asked = len(stages.press.requests())
    assert asked > seen
    assert house.run("add", truth.url + "?utm_source=mail#top").json == added
    assert len(stages.press.requests()) == asked, "it was asked for again"
    assert house.count("articles") == 1
    forbidden = stages.press.base_url("hong") + "/noi-bo/hop-giao-ban-a6.html"
    ended = house.run("add", forbidden, code=1)
    assert "robots.txt" in ended.err
    assert len(ended.err.strip().splitlines()) == 1


def test_a_hostile_outlet_leaves_the_rest_whole(stages: Stages, tmp_path: Path) -> None:
    bodies = {
        "/bom.rss": (b"<rss><channel><item><title>a</title><link>" + b"<x>" * 50_000, "application/rss+xml"),
        "/garbage.rss": (bytes(range(256)) * 400, "application/rss+xml"),
        "/lol.rss": (b'<!DOCTYPE l [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]><rss>&b;</rss>', "text/xml"),
        "/html.rss": (b"<html><body>Maintenance</body></html>", "text/html"),
    }
    with _serving(bodies) as base:
        house = stages.house(tmp_path, "collect", free_port())
        feeds = ", ".join(f'"{base}{path}"' for path in [*bodies, "/promise.rss"])
        with house.settings.open("a", encoding="utf-8") as more:
            more.write('\n[[outlet]]\nslug = "bad"\nname = "Bad"\nlanguage = "vi"\nlevel = "local"\n')
            more.write(f"feeds = [{feeds}]\n")
        told = house.run("collect", "--json").json
        assert told["pages"] == 121
        assert told["outlets"]["bad"]["later"] >= 4
        health = {row["slug"]: row for row in house.rows("outlets")}
        assert health["bad"]["last_error"]
        assert health["songhau"]["state"] == "ok"


def test_the_reader_of_a_list_may_go_away(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    process = house.start("articles", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == ""
    process.stderr.close()


def test_help_of_every_command_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for name in ("collect", "analyse", "group", "publish", "run", "serve", "add", "subscribe", "editions", "check"):
        assert f"\n    {name} " in text
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert "--now" in capsys.readouterr().out


def test_the_far_future_and_past_are_only_times(stages: Stages, tmp_path: Path) -> None:
    with MailServer() as mail:
        house = stages.house(tmp_path, "publish", mail.port)
        house.run("publish", now=ANCHOR - 24 * HOUR)
        assert not mail.messages
        house.run("publish", now=ANCHOR + 365 * 24 * HOUR)
        assert len(mail.messages) == 2
        house.run("publish", now=ANCHOR)  # the clock was set back: nobody waits a year for the next edition
        assert len(mail.messages) == 4


@contextmanager
def _serving(bodies: dict[str, tuple[bytes, str]]) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/promise.rss":
                self.send_response(200)
                self.send_header("Content-Length", str(5 << 30))
                self.end_headers()
                self.wfile.write(b"<rss>" + b" " * 100_000)
                return
            body, kind = bodies.get(self.path, (b"", "text/plain"))
            self.send_response(200 if self.path in bodies else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    "asked",
    [
        ("check",), ("status",), ("articles",), ("editions",), ("outlets",), ("runs",), ("search", "mặn"),
        ("subscriptions",), ("quarantine",), ("corrections",), ("report", "list"), ("export", "--format", "csv", "mặn"),
    ],
    ids=lambda asked: asked[0],
)  # fmt: skip
def test_what_only_looks_makes_nothing(asked: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIEMBAO_SETTINGS", raising=False)
    assert main(asked) in (1, 2)
    assert not list(tmp_path.iterdir()), "without settings"
    file = tmp_path / "settings.toml"
    file.write_text('[crawl]\ncontact = "https://example.vn"\noutlets = []\n', "utf-8")
    assert main(asked) == int(asked == ("check",))  # no outlet, no mail server
    assert list(tmp_path.iterdir()) == [file], "with settings, before the first run"
