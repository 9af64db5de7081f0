"""Accounts, sessions, forgery tokens, roles, the audit log: what is refused is logged, and shows nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from errors import DiemBaoError, StorageError
from pipeline.desk import people
from storage.people import accounts, audit
from storage.people.audit import Act
from tests.support.webhouse import NOW, PASSWORD, House, house, token
from web.people.entrance import own_path
from web.site.messages import texts
from web.site.words import english

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        yield found


def acts(home: House) -> list[str]:
    with home.archive.read() as db:
        return [entry.action for entry in audit.entries(db)]


def test_the_first_start_makes_one_administrator_by_a_link_that_works_once(home: House) -> None:
    link = people.first_link(home.archive, home.settings, NOW)
    path = link.removeprefix(home.settings.web.public_url)
    client = home.anonymous()
    assert "quản trị" in client.get(path).text
    form = {"token": path.partition("=")[2], "email": "truc@example.vn", "name": "Trực", "password": PASSWORD}
    assert client.post("/start", data=form).status_code == 303
    assert client.get("/accounts").status_code == 200
    assert home.anonymous().post("/start", data=form).status_code == 410
    assert people.first_link(home.archive, home.settings, NOW) == ""


def test_of_the_first_links_the_last_one_counts_and_none_once_there_is_an_account(home: House) -> None:
    """A service that is started three times has printed three links."""
    one, two = (people.first_link(home.archive, home.settings, NOW).partition("=")[2] for _ in range(2))
    form = {"email": "truc@example.vn", "name": "Trực", "password": PASSWORD}
    assert home.anonymous().post("/start", data=form | {"token": one}).status_code == 410
    home.account("admin")
    assert home.anonymous().get(f"/start?token={two}").status_code == 410
    assert home.anonymous().post("/start", data=form | {"token": two}).status_code == 410


def test_an_invitation_that_was_not_used_is_ended(home: House) -> None:
    admin = home.browser("admin")
    page = admin.get("/accounts")
    answer = admin.post("/accounts", data={"csrf": token(page), "email": "moi@example.vn", "role": "analyst"})
    (secret,) = re.findall(r"token=([\w-]+)", answer.text)
    assert "Lời mời chưa dùng" in answer.text
    given = {"csrf": token(page), "email": "moi@example.vn"}
    assert admin.post("/accounts/invitations", data=given).status_code == 303
    assert home.anonymous().get(f"/start?token={secret}").status_code == 410
    assert "Lời mời chưa dùng" not in admin.get("/accounts").text
    assert admin.post("/accounts/invitations", data=given).status_code == 404
    assert "invitation ended" in acts(home)


def test_nobody_sees_anything_without_logging_in(home: House) -> None:
    client = home.anonymous()
    for path in ("/me", "/accounts", "/audit"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")
    client.cookies.set("diembao", "forged")
    assert client.get("/me").status_code == 303


def test_wrong_passwords_wait_longer_and_longer(home: House) -> None:
    home.account("reader")
    client = home.anonymous()
    wrong = {"email": "reader@example.vn", "password": "sai mật khẩu"}
    assert [client.post("/login", data=wrong).status_code for _ in range(5)] == [401] * 5
    right = wrong | {"password": PASSWORD}
    assert client.post("/login", data=right).status_code == 429
    home.clock.now += timedelta(seconds=31)
    assert client.post("/login", data=wrong).status_code == 401
    home.clock.now += timedelta(seconds=31)
    assert client.post("/login", data=right).status_code == 429
    home.clock.now += timedelta(seconds=60)
    assert client.post("/login", data=right).status_code == 303
    assert client.post("/login", data={"email": "ai@example.vn", "password": "x"}).status_code == 401
    assert "login failed" in acts(home)


def test_a_form_without_its_token_changes_nothing(home: House) -> None:
    client = home.browser("admin")
    form = {"email": "moi@example.vn", "role": "admin"}
    assert client.post("/accounts", data=form).status_code == 403
    assert client.post("/accounts", data=form | {"csrf": "x"}).status_code == 403
    other = home.browser("admin", "khac@example.vn")
    stolen = token(other.get("/accounts"))
    assert client.post("/accounts", data=form | {"csrf": stolen}).status_code == 403
    assert acts(home).count("refused") == 3
    answer = client.post("/accounts", data=form | {"csrf": token(client.get("/accounts"))})
    assert "/start?token=" in answer.text


@pytest.mark.parametrize("role", ["reader", "analyst", "editor"])
def test_only_administrators_manage_people(home: House, role: accounts.Role) -> None:
    client = home.browser(role)
    assert client.get("/accounts").status_code == 403
    assert client.get("/audit").status_code == 403
    form = {"email": "x@example.vn", "role": "admin", "csrf": token(client.get("/me"))}
    assert client.post("/accounts", data=form).status_code == 403
    assert "@" not in client.get("/accounts").text.partition("<main")[2]


def test_an_ended_account_is_out_at_once_and_the_last_administrator_stays(home: House) -> None:
    admin, reader = home.browser("admin"), home.browser("reader")
    key = home.key("reader", "read")
    with home.archive.begin() as db:
        account = accounts.find_account(db, "reader@example.vn")
        assert account is not None
    csrf = token(admin.get("/accounts"))
    admin.post(f"/accounts/{account.id}", data={"act": "end", "csrf": csrf})
    assert reader.get("/me").status_code == 303
    with home.archive.begin() as db:
        assert accounts.use_token(db, key["Authorization"].split()[1]) is None
        mine = accounts.find_account(db, "admin@example.vn")
        assert mine is not None
    assert admin.post(f"/accounts/{mine.id}", data={"act": "end", "csrf": csrf}).status_code == 409
    assert admin.get("/accounts").status_code == 200


def test_a_second_factor_is_asked_for(home: House) -> None:
    client = home.browser("reader")
    factor = pyotp.random_base32()
    form = {"csrf": token(client.get("/me")), "act": "factor on", "old": PASSWORD, "factor": factor}
    assert client.post("/me", data=form | {"code": "000000"}).status_code == 422
    code = pyotp.TOTP(factor).at(home.clock())
    assert client.post("/me", data=form | {"code": code}).status_code == 303
    fresh = home.anonymous()
    home.clock.now += timedelta(seconds=60)
    code = pyotp.TOTP(factor).at(home.clock())
    login = {"email": "reader@example.vn", "password": PASSWORD}
    assert 'name="code"' in fresh.post("/login", data=login).text
    assert fresh.post("/login", data=login | {"code": "123"}).status_code == 401
    assert fresh.post("/login", data=login | {"code": code}).status_code == 303


def test_a_session_ends_with_the_working_day(home: House) -> None:
    client = home.browser("reader")
    for _ in range(20):
        home.clock.now += timedelta(hours=9)
        if client.get("/me").status_code != 200:
            break
    assert timedelta(days=6) < home.clock.now - NOW < timedelta(days=8)
    client = home.browser("reader")
    home.clock.now += timedelta(hours=13)
    assert client.get("/me").status_code == 303


@given(st.one_of(st.text(max_size=30), st.sampled_from(["//evil.example", "/\\evil.example", "https://x", "/ok?a=1"])))
def test_a_login_leads_to_this_site_only(path: str) -> None:
    led = own_path(path)
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))


def test_hostile_text_shows_as_text(home: House) -> None:
    client = home.browser("admin")
    name = '"><script>alert(1)</script>'
    client.post("/me", data={"csrf": token(client.get("/me")), "act": "name", "name": name})
    page = client.get("/accounts")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_the_audit_log_is_only_added_to_and_says_where_it_was_changed(home: House) -> None:
    with home.archive.begin() as db:
        audit.record(db, [Act("a@x.vn", "read", str(n), {"n": n}) for n in range(5)], NOW)
    for statement in ("UPDATE audit SET who = 'b'", "DELETE FROM audit WHERE id = 3"):
        with pytest.raises((DatabaseError, DiemBaoError)), home.archive.begin() as db:
            db.execute(text(statement))
    assert people.verify(home.archive) == 5
    with home.archive.begin() as db:  # somebody who may change the database's triggers
        db.execute(text("DROP TRIGGER audit_no_update"))
        db.execute(text("UPDATE audit SET target = 'x' WHERE id = 3"))
    with pytest.raises(StorageError, match="entry 3"):
        people.verify(home.archive)


def test_the_end_of_the_log_cannot_be_cut_off(home: House) -> None:
    with home.archive.begin() as db:
        audit.record(db, [Act("a@x.vn", "read")] * 4, NOW)
        db.execute(text("DROP TRIGGER audit_no_delete"))
        db.execute(text("DELETE FROM audit WHERE id > 2"))
    with pytest.raises(StorageError, match="from 3 on are missing"):
        people.verify(home.archive)


def test_every_text_of_the_pages_has_its_english() -> None:
    known = english()
    missing = {said for room in texts().values() for said in room if not known.get(said)}
    assert not missing, "python -m web.site.messages, then translate web/locale/en"
    for vietnamese, translated in known.items():
        assert set(re.findall(r"\{\w*\}", vietnamese)) == set(re.findall(r"\{\w*\}", translated)), vietnamese


def test_english_is_a_switch_that_stays(home: House) -> None:
    client = home.browser("reader")
    assert 'lang="vi"' in client.get("/me").text
    assert client.post("/language", data={"to": "en", "next": "/me"}).headers["location"] == "/me"
    page = client.get("/me").text
    assert 'lang="en"' in page
    assert "My account" in page
