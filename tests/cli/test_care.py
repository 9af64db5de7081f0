"""Care of the data by the command line: what is printed, what the exit code says."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cli import main
from storage import open_archive
from tests.support.archives import link, store

pytestmark = pytest.mark.server

pytest_plugins = ["tests.support.databases"]


@pytest.fixture
def office(tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office with an article; we stand in its folder."""
    (tmp_path / "data.db").write_bytes(empty_sqlite.read_bytes())
    with closing(open_archive(f"sqlite:///{tmp_path}/data.db")) as archive:
        store(archive, link(1))
    text = '[storage]\nurl = "sqlite:///data.db"\nbackup_dir = "safe"\n[crawl]\ncontact = "https://example.vn"\n'
    (tmp_path / "settings.toml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> Any:
    assert main([*args, "--json"]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_there_and_back(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made,) = said(capsys, "backup")
    assert Path(made["file"]).parent == office / "safe"
    assert made["rows"]["articles"] == 1
    (done,) = said(capsys, "restore", made["file"])
    assert Path(done["kept"]).exists()
    assert not (office / "models").exists(), "there were none"
    assert main(["restore", "nothing.zip"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["backup", made["file"]]) == 1
    assert "never replaces" in capsys.readouterr().err


def test_what_would_go(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (told,) = said(capsys, "retention", "--dry-run")
    assert told["dry_run"] is True
    assert told["runs"] == {"rows": 0, "bytes": 0}
    assert main(["retention"]) == 0
    assert "kept for ever" in capsys.readouterr().out


def test_faults_are_an_exit_code_until_they_are_mended(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert all(finding["found"] == 0 for finding in said(capsys, "archive", "check"))
    with closing(sqlite3.connect(office / "data.db")) as db:
        db.execute("UPDATE articles SET body = 'Khác\x1b[31m'")
        db.commit()
    found = [finding for finding in said(capsys, "archive", "check", code=1) if finding["found"]]
    assert [(finding["name"], finding["left"]) for finding in found] == [("texts", 1)]
    assert main(["archive", "check"]) == 1
    assert "--repair" in capsys.readouterr().out
    assert main(["archive", "check", "--repair"]) == 0
    assert "1 mended" in capsys.readouterr().out
    assert all(finding["found"] == 0 for finding in said(capsys, "archive", "check"))
