"""Tone: -1, 0, 1 with a calibrated score and the words that decided; None where a text says too little."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import MODELS
from analysis.tags import model_file, tone
from analysis.tags.evidence import Evidence
from analysis.tags.model_file import calibration
from analysis.training.evaluate import compare
from analysis.words.segmenter import words
from press.text import readable
from tests.support.labelled import demo_articles

MODEL = model_file.load(MODELS / "tone.npz")


def judged(title: str, text: str = "") -> tone.Tone:
    title, text = readable(title), readable(text)
    one, other = words(title), words(text)
    known = MODEL.vocabulary.known(one, other)
    return tone.judge(MODEL, known, Evidence(title, text, one, other, known.terms))


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("Cháy nhà lúc rạng sáng, hai mẹ con thiệt mạng", -1),
        ("Bắt giữ nhóm cướp giật, hành hung người đi đường", -1),
        ("Nữ sinh nghèo xuất sắc giành huy chương vàng, được trao học bổng", 1),
        ("Trao tặng nhà tình thương, học bổng cho học sinh nghèo vượt khó", 1),
        ("Dự báo thời tiết ngày mai: miền Nam nắng, chiều có mưa rào", 0),
        ("Lịch thi và hướng dẫn làm thủ tục dự thi tốt nghiệp", 0),
    ],
)
def test_plain_headlines_get_their_tone(title, value):
    assert judged(title).value == value


def test_the_tone_of_the_demo_articles_is_found_often_enough():
    found = demo_articles("vi")
    given_ = [judged(one.text.title, f"{one.text.lead}\n{one.text.body}").value for one in found]
    figures = compare("tone", [[a.tone] for a in found], [[] if v is None else [v] for v in given_], tone.TONES)
    assert figures.macro >= 0.7, figures.macro
    assert figures.undecided <= 0.03


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text_gets_an_answer_with_evidence_from_the_text(title, text):
    verdict = judged(title, text)
    assert verdict.value in (None, -1, 0, 1)
    assert 0 <= verdict.score <= 1
    assert all(piece in readable(title) or piece in readable(text) for piece in verdict.evidence)
    if verdict.value is None:
        assert verdict.evidence == ()


@pytest.mark.parametrize("text", ["", "…", "Xin", "12345", "zzqx wvkj"])
def test_a_text_that_says_nothing_has_no_tone(text):
    assert judged(text) == tone.Tone(None, judged(text).score)
    assert judged(text).value is None


def test_chances_add_up_to_one():
    import numpy as np

    for short in (True, False):
        chance = tone.chances(calibration(MODEL.info, short), np.array([0.4, -0.2, 0.1], np.float32))
        assert float(chance.sum()) == pytest.approx(1, abs=1e-5)
