"""The audit of the lock: what it refuses, and that it says so when it could not ask."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from tests.support import ROOT

AUDIT = run_path(str(ROOT / ".ci" / "audit.py"))
HASH = "--hash=sha256:" + "a" * 64


def test_every_line_of_the_lock_is_pinned_by_hash() -> None:
    unhashed = AUDIT["unhashed"]
    assert unhashed((ROOT / "requirements.lock").read_text("utf-8")) == []
    good = f"one==1.0 \\\n    {HASH} \\\n    {HASH}\ntwo[x]==2 ; python_version < '3.12' \\\n    {HASH}\n"
    assert unhashed(good) == []
    assert unhashed(f"{good}three==3\nfour>=4 \\\n    {HASH}\nfive==5 \\\n    --hash=md5:aa\n") == [
        "three==3",
        "four>=4",
        "five==5",
    ]


def vulnerability(name: str, *aliases: str) -> dict[str, Any]:
    """Return what pip-audit 2.10 reports of a package with one vulnerability."""
    vuln = {"id": name, "fix_versions": ["3.1.3"], "aliases": list(aliases), "description": "…"}
    return {"name": "jinja2", "version": "3.1.0", "vulns": [vuln]}


def test_a_known_vulnerability_is_named_unless_it_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    known = AUDIT["known"]
    clean = {"name": "lxml", "version": "6", "vulns": []}
    skipped = {"name": "own", "skip_reason": "not on the index"}
    assert known([clean, skipped]) == []
    found = [vulnerability("GHSA-h5c8-rqwp-cp95", "CVE-2024-22195"), clean]
    assert known(found) == ["jinja2 3.1.0: GHSA-h5c8-rqwp-cp95, mended in 3.1.3"]
    monkeypatch.setitem(AUDIT["ACCEPTED"], "CVE-2024-22195", "templates are ours")
    assert known(found) == []


def audit(lock: Path) -> subprocess.CompletedProcess[str]:
    """Run the audit where no index can be reached."""
    dead = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    command = [sys.executable, str(ROOT / ".ci" / "audit.py"), str(lock)]
    kept = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"}
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=100, env={**kept, **dead})


def test_without_an_index_it_says_so_and_goes_on(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"jinja2==3.1.0 \\\n    {HASH}\n")
    ended = audit(lock)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("NOT AUDITED")
    lock.write_text("jinja2==3.1.0\n")
    ended = audit(lock)
    assert ended.returncode == 1
    assert "not pinned by hash in requirements.lock: jinja2==3.1.0" in ended.stdout
