"""Which sentences decided: laws of the cutting, and of the weights under a judge whose mind is known."""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis import Tagger, Text
from analysis.tags.sentences import decided, loudest, parts, sentences
from analysis.words import segmenter
from press import Judgement, TopicTag

JUDGED = Judgement(
    language="vi", relevance="none", relevance_score=1.0, relevance_evidence=(),
    topics=(TopicTag("health", 0.9, ("sốt",)),), tone=-1, tone_score=0.9, tone_evidence=("chết",), places=(), model="",
)  # fmt: skip
WORDS = st.sampled_from(["Ba", "người", "chết", "vì", "sốt", "ở", "TP. Sóc Trăng", "hôm nay", "3,5 tỉ", "Ông N. V. A"])
SENTENCE = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


def judge(title: str, text: str, against: str = "") -> Judgement:
    """A judge that counts: each "chết" adds one to the tone, each "sốt" one to health, `against` takes one away."""
    cut = parts(title, text)
    left = [f"{title} {text}", *(" ".join(cut.without(number)) for number in range(len(cut.each())))]
    tones = [float(one.count("chết") - (one.count(against) if against else 0)) for one in left]
    return decided(cut, JUDGED, {"tone": tones, "health": [float(one.count("sốt")) for one in left]})


@given(st.text(alphabet="ab.!? \n“”A។Đ", max_size=60))
def test_sentences_hold_the_whole_text_in_its_order_and_none_is_empty(text):
    found = list(sentences(text))
    assert all(text[start:end].strip() for start, end in found)
    assert all(one[1] <= two[0] for one, two in pairwise(found))
    covered = "".join(text[start:end] for start, end in found)
    assert "".join(covered.split()) == "".join(text.split())


@given(st.text(alphabet="ab. \nĐ", max_size=80).map(lambda text: text * 60))
def test_no_sentence_is_endless_and_the_parts_are_the_text(text):
    cut = parts("Đầu đề", text)
    assert "".join(cut.each()[1:]) == text
    assert all(one.strip() and len(one) <= 700 for one in cut.sentences)
    assert cut.without(0) == ("", text)
    assert len(cut.sentences) <= 40


def test_a_list_without_stops_is_cut_between_words():
    text = "một hai ba bốn " * 100
    assert all(one.split()[0] in ["một", "hai", "ba", "bốn"] for one in parts("", text).sentences)


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
    found = judge(title, text)
    for name, word, given_ in (
        ("tone", "chết", found.tone_sentences),
        ("health", "sốt", found.topics[0].sentences),
    ):
        weights = [one.weight for one in given_]
        assert weights == sorted(weights, reverse=True)
        for one in given_:
            assert one.sentence in (title, text) or one.sentence in text
            assert one.weight == one.sentence.count(word) > 0
            assert one.words == (word,)
        most = max((part.count(word) for part in [title, *parts]), default=0)
        assert (weights[0] if weights else 0) >= min(most, 1), name


def test_a_text_of_one_sentence_is_decided_by_it():
    (only,) = judge("Ba người chết", "").tone_sentences
    assert (only.sentence, only.words) == ("Ba người chết", ("chết",))


def test_a_report_with_two_sides_shows_both_and_a_faint_one_does_not():
    text = "Ba người chết, hai người chết. Bốn người thoát. Trời mưa."
    found = judge("Tin trong ngày", text, against="thoát").tone_sentences
    assert [(one.sentence, one.weight) for one in found] == [
        ("Ba người chết, hai người chết.", 2.0),
        ("Bốn người thoát.", -1.0),
    ]
    assert found[-1].words == ()
    louder = judge("Tin trong ngày", text.replace("Ba", "Ba chết chết"), against="thoát").tone_sentences
    assert [one.weight for one in louder] == [4.0], "less than half as loud"
    assert judge("Tin", "Bốn người thoát. Trời mưa.", against="thoát").tone_sentences == (), "against nothing"


@given(SENTENCE, st.lists(st.sampled_from(["Ba chết.", "Hai thoát, ba thoát.", "Trời mưa."]), min_size=1, max_size=7))
def test_what_speaks_for_weighs_above_zero_and_at_most_one_last_speaks_against(title, given_parts):
    weights = [one.weight for one in judge(title, " ".join(given_parts), against="thoát").tone_sentences]
    for_it = [weight for weight in weights if weight > 0]
    assert for_it == sorted(for_it, reverse=True)
    assert weights[: len(for_it)] == for_it
    assert len(weights) - len(for_it) <= 1
    assert all(for_it and -weight >= for_it[0] / 2 for weight in weights[len(for_it) :])


MIXED = ["học sinh", "Bị", "chết", ".", "lũ", "TP.", "12", "hoà", "; "]
WORDY = st.lists(st.sampled_from(MIXED), max_size=60).map(" ".join)


@given(WORDY, WORDY)
def test_words_go_to_the_part_they_begin_in(title, text):
    cut = parts(title, text)
    words = cut.words(segmenter.words(title), segmenter.words(text))
    assert len(words) == len(cut.each())
    assert [word for part in words[1:] for word in part] == segmenter.words(text)
    begun = [len("".join("".join(part).split())) for part in words[1:]]
    written = [len("".join(part.split())) for part in cut.each()[1:]]
    for said, part in zip(accumulate(begun), accumulate(written), strict=True):
        assert 0 <= said - part < 12, "a word may go on behind the part it begins in, but no farther"


def test_words_that_are_written_otherwise_are_cut_part_by_part():
    cut = parts("Tin", "Một câu. Hai câu.")
    assert cut.words(["Tin"], ["khác"]) == [segmenter.words(part) for part in cut.each()]


TAGGER = Tagger("Sóc Trăng")
FLOOD = Text(
    "Triều cường ở Sóc Trăng: ba người chết, hàng trăm nhà ngập",
    "Sáng 3/8, triều cường dâng cao làm ba người chết ở Sóc Trăng. Nước tràn vào nhà dân, nhiều tuyến đường ngập sâu.\n"
    "Lực lượng chức năng đã đưa người dân đến nơi an toàn. Các trường học mở cửa trở lại vào thứ hai.",
    language="vi",
)


def test_the_sentences_are_the_same_whether_asked_for_with_the_judgement_or_behind_it():
    (judged,) = TAGGER.judge_all([FLOOD])
    (explained,) = TAGGER.judge_all([FLOOD], explained=True)
    assert explained == TAGGER.explain(FLOOD, judged)
    assert explained.tone_sentences
    assert all(tag.sentences for tag in explained.topics)
    text = f"{FLOOD.title}\n{FLOOD.text}"
    for one in (*explained.tone_sentences, *(one for tag in explained.topics for one in tag.sentences)):
        assert one.sentence in text
        assert all(word in one.sentence for word in one.words)


def test_what_does_not_concern_the_area_is_not_explained():
    far = Text(
        "Hà Nội: ba người chết vì sốt", "Sáng 3/8, ba người chết vì sốt ở Hà Nội. Bệnh viện quá tải.", language="vi"
    )
    (explained,) = TAGGER.judge_all([far], explained=True)
    assert explained.relevance == "none"
    assert explained == TAGGER.judge_all([far])[0]


def test_the_log_odds_of_the_whole_are_those_of_the_verdicts():
    (judged,) = TAGGER.judge_all([FLOOD])
    cut = parts(FLOOD.title, FLOOD.text)
    found, tones = TAGGER._odds(cut.words(segmenter.words(FLOOD.title), segmenter.words(FLOOD.text)), None)
    for said, score in [
        (tones[judged.tone], judged.tone_score),
        *((found[tag.id], tag.score) for tag in judged.topics),
    ]:
        assert abs(1 / (1 + np.exp(-said[0])) - score) < 1e-3
        assert len(said) == 1 + len(cut.each())


def test_the_loudest_parts_are_those_that_change_any_verdict_most_either_way():
    odds = {"tone": [1.0, 0.9, 3.0, 1.0], "health": [0.0, 0.0, 0.5, -1.0]}
    assert loudest(odds, 2) == [1, 2]
    assert loudest(odds, 9) == [1, 2, 0]
    assert loudest({}, 2) == []
