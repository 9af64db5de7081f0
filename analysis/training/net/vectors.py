"""The net's vectors of the gate set and of corrected articles, kept beside an office's models: asked once, then free.

Whatever one training asked for is kept; what it did not ask for any more goes. No text is in the file.
"""

from __future__ import annotations

import zlib
from collections import ChainMap
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np

from analysis.tags import model_file
from analysis.tags.vocabulary import Floats

FILE: Final = "vectors.npz"
_KEY: Final = 32  # bytes of a digest
Known = ChainMap[bytes, Floats]  #: what is asked for stands in the first map, what was kept behind it


def load(path: Path) -> Known:
    """Reads kept vectors; none where there is no file or it cannot be read: they can be made again."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            keys, found = data["keys"].tobytes(), data["vectors"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):
        return ChainMap({}, {})
    names = (keys[at : at + _KEY] for at in range(0, len(keys), _KEY))
    return ChainMap({}, dict(zip(names, found, strict=False)))


def save(path: Path, known: Known) -> None:
    """Writes the vectors that were asked for since they were loaded."""
    asked = known.maps[0]
    found = np.stack([*asked.values()]) if asked else np.zeros((0, 0), np.float32)
    model_file.write(path, {"keys": np.frombuffer(b"".join(asked), np.uint8), "vectors": found})
