"""The filters `tag` and `stories`: whatever a feed serves is read as at ingest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analysis import Tagger
from analysis.filters import tag_record
from pipeline.learning.filters import stories

MARKED = (
    '<a href="https://x.vn/bac-lieu?a=1&amp;b=2"><img src="https://x.vn/a.jpg" alt="Ảnh: Bạc Liêu, 5 > 3"/></a>{}',
    '<p class="lead">{}</p><!-- Cà Mau --><script>var tinh = "Bạc Liêu";</script>',
    '{}<br/><img src="https://x.vn/ca-mau.jpg" title="Cà M',
    '&lt;div&gt;{}&lt;/div&gt;&lt;img src=&quot;a.jpg&quot; /&gt;',
    '&amp;lt;a href=&amp;quot;x&amp;quot;&amp;gt;{}&amp;lt;/a&amp;gt;',
    '{}<im',
    '.jpg" alt="Bạc Liêu"/>{}',
)  # fmt: skip


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger("Sóc Trăng")


@pytest.mark.parametrize("around", MARKED)
def test_markup_around_changes_no_tag(tagger: Tagger, around: str) -> None:
    title, text = "Cháy nhà ở Sóc Trăng", "Tối 4/8, một vụ cháy ở xã Cù Lao Dung làm hai người bị thương."
    clean = tag_record(tagger, {"id": 1, "title": title, "text": text})
    assert tag_record(tagger, {"id": 1, "title": around.format(title), "text": around.format(text)}) == clean
    cut = f"{text} Lực lượng chức năng <b>đang"
    whole = tag_record(tagger, {"id": 1, "title": title, "text": f"{text} Lực lượng chức năng đang"})
    assert tag_record(tagger, {"id": 1, "title": title, "text": cut}) == whole


def test_markup_makes_no_story_and_parts_none() -> None:
    title, text = (
        "Cháy nhà ở Sóc Trăng",
        "Tối 4/8, một vụ cháy ở xã Cù Lao Dung làm hai người bị thương, nhà sập.",
    )
    other = "Giá lúa hè thu tăng nhẹ", "Thương lái trả cao hơn tuần trước hai trăm đồng một ký lúa tươi tại ruộng."
    now = datetime(2026, 8, 5, tzinfo=UTC)
    records = [{"id": "fire", "title": title, "text": text}, {"id": "rice", "title": other[0], "text": other[1]}]
    records += [
        {"id": f"{name} {number}", "title": around.format(one), "text": around.format(body)}
        for number, around in enumerate(MARKED)
        for name, (one, body) in {"fire": (title, text), "rice": other}.items()
    ]
    told = {str(answer["id"]): answer["story"] for answer in stories(records, now)}
    assert {name: story for name, story in told.items() if story != name.split(" ")[0]} == {}
