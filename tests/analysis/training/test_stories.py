"""What stories are grouped by: nothing is measured by what learned from it, and the parts do what they say."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from analysis.grouping.knowledge import MEANINGS, WIDTH, knowledge, read
from analysis.grouping.pairs import FEATURES
from analysis.training.stories import background, fit
from analysis.training.stories.days import Day, addresses, agreement, days, halves, one_stream, pairs
from analysis.training.stories.templates import templates

PLACES = ("Cù Lao Dung", "Trần Đề", "Kế Sách", "Mỹ Xuyên", "Vĩnh Châu", "Long Phú")
EVENTS = ("Cháy kho lúa lớn ở {}", "Sạt lở bờ sông cuốn ba căn nhà ở {}", "Khởi công cầu bê tông mới ở {}")


def made(number: int, day: int) -> dict[str, str]:
    event, place = EVENTS[number % 3], PLACES[(number // 3) % 6]
    return {
        "id": f"s{day}-{number}",
        "outlet": f"báo {number % 4}",
        "url": f"https://a.example/{day}/{number}",
        "published": f"2026-08-0{day}T{number % 24:02}:00:00+07:00",
        "title": event.format(place) + (", người dân kể lại" if number >= 18 else ""),
        "text": "",
        "story": f"{number % 18}-{day}",
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "gold").mkdir()
    for day in (1, 2, 3):
        rows = [json.dumps(made(number, day), ensure_ascii=False) for number in range(36)]
        (tmp_path / "gold" / f"stories_2026-08-0{day}.jsonl").write_text("\n".join(rows), encoding="utf-8")
    feeds = [
        {
            "link": f"https://b.example/{n}",
            "outlet": "b",
            "title": EVENTS[n % 3].format(PLACES[n % 6]),
            "summary": "",
            "published": f"2026-08-{1 + n % 28:02}T06:00:00+07:00",
        }
        for n in range(60)
    ]
    with gzip.open(tmp_path / "feeds_2026.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in feeds)
    return tmp_path


def test_a_day_is_learned_and_measured_without_itself(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = days(data, knowledge())
    assert [len(day.items) for day in given] == [36, 36, 36]
    seen: list[set[str]] = []
    learned = fit.learned

    def watched(days: list[Day], *rest: object) -> object:
        seen.append({day.name for day in days})
        return learned(days, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(fit, "learned", watched)
    monkeypatch.setattr(fit, "JOINS", ((0.5, 0.1), (0.6, 0.2)))
    monkeypatch.setattr(fit, "ROUNDS", 20)
    found = fit.measure(data, lambda _: None)
    names = [day.name for day in given]
    assert seen[:3] == [set(names) - {name} for name in names]
    assert seen[3] == {f"{names[2]}, half 1", f"{names[2]}, half 2"}
    assert [one.name for one in found] == [*names, "mean of the days", f"{names[0]} + {names[1]}"]
    assert all(one.b3[0] <= one.found.b3 <= one.b3[1] + 1e-9 for one in found)
    assert "B³" in fit.text(found)


def test_training_writes_what_is_read(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "JOINS", ((0.5, 0.1),))
    monkeypatch.setattr(background, "SHORTEST", 0)  # too few for a batch: vectors stay as drawn
    said: list[str] = []
    known = read(fit.train(data, tmp_path, said.append))
    assert known.weights.shape == (len(FEATURES) + 1,)
    assert known.meaning.shape == (MEANINGS, WIDTH)
    assert known.joins == (0.5, 0.1)
    assert known.provinces["sóc trăng"] == known.provinces["cần thơ"]
    assert "60 articles" in said[0]


def test_two_days_run_on_as_one(data: Path) -> None:
    given = days(data, knowledge())
    stream = one_stream([given[0], given[2]])
    assert stream.items == sorted(stream.items, key=lambda item: item.at)
    gap = stream.items[36].at - stream.items[35].at
    assert timedelta(0) < gap < timedelta(days=1)
    assert sum(len(half.items) for half in halves(given[0])) == 36
    assert not set(halves(given[0])[0].stories) & set(halves(given[0])[1].stories)


def test_pairs_that_look_alike_lie_too_far_apart_to_be_one(data: Path) -> None:
    found = templates(data, addresses(data), knowledge())
    assert found.shape[1] == len(FEATURES)
    assert len(found) > 10
    days_apart = found[:, FEATURES.index("days_apart")]
    assert days_apart.min() >= 1
    assert days_apart.max() <= 4


def test_headlines_lie_near_their_own_leads() -> None:
    random = np.random.default_rng(1)
    words = [[int(word) << 3 for word in random.integers(0, 4000, 6)] for _ in range(background.BATCH)]
    pairs_given = [(one[:3], one[3:]) for one in words] * 2
    vectors = background.meaning(pairs_given, np.zeros(1, np.int64), 1, lambda _: None)

    def direction(terms: list[int]) -> np.ndarray:
        total = vectors[[(term >> 3) % MEANINGS for term in terms]].sum(0)
        return total / np.linalg.norm(total)

    own = np.mean([direction(one) @ direction(other) for one, other in pairs_given[:100]])
    foreign = np.mean([direction(pairs_given[n][0]) @ direction(pairs_given[n + 1][1]) for n in range(100)])
    assert own > foreign + 0.3


def test_agreement_counts_what_it_says() -> None:
    whole = agreement(["a", "a", "b"], [1, 1, 2])
    assert (whole.b3, whole.pairs) == (1, 1)
    glued = agreement(["a", "a", "b"], [1, 1, 1])
    assert glued.pair_parts == (pytest.approx(1 / 3), 1)
    assert glued.b3_parts == (pytest.approx(5 / 9), 1)


def test_pairs_that_share_nothing_are_left_out(data: Path) -> None:
    features, same, weight = pairs(days(data, knowledge())[0], knowledge())
    assert len(features) == len(same) == len(weight)
    assert same.sum() == 18
    assert 0 < len(features) < 36 * 35 // 2
