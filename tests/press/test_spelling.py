"""One spelling for a syllable: which words are the same, which are not, and that it holds for all of them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from press.spelling import forms, spellings, spelt, spelt_text
from press.text import fold, tone_normal


@pytest.mark.parametrize(
    "same",
    [
        ("hòa", "hoà"),
        ("hoàng", "hòang"),
        ("ngoài", "ngòai"),
        ("thủy", "thuỷ"),
        ("quý", "qúy", "quí", "qúi"),
        ("quả", "qủa"),
        ("già", "gìa"),
        ("cửa", "cưả"),
        ("của", "cuả"),
        ("nước", "nứơc"),
        ("người", "ngừơi"),
        ("nguyễn", "ngũyên"),
        ("thuở", "thủơ"),
        ("khuỷu", "khủyu"),
        ("kỹ", "kĩ"),
        ("sĩ", "sỹ"),
        ("hy", "hi"),
        ("lý", "lí"),
        ("mỹ", "mĩ"),
        ("tỷ", "tỉ"),
        ("ty", "ti"),
        ("quỳ", "quì"),
        ("quýt", "quít"),
    ],
)
def test_spellings_of_one_syllable_have_one_form(same: tuple[str, ...]) -> None:
    for of in (str, str.upper, str.capitalize):
        assert {spelt(of(word)) for word in same} == {of(same[0])}


@pytest.mark.parametrize(
    "words",
    [
        *(
            ("tai", "tay"),
            ("lai", "lay"),
            ("thúi", "thúy"),
            ("túi", "túy"),
            ("thi", "thy"),
            ("vi", "vy"),
            ("chi", "chy"),
        ),
        *(("hai", "hay"), ("mía", "mýa"), ("kim", "kym"), ("hòa", "hóa"), ("tía", "tịa"), ("gì", "gỳ"), ("í", "ý")),
    ],
)
def test_other_words_stay_apart(words: tuple[str, str]) -> None:
    assert spelt(words[0]) != spelt(words[1])


@given(st.sampled_from(sorted({*forms(), *forms().values()})), st.sampled_from([str, str.upper, str.capitalize]))
def test_a_form_is_its_own_form_as_long_and_the_same_without_marks_but_for_i_and_y(word: str, of: object) -> None:
    written = of(word)  # type: ignore[operator]
    form = spelt(written)
    assert spelt(form) == form
    assert len(form) == len(written)
    assert [letter.isupper() for letter in form] == [letter.isupper() for letter in written]
    assert fold(form).replace("y", "i") == fold(written).replace("y", "i")
    assert unicodedata.normalize("NFC", form) == form
    assert spelt(tone_normal(written)) == form
    assert written in spellings(form)


@given(st.text(st.sampled_from("aoiuyhqgtkỹĩòáưởủ Q-.1đéŭ\u0301\u200b日"), max_size=40))
def test_a_text_keeps_its_length_and_its_gaps(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    form = spelt_text(text)
    assert len(form) == len(text)
    assert spelt_text(form) == form
    assert [letter.isalpha() for letter in form] == [letter.isalpha() for letter in text]
