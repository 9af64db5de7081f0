"""What deploy/ says is true of the project: commands, files, addresses, times; and systemd itself finds no fault."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import cli
import scheduler
from settings import Settings
from storage import open_archive
from tests.support import ROOT
from web import make_app

UNIT = ROOT / "deploy" / "diembao.service"
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
GUIDES = [(ROOT / "docs" / name).read_text("utf-8") for name in ("operate.md", "van-hanh.md")]


def unit(key: str) -> list[str]:
    return re.findall(rf"(?m)^{key}=(.*)$", UNIT.read_text("utf-8"))


def steps(name: str) -> list[str]:
    """Return the words after each instruction of that name in the Dockerfile."""
    whole = DOCKERFILE.replace("\\\n", " ")
    return [line.partition(" ")[2].strip() for line in whole.splitlines() if line.startswith(f"{name} ")]


def test_the_unit_starts_a_command_that_exists_and_waits_as_long_as_it_takes() -> None:
    program, *words = unit("ExecStart")[0].split()
    assert cli.parser().parse_args(words).call
    assert program.endswith("/.venv/bin/diembao")
    assert all(program.removesuffix("/.venv/bin/diembao") in guide for guide in GUIDES)
    assert int(unit("TimeoutStopSec")[0]) > scheduler.STOP + 4
    assert int(unit("WatchdogSec")[0]) > 4 * scheduler.BEAT
    assert COMPOSE["services"]["diembao"]["stop_grace_period"] == f"{unit('TimeoutStopSec')[0]}s"


def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("NOT CHECKED BY SYSTEMD: systemd-analyze is not installed (Debian: apt install systemd)")
    here = {"ExecStart": "/bin/true", "User": "root", "Group": "root", "WorkingDirectory": "/tmp"}
    text = UNIT.read_text("utf-8")
    for key, value in here.items():  # the machine of the tests has neither program nor user
        text = re.sub(rf"(?m)^{key}=.*$", f"{key}={value}", text)
    file = tmp_path / "diembao.service"
    file.write_text(text, "utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", file], check=False, capture_output=True, text=True, timeout=60
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=30", file]
    exposure = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert exposure.returncode == 0, exposure.stdout[-2000:]


def test_the_service_tells_systemd_how_it_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler._tell_systemd("READY=1")  # nobody asked
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        scheduler._tell_systemd("READY=1")
        assert manager.recv(100) == b"READY=1"
    scheduler._tell_systemd("STOPPING=1")  # a manager that went away is no matter


def test_the_image_is_made_of_files_that_exist_and_pinned_by_hash() -> None:
    for words in steps("COPY"):
        *sources, _ = [word for word in words.split() if not word.startswith("--from")]
        assert words.startswith("--from") or all((ROOT / source).exists() for source in sources)
    assert any("--require-hashes --requirement deploy/requirements.lock" in step for step in steps("RUN"))
    whole = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = re.compile(r"(?m)^[\w.\[\]-]+==[^\s;]+")
    image = set(pinned.findall((ROOT / "deploy" / "requirements.lock").read_text("utf-8")))
    assert image < set(pinned.findall(whole)), "run `make lock`"
    assert not [name for name in image if name.startswith(("pytest", "mypy", "ruff", "pip-audit"))]


def test_the_image_gets_every_package_and_nothing_private() -> None:
    taken = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    listed = re.search(r"packages = \[(.*?)\]", (ROOT / "pyproject.toml").read_text("utf-8"), re.S)
    assert listed
    packages = {name.partition(".")[0] for name in re.findall(r'"([\w.]+)"', listed[1])}
    assert packages <= taken
    assert not taken & {"settings.toml", "data", "deploy", "deploy/office", ".git", "tests"}


def test_the_image_runs_as_nobody_special_and_its_health_is_asked(tmp_path: Path) -> None:
    assert re.fullmatch(r"[1-9]\d*", steps("USER")[-1])
    assert all(re.search(r":\d", image) for image in (words.split()[0] for words in steps("FROM")))
    assert cli.parser().parse_args(yaml.safe_load(steps("CMD")[-1])).call
    (asked,) = re.findall(r"http://127\.0\.0\.1:(\d+)(/[\w/]+)", steps("HEALTHCHECK")[0])
    assert asked == (steps("EXPOSE")[0], "/health/ready")
    with open_archive(f"sqlite:///{tmp_path / 'a.db'}") as archive:
        assert asked[1] in {getattr(route, "path", "") for route in make_app(archive, Settings()).routes}


def test_compose_is_closed_and_names_what_exists() -> None:
    service: dict[str, Any] = COMPOSE["services"]["diembao"]
    build = service["build"]
    assert (ROOT / "deploy" / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["ports"] == [f"127.0.0.1:8000:{steps('EXPOSE')[0]}"], "loopback only: a web server stands before it"
    assert {volume.partition(":")[0] for volume in service["volumes"]} == {
        "./office",
        *{"data"} & COMPOSE["volumes"].keys(),
    }
    assert COMPOSE["services"]["postgresql"]["profiles"] == ["postgresql"], "SQLite unless asked otherwise"
    secrets = {name for one in COMPOSE["services"].values() for name in one.get("secrets", ())}
    assert secrets == COMPOSE["secrets"].keys()
    assert all(re.search(r":\d", one["image"]) or "build" in one for one in COMPOSE["services"].values())
