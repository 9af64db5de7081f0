"""The program as it is installed: a wheel, without the checkout, does the whole job of the demo."""

from __future__ import annotations

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

LEFT = (".*", "__pycache__", "*.egg-info", "build", "*-out", "deploy", "docs", "tests", "vendor.sh")
UV = Path(sys.executable).with_name("uv")
WHERE = "import sys, {0}; print(sorted({{m.__file__ for m in ({0}) if not m.__file__.startswith(sys.prefix)}}))"
PACKAGES = "analysis, cli, crawlers, demo, digest, errors, logs, pipeline, press, scheduler, settings, storage, web"


@pytest.mark.slow
def test_the_wheel_does_the_demo_without_the_checkout(tmp_path: Path) -> None:
    """A room or a file that the wheel forgets is not found anywhere: only what it depends on comes from elsewhere."""
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(*LEFT))  # a build leaves things where it builds
    ours = {path.relative_to(source).as_posix() for path in source.glob("*/**/*") if path.is_file()}
    made = [UV, "build", "--wheel", "--no-build-isolation", "--quiet", "--out-dir", tmp_path / "dist", source]
    subprocess.run([*made, "--python", sys.executable], check=True, timeout=120)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert ours - set(zipfile.ZipFile(wheel).namelist()) == set()
    venv.create(tmp_path / "home", symlinks=True)
    python = tmp_path / "home/bin/python"
    subprocess.run(
        [UV, "pip", "install", "--quiet", "--no-deps", "--offline", "--python", python, wheel], check=True, timeout=120
    )
    site = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / "home")}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))  # its own .pth files, ours among them, sleep
    bare = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DIEMBAO"))}
    where = subprocess.run(
        [python, "-c", WHERE.format(PACKAGES)], check=True, capture_output=True, text=True, cwd=tmp_path, env=bare
    )
    assert where.stdout.strip() == "[]"
    done = subprocess.run(
        [tmp_path / "home/bin/diembao", "demo"],
        check=False, capture_output=True, text=True, cwd=tmp_path, env=bare, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "multipart/alternative" in (tmp_path / "demo-out/digest.eml").read_text("utf-8")
