"""Corrected articles never touch what is measured, and two sets of models are weighed fairly."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.tags import model_file, topics
from analysis.tags.evidence import Evidence
from analysis.training import gold
from analysis.training.candidates import MARGINS, Sheet, answers, digest, figures, gate_set, labels, weigh
from analysis.training.corrected import KIND, admit
from analysis.training.train import GATE, train
from press import TOPICS, Judgement, TopicTag
from tests.support.labelled import demo_articles, record, trained

__all__ = ["trained"]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def labelled():
    rows = [record(one) for one in demo_articles("vi")]
    examples = [gold.example(row) for row in rows]
    return rows, examples, gold.part(examples, gold.groups(examples))


def corrected(row, number=1, **fields):
    kept = {name: row[name] for name in ("title", "text")}
    return kept | {"id": f"article-{number}", "corpus": "archive", "area": "Sóc Trăng"} | fields


NEW = {
    "title": "Trường vùng sâu có thư viện mới",
    "text": "Thầy trò một điểm trường ven biển đón thư viện do phụ huynh góp sách và công sức suốt mùa hè vừa qua.",
}


def test_a_near_duplicate_of_the_gate_set_is_not_learned_from(labelled):
    rows, examples, parts = labelled
    held = next(row for row, number in zip(rows, parts, strict=True) if number == GATE)
    seen, own = next((row, number) for row, number in zip(rows, parts, strict=True) if number != GATE)
    copy = corrected(held, 1, topics=["other"])
    copy["text"] += " Thêm một câu ở cuối bài."
    found = admit(examples, parts, [copy, corrected(seen, 2, tone=1), corrected(NEW, 3, topics=["education"])], GATE)
    assert [one.id for one in found.examples] == ["article-2", "article-3"]
    assert [row["id"] for row in found.records] == ["article-2", "article-3"]
    assert found.parts[0] == own, "a copy of a training article is never judged by a fold that saw it"
    assert GATE not in found.parts
    assert {one.kind for one in found.examples} == {KIND}


def test_a_correction_that_bridges_two_groups_moves_neither(labelled):
    rows, examples, parts = labelled
    held = next(row for row, number in zip(rows, parts, strict=True) if number == GATE)
    seen = next(row for row, number in zip(rows, parts, strict=True) if number != GATE)
    bridge = corrected({"title": held["title"], "text": held["text"] + "\n" + seen["text"]}, topics=["other"])
    assert admit(examples, parts, [bridge], GATE).examples == ()
    assert gold.part(examples, gold.groups(examples)) == parts


def test_only_vietnamese_is_learned_from(labelled):
    _, examples, parts = labelled
    others = [corrected(record(one), n, topics=["other"]) for n, one in enumerate(demo_articles("km")[:2])]
    others += [corrected(record(one), n, topics=["other"]) for n, one in enumerate(demo_articles("en")[:2], 5)]
    assert admit(examples, parts, others, GATE).records == ()


WORDS = re.findall(
    r"\w+",
    """nắng mưa sông rạch vườn nhà ghe xuồng chợ quán đường bến cầu bãi đồng ruộng mía dừa xoài ổi cam quýt cá tôm cua
    ếch trâu bò gà vịt sáng chiều tối khuya xanh đỏ vàng tím cao thấp dài ngắn rộng hẹp nhanh chậm vui buồn""",
)


def test_a_correction_teaches_what_was_corrected_and_nothing_else(trained, tmp_path):
    """Thirty texts of chance words and one of their own: the topic an officer gave them is learned by that word."""
    data, _, before, _ = trained
    chance = random.Random(1)
    own = "đờn ca tài tử"
    texts = [" ".join([own, *chance.choices(WORDS, k=40), own, *chance.choices(WORDS, k=40)]) for _ in range(30)]
    taught = [corrected({"title": "", "text": text}, n, topics=["press_media"]) for n, text in enumerate(texts)]
    after = train(data, tmp_path / "out", lambda _: None, taught)
    said = []
    for report in (before, after):
        model = model_file.load(report.files[0])
        asked = gold.example({"id": "x", "title": "", "text": f"{own} {' '.join(WORDS[::2])} {own}"})
        known = model.vocabulary.known(asked.title_words, asked.text_words)
        said.append([tag.id for tag in topics.judge(model, known, Evidence("", "", (), (), ()))])
    assert "press_media" not in said[0]
    assert "press_media" in said[1]
    assert "(30 of them corrected by officers)" in model.info["trained_on"]
    assert after.models[0] != before.models[0]
    assert after.models[1] == before.models[1], "nobody said anything of their tone"
    assert [one.n for one in after.gate] == [one.n for one in before.gate]


def sheet(*rows: tuple[tuple[str, ...], int | None]) -> Sheet:
    return {str(n): (topics, () if tone is None else (tone,), ()) for n, (topics, tone) in enumerate(rows)}


def test_the_figures_are_those_of_a_case_done_by_hand():
    gate = sheet((("health",), 1), (("health", "other"), 0), (("other",), -1))
    said = sheet((("health",), 1), (("health",), None), (("health",), -1))
    found = figures(gate, said)
    assert found["topics micro-F1"] == pytest.approx(2 * 2 / (4 + 3))
    assert found["topics macro-F1"] == pytest.approx((2 * 2 / 5 + 0) / 2)
    assert found["tone macro-F1"] == pytest.approx((1 + 0 + 1) / 3)
    assert "relevance macro-F1" not in found, "nothing was labelled for it"


def test_the_same_answers_differ_in_nothing_and_worse_ones_are_called_so():
    gate = sheet(*(((list(TOPICS)[n % 5],), n % 3 - 1) for n in range(200)))
    wrong = {name: (row if int(name) % 10 else (("human_rights",), row[1], ())) for name, row in gate.items()}
    assert [(one.low, one.high, one.worse) for one in weigh(gate, wrong, wrong)] == [(0, 0, False)] * 3
    worse = weigh(gate, gate, wrong)
    assert [(one.what, one.worse) for one in worse] == [
        ("topics micro-F1", True),
        ("topics macro-F1", True),
        ("tone macro-F1", False),
    ]
    assert "WORSE" in str(worse[0])
    assert "0.900" in str(worse[0])
    assert not any(one.worse for one in weigh(gate, wrong, gate))
    hardly = dict(gate) | {"7": (("human_rights",), gate["7"][1], ())}
    small = weigh(gate, gate, hardly)
    assert small[0].low < 0
    assert [one.worse for one in small] == [one.low <= -MARGINS[one.what] for one in small]
    assert not small[2].worse


KIND_OF_ROW = st.tuples(
    st.sampled_from(["health", "other", "religion"]).map(lambda one: (one,)), st.sampled_from([-1, 0, 1])
)


@pytest.mark.long
@given(st.lists(st.tuples(KIND_OF_ROW, KIND_OF_ROW, KIND_OF_ROW), min_size=3, max_size=30))
@settings(max_examples=25, deadline=None)
def test_weighing_is_the_same_from_both_sides(rows):
    gate, one, other = (sheet(*column) for column in zip(*rows, strict=True))
    for there, back in zip(weigh(gate, one, other), weigh(gate, other, one), strict=True):
        assert (there.old, there.new) == (back.new, back.old)
        assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
        assert there.low <= there.new - there.old + 1e-9 or there.n < 30
        assert (there.old, there.new) == pytest.approx(
            (figures(gate, one)[there.what], figures(gate, other)[there.what])
        )


def test_the_gate_set_and_its_answers(trained):
    data, _, report, _ = trained
    rows = gate_set(data)
    assert len(rows) == sum(one.n for one in report.gate if one.what.startswith("topics"))
    gate = labels(rows)

    def judge(title: str, text: str, *, language=None) -> Judgement:
        assert language == "vi"
        return Judgement("vi", "none", 1.0, (), (TopicTag("health", 1.0),), None, 0.0, (), (), "x")

    said = answers(judge, rows)
    assert set(said.values()) == {(("health",), (), ("none",))}
    assert figures(gate, said)["tone macro-F1"] == 0
    changed = dict(gate) | {rows[0]["id"]: (("other",), (0,), ())}
    assert digest(gate) == digest(labels(gate_set(data))) != digest(changed)
