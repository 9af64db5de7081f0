"""The English articles: what the tags say of them, with intervals, against their floors; how two readings agree."""

from __future__ import annotations

from collections import Counter

import pytest

from analysis.training.evaluate import as_text, compare
from analysis.training.gold import records
from analysis.words.language import detect
from press import RELEVANCES, TOPICS
from tests.analysis import floors, written

ROWS = list(records(written.ENGLISH))


@pytest.mark.slow
def test_the_english_articles_are_judged_no_worse_than_before() -> None:
    for figures in written.english_figures(written.tagger().judge):
        print(as_text(figures), "\n")
    assert floors.below(written.english(), floors.stored()["english"]) == []


def test_the_english_figures_have_floors() -> None:
    kept = floors.stored()["english"]
    assert kept.keys() == {"topics micro-F1", "topics macro-F1", "tone macro-F1", "relevance F1 of focus"}


def test_the_articles_are_many_short_and_spread_over_subjects_and_tones() -> None:
    assert len(ROWS) >= 60
    assert len({row["title"] for row in ROWS} | {row["id"] for row in ROWS}) == 2 * len(ROWS)
    assert all(60 <= len(row["text"].split()) <= 150 for row in ROWS)
    assert all(detect(f"{row['title']}\n{row['text']}") == "en" for row in ROWS)
    topics = Counter(topic for row in ROWS for topic in row["topics"])
    assert topics.keys() == set(TOPICS)
    assert min(topics.values()) >= 3
    tones = Counter(row["tone"] for row in ROWS)
    assert tones.keys() == set(written.TONES)
    assert min(tones.values()) >= len(ROWS) // 4
    assert {"focus", "none"} <= {row["relevance"] for row in ROWS} <= set(RELEVANCES)


def test_both_readings_are_kept_and_agree() -> None:
    for row in ROWS:
        for labels in (row, row["second"]):
            assert 1 <= len(labels["topics"]) <= 3
            assert set(labels["topics"]) <= set(TOPICS)
            assert labels["tone"] in written.TONES
    topics = compare("topics", [row["topics"] for row in ROWS], [row["second"]["topics"] for row in ROWS], TOPICS)
    assert topics.micro >= 0.94  # as two readers of the shared articles
    assert _kappa([(row["tone"], row["second"]["tone"]) for row in ROWS]) >= 0.9
    assert _kappa([(row["relevance"], row["second"]["relevance"]) for row in ROWS]) >= 0.9


def _kappa(pairs: list[tuple[object, object]]) -> float:
    """Cohen's κ of two readings."""
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    agreed = sum(one == other for one, other in pairs) / len(pairs)
    chance = sum(ones[label] * others[label] for label in ones) / len(pairs) ** 2
    return (agreed - chance) / (1 - chance)
