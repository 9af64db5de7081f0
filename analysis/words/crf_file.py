"""CRFsuite's model file, read without its library: the weight of each attribute, and of each step between labels."""

from __future__ import annotations

import struct

import numpy as np


class UnknownFormError(Exception):
    """underthesea's files are not of the form read here."""


def read_weights(data: bytes) -> tuple[dict[str, float], tuple[float, float, float, float]]:
    """Weights of a CRFsuite first-order model with the labels B-W and I-W.

    Returns attribute -> weight(B-W) - weight(I-W), and the transitions BB, BI, IB, II. Source of the format: the
    CRFsuite manual, `lCRF`/`FOMC` version 100 and its CQDB string tables.
    """
    try:
        magic, _, kind, version, _, labels, attributes, *offsets = struct.unpack_from("<4sI4sIIIIIIIII", data)
        if (magic, kind, version, labels) != (b"lCRF", b"FOMC", 100, 2):
            raise UnknownFormError(f"{magic!r} {kind!r} version {version}, {labels} labels")
        at_features, at_labels, at_attributes = offsets[:3]
        if data[at_features : at_features + 4] != b"FEAT":
            raise UnknownFormError("no feature table")
        count = struct.unpack_from("<I", data, at_features + 8)[0]
        layout = np.dtype([("type", "<u4"), ("source", "<u4"), ("target", "<u4"), ("weight", "<f8")])
        rows = np.frombuffer(data, layout, count, at_features + 12)
        names = _strings(data, at_labels)
        begin, inside = names.index("B-W"), names.index("I-W")
        attribute_names = _strings(data, at_attributes)
        if len(attribute_names) != attributes:
            raise UnknownFormError("attribute table of another length")
    except (struct.error, ValueError, IndexError, UnicodeDecodeError) as error:
        raise UnknownFormError(str(error)) from error
    states = rows[rows["type"] == 0]
    difference = np.zeros(attributes)
    np.add.at(difference, states["source"], np.where(states["target"] == begin, states["weight"], -states["weight"]))
    moves = {(int(r["source"]), int(r["target"])): float(r["weight"]) for r in rows[rows["type"] == 1]}
    steps = [moves.get(pair, 0.0) for pair in ((begin, begin), (begin, inside), (inside, begin), (inside, inside))]
    return dict(zip(attribute_names, difference.tolist(), strict=True)), (steps[0], steps[1], steps[2], steps[3])


def _strings(data: bytes, start: int) -> list[str]:
    """The strings of a CQDB table by their number."""
    magic, _, _, order, count, backward = struct.unpack_from("<4sIIIII", data, start)
    if magic != b"CQDB" or order != 0x62445371:
        raise UnknownFormError("no string table")
    offsets = np.frombuffer(data, "<u4", count, start + backward).tolist()
    found = []
    for offset in offsets:
        size = struct.unpack_from("<I", data, start + offset + 4)[0]
        found.append(data[start + offset + 8 : start + offset + 7 + size].decode())
    return found
