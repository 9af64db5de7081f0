"""Every page for every role: who may not is refused, it is in the log, and nothing of the page is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Client, Response
from sqlalchemy import func, select

from press import Outcome, TopicTag
from storage.collecting import links
from storage.coverage.stories import Membership, assign
from storage.people import audit
from storage.people.accounts import ROLES, Role
from storage.register import matters
from storage.tables import coverage, delivery, people, register
from tests.support.archives import NOW, judgement, link, store
from tests.support.webhouse import House, every_route, house, token
from tests.web.archive.test_figures import composed
from web.site.access import COOKIE

pytestmark = pytest.mark.slow

#: Least role of each page; "" for everybody. The API has its own table in tests/web/api/test_api.py.
MAY: dict[Role | str, str] = {
    "": "GET /login, POST /login, POST /language, GET /start, POST /start, GET /searches/{number:int}.atom",
    "reader": "GET /, GET /search, GET /search/complete, GET /articles/{number}, GET /stories/{number}, GET /places, "
    "GET /places/{code}, GET /topics, GET /topics/{topic}, GET /outlets, GET /outlets/{slug}, GET /editions, "
    "GET /editions/{number}, GET /editions/{number}/mail, GET /me, POST /me, POST /me/keys, POST /me/keys/{key}/end, "
    "POST /logout, GET /matters, GET /matters/{year}/{number}, "
    "GET /matters/units, GET /matters/rules, GET /matters/days, GET /matters/log, GET /matters/reports, GET "
    "/matters/reports/template-{kind}.docx, GET /matters/reports/{number}, GET /matters/reports/{number}/behind",
    "analyst": "GET /export, GET /export/running, GET /export.{form}, GET /searches, POST /searches, "
    "GET /searches/{number:int}, POST /searches/{number:int}, POST /searches/{number:int}/end, "
    "GET /matters.csv, GET /matters/reports/{number}/file.{form}",
    "editor": "POST /articles/{number}/correct, POST /articles/{number}/undo, POST /articles/{number}/story, "
    "POST /stories/{number}/merge, POST /stories/{number}/split, POST /stories/{number}/undo, POST /editions/{number}, "
    "GET /matters/new, POST /matters, POST /matters/{year}/{number}/assign, POST /matters/{year}/{number}/answer, "
    "POST /matters/{year}/{number}/end, POST /matters/{year}/{number}/change, POST /matters/{year}/{number}/cover, "
    "POST /matters/{year}/{number}/files, GET /matters/{year}/{number}/files/{file}, POST "
    "/matters/{year}/{number}/files/{file}/drop, POST /matters/log, POST /matters/log/{number}/strike, POST "
    "/matters/reports",
    "admin": "GET /accounts, POST /accounts, POST /accounts/invitations, POST /accounts/{number}, GET /audit, "
    "GET /subscriptions, POST /subscriptions, POST /subscriptions/{number}/end, "
    "GET /articles/{number}/stored/{page}, GET /export.warc, "
    "POST /outlets/{slug}/quarantine, "
    "POST /matters/units, POST /matters/units/import, POST /matters/units/remind, POST /matters/rules, POST "
    "/matters/days, POST /matters/reports/templates, POST /matters/reports/templates/{template}/drop",
}
LEAST = {call: role for role, calls in MAY.items() for call in calls.split(", ")}
CALLS = [
    f"{method} {route.path}"
    for route in every_route()
    if not route.path.startswith("/api/")
    for method in sorted(route.methods)
]
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)> '; DROP TABLE articles; --"
OUTLET = f"""[[outlet]]
slug = "bao-mot"
name = "{EVIL}"
language = "vi"
level = "local"
"""
TABLES = (
    coverage.articles,
    coverage.stories,
    coverage.corrections,
    register.matters,
    delivery.editions,
    delivery.subscriptions,
    people.accounts,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with a hostile article in two texts, its story, an edition and what was given up."""
    with house(tmp_path_factory.mktemp("refused"), OUTLET) as found:
        hostile = judgement(topics=(TopicTag("health", 0.9, (EVIL,)),), tone_evidence=(EVIL,))
        number = store(
            found.archive, link(1, title=EVIL), title=EVIL, lead=EVIL, body=EVIL, section=EVIL, judged=hostile
        )
        store(found.archive, link(1, title=EVIL), title=EVIL, lead=EVIL, body=f"{EVIL} {EVIL}", judged=hostile)
        with found.archive.begin() as db:
            assign(db, [Membership(number, None)], NOW)
            [reading] = links.announce(db, [link("mất", title=EVIL)], NOW)
            links.record_failed(db, reading, Outcome("never", EVIL), 404, NOW)
            values = {"subject": EVIL, "kind": "ordered", "result": EVIL}
            matters.opened(db, found.settings.area.province, values, EVIL, NOW)
        composed(found)
        found.site.index.catch_up()
        for role in ROLES:
            found.account(role)
        yield found


def ask(client: Client, call: str, csrf: str = "") -> Response:
    method, path = call.split()
    path = re.sub(r"{number(:int)?}|{page}|{key}", "1", path).replace("{form}", "csv").replace("{topic}", "health")
    path = path.replace("{year}", "2026").replace("{slug}", "bao-mot").replace("{code}", "31699")
    return client.request(method, path, data={"csrf": csrf} if method == "POST" else None)


def refusals(home: House) -> list[tuple[str, str, Any]]:
    with home.archive.read() as db:
        found = audit.entries(db, action="refused", limit=10_000)
    return [(entry.who, entry.target, entry.details.get("why")) for entry in found]


def counts(home: House) -> list[int]:
    with home.archive.read() as db:
        return [db.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES]


def test_every_page_has_its_role() -> None:
    assert set(CALLS) == set(LEAST)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_is_refused_logged_and_shown_nothing(home: House, role: Role) -> None:
    client, before = home.browser(role), counts(home)
    csrf = token(client.get("/me"))
    for call, least in LEAST.items():
        if not least or ROLES.index(role) >= ROLES.index(least):  # type: ignore[arg-type]
            continue
        answer, logged = ask(client, call, csrf), len(refusals(home))
        assert answer.status_code == 403, call
        assert refusals(home)[0][::2] == (f"{role}@example.vn", f"needs role {least}"), call
        assert len(refusals(home)) == logged
        assert "Nước mặn" not in answer.text
        assert "@tinh.vn" not in answer.text
        assert not re.search(r"alert\(|đã ngừng|tài khoản mới", answer.text), call
    assert counts(home) == before


def test_nobody_is_led_to_the_login_from_everywhere_and_a_forged_session_too(home: House) -> None:
    before = counts(home)
    for cookie in ("", "forged", "' OR 1=1 --", "a" * 5000):
        client = home.anonymous()
        if cookie:
            client.cookies.set(COOKIE, cookie)
        for call in (call for call, least in LEAST.items() if least):
            answer = ask(client, call)
            assert (answer.status_code, answer.text) == (303, ""), call
            assert answer.headers["location"].startswith("/login?next="), call
    assert ("", "unknown session") in {(who, why) for who, _, why in refusals(home)}
    assert counts(home) == before


def test_nothing_is_changed_without_a_forgery_token(home: House) -> None:
    client, before = home.browser("admin"), counts(home)
    for call in (call for call, least in LEAST.items() if least and call.startswith("POST")):
        for csrf in ("", "x", token(home.browser("editor").get("/me"))):
            answer, path = ask(client, call, csrf), call.split()[1]
            assert answer.status_code == 403, call
            who, target, why = refusals(home)[0]
            assert (who, why) == ("admin@example.vn", "no forgery token"), call
            assert target.startswith(f"POST {path.partition('{')[0]}")
    assert client.get("/me").status_code == 200, "not even logged out"
    assert counts(home) == before


PAGES = [
    "/", "/search", "/search?q=script", "/search?q=alert&sort=oldest", "/articles/1", "/articles/1?shown=tone",
    "/articles/1?shown=topic:health", "/stories/1", "/places", "/places/31699", "/topics", "/topics/health", "/outlets",
    "/outlets/bao-mot", "/editions", "/editions/1", "/audit", "/accounts", "/subscriptions", "/searches", "/me",
    "/articles/1/stored/1", "/matters?view=all", "/matters/2026/1", "/matters/new?story=1",
    "/export?q=script", "/search/complete?q=outlet:", "/export.atom",
]  # fmt: skip


@pytest.mark.parametrize("language", ["vi", "en"])
def test_hostile_words_of_the_press_are_words_on_every_page(home: House, language: str) -> None:
    client = home.browser("admin")
    client.post("/language", data={"to": language})
    shown = 0
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert not re.search(r"<script>alert|<img src=x", answer.text), path
        shown += "&lt;script&gt;alert(1)" in answer.text
    assert shown >= 12, "the pages do show the words"


INJECTED = ("' OR '1'='1", "1; DROP TABLE audit", "x' UNION SELECT password FROM accounts --", "*:*", "title:* OR *:*",
            "topic:health) OR (", 'outlet:"a" OR relevance:*', "__import__('os')", "${7*7}", "%25", "a\0b", "[* TO *]",
            "id:1", "rank:1", "text_folded:a", "within:92", "place:'31699' AND 1=1")  # fmt: skip


def test_no_query_or_parameter_reaches_the_database_or_the_index_as_a_command(home: House) -> None:
    client, before = home.browser("admin"), counts(home)
    for text in INJECTED:
        for path, name in (("/search", "q"), ("/api/v1/search", "q"), ("/export.csv", "q"), ("/audit", "who"),
                           ("/audit", "action"), ("/outlets", "state"), ("/editions", "state"),
                           ("/api/v1/quarantine", "outlet"), ("/api/v1/audit", "who"), ("/search/complete", "q"),
                           ("/login", "next"), ("/articles/1", "shown")):  # fmt: skip
            answer = client.get(path, params={name: text})
            assert answer.status_code in (200, 303, 422), (path, text)
            assert "argon2" not in answer.text
            if path == "/api/v1/search" and answer.status_code == 200:
                assert answer.json()["total"] == 0, f"{text!r} is words that nobody wrote"
    assert counts(home) == before
    with home.archive.read() as db:
        assert audit.broken(db) is None


STARTS = ("/static/", "/outlets/", "/places/", "/topics/", "/articles/", "/articles/1/stored/", "/export.", "/api/v1/")
NAMES = ("../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e%2fapp.py", "....//", "\\..\\")


@pytest.mark.parametrize("name", NAMES)
def test_no_path_leads_out_of_the_archive(home: House, name: str) -> None:
    client = home.browser("admin")
    for start in STARTS:
        answer = client.get(f"{start}{name}")
        assert answer.status_code in (404, 405, 422), start
        assert not re.search(r"root:|^import |from __future__", answer.text, re.MULTILINE)
