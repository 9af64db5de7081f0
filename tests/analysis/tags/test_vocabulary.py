"""Terms found by numbers are those `features.terms` writes out, counted alike."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis import MODELS
from analysis.tags import model_file
from analysis.tags.features import term, terms

VOCABULARY = model_file.load(MODELS / "topics.npz").vocabulary
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
