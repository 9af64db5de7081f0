"""What the API lets people do: regroup stories, save searches, manage accounts and what was given up; all logged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pipeline.figures.area
from press import Outcome, TopicTag
from settings import Area
from storage.collecting import links
from storage.coverage.articles import get_article
from storage.coverage.stories import Membership, assign
from tests.support.archives import at, judgement, link, store
from tests.support.webhouse import NOW, House, house
from tests.web.api.test_api import API, acts, client_of, problem

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    """A house with three articles: two of one story, the third of another."""
    with house(tmp_path) as found:
        ids = [store(found.archive, link(n), at(n), title=f"Nước mặn {n}", published_at=at(n)) for n in range(3)]
        with found.archive.begin() as db:
            assign(db, [Membership(ids[0], None), Membership(ids[2], None)], NOW)
            assign(db, [Membership(ids[1], 1)], NOW)
        found.site.index.catch_up()
        yield found


def where(home: House) -> list[int | None]:
    with home.archive.read() as db:
        found = [get_article(db, number) for number in (1, 2, 3)]
    return [one.story for one in found if one]


def test_stories_are_merged_split_moved_and_each_is_taken_back(home: House) -> None:
    client = client_of(home, "read", "correct", role="editor")

    def post(path: str, body: Any, status: int = 201) -> Any:
        answer = client.post(f"{API}{path}", json=body)
        if status != 201:
            return problem(answer, status)
        assert answer.status_code == 201, answer.text
        return answer.json()

    merged = post("/stories/1/merge", {"story": 2})
    assert (merged["kind"], merged["story"], merged["other"], merged["who"]) == ("merge", 1, 2, "editor@example.vn")
    assert where(home) == [1, 1, 1]
    assert client.get(f"{API}/stories/2").json()["id"] == 1, "the old number leads on"
    assert client.get(f"{API}/stories/1").json()["history"][0]["id"] == merged["id"]
    assert client.delete(f"{API}/story-changes/{merged['id']}").json()["undone_at"]
    assert where(home) == [1, 1, 2]
    problem(client.delete(f"{API}/story-changes/{merged['id']}"), 409)
    split = post("/stories/1/split", {"articles": [2]})
    assert where(home) == [1, split["other"], 2]
    client.delete(f"{API}/story-changes/{split['id']}")
    moved = post("/articles/2/story", {"story": 2})
    assert where(home) == [1, 2, 2]
    client.delete(f"{API}/story-changes/{moved['id']}")
    alone = post("/articles/2/story", {"story": None})
    assert where(home) == [1, alone["other"], 2]
    client.delete(f"{API}/story-changes/{alone['id']}")
    assert where(home) == [1, 1, 2]
    kinds = [act for _, act, _ in acts(home)]
    assert kinds.count("story change undone") == 4
    assert {"stories merged", "story split", "story moved"} <= set(kinds)
    for path, body, status in (
        ("/stories/1/merge", {"story": 1}, 409),
        ("/stories/1/merge", {"story": 99}, 404),
        ("/stories/99/merge", {"story": 1}, 404),
        ("/stories/1/merge", {}, 422),
        ("/stories/1/split", {"articles": [1, 2]}, 409),
        ("/stories/1/split", {"articles": [3]}, 409),
        ("/stories/1/split", {"articles": []}, 422),
        ("/articles/3/story", {"story": None}, 409),
        ("/articles/3/story", {"story": 2}, 409),
        ("/articles/3/story", {"story": 99}, 404),
        ("/articles/99/story", {"story": 1}, 404),
        ("/articles/1/story", {"story": 2**63}, 422),
    ):
        post(path, body, status)
    problem(client.delete(f"{API}/story-changes/99"), 409)
    assert where(home) == [1, 1, 2]


def test_places_are_put_right_by_what_names_them(home: House) -> None:
    client = client_of(home, "read", "correct", role="editor")
    unit = next(one for one in client.get(f"{API}/units").json() if one["title"].startswith("xã Trần Đề"))
    assert unit["today"]
    names = ("name", "code", "valid_from")
    added = {name: unit[name] for name in names}
    kept = {name: client.get(f"{API}/articles/1").json()["places"][0][name] for name in names}
    made = client.post(f"{API}/articles/1/corrections", json={"places": [kept, added]})
    assert made.status_code == 201, made.text
    with home.archive.read() as db:
        found = get_article(db, 1)
    assert found
    assert found.places[0] == judgement().places[0], "one that was there keeps why it was found"
    assert (found.places[1].name, found.places[1].in_area) == (unit["name"], True)
    key = "@".join(unit[name] for name in ("code", "valid_from", "name"))
    assert found.places[1] == pipeline.figures.area.place(Area(), key, "editor@example.vn")
    client.delete(f"{API}/corrections/{made.json()[0]['id']}")
    with home.archive.read() as db:
        assert get_article(db, 1).places == judgement().places  # type: ignore[union-attr]
    for wrong in ([added | {"code": "0"}], [{"name": "x"}], [added | {"score": 1}], "x", [None]):
        problem(client.post(f"{API}/articles/1/corrections", json={"places": wrong}), 422)


def test_searches_are_saved_changed_and_ended_by_their_owner_alone(home: House) -> None:
    client = client_of(home, "read", "subscribe", role="analyst")
    made = client.post(f"{API}/searches", json={"query": " mặn topic:environment ", "run": "daily", "feed": True})
    assert made.status_code == 201, made.text
    saved = made.json()
    assert (saved["name"], saved["query"], saved["at"]) == ("mặn topic:environment",) * 2 + ("07:00",)
    feed = saved["feed_url"].removeprefix(home.settings.web.public_url)
    assert "Nước mặn 2" in home.anonymous().get(feed).text
    changed = client.patch(f"{API}/searches/1", json={"at": "06:15", "feed": False}).json()
    assert (changed["at"], changed["run"], changed["feed_url"]) == ("06:15", "daily", None)
    assert [one["id"] for one in client.get(f"{API}/searches").json()] == [1]
    assert client.get(f"{API}/searches/1/alerts").json() == []
    other = client_of(home, "read", "subscribe", role="editor")
    assert other.get(f"{API}/searches").json() == []
    for method, path in (("GET", "1"), ("GET", "1/alerts"), ("PATCH", "1"), ("DELETE", "1"), ("GET", "99")):
        body = {} if method == "PATCH" else None
        problem(other.request(method, f"{API}/searches/{path}", json=body), 404)
    for wrong in (
        {"query": "Nguyễn Văn A", "run": "once"},
        {"query": "mặn topic:helth"},
        {"query": '"mặn'},
        {"query": "mặn", "at": "25:00"},
        {"query": "mặn", "quiet_from": "22:00"},
        {"query": "mặn", "run": "often"},
        {"query": " "},
        {"name": "Mặn"},
        {"query": "mặn", "who": "x"},
    ):
        problem(client.post(f"{API}/searches", json=wrong), 422)
    assert client.delete(f"{API}/searches/1").status_code == 204
    problem(client.get(f"{API}/searches/1"), 404)
    assert [act for _, act, _ in acts(home) if act.startswith("search ")] == ["search ended"] + ["search saved"] * 2


def test_a_key_of_an_administrator_manages_accounts(home: House) -> None:
    client = client_of(home, "admin")
    made = client.post(f"{API}/accounts", json={"email": "lan@example.vn", "role": "analyst"})
    assert made.status_code == 201
    token = made.json()["link"].partition("token=")[2]
    form = {"token": token, "name": "Lan", "password": "mật khẩu thật dài"}
    assert home.anonymous().post("/start", data=form).status_code == 303
    problem(client.post(f"{API}/accounts", json={"email": "lan@example.vn"}), 409)
    rows = client.get(f"{API}/accounts").json()
    assert [(row["email"], row["role"]) for row in rows] == [
        ("admin@example.vn", "admin"),
        ("lan@example.vn", "analyst"),
    ]
    assert not {"password", "failures"} & rows[0].keys()
    lan = rows[1]["id"]
    assert client.patch(f"{API}/accounts/{lan}", json={"role": "editor"}).json()["role"] == "editor"
    assert client.patch(f"{API}/accounts/{lan}", json={"ended": True}).json()["ended_at"]
    assert client.patch(f"{API}/accounts/{lan}", json={"ended": False}).json()["ended_at"] is None
    assert "/start?token=" in client.post(f"{API}/accounts/{lan}/reset").json()["link"]
    for body in ({"ended": True}, {"role": "reader"}):
        problem(client.patch(f"{API}/accounts/1", json=body), 409)
    for method, path, sent, status in (
        ("PATCH", "99", {"role": "reader"}, 404),
        ("POST", "99/reset", None, 404),
        ("PATCH", "1", {}, 422),
        ("PATCH", "1", {"role": "boss"}, 422),
        ("PATCH", "1", {"password": "x"}, 422),
    ):
        problem(client.request(method, f"{API}/accounts/{path}", json=sent), status)
    problem(client.post(f"{API}/accounts", json={"email": "x"}), 422)
    whole = client.get(f"{API}/audit/check").json()
    assert whole == {"whole": True, "entries": len(acts(home)), "broken_at": None, "why": ""}
    since = client.get(f"{API}/audit", params={"since": NOW.isoformat(), "action": "account role"}).json()["items"]
    assert [(row["target"], row["details"]) for row in since] == [("lan@example.vn", {"role": "editor"})]
    assert client.get(f"{API}/audit", params={"until": NOW.isoformat()}).json()["items"] == []


def test_what_was_given_up_is_tried_again_or_dropped(home: House) -> None:
    with home.archive.begin() as db:
        [reading] = links.announce(db, [link("mất", "bao-hai")], NOW)
        links.record_failed(db, reading, Outcome("never", "gone: 404"), 404, NOW)
    client = client_of(home, "read", "admin")
    (row,) = client.get(f"{API}/quarantine", params={"outlet": "bao-hai"}).json()
    assert (row["id"], row["reason"], row["status"]) == ("article-4", "gone: 404", 404)
    assert client.get(f"{API}/outlets/bao-hai").json()["newest"][0]["reason"] == "gone: 404"
    assert client.post(f"{API}/quarantine/article-4/drop").json()["url"] == row["url"]
    assert client.get(f"{API}/quarantine").json() == []
    assert client.get(f"{API}/quarantine?dropped=true").json()[0]["dropped_by"] == "admin@example.vn"
    problem(client.post(f"{API}/quarantine/article-4/drop"), 409)
    assert client.post(f"{API}/quarantine/article-4/retry").status_code == 200
    with home.archive.read() as db:
        assert [one.link.url for one in links.due_readings(db, NOW)] == [row["url"]]
    assert [act for _, act, _ in acts(home) if act.startswith("quarantine")] == ["quarantine retry", "quarantine drop"]
    problem(client.post(f"{API}/quarantine/article-4/burn"), 422)
    problem(client.post(f"{API}/quarantine/x/drop"), 422)
    problem(client.get(f"{API}/outlets/nowhere"), 404)


def test_figures_are_those_of_the_pages(home: House) -> None:
    """The articles of the house name one commune; one more is of the day before, about health, and good news."""
    judged = judgement(tone=1, topics=(TopicTag("health", 0.9),))
    store(home.archive, link(9), title="Trạm y tế mới", published_at=at(-30), judged=judged)
    home.clock.now = at(5)
    client = client_of(home)

    def ask(path: str, **asked: Any) -> Any:
        answer = client.get(f"{API}{path}", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    area = ask("/coverage/places", days=7)
    assert (area["count"], area["tones"]) == (4, {"positive": 1, "neutral": 0, "negative": 3, "none": 0})
    units = {unit["code"]: unit for unit in area["units"]}
    assert (units["31699@2025-07-01"]["title"], units["31699@2025-07-01"]["count"]) == ("xã Thạnh Thới An", 4)
    assert {unit["count"] for unit in units.values() if unit["title"] == "xã Trần Đề"} == {0}
    assert not any(unit["today"] for unit in units.values() if unit["title"] == "huyện Trần Đề")
    unit = ask("/coverage/places/31699", days=7)
    assert (unit["count"], unit["named"], len(unit["steps"])) == (4, 4, 7)
    assert sum(step["count"] for step in unit["steps"]) == 4
    assert {one["value"]: one["count"] for one in unit["topics"]} == {"environment": 3, "agriculture": 3, "health": 1}
    assert {len(group["articles"]) for group in unit["stories"]} == {1, 2}
    topics = {row["topic"]: row for row in ask("/coverage/topics", days=7)["topics"]}
    assert (topics["health"]["count"], topics["education"]["count"]) == (1, 0)
    assert (topics["health"]["negative"]["this_month"], topics["environment"]["negative"]["this_month"]) == (0.0, 1.0)
    health = ask("/coverage/topics/health", days=40)
    assert health["outlets"] == [{"value": "bao-mot", "label": None, "count": 1, "in": None}]
    assert [step["count"] for step in health["steps"] if step["count"]] == [1]
    today = ask("/today")
    assert sum(today["last_24_hours"].values()) == 3
    assert [one["matter"] for one in today["stories"]] == [True, True]
    for path in ("/coverage/places/1", "/coverage/topics/x"):
        problem(client.get(f"{API}{path}"), 404)
    problem(client.get(f"{API}/coverage/topics", params={"days": 0}), 422)


def test_one_article_tells_who_reprinted_it_and_where_it_was_seen(home: House) -> None:
    with home.archive.begin() as db:
        assign(db, [Membership(2, 1, 1)], NOW)
    client = client_of(home, "read", "admin")
    shown = client.get(f"{API}/articles/2").json()
    assert (shown["chain"], shown["addresses"]) == ([1, 2], [link(1).url])
    assert client.get(f"{API}/articles/3").json()["chain"] == []
    (copy,) = client.get(f"{API}/articles/2/copies").json()
    assert copy["kept"]
    problem(client.get(f"{API}/articles/99/copies"), 404)


def test_while_the_index_is_built_counts_are_empty_and_say_so(tmp_path: Path) -> None:
    with house(tmp_path) as empty:
        store(empty.archive, link(1))
        client = client_of(empty)
        found = client.get(f"{API}/search", params={"facets": True}).json()
        assert (found["total"], found["building"], found["facets"]["topic"]) == (0, {"done": 0, "of": 1}, [])
        for path in ("places", "topics"):
            assert client.get(f"{API}/{path}").json() == {"total": 0, "items": []}
