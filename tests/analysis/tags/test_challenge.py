"""The pairs: small changes of a report that must or must not change its tone or topics, a floor for each kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from analysis.words.language import detect
from press import TOPICS, Judgement, TopicTag
from tests.analysis import floors, written
from tests.analysis.written import Pair, Score

SAID = Judgement(
    language="vi", relevance="none", relevance_score=1.0, relevance_evidence=(), topics=(), tone=0, tone_score=1.0,
    tone_evidence=(), places=(), model="",
)  # fmt: skip


@pytest.mark.slow
def test_no_kind_of_pair_is_judged_worse_than_before() -> None:
    asked = written.pairs()
    sides = written.verdicts(asked, written.tagger().judge)
    share = written.share(sides)
    low, high = share.micro_interval
    print(written.table(written.by_kind(asked, sides)))
    print(f"{share.micro:.3f} [{low:.3f}, {high:.3f}] of {share.n} pairs behave")
    assert floors.below(written.shares(asked, sides), floors.stored()["challenge"]) == []


def test_every_kind_has_a_floor() -> None:
    assert floors.stored()["challenge"].keys() == {*(one.kind for one in written.pairs()), "all kinds"}


def test_the_pairs_are_many_and_of_all_kinds() -> None:
    kinds = Counter(one.kind for one in written.pairs())
    assert kinds.total() >= 150
    assert min(kinds.values()) >= 8
    tones = [(one.before.get("tone"), one.after.get("tone")) for one in written.pairs()]
    kept = sum(before == after for before, after in tones)
    assert 30 <= kept <= len(tones) - 30, "to change always, or never, must not be the way to behave"
    assert {(0, 1), (0, -1), (1, 0), (1, -1), (-1, 0), (-1, 1)} <= set(tones)


@pytest.mark.parametrize("pair", written.pairs(), ids=lambda pair: pair.before["id"][:-1])
def test_a_pair_is_two_short_vietnamese_reports_with_much_in_common(pair: Pair) -> None:
    texts = [f"{one['title']}\n{one['text']}" for one in (pair.before, pair.after)]
    assert texts[0] != texts[1]
    assert [detect(text) for text in texts] == ["vi", "vi"]
    assert all(len(text) < 500 for text in texts)
    same = SequenceMatcher(None, *(text.split() for text in texts), autojunk=False).ratio()
    assert same > 0.35, same
    for one in (pair.before, pair.after):
        assert one.keys() <= {"id", "kind", "title", "text", "tone", "has", "lacks"}
        assert one.get("tone") in (None, *written.TONES)
        has, lacks = set(one.get("has", ())), set(one.get("lacks", ()))
        assert has | lacks <= set(TOPICS)
        assert not has & lacks
        assert {"tone", "has", "lacks"} & one.keys(), "says nothing that must hold"


def test_a_text_is_right_when_all_that_is_said_of_it_holds() -> None:
    said = replace(SAID, topics=(TopicTag("health", 0.9, ()),), tone=-1)
    assert written.right({"tone": -1, "has": ["health"], "lacks": ["religion"]}, said)
    assert written.right({"has": ["health"]}, replace(said, tone=None))
    assert not written.right({"tone": 0}, said)
    assert not written.right({"tone": -1}, replace(said, tone=None))
    assert not written.right({"has": ["religion"]}, said)
    assert not written.right({"lacks": ["health"]}, said)


def test_a_pair_behaves_only_when_both_its_texts_are_right() -> None:
    asked = [Pair("a", {}, {}), Pair("a", {}, {}), Pair("b", {}, {})]
    sides = [(True, True), (True, False), (False, False)]
    assert written.by_kind(asked, sides) == {"a": Score(2, 1, 2, 1), "b": Score(1, 0, 0, 0)}
    assert written.shares(asked, sides) == {"a": 0.5, "b": 0.0, "all kinds": pytest.approx(1 / 3)}


def test_lines_that_are_no_pair_are_named(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text('{"id": "x-01a", "kind": "x"}\n{"id": "x-02b", "kind": "x"}\n', "utf-8")
    with pytest.raises(ValueError, match="x-01a and x-02b are no pair"):
        written.pairs(file)
