"""The client of docs/api.md runs as it stands there, against a live server; what the page says is so."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from storage.people.accounts import SCOPES
from tests.support import ROOT
from tests.support.archives import at, link, store
from tests.support.webhouse import House, house
from tests.support.wholeway import free_port
from web.site.limit import BURST, PER_MINUTE

pytestmark = pytest.mark.server

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        yield found


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an application on loopback; gives its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def test_the_client_of_the_guide_runs(home: House, tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    key = home.key("analyst", "read", "export")["Authorization"].split()[1]

    def run(url: str, key: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "DIEMBAO_URL": url, "DIEMBAO_KEY": key, "PYTHONUTF8": "1", "no_proxy": "127.0.0.1"}
        command = [sys.executable, "-W", "error", "-c", code]
        return subprocess.run(
            command, check=False, cwd=tmp_path, env=env, capture_output=True, encoding="utf-8", timeout=60
        )

    for number in range(120):  # two pages
        of, when = link(number, f"bao-{number % 2}"), at(-number)
        store(home.archive, of, when, title="Nước mặn", published_at=when)
    home.site.index.catch_up()
    with served(home.app) as url:
        done, refused = run(url, key), run(url, "dbt_wrong")
    assert done.stderr == ""
    assert done.stdout.splitlines()[:2] == ["   60  bao-0", "   60  bao-1"]
    assert "first: bao-1 " in done.stdout
    assert done.stdout.endswith("120 articles into nuoc-man.csv\n")
    with (tmp_path / "nuoc-man.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 120
    assert (refused.returncode, refused.stderr.partition(":")[0]) == (1, "Unauthorized")


def test_the_guide_names_every_address_scope_and_limit(home: House) -> None:
    paths = home.anonymous().get("/api/v1/openapi.json").json()["paths"]
    said = set(re.findall(r"`(GET|POST|PATCH|DELETE) (/[\w./{}-]+)", PAGE))
    known = {(method.upper(), path.removeprefix("/api/v1")) for path, methods in paths.items() for method in methods}
    known = {(method, re.sub("{(number|item)}", "{id}", path)) for method, path in known if "/export." not in path}
    assert said - {("GET", "/export.FORMAT")} == known
    assert re.findall(r"^\| `(\w+)` \| [a-z, ]+", PAGE, re.M)[: len(SCOPES)] == list(SCOPES)
    assert f"{BURST} requests at once and gets {PER_MINUTE} a minute back" in PAGE
