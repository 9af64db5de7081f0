"""The language net: what it says is the same every time, damage is told, and who is asked is as set."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace

import numpy as np
import pytest

from analysis import MODELS, Tagger, Text, net_of
from analysis.tags import net as nets
from analysis.tags.model_file import BadModelError
from analysis.training.net import values, vectors
from press import TOPICS

pytestmark = pytest.mark.slow

HERE = Text("Sạt lở ở Kế Sách", "Bờ sông ở huyện Kế Sách, tỉnh Sóc Trăng sạt lở, ba căn nhà sụp xuống nước.")
ELSEWHERE = Text("Sạt lở ở Cà Mau", "Bờ sông ở huyện Năm Căn, tỉnh Cà Mau sạt lở, ba căn nhà sụp xuống nước.")


@pytest.fixture(scope="module")
def net():
    return nets.Net.load(MODELS)


def test_a_text_has_a_value_for_each_topic_and_tone_and_the_same_every_time(net):
    pieces = net.read(HERE.title, HERE.text)
    topics, tones = net.values(pieces)
    assert topics.shape == (len(TOPICS),)
    assert tones.shape == (3,)
    again = net.values(net.read(HERE.title, HERE.text))
    assert np.array_equal(topics, again[0])
    assert np.array_equal(tones, again[1])


def test_no_text_is_too_long_or_too_odd(net):
    for text in ("", " ", "\x00\ud800"[:1], "a" * 100_000, "nước " * 50_000, "ភ្នំពេញ", "🙂", "#%&"):
        assert np.isfinite(net.values(net.read("", text))[0]).all()
    assert len(net.read("", "nước " * 50_000)) == net.info["read"]
    assert net.read("Tít", "nước " * 400) == net.read("Tít", "nước " * 500)


def test_it_tells_a_disaster_from_a_festival(net):
    names = list(TOPICS)
    topics, tones = net.values(net.read(HERE.title, HERE.text))
    other, bright = net.values(net.read("Lễ hội đua ghe ngo", "Hàng nghìn người vui hội đua ghe ngo mừng Ok Om Bok."))
    assert topics[names.index("environment")] > other[names.index("environment")]
    assert other[names.index("culture_tourism")] > topics[names.index("culture_tourism")]
    assert tones[0] > bright[0]


def test_the_linear_models_were_calibrated_with_the_net_that_ships(net):
    said = values.load()
    assert said is not None
    assert said.net == net.id
    assert Tagger("Sóc Trăng", net="area").no_net == ""


def test_only_what_concerns_the_area_is_asked_about_unless_all_is():
    area, every, off = (Tagger("Sóc Trăng", net=asked) for asked in ("area", "all", "off"))
    named = [["net-" in one.model for one in tagger.judge_all([HERE, ELSEWHERE])] for tagger in (area, every, off)]
    assert named == [[True, False], [True, True], [False, False]]
    assert area.judge_all([HERE]) == every.judge_all([HERE])
    assert area.judge_all([ELSEWHERE]) == off.judge_all([ELSEWHERE])


def test_khmer_and_english_get_a_tone_and_at_least_one_topic():
    tagger = Tagger("Sóc Trăng", net="all")
    khmer = Text("", "គ្រោះថ្នាក់ចរាចរណ៍នៅខេត្តកំពង់ចាម បណ្តាលឲ្យមនុស្សបីនាក់ស្លាប់ និងរបួសធ្ងន់ពីរនាក់។")
    english = Text("Three killed in highway crash", "A truck hit a bus in Soc Trang on Monday, killing three people.")
    for one, language in zip(tagger.judge_all([khmer, english]), ("km", "en"), strict=True):
        assert one.language == language
        assert one.topics
        assert one.tone == -1


def _flipped(data):
    """The file with the bits of one byte in its middle turned."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


@pytest.mark.parametrize("damage", [lambda data: data[:-100], lambda data: b"", _flipped])
@pytest.mark.parametrize("name", [nets.GRAPH, nets.HEADS])
def test_damaged_files_are_told(tmp_path, name, damage):
    for each in (nets.GRAPH, nets.HEADS):
        shutil.copy(MODELS / each, tmp_path / each)
    (tmp_path / name).write_bytes(damage((tmp_path / name).read_bytes()))
    with pytest.raises(BadModelError, match="restore"):
        nets.Net.load(tmp_path)


def test_where_it_cannot_run_the_linear_models_judge_and_say_why(monkeypatch):
    alone = Tagger("Sóc Trăng").judge_all([HERE])
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    tagger = Tagger("Sóc Trăng", net="all")
    assert "onnxruntime is not installed" in tagger.no_net
    assert tagger.judge_all([HERE]) == alone


def test_another_net_than_the_calibrated_one_is_not_asked(monkeypatch):
    other = nets.Net.load(MODELS)
    monkeypatch.setattr(nets.Net, "load", classmethod(lambda cls, folder, **_: other))
    object.__setattr__(other, "id", "net-1-other")
    tagger = Tagger("Sóc Trăng", net="all")
    assert "was not calibrated with net-1-other" in tagger.no_net


@pytest.fixture
def version(net, tmp_path):
    """A version of an office's own, whose heads call everything bad."""
    for name in ("relevance.npz", "topics.npz", "tone.npz"):
        (tmp_path / name).symlink_to(MODELS / name)
    bias = net.bias + np.array([0] * len(TOPICS) + [9, 0, 0], np.float32)
    net.with_heads("net-1-own", net.weights, bias).save(tmp_path / nets.HEADS)
    return tmp_path


def test_a_version_has_heads_of_its_own_and_the_graph_that_ships(net, version):
    own, pieces = net_of(version), net.read(HERE.title, HERE.text)
    assert own.id == "net-1-own"
    assert own.read(HERE.title, HERE.text) == pieces
    assert np.array_equal(own.vector(pieces), net.vector(pieces))
    assert own.values(pieces)[1] == pytest.approx(net.values(pieces)[1] + [9, 0, 0], abs=1e-4)
    assert own.info["alone"] == net.info["alone"]
    assert net_of(version.parent).id == net.id, "a version without heads: those that ship"


def test_heads_of_another_net_are_not_asked_and_a_damaged_graph_is_told_apart(net, version, tmp_path):
    other = {**net.info, "graph": "0" * 64, "id": "net-1-older"}
    replace(net, info=other).save(version / nets.HEADS)
    tagger = Tagger("Sóc Trăng", version, net="all")
    assert tagger.no_net == f"net-1-older reads another net than {net.id}: train it again"
    assert "net-" not in tagger.judge_all([HERE])[0].model
    (tmp_path / "home").mkdir()
    shutil.copy(MODELS / nets.HEADS, tmp_path / "home" / nets.HEADS)
    (tmp_path / "home" / nets.GRAPH).write_bytes(b"half a graph")
    net.save(version / nets.HEADS)
    with pytest.raises(BadModelError, match="restore both"):
        nets.Net.load(version, tmp_path / "home")


def test_what_was_read_once_is_not_read_again_where_vectors_are_kept(net, tmp_path, monkeypatch):
    pieces, path = net.read(HERE.title, HERE.text), tmp_path / vectors.FILE
    known = vectors.load(path)
    wanted = nets.Net.load(MODELS, known=known).values(pieces)
    assert np.array_equal(wanted[0], net.values(pieces)[0])
    vectors.save(path, known)
    again = vectors.load(path)
    reader = nets.Net.load(MODELS, known=again)
    monkeypatch.setattr(nets.Net, "_made", lambda self, read: pytest.fail("asked again"))
    assert all(np.array_equal(one, other) for one, other in zip(reader.values(pieces), wanted, strict=True))
    vectors.save(path, again)
    assert len(vectors.load(path)) == 1, "asked for, so it stays"
    vectors.save(path, vectors.load(path))
    assert not vectors.load(path), "and goes when nobody asks for it"
    path.write_bytes(b"PK\x03\x04 no archive")
    assert not vectors.load(path)


LONG = Text(HERE.title, " ".join(f"{HERE.text} Chuyện thứ {n} không ai nhắc tới nữa." for n in range(12)))


def test_sentences_cost_two_askings_more_whatever_the_length(monkeypatch):
    tagger, asked, real = Tagger("Sóc Trăng", net="area"), [], nets.Net.values
    monkeypatch.setattr(nets.Net, "values", lambda self, pieces: asked.append(pieces) or real(self, pieces))
    (judged,) = tagger.judge_all([LONG])
    assert len(asked) == 1
    explained = tagger.explain(LONG, judged)
    assert 2 <= len(asked) <= 1 + 1 + 2, "the judgement, the text anew, and without each of two"
    asked.clear()
    assert tagger.judge_all([LONG], explained=True) == [explained]
    assert len(asked) <= 1 + 2, "at judging the text is not asked about twice"
    assert explained.tone_sentences[0].weight > 0
    assert all(one.sentence in f"{LONG.title}\n{LONG.text}" for one in explained.tone_sentences)


def test_the_sentences_of_a_text_in_another_language_are_the_nets():
    english = Text(
        "Riverbank collapse in Soc Trang destroys three houses",
        "A riverbank in Ke Sach district, Soc Trang province, collapsed on Monday. Three houses fell into the river "
        "and two people died. The market opened as usual.",
        language="en",
    )
    (explained,) = Tagger("Sóc Trăng", net="all").judge_all([english], explained=True)
    assert explained.relevance != "none"
    assert explained.tone == -1
    assert explained.tone_sentences
    assert all(one.sentence in f"{english.title}\n{english.text}" for one in explained.tone_sentences)
