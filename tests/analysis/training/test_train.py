"""Training is deterministic, keeps the gate set out, and writes files that say what they are."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.tags import model_file, topics
from analysis.tags.evidence import Evidence
from analysis.tags.features import Terms, terms
from analysis.training import gold, silver
from analysis.training.calibration import best_threshold
from analysis.training.corrected import KIND
from analysis.training.evaluate import as_text, compare, confusion, worst
from analysis.training.fitting import Silver, fit, ground, ridge, vectors
from analysis.training.train import GATE, train
from press import TOPICS
from tests.support.labelled import demo_articles, record, trained, write_gold

__all__ = ["trained"]
pytestmark = pytest.mark.slow


def test_training_writes_models_that_say_what_they_are(trained):
    _, out, report, said = trained
    assert {path.name for path in report.files} == {"topics.npz", "tone.npz", "relevance.npz"}
    model = model_file.load(out / "topics.npz")
    assert model.classes == tuple(TOPICS)
    assert model.id.startswith("topics-")
    assert model.id in report.models
    assert "labelled articles" in model.info["trained_on"]
    assert len(said) >= 4
    assert "topics" in report.text()
    assert "### Relevance (five folds" in report.text()
    assert any(one.what.startswith("relevance to Sóc Trăng") for one in report.relevance)


def test_the_same_data_give_the_same_model(trained, tmp_path):
    data, out, report, _ = trained
    again = train(data, tmp_path / "new", lambda _: None)
    assert again.models == report.models
    for name in ("topics.npz", "tone.npz"):
        one, other = model_file.load(out / name), model_file.load(tmp_path / "new" / name)
        assert one.info == other.info
        assert np.array_equal(one.weights, other.weights)


def test_a_changed_label_gives_another_id(trained, tmp_path):
    _, _, report, _ = trained
    data = write_gold(tmp_path / "data")
    path = data / "gold" / "articles.jsonl.gz"
    rows = list(gold.records(path))
    for row in rows:
        row["tone"] = -row["tone"]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    assert train(data, tmp_path / "out", lambda _: None).models != report.models


def test_the_gate_set_is_never_trained_on(trained):
    data, out, report, _ = trained
    examples = [gold.example(row) for row in gold.records(data / "gold" / "articles.jsonl.gz")]
    parts = gold.part(examples, gold.groups(examples))
    held = sum(number == GATE for number in parts)
    assert 0 < held < len(examples) / 2
    assert sum(figures.n for figures in report.gate if figures.what.startswith("topics")) == held
    trained_on = model_file.load(out / "topics.npz").info["trained_on"]
    assert trained_on.startswith(f"{len(examples) - held} ")


def test_near_duplicates_stay_together_and_parts_do_not_move_when_others_come():
    rows = [record(one) for one in demo_articles("vi")]
    twin = dict(rows[3], id="twin", title="Tít khác hẳn", text=rows[3]["text"] + " Thêm một câu nữa.")
    examples = [gold.example(row) for row in [*rows, twin]]
    grouped = gold.groups(examples)
    assert grouped[-1] == grouped[3]
    parts = gold.part(examples, grouped)
    assert parts[-1] == parts[3]
    alone = [i for i in range(len(rows)) if grouped.count(grouped[i]) == 1][:10]
    few = [examples[i] for i in alone]
    assert gold.part(few, gold.groups(few)) == [parts[i] for i in alone]


@given(st.lists(st.integers(0, 30_000), min_size=2, unique=True), st.sampled_from(["g{}", "g{:04}", "a-{}-vi", "{}"]))
def test_ids_are_in_the_order_of_their_numbers(numbers, form):
    assert sorted(map(form.format, numbers), key=gold.order) == list(map(form.format, sorted(numbers)))


@given(st.integers(1, 20_000), st.lists(st.integers(1, 20_000), max_size=3))
def test_a_part_does_not_move_when_later_articles_join_its_group(first, later):
    names = [f"g{first}", *(f"g{first + more}" for more in later)]
    alone = gold.Example(names[0], "", "", (), (), Terms({}, True), (), None, "items")
    every = [replace(alone, id=name) for name in names]
    assert gold.part(every, [0] * len(every)) == gold.part([alone], [0]) * len(every)


def test_data_that_cannot_be_used_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match=r"articles\.jsonl\.gz.*--data"):
        train(tmp_path, tmp_path / "out", lambda _: None)
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "a"}\n\nkein json\n', encoding="utf-8")
    with pytest.raises(ValueError, match="line 3"):
        list(gold.records(path))
    with pytest.raises(ValueError, match="unknown topic 'sport'"):
        gold.example({"id": "x", "title": "a", "text": "b", "topics": ["sport"]})


def test_rows_agree_with_the_models_own_arithmetic(tmp_path):
    read = [
        (["Tôm", "lúa"], ["tôm", "tôm", ",", "giá"]),
        (["Lúa"], ["cầu", "lúa"]),
        (["Cầu"], ["học sinh", "tôm", "cầu", "cầu", "12"]),
    ] * 4
    texts = [terms(title, text) for title, text in read]
    labels = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]] * 4)
    fitted = fit(ground(texts), labels, range(len(texts)))
    info = {"id": "x-1", "classes": ["a", "b"]}
    arrays = tuple(np.asarray(a, np.float32) for a in (fitted.vectors.idf, fitted.weights, fitted.bias))
    model_file.save(tmp_path / "x.npz", fitted.vectors.names, arrays, info)
    model = model_file.load(tmp_path / "x.npz")
    for (title, text), wanted in zip(read, fitted.decide(texts), strict=True):
        added = model.contributions(model.vocabulary.known(title, text))
        assert model.scores(added) == pytest.approx(wanted, abs=0.03)


def test_a_teachers_chances_are_learned_beside_the_readers_labels():
    gold_texts = [Terms({"lúa": 1, "giá": 1}, True), Terms({"cầu": 1, "đường": 1}, True)] * 10
    labels = np.array([[1.0, 0.0], [0.0, 1.0]] * 10)
    more = tuple(Terms({"tôm" if n % 2 else "cảng": 1, "giá" if n % 2 else "đường": 1}, True) for n in range(40))
    chances = np.array([[0.9, 0.1] if n % 2 else [0.1, 0.6] for n in range(40)])
    asked = [Terms({"tôm": 1}, True), Terms({"cảng": 1}, True)]
    assert not ground(gold_texts).vectors.rows(asked).nnz
    taught = fit(ground(gold_texts, Silver(more, chances)), labels, range(20)).decide(asked)
    assert taught[0, 0] > 0 > taught[1, 0]
    assert taught[0, 1] < 0
    assert taught[0, 0] > taught[1, 1] > taught[1, 0]  # the surer the teacher, the stronger


def test_the_ridge_is_the_librarys():
    from scipy import sparse
    from sklearn.linear_model import Ridge

    chance = np.random.default_rng(1)
    rows = sparse.random(200, 60, 0.2, format="csr", dtype=np.float32, random_state=1)
    wanted, count = chance.normal(size=(200, 3)), chance.uniform(0.5, 2, 200)
    weights, bias = ridge(rows, wanted, count)
    known = Ridge(alpha=0.3, solver="sparse_cg", tol=1e-8).fit(rows.astype(np.float64), wanted, sample_weight=count)
    assert weights == pytest.approx(known.coef_.T, abs=0.01)
    assert bias == pytest.approx(known.intercept_, abs=0.01)


def _feeds(folder, rows):
    with gzip.open(folder / "feeds_2026.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def test_a_teachers_labels_find_their_texts_again_and_no_others(tmp_path):
    rows = [{"title": f"Tin số {word}", "summary": f"Nội dung {word} ở xã", "link": word} for word in "abcdefgh"]
    chances = np.linspace(0, 1, len(TOPICS) + 3, dtype=np.float32)
    found = [(n, silver.digest(row["title"], row["summary"]), chances) for n, row in enumerate(rows) if n % 2 == 0]
    silver.save(tmp_path / "labels.npz", {"feeds_2026": found})
    rows[2] |= {"title": "Một tin khác hẳn"}
    _feeds(tmp_path, rows)
    known = gold.example({"id": "k", "title": rows[4]["title"], "text": "x", "topics": [], "doc": "none"})
    read = silver.read(tmp_path, [known], tmp_path / "labels.npz")
    assert read is not None
    assert len(read.topics.texts) == 2  # numbers 0 and 6: 2 is another text now, 4 begins like a labelled one
    assert read.topics.chances == pytest.approx(np.tile(chances[: len(TOPICS)], (2, 1)), abs=0.03)
    assert read.tones.chances.sum(axis=1) == pytest.approx(1)
    assert silver.read(tmp_path, [], tmp_path / "none.npz") is None
    (tmp_path / "feeds_2026.jsonl.gz").unlink()
    assert silver.read(tmp_path, [], tmp_path / "labels.npz") is None


def test_what_the_teacher_has_read_joins_no_voices(monkeypatch):
    monkeypatch.setattr(silver, "_ENOUGH", 3)
    examples = [gold.example({"id": name, "title": "Mưa lớn"}) for name in ("g20", "g21", "g9950", "g10001", "k1")]
    examples[4] = replace(examples[4], kind=KIND)
    parts = [2, silver.HELD, 3, 2, 2]
    assert silver.unread(examples, parts) == [1, 2, 3, 4]
    monkeypatch.setattr(silver, "_ENOUGH", 5)
    assert silver.unread(examples, parts) == [0, 1, 2, 3, 4], "all, where the rest are too few"


def test_labels_that_cannot_be_read_are_refused_by_name(tmp_path):
    path = tmp_path / "labels.npz"
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(ValueError, match=r"labels\.npz"):
        silver.read(tmp_path, [], path)
    silver.save(path, {"feeds_2026": [(0, 1, np.zeros(5, np.float32))]})
    with pytest.raises(ValueError, match="other topics"):
        silver.read(tmp_path, [], path)


def test_only_terms_of_several_texts_are_learned():
    known = vectors([Terms({"a": 1, "b": 1}, True), Terms({"a": 5}, True)])
    assert known.names == ("a",)


def test_the_best_threshold_separates_and_stays_within_bounds():
    chance, truth = np.array([0.05, 0.2, 0.7, 0.8]), np.array([0, 0, 1, 1])
    assert 0.2 < best_threshold(chance, truth) < 0.7
    assert best_threshold(np.array([0.01, 0.02]), np.array([1, 1])) == pytest.approx(0.1)


@pytest.mark.parametrize("damage", ["empty", "text", "truncated", "turned", "other form", "short table", "missing"])
def test_a_damaged_model_is_refused_by_name(trained, tmp_path, damage):
    _, out, _, _ = trained
    path, whole = tmp_path / "topics.npz", (out / "topics.npz").read_bytes()
    if damage in ("other form", "short table"):
        with np.load(out / "topics.npz", allow_pickle=False) as data:
            tables = dict(data)
        tables |= {"form": np.array([99])} if damage == "other form" else {"idf": tables["idf"][:5]}
        np.savez(path, allow_pickle=False, **tables)
    elif damage != "missing":
        at = len(whole) // 2
        turned = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        path.write_bytes({"empty": b"", "text": b"hello", "truncated": whole[:at], "turned": turned}[damage])
    with pytest.raises(model_file.BadModelError, match=r"topics\.npz"):
        model_file.load(path)


def test_a_model_with_pickled_objects_is_refused(tmp_path):
    path = tmp_path / "topics.npz"
    np.savez(path, form=np.array([model_file.FORM]), terms=np.array([{"a": 1}], dtype=object), info=np.array([0]))
    with pytest.raises(model_file.BadModelError):
        model_file.load(path)


def test_figures_are_right_on_a_case_done_by_hand():
    figures = compare("x", [["a"], ["a", "b"], ["b"], ["c"]], [["a"], ["a"], ["a"], []], ["a", "b", "c"])
    by_name = {one.name: one for one in figures.classes}
    assert (by_name["a"].precision, by_name["a"].recall) == (pytest.approx(2 / 3), 1.0)
    assert by_name["b"].f1 == 0.0
    assert figures.micro == pytest.approx(2 * 2 / (3 + 5))
    assert figures.macro == pytest.approx(0.8 / 3)
    assert figures.undecided == 0.25
    assert figures.micro_interval[0] <= figures.micro <= figures.micro_interval[1]
    assert figures.confusion == {"a": {"a": 2}, "b": {"a": 1}, "c": {"None": 1}}
    assert "| a | 0.67 | 1.00 | 0.80 | 2 |" in as_text(figures)


def test_figures_of_nothing_are_an_error():
    with pytest.raises(ValueError, match="0 labelled"):
        compare("x", [], [], ["a"])
    with pytest.raises(ValueError, match="2 judged"):
        compare("x", [["a"]], [["a"], ["a"]], ["a"])


def test_confusion_and_worst_examples():
    assert confusion([1, 1], [1, 0]) == {"1": {"1": 1, "0": 1}}
    judged = {"p": [("a", 0.6)], "q": [("b", 0.9)], "r": [("a", 0.99)]}
    assert worst(["p", "q", "r"], [["b"], ["a"], ["a"]], judged.__getitem__) == [("q", ("b",)), ("p", ("a",))]


def test_a_topic_without_examples_is_never_forced_on_a_text(trained):
    _, out, _, _ = trained
    model = model_file.load(out / "topics.npz")
    absent = set(TOPICS) - {topic for one in demo_articles("vi") for topic in one.topics}
    for one in demo_articles("vi")[:20]:
        read = gold.example(record(one))
        known = model.vocabulary.known(read.title_words, read.text_words)
        assert not absent & {tag.id for tag in topics.judge(model, known, Evidence("", "", (), (), ()))}
