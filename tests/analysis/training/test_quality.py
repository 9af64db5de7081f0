"""The quality page is refreshed between its marks, and any labelled file can be judged anew."""

from __future__ import annotations

import json

import pytest

from analysis import Tagger
from analysis.training.evaluate import compare
from analysis.training.quality import BEGIN, END, evaluate, evaluation_text, refresh
from analysis.training.train import Report
from tests.support import ROOT
from tests.support.labelled import demo_articles, record


def test_figures_go_between_the_marks_and_nowhere_else(tmp_path):
    page = tmp_path / "quality.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter \\1\n", encoding="utf-8")
    report = Report((), ("topics-1-abc",), (compare("topics, x", [["a"]], [["a"]], ["a"]),))
    assert refresh(page, report)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter \\1\n")
    assert "`topics-1-abc`" in text
    assert "micro-F1 1.000" in text
    assert "old" not in text
    assert refresh(page, report)
    assert page.read_text(encoding="utf-8") == text


def test_relevance_alone_leaves_the_other_figures(tmp_path):
    page = tmp_path / "quality.md"
    page.write_text(f"a\n{BEGIN}\n\ntopics\n\n### Relevance (then)\n\nstale\n\n{END}\nb\n", encoding="utf-8")
    near = Report((), (), (), (compare("relevance to X", [["focus"]], [["focus"]], ["focus"]),))
    assert refresh(page, near)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"a\n{BEGIN}\n\ntopics\n\n### Relevance (five folds")
    assert text.endswith(f"{END}\nb\n")
    assert "stale" not in text
    assert "relevance to X" in text


def test_a_page_without_marks_is_left_alone(tmp_path):
    report = Report((), (), ())
    assert not refresh(tmp_path / "none.md", report)
    (tmp_path / "bare.md").write_text("bare", encoding="utf-8")
    assert not refresh(tmp_path / "bare.md", report)
    assert (tmp_path / "bare.md").read_text(encoding="utf-8") == "bare"


def test_the_projects_own_page_has_the_marks():
    text = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    assert text.index(BEGIN) < text.index(END)


def test_labelled_files_are_judged_per_tag_with_the_surest_errors(tmp_path):
    rows = [record(one) for one in demo_articles("vi")[:30]] + [record(one) for one in demo_articles("km")]
    rows[0]["topics"] = ["human_rights"]  # a label no model would give
    path = tmp_path / "demo.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    asked: list[str] = []

    def make(area: str) -> Tagger:
        asked.append(area)
        return Tagger(area)

    figures, worst = evaluate(make, [path])
    assert asked == ["Sóc Trăng"]
    assert [one.what.split(",")[0] for one in figures] == ["topics", "tone", "relevance"]
    assert [one.n for one in figures] == [len(rows), 30, len(rows)]
    assert any(rows[0]["id"] in said and "human_rights" in said for said in worst)
    text = evaluation_text(figures, worst)
    assert "Surest errors:" in text
    assert "| focus |" in text


def test_a_file_without_labels_is_refused(tmp_path):
    path = tmp_path / "bare.jsonl"
    path.write_text('{"id": 1, "title": "Tin"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="no labels"):
        evaluate(Tagger, [path])
