"""The API: what the pages can do, for who may, page by page, not too often; whatever is wrong is a problem document."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import Client, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.writing.message import build
from press import Deciding, Outcome, TopicTag
from storage import register
from storage.collecting import links
from storage.coverage.stories import Membership, assign
from storage.delivery import editions, subscriptions
from storage.people import audit
from storage.people.accounts import SCOPES, Role
from tests.support.archives import at, judgement, link, store
from tests.support.webhouse import NOW, House, house, token
from web.site.limit import BURST, PER_MINUTE

pytestmark = pytest.mark.slow

API = "/api/v1"
ARTICLE = {  # the contract's, and when it vanished and which model judged it
    *("id", "url", "outlet", "title", "lead", "language", "published_at", "fetched_at", "relevance", "topics", "tone"),
    *("places", "story", "reprint_of", "versions", "vanished_at", "model"),
}


OUTLET = '[[outlet]]\nslug = "bao-mot"\nname = "Báo Một"\nlanguage = "vi"\nlevel = "local"\n'


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a house whose archive holds ten articles, the last two of one story; all are indexed."""
    folder = tmp_path_factory.mktemp("furnished")
    with house(folder, OUTLET) as found:
        ids = [add(found, number) for number in range(10)]
        with found.archive.begin() as db:
            story = assign(db, [Membership(ids[8], None)], NOW)[ids[8]]
            assign(db, [Membership(one, None) for one in ids[:8]] + [Membership(ids[9], story, ids[8])], NOW)
        found.site.index.catch_up()
    return folder


@pytest.fixture
def home(furnished: Path, tmp_path: Path) -> Iterator[House]:
    """A copy of that house."""
    shutil.copytree(furnished, tmp_path, dirs_exist_ok=True)
    with house(tmp_path, OUTLET) as found:
        yield found


def add(home: House, number: int) -> int:
    judged = judgement(topics=(TopicTag("health", 0.9),)) if number % 2 else judgement()
    title = f"Nước mặn, bài {number}"
    return store(home.archive, link(number), at(-number), title=title, published_at=at(-number), judged=judged)


def client_of(home: House, *scopes: str, role: str = "admin") -> Client:
    client = home.anonymous()
    client.headers.update(home.key(role, *scopes or ("read",)))
    return client


def every(client: Client, path: str, rows: str = "items", **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = client.get(f"{API}{path}", params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page[rows]
        if page["next"] is None:
            return found
        asked["after"] = page["next"]


def acts(home: House) -> list[tuple[str, str, str]]:
    with home.archive.read() as db:
        return [(entry.who, entry.action, entry.target) for entry in audit.entries(db)]


def problem(answer: Response, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    said: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= said.keys()
    assert said["status"] == status
    assert "Traceback" not in answer.text
    return said


def test_search_answers_with_the_contracts_object(home: House) -> None:
    client = client_of(home)
    answer = client.get(f"{API}/search", params={"q": "nuoc man", "facets": True, "limit": 3, "sort": "newest"}).json()
    assert set(answer) == {"total", "took_ms", "hits", "next", "facets", "histogram"}
    assert answer["total"] == 10
    assert [hit["title"][-1] for hit in answer["hits"]] == ["0", "1", "2"]
    assert {(row["value"], row["count"]) for row in answer["facets"]["topic"]} >= {("health", 5), ("environment", 5)}
    assert answer["facets"]["outlet"] == [{"value": "bao-mot", "label": "Báo Một", "count": 10}]
    assert sum(bar["count"] for bar in answer["histogram"]) == 10
    assert set(answer["hits"][0]) == ARTICLE
    assert acts(home)[0] == ("admin@example.vn", "searched", "nuoc man")
    assert client.get(f"{API}/topics?q=topic:health").json()["items"][0] == {
        "value": "health",
        "label": "Y tế",
        "count": 5,
    }
    places = client.get(f"{API}/places").json()
    assert (places["total"], places["items"][0]["count"]) == (10, 10)
    assert client.get(f"{API}/complete?q=topic:hea").json()[0]["query"] == "topic:health"


@pytest.mark.parametrize("sort", ["newest", "relevance"])
def test_pages_of_a_search_hold_everything_once_whatever_arrives(home: House, sort: str) -> None:
    client = client_of(home)
    first = client.get(f"{API}/search", params={"q": "nước mặn", "sort": sort, "limit": 4}).json()
    add(home, -1)
    add(home, 20)
    home.site.index.catch_up()
    rest = every(client, "/search", "hits", q="nước mặn", sort=sort, limit=4, after=first["next"])
    seen = [hit["id"] for hit in first["hits"] + rest]
    assert len(seen) == len(set(seen))
    assert set(range(1, 11)) <= set(seen)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [1, 3, 10, 200])
def test_pages_of_articles_hold_everything_once_whatever_arrives(home: House, limit: int) -> None:
    client = client_of(home)
    before = [row["id"] for row in every(client, "/articles", limit=200)]
    assert before == list(range(1, 11))
    first = client.get(f"{API}/articles", params={"limit": limit}).json()
    add(home, -1)
    rest = every(client, "/articles", limit=limit, after=first["next"]) if first["next"] else []
    assert [row["id"] for row in first["items"] + rest] == before
    part = every(client, "/articles", limit=2, since=at(-5).isoformat(), until=at(-2).isoformat())
    assert [row["title"][-1] for row in part] == ["3", "4", "5"]


def test_one_article_tells_why_it_is_tagged_so_and_what_changed(home: House) -> None:
    client = client_of(home)
    whole = client.get(f"{API}/articles/1").json()
    assert whole["relevance_evidence"] == ["xã Lịch Hội Thượng"]
    assert whole["topics"][0] == {"id": "environment", "score": 0.8, "evidence": ["nước mặn"], "sentences": []}
    assert (whole["tone"], whole["tone_evidence"], whole["tone_sentences"]) == (-1, ["thiệt hại"], [])
    assert whole["body"].startswith("Đoạn một.")
    assert [version["number"] for version in client.get(f"{API}/articles/1/versions").json()] == [1]
    assert acts(home)[:2] == [("admin@example.vn", "read", "1")] * 2


def test_the_sentences_that_decided_are_told_with_one_article_only(tmp_path: Path) -> None:
    tone = (Deciding("Nước mặn vào ruộng, thiệt hại lớn.", 1.25, ("thiệt hại",)), Deciding("Đã có nước ngọt.", -0.8))
    topics = (TopicTag("environment", 0.8, ("nước mặn",), (Deciding("Nước mặn vào ruộng.", 2.0, ("Nước mặn",)),)),)
    with house(tmp_path) as made:
        store(made.archive, link(1), judged=judgement(tone_sentences=tone, topics=topics))
        client = client_of(made)
        whole = client.get(f"{API}/articles/1").json()
        (listed,) = client.get(f"{API}/articles").json()["items"]
    assert whole["tone_sentences"] == [
        {"sentence": "Nước mặn vào ruộng, thiệt hại lớn.", "weight": 1.25, "words": ["thiệt hại"]},
        {"sentence": "Đã có nước ngọt.", "weight": -0.8, "words": []},
    ]
    assert whole["topics"][0]["sentences"] == [
        {"sentence": "Nước mặn vào ruộng.", "weight": 2.0, "words": ["Nước mặn"]}
    ]
    assert listed["topics"] == [{"id": "environment", "score": 0.8, "evidence": ["nước mặn"]}]
    assert "tone_sentences" not in listed


def test_stories_their_articles_and_pages(home: House) -> None:
    client = client_of(home)
    stories = every(client, "/stories", limit=2)
    assert len(stories) == 9
    assert [one["last_at"] for one in stories] == sorted((one["last_at"] for one in stories), reverse=True)
    (big,) = [one for one in stories if len(one["articles"]) == 2]
    whole = client.get(f"{API}/stories/{big['id']}").json()
    assert [row["id"] for row in whole["members"]] == big["articles"] == [10, 9]
    assert whole["history"] == []


def test_corrections_are_made_listed_and_taken_back(home: House) -> None:
    client = client_of(home, "read", "correct", role="editor")
    made = client.post(f"{API}/articles/1/corrections", json={"tone": None, "topics": ["education"]})
    assert made.status_code == 201, made.text
    assert {(one["field"], one["who"]) for one in made.json()} == {
        ("tone", "editor@example.vn"),
        ("topics", "editor@example.vn"),
    }
    shown = client.get(f"{API}/articles/1").json()
    assert (shown["tone"], [topic["id"] for topic in shown["topics"]]) == (None, ["education"])
    assert ("editor@example.vn", "corrected", "1") in acts(home)
    rows = every(client, "/corrections", article=1, in_force=True, limit=1)
    assert len(rows) == 2
    for row in rows:
        assert client.delete(f"{API}/corrections/{row['id']}").json()["undone_at"] is not None
    assert client.get(f"{API}/articles/1").json()["tone"] == -1
    problem(client.delete(f"{API}/corrections/{rows[0]['id']}"), 409)
    problem(client.delete(f"{API}/corrections/99"), 404)
    for wrong in ({}, {"tone": 2}, {"tone": True}, {"topics": ["x"]}, {"relevance": "x"}, {"author": "x"}, [], "x"):
        problem(client.post(f"{API}/articles/1/corrections", json=wrong), 422)
    problem(client.post(f"{API}/articles/99/corrections", json={"tone": 1}), 404)


def test_subscriptions_are_the_administrators(home: House) -> None:
    client = client_of(home, "read", "subscribe")
    wanted = {"email": "lan@example.vn", "at": "06:30", "topics": ["health"]}
    made = client.post(f"{API}/subscriptions", json=wanted).json()
    assert (made["email"], made["at"], made["topics"], made["days"]) == ("lan@example.vn", "06:30", ["health"], "daily")
    changed = client.post(f"{API}/subscriptions", json={"email": "lan@example.vn", "days": "workdays"}).json()
    assert (changed["id"], changed["at"], changed["days"]) == (made["id"], "06:30", "workdays")
    assert [row["email"] for row in client.get(f"{API}/subscriptions").json()] == ["lan@example.vn"]
    for wrong in (
        {"email": "x"},
        wanted | {"topics": ["x"]},
        wanted | {"at": "25:00"},
        wanted | {"places": ["Hà Nội"]},
    ):
        problem(client.post(f"{API}/subscriptions", json=wrong), 422)
    assert client.delete(f"{API}/subscriptions/{made['id']}").status_code == 204
    problem(client.delete(f"{API}/subscriptions/{made['id']}"), 404)
    assert [act for _, act, _ in acts(home)] == ["unsubscribed", "subscribed", "subscribed"]


def test_health_editions_the_log_and_oneself(home: House) -> None:
    client = client_of(home, "read", "admin")
    assert client.get(f"{API}/outlets").json()[0]["state"] == "never_read"
    assert every(client, "/editions") == []
    home.site.log.add(audit.Act("lan@example.vn", "login"))
    rows = every(client, "/audit", limit=1)
    assert [row["id"] for row in rows][-1] == 1
    assert every(client, "/audit", who="lan@example.vn")[0]["action"] == "login"
    assert client.get(f"{API}/me").json() == {
        "email": "admin@example.vn",
        "name": "",
        "role": "admin",
        "scopes": ["read", "admin"],
        "csrf": None,
    }


LISTS = (
    *("search", "complete", "places", "topics", "articles", "articles/1", "articles/1/versions", "articles/1/similar"),
    *("today", "coverage/places", "coverage/places/31699", "coverage/topics", "coverage/topics/health"),
    *("stories", "stories/1", "units", "outlets", "outlets/bao-mot", "quarantine"),
    *("editions", "editions/1", "corrections", "me"),
)
Call = tuple[str, str, str, Role, Any]
#: every call of the API, in an order in which each can be answered: method, path, scope, least role, body
CALLS: list[Call] = [
    *(("GET", f"/{path}", "read", "reader", None) for path in LISTS),
    *(
        ("GET", f"/{path}", "admin", "admin", None)
        for path in ("audit", "audit/check", "accounts", "articles/1/copies")
    ),
    ("GET", "/subscriptions", "subscribe", "admin", None),
    ("POST", "/matters", "correct", "editor", {"subject": "Phà", "kind": "ordered"}),
    ("POST", "/matters/2026/1/assign", "correct", "editor", {"lead": "Sở Y tế"}),
    ("POST", "/matters/2026/1/answer", "correct", "editor", {"letter": "5/TL"}),
    ("POST", "/matters/2026/1/change", "correct", "editor", {"field": "health"}),
    ("POST", "/matters/2026/1/cover", "correct", "editor", {"article": 1}),
    ("POST", "/matters/2026/1/close", "correct", "editor", {"result": "Xong"}),
    *(("POST", "/matters", "correct", "editor", {"subject": what, "kind": "ordered"}) for what in ("A", "B", "C")),
    ("POST", "/matters/2026/2/pass", "correct", "editor", {"unit": "Sở Y tế"}),
    ("POST", "/matters/2026/3/refuse", "correct", "editor", {"ground": "bí mật nhà nước"}),
    ("POST", "/matters/2026/4/merge", "correct", "editor", {"into": "1/2026"}),
    *(("GET", f"/{one}", "read", "reader", None) for one in ("matters", "matters/2026/1", "matters/units", "reports")),
    ("GET", "/reports/1", "read", "reader", None),
    ("POST", "/articles/1/corrections", "correct", "editor", {"tone": 1}),
    ("DELETE", "/corrections/1", "correct", "editor", None),
    ("POST", "/stories/1/split", "correct", "editor", {"articles": [10]}),
    ("DELETE", "/story-changes/1", "correct", "editor", None),
    ("POST", "/articles/10/story", "correct", "editor", {"story": 2}),
    ("POST", "/stories/1/merge", "correct", "editor", {"story": 3}),
    ("POST", "/searches", "subscribe", "analyst", {"query": "mặn"}),
    ("GET", "/searches", "read", "analyst", None),
    ("GET", "/searches/1", "read", "analyst", None),
    ("PATCH", "/searches/1", "subscribe", "analyst", {"name": "Mặn"}),
    ("GET", "/searches/1/alerts", "read", "analyst", None),
    ("DELETE", "/searches/1", "subscribe", "analyst", None),
    ("POST", "/quarantine/article-11/drop", "admin", "admin", None),
    ("POST", "/editions/1/lost", "subscribe", "editor", None),
    ("POST", "/subscriptions", "subscribe", "admin", {"email": "lan@example.vn"}),
    ("DELETE", "/subscriptions/2", "subscribe", "admin", None),
    ("POST", "/accounts", "admin", "admin", {"email": "moi@example.vn", "role": "editor"}),
    ("PATCH", "/accounts/1", "admin", "admin", {"role": "admin"}),
    ("POST", "/accounts/1/reset", "admin", "admin", None),
]
BELOW: dict[str, Role] = {"analyst": "reader", "editor": "analyst", "admin": "editor"}


@pytest.fixture
def whole(home: House) -> House:
    """The house, with an edition whose fate is unknown and an address that was given up."""
    with home.archive.begin() as db:
        reader = subscriptions.add_subscription(
            db, "an@example.vn", name="", at="06:45", days="daily", topics=(), places=(), language="vi", now=NOW
        )
        mail = bytes(
            build([("Subject", "Tin"), ("To", "an@example.vn")], [("plain", "Nước mặn"), ("html", "<p>x</p>")])
        )
        edition = editions.compose_edition(db, editions.Composed(reader.id, at(-24), NOW, "<1@x>", "Tin", mail), NOW).id
        editions.claim(db, edition, "a:1", NOW)
        editions.sending(db, edition, "a:1", NOW)
        editions.uncertain(db, edition, "the connection broke")
        [reading] = links.announce(db, [link("mất")], NOW)
        links.record_failed(db, reading, Outcome("never", "gone: 404"), 404, NOW)
        told = {"report": "weekly", "from": "2026-08-01", "to": "2026-08-05"}
        register.reports.keep(db, home.settings.area.province, "weekly", told, NOW)
    return home


@pytest.mark.slow
def test_each_thing_needs_its_role_and_its_scope(whole: House) -> None:
    home, nobody = whole, whole.anonymous()
    for method, path, scope, role, body in CALLS:

        def ask(client: Client, **more: Any) -> Response:
            return client.request(method, f"{API}{path}", json=body, **more)  # noqa: B023 - called in the loop only

        assert "Bearer" in ask(nobody).headers["www-authenticate"]
        problem(ask(nobody), 401)
        for wrong in ("Bearer dbt_forged", "Bearer", "Basic YTpi"):
            problem(ask(nobody, headers={"Authorization": wrong}), 401)
        others = [one for one in SCOPES if one != scope]
        problem(ask(client_of(home, *others)), 403)
        if role in BELOW:
            problem(ask(client_of(home, scope, role=BELOW[role])), 403)
        assert acts(home)[0][1] == "refused"
        right = ask(client_of(home, scope, role=role))
        assert right.status_code in (200, 201, 204), (method, path, right.text)
        if method != "GET":
            assert (f"{role}@example.vn", "refused") != acts(home)[0][:2], "what changes something is in the log"


def test_every_route_of_the_api_is_tried_for_its_role(home: House) -> None:
    described = home.anonymous().get(f"{API}/openapi.json").json()["paths"]
    said = {(method.upper(), path.removeprefix(API)) for path, methods in described.items() for method in methods}
    exports = {one for one in said if one[1].startswith("/export.")}  # tests/pipeline/export/test_exports.py
    assert len(exports) == 2
    untried = {
        (method, path)
        for method, path in said - exports
        if not any(
            method == tried and re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), address) for tried, address, *_ in CALLS
        )
    }
    assert untried == set()


def test_a_session_changes_something_with_its_token_only(whole: House) -> None:
    browser = whole.browser("admin")
    csrf = browser.get(f"{API}/me").json()["csrf"]
    assert csrf == token(browser.get("/me"))
    for method, path, _, _, body in CALLS:
        if method == "GET":
            continue
        for headers in ({}, {"x-csrf-token": "x"}):
            problem(browser.request(method, f"{API}{path}", json=body, headers=headers), 403)
            assert acts(whole)[0][1] == "refused"
        done = browser.request(method, f"{API}{path}", json=body, headers={"x-csrf-token": csrf})
        assert done.status_code in (200, 201, 204), (method, path, done.text)


@pytest.mark.slow
def test_who_asks_too_often_waits(home: House) -> None:
    client, other = client_of(home), client_of(home)
    first = client.get(f"{API}/me")
    assert first.headers["ratelimit-limit"] == str(BURST)
    assert first.headers["ratelimit-remaining"] == str(BURST - 1)
    for left in range(BURST - 2, -1, -1):
        assert client.get(f"{API}/me").headers["ratelimit-remaining"] == str(left)
    refused = client.get(f"{API}/me")
    problem(refused, 429)
    wait = int(refused.headers["retry-after"])
    assert refused.headers["ratelimit-remaining"] == "0"
    assert int(refused.headers["ratelimit-reset"]) == BURST * 60 // PER_MINUTE
    assert other.get(f"{API}/me").status_code == 200
    problem(client.get(f"{API}/export.csv"), 429)
    home.clock.now += timedelta(seconds=wait)
    back = [client.get(f"{API}/me").status_code for _ in range(wait * PER_MINUTE // 60 + 1)]
    assert back == [200] * (len(back) - 1) + [429]
    home.clock.now += timedelta(hours=1)
    assert client.get(f"{API}/me").headers["ratelimit-remaining"] == str(BURST - 1)


def test_whatever_is_wrong_is_a_problem(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(home, "read", "correct")
    said = problem(client.get(f"{API}/search", params={"q": 'tôm "bảo hiểm'}), 422)
    assert (said["at"], said["length"]) == (4, 1)
    assert "never closed" in said["detail"]
    said = problem(client.get(f"{API}/articles?limit=0&since=hôm%20qua"), 422)
    assert {one["where"] for one in said["errors"]} == {"query.limit", "query.since"}
    for path in ("/articles/abc", f"/articles/{2**63}", "/articles/-1", "/articles?since=2026-08-05T00:00:00"):
        problem(client.get(f"{API}{path}"), 422)
    for path in (
        "/articles/99",
        "/articles/99/versions",
        "/articles/99/similar",
        "/stories/99",
        "/nowhere",
        "/articles/1/x",
    ):
        problem(client.get(f"{API}{path}"), 404)
    problem(client.get(f"{API}/articles/1/x"), 404)
    problem(client.put(f"{API}/articles"), 405)
    problem(client.get("/api/v2/articles"), 404)
    problem(
        client.post(f"{API}/articles/1/corrections", content=b"{", headers={"content-type": "application/json"}), 422
    )
    monkeypatch.setattr("web.api.archive.show.article", lambda row: 1 / 0)
    loud = home.anonymous(raises=False)
    loud.headers.update(client.headers)
    assert "ZeroDivision" not in str(problem(loud.get(f"{API}/articles/1"), 500))


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=40), st.sampled_from(["W10", "WzEsMl0", "Wy0xLDJd", "n5", "r1.2.3", "bnVsbA"])))
def test_a_made_up_cursor_is_refused_or_is_one(home: House, after: str) -> None:
    client = client_of(home)
    for path in ("/articles", "/stories", "/editions", "/corrections", "/search"):
        answer = client.get(f"{API}{path}", params={"after": after})
        if answer.status_code != 200:
            problem(answer, 422)


def test_the_description_is_whole(home: House) -> None:
    said = home.anonymous().get(f"{API}/openapi.json").json()
    assert said["openapi"].startswith("3.1")
    assert set(said["components"]["securitySchemes"]) == {"key", "session"}
    references = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                references.add(value["$ref"].removeprefix("#/components/schemas/"))
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(said)
    assert references <= set(said["components"]["schemas"])
    for methods in said["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert "422" not in operation["responses"]
