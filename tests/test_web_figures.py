"""The pages of figures and of the service: numbers equal the archive's, roles hold, hostile text stays text."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

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
