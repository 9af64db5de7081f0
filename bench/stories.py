"""Stories: articles grouped one after the other, against scikit-learn's TF-IDF and all pairs of the same articles."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import pairwise

from analysis.grouping.fingerprints import fingerprint
from analysis.grouping.stories import Grouping, Item
from bench import Figure
from bench.texts import ANCHOR, real

JOINED = 0.42  #: the likeness from which the reference joins


def run(n: int) -> Figure:
    """Measure articles a second, fingerprints included, over three days; `late_to_early` tells whether cost grows.

    The reference vectorises, multiplies and joins by connected components, in one go.
    """
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = real(n)
    n = len(texts)
    step = timedelta(days=3) / n
    window = Grouping(())
    marks = [time.perf_counter()]
    for number, (title, text) in enumerate(texts):
        window.add([Item(number, ANCHOR + step * number, str(number), fingerprint(title, text))])
        if (number + 1) % max(1, n // 10) == 0:
            marks.append(time.perf_counter())
    ours = marks[-1] - marks[0]
    tenths = [after - before for before, after in pairwise(marks)]
    started = time.perf_counter()
    vectors = TfidfVectorizer(token_pattern=r"\w+").fit_transform([f"{title} {text}" for title, text in texts])
    alike = vectors @ vectors.T
    connected_components(alike >= JOINED, directed=False)
    theirs = time.perf_counter() - started
    more = {"late_to_early": tenths[-1] / tenths[0]}
    return Figure("stories", n / ours, n / theirs, "articles/s", n, more)
