"""The whole service under the rights of the unit, on PostgreSQL: a tree it may only read, one folder it may write."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.wholeway import House, MailServer, environment, wait_for
from tests.way.test_serve import Server, office

pytestmark = [
    pytest.mark.long,
    pytest.mark.server,
    pytest.mark.postgres,
    pytest.mark.parametrize("archive_url", ["postgresql"], indirect=True),
]
pytest_plugins = ["tests.support.databases"]
__all__ = ["office"]
#: ProtectSystem=strict with ReadWritePaths=, as systemd does it: everything is mounted anew, readable only.
STRICT = 'for one in $WRITABLE; do mount --bind "$one" "$one"; done; mount -o remount,ro,bind /; exec "$@"'


def strictly(folder: Path, *args: object, writable: tuple[Path, ...]) -> list[str]:
    """Return a command that runs where only some folders can be written."""
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("NOT RUN: mounting anew needs root (unshare --mount)")
    named = " ".join(map(str, writable))
    own = ["unshare", "--mount", "--propagation", "private", "env", f"WRITABLE={named}", "sh", "-c", STRICT, "sh"]
    return [*own, sys.executable, "-m", "cli", "--settings", str(folder / "settings.toml"), *map(str, args)]


class Unit(Server):
    """The service as the unit starts it; the folder of its data may be another one than the unit lets it write."""

    def __init__(self, house: House, port: int, writable: tuple[Path, ...]) -> None:
        self.house, self.port = house, port
        self.process = subprocess.Popen(
            strictly(house.folder, "serve", writable=writable),
            cwd=house.folder, env=environment() | {"TMPDIR": str(house.folder / "private")},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def health(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.ask("GET", "/health")[1])
        return found


@contextmanager
def unit(house: House, port: int, *writable: Path) -> Iterator[Unit]:
    private = house.folder / "private"
    private.mkdir(exist_ok=True)
    server = Unit(house, port, (private, *writable))
    try:
        assert wait_for(lambda: server.answers() or server.process.poll() is not None, 90, 0.1)
        yield server
    finally:
        _, _, err = server.stop()
        assert "Traceback" not in err, err


@pytest.fixture
def house(office: tuple[House, MailServer], archive_url: str) -> tuple[House, int]:
    """An office with its archive on a server, and the port of its web side."""
    found, _ = office
    text = re.sub(r'(?m)^url = "sqlite.*$', f'url = "{archive_url}"', found.settings.read_text("utf-8"))
    found.settings.write_text(text, "utf-8")
    return found, int(re.findall(r"(?m)^port = (\d+)", text)[-1])


def test_what_it_writes_lies_below_the_one_folder_it_may_write(house: tuple[House, int]) -> None:
    office, port = house
    data = office.folder / "data"
    data.mkdir()
    with unit(office, port, data) as server:
        assert wait_for(lambda: server.health()["search"] == {"state": "following", "left": 0}, 90, 0.2)
        assert wait_for(lambda: bool(office.run("search", "--json", "").rows[0]["total"]), 60, 0.5)
        about = [reason["about"] for reason in server.health()["reasons"]]  # type: ignore[attr-defined]
        assert "search" not in about
    assert {path.name for path in data.iterdir()} == {"search", "search.lock"}
    assert {path.name for path in office.folder.iterdir()} <= {"settings.toml", "data", "private", "archive.db"}


def test_a_folder_it_may_not_write_is_said_everywhere_and_followed_once_it_may(house: tuple[House, int]) -> None:
    office, port = house
    data = office.folder / "data"
    data.mkdir()
    with unit(office, port) as server:
        assert wait_for(lambda: server.health()["search"]["state"] == "cannot", 60, 0.2)  # type: ignore[index]
        health = server.health()
        (reason,) = [one for one in health["reasons"] if one["about"] == "search"]  # type: ignore[attr-defined]
        assert "Read-only file system" in reason["what"]
        assert "[storage] data" in reason["do"]
        assert health["status"] == "trouble"
        assert 'diembao_index_state{state="cannot"} 1.0' in server.ask("GET", "/metrics")[1]
        assert "CANNOT be written" in office.run("status").out
        checked = subprocess.run(
            strictly(office.folder, "check", "--json", writable=(office.folder / "private",)),
            capture_output=True, text=True, env=environment(), check=False,
        )  # fmt: skip
        found = {row["what"]: row for row in map(json.loads, checked.stdout.splitlines())}
        assert not found["data"]["ok"]
        assert str(data) in found["data"]["found"]
    with unit(office, port, data) as server:
        assert wait_for(lambda: server.health()["search"] == {"state": "following", "left": 0}, 90, 0.2)
    assert "CANNOT" not in office.run("status").out
