"""Topics: at least one for Vietnamese, strongest first, with words of the text as evidence; rules for km and en."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import MODELS
from analysis.tags import model_file, rules, topics
from analysis.tags.evidence import Evidence, strongest
from analysis.tags.features import PAIR, TITLE, term, terms
from analysis.training.evaluate import compare
from analysis.words.segmenter import words
from press import TOPICS
from press.text import readable
from tests.support.labelled import demo_articles

MODEL = model_file.load(MODELS / "topics.npz")


def judged(title: str, text: str = ""):
    title, text = readable(title), readable(text)
    one, other = words(title), words(text)
    known = MODEL.vocabulary.known(one, other)
    return topics.judge(MODEL, known, Evidence(title, text, one, other, known.terms))


def written(title: str, text: str, one: list[str], other: list[str]) -> Evidence:
    return Evidence(title, text, one, other, MODEL.vocabulary.known(one, other).terms)


CASES = [
    ("Hai xe khách đối đầu trên quốc lộ, 3 người tử vong tại chỗ", "accidents"),
    ("Khởi tố giám đốc doanh nghiệp lừa đảo chiếm đoạt hơn 40 tỉ đồng", "law_order"),
    ("Hàng nghìn thí sinh làm thủ tục dự thi tốt nghiệp THPT", "education"),
    ("Bệnh viện huyện phẫu thuật thành công ca vỡ gan cho bệnh nhân 60 tuổi", "health"),
    ("Giá lúa tăng, nông dân xuống giống vụ thu đông sớm", "agriculture"),
    ("Triều cường dâng cao, sạt lở bờ sông uy hiếp nhiều nhà dân", "environment"),
    ("Khởi công cầu vượt sông nối hai xã, tổng vốn 500 tỉ đồng", "infrastructure"),
    ("Đại sứ nước bạn chào xã giao lãnh đạo Bộ Ngoại giao", "foreign_affairs"),
    ("Đội tuyển bóng đá nữ vào chung kết giải Đông Nam Á", "culture_tourism"),
    ("Trao 50 căn nhà tình thương cho hộ nghèo dịp cuối năm", "social_security"),
]


@pytest.mark.parametrize(("title", "topic"), CASES)
def test_plain_headlines_get_their_topic_first(title, topic):
    assert judged(title)[0].id == topic


def test_a_topic_of_all_demo_articles_is_found_often_enough():
    found = demo_articles("vi")
    given_ = [[tag.id for tag in judged(a.text.title, f"{a.text.lead}\n{a.text.body}")] for a in found]
    figures = compare("topics", [one.topics for one in found], given_, list(TOPICS))
    assert figures.micro >= 0.76, figures.micro


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text_gets_one_to_three_topics_with_evidence_from_the_text(title, text):
    tags = judged(title, text)
    assert 1 <= len(tags) <= 3
    assert [tag.score for tag in tags] == sorted((tag.score for tag in tags), reverse=True)
    for tag in tags:
        assert 0 <= tag.score <= 1
        assert all(piece in readable(title) or piece in readable(text) for piece in tag.evidence)


@pytest.mark.parametrize("text", ["", "…", "zzqx wvkj", "<img src='x'"])
def test_a_text_that_says_nothing_is_other(text):
    (tag,) = judged(text)
    assert (tag.id, tag.evidence) == ("other", ())


def test_evidence_is_written_as_in_the_text_and_never_one_piece_inside_another():
    title = "Nông Dân   phấn khởi, lúa\nthu đông được giá"
    (tag, *_) = judged(title, "Thương lái trả tận ruộng; hợp tác xã bao tiêu lúa gạo, tôm sú và cá tra.")
    assert tag.id == "agriculture"
    assert "Nông Dân" in tag.evidence
    for piece in tag.evidence:
        assert not any(piece != other and piece in other for other in tag.evidence)


def test_evidence_bridges_white_space_and_skips_what_punctuation_parts():
    found = written("", "học sinh, nghèo vượt\n khó", [], ["học sinh", ",", "nghèo", "vượt", "khó"])
    assert found.phrases(["vượt|khó", "học sinh|nghèo", PAIR + "sinh nghèo"], 5) == ("vượt\n khó",)
    both = written("Học sinh", "nghèo", ["Học sinh"], ["nghèo"])
    assert both.phrases([TITLE + "học sinh", PAIR + "sinh nghèo"], 5) == ("Học sinh",)


def test_evidence_finds_syllables_within_and_across_words_and_keeps_a_number_with_its_unit():
    text = "Trao học bổng khuyến học trị giá 20 triệu đồng"
    found = written("", text, [], ["Trao", "học bổng", "khuyến học", "trị giá", "20 triệu", "đồng"])
    assert found.phrases([PAIR + "bổng khuyến"], 5) == ("bổng khuyến",)
    assert found.phrases([PAIR + "khuyến học"], 5) == ("khuyến học",)
    assert found.phrases([PAIR + "giá 0"], 5) == ("giá 20 triệu",)
    assert found.phrases([PAIR + "0 đồng", PAIR + "đồng 0"], 5) == ("20 triệu đồng",)
    joined = written("", "ngập sâu 20-30cm", [], ["ngập", "sâu", "20-30 cm"])
    assert joined.phrases([PAIR + "sâu 0"], 5) == ("sâu 20-30",)


@given(st.lists(st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0]), max_size=60), st.integers(1, 20))
def test_the_strongest_are_the_first_of_a_full_sort(values, most):
    added = np.array(values, np.float32)
    wanted = [i for i in np.argsort(-added, kind="stable")[:most].tolist() if added[i] > 0]
    assert strongest(added, most) == wanted


def test_terms_are_one_form_for_spellings_numbers_and_case():
    assert term("Hoà") == term("hòa") == "hòa"
    assert term("3.000") == term("12") == "0"
    assert term("…") == ""
    counted = terms(["Thuỷ lợi"], ["thủy lợi", ",", "2026"])
    assert counted.counts["thủy lợi"] == 2
    assert counted.counts[TITLE + "thủy lợi"] == 1
    assert counted.counts["thủy lợi|0"] == 1
    assert counted.counts[PAIR + "thủy lợi"] == 2
    assert counted.short


def test_markup_of_feeds_is_no_text():
    assert readable('<a href="https://x.vn"><img src="https://x.vn/a.jpg" Lead').strip() == ""
    assert readable("a &lt;b&gt;đậm&lt;/b&gt; 5 < 6 <3").split() == ["a", "đậm", "5", "<", "6", "<3"]


def test_at_most_three_and_at_least_one_are_chosen():
    half = np.full(4, 0.5, np.float32)
    assert topics.chosen(np.array([0.1, 0.2, 0.4, 0.3], np.float32), half) == [2]
    assert topics.chosen(np.array([0.9, 0.8, 0.7, 0.95], np.float32), half) == [3, 0, 1]
    low = np.array([0.5, 0.5, 0.2, 0.5], np.float32)
    assert topics.chosen(np.array([0.6, 0.1, 0.3, 0.1], np.float32), low) == [0, 2]


@pytest.mark.parametrize(("language", "floor"), [("km", 0.6), ("en", 0.65)])
def test_the_rules_find_the_topics_of_the_demo_articles(language, floor):
    found = demo_articles(language)
    given_ = [[t.id for t in rules.judge(a.text.title, f"{a.text.lead}\n{a.text.body}", language)[0]] for a in found]
    figures = compare(language, [one.topics for one in found], given_, list(TOPICS))
    assert figures.micro >= floor, figures.micro


@pytest.mark.shared
def test_the_khmer_rule_reaches_its_figure_on_read_articles(shared_data):
    from analysis.training.gold import records

    rows = list(records(shared_data / "gold" / "khmer.jsonl"))
    given_ = [[tag.id for tag in rules.judge("", row["text"], "km")[0]] for row in rows]
    assert compare("km", [row["topics"] for row in rows], given_, list(TOPICS)).micro >= 0.78


@pytest.mark.parametrize("language", ["km", "en"])
def test_every_phrase_is_of_its_language_and_in_normal_form(language):
    import tomllib

    data = tomllib.loads((rules.FOLDER / f"topics_{language}.toml").read_text(encoding="utf-8"))
    assert {topic for topic in data if topic != "version"} <= set(TOPICS)
    for topic, lists in data.items():
        for phrases in lists.values() if isinstance(lists, dict) else ():
            for phrase in phrases:
                assert unicodedata.is_normalized("NFC", phrase)
                assert "\u200b" not in phrase
                if language == "en":
                    assert re.fullmatch(r"[a-z0-9' -]+\*?", phrase), (topic, phrase)
    assert rules.phrasebook(language).id.startswith(f"rule:{language}-")


def test_the_rule_matches_whole_words_and_clusters_only():
    (tag,) = rules.judge("FARMERS near İzmir", "The farmers sell rice", "en")[0]
    assert tag.evidence == ("FARMERS", "rice")  # "İ" in small letters is two
    (tag,) = rules.judge("", "ជំងឺ COVID និងការព្យាបាលអ្នកជំងឺ", "km")[0]
    assert "COVID" in tag.evidence
    assert rules.judge("The import of imports", "", "en")[0][0].id == "economy"
    assert rules.judge("Important portrait", "", "en")[0] == ()
    assert rules.judge("", "ចោ", "km")[0] == ()
    (tag,) = rules.judge("ចោរ\u200bកម្ម", "", "km")[0]
    assert (tag.id, tag.evidence) == ("law_order", ())  # the zero-width space hides inside: nothing to quote
    (tag,) = rules.judge("POLICE arrest two", "", "en")[0]
    assert set(tag.evidence) == {"POLICE", "arrest"}


@given(st.text(max_size=300))
def test_the_rules_answer_any_text(text):
    for language in ("km", "en"):
        tags, model = rules.judge(text[:50], text, language)
        assert model.startswith("rule:")
        assert all(0 < tag.score <= 1 for tag in tags)


def test_a_phrasebook_with_an_unknown_topic_is_refused(tmp_path):
    (tmp_path / "topics_en.toml").write_text('version = "1"\n[sport]\nstrong = ["match"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="unknown topic 'sport'"):
        rules.phrasebook("en", tmp_path)
