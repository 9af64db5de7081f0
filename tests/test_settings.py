"""settings.toml: what is accepted, and that each mistake gives one error with key, line and fix."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path

import pytest

import settings
from errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent


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
    for name in settings.CHECKS:
        key = name.partition(".")[2]
        if name not in {"crawl.allow_private_hosts", "crawl.proxy"}:
            assert re.search(rf"^(# )?{key} = ", text, re.M), f"{name} is missing in the shipped settings.toml"


def test_every_key_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name in settings.CHECKS:
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
