"""The protocol: nothing is measured by what saw it, a killed run goes on, intervals are those of groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis import Tagger
from analysis.tags.features import Terms
from analysis.training.evaluate import compare
from analysis.training.gold import PARTS, Example
from analysis.training.protocol import figures, folds, report, spread
from press import TOPICS
from tests.support.labelled import write_gold

WIDTH = folds.WIDTH


def texts(size: int) -> list[Example]:
    found = []
    for number in range(size):
        counts = {f"chữ{number % 19}": 2, f"số{number % 7}": 1}
        topics = (list(TOPICS)[number % 19],)
        found.append(
            Example(f"g{number}", "", "", (), (), Terms(counts, number % 2 == 0), topics, number % 3 - 1, "items")
        )
    return found


@pytest.fixture
def watched(monkeypatch):
    """Fits that only remember who learned: values are the number of the fit, from 1."""
    fits: list[set[str]] = []

    def fake(learned, asked, taught):
        fits.append({one.id for one in learned})
        return np.full((len(asked), WIDTH), float(len(fits)))

    monkeypatch.setattr(folds, "values_of", fake)
    return fits


def test_no_value_comes_from_a_model_that_saw_the_text_or_the_held_part(watched, tmp_path):
    examples, parts = texts(60), [number % PARTS for number in range(60)]
    found = folds.nested(examples[:50], parts[:50], examples[50:], None, tmp_path)
    for held in range(PARTS):
        unseen = {one.id for one, number in zip(examples, parts[:50], strict=False) if number == held}
        for row, one in enumerate(examples[:50]):
            learned = watched[int(found.within[held, row, 0]) - 1]
            own = {other.id for other, number in zip(examples, parts[:50], strict=False) if number == parts[row]}
            assert not learned & (unseen | own)
            assert len(learned) == 50 - len(unseen | own), "and from all the rest"
            assert one.id not in learned
    assert watched[int(found.later[0, 0]) - 1] == {one.id for one in examples[:50]}


def test_quick_values_are_of_models_that_did_not_see_the_text(watched, tmp_path):
    examples, parts = texts(50), [number % PARTS for number in range(50)]
    found = folds.nested(examples, parts, [], None, tmp_path, quick=True)
    assert len(watched) == PARTS
    for row, one in enumerate(examples):
        assert len(set(found.within[:, row, 0].tolist())) == 1, "the same whatever part is held"
        assert one.id not in watched[int(found.within[0, row, 0]) - 1]


def test_a_run_that_was_ended_goes_on_and_other_data_begin_anew(watched, tmp_path, monkeypatch):
    examples, parts = texts(40), [number % PARTS for number in range(40)]
    fake, calls = folds.values_of, []

    def dies(learned, asked, taught):
        if len(calls) == 6:
            raise KeyboardInterrupt
        calls.append(len(learned))
        return fake(learned, asked, taught)

    monkeypatch.setattr(folds, "values_of", dies)
    with pytest.raises(KeyboardInterrupt):
        folds.nested(examples, parts, [], None, tmp_path)
    monkeypatch.setattr(folds, "values_of", fake)
    whole = folds.nested(examples, parts, [], None, tmp_path)
    assert len(watched) == 15
    again = folds.nested(examples, parts, [], None, tmp_path)
    assert len(watched) == 15
    assert np.array_equal(again.within, whole.within)
    (kept,) = tmp_path.iterdir()
    (kept / "without-2.npz").write_bytes(b"cut off")
    folds.nested(examples, parts, [], None, tmp_path)
    assert len(watched) == 16, "what cannot be read is made again"
    folds.nested([replace(examples[0], tone=1), *examples[1:]], parts, [], None, tmp_path)
    assert len(watched) == 31


@pytest.mark.slow
def test_what_is_decided_of_a_part_does_not_hang_on_its_labels():
    random = np.random.default_rng(5)
    labels = folds.labels(texts(400))
    parts = [number % PARTS for number in range(400)]
    voices = [labels + random.normal(0, 0.6, labels.shape) for _ in range(2)]
    within = [np.broadcast_to(one, (PARTS, *one.shape)) for one in voices]
    short = [one.terms.short for one in texts(400)]
    before = figures.inside(within, labels, parts, short)
    turned = labels.copy()
    mine = np.array(parts) == 2
    turned[mine] = np.roll(turned[mine], 1, axis=1)
    after = figures.inside(within, turned, parts, short)
    assert np.array_equal(before[mine], after[mine])
    assert not np.array_equal(before[~mine], after[~mine]), "the others were calibrated on these labels"


@pytest.mark.parametrize("seed", [1, 2])
def test_copies_make_no_interval_narrower(seed):
    random = np.random.default_rng(seed)
    labels = folds.labels(texts(60))
    found = np.where(random.random(labels.shape) < 0.05, 1 - labels, labels)
    groups = list(range(60))
    once = figures.measured(labels, found, groups)
    thrice = figures.measured(np.tile(labels, (3, 1)), np.tile(found, (3, 1)), groups * 3)
    for number in (0, 2, 3):  # three copies make more classes frequent enough for the second figure
        one, other = once[number], thrice[number]
        assert one.low <= one.value <= one.high
        assert (other.low, other.high) == (pytest.approx(one.low, abs=0.02), pytest.approx(one.high, abs=0.02))


def test_halves_part_no_source_and_tiny_sources_stand_in_none():
    sources = [f"outlet {number % 5}" for number in range(500)] + ["rare"] * 9
    found = spread.halvings(sources)
    assert found
    for own, other in found:
        mine, theirs = ({sources[i] for i in half} for half in (own, other))
        assert not mine & theirs
        assert "rare" not in mine | theirs
        assert (other, own) not in found
    assert spread.halvings(["one"] * 500) == []


def test_intervals_widen_where_outlets_differ_and_never_below_what_chance_asks():
    random = np.random.default_rng(3)
    labels = folds.labels(texts(240))
    sources, groups = [f"outlet {number % 2}" for number in range(240)], list(range(240))
    alike = np.where(random.random(labels.shape) < 0.05, 1 - labels, labels)
    uneven = np.array([0.01, 0.12])[[number % 2 for number in range(240)]][:, None]
    apart = np.where(random.random(labels.shape) < uneven, 1 - labels, labels)
    calm, wild = (spread.widening(spread.off(labels, one, groups, sources)) for one in (alike, apart))
    assert wild[0] > 2 * calm[0]
    assert min(calm) >= 2**0.5 - 1e-9
    assert spread.widening([]) == pytest.approx((2**0.5,) * 4)
    figure = figures.Figure(0.8, 0.7, 0.85)
    assert spread.widened([figure], [2.0]) == (figures.Figure(0.8, pytest.approx(0.6), pytest.approx(0.9)),)
    assert spread.widened([figure], [9.0])[0].high == 1.0


def test_figures_are_those_of_the_labels_given():
    labels = folds.labels(texts(190))
    found = labels.copy()
    found[:, 0] = 0  # one topic of nineteen is never found
    found[labels[:, len(TOPICS)] == 1] = 0  # nor anything of the texts of one tone
    micro, enough, every, tone = (one.value for one in figures.measured(labels, found, range(190)))
    given_, true = found[:, : len(TOPICS)].sum(), labels[:, : len(TOPICS)].sum()
    assert micro == pytest.approx(2 * given_ / (given_ + true))
    assert enough == every
    assert tone == pytest.approx(2 / 3)


def test_texts_are_picked_at_random_only_where_it_says_so():
    said = ["random", "random tc201805", "tone uncertain", "uncertain", "likely health", "soctrang", "", "feeds 2026"]
    ways = ["random", "random", "unsure", "unsure", "rare topics", "by hand", "by hand", "by hand"]
    assert [report.pick(one) for one in said] == ways


@pytest.mark.parametrize(
    ("arrays", "why"),
    [
        ({"ids": np.array(["g1"]), "values": np.zeros((1, 3))}, "shape"),
        ({"ids": np.array(["x"]), "values": np.zeros((1, WIDTH))}, "none of the labelled"),
        ({"ids": np.array(["g1"])}, "no readable"),
    ],
)
def test_values_that_are_none_are_refused_by_name(tmp_path, arrays, why):
    path = tmp_path / "net.npz"
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=rf"net\.npz: .*{why}"):
        report.net_values(path, texts(5))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_three_voices_later_texts_and_all_that_is_told_of_them(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "FEWEST", 10)
    monkeypatch.setattr(report, "measure", lambda _: (compare("relevance to X", [["a"]], [["a"]], ["a"]),))
    data = write_gold(tmp_path / "data")
    every = report._labelled(data)
    ids = sorted((one.id for one in every.examples), key=report.order)
    values = every.labels + np.random.default_rng(1).normal(0, 0.5, every.labels.shape)
    np.savez(tmp_path / "net.npz", ids=np.array([one.id for one in every.examples]), values=values)
    found = report.protocol(
        data,
        tmp_path / "kept",
        lambda _: None,
        before=ids[len(ids) * 4 // 5],
        net=tmp_path / "net.npz",
        make=Tagger,
    )
    assert {row.voice for row in found.rows} == {"linear", "net", "both"}
    by_voice = {row.voice: row for row in found.rows if row.texts == found.rows[0].texts}
    assert by_voice["both"].found[0].value > by_voice["linear"].found[0].value, "the net here has seen the labels"
    text = found.text()
    assert "the models that ship" in text
    assert "| relevance to X | 1 | 1.000 " in text
    assert "The teacher was not refitted" not in text, "there is none in these data"
