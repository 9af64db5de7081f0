"""The pages of figures and of the service: numbers equal the archive's, roles hold, hostile text stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from analysis.gazetteer import load_gazetteer
from pipeline.search import Units
from press import Place, TopicTag
from tests.archives import judgement, link, store
from tests.webhouse import NOW, House, house
from web import charts

TEXT = st.text(max_size=20)
COUNTS = st.dictionaries(st.sampled_from([1, 0, -1, None]), st.integers(0, 5000))


@given(TEXT, TEXT, st.lists(st.tuples(TEXT, st.integers(0, 5000)), max_size=100), COUNTS)
def test_charts_are_well_formed_whatever_they_are_given(
    title: str, desc: str, rows: list[tuple[str, int]], counts: dict[int | None, int]
) -> None:
    for chart in (
        charts.bars(rows, title, desc),
        charts.tone_bars([(label, counts) for label, _ in rows], title, desc),
        charts.tone_strip(counts, title, desc),
        charts.sparkline([value for _, value in rows], title, desc),
    ):
        root = ElementTree.fromstring(chart)
        assert (root.tag, root.get("role")) == ("svg", "img")
        assert root[0].tag == "title"
        assert "style" not in chart


def test_a_column_is_as_tall_as_its_value() -> None:
    root = ElementTree.fromstring(charts.bars([("1/8", 10), ("2/8", 0), ("3/8", 5)], "Số bài"))
    tall = [float(box.get("height", "")) for box in root.iter("rect")]
    assert tall[0] == 2 * tall[1]
    assert [title.text for title in root.iter("title")] == ["Số bài", "1/8: 10", "2/8: 0", "3/8: 5"]
    strip = ElementTree.fromstring(charts.tone_strip({1: 1, -1: 3}, "Sắc thái"))
    assert [(box.get("class"), box.get("width")) for box in strip.iter("rect")] == [("f-pos", "160"), ("f-neg", "480")]


def place_of(key: str) -> Place:
    """Return a place of the area as the analysis gives it."""
    unit = load_gazetteer().units[Units().unit(key) or 0]
    return Place(unit.title, unit.code, unit.title, "unit word", unit.valid_from, 0.9, True)


TODAY, OLD, DISTRICT = "31699@2025-07-01", "31699@", "950@"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        yield found


def write(home: House, number: int, days: float, key: str = TODAY, **judged: Any) -> int:
    """Put an article into the archive that was published `days` before now and names one place."""
    made = judgement(places=(place_of(key),), **judged)
    more = {"published_at": NOW - timedelta(days=days), "judged": made}
    return store(home.archive, link(number, title=judged.pop("title", f"Bài {number}")), **more)


def row_of(page: Response, name: str) -> list[str]:
    """Return the cells of the table row that begins with a name."""
    for row in LexborHTMLParser(page.text).css("table tr"):
        cells = [" ".join(cell.text().split()) for cell in row.css("th, td")]
        if cells and cells[0].startswith(name):
            return cells
    raise AssertionError(f"no row of {name}")


def test_units_count_what_names_them_and_what_lies_in_them(home: House) -> None:
    client = home.browser("reader")
    write(home, 1, 1, tone=-1)
    write(home, 2, 2, tone=1)
    write(home, 3, 3, OLD, tone=None)
    write(home, 4, 40)
    write(home, 5, 1, relevance="passing")
    month = client.get("/places?days=30")
    name = place_of(TODAY).name
    assert row_of(month, name)[1] == "3"
    assert row_of(month, "tỉnh Sóc Trăng")[1] == "3"
    assert row_of(month, "huyện Trần Đề")[1] == "3"
    assert row_of(month, name)[3].startswith("▲ 1 tích cực ○ 1 chưa rõ ▼ 1 tiêu cực")
    assert "42 đơn vị chưa có bài nào trong 30 ngày" in month.text
    assert row_of(client.get("/places?days=90"), name)[1] == "4"
    page = client.get(f"/places/{TODAY}?days=30")
    assert re.findall(r'href="/articles/(\d+)"', page.text) == ["1", "2", "3"]
    assert "<b>2</b>bài nhắc đúng tên này" in page.text
    assert client.get("/places/31699?days=30").text.count("/articles/") == 3
    assert client.get("/places/00001").status_code == 404


def test_topics_compare_months_only_where_the_archive_reaches_back(home: House) -> None:
    client = home.browser("reader")
    health = (TopicTag("health", 0.8),)
    write(home, 1, 1, topics=health, tone=-1)
    write(home, 2, 2, topics=health, tone=1)
    write(home, 3, 10, topics=health, tone=1)
    rows = row_of(client.get("/topics"), "Y tế")
    assert rows[1:2] + rows[4:] == ["3", "50%", "—", "—"]
    write(home, 4, 40, topics=(), tone=0)
    write(home, 5, 363, topics=health, tone=-1)
    write(home, 6, 400, topics=(), tone=0)
    assert row_of(client.get("/topics?days=7"), "Y tế")[1:2] == ["2"]
    assert row_of(client.get("/topics"), "Y tế")[4:] == ["50%", "0%", "100%"]
    page = client.get("/topics/health?days=365")
    assert row_of(page, "bao-mot")[1] == "4"
    assert row_of(page, place_of(TODAY).name)[1] == "4"
    assert "Cùng tháng năm trước" in page.text
    assert client.get("/topics/nobody").status_code == 404
    for day, counts in [("Thứ Ba, 4/8/2026", "1"), ("Thứ Hai, 3/8/2026", "1"), ("Thứ Bảy, 1/8/2026", "0")]:
        assert row_of(client.get("/topics/health?days=7"), day)[1] == counts


def test_hostile_names_and_periods_are_text_and_ordinary_periods(home: House) -> None:
    client = home.browser("reader")
    hostile = '</title><script>alert(1)</script>"'
    made = judgement(places=(place_of(TODAY),), topics=(TopicTag("health", 0.8),))
    store(home.archive, link(1, title=hostile), published_at=NOW - timedelta(hours=5), judged=made)
    for path in ("/places", f"/places/{TODAY}", "/topics", "/topics/health"):
        for days in ("-1", "0", "10000000", "7"):
            page = client.get(f"{path}?days={days}")
            assert page.status_code == 200
            assert "<script>alert" not in page.text
            assert ' style="' not in page.text
        assert client.get(f"{path}?days=x").status_code == 422
        assert home.anonymous().get(path).status_code == 303
