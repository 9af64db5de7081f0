"""Reprints and stories: what belongs together, what does not, and that batches do not matter."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.grouping.fingerprints import Fingerprint, fingerprint, shared, unpack
from analysis.grouping.knowledge import knowledge
from analysis.grouping.pairs import FEATURES, Table, reasons
from analysis.grouping.stories import WINDOW, Grouping, Item, grouped
from analysis.training.stories.days import agreement, days, regrouped
from demo.truth.truth import DemoArticle, articles

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


def same(one: Fingerprint, other: Fingerprint) -> bool:
    arrays = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("title", "head", "vectors"))
    return arrays and (one.kind, one.day, one.places) == (other.kind, other.day, other.places)


def chance_of(one: Fingerprint, other: Fingerprint) -> float:
    table = Table(knowledge())
    rows = [table.add(each, ANCHOR.timestamp(), 0) for each in (one, other)]
    return float(table.chances(rows[0], np.array(rows[1:]))[0])


def partition(items: list[Item]) -> set[frozenset[int]]:
    stories: dict[int | None, set[int]] = defaultdict(set)
    for each in items:
        stories[each.story].add(each.id)
    return {frozenset(members) for members in stories.values()}


def test_a_fingerprint_comes_back_from_its_bytes() -> None:
    made = fingerprint("Sạt lở đê sông Hậu ở xã Cù Lao Dung", BODY)
    read = unpack(made.packed())
    assert same(read, made)
    assert shared(read, made) == 1
    assert len(made.packed()) < 1000
    for damaged in (b"", b"\x01" + made.packed()[1:], made.packed()[:-1], replace(made, mark=made.mark ^ 1).packed()):
        with pytest.raises(ValueError, match="form"):
            unpack(damaged)


@given(st.text(max_size=80), st.text(max_size=400), st.sampled_from(["vi", "en", "km"]))
@settings(max_examples=60, deadline=None)
def test_any_text_has_a_fingerprint_that_comes_back(title: str, text: str, language: str) -> None:
    made = fingerprint(title, text, language)  # type: ignore[arg-type]
    assert same(unpack(made.packed()), made)
    assert all(0 <= chance <= 1 for chance in (chance_of(made, made), chance_of(made, fingerprint(title, ""))))


def test_tone_mark_placement_does_not_tell_texts_apart() -> None:
    one, other = fingerprint("Cháy lớn ở chợ Biên Hòa", ""), fingerprint("Cháy lớn ở chợ Biên Hoà", "")
    assert same(one, other)


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
    assert agreement([a.story or a.key for a in truth], [each.story for each in items]).b3 >= 0.93


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
        window.add(random.sample(parts[start:end], end - start))  # type: ignore[attr-defined]
    assert partition(parts) == partition(whole)
    assert [each.reprint_of for each in parts] == [each.reprint_of for each in whole]


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_a_pair_is_judged_the_same_both_ways(data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.sampled_from(demo()), min_size=2, max_size=2))
    one, other = (fingerprint(each.text.title, each.text.lead) for each in texts)
    assert chance_of(one, other) == pytest.approx(chance_of(other, one), abs=1e-3)


def test_a_judgement_says_why() -> None:
    table = Table(knowledge())
    for hours, title in ((0, "Sạt lở đê sông Hậu ở Cù Lao Dung"), (3, "Cù Lao Dung: đê sông Hậu sạt lở 40 mét")):
        table.add(fingerprint(title, ""), ANCHOR.timestamp() + 3600 * hours, 0)
    features = table.features(0, np.array([1]))[0]
    assert len(features) == len(FEATURES)
    assert reasons(features, knowledge()).startswith("cùng sự kiện vì: ")
    assert reasons(features, knowledge()).endswith("đăng cách nhau 3 giờ")
    assert reasons(features, knowledge(), "en").startswith("one event because: ")
    assert "chung" in reasons(features, knowledge())


def test_what_left_the_window_is_forgotten() -> None:
    window = Grouping(())
    for day in range(12):
        window.add(item(160 * day + n, f"Tin {day} ngày về xã số {n}", hours=24 * day) for n in range(160))
    assert len(window.items) == len(window.rows) == window.table.size < 160 * 10
    assert max(map(len, window.terms.values())) <= window.table.size


def test_forgetting_changes_no_story() -> None:
    titles = ("Sạt lở đê sông Hậu ở Cù Lao Dung", "Giá nhãn Vĩnh Châu xuống thấp nhất", "Cháy chợ Ngã Năm trong đêm")
    made = [(title, hours) for hours in range(0, 24 * 14, 7) for title in titles]
    whole = [item(n, title, hours=hours) for n, (title, hours) in enumerate(made)]
    grouped(whole)
    cut = [item(n, title, hours=hours) for n, (title, hours) in enumerate(made)]
    placed: list[Item] = []
    for at in range(0, len(cut), 5):  # each batch sees what the archive would give it
        batch = cut[at : at + 5]
        Grouping([other for other in placed if other.at >= batch[0].at - WINDOW]).add(batch)
        placed += batch
        lasting = {each.story: abs(each.story or 0) + 1000 * at for each in batch if (each.story or 0) < 0}
        for each in batch:
            each.story = lasting.get(each.story, each.story)
    assert partition(cut) == partition(whole)


@pytest.mark.shared
def test_the_labelled_days_are_grouped_as_readers_group_them(shared_data: Path) -> None:
    """What ships has learned from these days: a floor under the grouping, no estimate."""
    found = [agreement(day.stories, regrouped(day, knowledge())) for day in days(shared_data, knowledge())]
    assert np.mean([each.b3 for each in found]) >= 0.93
    assert np.mean([each.pairs for each in found]) >= 0.65
