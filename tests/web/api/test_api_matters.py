"""The register for programs: matters by pages, an editor's acts with versions, units, reports; scopes hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.archives import link, store
from tests.support.webhouse import House, house

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        store(found.archive, link(1), title="Phà Đại Ngãi ngừng chạy")
        yield found


def test_the_way_of_a_matter_by_the_api(home: House) -> None:
    client, key = home.anonymous(), home.key("editor", "read", "correct")
    asked = {"article": 1, "kind": "press_request", "received": "2026-08-04T09:00:00+07:00"}
    made = client.post("/api/v1/matters", json=asked, headers=key)
    assert (made.status_code, made.json()["number"]) == (201, "1/2026")
    assert made.json()["deadlines"][0]["until"] == "2026-09-03T23:59:59+07:00"
    place = "/api/v1/matters/2026/1"
    given = client.post(
        f"{place}/assign", json={"lead": "xã Đại Ngãi", "until": "2026-08-20", "version": 1}, headers=key
    )
    assert given.json()["units"] == {"lead": "UBND xã Đại Ngãi", "with": []}
    late = client.post(f"{place}/assign", json={"lead": "Công an", "version": 1}, headers=key)
    assert late.status_code == 409
    assert "editor@example.vn: matter assigned" in late.json()["detail"]
    answered = client.post(f"{place}/answer", json={"letter": "5/TL", "date": "2026-08-04"}, headers=key)
    assert answered.json()["answer"]["letter"] == "5/TL"
    assert client.post(f"{place}/close", json={"result": "Phà chạy lại"}, headers=key).json()["state"] == "done"
    assert client.get(place, headers=key).json()["result"] == "Phà chạy lại"
    for path, body, status in (
        ("/api/v1/matters/2026/9", None, 404),
        ("/api/v1/matters?state=x", None, 422),
        ("/api/v1/matters?after=x", None, 422),
        (f"{place}/assign", {"lead": "Sở Không Có"}, 422),
        (f"{place}/close", {"result": ""}, 422),
        ("/api/v1/matters", {"kind": "ordered"}, 422),
        ("/api/v1/matters", {"kind": "ordered", "subject": "A", "person": "B"}, 422),
    ):
        answer = client.get(path, headers=key) if body is None else client.post(path, json=body, headers=key)
        assert answer.status_code == status, path


def test_what_comes_later_is_noted_by_the_api(home: House) -> None:
    """A letter of the press, another start of the clock, coverage; then passed on, refused, merged."""
    client, key = home.anonymous(), home.key("editor", "read", "correct")
    second = store(home.archive, link(2), title="Phà Đại Ngãi chạy lại")

    def post(path: str, **body: object) -> Any:
        answer = client.post(f"/api/v1/matters{path}", json=body, headers=key)
        assert answer.is_success, answer.text
        return answer.json()

    for what in ("Phà", "Cống", "Chợ", "Phà lần nữa"):
        post("", subject=what, kind="ordered")
    letter = {"number": "15/CV-TS", "date": "2026-08-03", "received": "2026-08-04"}
    row = post("/2026/1/change", kind="press_request", received="2026-08-04T09:00:00+07:00", letter=letter, version=1)
    (kept,) = row["letters"]
    assert (kept["kind"], kept["number"], kept["received"]) == ("request", "15/CV-TS", "2026-08-04")
    assert row["deadlines"][0]["until"] == "2026-09-03T23:59:59+07:00"
    new = {"subject": "Phà Đại Ngãi", "field": "infrastructure", "places": ["Đại Ngãi"], "until": "2026-08-20"}
    row = post("/2026/1/change", **new)
    assert (row["subject"], row["field"], row["places"]) == ("Phà Đại Ngãi", "infrastructure", ["Đại Ngãi"])
    assert [one["id"] for one in post("/2026/1/cover", article=second)["articles"]] == [second]
    assert post("/2026/2/pass", unit="Sở Y tế")["passed_to"] == "Sở Y tế"
    assert post("/2026/3/refuse", ground="bí mật nhà nước")["state"] == "refused"
    assert post("/2026/4/merge", into="1/2026")["number"] == "1/2026"
    assert client.get("/api/v1/matters/2026/4", headers=key).json()["merged_into"] == "1/2026"
    for path, body, status in (
        ("/2026/1/change", {}, 422),
        ("/2026/1/change", {"state": "gone"}, 422),
        ("/2026/1/change", {"letter": {"number": ""}}, 422),
        ("/2026/1/change", {"subject": "A", "version": 1}, 409),
        ("/2026/1/cover", {}, 422),
        ("/2026/1/cover", {"article": second}, 409),
        ("/2026/9/pass", {"unit": "Sở Y tế"}, 404),
        ("/2026/4/merge", {"into": "1/2026"}, 409),
    ):
        answer = client.post(f"/api/v1/matters{path}", json=body, headers=key)
        assert answer.status_code == status, (path, body, answer.text)


def test_matters_units_and_reports_are_listed_by_pages(home: House) -> None:
    client, key = home.browser("editor"), home.key("editor", "read", "correct")
    for number in range(5):
        assert client.post(
            "/api/v1/matters", json={"kind": "feedback", "subject": f"Việc {number}"}, headers=key
        ).is_success
    seen, after = [], ""
    while True:
        page = client.get("/api/v1/matters", params={"limit": 2, "after": after}, headers=key).json()
        seen += [row["number"] for row in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [f"{number}/2026" for number in range(5, 0, -1)]
    assert client.get("/api/v1/matters?overdue=true", headers=key).json() == {"items": [], "next": None}
    assert {"Sở Y tế", "UBND xã Đại Ngãi"} <= {
        row["name"] for row in client.get("/api/v1/matters/units", headers=key).json()
    }
    token = client.get("/api/v1/me").json()["csrf"]
    assert client.post("/matters/reports", data={"csrf": token, "kind": "weekly"}).status_code == 303
    [made] = client.get("/api/v1/reports", headers=key).json()["items"]
    assert (made["report"], made["to"]) == ("weekly", "2026-08-05")
    whole = client.get("/api/v1/reports/1", headers=key).json()
    assert len(whole["figures"][0]["matters"]["count"]) == 5
    assert client.get("/api/v1/reports/9", headers=key).status_code == 404


def test_scopes_and_roles_hold(home: House) -> None:
    client = home.anonymous()
    body = {"kind": "ordered", "subject": "Việc"}
    assert client.get("/api/v1/matters").status_code == 401
    assert client.post("/api/v1/matters", json=body, headers=home.key("editor", "read")).status_code == 403
    reader = home.key("reader", "read", "correct")
    assert client.post("/api/v1/matters", json=body, headers=reader).status_code == 403
    assert client.get("/api/v1/matters", headers=reader).json()["items"] == []
