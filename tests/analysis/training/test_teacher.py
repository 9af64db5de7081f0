"""What of the teacher works without PyTorch: pieces of words, packed weights."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.training.net import e5


def test_a_text_is_cut_into_its_likeliest_pieces_and_never_across_spaces():
    chances = {"▁": -4.0, "▁mưa": -2.0, "▁m": -3.0, "ưa": -1.5, "▁lớn": -2.0, "lớn": -1.0}
    pieces = e5.Pieces(
        {p: n + 3 for n, p in enumerate(chances)}, np.array([0.0] * 3 + [*chances.values()], np.float32), 4, -20.0
    )
    named = {number: piece for piece, number in pieces.numbers.items()}
    cut = pieces.of("mưa  lớn", 9)
    assert (cut[0], cut[-1]) == (0, 2)
    assert [named[n] for n in cut[1:-1]] == ["▁mưa", "▁lớn"]
    assert pieces.of("mưa lớn", 3) == [0, pieces.numbers["▁mưa"], 2]
    assert pieces.of("mưaz", 9)[1:-1] == [pieces.numbers["▁mưa"], 3]  # what no piece holds is unknown


def test_packed_weights_are_unpacked():
    block = np.zeros(1, np.dtype([("scale", np.float16), ("bits", np.uint8, 16)]))
    block["scale"], block["bits"] = 0.5, [0x80 + n for n in range(16)]
    found = e5._unpack(block.tobytes())
    assert found[:16] == pytest.approx((np.arange(16) - 8) * 0.5)
    assert found[16:] == pytest.approx(0)
