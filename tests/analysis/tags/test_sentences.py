"""Which sentences decided: laws of the cutting, and of the weights under a judge whose mind is known."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analysis.tags.sentences import decided, sentences
from press import Judgement, TopicTag

JUDGED = Judgement(
    language="vi", relevance="none", relevance_score=1.0, relevance_evidence=(),
    topics=(TopicTag("health", 0.9, ("sốt",)),), tone=-1, tone_score=0.9, tone_evidence=("chết",), places=(), model="",
)  # fmt: skip
WORDS = st.sampled_from(["Ba", "người", "chết", "vì", "sốt", "ở", "TP. Sóc Trăng", "hôm nay", "3,5 tỉ", "Ông N. V. A"])
SENTENCE = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


def odds(title: str, text: str) -> dict[str, float]:
    """A judge that counts: each "chết" adds one to the tone, each "sốt" one to health."""
    whole = f"{title} {text}"
    return {"tone": float(whole.count("chết")), "health": float(whole.count("sốt"))}


@given(st.text(alphabet="ab.!? \n“”A។Đ", max_size=60))
def test_sentences_hold_the_whole_text_in_its_order_and_none_is_empty(text):
    found = list(sentences(text))
    assert all(text[start:end].strip() for start, end in found)
    assert all(one[1] <= two[0] for one, two in pairwise(found))
    covered = "".join(text[start:end] for start, end in found)
    assert "".join(covered.split()) == "".join(text.split())


def test_titles_and_initials_end_no_sentence():
    text = "Ông N. V. Bảy ở TP. Sóc Trăng nói. “Chúng tôi lo.” Chiều 3.8 trời mưa.\nDòng khác"
    assert [text[start:end].strip() for start, end in sentences(text)] == [
        "Ông N. V. Bảy ở TP. Sóc Trăng nói.",
        "“Chúng tôi lo.”",
        "Chiều 3.8 trời mưa.",
        "Dòng khác",
    ]


def test_a_khmer_stop_ends_a_sentence():
    assert len(list(sentences("ថ្ងៃនេះ។ ភ្លៀង។"))) == 2


@given(SENTENCE, st.lists(SENTENCE, min_size=1, max_size=6))
def test_a_sentence_weighs_what_is_lost_without_it_and_is_verbatim(title, parts):
    text = ". ".join(parts) + "."
    found = decided(title, text, JUDGED, odds)
    for name, word, given_ in (("tone", "chết", found.tone), ("health", "sốt", found.topics["health"])):
        weights = [one.weight for one in given_]
        assert weights == sorted(weights, reverse=True)
        for one in given_:
            assert one.sentence in (title, text) or one.sentence in text
            assert one.weight == one.sentence.count(word) > 0
            assert one.words == (word,)
        most = max((part.count(word) for part in [title, *parts]), default=0)
        assert (weights[0] if weights else 0) >= min(most, 1), name


def test_a_text_of_one_sentence_is_decided_by_it():
    (only,) = decided("Ba người chết", "", JUDGED, odds).tone
    assert (only.sentence, only.words) == ("Ba người chết", ("chết",))
