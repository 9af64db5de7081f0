"""settings.toml: what is accepted, and that each mistake gives one error with key, line and fix."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path

import pytest

import settings
from errors import SettingsError
from settings.checks import CHECKS
from tests.support import ROOT


def parsed(text: str) -> settings.Settings:
    return settings.parse(text, Path("/somewhere/settings.toml"))


def test_an_empty_file_means_the_defaults() -> None:
    given = parsed("")
    assert given.area.province == "Sóc Trăng"
    assert given.digest.at == time(6, 45)
    assert given.schedule.tick == timedelta(minutes=2)
    assert given.storage.url == "sqlite:////somewhere/data/diembao.db"


def test_the_shipped_file_is_valid_and_names_every_key() -> None:
    text = (ROOT / "settings.toml").read_text(encoding="utf-8")
    given = settings.parse(text, ROOT / "settings.toml")
    assert given.mail == settings.Mail()
    for name in CHECKS:
        key = name.partition(".")[2]
        if name not in {"crawl.allow_private_hosts", "crawl.proxy"}:
            assert re.search(rf"^(# )?{key} = ", text, re.M), f"{name} is missing in the shipped settings.toml"


def test_every_key_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name in CHECKS:
        table, _, key = name.partition(".")
        assert f"`[{table}] {key}`" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[crawl]\ncontct = "x"', ["line 2", "[crawl] contct", "did you mean contact"]),
        ("[area]\n\nprovince = 5", ["line 3", "[area] province", "quotes"]),
        ("[mial]\nport = 25", ["line 1", "mial", "did you mean mail"]),
        ('[mail]\nport = "25"', ["line 2", "[mail] port", "1 and 65535"]),
        ('[mail]\nsecurity = "ssl"', ["none, starttls, tls"]),
        ('[digest]\nat = "25:00"', ["[digest] at", "06:45"]),
        ('[digest]\ntimezone = "Asia/Ho_Chi_Min"', ["Asia/Ho_Chi_Minh"]),
        ('[schedule]\ntick = "2 minutes"', ['"2m"']),
        ('[analysis]\nkeep = "some"', ["area, all"]),
        ('[crawl]\noutlets = "vnexpress"', ["list of slugs"]),
        ("[crawl]\ndelay = -1", ["between 0 and 3600"]),
        ('[web]\npublic_url = "diembao.example.vn"', ["http://"]),
        ('[mail]\nfrom = "Điểm báo"', ["address"]),
        ("mail = 5", ["[mail]"]),
        ("[mail\nport = 25", ["not valid TOML", "line 1"]),
        ('[outlet]\nslug = "x"', ["[[outlet]]"]),
        (
            '[[outlet]]\nslug = "x"\nname = "X"\nlanguage = "vi"\nlevel = "local"\nfeed = ["https://x/"]',
            ["number 1", "unknown key 'feed'"],
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_how_to_mend_it(text: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        parsed(text)
    message = str(caught.value)
    assert "/somewhere/settings.toml" in message
    assert "\n" not in message
    for word in words:
        assert word in message


def test_two_rows_with_one_slug_are_refused() -> None:
    row = '[[outlet]]\nslug = "a"\nname = "A"\nlanguage = "vi"\nlevel = "local"\nfeeds = ["https://a.example/rss"]\n'
    assert parsed(row).outlets[0].name == "A"
    with pytest.raises(SettingsError, match=r'slug = "a"'):
        parsed(row + row)


def test_a_named_file_must_exist_and_the_default_need_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(settings.FILE_VARIABLE, raising=False)
    assert settings.load().file is None
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        settings.load("nowhere.toml")


def test_the_contact_is_asked_for_only_when_needed() -> None:
    with pytest.raises(SettingsError, match="contact"):
        _ = parsed("").user_agent
    assert "https://x.example" in parsed('[crawl]\ncontact = "https://x.example"').user_agent


def test_the_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = parsed('[mail]\nuser = "digest"\npassword_env = "THE_PASSWORD"')
    monkeypatch.delenv("THE_PASSWORD", raising=False)
    with pytest.raises(SettingsError, match="THE_PASSWORD"):
        _ = given.mail.password
    monkeypatch.setenv("THE_PASSWORD", "geheim")
    assert given.mail.password == "geheim"
    assert parsed("").mail.password == ""


def secret_file(folder: Path, text: str = "geheim\n", mode: int = 0o600) -> Path:
    file = folder / "smtp password"
    file.write_text(text, "utf-8")
    file.chmod(mode)
    return file


def test_the_password_comes_from_a_file_that_only_its_owner_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIEMBAO_SMTP_PASSWORD", "the environment's")
    file = secret_file(tmp_path)
    given = settings.parse('[mail]\nuser = "digest"\npassword_file = "smtp password"', tmp_path / "settings.toml")
    assert given.mail.password == "geheim"
    assert given.secrets() == ("geheim",)
    assert "geheim" not in repr(given)
    for mode in (0o640, 0o604, 0o620):
        file.chmod(mode)
        with pytest.raises(SettingsError, match=re.escape(f"chmod 600 '{file}'")) as caught:
            _ = given.mail.password
        assert "geheim" not in str(caught.value)
    assert given.secrets() == ()
    for text in ("", "\n", "geheim\nmore\n", "geheim\x1b\n"):
        secret_file(tmp_path, text)
        with pytest.raises(SettingsError, match="one line") as caught:
            _ = given.mail.password
        assert "geheim" not in str(caught.value)
    file.write_bytes(b"\xff\xfegeheim")
    with pytest.raises(SettingsError, match="no text"):
        _ = given.mail.password
    file.unlink()
    with pytest.raises(SettingsError, match="cannot be read"):
        _ = given.mail.password


def test_a_credential_of_systemd_is_taken_with_the_mode_systemd_gives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIEMBAO_SMTP_PASSWORD", raising=False)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    given = parsed('[mail]\nuser = "digest"')
    with pytest.raises(SettingsError, match="password_file"):
        _ = given.mail.password
    secret_file(tmp_path, mode=0o440).rename(tmp_path / "smtp-password")
    assert given.mail.password == "geheim"
    monkeypatch.setenv("DIEMBAO_SMTP_PASSWORD", "nearer")
    assert given.mail.password == "nearer"


@pytest.mark.parametrize(
    "text",
    [
        '[storage]\nurl = "postgresql+psycopg://diembao:geheim@db/diembao"',
        '[crawl]\nproxy = "http://office:geheim@proxy.example:3128"',
    ],
)
def test_a_file_with_a_password_in_an_address_is_private_or_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text, "utf-8")
    file.chmod(0o644)
    with pytest.raises(SettingsError, match="holds a password") as caught:
        settings.load(file)
    assert "chmod 600" in str(caught.value)
    assert "geheim" not in str(caught.value)
    file.chmod(0o600)
    given = settings.load(file)
    assert given.secrets() == ("geheim",)
    assert "geheim" not in repr(given)


def test_a_mistake_in_an_address_does_not_show_its_password() -> None:
    for url in ("postgresql+psycopg://u:ge/heim@db/x\\n", "postgresql+psycopg://db/x?password=geheim\\n"):
        with pytest.raises(SettingsError, match="line break") as caught:
            parsed(f'[storage]\nurl = "{url}"')
        assert "heim" not in str(caught.value)
