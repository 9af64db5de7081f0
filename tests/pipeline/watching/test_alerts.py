"""Saved searches: when they run, what they tell, and that no article is ever told twice; on both databases."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

import settings as settings_module
from pipeline.watching import saved as pipeline_saved
from pipeline.watching.alerts import is_due, is_quiet, names_scope, spike
from pipeline.watching.saved import saved_searches
from press import TopicTag
from scheduler import JOBS
from settings import Settings
from storage import Archive, delivery, open_archive, register
from storage.coverage.stories import Membership, assign
from storage.delivery.searches import Wish
from storage.people import accounts
from storage.search import parse
from tests.support.archives import NOW, at, judgement, link, store
from tests.support.webhouse import HASH, House, house, token
from tests.support.wholeway import MailServer

pytestmark = pytest.mark.server

pytest_plugins = ["tests.support.databases"]
OWNER = "chuyenvien@example.vn"
SALT = Wish("Hạn mặn", "mặn topic:environment", run="once")


def office(folder: Path, url: str, port: int = 9) -> Settings:
    text = f'[storage]\nurl = "{url}"\n[crawl]\noutlets = []\ncontact = "x@example.vn"\n[mail]\nport = {port}\n'
    return settings_module.parse(text, folder / "settings.toml")


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, archive_url: str, mail: MailServer) -> Settings:
    return office(tmp_path, archive_url, mail.port)


def keep(archive: Archive, wish: Wish, now: datetime = NOW) -> int:
    with archive.begin() as db:
        account = accounts.find_account(db, OWNER)
        if account is None:
            account = accounts.add_account(db, OWNER, name="", role="analyst", password=HASH, now=now)
        return delivery.searches.add(db, account.id, wish, now)


def salty(archive: Archive, number: int, when: datetime = NOW, **more: object) -> int:
    return store(archive, link(number), when, title=f"Mặn lên cao {number}", published_at=when, **more)


def numbers(messages: Sequence[bytes]) -> Counter[int]:
    """Which articles mails tell, by the links of their plain text."""
    bodies = [message_from_bytes(message, policy=policy.default).get_body(("plain",)) for message in messages]
    return Counter(int(n) for body in bodies if body for n in re.findall(r"/articles/(\d+)\s", body.get_content()))


def test_new_articles_are_told_once_by_a_mail_with_links(
    archive: Archive, settings: Settings, mail: MailServer
) -> None:
    salty(archive, 1)
    search = keep(archive, SALT)
    first, other = salty(archive, 2, at(1)), store(archive, link(3), at(1), judged=judgement(topics=()))
    for hours in (2, 3):
        saved_searches(archive, settings, at(hours))
    salty(archive, 2, at(4), body="Sửa lại.")  # a new text of what was told
    saved_searches(archive, settings, at(5))
    (one,) = mail.messages
    assert one.recipients == (OWNER,)
    assert numbers([one.content]) == {first: 1}
    shown = message_from_bytes(one.content, policy=policy.default)
    assert shown["Subject"] == "1 bài mới: Hạn mặn"
    page = shown.get_body(("html",))
    assert page is not None
    assert "Mặn lên cao 2" in page.get_content()
    assert f"/searches/{search}" in page.get_content()
    assert other not in numbers([one.content])


def test_a_search_watches_what_the_press_goes_on_to_write_of_a_matter(
    archive: Archive, settings: Settings, mail: MailServer
) -> None:
    """What joins its story after the mail was looked for, and what a person puts on it by hand."""
    area = settings.area.province
    before = salty(archive, 1)
    with archive.begin() as db:
        assign(db, [Membership(before, None)], NOW)
        matter = register.matters.opened(db, area, {"subject": "Cống", "kind": "ordered"}, OWNER, NOW)
        register.covered.link_article(db, area, matter.id, before, NOW)
        register.covered.link_story(db, area, matter.id, 1, NOW)
    keep(archive, Wish("Cống", f"matter:{matter.name}", run="once"))
    joins, linked, _ = (salty(archive, number, at(1)) for number in (2, 3, 4))
    saved_searches(archive, settings, at(2))
    assert not mail.messages
    with archive.begin() as db:
        assign(db, [Membership(joins, 1)], at(3))
        register.covered.link_article(db, area, matter.id, linked, at(3))
    for hours in (4, 5):
        saved_searches(archive, settings, at(hours))
    assert numbers([one.content for one in mail.messages]) == {joins: 1, linked: 1}


def test_what_is_judged_anew_later_is_told_then(archive: Archive, settings: Settings, mail: MailServer) -> None:
    keep(archive, SALT)
    article = salty(archive, 1, at(1), judged=judgement(topics=()))
    saved_searches(archive, settings, at(2))
    assert not mail.messages
    assert salty(archive, 1, at(3), body="Bản khác.") == article
    saved_searches(archive, settings, at(4))
    assert numbers([one.content for one in mail.messages]) == {article: 1}


def test_a_mail_whose_fate_is_unknown_is_said_and_not_sent_again(
    archive: Archive, settings: Settings, mail: MailServer
) -> None:
    search = keep(archive, SALT)
    salty(archive, 1, at(1))
    agree = mail.answer
    mail.answer = lambda stage, said: None if stage == "body" else agree(stage, said)
    saved_searches(archive, settings, at(2))
    mail.answer = agree
    saved_searches(archive, settings, at(9))
    with archive.read() as db:
        assert [alert.state for alert in delivery.searches.last_alerts(db, search)] == ["unknown"]
    assert len(mail.received) == 1


def test_a_server_that_is_down_gets_the_same_mail_later(archive: Archive, settings: Settings, mail: MailServer) -> None:
    search = keep(archive, SALT)
    article = salty(archive, 1, at(1))
    agree = mail.answer
    mail.answer = lambda stage, said: "451 later" if stage == "rcpt" else agree(stage, said)
    assert saved_searches(archive, settings, at(2)).later == 1
    with archive.read() as db:
        (alert,) = delivery.searches.last_alerts(db, search)
    assert alert.state == "waiting"
    mail.answer = agree
    assert saved_searches(archive, settings, at(3)).done == 1
    (one,) = mail.messages
    assert one.content.splitlines() == alert.message.splitlines()
    assert numbers([one.content]) == {article: 1}


def test_nothing_new_is_said_when_asked_for(archive: Archive, settings: Settings, mail: MailServer) -> None:
    keep(archive, Wish("Im", "mặn topic:health", run="daily", at="07:30"))
    keep(archive, Wish("Nói", "mặn topic:health", run="daily", at="07:30", say_nothing=True))
    for hours in (0.1, 0.6, 1, 23, 24.6):  # 07:06, 07:36, 08:00 … of Vietnam
        saved_searches(archive, settings, at(hours))
    subjects = [message_from_bytes(one.content, policy=policy.default)["Subject"] for one in mail.messages]
    assert subjects == ["Không có bài mới: Nói"] * 2


def test_mails_speak_the_language_of_the_account(archive: Archive, settings: Settings, mail: MailServer) -> None:
    keep(archive, SALT)
    keep(archive, Wish("Salt", "mặn topic:health", run="daily", at="07:30", say_nothing=True))
    keep(archive, Wish("Rush", "mặn topic:environment", run="never", spike=True))
    for day in range(1, 10):
        salty(archive, day, NOW - timedelta(days=day))
    with archive.begin() as db:
        account = accounts.find_account(db, OWNER)
        assert account is not None
        accounts.change_account(db, account.id, language="en")
    for number in range(10, 17):
        salty(archive, number, at(0.2))
    saved_searches(archive, settings, at(0.6))
    told = [message_from_bytes(one.content, policy=policy.default) for one in mail.messages]
    assert sorted(one["Subject"] for one in told) == [
        "16 new: Hạn mặn",
        "Nothing new: Salt",
        "Unusually much today: Rush (7 articles)",
    ]
    vietnamese = "Câu tìm|ản gốc|Xem tất cả|Đổi giờ|ôm nay|trung vị|Không có|tiêu cực| bài"
    for one in told:
        assert one["Content-Language"] == "en"
        for kind in ("plain", "html"):
            part = one.get_body((kind,))
            assert part is not None
            assert not re.search(vietnamese, part.get_content())
            assert "Change when it tells, or stop it" in part.get_content()


def test_a_spike_is_told_once_a_day_with_its_stories(archive: Archive, settings: Settings, mail: MailServer) -> None:
    for day in range(1, 15):
        salty(archive, day, NOW - timedelta(days=day))
    keep(archive, Wish("Mặn", "mặn topic:environment", run="never", spike=True))
    for number in range(100, 105):
        salty(archive, number, at(1))
    saved_searches(archive, settings, at(2))
    assert not mail.messages  # five a day are no spike
    for number in range(105, 112):
        salty(archive, number, at(2))
    for hours in (3, 4):
        saved_searches(archive, settings, at(hours))
    (one,) = mail.messages
    said = message_from_bytes(one.content, policy=policy.default)
    assert said["Subject"] == "Tăng đột biến hôm nay: Mặn (12 bài)"
    body = said.get_body(("plain",))
    assert body is not None
    assert "ngày thường khoảng 1 bài" in body.get_content()


def die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


ACTS = st.lists(st.sampled_from(["add", "change", "run", "killed", "rename", "rebuild"]), min_size=3, max_size=12)


@given(ACTS)
@examples(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_article_is_ever_told_twice_and_none_is_lost(
    empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, acts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("acts")
    (folder / "a.db").write_bytes(empty_sqlite.read_bytes())
    url = f"sqlite:///{folder / 'a.db'}"
    chosen, articles = office(folder, url), dict[int, int]()
    with open_archive(url) as archive, pytest.MonkeyPatch.context() as patch:
        search = keep(archive, SALT)
        for hour, act in enumerate([*acts, "run"], 1):
            if act == "add":
                articles[hour] = salty(archive, hour, at(hour))
            elif act == "change" and articles:
                salty(archive, min(articles), at(hour), body=f"Lần {hour}")
            elif act == "rename":
                with archive.begin() as db:
                    delivery.searches.change(db, search, Wish(f"Tên {hour}", SALT.query, run="once"), at(hour))
            elif act == "rebuild":
                pipeline_saved.open_index(archive, chosen).drop()
            elif act == "killed":  # at the last step before the commit
                with patch.context() as within, contextlib.suppress(KeyboardInterrupt):
                    within.setattr(delivery.searches, "ran", die)
                    saved_searches(archive, chosen, at(hour))
            else:
                saved_searches(archive, chosen, at(hour))
        with archive.read() as db:
            told = numbers([alert.message for alert in delivery.searches.last_alerts(db, search, 100)])
    assert told == dict.fromkeys(articles.values(), 1)


CLOCKS = st.times().map(lambda clock: f"{clock:%H:%M}")
INSTANTS = st.integers(0, 60 * 48).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(CLOCKS, CLOCKS, INSTANTS, st.sampled_from(["once", "hourly", "daily"]))
def test_nothing_runs_in_quiet_hours_and_all_that_was_put_off_runs_after(
    begin: str, end: str, now: datetime, run: delivery.searches.Run
) -> None:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    wish = Wish("a", "b", run=run, at=begin, quiet_from=begin, quiet_to=end)
    clock = f"{now.astimezone(zone):%H:%M}"
    inside = begin <= clock < end if begin <= end else not end <= clock < begin
    assert is_quiet(wish, now, zone) == inside
    assert not (inside and is_due(wish, NOW - timedelta(days=9), now, zone))
    if begin != end:
        later = (now + timedelta(minutes=minutes) for minutes in range(1441))
        over = next(instant for instant in later if f"{instant.astimezone(zone):%H:%M}" == end)
        assert is_due(wish, NOW - timedelta(days=9), over, zone)


@given(st.lists(st.integers(0, 300), max_size=14), st.integers(0, 2000), st.integers(0, 200))
def test_more_articles_never_make_less_of_a_spike(before: list[int], today: int, more: int) -> None:
    if spike(today, before):
        assert spike(today + more, before)
        assert today > 5
        assert today > max(sorted(before)[: len(before) // 2 + 1])


def test_one_odd_day_hides_no_spike() -> None:
    assert spike(20, [2, 3, 2, 4, 3, 2, 90, 3, 2, 3, 4, 2, 3, 3])
    assert spike(9, [2, 3, 2, 4, 3, 2, 3, 3])
    assert not spike(400, [1, 2, 1])  # three days are no history
    assert not spike(5, [0] * 14)


@pytest.mark.parametrize(
    ("query", "scoped"),
    [
        ("topic:health", True),
        ("mặn matter:7/2026", True),
        ('mặn place:"Trần Đề"', True),
        ("topic:health OR place:31673", True),
        ("(a topic:health) OR (b topic:economy)", True),
        ("topic:health OR mặn", False),
        ("-topic:health", False),
        ("mặn", False),
        ("", False),
        ("title:mặn outlet:tuoitre", False),
    ],
)
def test_what_may_alert_names_a_topic_a_place_or_a_matter(query: str, scoped: bool) -> None:
    assert names_scope(parse(query)) == scoped


def test_the_service_looks_for_what_is_to_be_told() -> None:
    assert saved_searches in [step for job in JOBS for step in job.steps]


# -- the pages


@pytest.fixture
def web(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as opened:
        yield opened


def form(client: TestClient, address: str = "/searches", **fields: str) -> dict[str, str]:
    return {"csrf": token(client.get(address)), "name": "Mặn", "query": "mặn topic:environment", **fields}


def test_a_search_is_saved_changed_and_ended(web: House) -> None:
    analyst, other = web.browser("analyst"), web.browser("editor")
    asked = form(analyst, run="hourly", quiet_from="22:00", quiet_to="06:00", feed="1")
    answer = analyst.post("/searches", data=asked)
    assert answer.headers["location"] == "/searches/1"
    page = analyst.get("/searches/1").text
    assert 'value="hourly" checked' in page
    assert "22:00–06:00" in page
    assert other.get("/searches/1").status_code == 404
    assert other.post("/searches/1/end", data={"csrf": token(other.get("/searches"))}).status_code == 404
    assert analyst.post("/searches/1", data=form(analyst, name="Khác", run="daily", at="08:15")).status_code == 303
    assert "Khác" in analyst.get("/searches").text
    assert analyst.post("/searches/1/end", data=form(analyst)).status_code == 303
    assert analyst.get("/searches/1").status_code == 404
    assert analyst.get("/searches/99999999999999999999").status_code == 422
    assert web.browser("reader").get("/searches").status_code == 403


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"query": "nguyễn văn a", "run": "once"}, "không theo dõi người"),
        ({"query": "nguyễn văn a", "feed": "1"}, "không theo dõi người"),
        ({"query": "nguyễn văn a", "spike": "1"}, "không theo dõi người"),
        ({"query": "mặn topic:helth", "run": "once"}, "ý là health"),
        ({"query": ""}, "Xin ghi câu tìm."),
        ({"quiet_from": "22:00"}, "cả giờ bắt đầu"),
        ({"at": "25:00"}, "Giờ viết dạng"),
    ],
)
def test_what_cannot_be_saved_says_why(web: House, fields: dict[str, str], said: str) -> None:
    analyst = web.browser("analyst")
    answer = analyst.post("/searches", data=form(analyst, **fields))
    assert answer.status_code == 422
    assert said in answer.text
    with web.archive.read() as db:
        assert not delivery.searches.telling(db)


def test_a_feed_is_read_with_its_key_alone(web: House) -> None:
    analyst = web.browser("analyst")
    store(web.archive, link(1), title="Mặn <b>& ngọt\x0b", judged=judgement(topics=(TopicTag("environment", 0.8),)))
    web.app.state.site.index.catch_up()
    for fields in ({"feed": "1"}, {"feed": "1", "query": 'place:"Hà Nội"'}, {"run": "once"}):
        analyst.post("/searches", data=form(analyst, **fields))
    keys = [
        re.search(r'href="[^"]*(/searches/\d\.atom\?key=[^"]+)"', analyst.get(f"/searches/{n}").text) for n in (1, 2)
    ]
    first, second = (key[1] for key in keys if key)
    reader = web.anonymous()
    answer = reader.get(first)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert "Mặn &lt;b&gt;&amp; ngọt" in answer.text
    assert "Mặn" not in reader.get(second).text.partition("<entry>")[2]
    for address in ("/searches/1.atom", first[:-1], first.replace("/1.", "/2."), first.replace("/1.", "/3.")):
        assert reader.get(address).status_code == 404, address
    analyst.post("/searches/1", data=form(analyst))
    assert reader.get(first).status_code == 404
