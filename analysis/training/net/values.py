"""What the net said of each labelled article it had not learned from: by it the linear models are joined to the net."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from analysis.tags.tone import TONES
from analysis.training.gold import Example
from analysis.training.silver import digest
from press import TOPICS

Array = npt.NDArray[np.float64]

FILE: Final = "net_values.npz"
SHIPPED: Final = Path(__file__).parents[2] / "data" / FILE


@dataclass(frozen=True, slots=True)
class Values:
    """The net's id and its decision values by `key` of the labelled article: (topics + tones,) each."""

    net: str
    by_id: dict[str, Array]

    def of(self, one: Example) -> Array | None:
        """The values of an example, None where the net has said nothing of this very text."""
        return self.by_id.get(key(one))


def key(one: Example) -> str:
    """An example's id with a digest of how it begins: another text under the same id is another one."""
    return f"{one.id} {digest(one.title, one.text)}"


def save(path: Path, net: str, keys: Sequence[str], found: npt.NDArray[np.float32]) -> None:
    """Writes the values (texts, topics + tones) in half precision."""
    names = np.frombuffer("\n".join(keys).encode(), np.uint8)
    np.savez_compressed(
        path, allow_pickle=False, net=np.frombuffer(net.encode(), np.uint8), ids=names, values=found.astype(np.float16)
    )


def load(path: Path = SHIPPED) -> Values | None:
    """Reads the values; None where there is no file, ValueError for one that cannot be read."""
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            ids = data["ids"].tobytes().decode().split("\n")
            found, net = data["values"].astype(np.float64), data["net"].tobytes().decode()
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise ValueError(f"{path}: no readable values of a net ({error}); restore it") from error
    if found.shape != (len(ids), len(TOPICS) + len(TONES)):
        raise ValueError(f"{path}: values of other topics; make them anew with diembao train --net")
    return Values(net, dict(zip(ids, found, strict=True)))
