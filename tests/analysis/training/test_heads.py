"""Heads refitted on corrected articles move what is like these and leave the press where it was."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import MODELS, net_of
from analysis.tags.net import Net
from analysis.training import gold
from analysis.training.corrected import Admitted
from analysis.training.net.heads import Heads, refit, spread_of
from analysis.training.net.values import Values, key
from analysis.training.train import with_own_heads
from press import TOPICS
from tests.support.labelled import demo_articles, record

WIDTH, SIZE = 24, len(TOPICS) + 3


def press(seed: int, texts: int = 400):
    """Heads, and vectors that differ in a few directions as those of a trained net do."""
    chance = np.random.default_rng(seed)
    vectors = chance.normal(size=(texts, WIDTH)) * np.geomspace(2, 0.05, WIDTH)
    return Heads(chance.normal(size=(SIZE, WIDTH)) / 3, chance.normal(size=SIZE) - 1), vectors


def nothing(texts: int):
    return np.full((texts, SIZE), np.nan)


def test_what_is_like_the_corrected_follows_and_the_rest_hardly_moves():
    heads, vectors = press(1, 2000)
    kind = vectors[:, 1] > 2
    wanted = nothing(len(vectors))
    wanted[:, len(TOPICS) :] = [0, 1, 0]
    corrected, unseen = np.flatnonzero(kind)[::2], np.flatnonzero(kind)[1::2]
    found = refit(heads, vectors[corrected], wanted[corrected], spread_of(vectors), 100.0)
    before, after = (one.values(vectors)[:, len(TOPICS) :].argmax(axis=1) for one in (heads, found))
    assert (after[unseen] == 1).mean() > (before[unseen] == 1).mean() + 0.3
    assert (after[~kind] == before[~kind]).mean() > 0.8
    assert np.array_equal(found.values(vectors)[:, : len(TOPICS)], heads.values(vectors)[:, : len(TOPICS)])


@given(st.integers(0, 10_000), st.integers(0, 30), st.booleans(), st.booleans())
@settings(max_examples=25)
def test_the_corrected_lose_less_and_what_was_not_corrected_moves_nothing(seed, texts, topics, tones):
    heads, vectors = press(seed, 200)
    chance, wanted = np.random.default_rng(seed), nothing(texts)
    if topics:
        wanted[:, : len(TOPICS)] = chance.integers(0, 2, (texts, len(TOPICS)))
    if tones:
        wanted[:, len(TOPICS) :] = np.eye(3)[chance.integers(0, 3, texts)]
    found = refit(heads, vectors[:texts], wanted, spread_of(vectors))
    for labelled, part in ((topics, slice(len(TOPICS))), (tones, slice(len(TOPICS), None))):
        if not (labelled and texts):
            assert found.weights[part] == pytest.approx(heads.weights[part])
            assert found.bias[part] == pytest.approx(heads.bias[part])
    assert _lost(found, vectors[:texts], wanted) <= _lost(heads, vectors[:texts], wanted) + 1e-6


def _lost(heads, vectors, wanted):
    """The logistic loss of the topics and the cross-entropy of the tones, where they were corrected."""
    values = heads.values(vectors)
    truth = np.nan_to_num(wanted[:, : len(TOPICS)])
    asked = ~np.isnan(wanted)
    each = np.logaddexp(0, values[:, : len(TOPICS)]) - truth * values[:, : len(TOPICS)]
    tones = values[:, len(TOPICS) :]
    chance = tones - np.logaddexp.reduce(tones, axis=1, keepdims=True)
    lost = -(np.nan_to_num(wanted[:, len(TOPICS) :]) * chance).sum()
    return float(each[asked[:, : len(TOPICS)]].sum() + lost)


def test_the_dearer_the_less_the_press_moves():
    heads, vectors = press(3)
    wanted = nothing(60)
    wanted[:, len(TOPICS) :] = [1, 0, 0]
    moved = [
        np.square(refit(heads, vectors[:60], wanted, spread_of(vectors), cost).values(vectors) - heads.values(vectors))
        for cost in (1, 10, 100, 1000)
    ]
    means = [one.mean() for one in moved]
    assert means == sorted(means, reverse=True)
    assert means[-1] < means[0] / 10


@pytest.fixture(scope="module")
def corrected():
    """A labelled article that the net that ships has said something of, and two corrected ones in two folds."""
    labelled, one, other = (gold.example(record(article)) for article in demo_articles("vi")[:3])
    said = Values(Net.load(MODELS).id, {key(labelled): np.zeros(SIZE)})
    return said, labelled, Admitted((one, replace(other, topics=())), (1, 2))


@pytest.mark.slow
def test_heads_of_ones_own_are_written_with_what_they_said_of_articles_they_had_not_seen(corrected, tmp_path):
    said, labelled, more = corrected
    found = with_own_heads(said, [labelled], more, tmp_path, {})
    own, ships = net_of(tmp_path), Net.load(MODELS)
    assert found.net == own.id != said.net == ships.id
    assert found.of(labelled).tolist() == said.of(labelled).tolist()
    for one in more.examples:
        pieces = own.read(one.title, one.text)
        unseen, seen, before = found.of(one), np.concatenate(own.values(pieces)), np.concatenate(ships.values(pieces))
        assert np.abs(seen - before).max() > np.abs(unseen - before).max()
    again = with_own_heads(said, [labelled], more, tmp_path, {})
    assert again.net == found.net


@pytest.mark.parametrize("why", ["nothing corrected", "other labelled articles", "another net", "no wheel"])
def test_the_heads_that_ship_stay_where_nothing_can_be_learned(corrected, tmp_path, monkeypatch, why):
    said, labelled, more = corrected
    if why == "nothing corrected":
        more = Admitted((replace(more.examples[0], topics=(), tone=None),), (1,))
    if why == "other labelled articles":
        labelled = replace(labelled, id="another")
    if why == "another net":
        said = replace(said, net="net-1-older")
    if why == "no wheel":
        monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert with_own_heads(said, [labelled], more, tmp_path, {}) is said
    assert not list(tmp_path.iterdir())
