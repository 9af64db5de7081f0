"""Training is deterministic, keeps the gate set out, and writes files that say what they are."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from analysis import gold, model_file, topics
from analysis.calibration import best_threshold
from analysis.evaluate import as_text, compare, confusion, worst
from analysis.features import Terms
from analysis.fitting import fit_topics, vectors
from analysis.train import GATE, train
from press import TOPICS
from tests.fixtures_labelled import demo_articles, record, write_gold


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    data = write_gold(tmp_path_factory.mktemp("data"))
    said: list[str] = []
    out = tmp_path_factory.mktemp("out")
    return data, out, train(data, out, said.append), said


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
    texts = [
        Terms({"tôm": 3, "lúa": 1}, True),
        Terms({"lúa": 2, "cầu": 1}, True),
        Terms({"tôm": 1, "cầu": 4}, True),
    ] * 4
    labels = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]] * 4)
    fitted = fit_topics(texts, labels)
    info = {"id": "x-1", "classes": ["a", "b"]}
    arrays = tuple(np.asarray(a, np.float32) for a in (fitted.vectors.idf, fitted.weights, fitted.bias))
    model_file.save(tmp_path / "x.npz", fitted.vectors.names, arrays, info)
    model = model_file.load(tmp_path / "x.npz")
    for text, wanted in zip(texts, fitted.decide(texts), strict=True):
        _, added = model.contributions(text)
        assert model.scores(added) == pytest.approx(wanted, abs=0.03)


def test_only_terms_of_several_texts_are_learned():
    known = vectors([Terms({"a": 1, "b": 1}, True), Terms({"a": 5}, True)])
    assert known.names == ("a",)


def test_the_best_threshold_separates_and_stays_within_bounds():
    chance, truth = np.array([0.05, 0.2, 0.7, 0.8]), np.array([0, 0, 1, 1])
    assert 0.2 < best_threshold(chance, truth) < 0.7
    assert best_threshold(np.array([0.01, 0.02]), np.array([1, 1])) == pytest.approx(0.1)


@pytest.mark.parametrize("damage", ["empty", "text", "truncated", "other form", "short table", "missing"])
def test_a_damaged_model_is_refused_by_name(trained, tmp_path, damage):
    _, out, _, _ = trained
    path, whole = tmp_path / "topics.npz", (out / "topics.npz").read_bytes()
    if damage in ("other form", "short table"):
        with np.load(out / "topics.npz", allow_pickle=False) as data:
            tables = dict(data)
        tables |= {"form": np.array([99])} if damage == "other form" else {"idf": tables["idf"][:5]}
        np.savez(path, allow_pickle=False, **tables)
    elif damage != "missing":
        path.write_bytes({"empty": b"", "text": b"hello", "truncated": whole[: len(whole) // 2]}[damage])
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
        counted = gold.example(record(one)).terms
        assert not absent & {tag.id for tag in topics.judge(model, counted, "", "", {})}
