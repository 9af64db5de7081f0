"""What of the net's making works without PyTorch: pieces, folds, and the values the linear models are joined by."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.training import gold
from analysis.training.net import e5, tokens, values
from analysis.training.net.texts import FOLDS, labelled
from analysis.training.train import GATE
from press import TOPICS
from tests.support.labelled import write_gold

CHANCES = {"▁": -4.0, "▁mưa": -2.0, "▁m": -3.0, "ưa": -1.5, "▁lớn": -2.0, "lớn": -1.0, "a": -5.0, "ư": -5.5, "m": -6.0}
PIECES = e5.Pieces(
    {piece: number + 4 for number, piece in enumerate(CHANCES)},
    np.array([-20.0] * 4 + [*CHANCES.values()], np.float32),
    4,
    -30.0,
)


@given(st.lists(st.text(alphabet="mưalớn", min_size=1, max_size=6), min_size=1, max_size=5).map(" ".join))
def test_the_tokenizer_that_ships_cuts_as_the_published_net_does(text):
    reader = tokens.reader(tokens.cut(PIECES, range(4 + len(CHANCES))), 64)
    ours, theirs = reader.encode(text).ids, PIECES.of(text, 64)
    assert _unknown_once(ours) == _unknown_once(theirs)


def _unknown_once(numbers):
    """Runs of unknown signs as one: one side joins them, the other does not."""
    return [number for i, number in enumerate(numbers) if number != 3 or numbers[i - 1] != 3]


def test_pieces_that_stay_are_numbered_anew_in_their_order():
    kept = [0, 1, 2, 3, 5, 7]
    vocabulary = json.loads(tokens.cut(PIECES, kept))["model"]["vocab"]
    assert [name for name, _ in vocabulary] == [*tokens.SPECIAL, "▁mưa", "ưa"]


def test_folds_part_no_group_and_leave_the_gate_out(tmp_path):
    data = write_gold(tmp_path / "data")
    known, examples = labelled(data)
    grouped = gold.groups(examples)
    parts = gold.part(examples, grouped)
    for group in set(grouped):
        assert len({int(known.folds[i]) for i, own in enumerate(grouped) if own == group}) == 1
    assert [fold == -1 for fold in known.folds[: len(examples)]] == [number == GATE for number in parts]
    assert {int(fold) for fold in known.folds} <= {-1, *range(FOLDS)}
    assert known.labels.shape == (len(known.ids), len(TOPICS) + 3)
    assert known.labels[:, len(TOPICS) :].sum(axis=1).tolist() == [1] * len(known.ids)


def test_values_are_kept_by_id_and_text(tmp_path):
    data = write_gold(tmp_path / "data")
    _, examples = labelled(data)
    path = tmp_path / values.FILE
    found = np.arange(2 * (len(TOPICS) + 3), dtype=np.float32).reshape(2, -1)
    values.save(path, "net-1-x", [values.key(one) for one in examples[:2]], found)
    said = values.load(path)
    assert said.net == "net-1-x"
    assert said.of(examples[1]).tolist() == found[1].tolist()
    assert said.of(examples[2]) is None
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match="restore"):
        values.load(path)
    assert values.load(tmp_path / "none.npz") is None
