"""Weak supervision: a slower teacher labels unlabelled press, so that the shipped linear models learn its words too.

The teacher is the linear model of the gold articles plus kernel ridge regression on latent semantic vectors (truncated
SVD of the corpora's TF-IDF). It sees no label of a held-out article; its labels count less than a reader's, the less
the nearer it was to the other decision.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.features import Terms, plain, term, terms
from analysis.gold import Example, records
from analysis.words import words

Array = npt.NDArray[np.float64]

_HEAD: Final = 250  # words of a text that the vectors see
_DIMENSIONS: Final = 200
_TITLE: Final = 0.7  # weight of the headline's vector beside the whole text's
_WIDTH: Final = 0.7  # of the kernel
_RIDGE: Final = 0.3
PRIOR: Final = -0.8  # what the ridge falls back to far from everything it saw
_LEAST: Final = 8  # texts a word must occur in to get a vector
#: file below corpora/ -> (every how-manieth text gets a label, every how-manieth is read at all)
_OLD: Final = "vntc_train"  # 2002-2006, read last
_CORPORA: Final = {"baomoi_sections": (6, 2), "baomoi_fulltext_2017": (5, 5), _OLD: (5, 5)}


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """Texts nobody labelled: `labelled` are those the teacher shall label, as terms; `words` feed the vectors."""

    labelled: tuple[Terms, ...]
    labelled_words: tuple[tuple[list[str], list[str]], ...]
    others: tuple[list[str], ...]
    recent: int  #: how many of the labelled, from the first on, are of the last ten years


def read(data: Path, known: Sequence[Example]) -> Unlabelled:
    """The feeds' items and a share of the corpora, without any that begins like a labelled one or has its address."""
    heads = {_head(text) for one in known for text in (one.title, one.text, f"{one.title} {one.text}")} - {""}
    addresses = {one.doc for one in known if one.doc}
    labelled: list[tuple[list[str], list[str]]] = []
    others: list[list[str]] = []
    feeds = data / "feeds_2026.jsonl.gz"
    if feeds.is_file():
        labelled += [pair for _, pair in _pairs(feeds, heads, addresses, "summary")]
    recent = 0
    for name, (label, take) in _CORPORA.items():
        path = data / "corpora" / f"{name}.jsonl.gz"
        if path.is_file():
            for number, pair in _pairs(path, heads, addresses, "text", take):
                if number % label == 0:
                    labelled.append(pair)
                else:
                    others.append([*pair[0], *pair[1][:_HEAD]])
        if name != _OLD:
            recent = len(labelled)
    return Unlabelled(tuple(terms(*pair) for pair in labelled), tuple(labelled), tuple(others), recent)


def _pairs(
    path: Path, heads: Collection[str], addresses: Collection[str], field: str, take: int = 1
) -> Iterator[tuple[int, tuple[list[str], list[str]]]]:
    for number, record in enumerate(islice(records(path), 0, None, take)):
        title, text = plain(str(record.get("title") or "")), plain(str(record.get(field) or ""))
        if _head(title or text) in heads or str(record.get("link") or record.get("id")) in addresses:
            continue
        yield number * take, (words(title), words(text))


def _head(text: str) -> str:
    """By what two copies of a text are known: their first letters and digits, without case and spacing."""
    return "".join(text.lower().split())[:60]


@dataclass(frozen=True, slots=True)
class Vectoriser:
    """Latent semantic vectors of words, and their inverse document frequency."""

    index: dict[str, int]
    idf: Array
    vectors: npt.NDArray[np.float32]

    def text(self, title: Sequence[str], text: Sequence[str]) -> npt.NDArray[np.float32]:
        """The vector of a text: its own, and its headline's."""
        both = [self._mean([*title, *text]), _TITLE * self._mean(title)]
        return np.concatenate(both).astype(np.float32)

    def _mean(self, found: Sequence[str]) -> npt.NDArray[np.float32]:
        counts = {self.index[name]: count for name, count in _counts(found).items() if name in self.index}
        rows = np.fromiter(counts, np.intp, len(counts))
        weights = (1 + np.log(np.fromiter(counts.values(), np.float64, len(counts)))) * self.idf[rows]
        mean = (weights @ self.vectors[rows]) if len(rows) else np.zeros(self.vectors.shape[1])
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def _counts(found: Sequence[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in found:
        form = term(word)
        if form:
            counts[form] = counts.get(form, 0) + 1
    return counts


def vectorise(texts: Sequence[Sequence[str]]) -> Vectoriser:
    """Learns word vectors from texts (lists of words): truncated SVD of their TF-IDF."""
    from scipy import sparse
    from sklearn.utils.extmath import randomized_svd

    seen: dict[str, int] = {}
    counted = [_counts(text) for text in texts]
    for text in counted:
        for name in text:
            seen[name] = seen.get(name, 0) + 1
    names = sorted(name for name, count in seen.items() if _LEAST <= count <= 0.3 * len(texts))
    index = {name: i for i, name in enumerate(names)}
    idf = np.log(len(texts) / np.array([seen[name] for name in names], np.float64))
    starts: list[int] = [0]
    columns: list[int] = []
    values: list[int] = []
    for text in counted:
        known = [(index[name], count) for name, count in text.items() if name in index]
        columns.extend(column for column, _ in known)
        values.extend(count for _, count in known)
        starts.append(len(columns))
    at = np.array(columns, np.int32)
    data = ((1 + np.log(np.array(values, np.float64))) * idf[at]).astype(np.float32)
    matrix = sparse.csr_matrix((data, at, starts), shape=(len(texts), len(names)))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix = (sparse.diags((1 / np.maximum(lengths, 1e-9)).astype(np.float32)) @ matrix).tocsr()
    size = min(_DIMENSIONS, len(names) - 1)
    _, _, turned = randomized_svd(matrix, size, n_iter=3, random_state=0)
    return Vectoriser(index, idf, np.ascontiguousarray(turned.T, np.float32))


def _kernel(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    found = 2 * (one @ other.T)
    found -= (one * one).sum(1)[:, None]
    found -= (other * other).sum(1)[None]
    found *= _WIDTH
    np.exp(found, out=found)
    return found


def ridge(seen: npt.NDArray[np.float32], targets: Array, prior: Array) -> Callable[[npt.NDArray[np.float32]], Array]:
    """Kernel ridge regression: `targets` are 1 and -1, a column per class; far from all, `prior`."""
    kernel = _kernel(seen, seen)
    kernel[np.diag_indices(len(seen))] += _RIDGE
    solved: Any = np.linalg.solve(kernel, (targets - prior).astype(np.float32))

    def decide(asked: npt.NDArray[np.float32]) -> Array:
        parts = [_kernel(asked[i : i + 2000], seen) @ solved for i in range(0, len(asked), 2000)]
        return np.concatenate(parts).astype(np.float64) + prior

    return decide
