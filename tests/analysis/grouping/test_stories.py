"""Reprints and stories: what belongs together, what does not, and that batches do not matter."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.grouping.fingerprints import Fingerprint, fingerprint, likeness, shared, unpack
from analysis.grouping.stories import Grouping, Item, grouped
from demo.truth.truth import DemoArticle, articles
from press.dates import parse
from press.text import clean, split_dateline

ANCHOR = datetime(2026, 8, 4, 23, 45, tzinfo=UTC)
BODY = (
    "Đoạn đê dài khoảng bốn mươi mét bị nước cuốn trôi lúc nửa đêm, uy hiếp nhiều căn nhà ven sông. Chính quyền xã đã "
    "huy động lực lượng tại chỗ đưa người già và trẻ em đến điểm trường, đồng thời cắm biển cảnh báo. Đơn vị "
    "quản lý công trình cho biết hố xoáy sâu mười tám mét nằm sát chân đê, cần thả bao tải cát trong ba ngày tới "
    "để giữ phần còn lại. Người dân mong tuyến kè kiên cố sớm được khởi công trước mùa nước lớn."
)


def item(number: int, title: str, text: str = "", hours: float = 0) -> Item:
    return Item(number, ANCHOR + timedelta(hours=hours), f"https://a.example/{number:03}", fingerprint(title, text))


def demo() -> list[DemoArticle]:
    return [article for article in articles(ANCHOR) if article.language == "vi"]


def item_of(number: int, article: DemoArticle) -> Item:
    text = f"{article.text.lead}\n{article.text.body}"
    return Item(number, article.published_at, article.url, fingerprint(article.text.title, text))


def partition(items: list[Item]) -> set[frozenset[int]]:
    stories: dict[int | None, set[int]] = defaultdict(set)
    for each in items:
        stories[each.story].add(each.id)
    return {frozenset(members) for members in stories.values()}


def test_a_fingerprint_comes_back_from_its_bytes() -> None:
    made = fingerprint("Sạt lở đê sông Hậu ở xã Cù Lao Dung", BODY)
    read = unpack(made.packed())
    assert read.terms.keys() == made.terms.keys()
    assert likeness(read, made) == pytest.approx(1, abs=0.01)
    assert shared(read, made) == 1
    assert len(made.packed()) < 600
    with pytest.raises(ValueError, match="form"):
        unpack(b"\x02" + made.packed()[1:])


@given(st.text(max_size=80), st.text(max_size=400), st.sampled_from(["vi", "en", "km"]))
@settings(max_examples=60, deadline=None)
def test_any_text_has_a_fingerprint_that_comes_back(title: str, text: str, language: str) -> None:
    made = fingerprint(title, text, language)  # type: ignore[arg-type]
    read = unpack(made.packed())
    assert isinstance(read, Fingerprint)
    assert read.terms.keys() == made.terms.keys()
    assert 0 <= likeness(read, made) <= 1.01


def test_tone_mark_placement_does_not_tell_texts_apart() -> None:
    one, other = fingerprint("Cháy lớn ở chợ Biên Hòa", ""), fingerprint("Cháy lớn ở chợ Biên Hoà", "")
    assert likeness(one, other) == pytest.approx(1)


def test_a_reprint_with_another_headline_points_at_the_original() -> None:
    first = item(1, "Vỡ đê trong đêm", BODY)
    copy = item(2, "Bốn mươi mét đê trôi sông", BODY, hours=3)
    shortened = item(3, "Dân bồng con chạy lũ", ". ".join(BODY.split(". ")[:3]), hours=5)
    other = item(4, "Giá lúa tăng", "Giá lúa tại ruộng tăng hai trăm đồng một ký so với tuần trước. " * 6, hours=6)
    grouped([other, shortened, copy, first])
    assert (first.reprint_of, copy.reprint_of, shortened.reprint_of, other.reprint_of) == (None, 1, 1, None)
    assert first.story == copy.story == shortened.story != other.story


def test_an_original_that_comes_in_last_takes_its_place() -> None:
    copy, again = item(2, "Bốn mươi mét đê trôi sông", BODY, hours=3), item(3, "Vỡ đê", BODY, hours=4)
    window = Grouping(())
    window.add([copy, again])
    assert again.reprint_of == 2
    first = item(1, "Vỡ đê trong đêm", BODY)
    changes = window.add([first])
    assert (first.reprint_of, copy.reprint_of, again.reprint_of) == (None, 1, 1)
    assert set(changes.placed) == {1, 2, 3}
    assert first.story == copy.story


def test_a_headline_is_never_called_a_reprint() -> None:
    one, other = item(1, "Cháy lớn ở chợ Biên Hòa"), item(2, "Cháy lớn ở chợ Biên Hòa", hours=1)
    grouped([one, other])
    assert other.reprint_of is None
    assert one.story == other.story


def test_a_roundup_joins_no_stories() -> None:
    dyke = item(1, "Sạt lở đê sông Hậu ở Cù Lao Dung, di dời 23 hộ dân")
    longan = item(2, "Giá nhãn Vĩnh Châu xuống thấp nhất ba năm")
    roundup = item(
        3,
        "Điểm nhanh: Sạt lở đê sông Hậu ở Cù Lao Dung; giá nhãn Vĩnh Châu xuống thấp nhất ba năm",
        hours=1,
    )
    later = item(4, "Giá nhãn Vĩnh Châu thấp nhất ba năm, nhà vườn lao đao", hours=2)
    grouped([dyke, longan, roundup, later])
    assert dyke.story != longan.story
    assert later.story == longan.story


def test_an_event_of_last_month_is_another_story() -> None:
    old = item(1, "Sạt lở đê sông Hậu ở Cù Lao Dung")
    new = item(2, "Sạt lở đê sông Hậu ở Cù Lao Dung", hours=24 * 30)
    grouped([old, new])
    assert old.story != new.story


def test_the_stories_of_the_demo_press() -> None:
    truth = demo()
    items = [item_of(number, article) for number, article in enumerate(truth)]
    grouped(items)
    by_key = {article.key: items[number] for number, article in enumerate(truth)}
    for number, article in enumerate(truth):
        if article.reprint_of:
            assert items[number].reprint_of is not None, f"{article.key} reprints {article.reprint_of}"
            assert items[number].story == by_key[article.reprint_of].story
    accidents = [[a.key for a in truth if a.story == story] for story in ("tai-nan-nhu-gia", "tai-nan-long-phu")]
    assert all(accidents)
    assert by_key[accidents[0][0]].story != by_key[accidents[1][0]].story
    landslide = Counter(by_key[a.key].story for a in truth if a.story == "sat-lo-cu-lao-dung")
    assert landslide.most_common(1)[0][1] >= 6
    precision, recall = b_cubed([a.story or a.key for a in truth], [each.story for each in items])
    assert 2 * precision * recall / (precision + recall) >= 0.93


@given(st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None)
def test_batches_in_order_of_time_give_the_same_stories(random: object) -> None:
    truth = sorted(demo(), key=lambda article: (article.published_at, article.url))
    whole = [item_of(number, article) for number, article in enumerate(truth)]
    grouped(whole)
    parts = [item_of(number, article) for number, article in enumerate(truth)]
    cuts = sorted(random.sample(range(1, len(parts)), 3))  # type: ignore[attr-defined]
    window = Grouping(())
    for start, end in zip([0, *cuts], [*cuts, len(parts)], strict=True):
        window.add(parts[start:end])
    assert partition(parts) == partition(whole)
    assert [each.reprint_of for each in parts] == [each.reprint_of for each in whole]


def b_cubed(gold: list[str], found: list[int | None]) -> tuple[float, float]:
    """Return B³ precision and recall of a grouping."""
    by_gold, by_found = defaultdict(set), defaultdict(set)
    for number, (one, other) in enumerate(zip(gold, found, strict=True)):
        by_gold[one].add(number)
        by_found[other].add(number)
    precision = recall = 0.0
    for one, other in zip(gold, found, strict=True):
        common = len(by_gold[one] & by_found[other])
        precision += common / len(by_found[other]) / len(gold)
        recall += common / len(by_gold[one]) / len(gold)
    return precision, recall


@pytest.mark.shared
def test_a_real_day_is_grouped_as_a_reader_groups_it(shared_data: Path) -> None:
    lines = (shared_data / "gold" / "stories_2026-08-05.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    items = []
    for number, record in enumerate(records):
        published = parse(record["published"])
        assert published is not None
        text = split_dateline(clean(record["text"]))[1]
        items.append(Item(number, published.at, record["url"], fingerprint(clean(record["title"]), text)))
    grouped(items)
    precision, recall = b_cubed([record["story"] for record in records], [each.story for each in items])
    assert 2 * precision * recall / (precision + recall) >= 0.93
