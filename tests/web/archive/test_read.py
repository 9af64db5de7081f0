"""The pages that are read and the words of people: what is shown, to whom, logged first; grouping respects people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from analysis.grouping.fingerprints import fingerprint
from pipeline.desk.readers import Wishes, subscribe
from pipeline.figures import area, one_event
from pipeline.group import group
from pipeline.publish import publish
from press import Deciding, Place, TopicTag
from settings import Area
from storage.coverage import articles, stories
from storage.coverage.stories import Membership
from storage.people import audit
from storage.people.accounts import Role
from tests.support.archives import NOW, at, judgement, link, read_page, store
from tests.support.webhouse import House, house, token
from tests.support.wholeway import MailServer
from web.archive import evidence

pytestmark = pytest.mark.slow

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, '[area]\nprovince = "Sóc Trăng"\n') as found:
        found.clock.now = NOW + timedelta(hours=9)
        yield found


def acts(home: House) -> list[tuple[str, str]]:
    with home.archive.read() as db:
        return [(entry.action, entry.target) for entry in audit.entries(db)]


def put(home: House, number: int, hours: float = 0, outlet: str = "bao-mot", **more: object) -> int:
    return store(home.archive, link(number, outlet), at(hours), **{"published_at": at(hours), **more})


def grouped(home: House, *groups: tuple[int, ...]) -> list[int]:
    with home.archive.begin() as db:
        found = []
        for members in groups:
            story = stories.create_story(db, NOW)
            stories.assign(db, [Membership(one, story) for one in members], NOW)
            found.append(story)
        return found


def story_of(home: House, article: int) -> int | None:
    with home.archive.read() as db:
        found = articles.get_article(db, article)
        assert found
        return found.story


def send(home: House, path: str, role: Role = "editor", **form: str | list[str]) -> Any:
    client = home.browser(role)
    return client.post(path, data={"csrf": token(client.get("/me").text), **form})


def test_an_article_shows_its_evidence_and_is_logged_first(home: House) -> None:
    number = put(home, 1, lead="Nước mặn lên cao, thiệt hại lớn.", body="Ở Lịch Hội Thượng, nước mặn vào ruộng.")
    client = home.browser("reader")
    page = client.get(f"/articles/{number}").text
    assert "<mark>" not in page
    assert "https://bao-mot.vn/bai-1.html" in page
    assert acts(home)[0] == ("read", str(number))
    marks = {
        "topic:environment": ["Nước mặn", "nước mặn"],
        "tone": ["thiệt hại"],
        "place:0": ["Lịch Hội Thượng"],
        "relevance": ["Lịch Hội Thượng"],
        "topic:nothing": [],
    }
    for shown, wanted in marks.items():
        page = client.get(f"/articles/{number}", params={"shown": shown}).text
        assert re.findall("<mark>(.*?)</mark>", page) == wanted, shown
    assert client.get("/articles/99").status_code == 404
    assert client.get(f"/articles/{2**70}").status_code == 422


def test_under_a_label_stand_the_sentences_that_decided_and_a_click_marks_them(home: House) -> None:
    flood = Deciding("Triều cường làm ba người chết.", 1.4, ("người chết",))
    calm = Deciding("Nước đã rút.", -0.9)
    salt = Deciding("Nước mặn <vào> ruộng.", 2.0, ("Nước mặn",))
    rain = Deciding("Mưa.", 1.1)
    topics = (TopicTag("environment", 0.8, ("nước mặn",), (salt, rain)), TopicTag("agriculture", 0.6, ("ruộng",)))
    text = {"lead": "Triều cường làm ba người chết. Nước đã rút.", "body": "Nước mặn <vào> ruộng. Mưa."}
    judged = judgement(topics=topics, tone_sentences=(flood, calm), tone_evidence=("người chết", "thiệt hại"))
    number = put(home, 1, judged=judged, **text)
    client = home.browser("reader")

    def quoted(page: str) -> list[str]:
        shown = LexborHTMLParser(page).css(".deciding li")
        return [" ".join(one.text().split()) for one in shown]

    page = client.get(f"/articles/{number}").text
    assert quoted(page) == [
        "“Nước mặn <vào> ruộng.”", "“Mưa.”", "“Triều cường làm ba người chết.”", "cũng có: “Nước đã rút.”",
    ]  # fmt: skip
    assert [one.text() for one in LexborHTMLParser(page).css("mark")] == ["Nước mặn", "người chết"]
    assert "Thêm 1 câu" in page
    assert "thiệt hại" not in page, "sentences stand in place of loose words"
    assert "ruộng</span>" in page, "a label without sentences is shown by its words"
    for shown, marks in [
        ("topic:environment", ["Nước mặn <vào> ruộng.", "Mưa."]),
        ("tone", ["Triều cường làm ba người chết."]),
        ("topic:agriculture", ["ruộng"]),
    ]:
        found = LexborHTMLParser(client.get(f"/articles/{number}", params={"shown": shown}).text)
        assert [one.text() for one in found.css("#bai mark")] == marks, shown
    send(home, f"/articles/{number}/correct", choice="set|tone|0")
    assert quoted(client.get(f"/articles/{number}").text) == ["“Nước mặn <vào> ruộng.”", "“Mưa.”"], "not the tone's"


def test_a_long_sentence_is_shown_around_its_words() -> None:
    said = evidence.quoted(Deciding(f"{'một hai ' * 80}<b>chết</b> {'ba bốn ' * 80}", 1.0, ("chết",)))
    assert len(said) < 360
    assert "&lt;b&gt;<mark>chết</mark>" in said
    assert said.startswith("“… ")
    assert said.endswith(" …”")


def test_a_page_that_cannot_be_logged_shows_nothing(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    number = put(home, 1)
    client = home.browser("reader")

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(home.app.state.site.log, "_write", full)
    with pytest.raises(OSError, match="disk full"):
        client.get(f"/articles/{number}")


def test_hostile_titles_and_bodies_are_text(home: House) -> None:
    place = Place(HOSTILE, "31699", HOSTILE, HOSTILE, "2025-07-01", 0.9, True)
    said = (Deciding(HOSTILE, 1.0, (HOSTILE,)), Deciding(HOSTILE, -1.0))
    judged = judgement(
        tone_evidence=(HOSTILE,), places=(place,), relevance_evidence=(HOSTILE,), tone_sentences=said,
    )  # fmt: skip
    one = put(home, 1, title=HOSTILE, lead=HOSTILE, body=HOSTILE, judged=judged, section=HOSTILE, published_raw=HOSTILE)
    put(home, 1, hours=1, title=HOSTILE * 2, body=f"{HOSTILE}\n{HOSTILE}", judged=judged)
    (story,) = grouped(home, (one,))
    client = home.browser("editor")
    for path in ("/", f"/articles/{one}", f"/articles/{one}?shown=tone", f"/stories/{story}"):
        page = client.get(path)
        assert page.status_code == 200, path
        inside = page.text.partition("<main")[2].partition("</main>")[0]
        assert "<script" not in inside, path
        assert "<img" not in inside, path
        assert "&lt;script&gt;" in inside, path


def test_versions_are_compared_word_by_word(home: House) -> None:
    number = put(home, 1, title="Mặn vào 3 xã", body="Đoạn một.\nCó 12 hộ bị hại.")
    put(home, 1, hours=6, title="Mặn vào 5 xã", body="Đoạn một.\nCó 20 hộ bị hại.\nMới thêm.")
    page = home.browser("reader").get(f"/articles/{number}?old=1&new=2").text
    assert "Mặn vào <del>3</del><ins>5</ins> xã" in page
    assert "<p>Có <del>12</del><ins>20</ins> hộ bị hại.</p>" in page
    assert "<p>Đoạn một.</p>" in page
    assert "<p><ins>Mới thêm.</ins></p>" in page


def test_a_difference_holds_both_texts_and_takes_no_time() -> None:
    old, new = "một hai " * 40_000, "hai ba " * 40_000
    shown = str(evidence.difference(f"đầu\n{old}", f"đầu\n{new}"))
    assert f"<del>{old}</del><ins>{new}</ins>" in shown


def test_only_administrators_see_stored_copies_and_as_text(home: House) -> None:
    number = put(home, 1)
    page_id = read_page(home.archive, link(1), f"<p>{HOSTILE}</p>".encode(), at(1))
    other = read_page(home.archive, link(2), b"<p>bai khac</p>", at(1))
    for role in ("reader", "analyst", "editor"):
        assert home.browser(role).get(f"/articles/{number}/stored/{page_id}").status_code == 403
    admin = home.browser("admin")
    assert f"/articles/{number}/stored/" in admin.get(f"/articles/{number}").text
    shown = admin.get(f"/articles/{number}/stored/{page_id}")
    assert "&lt;script&gt;alert(1)" in shown.text
    assert "<script>" not in shown.text
    assert ("stored copy read", str(number)) in acts(home)
    assert admin.get(f"/articles/{number}/stored/{other}").status_code == 404


def test_who_reprinted_whom(home: House) -> None:
    first, copy, other = put(home, 1), put(home, 2, 1, title="Bản chép"), put(home, 3, 2)
    (story,) = grouped(home, (other,))
    with home.archive.begin() as db:
        stories.assign(db, [Membership(first, story), Membership(copy, story, first)], NOW)
    page = home.browser("reader").get(f"/articles/{first}").text
    chain = page.partition('id="dang-lai"')[2].partition("</section>")[0]
    assert "Bản chép" in chain
    assert f"/articles/{other}" not in chain
    assert 'id="dang-lai"' not in home.browser("reader").get(f"/articles/{other}").text


def test_today_tells_stories_and_counts(home: House) -> None:
    calm, asked = judgement(tone=0), judgement(tone=-1)
    one, copy = put(home, 1, 1, title="Mặn lấn sâu", judged=calm), put(home, 2, 2, title="Chép lại", judged=calm)
    put(home, 3, -30, title="Chuyện hôm kia", judged=calm)
    put(home, 4, 3, title="Vỡ đê", judged=asked)
    (story,) = grouped(home, (one,))
    with home.archive.begin() as db:
        stories.assign(db, [Membership(copy, story, one)], NOW)
    page = home.browser("reader").get("/").text
    top, matters = (page.partition(f'id="{name}"')[2].partition("</section>")[0] for name in ("noi-bat", "can-tra-loi"))
    assert f'href="/stories/{story}">Mặn lấn sâu' in top
    assert "Đăng lại: 1 bài" in top
    assert "Chép lại" not in top
    assert "Vỡ đê" in matters
    assert "Mặn lấn sâu" not in matters
    assert "Chuyện hôm kia" not in page
    assert "<b>3</b>bài trong 24 giờ qua" in page


@pytest.mark.parametrize("role", ["reader", "analyst"])
def test_who_is_no_editor_corrects_nothing(home: House, role: Role) -> None:
    number = put(home, 1)
    (story,) = grouped(home, (number,))
    assert "/correct" not in home.browser(role).get(f"/articles/{number}").text
    for path, form in (
        (f"/articles/{number}/correct", {"choice": "set|tone|1"}),
        (f"/articles/{number}/undo", {"correction": "1"}),
        (f"/articles/{number}/story", {"to": "new"}),
        (f"/stories/{story}/merge", {"other": "1"}),
        (f"/stories/{story}/split", {"articles": str(number)}),
        (f"/stories/{story}/undo", {"event": "1"}),
    ):
        assert send(home, path, role, **form).status_code == 403, path
    assert home.browser("editor").post(f"/articles/{number}/correct", data={"choice": "set|tone|1"}).status_code == 403


def test_tags_are_corrected_logged_and_taken_back(home: House) -> None:
    number = put(home, 1)
    unit = next(one for one in area.choices(Area()) if one.title.startswith("xã Trần Đề"))
    for form in (
        {"choice": "add|topic|health"},
        {"choice": "remove|topic|agriculture"},
        {"choice": "set|tone|none"},
        {"choice": "set|relevance|mention"},
        {"choice": "remove|place|0:31699"},
        {"choice": "add|place|", "value": unit.key},
    ):
        assert send(home, f"/articles/{number}/correct", **form).status_code == 303, form
    with home.archive.read() as db:
        found = articles.get_article(db, number)
    assert found
    assert [tag.id for tag in found.topics] == ["health", "environment"]
    assert (found.tone, found.relevance) == (None, "mention")
    assert [(place.name, place.in_area) for place in found.places] == [("Trần Đề", True)]
    with home.archive.begin() as db:
        articles.rejudge(db, number, judgement(model="m2"), at(2))
    with home.archive.read() as db:
        assert articles.get_article(db, number).places == found.places  # type: ignore[union-attr]
    page = home.browser("editor").get(f"/articles/{number}").text
    done = page.partition('id="da-sua"')[2]
    assert "Lịch Hội Thượng" in done
    assert "editor@example.vn" in done
    numbers = re.findall(r'name="correction" value="(\d+)"', done)
    assert len(numbers) == 6
    for correction in numbers:
        assert send(home, f"/articles/{number}/undo", correction=correction).status_code == 303
    assert send(home, f"/articles/{number}/undo", correction=numbers[0]).status_code == 409
    with home.archive.read() as db:
        back = articles.get_article(db, number)
    assert back
    assert (back.topics, back.tone, back.relevance) == (judgement().topics, -1, "focus")
    assert back.places == judgement().places
    assert [action for action, _ in acts(home)].count("corrected") == 6


@pytest.mark.parametrize(
    "form",
    [
        {"choice": "set|tone|9"},
        {"choice": "add|topic|sport"},
        {"choice": "set|relevance|far"},
        {"choice": "add|place|"},
        {"choice": "remove|place|7:1"},
        {"choice": ""},
        {"choice": "set|body|x"},
    ],
)
def test_what_cannot_be_is_refused_and_not_logged_as_done(home: House, form: dict[str, str]) -> None:
    number = put(home, 1)
    answer = send(home, f"/articles/{number}/correct", **form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "corrected" not in [action for action, _ in acts(home)]


def test_a_merge_leads_on_and_is_taken_back(home: House) -> None:
    a, b = put(home, 1), put(home, 2, 1)
    one, other = grouped(home, (a,), (b,))
    assert send(home, f"/stories/{one}/merge", other=f"http://x/stories/{other}").status_code == 303
    client = home.browser("editor")
    assert client.get(f"/stories/{other}").headers["location"] == f"/stories/{one}"
    assert send(home, f"/stories/{one}/merge", other=str(other)).status_code == 409
    event = re.findall(r'name="event" value="(\d+)"', client.get(f"/stories/{one}").text)
    assert send(home, f"/stories/{one}/undo", event=event[0]).status_code == 303
    assert (story_of(home, a), story_of(home, b)) == (one, other)
    assert client.get(f"/stories/{other}").status_code == 200
    assert "đã hoàn tác" in client.get(f"/stories/{one}").text


def test_what_led_to_a_merged_story_leads_there_again(home: House) -> None:
    a, b, c = put(home, 1), put(home, 2, 1), put(home, 3, 2)
    one, two, three = grouped(home, (a,), (b,), (c,))
    with home.archive.begin() as db:
        stories.merge_stories(db, two, three, NOW)
        stories.merge_stories(db, one, two, NOW, "Lan")
        assert stories.current_story(db, three) == one
        event = stories.story_history(db, one)[-1]
        stories.undo_story_event(db, event.id, at(1))
        assert [stories.current_story(db, each) for each in (one, two, three)] == [one, two, two]
    assert [story_of(home, each) for each in (a, b, c)] == [one, two, two]


def test_a_story_says_why_its_articles_tell_one_event(home: House) -> None:
    told = {
        "Phà Đại Ngãi thu tiền xe máy cao hơn giá niêm yết": "Hành khách phản ánh bến phà Đại Ngãi thu 41.000 đồng.",
        "Bến phà Đại Ngãi trả lại tiền thu quá giá niêm yết": "Bến phà nhận sai, trả 41.000 đồng cho từng khách.",
        "Phà Đại Ngãi ngừng thu tiền xe máy": "Từ sáng nay bến phà Đại Ngãi ngừng thu tiền xe máy chở hàng.",
    }
    ids = [put(home, n, n, f"bao-{n}", title=title, lead=lead) for n, (title, lead) in enumerate(told.items())]
    with home.archive.begin() as db:
        made = zip(ids, told.items(), strict=True)
        articles.set_fingerprints(db, {one: fingerprint(*texts).packed() for one, texts in made})
    (story,) = grouped(home, tuple(ids))
    page = home.browser("reader").get(f"/stories/{story}").text
    assert page.count("cùng sự kiện vì: ") == 2
    assert "đăng cách nhau 1 giờ" in page
    with home.archive.read() as db:
        found = one_event.reasons_of(db, ids, "en")
    assert found.keys() == set(ids[1:])
    assert all(beside in ids and words.startswith("one event because: ") for beside, words in found.values())
    with home.archive.begin() as db:
        articles.set_fingerprints(db, dict.fromkeys(ids, b"of an older form"))
        assert one_event.reasons_of(db, ids, "vi") == {}


def test_a_split_and_a_move_are_taken_back(home: House) -> None:
    a, b, c = put(home, 1), put(home, 2, 1), put(home, 3, 2)
    one, other = grouped(home, (a, b), (c,))
    assert send(home, f"/stories/{one}/split", articles=[str(a), str(b)]).status_code == 409
    assert send(home, f"/stories/{one}/split", articles=str(b)).status_code == 303
    new = story_of(home, b)
    assert new not in (one, other)
    assert send(home, f"/articles/{a}/story", to=str(other)).status_code == 303
    assert story_of(home, a) == other
    assert home.browser("reader").get(f"/stories/{one}").headers["location"] == f"/stories/{other}"
    with home.archive.read() as db:
        split, moved = stories.story_history(db, one)
    assert (split.kind, moved.kind, moved.who) == ("split", "merge", "editor@example.vn")
    assert send(home, f"/articles/{a}/story", to=str(new)).status_code == 303
    assert send(home, f"/stories/{other}/undo", event=str(moved.id)).status_code == 409, "its article was moved on"
    with home.archive.begin() as db:
        last = stories.story_history(db, other)[-1]
        assert last.kind == "move"
        stories.undo_story_event(db, last.id, at(3))
        stories.undo_story_event(db, moved.id, at(3))
        stories.undo_story_event(db, split.id, at(3))
        assert stories.current_story(db, new or 0) == one
    assert [story_of(home, each) for each in (a, b, c)] == [one, one, other]


def test_the_digest_tells_what_people_corrected(tmp_path: Path) -> None:
    with MailServer() as mail, house(tmp_path, f"[mail]\nhost = '127.0.0.1'\nport = {mail.port}\n") as home:
        wrong = judgement(tone=-1, relevance="none")
        one = put(home, 1, 1, title="Cầu Đại Ngãi hợp long", judged=wrong)
        two = put(
            home, 2, 2, title="Hợp long cầu Đại Ngãi", outlet="bao-hai", judged=judgement(relevance="none", places=())
        )
        grouped(home, (one,), (two,))
        unit = next(one for one in area.choices(Area()) if one.title.startswith("xã Trần Đề"))
        for form in (
            {"choice": "add|topic|infrastructure"},
            {"choice": "set|tone|1"},
            {"choice": "set|relevance|focus"},
            {"choice": "remove|place|0:31699"},
            {"choice": "add|place|", "value": unit.key},
        ):
            send(home, f"/articles/{one}/correct", **form)
        send(home, f"/articles/{two}/correct", choice="set|relevance|focus")
        send(home, f"/stories/{story_of(home, one)}/merge", other=str(story_of(home, two)))
        subscribe(home.archive, home.settings, "an@example.vn", Wishes(), NOW - timedelta(hours=10))
        publish(home.archive, home.settings, at(23.75))
        text = mail.messages[-1].message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "1 sự kiện, 2 bài" in text
    assert "Hạ tầng, giao thông, đất đai" in text
    assert "nói riêng về địa bàn (Trần Đề)" in text
    assert "Lịch Hội Thượng" not in text
    assert "tích cực" in text.partition("Cầu Đại Ngãi")[2].partition("\n\n")[0]


@pytest.mark.parametrize("parted", [True, False])
def test_grouping_never_joins_what_a_person_parted(home: House, parted: bool) -> None:
    first = put(home, 0, title="Vỡ đê Cù Lao Dung trong đêm, di dời 23 hộ dân", lead="", body="")
    second = put(home, 1, 1, title="Di dời 23 hộ dân vì vỡ đê Cù Lao Dung trong đêm", lead="", body="")
    group(home.archive, home.settings, at(3))
    story = story_of(home, first)
    assert story_of(home, second) == story
    if parted:
        assert send(home, f"/articles/{second}/story", to="new").status_code == 303
    else:  # what grouping would do with two stories that are so alike
        with home.archive.begin() as db:
            stories.split_story(db, story or 0, [second], NOW)
    put(home, 1, 4, title="Di dời 23 hộ dân vì vỡ đê Cù Lao Dung đêm qua", lead="", body="")  # another text of it
    put(home, 2, 5, title="Vỡ đê Cù Lao Dung trong đêm: 23 hộ dân được di dời", lead="", body="")
    group(home.archive, home.settings, at(6))
    assert (story_of(home, first) != story_of(home, second)) is parted


def test_grouping_leaves_articles_where_a_person_put_them(home: House) -> None:
    lua = "Thương lái mua lúa tại ruộng giá cao hơn tuần trước. " * 9
    dyke = put(home, 1, title="Vỡ đê Cù Lao Dung trong đêm")
    rice = put(home, 2, 1, title="Giá lúa hè thu tăng mạnh", lead="", body=lua)
    group(home.archive, home.settings, at(2))
    story = story_of(home, dyke)
    assert story_of(home, rice) != story
    assert send(home, f"/articles/{rice}/story", to=str(story)).status_code == 303
    put(home, 2, 8, title="Giá lúa hè thu tăng rất mạnh", lead="", body=f"{lua} Cập nhật.")
    group(home.archive, home.settings, at(9))
    assert story_of(home, rice) == story
