"""Terms found by numbers are those `features.terms` writes out, counted alike."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis import MODELS
from analysis.tags import model_file
from analysis.tags.features import term, terms

MODEL = model_file.load(MODELS / "topics.npz")
VOCABULARY = MODEL.vocabulary
NUMBERS = {name: row for row, name in enumerate(VOCABULARY.names)}
WORDS = "học sinh|Học sinh|nghèo|vượt|khó|lúa|giá|tăng|.|,|12|3.000|hoà|hòa|Hoà bình|xã hội|công an|zzqx|…|A|Sóc Trăng"
text = st.lists(st.sampled_from(WORDS.split("|")), max_size=90)


@given(text, text)
def test_known_terms_are_those_written_out(title, body):
    known = VOCABULARY.known(title, body)
    counted = terms(title, body)
    wanted = {NUMBERS[name]: count for name, count in counted.counts.items() if name in NUMBERS}
    assert known.rows.tolist() == sorted(wanted)
    assert known.short is counted.short
    assert known.terms == (*map(term, title), "", *map(term, body))
    values = np.array([(1 + np.log(wanted[row])) * VOCABULARY.idf[row] for row in known.rows])
    assert np.allclose(known.values, values / (np.sqrt(values @ values) or 1), atol=1e-5)


@given(text, st.lists(text, min_size=1, max_size=5))
def test_without_a_part_a_text_has_the_terms_of_what_stands_before_it_and_behind_it(title, parts):
    apart = VOCABULARY.apart([title, *parts])
    body = [word for part in parts for word in part]
    whole = VOCABULARY.known(title, body)
    assert apart.rows.tolist() == whole.rows.tolist()
    assert apart.short is whole.short
    assert np.allclose(apart.values[0], whole.values, atol=1e-5)
    assert np.allclose(MODEL.scores_apart(apart)[0], MODEL.scores(MODEL.contributions(whole)), atol=1e-4)
    for number in range(1 + len(parts)):
        before = [word for part in parts[: max(number - 1, 0)] for word in part]
        after = [word for part in parts[number:] for word in part]
        if number and not any(map(term, parts[number - 1])):  # nothing went: nothing is parted
            before, after = body, []
        counted = Counter(terms(title if number else (), before).counts) + Counter(terms((), after).counts)
        wanted = np.array([counted[VOCABULARY.names[row]] for row in apart.rows], float)
        values = np.where(wanted > 0, 1 + np.log(np.maximum(wanted, 1)), 0) * VOCABULARY.idf[apart.rows]
        length = np.sqrt(values @ values) or 1
        assert np.allclose(apart.values[1 + number], values / length, atol=1e-5), number
