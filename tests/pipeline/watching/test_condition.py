"""What the service says of itself: to machines by /health and /metrics, to a person by `status`, always the same."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, update

import cli
from errors import StorageError
from pipeline.running.disk import Room
from pipeline.watching import condition
from pipeline.watching.condition import Condition, look, quantile
from pipeline.watching.reasons import reasons
from press import Feed, OutletHealth
from settings import Settings, parse
from storage import Archive, collecting, delivery, upkeep
from storage.delivery.editions import Composed
from storage.tables.collecting import feeds
from storage.tables.delivery import editions
from tests.support.archives import NOW, at, link, read_page, store
from web import make_app

pytest_plugins = ["tests.support.databases"]
MINUTE = timedelta(minutes=1)
OUTLET = """[[outlet]]
slug = "bao-mot"
name = "Báo Một"
language = "vi"
level = "local"
feeds = ["https://bao-mot.vn/rss"]
"""
SLOW = re.compile(r"SCAN (links|pages|articles|editions|runs)\b(?!.*INDEX)")
Samples = dict[tuple[str, str], float]


@pytest.fixture
def settings(archive_url: str, tmp_path: Path) -> Settings:
    return parse(f'[crawl]\noutlets = []\n[storage]\nurl = "{archive_url}"\n{OUTLET}', tmp_path / "settings.toml")


@pytest.fixture
def client(archive: Archive, settings: Settings) -> TestClient:
    return TestClient(make_app(archive, settings, lambda: NOW))


def hold(archive: Archive, when: datetime = NOW, holder: str = "elsewhere:7:1:") -> None:
    with archive.begin() as db:
        upkeep.leases.take_lease(db, "serve", holder, when, upkeep.leases.get_lease(db, "serve"))


def ran(archive: Archive, verb: str, error: str = "") -> None:
    with archive.begin() as db:
        counts = {"verb": verb, "due": 3, "done": 2, "later": 1, "never": 0}
        upkeep.runs.record_run(db, verb, NOW, NOW - MINUTE, NOW - MINUTE / 2, counts, error)


def samples(client: TestClient) -> Samples:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    found: Samples = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found[sample.name, ",".join(sample.labels.values())] = sample.value
    return found


def edition(archive: Archive, state: str, email: str, **more: object) -> int:
    with archive.begin() as db:
        reader = delivery.subscriptions.add_subscription(db, email, at="06:45", now=NOW).id
        made = Composed(reader, at(-24), at(0), f"<{email}>", "Điểm báo", b"Subject: x\r\n\r\nThu")
        number = delivery.editions.compose_edition(db, made, NOW).id
        db.execute(update(editions).where(editions.c.id == number).values(state=state, **more))
    return number


def test_alive_and_ready_are_two_things(archive: Archive, client: TestClient) -> None:
    assert client.get("/health/live").status_code == 200
    for holder, when in (("", NOW), ("elsewhere:7:1:", NOW - 3 * MINUTE)):
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()["reasons"]) == (503, ["no service acts on this archive"])
        hold(archive, when, holder)
    assert client.get("/health/ready").status_code == 503
    hold(archive)
    assert client.get("/health/ready").json() == {"status": "ok", "reasons": []}
    for path in ("/health/live", "/health/ready", "/health", "/metrics"):
        headers = client.get(path).headers
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_without_its_archive_it_is_alive_and_not_ready(
    archive: Archive, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise StorageError("archive x: the file is damaged: restore a backup")

    monkeypatch.setattr(archive, "read", gone)
    assert client.get("/health/live").status_code == 200
    for path in ("/health", "/health/ready"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["status"]) == (503, "down")
        assert "restore a backup" in answer.text
    found = samples(client)
    assert found["diembao_up", ""] == 0
    assert {name for name, _ in found} == {"diembao_up", "diembao_build_info"}


def test_health_names_what_is_wrong_since_when_and_what_to_do(archive: Archive, client: TestClient) -> None:
    hold(archive)
    ran(archive, "collect")
    health = client.get("/health").json()
    assert (health["status"], health["archive"], health["reasons"]) == ("ok", "ok", [])
    assert health["verbs"]["collect"] == {"ended_at": (NOW - MINUTE / 2).isoformat(), "error": ""}
    assert health["acts"]["holder"] == "elsewhere:7"
    ran(archive, "publish", "no edition could be sent")
    number = edition(archive, "unknown", "canbo@tinh.vn", error="canbo@tinh.vn may have it")
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "trouble"
    assert [(one["about"], one["since"]) for one in answer.json()["reasons"]] == [
        ("verb", (NOW - MINUTE / 2).isoformat()),
        ("editions", NOW.isoformat()),
    ]
    assert f"diembao edition resend {number}" in answer.text
    assert "canbo@" not in answer.text, "anybody may read this page"


def test_metrics_say_what_the_archive_holds(archive: Archive, client: TestClient) -> None:
    hold(archive)
    ran(archive, "analyse", "out of memory")
    ran(archive, "analyse")
    for number, minutes in enumerate((2, 4, 60)):
        store(archive, link(number), published_at=NOW - minutes * MINUTE)
    store(archive, link("old"), published_at=NOW - timedelta(days=3))
    read_page(archive, link("waiting"))
    edition(archive, "sent", "a@tinh.vn", sent_at=NOW)
    edition(archive, "failed", "b@tinh.vn", superseded_by=1)
    with archive.begin() as db:
        collecting.feeds.sync_feeds(db, [Feed("bao-mot", "feed", "https://bao-mot.vn/rss")], NOW)
        db.execute(
            update(feeds).values(
                last_asked=NOW, last_ok=at(-1), last_new=at(-2), outcome="later", reason="timeout", since=at(-1)
            )
        )
    found = samples(client)
    assert found["diembao_up", ""] == found["diembao_acting", ""] == 1
    assert found["diembao_rows", "articles"] == 4
    assert found["diembao_queue_due", "pages"] == 1
    assert found["diembao_queue_due", "ungrouped"] == 4
    assert found["diembao_queue_due", "lists"] == 1
    assert [found["diembao_lag_seconds", share] for share in ("0.5", "0.9")] == [240, 3600]
    assert found["diembao_lag_articles", ""] == 3
    assert (found["diembao_editions", "sent"], found["diembao_editions", "failed"]) == (1, 0)
    assert found["diembao_editions", "superseded"] == 1
    assert found["diembao_outlet_age_seconds", "bao-mot,ok"] == 3600
    assert found["diembao_outlet_age_seconds", "bao-mot,new"] == 7200
    assert found["diembao_outlet_state", "bao-mot,down"] == 1
    assert found["diembao_outlet_state", "bao-mot,ok"] == 0
    assert found["diembao_verb_duration_seconds", "analyse"] == 30
    assert (found["diembao_verb_failed", "analyse"], found["diembao_verb_recent_errors", "analyse"]) == (0, 1)
    assert found["diembao_verb_items", "done,analyse"] == 2
    assert (("diembao_disk_free_bytes", "") in found) == (archive.file is not None)


def test_no_question_reads_through_texts_pages_or_mails(archive: Archive, settings: Settings) -> None:
    if archive.file is None:
        pytest.skip("SQLite says how it goes about a query whatever the table holds; PostgreSQL goes by its size")
    asked: list[tuple[str, object]] = []
    watched = lambda *args: asked.append((args[2], args[3]))  # noqa: E731
    event.listen(archive._engine, "before_cursor_execute", watched)
    look(archive, settings, NOW, lambda now: [])
    with archive.read() as db:
        upkeep.figures.sizes(db)
    event.remove(archive._engine, "before_cursor_execute", watched)
    slow = []
    with archive.read() as db:
        for statement, parameters in [one for one in asked if one[0].lstrip().startswith("SELECT")]:
            plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            slow += [row.detail for row in plan if SLOW.match(row.detail)]
    assert len(asked) > 10
    assert not slow


def test_the_states_of_outlets_are_looked_at_beside(
    archive: Archive, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[datetime] = []
    seen = threading.Event()

    def states(_: Archive, __: Settings, now: datetime) -> list[OutletHealth]:
        looks.append(now)
        if len(looks) > 1:
            seen.set()
        return [OutletHealth(f"look-{len(looks)}", "", "ok")]

    monkeypatch.setattr(condition, "states", states)
    outlets = condition.Outlets(archive, settings)
    assert [outlets.latest(NOW + n * MINUTE / 2)[0].slug for n in range(3)] == ["look-1"] * 3
    assert outlets.latest(NOW + 5 * MINUTE)[0].slug == "look-1", "nobody waits for a look"
    assert seen.wait(10)
    assert looks == [NOW, NOW + 5 * MINUTE]


def found(archive: Archive, settings: Settings, *outlets: OutletHealth) -> Condition:
    return look(archive, settings, NOW, lambda now: outlets)


def test_one_line_that_is_down_is_not_told_as_every_outlet(archive: Archive, settings: Settings) -> None:
    hold(archive)
    down = [OutletHealth(slug, slug, "down", since=NOW, last_error="no answer") for slug in ("a", "b")]
    (one,) = reasons(found(archive, settings, *down))
    assert one.about == "network"
    ill = reasons(found(archive, settings, *down, OutletHealth("c", "c", "ok"), OutletHealth("d", "d", "never_read")))
    assert [(one.about, one.words) for one in ill] == [
        ("outlets", "a is down: no answer"),
        ("outlets", "b is down: no answer"),
    ]


def test_a_short_disk_and_a_night_that_failed_are_told(archive: Archive, settings: Settings) -> None:
    hold(archive)
    ran(archive, "nightly", "no room for a backup")
    short = replace(found(archive, settings), disk=Room(100 << 20, 1 << 30, True))
    assert [one.about for one in reasons(short)] == ["disk", "verb"]
    assert "100 MB free" in reasons(short)[0].words


def test_quantiles() -> None:
    assert quantile([], 0.5) is None
    assert [quantile([1, 2, 3, 4], share) for share in (0.0, 0.5, 0.99)] == [1, 3, 4]


def test_status_is_ten_lines_for_a_person(
    archive: Archive, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'[crawl]\noutlets = []\n[storage]\nurl = "{settings.storage.url}"\n{OUTLET}', "utf-8")
    told = ("--settings", str(file), "--now", NOW.isoformat(), "status")

    def lines() -> list[str]:
        assert cli.main(told) == 0
        return capsys.readouterr().out.splitlines()

    assert len(lines()) == 10
    assert "NOT running, and never was" in lines()[0]
    hold(archive)
    ran(archive, "collect", "disk\x1b[2J full\nforged")
    number = edition(archive, "unknown", "canbo@tinh.vn")
    text = lines()
    assert len(text) == 10
    assert all(line.isprintable() for line in text)
    assert "running: elsewhere:7" in text[0]
    assert "3 due, 2 done, 1 later in 30.0 s; FAILED: disk" in text[1]
    assert f"diembao edition close {number} --sent" in text[7]
    assert re.match(r"next .*\(and 1 more", text[9])
    assert cli.main((*told, "--json")) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["open_editions"][0]["id"] == number
