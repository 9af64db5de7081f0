"""No secret comes out: not of `check`, not of errors, not of the log, not of the pages that machines read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import cli
import logs
import settings as settings_module
from storage import open_archive
from tests.support.wholeway import free_port
from web import make_app

pytestmark = pytest.mark.slow

SECRETS = ("geheim-mail", "geheim-database", "geheim-proxy")


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give settings that hold or lead to three secrets; nothing they name answers."""
    monkeypatch.delenv("DIEMBAO_SMTP_PASSWORD", raising=False)
    file, password = tmp_path / "settings.toml", tmp_path / "smtp-password"
    nobody = free_port()
    file.write_text(
        f'[storage]\nurl = "postgresql+psycopg://diembao:geheim-database@127.0.0.1:{nobody}/x"\n'
        f'[crawl]\ncontact = "https://a.example"\nproxy = "http://office:geheim-proxy@127.0.0.1:{nobody}"\n'
        f'[mail]\nuser = "digest"\nhost = "127.0.0.1"\nport = {nobody}\npassword_file = "smtp-password"\n',
        "utf-8",
    )
    password.write_text("geheim-mail\n", "utf-8")
    file.chmod(0o600)
    password.chmod(0o600)
    level = logging.getLogger().level
    yield file
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, logs._Handler)]
    root.setLevel(level)
    logging.captureWarnings(False)


def test_check_and_errors_show_none(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["check"], ["check", "--json"], ["collect"], ["mail-test", "a@example.vn"], ["status"]):
        assert cli.main(["--settings", str(office), *words]) == 1
        logging.getLogger("diembao").error("what if it stood here: %s", SECRETS)
        said = "".join(capsys.readouterr())
        assert "***" in said
        assert not [secret for secret in SECRETS if secret in said]
    assert "Check host and port" in said


def test_the_pages_of_machines_show_none(office: Path, tmp_path: Path) -> None:
    given = settings_module.load(office)
    archive = open_archive(f"sqlite:///{tmp_path / 'a.db'}")
    client = TestClient(make_app(archive, replace(given, crawl=replace(given.crawl, outlets=()))))
    said = [client.get(path).text for path in ("/health", "/health/ready", "/metrics")]
    archive.close()
    (tmp_path / "a.db").write_bytes(b"no database any more" * 500)
    said += [client.get(path).text for path in ("/health", "/health/ready", "/metrics")]
    assert not [secret for secret in (*SECRETS, str(given.mail.password)) if secret in "".join(said)]
    assert "diembao_up 0.0" in said[-1]
