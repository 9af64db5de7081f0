"""One query, three doors: the command line, the page and the API find the same, and point at the same mistake."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest

from cli import main
from press import TopicTag
from tests.support.archives import judgement, link, store
from tests.support.webhouse import House, house

pytestmark = pytest.mark.server

SETTINGS = """[storage]
url = "sqlite:///web.db"
[crawl]
outlets = []
contact = "x@example.vn"
[[outlet]]
slug = "bao-mot"
name = "Báo Một"
language = "vi"
level = "local"
[[outlet]]
slug = "bao-hai"
name = "Báo Hai"
language = "vi"
level = "central"
"""
ARTICLES = {  # headline: text, outlet, topic, language
    "Trần Đề lo hạn": ("Cống đóng sớm, dân mất đất.", "bao-mot", "environment", "vi"),
    "Trần để lại dấu vết": ("Trần nhà dột.", "bao-hai", "other", "vi"),
    "Vì hòa bình": ("Hội thảo.", "bao-mot", "external", "vi"),
    "Công viên Hoà Bình": ("Khánh thành.", "bao-hai", "culture", "vi"),
    "Bảo hiểm y tế cho hộ nghèo": ("Thẻ đến tay dân.", "bao-mot", "health", "vi"),
    "Y tế, bảo hiểm và hộ nghèo": ("Hai việc khác nhau.", "bao-hai", "health", "vi"),
    "កសិករដាំខ្ទឹមក្រហម": ("ព្រួយបារម្ភពីតម្លៃធ្លាក់ចុះ", "bao-mot", "agriculture", "km"),
}
LO, LEFT, PEACE, PARK, INSURED, APART, KHMER = ARTICLES
FINDS = {
    "tran de": {LO, LEFT},
    "Trần Đề": {LO},
    "trần đề": {LO},
    "hoà bình": {PEACE, PARK},
    "hòa bình": {PEACE, PARK},
    "hoa binh": {PEACE, PARK},
    "dat": {LO},
    "đất": {LO},
    unicodedata.normalize("NFD", "Trần Đề"): {LO},
    unicodedata.normalize("NFD", "hoà bình"): {PEACE, PARK},
    '"bảo hiểm y tế"': {INSURED},
    "bảo hiểm y tế": {INSURED, APART},
    "topic:health -outlet:bao-hai (nghèo OR đất)": {INSURED},
    "topic:health (nghèo OR đất)": {INSURED, APART},
    "ខ្ទឹម": {KHMER},
    "tran -de": set(),
    "'; DROP TABLE articles; --": set(),
    "": set(ARTICLES),
}
WRONG = {  # query: what the mark stands under
    '"bảo hiểm': '"',
    "topic:health -outlet:bao-hai (a OR b": "(",
    "mặn topic:helth": "topic:helth",
    "mặn author:x": "author",
}
Door = Callable[[str], set[str] | tuple[int, int]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("doors")
    (folder / "settings.toml").write_text(SETTINGS, "utf-8")
    with house(folder, SETTINGS.partition('x@example.vn"\n')[2]) as found:
        for number, (title, (body, outlet, topic, language)) in enumerate(ARTICLES.items()):
            judged = judgement(topics=(TopicTag(topic, 0.9),), places=(), language=language)
            what = {"title": title, "lead": "", "body": body, "language": language}
            store(found.archive, link(number, outlet), **what, judged=judged)
        found.site.index.catch_up()
        yield found


@pytest.fixture(params=["cli", "page", "api"])
def door(request: pytest.FixtureRequest, home: House, capsys: pytest.CaptureFixture[str]) -> Door:
    client = home.browser("reader")

    def by_command(query: str) -> set[str] | tuple[int, int]:
        folder = Path(home.settings.storage.url.removeprefix("sqlite:///")).parent
        code = main(["--settings", str(folder / "settings.toml"), "search", "--json", "--", query])
        said = capsys.readouterr()
        if code == 2:
            _, _, pointer = said.err.splitlines()
            return pointer.index("^"), pointer.count("^")
        return {hit["title"] for hit in json.loads(said.out)["hits"]}

    def by_page(query: str) -> set[str] | tuple[int, int]:
        answer = client.get("/search", params={"q": query})
        if answer.status_code == 422:
            shown = re.search(r'<pre class="pointed">(.*?)<mark>(.*?)</mark>', answer.text, re.DOTALL)
            assert shown
            return len(unescape(shown[1])), len(unescape(shown[2]))
        hits = re.findall(r"<h3[^>]*><a[^>]*>(.*?)</a>", answer.text)
        return {unescape(re.sub("<.*?>", "", title)) for title in hits}

    def by_program(query: str) -> set[str] | tuple[int, int]:
        answer = client.get("/api/v1/search", params={"q": query, "limit": 100})
        said = answer.json()
        return (said["at"], said["length"]) if answer.status_code == 422 else {hit["title"] for hit in said["hits"]}

    doors: dict[str, Door] = {"cli": by_command, "page": by_page, "api": by_program}
    return doors[request.param]


def test_every_door_finds_the_same(door: Door) -> None:
    assert {query: door(query) for query in FINDS} == FINDS


def test_every_door_points_at_the_mistake(door: Door) -> None:
    assert {query: door(query) for query in WRONG} == {
        query: (query.index(part), len(part)) for query, part in WRONG.items()
    }
