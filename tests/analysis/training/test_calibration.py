"""Calibration: one form for one voice and for several, learned from decisions, judged by one rule."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.tags import tone, topics
from analysis.training.calibration import by_kind, learn_tone, learn_topics


def written(seed: int, texts: int = 400):
    """Labels of three topics, and two voices that each hear the truth with a noise of their own."""
    random = np.random.default_rng(seed)
    labels = (random.random((texts, 3)) < 0.25).astype(np.float64)
    heard = [1.5 * (labels - 0.5) + random.normal(0, 1, labels.shape) for _ in range(2)]
    return labels, heard, random


def right(table, values, labels) -> float:
    """The mean log-likelihood of the truth under the chances of a table."""
    chances = np.stack([topics.chances(table, row)[0] for row in values])
    return float(np.mean(np.log(np.where(labels > 0, chances, 1 - chances))))


@pytest.mark.parametrize("seed", [3, 5])
def test_two_voices_that_err_apart_are_surer_than_either_on_what_they_were_not_fitted_on(seed):
    labels, heard, _ = written(seed)
    new_labels, new_heard, _ = written(seed + 1)
    both = right(learn_topics(heard, labels), np.stack(new_heard, axis=1), new_labels)
    for voice, new in zip(heard, new_heard, strict=True):
        assert both > right(learn_topics([voice], labels), new, new_labels)


@pytest.mark.parametrize("seed", [3, 5])
def test_a_voice_that_says_the_contrary_is_not_heard(seed):
    labels, (voice, other), _ = written(seed)
    alone, both = learn_topics([voice], labels), learn_topics([voice, -other], labels)
    assert np.array(both["slope"])[1].tolist() == [0, 0, 0]
    assert np.array(both["slope"])[0] == pytest.approx(np.array(alone["slope"]), abs=1e-3)
    for row, contrary in zip(voice[:50], -other[:50], strict=True):
        numbers = [number for number, _ in topics.decided(alone, row)]
        assert [number for number, _ in topics.decided(both, np.stack([row, contrary]))] == numbers


def test_a_topic_nobody_labelled_is_hardly_given_whoever_speaks():
    labels, heard, _ = written(1)
    labels[:, 2] = 0
    for voices in (heard[:1], heard):
        table = learn_topics(voices, labels)
        at_rest = np.zeros(np.shape(table["slope"]))
        assert topics.chances(table, at_rest)[0][2] == pytest.approx(0.119, abs=0.001)


@pytest.mark.parametrize("seed", [3, 5])
def test_the_tone_of_two_voices_is_theirs_beside_each_other(seed):
    labels, heard, random = written(seed)
    truth = np.eye(3)[random.integers(0, 3, len(labels))]
    heard = [truth + random.normal(0, 1, truth.shape) for _ in range(2)]
    table = learn_tone(heard, truth)
    assert np.shape(table["matrix"]) == (3, 6)
    hits = [tone.decided(table, np.stack(row), 0.0)[0] for row in zip(*heard, strict=True)]
    alone = [tone.decided(learn_tone(heard[:1], truth), row, 0.0)[0] for row in heard[0][:200]]
    wanted = [tone.TONES[row.argmax()] for row in truth]
    assert np.mean(np.array(hits) == wanted) > np.mean(np.array(alone) == wanted[:200])


def test_a_rare_tone_counts_for_more_than_its_texts_and_less_than_as_many_as_the_others():
    random = np.random.default_rng(7)
    labels = np.eye(3)[random.choice(3, 900, p=[0.08, 0.72, 0.2])]
    silent = np.zeros_like(labels)  # a voice that says nothing leaves the chances that the calibration gives by itself
    rare, common, _ = tone.chances(learn_tone([silent], labels), np.zeros(3))
    assert labels[:, 0].mean() * 1.5 < rare < 1 / 3
    assert 1 / 3 < common < labels[:, 1].mean()


def test_a_tone_below_what_decides_is_none_and_keeps_its_score():
    table = {"matrix": np.eye(3).tolist(), "offset": [0.0, 0.0, 0.0]}
    assert tone.decided(table, np.array([0.0, 0.1, 0.0]), 0.36) == (None, pytest.approx(0.356, abs=0.001))
    assert tone.decided(table, np.array([0.0, 1.0, 0.0]), 0.36)[0] == 0


def test_a_kind_of_few_texts_takes_the_calibration_of_all():
    short = [True] * 300 + [False] * 199
    seen = by_kind(short, lambda rows: {"rows": rows})
    assert (seen["short"]["rows"], len(seen["full"]["rows"])) == (list(range(300)), 499)
    assert by_kind([*short, False], lambda rows: {"n": len(rows)})["full"]["n"] == 200
