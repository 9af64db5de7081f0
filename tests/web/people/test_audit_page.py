"""The audit log as an administrator reads it: acts in words of both languages, with links, found by every filter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from pipeline.desk import corrections
from pipeline.desk.people import TERMINAL
from storage.people.audit import ABOUT_ARTICLES, Act
from storage.register.matters import ACTS
from tests.support import ROOT
from tests.support.archives import link, store
from tests.support.webhouse import NOW, House, house, token
from web.people.deeds import KINDS

pytestmark = pytest.mark.slow

KNOWN = {name for group in KINDS.values() for name in group}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        store(found.archive, link(1), title="Mặn <b>lên</b> cao")
        found.site.index.catch_up()
        yield found


def rows(page: str) -> list[str]:
    return [" ".join(row.text(separator=" ").split()) for row in LexborHTMLParser(page).css("tbody tr")]


def test_every_kind_of_act_has_its_words() -> None:
    sources = "".join(path.read_text("utf-8") for name in ("web", "pipeline") for path in (ROOT / name).rglob("*.py"))
    said = set(re.findall(r'Act\((?:[^",()]|\([^()]*\))+(?:""[^",]*)?,\s*"([a-z ]+)"', sources))
    said |= set(re.findall(r'note\(visitor, "([a-z ]+)"', sources))
    said |= set(re.findall(r'_done\(archive, act, "([a-z ]+)"', sources))
    assert len(said) > 20
    assert said <= KNOWN
    assert set(ABOUT_ARTICLES) | set(ACTS) <= KNOWN


def test_acts_are_told_in_words_with_links(home: House) -> None:
    editor, admin = home.browser("editor"), home.browser("admin")
    editor.get("/articles/1")
    editor.get("/search", params={"q": "mặn"})
    form = {"csrf": token(editor.get("/articles/1"))}
    editor.post("/articles/1/correct", data=form | {"choice": "set|tone|1"})
    editor.post("/articles/1/correct", data=form | {"choice": "add|topic|health"})
    editor.post("/articles/1/undo", data=form | {"correction": "1"})
    editor.get("/accounts")
    page = admin.get("/audit").text
    assert "<b>lên" not in page
    said = "\n".join(rows(page))
    for told in (
        "đọc bài Mặn <b>lên</b> cao",
        "tìm mặn 1 bài",
        "sửa nhãn Mặn <b>lên</b> cao sắc thái: đặt tích cực",
        "lĩnh vực: thêm Y tế",
        "hoàn tác sửa nhãn Mặn <b>lên</b> cao sắc thái · lần sửa số 1",
        "bị từ chối GET /accounts cần vai trò quản trị",
        "đăng nhập từ 192.0.2.1",
    ):
        assert told in said, (told, said)
    assert 'href="/articles/1"' in page
    assert 'href="/search?q=m%E1%BA%B7n"' in page
    admin.post("/language", data={"to": "en", "csrf": token(admin.get("/me"))})
    english = "\n".join(rows(admin.get("/audit").text))
    assert "corrected Mặn <b>lên</b> cao tone: set to positive" in english
    assert not re.search("sửa nhãn|đọc bài|bị từ chối", english)


def test_what_is_corrected_at_the_terminal_is_in_the_log_too(home: House) -> None:
    (made,) = corrections.correct(home.archive, "1", {"tone": 1}, "Lan", NOW)
    corrections.undo(home.archive, made.id, TERMINAL, NOW)
    said = rows(home.browser("admin").get("/audit", params={"article": "1"}).text)
    assert [row.partition(" ")[2].partition("Mặn")[0] for row in said] == [
        "5/8/2026 dòng lệnh hoàn tác sửa nhãn ",
        "5/8/2026 Lan sửa nhãn ",
    ]
    assert "sắc thái: tích cực" in said[1]


def test_acts_are_found_by_kind_person_article_and_day(home: House) -> None:
    home.browser("reader").get("/articles/1")
    home.site.log.add(Act("lan@example.vn", "read", "2"))
    home.site.log.add(Act("lan@example.vn", "story read", "1"))
    home.clock.now += timedelta(days=1)
    admin = home.browser("admin")

    def found(**asked: str) -> list[str]:
        return rows(admin.get("/audit", params=asked).text)

    assert len(found(article="1")) == 1
    assert "reader@example.vn" in found(article="1")[0]
    assert len(found(who="lan@example.vn")) == 2
    assert len(found(who="lan@example.vn", action="read")) == 1
    assert len(found(action="login", since="2026-08-06")) == 1
    assert found(article="1", since="2026-08-06") == ["Không có mục nào khớp."]
    shown = admin.get("/audit", params={"action": "read", "article": "x"}).text
    assert '<option value="read" selected>' in shown
