"""The tagger as the pipeline and `diembao tag` use it."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import MODELS, Tagger, Text
from analysis.filters import tag_record
from press import RELEVANCES, TOPICS
from tests.support import ROOT
from tests.support.labelled import NOW, demo_articles

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tagger():
    return Tagger("Sóc Trăng")


def test_one_judgement_has_every_part(tagger):
    judged = tagger.judge(
        "Sóc Trăng: cháy chợ, nhiều tiểu thương trắng tay",
        "Đám cháy bùng phát lúc 2 giờ tại chợ trung tâm, thiêu rụi 20 ki-ốt, không có thương vong về người.",
        published_at=datetime(2024, 5, 6, tzinfo=UTC),
    )
    assert judged.language == "vi"
    assert judged.relevance == "focus"
    assert judged.relevance_evidence
    assert judged.topics[0].id == "accidents"
    assert judged.topics[0].evidence
    assert judged.tone == -1
    assert judged.tone_evidence
    assert any(place.name.endswith("Sóc Trăng") and place.in_area for place in judged.places)
    assert {part.split("-")[0] for part in judged.model.split()} == {"relevance", "topics", "tone"}


def test_khmer_and_english_have_rule_topics_and_no_tone(tagger):
    khmer = tagger.judge("គ្រោះថ្នាក់ចរាចរណ៍ ២នាក់ស្លាប់", "ម៉ូតូពីរបុកគ្នានៅលើផ្លូវជាតិ")
    assert (khmer.language, khmer.tone, khmer.topics[0].id) == ("km", None, "accidents")
    english = tagger.judge("Police arrest two over smuggled cigarettes", "The court will hear the case next week.")
    assert (english.language, english.tone, english.topics[0].id) == ("en", None, "law_order")
    for judged in (khmer, english):
        assert "rule:" in judged.model
        assert judged.tone_evidence == ()


def test_a_given_language_is_believed(tagger):
    assert tagger.judge("Festival", "", language="vi").language == "vi"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120), st.text(max_size=300))
def test_any_text_is_judged_and_the_same_every_time(tagger, title, text):
    judged = tagger.judge(title, text)
    assert judged == tagger.judge(title, text)
    assert judged.relevance in RELEVANCES
    assert judged.tone in (None, -1, 0, 1)
    if judged.language == "vi":
        assert judged.topics
    assert {tag.id for tag in judged.topics} <= set(TOPICS)
    assert judged.model


@pytest.mark.parametrize("piece", ["\ud800", "\x00", "<", "&amp;", "a.", "Sóc Trăng ", "ក", "the ", "1.1 "])
def test_odd_and_endless_texts_are_judged(tagger, piece):
    judged = tagger.judge(piece, piece * 4_000)
    assert judged.relevance in RELEVANCES


def test_texts_are_judged_together_as_alone_and_in_their_order(tagger):
    found = [one.text for one in (*demo_articles("vi")[:9], *demo_articles("km")[:3], *demo_articles("en")[:3])]
    texts = [Text(one.title, one.body) for one in (*found[::2], *found[1::2])] + [Text("", "")]
    assert tagger.judge_all(texts) == [tagger.judge(one.title, one.text) for one in texts]
    assert tagger.judge_all([]) == []


def test_threads_may_share_a_tagger(tagger):
    found = demo_articles("vi")[:24]
    alone = [tagger.judge(one.text.title, one.text.body) for one in found]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda one: tagger.judge(one.text.title, one.text.body), found))
    assert together == alone


def test_a_bad_area_or_models_folder_is_said(tmp_path):
    with pytest.raises(ValueError, match="Sóc Tăng"):
        Tagger("Sóc Tăng")
    with pytest.raises(ValueError, match=r"\.npz"):
        Tagger("Sóc Trăng", tmp_path)


def test_the_shipped_files_are_small_and_carry_no_code():
    files = [path for path in MODELS.iterdir() if path.is_file()]
    linear = [path for path in files if not path.name.startswith("net.")]
    assert sum(path.stat().st_size for path in linear) <= 15 * 2**20
    assert sum(path.stat().st_size for path in files) - sum(path.stat().st_size for path in linear) <= 48 * 2**20
    assert not [path.name for path in files if path.suffix in (".pkl", ".pickle", ".joblib", ".bin")]


def test_tagging_needs_no_scikit_learn():
    code = (
        "import sys\nfrom analysis import Tagger\n"
        "Tagger('Sóc Trăng').judge('Học sinh đi học', 'Trường khai giảng năm học mới.')\n"
        "assert 'sklearn' not in sys.modules and 'underthesea' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_record_becomes_the_contracts_object(tagger):
    found = tag_record(
        tagger,
        {
            "id": "a1",
            "title": "Trần Đề khánh thành bến cảng",
            "text": "Cảng mới.",
            "published_at": "2024-05-06T07:00:00+07:00",
        },
    )
    assert list(found) == [
        *("id", "language", "relevance", "relevance_score", "relevance_evidence", "topics"),
        *("tone", "tone_score", "tone_evidence", "places", "model"),
    ]
    assert found["id"] == "a1"
    assert set(found["topics"][0]) == {"id", "score", "evidence"}
    assert all(set(place) == {"name", "code", "as_written", "evidence"} for place in found["places"])
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (["a"], "object"),
        ({"title": "x"}, "id"),
        ({"id": None, "title": "x"}, "id"),
        ({"id": True, "title": "x"}, "id"),
        ({"id": "a"}, "neither title nor text"),
        ({"id": "a", "title": 5}, "title"),
        ({"id": "a", "title": "x", "text": ["y"]}, "text"),
        ({"id": "a", "title": "x", "language": "fr"}, "language"),
        ({"id": "a", "title": "x", "published_at": "gestern"}, "published_at"),
        ({"id": "a", "title": "x", "published_at": 5}, "published_at"),
        ({"id": "a", "title": "x", "outlet": {}}, "outlet"),
    ],
)
def test_a_bad_record_is_refused_with_its_reason(tagger, record, reason):
    with pytest.raises(ValueError, match=reason):
        tag_record(tagger, record)


def test_dates_are_read_as_iso_and_as_feeds_serve_them(tagger):
    for served in ("2024-05-06T07:00:00+07:00", "Mon, 06 May 2024 07:00:00 +0700", None, ""):
        assert tag_record(tagger, {"id": 1, "title": "Tin", "published_at": served})["id"] == 1


def test_the_demo_press_is_judged_right_often_enough(tagger):
    found = [one for one in demo_articles("vi") if one.published_at <= NOW]
    right = [
        tagger.judge(
            a.text.title, f"{a.text.lead}\n{a.text.body}", published_at=a.published_at, outlet=a.outlet
        ).relevance
        == a.relevance
        for a in found
    ]
    assert sum(right) / len(right) >= 0.75
