"""What visitors with bad intentions try: every route of the archive is asked with what breaks programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from httpx import Client

from cli import main
from errors import StorageError
from storage import Archive
from storage.people import accounts, audit
from tests.support.webhouse import NOW, PASSWORD, House, every_route, house, token
from web.site.access import COOKIE
from web.site.guard import LARGEST
from web.site.site import HEADERS
from web.site.tries import FREE_FROM_ONE_ADDRESS, sender

pytestmark = pytest.mark.slow

pytest_plugins = ["tests.support.databases"]
LOGIN = {"email": "reader@example.vn", "password": PASSWORD}
ROUTES = every_route()
HUGE = "99999999999999999999999"
HOSTILE = (
    "0", "-1", HUGE, "1e9", "NaN", "../../etc/passwd", "..%2f..%2fapp.py", "%00", "a%00b", "%ff",
    "%ED%A0%80", "'; DROP TABLE audit; --", "1 OR 1=1", '"><script>alert(1)</script>', "{{7*7}}", "\u202e", "x" * 5000,
    "(((((", '"', "title:", "from:0000-00-00", "a:b:c", "2026-02-30", "*", "0001-01-01", "9999-12-31",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        yield found


def entries(home: House) -> list[audit.Entry]:
    with home.archive.read() as db:
        return audit.entries(db, limit=10_000)


def test_a_session_that_somebody_planted_is_not_taken_up_and_the_old_one_ends(home: House) -> None:
    home.account("reader")
    client = home.anonymous()
    client.cookies.set(COOKIE, "planted")
    client.post("/login", data=LOGIN)
    first = client.cookies.get(COOKIE, domain="127.0.0.1")
    assert first not in (None, "planted")
    client.post("/login", data=LOGIN)
    before = home.anonymous()
    before.cookies.set(COOKIE, str(first))
    assert before.get("/me").status_code == 303
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_cookie_is_for_this_site_alone(tmp_path: Path, scheme: str) -> None:
    with house(tmp_path, f'[web]\npublic_url = "{scheme}://bao.example.vn"') as home:
        home.account("reader")
        said = home.anonymous().post("/login", data=LOGIN).headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said
    assert "domain" not in said
    assert ("secure" in said) == (scheme == "https")


def test_links_are_made_of_the_settings_never_of_the_host_that_was_asked_for(home: House) -> None:
    client = home.browser("admin")
    form = {"email": "moi@example.vn", "role": "reader", "csrf": token(client.get("/accounts"))}
    page = client.post("/accounts", data=form, headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
    assert f"{home.settings.web.public_url}/start?token=" in page.text
    assert "evil.example" not in page.text
    slash = client.get("/me/", headers={"host": "evil.example"})
    assert "evil.example" not in slash.headers.get("location", "")


def test_a_form_that_another_site_sends_is_refused_even_where_nobody_is_logged_in(home: House) -> None:
    home.account("reader")
    client = home.anonymous()
    for kind in ("cross-site", "same-site"):
        answer = client.post("/login", data=LOGIN, headers={"sec-fetch-site": kind})
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert client.post("/login", data=LOGIN, headers={"sec-fetch-site": "same-origin"}).status_code == 303


def test_many_accounts_tried_from_one_address_wait(home: House) -> None:
    home.account("reader")
    client = home.anonymous()
    for number in range(FREE_FROM_ONE_ADDRESS):
        answer = client.post("/login", data={"email": f"{number}@example.vn", "password": "sai sai sai"})
        assert answer.status_code == 401
    assert client.post("/login", data=LOGIN).status_code == 429
    elsewhere = home.anonymous("192.0.2.7")
    assert elsewhere.post("/login", data=LOGIN).status_code == 303
    logged = len(entries(home))
    for _ in range(5):  # a flood does not fill the log
        client.post("/login", data=LOGIN)
    assert len(entries(home)) == logged
    home.clock.now += timedelta(minutes=2)
    assert client.post("/login", data=LOGIN).status_code == 303


def test_whether_an_address_has_an_account_cannot_be_told_from_how_the_login_answers(home: House) -> None:
    home.account("reader")
    answers = []
    for email in ("reader@example.vn", "khong.co@example.vn"):
        client = home.anonymous(f"192.0.2.{len(email)}")
        said = [client.post("/login", data={"email": email, "password": "sai"}) for _ in range(8)]
        answers.append([(one.status_code, one.text.replace(email, "")) for one in said])
    assert answers[0] == answers[1]
    assert [status for status, _ in answers[0]] == [401] * 5 + [429] * 3


@pytest.mark.parametrize(
    ("host", "shown"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("::ffff:192.0.2.1", "192.0.2.1"),
     ("fe80::1%eth0", "fe80::/64"), ("unix", "unix")],
)  # fmt: skip
def test_of_ipv6_the_network_counts(home: House, host: str, shown: str) -> None:
    from starlette.requests import Request

    assert sender(Request({"type": "http", "client": (host, 1)})) == shown


def test_a_stolen_session_does_not_find_the_password_out(home: House) -> None:
    client = home.browser("reader")
    form = {"csrf": token(client.get("/me")), "act": "password", "password": "mật khẩu mới dài"}
    said = [client.post("/me", data=form | {"old": "sai"}).status_code for _ in range(6)]
    assert said == [422] * 5 + [429]
    assert client.post("/me", data=form | {"old": PASSWORD}).status_code == 429


def test_a_code_is_good_once(home: House) -> None:
    factor = pyotp.random_base32()
    home.account("reader")
    with home.archive.begin() as db:
        account = accounts.find_account(db, "reader@example.vn")
        assert account is not None
        accounts.change_account(db, account.id, second_factor=factor)
    login = LOGIN | {"code": pyotp.TOTP(factor).at(home.clock())}
    assert home.anonymous().post("/login", data=login).status_code == 303
    assert home.anonymous().post("/login", data=login).status_code == 401
    home.clock.now += timedelta(seconds=30)
    assert home.anonymous().post("/login", data=login).status_code == 401
    earlier = LOGIN | {"code": pyotp.TOTP(factor).at(home.clock() - timedelta(seconds=60))}
    assert home.anonymous().post("/login", data=earlier).status_code == 401
    later = LOGIN | {"code": pyotp.TOTP(factor).at(home.clock())}
    assert home.anonymous().post("/login", data=later).status_code == 303


def test_every_database_uses_a_code_up_and_looks_for_any_text(archive: Archive) -> None:
    with archive.begin() as db:
        assert [accounts.use_code(db, 1, step) for step in (9, 9, 8, 10, 10)] == [True, False, False, True, False]
        assert accounts.use_code(db, 2, 9)
        hostile = accounts.add_account(db, "a\0@x.vn\ud800", name="\0", role="reader", password="", now=NOW)
        assert accounts.find_account(db, "a@x.vn?") == hostile
        assert accounts.invitation(db, "\0", NOW) is None


def test_a_link_ends_the_links_before_it_and_an_ended_account_has_none(home: House) -> None:
    home.account("admin")
    home.account("reader")
    with home.archive.begin() as db:
        account = accounts.find_account(db, "reader@example.vn")
        assert account is not None
        old, new = (accounts.invite(db, "reader", home.clock(), account=account.id) for _ in range(2))
        lost, sent = (accounts.invite(db, "reader", home.clock(), email="moi@example.vn") for _ in range(2))
    client = home.anonymous()
    assert [client.get(f"/start?token={one}").status_code for one in (old, new, lost, sent)] == [410, 200, 410, 200]
    with home.archive.begin() as db:
        accounts.change_account(db, account.id, ended_at=home.clock())
    assert client.get(f"/start?token={new}").status_code == 410
    assert client.post("/start", data={"token": new, "password": PASSWORD}).status_code == 410


def test_what_is_too_large_is_not_read(home: House) -> None:
    client = home.anonymous()
    answer = client.post("/login", data=LOGIN | {"email": "x" * LARGEST})
    assert answer.status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"email=" + b"x" * 100_000 + b"&"

    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/login", content=pieces(), headers=form).status_code == 413
    assert client.post("/login", content=b"x=" + b"&a=1" * 20_000, headers=form).status_code in (400, 401)


@pytest.mark.parametrize("path", [
    "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/..%5capp.py", "/static//etc/passwd",
    "/static/%2fetc/passwd", "/static/", "/static", "/static/app.css%00.py", "/static/....//app.py",
])  # fmt: skip
def test_static_files_are_those_of_one_folder(home: House, path: str) -> None:
    answer = home.anonymous().get(path)
    assert answer.status_code in (404, 405)
    assert "import" not in answer.text


def test_a_head_says_what_a_get_would_and_other_methods_are_refused(home: House) -> None:
    client = home.browser("reader")
    head, get = client.head("/me"), client.get("/me")
    assert (head.status_code, head.text) == (200, "")
    assert head.headers["content-type"] == get.headers["content-type"]
    for method in ("OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "X" * 50):
        answer = client.request(method, "/me")
        assert answer.status_code == 405, method
        assert "access-control-allow-origin" not in answer.headers
    assert client.head("/khong-co").status_code == 404


def test_nothing_of_the_archive_is_told_when_it_fails(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = home.browser("admin")

    def fail(*_: object, **__: object) -> None:
        raise StorageError("the archive /home/bao/data/diembao.db cannot be read (disk I/O error)")

    monkeypatch.setattr(audit, "entries", fail)
    answer = client.get("/audit")
    assert answer.status_code == 503
    assert "diembao.db" not in answer.text

    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("secret of the program")

    monkeypatch.setattr(audit, "entries", break_down)
    quiet = home.anonymous(raises=False)
    quiet.cookies.update(client.cookies)
    answer = quiet.get("/audit")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Có lỗi" in answer.text


def test_a_login_cannot_forge_lines_of_the_log(home: House, capsys: pytest.CaptureFixture[str]) -> None:
    email = "a@b\r\n      9  2026-08-05 00:00:00  boss@example.vn  login\x1b[2J\u202e\x00"
    home.anonymous().post("/login", data={"email": email, "password": "x"})
    path = home.settings.storage.url
    settings = Path(str(path).removeprefix("sqlite:///")).parent / "settings.toml"
    settings.write_text('[storage]\nurl = "sqlite:///web.db"\n[crawl]\ncontact = "x@example.vn"\n', "utf-8")
    assert main(["--settings", str(settings), "audit"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert len(lines) == len(entries(home)) == 1
    assert not set(lines[0]) & {"\x1b", "\u202e", "\x00"}


def test_forged_sessions_and_keys_are_in_the_log_once_a_minute(home: House) -> None:
    client = home.anonymous()
    client.cookies.set(COOKIE, "forged")
    for _ in range(5):
        assert client.get("/me").status_code == 303
    assert [(one.action, one.details["why"]) for one in entries(home)] == [("refused", "unknown session")]
    home.clock.now += timedelta(minutes=2)
    client.get("/me")
    assert len(entries(home)) == 2


def test_the_log_is_searched_by_day(home: House) -> None:
    client = home.browser("admin")
    home.clock.now += timedelta(days=2)
    client = home.browser("admin")
    shown = client.get("/audit", params={"since": "2026-08-07", "action": "login"}).text
    assert shown.count("<tr>") == 2
    assert client.get("/audit", params={"until": "2026-08-05", "action": "login"}).text.count("<tr>") == 2
    assert "Không có mục nào khớp." in client.get("/audit", params={"until": "2026-08-04"}).text
    assert client.get("/audit", params={"since": "hôm qua"}).status_code == 200


def fields_of(route: Any, text: str) -> dict[str, Any]:
    """Return a body for a call of the API: the hostile text in every field that takes one, numbers elsewhere."""
    if not route.path.startswith("/api/") or not route.dependant.body_params:
        return {}
    fields = route.dependant.body_params[0].field_info.annotation.model_fields
    return {name: text if field.annotation in (str, str | None) else 1 for name, field in fields.items()}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{sorted(route.methods)[0]} {route.path}")
def test_no_address_breaks_a_page(shared_home: tuple[House, Client], route: Any) -> None:
    home, client = shared_home
    home.clock.now += timedelta(seconds=30)  # a program may ask so often
    method = sorted(route.methods)[0]
    names = [one.name for one in (*route.dependant.query_params, *route.dependant.body_params)]
    count = len(re.findall(r"{\w+}", route.path))
    for text in HOSTILE if names or count else ():
        path = re.sub(
            r"{\w+(:\w+)?}", text if "%" in text else text.replace("/", "%2f").replace("?", "%3f"), route.path
        )
        values = dict.fromkeys(names, text.replace("%00", "\0"))
        tries = [values, *({name: values[name]} for name in names if len(names) > 1 and text == HUGE)]
        for given in tries:  # what is refused for one value says nothing of the others
            body = fields_of(route, text) or given
            sent = {"params": given} if method == "GET" else {"data": given | {"csrf": home.csrf}}
            if route.path.startswith("/api/") and method != "GET":
                sent = {"json": body, "headers": {"x-csrf-token": home.csrf}}
            answer = client.request(method, path, **sent)  # type: ignore[arg-type]
            assert answer.status_code < 500, (path, text, given, answer.text[:300])
            assert answer.status_code != 429 or not path.startswith("/api/"), path
            assert "<script>alert" not in answer.text
            for name, value in HEADERS.items():
                strict = value if name != "Content-Security-Policy" else "default-src 'none'"  # a mail has its own
                assert answer.headers[name].startswith(strict), (path, name)


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Client]]:
    """A house with two administrators, one of whom tries everything."""
    with house(tmp_path_factory.mktemp("hostile")) as home:
        home.account("admin", "khac@example.vn")
        client = home.browser("admin")
        home.csrf = token(client.get("/me"))  # type: ignore[attr-defined]
        yield home, client
