"""The program as it is installed: a wheel, without the checkout, does the whole job of the demo."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support import ROOT

pytestmark = pytest.mark.slow
LEFT = (".*", "__pycache__", "*.egg-info", "build", "*-out", "deploy", "docs", "tests", "vendor.sh")
UV = Path(sys.executable).with_name("uv")
WHERE = "import sys, {0}; print(sorted({{m.__file__ for m in ({0}) if not m.__file__.startswith(sys.prefix)}}))"
PACKAGES = "analysis, cli, crawlers, demo, digest, errors, logs, pipeline, press, scheduler, settings, storage, web"
BARE = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DIEMBAO"))}


def built(folder: Path) -> Path:
    """Build the wheel of a copy of the program; not a file of the program is missing in it."""
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(*LEFT))  # a build leaves things where it builds
    ours = {path.relative_to(source).as_posix() for path in source.glob("*/**/*") if path.is_file()}
    made = [UV, "build", "--wheel", "--no-build-isolation", "--quiet", "--out-dir", folder / "dist", source]
    subprocess.run([*made, "--python", sys.executable], check=True, timeout=120)
    (wheel,) = (folder / "dist").glob("*.whl")
    assert ours - set(zipfile.ZipFile(wheel).namelist()) == set()
    return wheel


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An environment with the wheel in it: what it depends on comes from ours, none of its own files does."""
    wheel = built(tmp_path)
    venv.create(tmp_path / "home", symlinks=True)
    into = ["--python", tmp_path / "home/bin/python"]
    subprocess.run([UV, "pip", "install", "--quiet", "--no-deps", "--offline", *into, wheel], check=True, timeout=120)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / "home")}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))  # its own .pth files, ours among them, sleep
    return tmp_path / "home"


def said(*command: object, cwd: Path, given: str | None = None) -> str:
    done = subprocess.run(
        [*map(str, command)], check=False, capture_output=True, text=True, cwd=cwd, env=BARE, input=given, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_judges_without_the_checkout(home: Path, tmp_path: Path) -> None:
    """A room or a file that the wheel forgets is not found anywhere: only what it depends on comes from elsewhere."""
    assert said(home / "bin/python", "-c", WHERE.format(PACKAGES), cwd=tmp_path) == "[]\n"
    item = {"id": 1, "title": "Sạt lở ở Sóc Trăng", "text": "Bờ kênh ở Sóc Trăng sạt lở, ba căn nhà bị cuốn trôi."}
    tagged = json.loads(said(home / "bin/diembao", "tag", cwd=tmp_path, given=json.dumps(item)))
    assert (tagged["relevance"], tagged["tone"]) == ("focus", -1)
    assert "net-" in tagged["model"], "the net judged with the linear models"


@pytest.mark.long
@pytest.mark.wheel
def test_the_wheel_does_the_demo_without_the_checkout(home: Path, tmp_path: Path) -> None:
    said(home / "bin/diembao", "demo", cwd=tmp_path)
    assert "multipart/alternative" in (tmp_path / "demo-out/digest.eml").read_text("utf-8")
